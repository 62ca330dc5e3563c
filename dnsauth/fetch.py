"""The documents that records of what was surveyed name, fetched together: a few at a time, each URL once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice

from dnsauth.checks.live.documents import Document, documents
from dnsauth.checks.live.view import Surveyed
from dnsauth.live import https
from dnsauth.live.https import Failed, Fetch, Terms
from dnsauth.live.resolution import Asked, Resolution, Resolved, unlearned

TOGETHER = 500  # subjects, as many as a survey looks at together
AT_ONCE = 16

Get = Callable[[str, Iterable[str], Terms, int], Fetch]


def fetched(
    surveys: Iterable[Surveyed], terms: Callable[[], Terms], get: Get = https.get
) -> Iterator[Surveyed]:
    """*surveys*, each with what its documents are; *terms* are asked for once there is one to fetch."""
    left = iter(surveys)
    known: Terms | None = None
    while chunk := tuple(islice(left, TOGETHER)):
        wanted = {
            document.url: (document, _addresses(document, one.answers))
            for one in chunk
            for document in documents(one.subject, one.answers)
        }
        found: dict[str, Fetch] = {}
        if wanted:
            known = known or terms()
            found = _all(wanted, known, get)
        for one in chunk:
            urls = [document.url for document in documents(one.subject, one.answers)]
            yield replace(one, fetched={url: found[url] for url in urls}) if urls else one


def _all(
    wanted: Mapping[str, tuple[Document, tuple[str, ...] | Failed]], terms: Terms, get: Get
) -> dict[str, Fetch]:
    def one(document: Document, addresses: tuple[str, ...] | Failed) -> Fetch:
        if isinstance(addresses, Failed):
            return addresses
        return get(document.url, addresses, terms, document.octets)

    with ThreadPoolExecutor(min(AT_ONCE, len(wanted))) as pool:
        under_way = {url: pool.submit(one, *asked) for url, asked in wanted.items()}
        return {url: each.result() for url, each in under_way.items()}


def _addresses(document: Document, answers: Mapping[Asked, Resolution]) -> tuple[str, ...] | Failed:
    """The addresses of the document's host, or that nobody said which it has."""
    found: list[str] = []
    why = ""
    for asked in document.addresses:
        match answers.get(asked):
            case Resolved(values):
                found.extend(values)
            case None:
                why = "nobody asked for its address"
            case said:
                why = f"{asked.name.removesuffix('.')} {asked.type}: {unlearned(said)}"
    return tuple(found) if found or not why else Failed(why)
