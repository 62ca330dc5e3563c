"""A step judged again when DNS is about to follow it: it may have been reviewed for longer than it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dnsauth.lock.keys import Key, State
from dnsauth.rotation.due import Facts, Step, Wait, behind, due
from dnsauth.rotation.states import EFFECTS, Published
from dnsauth.rotation.timing import Timing


def late(
    key: Key, held: Published, ttl: int, *, hosts: tuple[str, ...], timing: Timing, now: datetime
) -> Wait | None:
    """Why DNS must not follow the state of *key* on *now*, or None where it may.

    *held* with *ttl* seconds is what stands at its owner name. A key that a person revoked waits for nothing.
    Nor is anything asked of aggregate reports: one that came before the step is in the line that was stepped,
    and with one that comes later a stranger would stop every change of the zone.
    """
    match held, EFFECTS[key.state].published:
        case Published.EMPTY, Published.KEY:
            return Wait(None, "it is revoked already, and its selector is never used again")
        case Published.KEY, Published.EMPTY if key.revocation is None and hosts:
            before = replace(key, state=State.RETIRING, since=key.made, reported=None)
        case Published.EMPTY, Published.NOTHING:
            before = replace(key, state=State.REVOKED)
        case Published.KEY, Published.NOTHING if key.words:
            return Wait(None, "hosts signed with it, and it was never revoked")
        case _:
            return None
    if now < key.latest:
        return behind(key.latest, now)
    told = {word.host for word in key.words}
    signed = tuple(host for host in hosts if host in told) or hosts  # one that came later never did
    judged = due(before, Facts({}, ttl, signed, replaced=True), timing, now)
    return None if isinstance(judged, Step) else judged
