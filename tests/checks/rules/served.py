"""Cases of rules on what is served: files, what the world has besides, and the documents hosts serve."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dnsauth.checks.live.judge import judged
from dnsauth.checks.live.view import Asking, Subject
from dnsauth.desired.load import load
from dnsauth.fetch import fetched
from dnsauth.findings import Finding
from dnsauth.live.https import Fetch, Terms, trust
from dnsauth.live.resolution import Asked, Resolution
from dnsauth.survey import survey
from tests.checks.live_worlds import World, checked
from tests.plan.values import ZONE
from tests.servers.certificates import NOW

TERMS = Terms(trust())
NOTHING: Mapping[tuple[str, str], tuple[str, ...]] = {}
Served = Mapping[tuple[str, str], "tuple[str, ...] | Resolution"]


def found(
    zone: str,
    directory: Path,
    documents: Mapping[str, Fetch],
    *,
    ours: Served = NOTHING,
    others: Served = NOTHING,
    config: str = "",
) -> list[Finding]:
    """What is found live, where both servers have what the files ask for and *ours* in its place.

    A document that is fetched and is not among *documents* is an error of the test.
    """
    for name, text in (
        ("dnsauth.yaml", f"version: 1\n{config}"),
        ("zones/example.com.yaml", f"version: 1\ndomains:\n{zone}"),
    ):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    repository = load(directory)
    desired = repository.desired[ZONE]
    world = World(ours={**{tuple(one.id): one.texts for one in desired}, **ours}, others=others)
    subject = Subject(ZONE, tuple(Asked(*one.id) for one in desired), zone=True, delegated=False)
    asking = Asking(
        repository.inventory.zones, repository.desired, {}, repository.catalogue, repository.observed, now=NOW
    )

    def get(url, _addresses, terms, octets):
        assert terms is TERMS
        assert octets > 0
        return documents[url]

    surveys = fetched(survey([subject], world), lambda: TERMS, get)
    return checked(one for each in judged(surveys, asking) for one in each.findings)
