"""How long to wait, and for what; each span in seconds, and counted from an observation."""

from __future__ import annotations

from typing import NamedTuple

DAY = 86400
QUEUE = 5 * DAY  # how long a queue tries, RFC 5321 section 4.5.4.1: "generally at least 4-5 days"
DRAIN = 7 * DAY  # the least a withdrawn key stays, whatever queues do
KEPT = 30 * DAY  # how long an empty p= says that the key is revoked before its name goes


class Timing(NamedTuple):
    """The waits of one sender's keys, in seconds.

    *every*: a successor is made so long after a key became active. *overlap* stands on top of the drain.
    *queue*: how long mail may lie in a queue. *kept*: how long the revoked record stands.
    """

    every: int
    overlap: int = 0
    queue: int = QUEUE
    kept: int = KEPT

    def drain(self, ttl: int) -> int:
        """How long after the last signature a record with *ttl* seconds may still be needed."""
        return max(DRAIN, self.in_flight(ttl)) + self.overlap

    def in_flight(self, ttl: int) -> int:
        """How long after a message was seen another may still come that was signed with the same key.

        It may lie in a queue for as long as that one tries (RFC 5321 section 4.5.4.1), and caches may hold
        what stands there for *ttl* seconds.
        """
        return self.queue + ttl
