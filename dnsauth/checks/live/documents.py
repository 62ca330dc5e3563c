"""Documents that records name and receivers fetch over https: policies, logos, mark certificates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dnsauth import names
from dnsauth.bimi import certificate, logo
from dnsauth.checks.live.view import Subject
from dnsauth.checks.mta_sts import PREFIX
from dnsauth.checks.texts.text import parsed
from dnsauth.live.https import place
from dnsauth.live.resolution import Asked, Resolution, Resolved
from dnsauth.plan.kind import Kind, kind_at, selects
from dnsauth.records import bimi

POLICY_OCTETS = 64 * 1024  # RFC 8461 section 3.3
LOGO_OCTETS = 8 * logo.OCTETS  # so that what is too large for receivers is judged all the same


class Document(NamedTuple):
    """What is fetched: a *url*, its *host* as an absolute name, and how many *octets* are read at most."""

    url: str
    host: str
    octets: int

    @property
    def addresses(self) -> tuple[Asked, Asked]:
        """Where the host's addresses are."""
        return Asked(self.host, "A"), Asked(self.host, "AAAA")


def policy(owner: str) -> Document:
    """The policy that the MTA-STS record at *owner* stands for (RFC 8461 section 3.2)."""
    host = f"mta-sts.{owner.removeprefix(PREFIX)}"
    return Document(f"https://{host.removesuffix('.')}/.well-known/mta-sts.txt", host, POLICY_OCTETS)


def documents(subject: Subject, answers: Mapping[Asked, Resolution]) -> Iterator[Document]:
    """What the records at names of *subject* name, where *answers* has them."""
    for asked in subject.names:
        match kind_at(*asked) if names.within(asked.name, subject.domain) else None:
            case Kind.MTASTS:
                yield policy(asked.name)
            case Kind.BIMI:
                said = answers.get(asked)
                texts = said.values if isinstance(said, Resolved) else ()
                records = [text for text in texts if selects(Kind.BIMI, text)]
                if len(records) == 1:  # receivers take one alone
                    yield from of_record(records[0])
            case _:
                pass


def of_record(text: str) -> Iterator[Document]:
    """The logo and the mark certificate that the BIMI record *text* names."""
    record = parsed(Kind.BIMI, text) if selects(Kind.BIMI, text) else None
    if not isinstance(record, bimi.Record):
        return
    for url, octets in ((record.location, LOGO_OCTETS), (record.authority, certificate.OCTETS)):
        asked = place(url)
        if asked is None:
            continue
        try:
            yield Document(url, names.absolute(asked.host), octets)
        except names.BadName:
            continue


def lookups(subject: Subject, answers: Mapping[Asked, Resolution]) -> Iterator[Asked]:
    """What is looked up before anything is fetched: addresses, and the MX that a policy speaks of."""
    for document in documents(subject, answers):
        yield from document.addresses
    for asked in subject.names:
        if kind_at(*asked) is Kind.MTASTS and names.within(asked.name, subject.domain):
            yield Asked(asked.name.removeprefix(PREFIX), "MX")
