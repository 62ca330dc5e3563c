"""Cases of rules on hosts, addresses and lists: files, and what the world says of what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from dnsauth.checks.live.judge import judged
from dnsauth.checks.live.view import Asking, Subject
from dnsauth.checks.reach import known_hosts, reach
from dnsauth.desired.load import load
from dnsauth.findings import Finding
from dnsauth.live.resolution import Asked, Resolution
from dnsauth.survey import survey
from tests.checks.live_worlds import INSECURE, NS, World, checked
from tests.plan.values import ZONE
from tests.servers.certificates import NOW

Served = Mapping[tuple[str, str], "tuple[str, ...] | Resolution"]

NOTHING: Served = {}


class Seen(NamedTuple):
    """A *rule* that fires where *others* say what is *wrong*, and is quiet where they say what is *right*.

    *resolver* is what the world's resolver says by itself; *wrong* and *right* stand above both.
    """

    rule: str
    zone: str
    wrong: Served
    right: Served
    others: Served = NOTHING
    config: str = ""
    world: World = World(validated_as=INSECURE)


def repository_of(zone: str, directory: Path, config: str = ""):
    for name, text in (
        ("dnsauth.yaml", f"version: 1\n{config}"),
        ("zones/example.com.yaml", f"version: 1\ndomains:\n{zone}"),
    ):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load(directory)


def found(case: Seen, said: Served, directory: Path, *, delegated: bool = True) -> list[Finding]:
    """What is found live where others say *said* besides; all that the files ask for is served."""
    repository = repository_of(case.zone, directory, case.config)
    inventory, catalogue, desired = repository.inventory, repository.catalogue, repository.desired[ZONE]
    answers = {**case.others, **said}
    ours = {(ZONE, "NS"): NS, **{tuple(one.id): one.texts for one in desired}}
    ours |= {at: answers[at] for at in answers if at in ours}
    world = replace(case.world, ours=ours, others=answers, resolver={**case.world.resolver, **answers})
    rests = reach(inventory.zones[ZONE], desired, catalogue, known_hosts(catalogue), inventory.reputation)
    asked = tuple(Asked(*one.id) for one in desired)
    subject = Subject(ZONE, asked, zone=True, delegated=delegated, reach=rests)
    asking = Asking(inventory.zones, repository.desired, {}, catalogue, repository.observed, now=NOW)
    return checked(one for each in judged(survey([subject], world), asking) for one in each.findings)


def codes(case: Seen, directory: Path) -> Iterator[set[str]]:
    """The codes of what is found where it is wrong, and where it is right."""
    for said in (case.wrong, case.right):
        yield {one.rule.code for one in found(case, said, directory)}
