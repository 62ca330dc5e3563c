"""What the inventory says of keys, as policies of rotation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from dnsauth.inventory.model import Inventory, OwnKeys, Rotation, Zone
from dnsauth.lock.keys import Key
from dnsauth.rotation.ring import Policy
from dnsauth.rotation.timing import Timing

_V = TypeVar("_V")


def policies(zone: Zone, inventory: Inventory) -> Mapping[tuple[str, str], Policy]:
    """The policy of each sender of *zone* that has keys of its own, by mail domain and name."""
    return {
        (domain.name, sender.name): Policy(
            domain.name,
            sender.name,
            sender.own_keys.algorithms,
            timing(sender.own_keys, inventory.rotation),
            sender.own_keys.store or _only(inventory.key_stores),
            sender.own_keys.signer or _only(inventory.signers),
            sender.own_keys.selector,
            sender.formerly,
        )
        for domain in zone.domains
        for sender in domain.senders
        if sender.own_keys
    }


def timing(keys: OwnKeys | None, rotation: Rotation) -> Timing:
    """The waits of a sender's keys; None where the sender went."""
    every, overlap = (keys.every, keys.overlap) if keys else (0, 0)
    return Timing(every, overlap, rotation.queue, rotation.kept)


def _only(declared: Mapping[str, _V]) -> str:
    """The name of the only one declared, or nothing."""
    return next(iter(declared)) if len(declared) == 1 else ""


def hosts(key: Key, inventory: Inventory) -> tuple[str, ...]:
    """The hosts that sign with *key*: those of its signer; a signer without ``hosts`` has one.

    None where the signer itself is declared no more: nobody is left to sign.
    """
    if key.signer and key.signer not in inventory.signers:
        return ()
    listed = inventory.signers.get(key.signer, {}).get("hosts", ())
    if listed:
        return tuple(map(str, listed)) if isinstance(listed, list | tuple) else (str(listed),)
    last = max(key.words, key=lambda word: word.at, default=None)
    return (last.host if last else f"the host of {key.signer or key.sender}",)
