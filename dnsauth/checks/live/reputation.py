"""DNS block lists, RFC 5782, asked of addresses we send from and of domains that send.

- An address is asked for with its octets reversed, or the nibbles of an IPv6 address, before the name of the
  list (sections 2.1 and 2.4), a domain as it is (section 2.2): an A record means that it is listed, its
  values why, and NXDOMAIN that it is not. A TXT record there is for people.
- Every list has the entry 127.0.0.2, or ``::ffff:7f00:2``, or ``test``, and lacks 127.0.0.1,
  ``::ffff:7f00:1``, or ``invalid`` (section 5): only one that answers both rightly is asked further, so that
  a list that is gone, or that lists everything, counts for nothing.
- Values lie in 127.0.0.0/8 (section 2.1). Lists refuse with some of them: those within 127.255.255.0/24 are
  errors, and 127.0.0.1 says that somebody is not served.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, ip_address
from typing import NamedTuple, TypeAlias

from dnsauth.checks.live.drift import Told
from dnsauth.checks.live.hosts import Found
from dnsauth.checks.live.view import LiveView, by, short
from dnsauth.checks.reach import Reach
from dnsauth.checks.rules.reputation import DOMAIN_LISTED, LISTED, REFUSED, STANDING, UNFIT
from dnsauth.checks.special import Address
from dnsauth.findings import NOWHERE, Finding, Outcome, Rule
from dnsauth.live.resolution import Asked, Resolution, Resolved, resolution_said
from dnsauth.names import readable

_CODES = IPv4Network("127.0.0.0/8")
_ERRORS = IPv4Network("127.255.255.0/24")
_REFUSALS = {  # docs.spamhaus.com, "Return codes"; other lists took them over
    "127.255.255.252": ("the name of the list is misspelt", "correct it under `reputation:`"),
    "127.255.255.254": (
        "the question came by a public resolver, which it does not serve",
        "name a resolver of your own with --resolver or `live.resolver`",
    ),
    "127.255.255.255": (
        "it was asked too often from here",
        "ask less often, or subscribe to the list",
    ),
    "127.0.0.1": ("it does not serve who asks from here", "ask the list who may use it"),
}
_KEY = re.compile(r"(?:^|(?<=\.))(?=[a-z]*[0-9])[a-z0-9]{20,}(?=\.)")  # a subscriber's, which is secret
_OTHERWISE = "ask the list what that means"


class Kind(Enum):
    """What a list is asked of: the entries of which it must have one, and the one it must not have.

    SURBL and URIBL, lists of the domains in links, have the address as their entry for tests.
    """

    IPV4 = (("127.0.0.2",), "127.0.0.1")
    IPV6 = (("::ffff:7f00:2",), "::ffff:7f00:1")
    DOMAIN = (("test", "2.0.0.127"), "invalid")

    @property
    def tests(self) -> tuple[str, ...]:
        """All of them."""
        has, lacks = self.value
        return (*has, lacks)


@dataclass(frozen=True, slots=True)
class Listed:
    """It is listed, for what *codes* mean."""

    codes: tuple[str, ...]


class Clear(Enum):
    """It is not listed."""

    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The list did not say, on purpose; *hint* is what to do about it."""

    why: str
    hint: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell what the list has."""

    why: str


def called(zone: str) -> str:
    """The name of the list *zone* for people, without the key that some lists have in it."""
    return readable(_KEY.sub("KEY", zone))


Said: TypeAlias = Listed | Clear | Refusal | Unknown


class Entry(NamedTuple):
    """What is asked of the list *zone*: an address, or a domain without its final dot."""

    zone: str
    kind: Kind
    text: str

    @property
    def asked(self) -> Asked:
        """The question whether it is listed."""
        name = self.text
        if self.kind is not Kind.DOMAIN:
            pointer = ip_address(self.text).reverse_pointer
            name = pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
        return Asked(f"{name}.{self.zone}", "A")

    @property
    def reason(self) -> Asked:
        """The question why."""
        return Asked(self.asked.name, "TXT")


class Standing(NamedTuple):
    """How many of what a run *asked* a *list* about is *listed*; of some it is *unknown*."""

    list: str
    asked: int
    listed: int
    unknown: int


def said(resolution: Resolution) -> Said:
    """What a list says by the answer *resolution* to the question for an entry."""
    match resolution:
        case Resolved(values=()):
            return Clear.CLEAR
        case Resolved(values):
            return _read(values)
        case _:
            return Unknown(f"it {resolution_said(resolution)}")


def _read(values: tuple[str, ...]) -> Said:
    for value in values:
        if IPv4Address(value) not in _CODES:
            return Unknown(f"it answers {value}, which is no code of a list (RFC 5782 section 2.1)")
        if value in _REFUSALS:
            why, hint = _REFUSALS[value]
            return Refusal(f"it answers {value}: {why}", hint)
        if IPv4Address(value) in _ERRORS:
            return Refusal(f"it answers {value}, the code of an error", _OTHERWISE)
    return Listed(values)


def entries(reach: Reach) -> dict[tuple[str, Kind], tuple[Entry, ...]]:
    """What each list is asked of, by its name and kind."""
    found: dict[tuple[str, Kind], tuple[Entry, ...]] = {}
    for zone in reach.lists.addresses:
        for kind in (Kind.IPV4, Kind.IPV6):
            some = (address for address in reach.addresses if _kind(address) is kind)
            found[zone, kind] = tuple(Entry(zone, kind, str(address)) for address in some)
    for zone in reach.lists.domains:
        some_domains = (domain.removesuffix(".") for domain in reach.domains)
        found[zone, Kind.DOMAIN] = tuple(Entry(zone, Kind.DOMAIN, domain) for domain in some_domains)
    return {key: each for key, each in found.items() if each}


def _kind(address: Address) -> Kind:
    return Kind.IPV4 if isinstance(address, IPv4Address) else Kind.IPV6


def questions(reach: Reach, found: Found) -> Iterator[Asked]:
    """What is asked of *reach*, and what follows from what was *found*.

    A list proves first that it is one.
    """
    for (zone, kind), asked in entries(reach).items():
        yield from (Entry(zone, kind, text).asked for text in kind.tests)
        if _fitness(zone, kind, found) is Clear.CLEAR:
            for entry in asked:
                yield entry.asked
                if entry.asked in found and isinstance(said(found[entry.asked]), Listed):
                    yield entry.reason


def _fitness(zone: str, kind: Kind, found: Found) -> Refusal | Unknown | Clear | None:
    """`Clear` for a list that has its test entry and lacks the other; None where that was not asked."""
    answers = [found.get(Entry(zone, kind, text).asked) for text in kind.tests]
    told = [said(answer) for answer in answers if answer is not None]
    if len(told) < len(answers):
        return None
    *has, lacks = told
    for answer in told:
        if isinstance(answer, Refusal | Unknown):
            return answer
    if not any(isinstance(answer, Listed) for answer in has):
        tests = " or ".join(kind.value[0])
        return None if kind is Kind.IPV6 else Unknown(f"it lacks its own test entry {tests}")
    if isinstance(lacks, Listed):
        return Unknown(f"it has {kind.value[1]}, which no list has, and perhaps everything")
    return Clear.CLEAR


def reputation(view: LiveView, told: Told) -> Iterator[Finding]:
    """What lists say of the addresses and domains of a zone; why one does not answer is *told* once."""
    reach, found = view.surveyed.subject.reach, view.surveyed.answers
    for (zone, kind), asked in entries(reach).items():
        answers = {one: said(found[one.asked]) for one in asked if one.asked in found}
        listed = {one: answer for one, answer in answers.items() if isinstance(answer, Listed)}
        silent = {one: answer for one, answer in answers.items() if isinstance(answer, Refusal | Unknown)}
        match _fitness(zone, kind, found):
            case Unknown(why) if told.anew(zone, "list"):
                yield _of_list(view, UNFIT, zone, why=why)
            case Refusal() as refusal if told.anew(zone, "list"):
                yield _refused(view, zone, kind.tests[0], refusal)
            case _:
                pass
        for entry, answer in silent.items():
            if told.anew(zone, "list"):
                yield _refused(view, zone, entry.text, answer)
        for entry, codes in listed.items():
            yield _listed(view, entry, codes)
        unknown = [one for one in asked if one not in answers or one in silent]
        texts = {"entries": asked, "on_list": listed, "not_told": unknown}
        yield _standing(view, zone, kind, {name: [one.text for one in some] for name, some in texts.items()})


def _of_list(view: LiveView, rule: Rule, zone: str, **facts: str) -> Finding:
    where = view.zone.where if view.zone else NOWHERE
    return Finding(rule, where, view.domain, {"list": called(zone), **facts}, Outcome.NOT_ASSESSED)


def _refused(view: LiveView, zone: str, entry: str, answer: Refusal | Unknown) -> Finding:
    hint = answer.hint if isinstance(answer, Refusal) else "try again"
    return _of_list(view, REFUSED, zone, entry=entry, why=answer.why, hint=hint)


def _listed(view: LiveView, entry: Entry, codes: Listed) -> Finding:
    reason = " ".join(view.surveyed.values(*entry.reason))
    facts = {
        "list": called(entry.zone),
        "codes": ", ".join(codes.codes),
        "reason": f": '{short(reason)}'" if reason else "",
        "said": reason,
    }
    if entry.kind is Kind.DOMAIN:
        return view.finding(DOMAIN_LISTED, (f"{entry.text}.", "TXT"), facts)
    address = ip_address(entry.text)
    (owner, senders), *_ = (
        (each.owner, each.senders) for each in view.surveyed.subject.reach.sending if address in each.network
    )
    named = {"address": entry.text, "senders": list(senders), "by": by(senders)}
    return view.finding(LISTED, (owner, "TXT"), {**facts, **named}, senders)


def _standing(view: LiveView, zone: str, kind: Kind, texts: Mapping[str, list[str]]) -> Finding:
    """How a zone stands with a list, with the figures a trend is made of."""
    asked, listed, unknown = (len(some) for some in texts.values())
    facts = {
        "zone": readable(view.domain),
        "list": called(zone),
        "what": "domains" if kind is Kind.DOMAIN else "addresses",
        "asked": asked,
        "listed": listed or "none",
        "unknown": f"; of {unknown} it said nothing" if unknown else "",
        **texts,
    }
    where = view.zone.where if view.zone else NOWHERE
    return Finding(STANDING, where, view.domain, facts)


def standing(findings: Iterable[Finding]) -> tuple[Standing, ...]:
    """How all that *findings* tell of stands with each list, by its name; what zones share counts once."""
    sides: dict[str, tuple[set[str], set[str], set[str]]] = {}
    for one in findings:
        if one.rule is STANDING:
            known = sides.setdefault(str(one.facts["list"]), (set(), set(), set()))
            for side, name in zip(known, ("entries", "on_list", "not_told"), strict=True):
                texts = one.facts[name]
                side.update(map(str, texts) if isinstance(texts, list) else ())
    return tuple(
        Standing(name, len(asked), len(listed), len(unknown - listed))
        for name, (asked, listed, unknown) in sorted(sides.items())
    )
