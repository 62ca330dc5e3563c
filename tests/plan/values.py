"""Small values that plans are made of."""

from __future__ import annotations

from collections.abc import Iterable

from dnsauth.desired.locks import updated
from dnsauth.desired.model import Desired, Origin, Value
from dnsauth.lock import claims
from dnsauth.lock.model import Claim, Lock, Recorded
from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRset, RRsetId
from dnsauth.spf import Lookup, NotLooked

ZONE = "example.com."
KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
OTHER_KEY = "v=DKIM1; k=ed25519; p=PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="
REVOKED = "v=DKIM1; p="


def at(label: str) -> str:
    return ZONE if label == "@" else f"{label}.{ZONE}"


def rrset(label: str, type: str, *values: str, ttl: int = 3600) -> RRset:
    return RRset(at(label), type, ttl, tuple(sorted(values)))


def held(*rrsets: RRset, **more: object) -> Held:
    by_id = {one.id: one for one in rrsets}
    return Held(ZONE, "ns1", **{"exists": True, "rrsets": by_id, "faithful": True, **more})


def desired(label: str, type: str, *values: str, ttl: int = 3600, sender: str = "", line: int = 7) -> Desired:
    owner = at(label)
    origin = (Origin("zones/example.com.yaml", line, sender, sender and "custom"),)
    return Desired(
        ZONE,
        owner,
        type,
        ttl,
        tuple(_value(owner, type, v, origin) for v in sorted(values)),
    )


def _value(owner: str, type: str, text: str, origin: tuple[Origin, ...]) -> Value:
    grammar = claims.grammar(owner, type, text)
    return Value(text, Claim(owner, type, grammar), origin, claims.digest(grammar, type, text))


def lock(*rrsets: Desired) -> Lock:
    """A lock that records what *rrsets* ask for, as it stands after an apply."""
    return updated(Lock(ZONE), rrsets)


def answers(known: dict[tuple[str, str], tuple[str, ...]]) -> Lookup:
    """A lookup that knows *known*, by absolute name and type, and nothing else."""

    def lookup(name: str, type: str) -> tuple[str, ...]:
        if (name, type) not in known:
            raise NotLooked(f"{name} {type}")
        return known[name, type]

    return lookup


def adopting(known: Lock, label: str, type: str, value: str) -> Lock:
    owner = at(label)
    grammar = claims.grammar(owner, type, value)
    entry = Recorded(claims.digest(grammar, type, value), value)
    return claims.with_values(known, ((Claim(owner, type, grammar), entry),))


def applied(before: Held, changes: Iterable[Change]) -> Held:
    """What a provider that does as it is told holds afterwards."""
    rrsets = dict(before.rrsets)
    for change in changes:
        id = RRsetId(change.owner, change.type)
        assert rrsets.get(id) == change.before, "a change leads from what is held"
        if change.after is None:
            del rrsets[id]
        else:
            rrsets[id] = change.after
    return Held(before.zone, before.provider, True, rrsets, faithful=before.faithful)
