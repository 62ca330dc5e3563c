"""Public DNS in the place of a provider: what all authoritative servers of a zone answer, as if it were held.

Nobody can list a zone by asking. Asked is what a plan compares, and then, wave by wave, what else it has to
know of the names it would change (`dnsauth.diff.heard`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NoReturn, TypeAlias

from dnsauth.desired.load import Repository
from dnsauth.diff.compare import ZONES, compared, label, questions, unheard
from dnsauth.diff.heard import Heard
from dnsauth.errors import DnsauthError
from dnsauth.live.look import Look, Question
from dnsauth.live.reply import Absent, Alias, Answer, Lame, Reply, serial
from dnsauth.live.servers import Authority, Server
from dnsauth.names import readable
from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRsetId

Replies: TypeAlias = Mapping[RRsetId, Reply]
"""What one server said."""

_SEE = "`dnsauth diff` shows what each server answers; `live:` in dnsauth.yaml says whom to ask or to ignore"


class Public:
    """A `dnsauth.plan.model.Provider` that can only be read; the locks of *repository* are up to date.

    Zones are asked `ZONES` at a time, in the order of the inventory.
    """

    name = "public DNS"
    local = True  # what is read was asked for together, by then

    def __init__(
        self,
        repository: Repository,
        *,
        authorities: Callable[[Collection[str]], Mapping[str, Authority]],
        look: Look,
    ) -> None:
        self._repository = repository
        self._authorities = authorities
        self._look = look
        self._zones = tuple(repository.inventory.zones)
        self._read: dict[str, Held | str] = {}

    def read(self, zone: str) -> Held:
        """What all servers of *zone* answer alike; raises `DnsauthError` where they differ."""
        if zone not in self._read:
            start = self._zones.index(zone)
            self._read = self._observed(self._zones[start : start + ZONES])
        found = self._read.pop(zone)
        if isinstance(found, str):
            raise DnsauthError(found, _SEE)
        return found

    def write(self, held: Held, changes: tuple[Change, ...]) -> NoReturn:  # noqa: ARG002  as a provider has it
        """Raise `DnsauthError`: nobody writes to public DNS."""
        raise DnsauthError(
            f"{readable(held.zone)} can't be written to {self.name}", "plan without `--observed`"
        )

    def _observed(self, zones: Collection[str]) -> dict[str, Held | str]:
        """What each of *zones* is, or why that is not known."""
        authorities = self._authorities(zones)
        asked = {zone: _Asked(self._heard(zone), authorities[zone]) for zone in zones}
        ahead = {one: one.heard.claimed for one in asked.values()}
        while ahead:
            replies = self._look(question for one, ids in ahead.items() for question in one.questions(ids))
            for one, ids in ahead.items():
                one.take(ids, replies)
            ahead = {one: ids for one in ahead if not one.problem and (ids := one.heard.wanting())}
        return {zone: one.problem or one.heard.held() for zone, one in asked.items()}

    def _heard(self, name: str) -> Heard:
        zone = self._repository.inventory.zones[name]
        desired, lock = self._repository.desired[name], self._repository.locks[name]
        domains = tuple(domain.name for domain in zone.domains)
        claimed = compared(desired, lock)
        return Heard(
            name, ", ".join(zone.providers), desired, lock, claimed, domains, self._repository.lookup
        )


class _Asked:
    """The servers of one zone, what they said alike, and the *problem* that ends the asking."""

    def __init__(self, heard: Heard, authority: Authority) -> None:
        self.heard = heard
        self.problem = ""
        self._authority = authority
        self._apex = RRsetId(heard.zone, "SOA")

    def questions(self, ids: Iterable[RRsetId]) -> Iterator[Question]:
        """What each server is asked, to learn of *ids*."""
        return questions(self._authority, ids)

    def take(self, ids: Collection[RRsetId], replies: Mapping[Question, Reply]) -> None:
        """Learn what *replies* say of *ids*, or why they say nothing."""
        said = {
            server: {id: replies[Question(server, *id)] for id in (self._apex, *ids)}
            for server in self._authority.servers
        }
        self.problem = self._unserved(said) or self._unheard(said)
        for id in ids:
            if self.problem or id == self._apex:
                continue
            told = {server: each[id] for server, each in said.items() if self._tells(each, id)}
            self.problem = self._disagreement(id, told, said)
            # a name that one server calls absent may have others below it
            self.heard.replies[id] = max(told.values(), key=lambda reply: reply is not Absent.NXDOMAIN)

    def _tells(self, said: Replies, id: RRsetId) -> bool:
        """True for an answer; and for a referral, which a server gives that has authority over the zone."""
        reply = said[id]
        return isinstance(reply, Answer | Alias | Absent) or (
            isinstance(reply, Lame) and isinstance(said[self._apex], Answer)
        )

    def _unserved(self, said: Mapping[Server, Replies]) -> str:
        """Which servers have authority over the name, and no such zone."""
        without = [label(one) for one, each in said.items() if isinstance(each[self._apex], Absent | Alias)]
        verb = "serves" if len(without) == 1 else "serve"
        return f"{', '.join(without)} {verb} no such zone" if without else ""

    def _unheard(self, said: Mapping[Server, Replies]) -> str:
        """Which servers did not tell, and why."""
        heard = {
            server: {id: Absent.NODATA if self._tells(each, id) else reply for id, reply in each.items()}
            for server, each in said.items()
        }
        ids = next(iter(heard.values()), {self._apex: None})
        return "; ".join(dict.fromkeys(one.why for one in unheard(self._authority, tuple(ids), heard)))

    def _disagreement(self, id: RRsetId, told: Mapping[Server, Reply], said: Mapping[Server, Replies]) -> str:
        """Which servers tell of *id* otherwise than the first does."""

        def named(server: Server) -> str:
            number = serial(said[server][self._apex])
            return label(server) if number is None else f"{label(server)} (serial {number})"

        first, *others = told
        differing = [server for server in others if _plain(told[server]) != _plain(told[first])]
        verb = "answers" if len(differing) == 1 else "answer"
        return (
            f"its servers disagree: {', '.join(map(named, differing))} {verb} otherwise than {named(first)}"
            f" for {readable(id.owner)} {id.type}"
            if differing
            else ""
        )


def _plain(reply: Reply) -> Reply:
    """*reply*, but whatever is absent is absent alike."""
    return Absent.NODATA if isinstance(reply, Absent) else reply
