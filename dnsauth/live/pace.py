"""How one server is paced: how long an answer is waited for, and how many queries a second it gets."""

from __future__ import annotations

FLOOR = 0.15  # seconds; less would ask twice where a server or this process was only busy for a moment
LONGEST = 3.0  # seconds between two attempts
BURST = 0.05  # seconds' worth of queries that may be sent at once


class RoundTrip:
    """The retransmission time-out towards one server (RFC 6298 section 2), *timeout* before it ever answered.

    Every attempt has an id of its own, so that each answer times the attempt it answers; the ambiguity of
    section 3 (Karn) does not arise.
    """

    __slots__ = ("_deviation", "_mean", "timeout")

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._mean = -1.0
        self._deviation = 0.0

    def measured(self, seconds: float) -> None:
        """Learn from an answer that took *seconds*."""
        if self._mean < 0:
            self._mean, self._deviation = seconds, seconds / 2
        else:
            self._deviation += (abs(self._mean - seconds) - self._deviation) / 4
            self._mean += (seconds - self._mean) / 8
        self.timeout = min(max(self._mean + 4 * self._deviation, FLOOR), LONGEST)


class Bucket:
    """Leave to send *rate* queries a second, measured by the clock of the caller, with a small burst."""

    __slots__ = ("_interval", "_next")

    def __init__(self, rate: float) -> None:
        self._interval = 1 / rate
        self._next = 0.0

    def wait(self, now: float) -> float:
        """Seconds until one more may be sent; 0 where it may be sent *now*."""
        return max(0.0, self._next - BURST - now)

    def take(self, now: float) -> None:
        """Count one query sent *now*; retries and TCP do not wait, and what comes next waits for them."""
        self._next = max(self._next, now) + self._interval
