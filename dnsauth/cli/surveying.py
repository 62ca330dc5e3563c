"""What the world answers for the zones of a run, judged: the live half of `check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from dnsauth.checks.live.drift import moved, watched
from dnsauth.checks.live.judge import judged
from dnsauth.checks.live.rules import UNLOOKED
from dnsauth.checks.live.view import Asking, Subject, Surveyed, Unserved
from dnsauth.cli import console, serving
from dnsauth.cli.options import Run
from dnsauth.desired.load import Repository
from dnsauth.diff.compare import compared, diff
from dnsauth.findings import Finding, Outcome
from dnsauth.inventory.model import Zone
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
    with (
        serving.network(run, repository, serving.seconds(timeout, repository)) as network,
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
        )
        zones = takewhile(lambda _: not network.late, inventory.zones)
        subjects = (_subject(repository, zone) for zone in zones)
        for surveyed, each in judged(survey(subjects, network), asking):
            found[surveyed.subject.domain] = each
            count(len(found), len(inventory.zones))
    return {
        name: found[name] if name in found else (_unlooked(zone),) for name, zone in inventory.zones.items()
    }


def _unlooked(zone: Zone) -> Finding:
    facts = {"zone": readable(zone.name)}
    return Finding(UNLOOKED, zone.where, zone.name, facts, Outcome.NOT_ASSESSED)


def _subject(repository: Repository, zone: str) -> Subject:
    """What is looked at for *zone*: all it asks for or has recorded."""
    ids = compared(repository.desired[zone], repository.locks[zone])
    delegated = zone not in repository.inventory.live.servers
    return Subject(zone, tuple(Asked(*id) for id in ids), zone=True, delegated=delegated)


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
