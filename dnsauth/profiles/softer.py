"""A user's own profile under the name of a shipped one, beside it: what it no longer asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dnsauth.findings import Finding, Rule, Severity, Where
from dnsauth.profiles.model import Applies, Level, Profile, Requirement

SOFTER = Rule(
    "PRF004",
    Severity.WARNING,
    "{file} stands in place of the profile {profile} that comes with dnsauth, and asks for less: {less}",
    "take over what it lacks, or give it a name of its own, so that nobody reads it as {profile}",
)
SHOWN = 5  # requirements in a sentence; the facts hold all of them


def softened(own: Iterable[Profile], shipped: Mapping[str, Profile]) -> Iterator[Finding]:
    """Those of *own* that ask for less than the one of *shipped* by their name, which they hide."""
    for profile in own:
        hidden = shipped.get(profile.name)
        if profile.shipped or hidden is None:
            continue
        asked = {one.id: one for one in profile.requirements}
        less = {one.id: way for one in hidden.requirements if (way := _less(asked.get(one.id), one))}
        if less:
            first = next((asked[id].where for id in less if id in asked), profile.requirements[0].where)
            facts = {
                "file": first.file,
                "profile": profile.name,
                "less": "; ".join([f"{id} {way}" for id, way in less.items()][:SHOWN]) + _more(less),
                "requirements": list(less),
            }
            whole = less.keys().isdisjoint(asked)  # nothing of it has a line
            yield Finding(SOFTER, Where(first.file) if whole else first, facts=facts)


def _more(less: Mapping[str, str]) -> str:
    return f"; and {len(less) - SHOWN} more" if len(less) > SHOWN else ""


def _less(own: Requirement | None, shipped: Requirement) -> str:
    """How *own* asks for less than *shipped*, as the end of a sentence; empty where it does not."""
    if own is None:
        return "is missing"
    if shipped.level is Level.MUST and own.level is Level.SHOULD:
        return "advises what it demanded"
    if own.applies not in (shipped.applies, Applies.ANY):
        return f"applies to {own.applies.value}, and applied to {shipped.applies.value}"
    if gone := sorted(set(shipped.publishes) - set(own.publishes)):
        return f"asks no more for {', '.join(gone)}"
    if _wider(own.policy, shipped.policy):
        return f"lets the policy be {', '.join(own.policy) or 'any'}"
    if _wider(own.closing, shipped.closing):
        return f"lets SPF close with {', '.join(own.closing) or 'anything'}"
    if shipped.reports_to and own.reports_to.lower() != shipped.reports_to.lower():
        return f"asks for no report to {shipped.reports_to}"
    if quiet := [code for code in shipped.broken_by if code not in own.broken_by]:
        return f"is no longer broken by {', '.join(quiet)}"
    return ""


def _wider(own: tuple[str, ...], shipped: tuple[str, ...]) -> bool:
    """True where more answers it: no *own* is any answer at all."""
    return bool(shipped) and (not own or not set(own) <= set(shipped))
