"""Addresses we send from, by their reverse names: a PTR record whose name leads back (RFC 8601 section 3).

Of a network nobody knows which addresses send: that one has no name is told only where none of them has.
Names that servers say in HELO are looked at as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address

from dnsauth import names
from dnsauth.checks.live.hosts import Found, addresses, of_host
from dnsauth.checks.live.rules import UNASSESSED
from dnsauth.checks.live.view import LiveView, by
from dnsauth.checks.reach import Greeting, Reach, Sending
from dnsauth.checks.rules.reputation import (
    HELO_ELSEWHERE,
    HELO_HOMELESS,
    PTR_GENERIC,
    PTR_MISSING,
    PTR_UNCONFIRMED,
)
from dnsauth.checks.special import Address
from dnsauth.findings import Finding, Outcome, Rule
from dnsauth.live.resolution import Asked, Looping, Resolution, Resolved, resolution_said
from dnsauth.names import readable
from dnsauth.spf.addresses import plain

MOST = 4  # names of one address that are followed; a server has one

_LINE = "[av]?dsl|cable|dhcp|dial(?:up|in)?|dyn(?:amic)?|pool|ppp|broadband"
_GENERIC = re.compile(rf"(?:^|[.\d-])({_LINE})(?=[.\d-])")


def reverse(address: Address) -> Asked:
    """The question for the names of *address*, RFC 1035 section 3.5 and RFC 3596 section 2.5."""
    return Asked(f"{address.reverse_pointer}.", "PTR")


def _forward(name: str, address: Address) -> Asked:
    return Asked(name, "A" if isinstance(address, IPv4Address) else "AAAA")


def questions(reach: Reach, found: Found) -> Iterator[Asked]:
    """What is asked of *reach*, and what follows from what was *found*."""
    for address in reach.addresses:
        yield reverse(address)
        said = found.get(reverse(address))
        for name in said.values[:MOST] if isinstance(said, Resolved) else ():
            yield _forward(name, address)
    for greeting in reach.greetings:
        yield from of_host(greeting.name, found)


def sending(view: LiveView) -> Iterator[Finding]:
    """What is wrong with names of addresses that send, and with those that servers say in HELO."""
    reach = view.surveyed.subject.reach
    told: set[Address] = set()
    for each in reach.sending:
        yield from _network(view, each, told)
    for greeting in reach.greetings:
        yield from _greeting(view, greeting)


def _network(view: LiveView, network: Sending, told: set[Address]) -> Iterator[Finding]:
    nameless = []
    for address in network.addresses:
        if address in told:
            continue
        told.add(address)
        match view.surveyed.answers.get(reverse(address)):
            case None:
                pass
            case Resolved(values=()):
                nameless.append(address)
            case Resolved(values):
                yield from _named(view, network, address, values[:MOST])
            case said:
                yield _unassessed(view, network, reverse(address), said)
    if nameless and len(nameless) == len(network.addresses):
        yield _finding(view, PTR_MISSING, network, address=plain(network.network))


def _named(view: LiveView, network: Sending, address: Address, values: tuple[str, ...]) -> Iterator[Finding]:
    found = {name: view.surveyed.answers.get(_forward(name, address)) for name in values}
    for name, said in found.items():
        if isinstance(said, Resolved) and address in map(ip_address, said.values):
            if why := generic(name, address, names.deepest(name, view.asking.zones) is not None):
                facts = {"name": readable(name), "why": why}
                yield _finding(view, PTR_GENERIC, network, address=str(address), **facts)
            return
    for name, said in found.items():
        if not isinstance(said, Resolved | Looping | None):
            yield _unassessed(view, network, _forward(name, address), said)
            return
    called = ", ".join(map(readable, values))
    which = "no host of that name" if len(values) == 1 else "none of these hosts"
    yield _finding(view, PTR_UNCONFIRMED, network, address=str(address), names=called, which=which)


def generic(name: str, address: Address, ours: bool = False) -> str:
    """Why *name* looks as if it was made from *address*, or for a customer's line; else nothing.

    Words count only in names that are not *ours*.
    """
    if isinstance(address, IPv4Address):
        octets = str(address).split(".")
        numbers = [str(int(number)) for number in re.findall(r"\d+", name) if len(number) <= 3]
        runs = [numbers[at : at + 4] for at in range(len(numbers) - 3)]
        whole = (address.packed.hex(), "".join(f"{int(octet):03}" for octet in octets))
        if octets in runs or octets[::-1] in runs or any(text in name for text in whole):
            return "the address stands in it"
    elif any(text in name for text in (address.exploded.replace(":", "-"), address.packed.hex())):
        return "the address stands in it"
    word = None if ours else _GENERIC.search(name)
    return f"'{word[1]}' stands in it" if word else ""


def _greeting(view: LiveView, greeting: Greeting) -> Iterator[Finding]:
    facts = {"owner": readable(greeting.name), "sender": greeting.sender}
    match addresses(greeting.name, view.surveyed.answers):
        case None:
            return
        case Resolved(values=(), exists=exists):
            why = "has no address" if exists else "does not exist (NXDOMAIN)"
            yield _said_in_helo(view, HELO_HOMELESS, greeting, {**facts, "why": why})
        case Resolved(values):
            known = greeting.addresses
            of_kind = known.count4 if "." in values[0] else known.count6
            if of_kind and not any(ip_address(value) in known for value in values):
                listed = {"addresses": ", ".join(values)}
                yield _said_in_helo(view, HELO_ELSEWHERE, greeting, {**facts, **listed})
        case _ if view.unserved(greeting.name):
            return
        case said:
            why = f"the name {greeting.sender} says in HELO {resolution_said(said)}"
            more = {**facts, "type": "A", "why": why}
            yield _said_in_helo(view, UNASSESSED, greeting, more, Outcome.NOT_ASSESSED)


def _said_in_helo(
    view: LiveView,
    rule: Rule,
    greeting: Greeting,
    facts: dict[str, str],
    outcome: Outcome = Outcome.FAIL,
) -> Finding:
    where = view.place(greeting.name, "TXT", (greeting.sender,))
    return Finding(rule, where, greeting.name, facts, outcome)


def _finding(view: LiveView, rule: Rule, network: Sending, **facts: object) -> Finding:
    said = {"senders": list(network.senders), "by": by(network.senders)}
    return view.finding(rule, (network.owner, "TXT"), {**said, **facts}, network.senders)


def _unassessed(view: LiveView, network: Sending, asked: Asked, said: Resolution) -> Finding:
    why = f"{readable(asked.name)} {asked.type} {resolution_said(said)}"
    owner = (network.owner, "TXT")
    return view.finding(UNASSESSED, owner, {"why": why}, network.senders, Outcome.NOT_ASSESSED)
