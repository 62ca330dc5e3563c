"""What the world answers for mail domains and zones: their own names, and what these lead to.

Some hundred subjects are looked at together, so that questions go out in few waves and a name of others is
asked once, while memory stays that of one such chunk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Protocol

from dnsauth.checks.live import addresses, dane, hosts, reputation
from dnsauth.checks.live.dmarc import addresses as report_addresses
from dnsauth.checks.live.dmarc import exchangers
from dnsauth.checks.live.documents import lookups
from dnsauth.checks.live.policies import explanations
from dnsauth.checks.live.reports import destinations
from dnsauth.checks.live.view import Served, Subject, Surveyed, registered
from dnsauth.dmarc import PREFIX
from dnsauth.live.answers import Answers
from dnsauth.live.look import Question
from dnsauth.live.reply import Absent, Alias, Answer, Reply
from dnsauth.live.resolution import Asked, Looping, Resolution, Resolved, Unanswered
from dnsauth.live.servers import Authority, Delegation
from dnsauth.names import within
from dnsauth.records import spf
from dnsauth.spf.closure import closure
from dnsauth.spf.tree import Tree

TOGETHER = 500  # subjects
_STEPS = 3  # from a host or address to what its name leads to, and why

_TOLD = (Answer, Alias, Absent)


class Network(Protocol):
    """What is asked; `dnsauth.live.network.Network` is one."""

    def authorities(self, zones: Iterable[str], /) -> Mapping[str, Authority]:
        """The authoritative servers of each zone."""

    def delegations(self, zones: Iterable[str], /) -> Mapping[str, Delegation]:
        """What the parent of each zone says of it."""

    def look(self, questions: Iterable[Question], /) -> Mapping[Question, Reply]:
        """The reply of each server to the question it is asked."""

    def resolve(self, asked: Iterable[Asked], /) -> Mapping[Asked, Resolution]:
        """What each name is, CNAMEs followed."""

    def validated(self, asked: Iterable[Asked], /) -> Mapping[Asked, Resolution]:
        """What the world's resolver says of each name, by DNSSEC."""


def survey(subjects: Iterable[Subject], network: Network) -> Iterator[Surveyed]:
    """What *network* answers for each of *subjects*, in their order."""
    left = iter(subjects)
    shared: dict[str, Tree] = {}
    while chunk := tuple(islice(left, TOGETHER)):
        yield from _Chunk(chunk, network, shared).surveyed()


