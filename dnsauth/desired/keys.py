"""Key records of our own keys, as the states in the lock allow them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from dnsauth.desired.wants import Want, want
from dnsauth.inventory.model import Inventory, MailDomain, Zone
from dnsauth.lock.keys import Key, State
from dnsauth.records import dkim
from dnsauth.rotation.policies import policies
from dnsauth.rotation.ring import renamed
from dnsauth.rotation.states import EFFECTS, Published

_NEW = frozenset({State.PUBLISHED, State.VISIBLE})


def own_key_wants(zone: Zone, keys: Iterable[Key], inventory: Inventory) -> Iterator[Want]:
    """The key record of each of *keys* that its state lets stand, whole or with an empty ``p=``.

    The sender asks for it, or the zone file where the sender went: a key goes through its states to the end.
    """
    domains = {domain.name: domain for domain in zone.domains}
    for key in renamed(keys, policies(zone, inventory).values()):
        record = _record(key)
        if record is None:
            continue
        domain = domains.get(key.domain) or MailDomain(key.domain, zone.where, inventory.ttl)
        if key.state in _NEW and inventory.rotation.first_ttl is not None:
            domain = replace(domain, ttl=inventory.rotation.first_ttl, keeps_ttl=False)
        sender = next((sender for sender in domain.senders if sender.name == key.sender), None)
        yield want(key.owner, "TXT", record, domain, sender or domain.where)


def _record(key: Key) -> dkim.Record | None:
    match EFFECTS[key.state].published:
        case Published.KEY:
            return dkim.Record.parse(key.record)
        case Published.EMPTY:
            return dkim.REVOKED
        case Published.NOTHING:
            return None
        case _ as never:
            assert_never(never)
