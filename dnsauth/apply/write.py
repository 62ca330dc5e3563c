"""Writing one zone at one provider, and reading it back: an answer without an error proves nothing.

A nameserver may answer NOERROR and ignore an update (RFC 2136 section 3.4.2.2 lets it, for data beside a
CNAME), and a delete whose octets match nothing is no error either.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from traceback import extract_tb

from dnsauth.apply.receipt import Difference, Entry, Outcome
from dnsauth.errors import DnsauthError
from dnsauth.plan.errors import Moved
from dnsauth.plan.model import Change, Held, Provider, ZonePlan

_AGAIN = "see what it holds now with `dnsauth plan`"


def write(plan: ZonePlan, held: Held, provider: Provider) -> Entry:
    """What became of *plan*, made from *held*, at *provider*: applied, stale or failed; never raises.

    A failure that is none of ours is named by its class and place alone, since its text may hold a secret.
    """
    try:
        provider.write(held, plan.changes)
    except Moved as moved:
        return Entry(plan, Outcome.STALE, message=str(moved), next=moved.hint)
    except Exception as error:  # noqa: BLE001  whatever it is, the other zones go on
        message, next = said(error)
        return Entry(plan, Outcome.FAILED, _touched(plan, held, provider), message, next)
    try:
        now = provider.read(plan.zone)
    except Exception as error:  # noqa: BLE001  see above
        message, next = said(error)
        return Entry(plan, Outcome.FAILED, True, f"it was written, and can't be read back: {message}", next)
    unlike = differences(plan.changes, now)
    if not unlike:
        return Entry(plan, Outcome.APPLIED, True)
    what = ", ".join(f"{id.owner} {id.type}" for id, *_ in unlike)
    message = f"{provider.name} took the changes without an error, and holds otherwise: {what}"
    return Entry(
        plan, Outcome.FAILED, _differs(plan, held, now), message, f"{_AGAIN}, and read its log", unlike
    )


def differences(changes: Iterable[Change], now: Held) -> tuple[Difference, ...]:
    """The RRsets of *changes* that *now* holds otherwise than written, TTL and foreign values included."""
    return tuple(
        Difference(change.rrset.id, change.after, found)
        for change in changes
        if (found := now.rrsets.get(change.rrset.id)) != change.after
    )


def said(error: Exception) -> tuple[str, str]:
    """What *error* says to a person, without its text where that isn't ours; and the next step."""
    if isinstance(error, DnsauthError):
        return str(error), error.hint
    frames = extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return f"it failed with {kind}{place}; its text is withheld, since it may hold a secret", _AGAIN


def _touched(plan: ZonePlan, held: Held, provider: Provider) -> bool:
    """True where a write that failed left something behind, or nobody can tell."""
    try:
        return _differs(plan, held, provider.read(plan.zone))
    except Exception:  # noqa: BLE001  see write
        return True


def _differs(plan: ZonePlan, held: Held, now: Held) -> bool:
    ids = {change.rrset.id for change in plan.changes}
    return any(held.rrsets.get(id) != now.rrsets.get(id) for id in ids)
