"""What to ask the servers of a zone that nobody can list: every name at which mail authentication stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from dnsauth.catalogue.marks import fixed
from dnsauth.catalogue.model import Catalogue
from dnsauth.errors import DnsauthError
from dnsauth.live.look import Question
from dnsauth.live.reply import Absent, Alias, Answer, Reply, said
from dnsauth.live.servers import Authority
from dnsauth.names import readable
from dnsauth.rrset import RRset, RRsetId
from dnsauth.templating import expression

_NOBODYS = "no-such-selector-0f8c2a"  # what a wildcard answers there, it answers everywhere


class Asked(NamedTuple):
    """What stood at the names that were asked, and (owner, type, why) of what is not known."""

    rrsets: Mapping[RRsetId, RRset]
    unknown: tuple[tuple[str, str, str], ...]


def selectors(catalogue: Catalogue) -> frozenset[str]:
    """The selectors services of *catalogue* are known to use."""
    found: set[str | None] = set()
    for service in catalogue.values():
        found.update(service.detect.selectors)
        found.update(fixed(service, entry.texts["selector"]) for entry in service.template.get("dkim", ()))
    return frozenset(selector for selector in found if selector is not None)


def owners(catalogue: Catalogue) -> frozenset[RRsetId]:
    """Owners, relative to a mail domain, that services of *catalogue* have records at, whoever asks."""
    return frozenset(
        RRsetId(entry.texts["owner"], entry.texts["type"])
        for service in catalogue.values()
        for entry in service.template.get("records", ())
        if not expression(entry.texts["owner"]).names and entry.texts["owner"] != "@"
    )


def ids(domain: str, selectors: Iterable[str], owners: Iterable[RRsetId]) -> Iterator[RRsetId]:
    """The RRsets that say how mail of *domain*, absolute, is authenticated."""
    yield from (RRsetId(domain, "TXT"), RRsetId(domain, "MX"))
    for label in ("_dmarc", "_smtp._tls", "_mta-sts", "default._bimi", "*._domainkey"):
        yield RRsetId(f"{label}.{domain}", "TXT")
    yield RRsetId(f"{_NOBODYS}._domainkey.{domain}", "TXT")
    yield from (RRsetId(f"{selector}._domainkey.{domain}", "TXT") for selector in sorted(selectors))
    yield from (RRsetId(f"{owner}.{domain}", type) for owner, type in sorted(owners))


def questions(authority: Authority, wanted: Collection[RRsetId]) -> Iterator[Question]:
    """*wanted*, asked of every server."""
    return (Question(server, *id) for server in authority.servers for id in wanted)


def heard(
    zone: str, authority: Authority, wanted: Collection[RRsetId], replies: Mapping[Question, Reply]
) -> Asked:
    """What the servers of *zone* say alike; raises `DnsauthError` where two of them differ."""
    rrsets: dict[RRsetId, RRset] = {}
    unknown = []
    for id in wanted:
        said_here = [replies[Question(server, *id)] for server in authority.servers]
        found = [reply for reply in said_here if isinstance(reply, Answer | Alias | Absent)]
        if not found:
            unknown.append((*id, said(said_here[0]) if said_here else "no server was found"))
            continue
        texts = {_texts(reply) for reply in found}
        if len(texts) > 1:
            raise DnsauthError(
                f"the servers of {readable(zone)} differ at {readable(id.owner)} {id.type}",
                "wait until they agree, or say with --server whom to ask",
            )
        if not isinstance(found[0], Absent):
            rrset = found[0].rrset
            rrsets[rrset.id] = rrset
    return Asked(_without_wildcards(rrsets), tuple(unknown))


def _texts(reply: Answer | Alias | Absent) -> tuple[str, ...]:
    return () if isinstance(reply, Absent) else (reply.rrset.type, *reply.rrset.values)


def _without_wildcards(rrsets: Mapping[RRsetId, RRset]) -> dict[RRsetId, RRset]:
    """*rrsets* without what a wildcard answers in place of keys (RFC 4592)."""
    made_up = {
        (id.owner.removeprefix(f"{_NOBODYS}."), rrset.values)
        for id, rrset in rrsets.items()
        if id.owner.startswith(_NOBODYS)
    }
    return {
        id: rrset
        for id, rrset in rrsets.items()
        if id.owner.startswith("*.") or (id.owner.partition(".")[2], rrset.values) not in made_up
    }
