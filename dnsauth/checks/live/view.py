"""What live rules look at: a zone or mail domain as the world answers for it, beside what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeAlias

from dnsauth import names
from dnsauth.catalogue.model import Catalogue, Service
from dnsauth.checks.reach import NOTHING, Reach
from dnsauth.checks.vendor_keys import Delegated, delegated
from dnsauth.checks.view import place
from dnsauth.desired.model import Desired, Value
from dnsauth.dmarc import suffix_list
from dnsauth.findings import NOWHERE, Finding, Outcome, Rule, Where
from dnsauth.inventory.model import Zone
from dnsauth.live.https import Fetch
from dnsauth.live.look import Question
from dnsauth.live.reply import Answer, Reply
from dnsauth.live.resolution import Asked, Resolution, Resolved
from dnsauth.live.servers import Authority, Delegation, Server
from dnsauth.lock import keys
from dnsauth.lock.observed import Key, NoKey, Observed, vendor_key
from dnsauth.plan.kind import Kind, kind_at
from dnsauth.rrset import RRsetId
from dnsauth.spf.tree import Tree


class Subject(NamedTuple):
    """A domain and the *names*, each with a type, that are looked at for it.

    Where it is a *zone* of ours, each of its servers is asked for each name in it; else names are asked once,
    as is every name outside of it. *delegated* is False for a zone whose servers the inventory names: what
    its parent says of it is then not looked at. *reach* is what is looked at besides.
    """

    domain: str
    names: tuple[Asked, ...]
    zone: bool = False
    delegated: bool = True
    reach: Reach = NOTHING


@dataclass(frozen=True, slots=True)
class Served:
    """What each server of a zone replies, the zone's SOA included, and what stands above the zone.

    *replies* may hold those of other zones. *delegation* is what the parent says, *validated* what the
    world's resolver says of the SOA; None where it was not looked at.
    """

    authority: Authority
    replies: Mapping[Question, Reply]
    delegation: Delegation | None = None
    validated: Resolution | None = None

    @property
    def delegated(self) -> bool:
        """True where the parent says whom the zone is delegated to, and whether it is signed."""
        return self.delegation is not None and bool(self.delegation.names) and not self.delegation.why

    @property
    def signed(self) -> bool:
        """True where the parent has a DS."""
        return self.delegation is not None and self.delegation.signed

    @property
    def serving(self) -> tuple[Server, ...]:
        """The servers that have the zone: they answer for its SOA."""
        soa = Asked(self.authority.zone, "SOA")
        return tuple(each for each in self.authority.servers if isinstance(self.reply(each, soa), Answer))

    def reply(self, server: Server, asked: Asked) -> Reply:
        """What *server* replies to *asked*."""
        return self.replies[Question(server, *asked)]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What the world answers for *subject*.

    *answers* may hold those of other subjects; a name of a zone of ours is as its first server that answers
    says, with the CNAMEs that lead on from it; *aliases* has the first target by owner name. *trees* are the
    SPF records of the subject, by owner name; *served* is None where the subject is no zone of ours.
    *fetched* are the documents its records name, by URL. *validated* is what the world's resolver says of
    TLSA records and of the root's SOA.
    """

    subject: Subject
    answers: Mapping[Asked, Resolution]
    trees: Mapping[str, Tree] = field(default_factory=dict)
    served: Served | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    fetched: Mapping[str, Fetch] = field(default_factory=dict)
    validated: Mapping[Asked, Resolution] = field(default_factory=dict)

    def values(self, name: str, type: str) -> tuple[str, ...]:
        """The values found there; none where there are none, or nobody said."""
        said = self.answers.get(Asked(name, type))
        return said.values if isinstance(said, Resolved) else ()

    def way(self, name: str) -> tuple[str, ...]:
        """*name* and the CNAMEs on from it, where some look-up found the last not to exist; else ()."""
        for said in (self.answers.get(Asked(name, type)) for type in ("NS", "TXT", "A", "AAAA", "MX")):
            if isinstance(said, Resolved) and not said.exists:
                return (name, *said.chain)
        return ()

    def registrable(self, name: str) -> str:
        """The registered name above *name*, which does not exist, where it does not exist either; else ""."""
        domain = registered(name)
        return domain if domain and self.way(domain) == (domain,) else ""


class Unserved(NamedTuple):
    """An RRset that *servers*, by their addresses, do not serve as desired; those *agreeing* do."""

    owner: str
    type: str
    servers: tuple[str, ...]
    agreeing: tuple[str, ...] = ()


Moved: TypeAlias = Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
"""Name servers of domains, before and now."""


def _none(_surveyed: Surveyed) -> Iterable[Unserved]:
    return ()


