"""What ``dnsauth rotate`` does: look, judge, make what is lacking, write the locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dnsauth import names
from dnsauth.cli import looking, stages
from dnsauth.cli.options import Run
from dnsauth.desired.load import Repository, rekeyed
from dnsauth.desired.load import load as load_repository
from dnsauth.errors import DnsauthError
from dnsauth.findings import nearest
from dnsauth.lock.keys import Key
from dnsauth.rotation.due import Facts
from dnsauth.rotation.policies import hosts, policies, timing
from dnsauth.rotation.step import Stepped, step


@dataclass(frozen=True)
class Rings:
    """The repository, whole, and which zones of it *run* is about."""

    repository: Repository
    zones: tuple[str, ...]

    @property
    def keys(self) -> Mapping[str, tuple[Key, ...]]:
        """The keys of each zone, as its lock has them."""
        return {zone: self.repository.locks[zone].keys for zone in self.zones}

    def home(self, key: Key, zone: str) -> str:
        """The zone the record of *key*, of the lock of *zone*, stands in."""
        return names.deepest(key.owner, self.repository.inventory.zones) or zone

    def named(self, selector: str) -> tuple[str, Key]:
        """The zone and the key of *selector*, or of its owner name; raises `DnsauthError`."""
        wanted = selector.lower().removesuffix(".")
        found = [
            (zone, key)
            for zone, keys in self.keys.items()
            for key in keys
            if wanted in (key.selector, key.owner.removesuffix("."))
        ]
        if len(found) == 1:
            return found[0]
        if found:
            owners = ", ".join(sorted(key.owner.removesuffix(".") for _, key in found))
            raise DnsauthError(f"several mail domains have the selector {selector}", f"name one of {owners}")
        close = nearest(wanted, [key.selector for keys in self.keys.values() for key in keys])
        raise DnsauthError(
            f"no key has the selector {selector!r}",
            f"did you mean {close}?" if close else "`dnsauth rotate status` lists them",
        )


def rings(run: Run, resolver: str | None = None, server: Sequence[str] | None = None) -> Rings:
    """The repository of *run*, to be looked at by *resolver* and *server* where they are typed.

    Raises `InventoryError`.
    """
    whole = looking.over(load_repository(run.directory), resolver, server)
    return Rings(whole, tuple(stages.chosen(run, whole).inventory.zones))


def seen(run: Run, of: Rings, keys: Mapping[str, Iterable[Key]]) -> Mapping[str, Facts]:
    """What every authoritative server answers for *keys*, and who signs with them, by owner name."""
    from dnsauth.cli import serving
    from dnsauth.rotate import Watched, facts, questions, watched

    each = [Watched(key, of.home(key, zone)) for zone, mine in keys.items() for key, _ in watched(mine, zone)]
    with serving.network(run, of.repository) as network:
        authorities = serving.authorities(run, network, {one.zone: None for one in each})
        replies = network.look(questions(each, authorities))
    inventory = of.repository.inventory
    return {
        one.key.owner: facts(one, authorities[one.zone], replies, hosts(one.key, inventory)) for one in each
    }


def judged(
    run: Run,
    of: Rings,
    keys: Mapping[str, tuple[Key, ...]],
    seen: Mapping[str, Facts],
    only: Callable[[str, str], bool] = lambda _domain, _sender: True,
) -> Mapping[str, Stepped]:
    """What one step makes of *keys*, by zone; without anything *seen* what their evidence alone allows."""
    inventory = of.repository.inventory

    def told(key: Key) -> Facts:
        return seen.get(key.owner) or Facts({}, 0, hosts(key, inventory))

    rest = timing(None, inventory.rotation)
    return {
        zone: _chosen(
            step(
                mine,
                policies(inventory.zones[zone], inventory),
                rest,
                told,
                run.now,
                only=lambda key: only(key.domain, key.sender),
            ),
            only,
        )
        for zone, mine in keys.items()
    }


def _chosen(stepped: Stepped, only: Callable[[str, str], bool]) -> Stepped:
    return stepped._replace(
        lacking=tuple(lack for lack in stepped.lacking if only(lack.policy.domain, lack.policy.sender))
    )


def after(stepped: Mapping[str, Stepped], made: Mapping[str, Sequence[Key]]) -> dict[str, tuple[Key, ...]]:
    """The keys of each zone once it was stepped, and with those *made*."""
    return {zone: (*(move.key for move in each.keys), *made.get(zone, ())) for zone, each in stepped.items()}


def written(run: Run, of: Rings, keys: Mapping[str, tuple[Key, ...]]) -> Rings:
    """*of* with *keys*, by zone, in the lock files; what they record is brought up to date with them."""
    from dnsauth.cli import planning

    whole = rekeyed(of.repository, keys)
    old = of.repository.locks
    homes = {of.home(key, zone) for zone, mine in keys.items() for key in mine}
    concerned = homes.union(keys)
    changes = {zone: lock for zone, lock in whole.locks.items() if zone in concerned and lock != old[zone]}
    planning.write_locks(run, changes, old)
    return Rings(whole, of.zones)
