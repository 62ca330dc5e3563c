"""What reports say of keys of our own, as evidence in the lock.

Whoever knows where reports go can send one, and say in it what they like (RFC 9989 section 11.2). So a report
is believed only where believing it can lose no mail: it may keep a key published for longer, and does nothing
else. It ends no wait, it is no word of a host, and it holds up no revocation; see `dnsauth.rotation.due`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dnsauth.lock.keys import Key, Reported
from dnsauth.reports.summary import Summary


def latest(summaries: Iterable[Summary]) -> Mapping[tuple[str, str], Reported]:
    """By (domain, selector) the latest report that saw a signature verify, whatever its policy domain was."""
    found: dict[tuple[str, str], Reported] = {}
    for summary in summaries:
        for at, signed in summary.selectors.items():
            if signed.reported:
                found[at] = max(found.get(at, signed.reported), signed.reported)
    return found


def recorded(keys: Sequence[Key], seen: Mapping[tuple[str, str], Reported]) -> tuple[Key, ...]:
    """*keys*, in whatever state, with what was *seen* of each; nothing older than what they have."""
    return tuple(_recorded(key, seen.get((key.domain, key.selector))) for key in keys)


def _recorded(key: Key, seen: Reported | None) -> Key:
    if seen is None or (key.reported and seen.end <= key.reported.end):
        return key
    return replace(key, reported=seen)
