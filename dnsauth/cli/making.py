"""Making keys: each is in its store before anything else knows of it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from dnsauth import selectors
from dnsauth.cli import console
from dnsauth.cli.options import Run
from dnsauth.cli.rotating import Rings
from dnsauth.errors import DnsauthError
from dnsauth.keys.pair import generate_many
from dnsauth.keys.store import KeyStore, open_store
from dnsauth.lock.keys import Key, State
from dnsauth.rotation.step import Lack

if TYPE_CHECKING:
    from collections.abc import Callable


def stores(run: Run, of: Rings) -> Callable[[str], KeyStore]:
    """The key store of a name in dnsauth.yaml, opened once; raises `DnsauthError` where it can't be."""
    declared = of.repository.inventory.key_stores

    @cache
    def opened(name: str) -> KeyStore:
        if name not in declared:
            raise DnsauthError(
                f"dnsauth.yaml has no key store {name!r} any more, and keys are in it",
                "declare it again under `key_stores:`, or see docs/rotation.md, a lost key store",
            )
        return open_store(name, declared[name], run.directory, os.environ)

    return opened


def made(run: Run, of: Rings, lacking: Mapping[str, Sequence[Lack]]) -> dict[str, list[Key]]:
    """A new key for each of *lacking*, by zone, generated and stored.

    Raises `DnsauthError` where a sender's store is not declared or refuses; none is made where that shows.
    """
    wanted = [(zone, lack) for zone, lacks in lacking.items() for lack in lacks]
    if not wanted:
        return {}
    _declared(lack for _, lack in wanted)
    store = stores(run, of)
    for _, lack in wanted:
        store(lack.policy.store)
    with console.progress("keys made:", quiet=run.quiet) as count:
        pairs = generate_many([lack.algorithm for _, lack in wanted], count)
    taken = {key.selector for lock in of.repository.locks.values() for key in lock.keys}
    now = run.now.replace(microsecond=0)
    found: dict[str, list[Key]] = {}
    for (zone, (policy, algorithm)), pair in zip(wanted, pairs, strict=True):
        selector = selectors.selector(policy.selector, algorithm, now, secrets.choice, taken)
        taken.add(selector)
        key = Key(
            domain=policy.domain,
            selector=selector,
            sender=policy.sender,
            algorithm=algorithm,
            state=State.GENERATED,
            made=now,
            since=now,
            record=str(pair.public),
            store=policy.store,
            signer=policy.signer,
        )
        store(policy.store).put(stored(key), pair)
        found.setdefault(zone, []).append(key)
    return found


def stored(key: Key) -> str:
    """The name of *key* in its store: its owner name without the final dot."""
    return key.owner.removesuffix(".")


def _declared(lacking: Iterable[Lack]) -> None:
    without = sorted(
        f"{lack.policy.sender} of {lack.policy.domain}" for lack in lacking if not lack.policy.store
    )
    if without:
        raise DnsauthError(
            f"no key store is declared for the keys of {', '.join(dict.fromkeys(without))}",
            "declare one in dnsauth.yaml, as in `key_stores: {mail-keys: {class: age, directory: keys,"
            " recipients: [age1…]}}`; where it has several, say `store:` in the sender's `dkim:` too",
        )
