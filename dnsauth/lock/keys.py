"""DKIM keys as a lock keeps them: public halves, states, and the evidence every wait counts from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """A permission held by a merged lock; `dnsauth.rotation.states` says what each allows."""

    GENERATED = "generated"
    PUBLISHED = "published"
    VISIBLE = "visible"
    ACTIVE = "active"
    RETIRING = "retiring"
    REVOKED = "revoked"
    REMOVED = "removed"


class Seen(NamedTuple):
    """That every authoritative server answered as the key's state asks.

    *ttl*: for how many seconds caches may hold what stood there before.
    """

    at: datetime
    servers: tuple[str, ...]
    ttl: int


class Word(NamedTuple):
    """Since when a host of the signer says that it signs with a key, or that it does not.

    *by* is the person who said so; empty where the host reported it.
    """

    host: str
    at: datetime
    signs: bool
    by: str = ""


class Revocation(NamedTuple):
    """Why a key must not be trusted any more, who said so and when."""

    at: datetime
    by: str
    reason: str


class Reported(NamedTuple):
    """The end of the latest period of which an aggregate report says that the key verified mail.

    *org_name* is who sent the report, by its own account (RFC 9990). Anybody can say so: it only ever delays.
    """

    end: datetime
    org_name: str

    @property
    def by(self) -> str:
        """Who sent the report, for people."""
        return self.org_name or "somebody without a name"


@dataclass(frozen=True, slots=True)
class Key:
    """One DKIM key of ours; its selector is never used again, so its line is never removed.

    *domain* is the mail domain, absolute; *record* the text of its key record; *store* and *signer* are names
    of ``dnsauth.yaml``. *since* is when it came to its *state*.
    """

    domain: str
    selector: str
    sender: str
    algorithm: str
    state: State
    made: datetime
    since: datetime
    record: str
    store: str
    signer: str
    seen: Seen | None = None
    words: tuple[Word, ...] = ()
    revocation: Revocation | None = None
    reported: Reported | None = None

    @property
    def owner(self) -> str:
        """The owner name of its key record, RFC 6376 section 3.6.2.1."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def latest(self) -> datetime:
        """The latest time any of its evidence names: a clock that is behind it is wrong.

        What was reported is left out: strangers must not stop our clock.
        """
        seen = (self.seen.at,) if self.seen else ()
        said = (self.revocation.at,) if self.revocation else ()
        return max(self.made, self.since, *seen, *said, *(word.at for word in self.words))