class _Chunk:
    """Subjects that are looked at together, and every answer so far.

    *shared* are the SPF records of others that were found without a fault in this run: of them nobody looks
    at an answer again.
    """

    def __init__(self, subjects: tuple[Subject, ...], network: Network, shared: dict[str, Tree]) -> None:
        self._subjects = subjects
        self._network = network
        self._shared = shared
        self._answers = Answers(network.resolve)

    def surveyed(self) -> Iterator[Surveyed]:
        served = self._served()
        self._answers.fetch(asked for subject in self._subjects for asked in _unasked(subject, served))
        aliases = self._follow(served)
        owners = [tuple(self._policies(subject)) for subject in self._subjects]
        trees = self._trees(dict.fromkeys(owner for each in owners for owner in each))
        self._answers.fetch(asked for tree in trees.values() for asked in explanations(tree))
        self._answers.fetch(tuple(self._reports()))
        self._answers.fetch(tuple(self._documents()))
        self._answers.fetch(tuple(self._registered()))
        for _ in range(_STEPS):
            self._answers.fetch(tuple(self._beyond()))
        reaches = (subject.reach for subject in self._subjects if subject.delegated)
        validated = self._network.validated(tuple(dane.questions(reaches)))
        for subject, each in zip(self._subjects, owners, strict=True):
            yield Surveyed(
                subject,
                self._answers.resolutions,
                {owner: trees[owner] for owner in each},
                served.get(subject.domain),
                aliases,
                validated=validated,
            )

    def _served(self) -> Mapping[str, Served]:
        """What stands above each zone of ours, and what each of its servers replies."""
        zones = [subject for subject in self._subjects if subject.zone]
        if not zones:
            return {}
        delegated = [zone.domain for zone in zones if zone.delegated]
        authorities = self._network.authorities([zone.domain for zone in zones])
        delegations = self._network.delegations(delegated)
        replies = self._network.look(
            Question(server, *asked)
            for zone in zones
            for server in authorities[zone.domain].servers
            for asked in dict.fromkeys((Asked(zone.domain, "SOA"), *_own(zone)))
        )
        validated = self._network.validated(Asked(zone, "SOA") for zone in delegated)
        return {
            zone.domain: Served(
                authorities[zone.domain],
                replies,
                delegations.get(zone.domain),
                validated.get(Asked(zone.domain, "SOA")),
            )
            for zone in zones
        }

    def _follow(self, served: Mapping[str, Served]) -> Mapping[str, str]:
        """Take what servers reply for an answer, and follow the CNAMEs in it, by owner name."""
        found = self._answers.resolutions
        links: dict[Asked, Asked] = {}
        for subject in self._subjects:
            if subject.domain not in served:
                continue
            for asked in _own(subject):
                reply = _first(served[subject.domain], asked)
                found[asked] = _said(reply)
                if isinstance(reply, Alias):
                    links[asked] = Asked(reply.rrset.values[0], asked.type)
                elif asked.type == "CNAME" and isinstance(reply, Answer):
                    links[Asked(asked.name, "TXT")] = Asked(reply.rrset.values[0], "TXT")
        self._answers.fetch(links.values())
        found |= {asked: _behind(link.name, found[link]) for asked, link in links.items()}
        return {asked.name: link.name for asked, link in links.items()}

    def _policies(self, subject: Subject) -> Iterator[str]:
        """The owners of the SPF records of *subject*."""
        for asked in subject.names:
            if asked.type == "TXT" and within(asked.name, subject.domain):
                said = self._answers.resolutions[asked]
                if isinstance(said, Resolved) and not said.chain and any(map(spf.selects, said.values)):
                    yield asked.name

    def _trees(self, owners: Collection[str]) -> Mapping[str, Tree]:
        """The SPF records of *owners* with all they bring in."""
        known = {name: tree for name, tree in self._shared.items() if name not in owners}
        trees = closure(owners, self._answers.known, self._answers.fetch, known)
        for name, tree in known.items():
            if name not in owners and not (tree.missing or tree.errors or tree.voids):
                self._shared[name] = tree
        return trees

    def _reports(self) -> Iterator[Asked]:
        """Where other organisations would say that they take reports, and who takes the mail."""
        for subject in self._subjects:
            for asked in subject.names:
                said = self._answers.resolutions[asked]
                if asked.name.startswith(PREFIX) and isinstance(said, Resolved):
                    yield from (each.authorised for each in destinations(asked.name, said.values))
                    yield from map(exchangers, report_addresses(said.values))

    def _documents(self) -> Iterator[Asked]:
        """What is to be known before the documents that records name are fetched."""
        for subject in self._subjects:
            yield from lookups(subject, self._answers.resolutions)

    def _beyond(self) -> Iterator[Asked]:
        """What is asked of hosts that receive, of addresses that send, and of lists."""
        found = self._answers.resolutions
        for subject in self._subjects:
            for area in (hosts, addresses, reputation):
                yield from area.questions(subject.reach, found)

    def _registered(self) -> Iterator[Asked]:
        """The registered names above those of others that do not exist."""
        own = {asked for subject in self._subjects for asked in subject.names}
        for asked, said in self._answers.resolutions.items():
            if isinstance(said, Resolved) and not said.exists and (said.chain or asked not in own):
                domain = registered(said.chain[-1] if said.chain else asked.name)
                if domain:
                    yield Asked(domain, "NS")


def _own(subject: Subject) -> Iterator[Asked]:
    """The names of a zone that its servers are asked for."""
    return (asked for asked in subject.names if within(asked.name, subject.domain))


def _unasked(subject: Subject, served: Mapping[str, Served]) -> Iterator[Asked]:
    """What is to be resolved for *subject*, its servers having been asked."""
    if not subject.zone:
        yield from subject.names
        return
    zone = served[subject.domain]
    yield from (asked for asked in subject.names if not within(asked.name, subject.domain))
    if zone.delegation is not None and zone.authority.servers:
        yield Asked(subject.domain, "NS")
        if zone.delegation.signed:
            yield Asked(subject.domain, "DNSKEY")
    for missing in zone.authority.missing:
        if missing.name != subject.domain:
            yield from (Asked(missing.name, type) for type in ("A", "AAAA"))


def _first(served: Served, asked: Asked) -> Reply | None:
    """The reply of the first server that answers, or of one that does not."""
    for server in served.authority.servers:
        if isinstance(reply := served.reply(server, asked), _TOLD):
            return reply
    return None


def _said(reply: Reply | None) -> Resolution:
    match reply:
        case Answer(rrset):
            return Resolved(rrset.values, rrset.ttl)
        case Absent():
            return Resolved((), 0, exists=reply is Absent.NODATA)
        case _:
            return Unanswered("none of its servers answers")


def _behind(target: str, said: Resolution) -> Resolution:
    """What a CNAME to *target* leads to."""
    match said:
        case Resolved(chain=chain):
            return said._replace(chain=(target, *chain))
        case Looping(chain):
            return Looping((target, *chain))
        case _:
            return said
