"""One zone of the demo nameserver: look-ups by RFC 1034 section 4.3.2, changes by RFC 2136 section 3.

No DNSSEC. Every look-up costs as many steps as the name has labels, however large the zone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import dns.rcode
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.zone
from dns.name import Name
from dns.rcode import Rcode
from dns.rdata import Rdata
from dns.rdataset import Rdataset
from dns.rdatatype import ANY, CNAME, DS, NS, SOA, RdataType
from dns.rrset import RRset

MAX_CHAIN = 16
"""CNAMEs followed for one answer: a chain that bites its tail has to end."""

Node: TypeAlias = dict[RdataType, Rdataset]


class Answer(NamedTuple):
    """The sections of one answer; *authoritative* is False for a referral."""

    rcode: Rcode
    answer: list[RRset]
    authority: list[RRset]
    additional: list[RRset]
    authoritative: bool = True


class Zone:
    """The RRsets of one zone by owner name and type, and how many owner names stand at or below each name."""

    def __init__(self, origin: str, text: str) -> None:
        """Read a zone file; raises `dns.exception.DNSException` where it is none."""
        parsed = dns.zone.from_text(text, origin, relativize=False)
        assert parsed.origin is not None  # noqa: S101  from_text was given one
        self.origin: Name = parsed.origin
        self._nodes: dict[Name, Node] = {}
        self._below: Counter[Name] = Counter()
        for name, rdataset in parsed.iterate_rdatasets():
            self._put(name, rdataset.rdtype, rdataset)

    def __iter__(self) -> Iterator[RRset]:
        """Every RRset in canonical order (RFC 4034 section 6.1), the SOA first."""
        for name, node in sorted(self._nodes.items()):
            for rdtype in sorted(node, key=lambda rdtype: (rdtype != SOA, rdtype)):
                yield _rrset(name, node[rdtype])

    @property
    def soa(self) -> RRset:
        """The SOA RRset."""
        return _rrset(self.origin, self._nodes[self.origin][SOA])

    def answer(self, name: Name, rdtype: RdataType) -> Answer:
        """What an authoritative server answers for *name*, which is in the zone.

        CNAME chains are followed inside the zone; NXDOMAIN and NODATA carry the SOA (RFC 2308 section 2).
        """
        chain: list[RRset] = []
        while len(chain) < MAX_CHAIN and name.is_subdomain(self.origin):
            cut = self._cut(name)
            if cut is not None and not (rdtype == DS and cut.name == name):  # RFC 4035 section 3.1.4.1
                return Answer(Rcode.NOERROR, chain, [cut], self._glue(cut), authoritative=bool(chain))
            node = self._match(name)
            if node is None:
                return Answer(Rcode.NXDOMAIN, chain, [self._negative()], [])
            if rdtype == ANY and node:
                return Answer(
                    Rcode.NOERROR, [*chain, *(_rrset(name, each) for each in node.values())], [], []
                )
            if rdtype in node:
                return Answer(Rcode.NOERROR, [*chain, _rrset(name, node[rdtype])], [], [])
            if CNAME not in node:
                return Answer(Rcode.NOERROR, chain, [self._negative()], [])
            chain.append(_rrset(name, node[CNAME]))
            name = node[CNAME][0].target
        return Answer(Rcode.NOERROR, chain, [], [])

    def unmet(self, prerequisites: Iterable[RRset]) -> Rcode:
        """NOERROR, or the RCODE of the first prerequisite that does not hold (RFC 2136 section 3.2)."""
        wanted: defaultdict[tuple[Name, RdataType], set[Rdata]] = defaultdict(set)
        for rrset in prerequisites:
            if rrset.ttl:
                return Rcode.FORMERR
            if not rrset.name.is_subdomain(self.origin):
                return Rcode.NOTZONE
            node = self._nodes.get(rrset.name, {})
            whole = rrset.rdtype == ANY
            stands = bool(node) if whole else rrset.rdtype in node
            if rrset.deleting is None:
                wanted[rrset.name, rrset.rdtype].update(rrset)
            elif rrset.deleting == dns.rdataclass.ANY and not stands:
                return Rcode.NXDOMAIN if whole else Rcode.NXRRSET
            elif rrset.deleting == dns.rdataclass.NONE and stands:
                return Rcode.YXDOMAIN if whole else Rcode.YXRRSET
        for (name, rdtype), rdatas in wanted.items():
            if set(self._nodes.get(name, {}).get(rdtype, ())) != rdatas:
                return Rcode.NXRRSET
        return Rcode.NOERROR

    def update(self, changes: Sequence[RRset]) -> Rcode:
        """Make all *changes*, or none where one of them is malformed (RFC 2136 section 3.4).

        As named does: NOERROR, and no word, where a CNAME would stand beside other data.
        """
        for rrset in changes:
            if not rrset.name.is_subdomain(self.origin):
                return Rcode.NOTZONE
            deletes_all = rrset.deleting == dns.rdataclass.ANY and rrset.rdtype == ANY
            if dns.rdatatype.is_metatype(rrset.rdtype) and not deletes_all:
                return Rcode.FORMERR
        serial = self.soa[0].serial
        changed = [self._change(rrset) for rrset in changes]
        if any(changed) and self.soa[0].serial == serial:
            soa = self.soa[0].replace(serial=(serial + 1) % 2**32 or 1)
            self._put(self.origin, SOA, dns.rdataset.from_rdata(self.soa.ttl, soa))
        return Rcode.NOERROR

    def _change(self, rrset: RRset) -> bool:
        """True where *rrset* changed the zone."""
        name, rdtype = rrset.name, rrset.rdtype
        node = self._nodes.get(name, {})
        kept = {SOA, NS} if name == self.origin else set()
        match rrset.deleting:
            case dns.rdataclass.ANY:
                going = set(node) if rdtype == ANY else {rdtype}
                gone = [self._put(name, each, None) for each in going - kept]
                return any(gone)
            case dns.rdataclass.NONE:
                return self._without(name, rdtype, rrset[0], last_stays=rdtype in kept)
            case _:
                return self._with(name, rdtype, rrset)

    def _without(self, name: Name, rdtype: RdataType, rdata: Rdata, *, last_stays: bool) -> bool:
        held = self._nodes.get(name, {}).get(rdtype, Rdataset(rdata.rdclass, rdtype))
        left = [each for each in held if each != rdata]
        if rdtype == SOA or (last_stays and not left):
            return False
        return self._put(name, rdtype, dns.rdataset.from_rdata_list(held.ttl, left) if left else None)

    def _with(self, name: Name, rdtype: RdataType, rrset: RRset) -> bool:
        node = self._nodes.get(name, {})
        if node and (rdtype == CNAME) != (CNAME in node):
            return False
        if rdtype == SOA and (name != self.origin or not _newer(rrset[0].serial, self.soa[0].serial)):
            return False
        held = () if rdtype in (CNAME, SOA) else node.get(rdtype, ())
        return self._put(name, rdtype, dns.rdataset.from_rdata_list(rrset.ttl, [*held, *rrset]))

    def _put(self, name: Name, rdtype: RdataType, rdataset: Rdataset | None) -> bool:
        """Replace one RRset, or take it away, and keep count; True where that is a change."""
        node = self._nodes.get(name, {})
        held = node.get(rdtype)
        if held == rdataset and (held is None or rdataset is None or held.ttl == rdataset.ttl):
            return False
        step = -bool(node)
        if rdataset is None:
            del node[rdtype]
        else:
            node[rdtype] = rdataset
        step += bool(node)
        if node:
            self._nodes[name] = node
        else:
            del self._nodes[name]
        for depth in range(len(name), len(self.origin) - 1, -1) if step else ():
            _, ancestor = name.split(depth)
            self._below[ancestor] += step
            if not self._below[ancestor]:
                del self._below[ancestor]
        return True

    def _match(self, name: Name) -> Node | None:
        """The node that answers for *name*: its own, an empty one, a wildcard's, or None (RFC 4592)."""
        if name in self._below:
            return self._nodes.get(name, {})
        while name not in self._below:
            name = name.parent()
        wildcard = Name((b"*", *name.labels))
        return self._nodes.get(wildcard, {}) if wildcard in self._below else None

    def _cut(self, name: Name) -> RRset | None:
        """The NS RRset of the delegation *name* is at or below."""
        for depth in range(len(self.origin) + 1, len(name) + 1):
            _, ancestor = name.split(depth)
            if NS in self._nodes.get(ancestor, {}):
                return _rrset(ancestor, self._nodes[ancestor][NS])
        return None

    def _glue(self, cut: RRset) -> list[RRset]:
        nodes = ((ns.target, self._nodes.get(ns.target, {})) for ns in cut)
        return [
            _rrset(name, node[rdtype])
            for name, node in nodes
            for rdtype in (RdataType.A, RdataType.AAAA)
            if rdtype in node
        ]

    def _negative(self) -> RRset:
        soa = self.soa
        soa.ttl = min(soa.ttl, soa[0].minimum)
        return soa


def _rrset(name: Name, rdataset: Rdataset) -> RRset:
    return dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))


def _newer(serial: int, than: int) -> bool:
    """Serial number arithmetic, RFC 1982 section 3.2."""
    return 0 < (serial - than) % 2**32 < 2**31
