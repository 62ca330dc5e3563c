"""A zone file that is there, and what stands in the zone: what the file does not ask for goes into it.

What people wrote stays. Where the file and the zone say different things of one record, the file is right,
and the next plan shows what is different; so it does for what the lock records and the file no longer asks
for. Only what nobody asked for, and nobody takes away, is new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from dnsauth import documents, names
from dnsauth.adopt import policy, zone_file
from dnsauth.adopt.draft import Draft, RRsets
from dnsauth.adopt.evidence import parsed
from dnsauth.adopt.senders import Already, Entry
from dnsauth.catalogue.model import Catalogue
from dnsauth.desired.model import Desired
from dnsauth.desired.senders import spf_terms
from dnsauth.documents import Map, Node, mapping
from dnsauth.documents.edit import Edit, Insert, Remove, edited
from dnsauth.inventory.model import MailDomain, Zone
from dnsauth.lock.claims import grammar, recorded
from dnsauth.lock.model import Claim, Grammar, Lock
from dnsauth.records import spf
from dnsauth.rrset import RRset, RRsetId


@dataclass(frozen=True, slots=True)
class Standing:
    """A zone that has a file: its name below the directory and its octets, what it asks for, and its lock."""

    file: str
    octets: bytes
    zone: Zone
    desired: tuple[Desired, ...]
    lock: Lock


class Lacking(NamedTuple):
    """The RRsets, with those values alone, of which a file says nothing.

    *stands_for* has what takes the place of SPF records the file asks for, by mail domain, so that terms and
    records are read together; *senders* are those it has.
    """

    rrsets: RRsets
    stands_for: Mapping[str, str]
    senders: Mapping[str, Already]

    def less(self, drafts: Collection[Draft]) -> tuple[Draft, ...]:
        """*drafts* of `rrsets` without what stands for a record that the file has."""
        return tuple(draft for draft in map(self._less, drafts) if not draft.empty)

    def _less(self, draft: Draft) -> Draft:
        if draft.name not in self.stands_for:
            return draft
        settings = {key: value for key, value in draft.settings.items() if key != "spf"}
        mine = (self.stands_for[draft.name],)
        return replace(draft, settings=settings, keep=tuple(k for k in draft.keep if k.values != mine))


def lacking(standing: Standing, rrsets: RRsets, catalogue: Catalogue) -> Lacking:
    """Those of *rrsets* that the file of *standing* does not speak of, and its lock does not record."""
    asked = {rrset.id: rrset for rrset in standing.desired}
    aliases = {id.owner for id in asked if id.type == "CNAME"}
    others = {id.owner for id in asked if id.type != "CNAME"}
    found: dict[RRsetId, RRset] = {}
    for id, rrset in rrsets.items():
        if id.owner not in (others if id.type == "CNAME" else aliases) and (
            values := tuple(v for v in rrset.values if not _spoken_of(standing, asked.get(id), id, v))
        ):
            found[id] = replace(rrset, values=values)
    stands_for: dict[str, str] = {}
    senders = {}
    for domain in standing.zone.domains:
        id = RRsetId(domain.name, "TXT")
        flat = (asked.get(RRsetId(f"{label}{domain.name}", "TXT")) for label in ("", "_spf."))
        terms = {*_brought(domain, catalogue), *(term for rrset in flat if rrset for term in rrset.terms)}
        senders[domain.name] = Already([sender.name for sender in domain.senders], terms)
        if domain.senders and _has_spf(asked.get(id)) and not _kept_spf(domain):
            text = " ".join(("v=spf1", *_terms(standing, domain, rrsets.get(id)), "~all"))
            stands_for[id.owner] = text
            there = found.get(id) or RRset(*id, 0, ())
            found[id] = replace(there, values=(*there.values, text))
    return Lacking(found, stands_for, senders)


def _spoken_of(standing: Standing, asked: Desired | None, id: RRsetId, value: str) -> bool:
    claim = Claim(*id, grammar(*id, value))
    if recorded(standing.lock, claim, value) is not None:
        return True
    same = [one for one in asked.values if one.claim == claim] if asked else []
    if claim.grammar is Grammar.TOKEN:
        return any(one.text == value for one in same)
    return bool(same)  # receivers take one such record alone


def _has_spf(asked: Desired | None) -> bool:
    return any(value.claim.grammar is Grammar.SPF for value in (asked.values if asked else ()))


def _kept_spf(domain: MailDomain) -> bool:
    return any(keep.owner == domain.name and any(map(spf.selects, keep.values)) for keep in domain.keep)


def _terms(standing: Standing, domain: MailDomain, rrset: RRset | None) -> Iterator[str]:
    """The SPF terms that stand for *domain* and let somebody send.

    None where the lock records that record: what the file no longer asks for is on its way out.
    """
    texts = [value for value in rrset.values if spf.selects(value)] if rrset else []
    record = parsed(texts[0]) if len(texts) == 1 else None
    if record and recorded(standing.lock, Claim(domain.name, "TXT", Grammar.SPF), texts[0]) is None:
        yield from map(str, filter(policy.sends, record.terms))


def _brought(domain: MailDomain, catalogue: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """The terms that senders of *domain* bring, in their canonical text, and which senders do."""
    return {str(spf.term(term.text)): term.senders for term in spf_terms(domain, catalogue)}


def merged(standing: Standing, drafts: Collection[Draft], rrsets: RRsets, catalogue: Catalogue) -> bytes:
    """The file of *standing* with *drafts* in it; raises `Unedited` where it is laid out in an odd way.

    *rrsets* are those of the zone: the order of SPF terms in them is that of new senders among the others.
    """
    tree, _ = documents.load(standing.octets, standing.file)
    domains = tree.get("domains", "") if isinstance(tree, Map) else ""
    keys = {_name(key, standing.zone.name): key for key in domains} if isinstance(domains, Map) else {}
    known = {domain.name: domain for domain in standing.zone.domains}
    edits: list[Edit] = []
    for draft in drafts:
        key = keys.get(draft.name)
        if key is None or not isinstance(domains, Map):
            lines = list(zone_file.domain(draft, standing.zone.name))
            if isinstance(tree, Map) and tree.get("ttl") != "keep":
                lines.append("  ttl: keep")  # what is new to the file stays as it is
            edits.append(Insert(("domains",), _text(lines)))
        else:
            order = _order(known[draft.name], draft.senders, rrsets, catalogue)
            edits += _into(draft, ("domains", key), domains[key], order)
    return edited(standing.octets, edits) if edits else standing.octets


def _name(key: str, zone: str) -> str:
    try:
        return zone if key == "@" else names.absolute(key, zone)
    except names.BadName:
        return ""


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _into(draft: Draft, path: tuple[str, str], node: Node, order: Mapping[str, int]) -> Iterator[Edit]:
    there = mapping(node)
    for key, items in (
        ("senders", [(order[entry.name], _text(zone_file.sender(entry))) for entry in draft.senders]),
        ("keep", [(None, _text(zone_file.keep(kept))) for kept in draft.keep]),
    ):
        if key in there and there[key] != "":
            yield from (Insert((*path, key), text, at) for at, text in items)
        elif items:
            if key in there:
                yield Remove((*path, key))
            lines = "".join(text for _, text in items).splitlines()
            yield Insert(path, _text((f"{key}:", *(f"  {line}" for line in lines))))
    for key, value in draft.settings.items():
        if key not in there:
            yield Insert(path, _text(zone_file.setting(key, value)))


def _order(
    domain: MailDomain, new: Collection[Entry], rrsets: RRsets, catalogue: Catalogue
) -> Mapping[str, int]:
    """Where each of the *new* senders goes, one by one: behind those whose terms stand before its own."""
    brings: dict[str, set[str]] = {sender.name: set() for sender in domain.senders}
    for term, senders in _brought(domain, catalogue).items():
        for name in senders:
            brings[name].add(term)
    rrset = rrsets.get(RRsetId(domain.name, "TXT"))
    record = next((parsed(v) for v in rrset.values if spf.selects(v)), None) if rrset else None
    live = [str(term) for term in record.terms] if record else []
    names = list(brings)
    found: dict[str, int] = {}
    for entry in new:
        first = min((live.index(term) for term in entry.terms if term in live), default=len(live))
        above, below = set(live[:first]), set(live[first:])
        at = max((names.index(name) + 1 for name in names if brings[name] & above), default=None)
        if at is None:
            at = min((names.index(name) for name in names if brings[name] & below), default=len(names))
        found[entry.name] = at if entry.terms else len(names)
        names.insert(found[entry.name], entry.name)
        brings[entry.name] = set(entry.terms)
    return found
