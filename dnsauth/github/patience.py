"""How long GitHub is waited for: at its limits, as "Rate limits for the REST API" says, and when it fails."""

from __future__ import annotations

from collections.abc import Mapping

TRIES = 5
LONGEST = 300.0  # seconds one request may be put off for, all its tries together
SECONDARY = 60.0  # seconds at a limit that names none
LATER = {500, 502, 503, 504}
LIMITED = {403, 429}


def failed(attempt: int) -> float:
    """Seconds after a failure of GitHub's own, or of the network; *attempt* counts from 0."""
    return float(1 << attempt)


def limited(status: int, headers: Mapping[str, str], said: str, attempt: int, now: float) -> float | None:
    """Seconds after an answer of *status* that *said* why, or None where waiting would help nothing.

    Names of *headers* are in lower case; *now* is in seconds of the epoch, as ``x-ratelimit-reset`` is.
    """
    if status in LATER:
        return failed(attempt)
    if status not in LIMITED:
        return None
    if (after := headers.get("retry-after", "")).isdecimal():
        return float(after)
    if headers.get("x-ratelimit-remaining") == "0":
        reset = headers.get("x-ratelimit-reset", "")
        return max(1.0, float(reset) - now) if reset.isdecimal() else SECONDARY
    if status == 429 or "secondary rate limit" in said.lower():
        return SECONDARY * (1 << attempt)
    return None


def hint(status: int, said: str) -> str:
    """What to do about an answer of *status* that *said* why."""
    if "not permitted to create" in said:
        return "allow it under Settings, Actions, General, or use the token of an app"
    match status:
        case 401:
            return "check GITHUB_TOKEN: it is wrong, or its job has ended"
        case 403:
            return "give the job what it lacks under `permissions:`, as `pull-requests: write`"
        case 404:
            return "check GITHUB_REPOSITORY and the number; a token that may not read sees nothing either"
        case _ if status in LATER | LIMITED:
            return "run it again later"
        case _:
            return "see what GitHub says"
