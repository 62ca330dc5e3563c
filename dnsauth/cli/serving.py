"""What authoritative servers serve: whom to ask, and asking until they agree."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from time import monotonic, sleep

from dnsauth.cli import console
from dnsauth.cli.options import Run
from dnsauth.desired.load import Repository
from dnsauth.live.network import Network
from dnsauth.live.servers import Authority
from dnsauth.live.standing import Verified
from dnsauth.output import receipt
from dnsauth.verify import Expected, verify

AT_ONCE = 500  # zones walked between two words of progress
MINUTE = 60.0  # seconds that a run may take whatever it asks
QUESTIONS = 10  # for each zone and each RRset of it: more than any one server or resolver gets


def seconds(timeout: float | None, repository: Repository | None = None) -> float:
    """The seconds a run may ask for: *timeout*, or what is ample for zones and RRsets of *repository*."""
    if timeout is not None:
        return timeout
    if repository is None:
        return MINUTE
    names = sum(1 + len(rrsets) for rrsets in repository.desired.values())
    return MINUTE + names * QUESTIONS / repository.inventory.live.rate


@contextmanager
def network(run: Run, repository: Repository, seconds: float | None = None) -> Iterator[Network]:
    """The network as `live:` of *repository* says to look at it, until the block ends.

    Nothing is asked once *seconds* are over. What had to be left out is said at the end, once.
    """
    inventory = repository.inventory
    deadline = None if seconds is None else monotonic() + seconds
    with Network(inventory.live, inventory.zones, run.now.date(), deadline=deadline) as found:
        yield found
        if found.late and not run.quiet:
            console.talk(
                f"the time was up after {seconds:g} s: what was not asked by then is not assessed;"
                " --timeout SECONDS gives more"
            )
        if found.unrouted and not run.quiet:
            families = " and ".join(found.unrouted)
            verb, whose = ("is", "its") if len(found.unrouted) == 1 else ("are", "their")
            console.talk(f"{families} {verb} not reachable from here: {whose} addresses were skipped")


def verified(
    run: Run, repository: Repository, expected: Sequence[Expected], *, deadline: float
) -> tuple[Verified, ...]:
    """How every server stands to *expected*, once all agree or `monotonic` has passed *deadline*."""
    with network(run, repository) as asked:
        found = authorities(run, asked, {each.zone: None for each in expected})
        return standing(run, asked, found, expected, deadline=deadline)


def standing(
    run: Run,
    asked: Network,
    authorities: Mapping[str, Authority],
    expected: Sequence[Expected],
    *,
    deadline: float,
) -> tuple[Verified, ...]:
    """The same, where the servers of each zone are known."""
    with console.progress("zones served as asked:", quiet=run.quiet) as count:
        return verify(
            expected,
            authorities,
            look=asked.look_again,
            deadline=deadline,
            clock=monotonic,
            sleep=sleep,
            progress=lambda zones: count(
                sum(zone.agrees for zone in zones), len(zones), receipt.lagging(zones)
            ),
        )


def authorities(run: Run, asked: Network, zones: Collection[str]) -> Mapping[str, Authority]:
    """The authoritative servers of each of *zones*."""
    found: dict[str, Authority] = {}
    left = iter(zones)
    with console.progress("zones whose servers are found:", quiet=run.quiet) as count:
        while some := tuple(islice(left, AT_ONCE)):
            found |= asked.authorities(some)
            count(len(found), len(zones))
    return found
