"""What ``dnsauth lock --refresh`` does: ask again what records of ours lead to, and say what is new."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import typer

from dnsauth.cli import console, looking, refreshed, serving, stages
from dnsauth.cli.console import Count
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run
from dnsauth.desired.derive import derive
from dnsauth.desired.load import load
from dnsauth.errors import DnsauthError
from dnsauth.files import write_atomically
from dnsauth.live.network import Network
from dnsauth.live.resolution import Asked, Resolved, resolution_said
from dnsauth.live.resolver import resolvers
from dnsauth.lock import observed_file
from dnsauth.lock.observed import Key, Looked, NoKey, Observed, Values, vendor_key
from dnsauth.lock.observed_changes import Changes, changes
from dnsauth.lock.observed_parse import FILE, parse
from dnsauth.names import readable
from dnsauth.output import json
from dnsauth.output import refresh as output
from dnsauth.output.fenced import fenced
from dnsauth.records import spf
from dnsauth.spf.closure import closure
from dnsauth.spf.lookup import NoSuchName, NotLooked, overlaid

AT_ONCE = 500  # names asked between two words of progress


def refresh(
    run: Run,
    resolver: str | None = None,
    server: Sequence[str] | None = None,
    timeout: float | None = None,
) -> None:
    """Ask again what records of the chosen zones lead to, write the observed lock, and say what is new."""
    whole = looking.over(load(run.directory), resolver, server)
    chosen = stages.chosen(run, whole)
    zones = chosen.inventory.zones
    inventory, before, now = whole.inventory, whole.observed, run.now.replace(microsecond=0)
    desired = derive(inventory, whole.catalogue).desired
    wanted = refreshed.wanted(inventory, desired, chosen.locks)
    records = (wanted.desired, wanted.left)
    seconds = serving.seconds(timeout, chosen)
    with (
        serving.network(run, whole, seconds) as network,
        console.progress("names asked:", quiet=run.quiet) as count,
    ):
        asking = _Asking(network, before, count)
        for own, terms in records:
            closure(terms, overlaid(asking.lookup, own), asking.fetch)
        keys = asking.keys(wanted.selectors)
        asking.fetch(refreshed.registrations(asking.answers, wanted.selectors, inventory.zones))
        found = refreshed.Found(asking.answers, keys, asking.unanswered)
    if found.unanswered and not (found.answers or found.keys):
        name, why = next(iter(found.unanswered.items()))
        raise DnsauthError(
            f"no name could be asked, so {FILE} stays as it is: {name.name} {name.type} {why}",
            "name a resolver that answers: `live: {resolver: ADDRESS:PORT}` or --resolver",
        )
    after = refreshed.observed(
        before, found, wanted.desired.own, now, whole=zones.keys() == inventory.zones.keys()
    )
    after = replace(
        after,
        resolver=", ".join(server.address for server in resolvers(inventory.live.resolver)),
        retired=refreshed.retired(
            before,
            whole.flattened,
            derive(inventory, whole.catalogue, replace(after, retired={})).flattened,
            now,
            {domain.name for zone in zones.values() for domain in zone.domains},
        ),
    )
    new = changes(before, after, refreshed.uses(records, after.lookup, before.lookup), wanted.selectors)
    _write(run, after)
    _say(run, new, after, found.unanswered)


class _Asking:
    """What was asked, and what came of it; what could not be asked answers as it did *before*."""

    def __init__(self, network: Network, before: Observed, count: Count) -> None:
        self._network = network
        self._before = before
        self._count = count
        self._wanted = self._done = 0
        self.answers: dict[Looked, Values] = {}
        self.unanswered: dict[Looked, str] = {}

    def lookup(self, name: str, type: str) -> tuple[str, ...]:
        asked = Looked(name, type)
        if asked in self.unanswered:
            return self._before.lookup(name, type)
        if asked not in self.answers:
            raise NotLooked(f"{name} {type} was not asked yet")
        if (values := self.answers[asked]) is None:
            raise NoSuchName(f"{name} does not exist")
        return values

    def fetch(self, questions: Collection[tuple[str, str]]) -> None:
        for asked, values in self._resolved(questions):
            selected = tuple(filter(spf.selects, values)) if values and asked.type == "TXT" else values
            if selected or asked.type != "NS":  # a domain without is no zone of its own, or is told of
                self.answers[asked] = selected

    def keys(self, targets: Collection[str]) -> dict[str, Key | NoKey]:
        found = self._resolved([(target, "TXT") for target in targets])
        return {asked.name: vendor_key(values) for asked, values in found}

    def _resolved(self, questions: Collection[tuple[str, str]]) -> Iterator[tuple[Looked, Values]]:
        self._wanted += len(questions)
        left = iter(sorted(questions))
        while some := [Asked(*question) for question in islice(left, AT_ONCE)]:
            for asked, resolution in self._network.resolve(some).items():
                looked = Looked(*asked)
                match resolution:
                    case Resolved(values, exists=exists):
                        yield looked, values if exists else None
                    case _:
                        self.unanswered[looked] = resolution_said(resolution)
            self._done += len(some)
            self._count(self._done, self._wanted)


def _write(run: Run, after: Observed) -> None:
    path = run.directory / FILE
    if not (after.answers or after.keys or path.exists()):
        return  # nothing of ours leads to others
    text = observed_file.write(after)
    again, problems = parse(text.encode())
    if problems or again != after:  # better no file than one that stops every command
        reason = problems[0].message if problems else "it reads otherwise than it is"
        raise DnsauthError(
            f"{FILE} stays as it is, for what was found cannot be recorded: {reason}",
            f"the longest record is that of {_longest(after)}: remove the sender that leads there",
        )
    write_atomically(path, text)
    if not run.quiet:
        console.talk(f"wrote {FILE}")


def _longest(after: Observed) -> str:
    names = {name: sum(map(len, one.records or ())) for name, one in after.spf.items()}
    return readable(max(names, key=lambda name: names[name], default="nobody"))


def _say(run: Run, new: Changes, after: Observed, unanswered: Mapping[Looked, str]) -> None:
    match run.format:
        case "json":
            console.answer(json.text(output.document(new, after, unanswered)))
        case "markdown":
            console.answer(fenced("dnsauth lock --refresh", output.text(new, after, unanswered, all=True)))
        case _:
            style = console.style(sys.stdout, verbose=run.verbose)
            console.answer(output.text(new, after, unanswered, style, all=run.verbose))
    if unanswered:
        raise typer.Exit(Exit.FAILED)