@dataclass(frozen=True)
class Asking:
    """What the inventory asks for, by zone; nothing for domains that nobody declared.

    *classes* are those of providers by name, *unserved* tells the RRsets of a zone not served as desired.
    *moved* has the name servers, before and now, of domains of others that share none. Where nobody says what
    time it is *now*, nothing is old. *own* are the keys of each zone's lock.
    """

    zones: Mapping[str, Zone] = field(default_factory=dict)
    desired: Mapping[str, Sequence[Desired]] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=dict)
    observed: Observed = field(default_factory=Observed)
    unserved: Callable[[Surveyed], Iterable[Unserved]] = _none
    moved: Moved = field(default_factory=dict)
    now: datetime | None = None
    own: Mapping[str, Sequence[keys.Key]] = field(default_factory=dict)


@dataclass(frozen=True)
class LiveView:
    """One subject: what the world answers, and what the inventory asks."""

    surveyed: Surveyed
    asking: Asking

    @property
    def domain(self) -> str:
        """The subject's name."""
        return self.surveyed.subject.domain

    @cached_property
    def own(self) -> Mapping[Asked, Kind | None]:
        """The names looked at that are the subject's or below it, and the record receivers look for there."""
        found = (each for each in self.surveyed.subject.names if names.within(each.name, self.domain))
        return {asked: kind_at(*asked) for asked in found}

    @cached_property
    def zone(self) -> Zone | None:
        """The zone as declared, if it is."""
        return self.asking.zones.get(self.domain)

    @cached_property
    def desired(self) -> Mapping[RRsetId, Desired]:
        """What is desired, by owner and type."""
        return {rrset.id: rrset for rrset in self.asking.desired.get(self.domain, ())}

    @cached_property
    def delegated(self) -> Mapping[str, Delegated]:
        """The selectors that senders delegate, by owner name."""
        return delegated(self.desired.values(), self.asking.catalogue)

    def key(self, owner: str) -> Key | NoKey | None:
        """The key a selector leads to; None where nobody said."""
        said = self.surveyed.answers.get(Asked(owner, "TXT"))
        return vendor_key(said.values if said.exists else None) if isinstance(said, Resolved) else None

    def services(self, owner: str, type: str, senders: Sequence[str]) -> tuple[Service, ...]:
        """The services of those of *senders* that ask for the RRset."""
        origins = (origin for value in self._values(owner, type) for origin in value.origin)
        asked = dict.fromkeys(origin.service for origin in origins if origin.sender in senders)
        return tuple(self.asking.catalogue[name] for name in asked if name in self.asking.catalogue)

    def brought(self, owner: str) -> Mapping[str, tuple[str, ...]]:
        """The senders that bring each term of the SPF record desired at *owner*, by its text."""
        rrset = self.desired.get(RRsetId(owner, "TXT"))
        return rrset.terms if rrset else {}

    def senders(self, owner: str, type: str) -> tuple[str, ...]:
        """The senders that ask for the RRset."""
        asked = (origin.sender for value in self._values(owner, type) for origin in value.origin)
        return tuple(dict.fromkeys(filter(None, asked)))

    def place(self, owner: str, type: str = "", senders: Sequence[str] = ()) -> Where:
        """The line that asks for the RRset, first one of *senders*; else that of its mail domain or zone."""
        origins = [origin for value in self._values(owner, type) for origin in value.origin]
        theirs = [origin for origin in origins if origin.sender in senders]
        if theirs or origins:
            return place(tuple(theirs or origins))
        if self.zone is None:
            return NOWHERE
        homes = {domain.name: domain.where for domain in self.zone.domains}
        home = names.deepest(owner, homes)
        return homes[home] if home else self.zone.where

    def _values(self, owner: str, type: str) -> tuple[Value, ...]:
        rrset = self.desired.get(RRsetId(owner, type))
        return rrset.values if rrset else ()

    def unserved(self, name: str) -> bool:
        """True for a name of the subject where no server of it serves it: that is told of the zone."""
        served = self.surveyed.served
        return served is not None and not served.serving and names.within(name, self.domain)

    def finding(
        self,
        rule: Rule,
        asked: tuple[str, str],
        facts: Mapping[str, object],
        senders: Sequence[str] = (),
        outcome: Outcome = Outcome.FAIL,
    ) -> Finding:
        """A finding at the line that asks for *asked*, owner and type, with the owner among its facts."""
        owner, type = asked
        named = {"owner": names.readable(owner), "type": type}
        return Finding(rule, self.place(owner, type, senders), owner, {**named, **facts}, outcome)


@lru_cache(maxsize=4096)
def registered(name: str) -> str:
    """The name a registrant registered that *name* is or lies below; empty for a public suffix."""
    return suffix_list()(name)


def path(*domains: str) -> str:
    """Names that lead to one another, for people."""
    return " → ".join(map(names.readable, domains))


def by(senders: Sequence[str]) -> str:
    """Who brought it, as the end of a sentence."""
    return f"; brought by {', '.join(senders)}" if senders else ""


def short(text: str) -> str:
    """*text* as a part of a sentence: its middle left out where it is long."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN * 2 // 3]}…{text[-SHOWN // 4 :]}"


SHOWN = 120  # characters; the facts hold all of them
