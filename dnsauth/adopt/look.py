"""What to ask the servers of a zone that nobody can list: every name at which mail authentication stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from dnsauth.catalogue.marks import fixed
from dnsauth.catalogue.model import Catalogue
from dnsauth.errors import DnsauthError
from dnsauth.live.look import Question
from dnsauth.live.reply import Absent, Alias, Answer, Lame, Reply, said
from dnsauth.live.servers import Authority
from dnsauth.names import deepest, readable
from dnsauth.rrset import RRset, RRsetId
from dnsauth.templating import expression

_NOBODYS = "no-such-selector-0f8c2a"  # what a wildcard answers there, it answers everywhere


class Asked(NamedTuple):
    """What stood at the names that were asked, and (owner, type, why) of what is not known.

    A name the servers of the zone refer elsewhere for has an NS RRset, of which nobody said the values.
    """

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
    referred: set[str] = set()
    serving = [one for one in authority.servers if _told(replies[Question(one, zone, "TXT")])]
    for id in wanted:
        said_here = [replies[Question(server, *id)] for server in authority.servers]
        found = [reply for reply in said_here if _told(reply)]
        if not found:
            if serving and all(isinstance(replies[Question(one, *id)], Lame) for one in serving):
                referred.add(id.owner)
                continue
            unknown.append((*id, said(said_here[0]) if said_here else "no server was found"))
            continue
        texts = {_texts(reply) for reply in found}
        if len(texts) > 1:
            raise DnsauthError(
                f"the servers of {readable(zone)} differ at {readable(id.owner)} {id.type}",
                "wait until they agree, or say with --server whom to ask",
            )
        if isinstance(found[0], Answer | Alias):
            rrset = found[0].rrset
            rrsets[rrset.id] = rrset
    cuts = {RRsetId(name, "NS"): RRset(name, "NS", 0, ()) for name in _cuts(referred, wanted)}
    return Asked({**_without_wildcards(rrsets), **cuts}, tuple(unknown))


def _told(reply: Reply) -> bool:
    return isinstance(reply, Answer | Alias | Absent)


def _cuts(referred: Collection[str], wanted: Iterable[RRsetId]) -> Iterator[str]:
    """The names at which a zone is delegated, as far as *referred* ones tell: the highest that is sure."""
    asked: dict[str, set[str]] = {}
    for id in wanted:
        asked.setdefault(id.owner.partition("._domainkey.")[2], set()).add(id.owner)
    names = set(referred)
    for domain, owners in asked.items():
        if domain and owners <= names:
            names.add(f"_domainkey.{domain}")
    return (name for name in sorted(names) if deepest(name.partition(".")[2], names) is None)


def _texts(reply: Reply) -> tuple[str, ...]:
    return (reply.rrset.type, *reply.rrset.values) if isinstance(reply, Answer | Alias) else ()


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
