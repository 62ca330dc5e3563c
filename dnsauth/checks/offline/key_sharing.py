"""Keys that are not one owner's alone: the same key at several names, and keys with a prime in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from dnsauth.checks.offline.view import Published, ZoneView
from dnsauth.checks.rules.dkim import DKIM_COMMON_FACTOR, DKIM_SAME
from dnsauth.checks.weak_rsa import common_factors, small_factor
from dnsauth.findings import Finding
from dnsauth.names import readable
from dnsauth.plan.kind import Kind
from dnsauth.records import der, dkim

MOST = 300  # moduli; they are compared by their products, which takes half a second for so many
_SHOWN = 5  # owners
_RSA = dkim.KeyType.RSA

_Holders = Mapping[tuple[dkim.KeyType, bytes], list[tuple[ZoneView, Published]]]


def judged(views: Sequence[ZoneView]) -> Iterator[Finding]:
    """What is doubtful between the keys of all zones of *views*, each key told of once."""
    holders = _holders(views)
    for (type, _), found in holders.items():
        if len(found) > 1:
            yield _same(type, found)
    yield from _common(holders)


def _holders(views: Sequence[ZoneView]) -> _Holders:
    """Who publishes each key that is not revoked."""
    found: defaultdict[tuple[dkim.KeyType, bytes], list[tuple[ZoneView, Published]]] = defaultdict(list)
    for view in views:
        for published in view.of_kinds(Kind.DKIM):
            record = published.text.record
            if isinstance(record, dkim.Record) and not record.revoked:
                found[record.key_type, record.key].append((view, published))
    return found


def _same(type: dkim.KeyType, found: Sequence[tuple[ZoneView, Published]]) -> Finding:
    view, first = found[0]
    owners = [readable(published.owner) for _, published in found]
    shown = ", ".join(owners[:_SHOWN]) + (f" and {len(owners) - _SHOWN} more" if len(owners) > _SHOWN else "")
    senders = {origin.sender for _, published in found for origin in published.value.origin}
    (only,) = senders if len(senders) == 1 else ("",)
    shared = f"; sender {only} of dnsauth.yaml brings it" if only in view.inventory.shared else ""
    facts = {"count": len(owners), "algorithm": type.value, "owners": shown, "shared": shared}
    return view.finding(DKIM_SAME, first, facts)


def _common(holders: _Holders) -> Iterator[Finding]:
    """Those of the first `MOST` RSA keys that have a prime in common with another, each with one other."""
    by_modulus = {der.rsa_public_key(key).modulus: (type, key) for type, key in holders if type is _RSA}
    whole = islice((modulus for modulus in by_modulus if not small_factor(modulus)), MOST)
    told: set[int] = set()
    for pair in common_factors(tuple(whole)):
        if pair.first not in told:
            (view, first), (_, second) = (holders[by_modulus[modulus]][0] for modulus in pair)
            yield view.finding(DKIM_COMMON_FACTOR, first, {"other": readable(second.owner)})
        told.add(pair.first)
