"""A zone's records of mail → what its zone file would say, each record once: derived, or kept verbatim."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from dnsauth.adopt import policy
from dnsauth.adopt.evidence import Found, Recogniser, parsed
from dnsauth.adopt.places import domain_of, mail_domains
from dnsauth.adopt.senders import Already, Entry, described, senders
from dnsauth.lock.claims import grammar
from dnsauth.lock.model import Grammar
from dnsauth.names import deepest, relative, within
from dnsauth.records import spf
from dnsauth.rrset import RRset, RRsetId

RRsets = Mapping[RRsetId, RRset]


class Kept(NamedTuple):
    """A record taken over verbatim; *owner* relative to its mail domain. *why* says what it is."""

    owner: str
    type: str
    values: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a zone file would say of the mail domain *name* (absolute); *settings* in the order of writing."""

    name: str
    senders: tuple[Entry, ...]
    settings: Mapping[str, object]
    keep: tuple[Kept, ...]

    @property
    def empty(self) -> bool:
        """True where nothing is said."""
        return not (self.senders or self.settings or self.keep)


class Part(NamedTuple):
    """A setting, or a sender by name, that may not be written for a mail domain."""

    domain: str
    name: str


SPF = "spf"


There: TypeAlias = Callable[[str], Already]
"""The senders that a mail domain has, by its name."""


def drafts(
    zone: str,
    rrsets: RRsets,
    known: Recogniser,
    without: Collection[Part],
    there: There = lambda _domain: Already(),
) -> tuple[Draft, ...]:
    """The mail domains of *zone*, those above first; what is in *without* is kept verbatim instead."""
    own: dict[str, list[RRset]] = {name: [] for name in mail_domains(zone, rrsets)}
    for rrset in rrsets.values():
        if (home := deepest(rrset.owner, own)) is not None:
            own[home].append(rrset)
    explained: set[tuple[str, str, str]] = set()
    found = []
    for name, mine in own.items():
        draft, more = _draft(
            name, mine, rrsets, known, without=without, explained=explained, there=there(name)
        )
        explained |= more
        if not draft.empty:
            found.append(draft)
    return tuple(found)


_Records = set[tuple[str, str, str]]  # owner, type, value


def _draft(
    name: str,
    own: Iterable[RRset],
    rrsets: RRsets,
    known: Recogniser,
    *,
    without: Collection[Part],
    explained: Collection[tuple[str, str, str]],
    there: Already,
) -> tuple[Draft, _Records]:
    texts = [value for value in _values(rrsets, name, "TXT") if spf.selects(value)]
    texts = [value for value in texts if (name, "TXT", value) not in explained]
    record = parsed(texts[0]) if len(texts) == 1 else None
    silent = policy.silent(name, rrsets)
    entries: tuple[Entry, ...] = ()
    ours: _Records = set()
    if record is not None and not silent:
        terms = [str(term) for term in record.terms if policy.sends(term)]
        candidates = [
            Found(relative(rrset.owner, name), rrset.type, value)
            for rrset in rrsets.values()
            if within(rrset.owner, name) and rrset.type in ("TXT", "CNAME", "MX", "A", "AAAA")
            for value in rrset.values
            if (rrset.owner, rrset.type, value) not in explained and value not in texts
        ]
        found = senders(known, name, terms, candidates, there)
        entries = tuple(entry for entry in found if Part(name, entry.name) not in without)
        ours = {(_owner(one.owner, name), one.type, one.value) for each in entries for one in each.records}
    settings: dict[str, object] = {}
    keep: list[Kept] = []
    if silent:
        settings |= silent.settings
        ours |= silent.records
    elif texts:
        closing = policy.closing(record) if record else None
        if closing is None or not entries or Part(name, SPF) in without:
            keep.append(Kept("@", "TXT", tuple(texts), policy.unusual(texts, record, bool(entries))))
        elif closing:
            settings["spf"] = {"all": closing}
    for setting, value, records in policy.settings(name, rrsets, known):
        if setting in settings or records <= ours:
            continue  # silence says it
        if entries and value == "false":
            continue  # a null MX beside senders is kept, and told (RFC 7505 section 4.2)
        if Part(name, setting) not in without and not records & set(explained):
            settings[setting] = value
            ours |= records
    left = _left(name, own, {*explained, *ours}, known)
    return Draft(name, entries, policy.ordered(settings), (*keep, *left)), ours


def _left(
    name: str,
    own: Iterable[RRset],
    done: Collection[tuple[str, str, str]],
    known: Recogniser,
) -> Iterator[Kept]:
    """Records of mail for *name* that nothing else asks for, among its *own*."""
    for rrset in own:
        values = tuple(value for value in rrset.values if (rrset.owner, rrset.type, value) not in done)
        if rrset.type not in ("TXT", "CNAME", "MX") or not values:
            continue
        owner = relative(rrset.owner, name)
        ours = [value for value in values if _of_mail(rrset, value, name)]
        if "._domainkey." in rrset.owner or rrset.type != "TXT":
            ours = list(values) if ours else []
        titles = {value: described(known, Found(owner, rrset.type, value)) for value in values}
        ours = ours or [value for value, title in titles.items() if title]
        if ours:
            yield Kept(owner, rrset.type, tuple(ours), next(filter(None, titles.values()), ""))


def _of_mail(rrset: RRset, value: str, name: str) -> bool:
    if rrset.type == "MX":
        return rrset.owner == name
    if rrset.owner == name and rrset.type == "TXT" and spf.selects(value):
        return False  # said before
    if domain_of(rrset) == name and rrset.owner != name:
        return rrset.type == "CNAME" or grammar(rrset.owner, rrset.type, value) is not Grammar.TOKEN
    return (
        rrset.type == "TXT" and grammar(rrset.owner, rrset.type, value) is Grammar.SPF and rrset.owner != name
    )


def _values(rrsets: RRsets, owner: str, type: str) -> tuple[str, ...]:
    rrset = rrsets.get(RRsetId(owner, type))
    return rrset.values if rrset else ()


def _owner(owner: str, name: str) -> str:
    return name if owner == "@" else f"{owner}.{name}"
