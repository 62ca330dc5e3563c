"""What the world answers for the zones of a run, judged: the live half of `check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from time import monotonic

from dnsauth.checks.live.dmarc import policy_names
from dnsauth.checks.live.drift import moved, watched
from dnsauth.checks.live.judge import judged
from dnsauth.checks.live.rules import UNLOOKED
from dnsauth.checks.live.view import Asking, Subject, Surveyed, Unserved
from dnsauth.checks.reach import known_hosts, reach
from dnsauth.cli import console, serving
from dnsauth.cli.options import Run
from dnsauth.desired.load import Repository
from dnsauth.diff.compare import compared, diff
from dnsauth.fetch import fetched
from dnsauth.findings import Finding, Outcome
from dnsauth.inventory.model import Zone
from dnsauth.inventory.operations import Live
from dnsauth.live.https import Terms, trust
from dnsauth.live.resolution import Asked
from dnsauth.names import readable
from dnsauth.survey import survey


def findings(
    run: Run, repository: Repository, timeout: float | None = None
) -> Mapping[str, Sequence[Finding]]:
    """What is doubtful in what the world answers for each zone of *repository*, by its name.

    Once the time is up no more zones are begun: each of those left is not assessed as a whole.
    """
    inventory = repository.inventory
    found: dict[str, Sequence[Finding]] = {}
    seconds = serving.seconds(timeout, repository)
    deadline = monotonic() + seconds
    with (
        serving.network(run, repository, seconds) as network,
        console.progress("zones looked at:", quiet=run.quiet) as count,
    ):
        registrations = network.resolve(Asked(domain, "NS") for domain in watched(repository.observed))
        asking = Asking(
            inventory.zones,
            repository.desired,
            {name: str(settings.get("class", "")) for name, settings in inventory.providers.items()},
            repository.catalogue,
            repository.observed,
            lambda surveyed: _unserved(repository, surveyed),
            moved(repository.observed, registrations),
            run.now,
            {name: lock.keys for name, lock in repository.locks.items()},
        )
        zones = takewhile(lambda _: not network.late, inventory.zones)
        others = known_hosts(repository.catalogue)
        subjects = (_subject(repository, zone, others) for zone in zones)
        surveys = fetched(survey(subjects, network), lambda: _terms(run, inventory.live, deadline))
        for surveyed, each in judged(surveys, asking):
            found[surveyed.subject.domain] = each
            count(len(found), len(inventory.zones))
    return {
        name: found[name] if name in found else (_unlooked(zone),) for name, zone in inventory.zones.items()
    }


def _terms(run: Run, live: Live, deadline: float) -> Terms:
    """How `live:` says to fetch documents; raises `DnsauthError` where its `ca` cannot be read."""
    authorities = str(run.directory / live.ca) if live.ca else ""
    return Terms(trust(authorities), live.private, deadline=deadline)


def _unlooked(zone: Zone) -> Finding:
    facts = {"zone": readable(zone.name)}
    return Finding(UNLOOKED, zone.where, zone.name, facts, Outcome.NOT_ASSESSED)


def _subject(repository: Repository, zone: str, others: frozenset[str]) -> Subject:
    """What is looked at for *zone*: all it asks for or has recorded, and what it rests on.

    *others* are the names below which services have their hosts.
    """
    inventory, desired = repository.inventory, repository.desired[zone]
    names = dict.fromkeys(Asked(*id) for id in compared(desired, repository.locks[zone]))
    names |= dict.fromkeys(each for domain in inventory.zones[zone].domains for each in policy_names(domain))
    delegated = zone not in inventory.live.servers
    rests = reach(inventory.zones[zone], desired, repository.catalogue, others, inventory.reputation)
    return Subject(zone, tuple(names), zone=True, delegated=delegated, reach=rests)


def _unserved(repository: Repository, surveyed: Surveyed) -> Iterator[Unserved]:
    """The RRsets by which servers differ from what is desired."""
    zone, served = surveyed.subject.domain, surveyed.served
    if served is None:
        return
    found = diff(repository.desired[zone], repository.locks[zone], served.authority, served.replies)
    differing: dict[tuple[str, str], Unserved] = {}
    for change, servers, agreeing in ((one.change, one.servers, one.agreeing) for one in found.differences):
        known = differing.get(change.rrset.id, Unserved(*change.rrset.id, ()))
        addresses = (*known.servers, *(server.address for server in servers))
        differing[change.rrset.id] = known._replace(
            servers=addresses, agreeing=tuple(server.address for server in agreeing)
        )
    yield from differing.values()
