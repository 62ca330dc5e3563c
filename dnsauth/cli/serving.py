"""What authoritative servers serve: whom to ask, and asking until they agree."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from time import monotonic, sleep

from dnsauth.cli import console
from dnsauth.cli.options import Run
from dnsauth.desired.load import Repository
from dnsauth.live import servers
from dnsauth.live.ask import ask
from dnsauth.live.resolver import resolver
from dnsauth.live.servers import Authority
from dnsauth.live.standing import Verified
from dnsauth.verify import Expected, verify


def authorities(run: Run, repository: Repository, zones: Collection[str]) -> Mapping[str, Authority]:
    """The authoritative servers of each of *zones*."""
    live = repository.inventory.live
    named = all(zone in live.servers for zone in zones)
    lookup = (lambda _name, _type: ()) if named else resolver(live.resolver)
    return servers.authorities(zones, live, run.now.date(), lookup)


def verified(
    run: Run, repository: Repository, expected: Sequence[Expected], *, deadline: float
) -> tuple[Verified, ...]:
    """How every server stands to *expected*, once all agree or `monotonic` has passed *deadline*."""
    with console.progress("zones served as asked:", quiet=run.quiet) as count:
        return verify(
            expected,
            authorities(run, repository, {each.zone for each in expected}),
            ask=ask,
            deadline=deadline,
            clock=monotonic,
            sleep=sleep,
            progress=lambda zones: count(sum(zone.agrees for zone in zones), len(zones)),
        )
