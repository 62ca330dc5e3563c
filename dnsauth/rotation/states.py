"""The two tables of rotation: what may follow a state, and what a state allows outside.

Why there are seven states and not two. A key must be in DNS before anybody signs with it, and for as long
as mail it signed may still be verified. Between these lie waits that nobody can shorten by wishing: caches
that remember that nothing was there, hosts that switch one after another, mail that lies in queues. Each
state stands for one thing that is known to be so, and each event for the fact that ended a wait.

A state is a permission held by a merged lock, not a report of what was done. Nothing acts on it but
`dnsauth apply`, which makes DNS hold what `EFFECTS` says, and `dnsauth keys deploy`, which lets hosts sign
with what may sign. So a step that was reviewed late, or applied twice, or interrupted, does no harm: the
permission is the same, and what is not done yet is done the next time.

There is a way out of every state, and it leads to removed. The ways back are two: from retiring, where the
record still stands and hosts may simply sign with the old key again; and from visible, where some hosts may
have signed already, so that the record drains as a retired one does. A key that nobody can have used yet is
abandoned. A key that somebody else may have is revoked at once, whatever its state, and mail it signed is
given up: that is what revoking means (RFC 6376 section 3.6.1).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from dnsauth.lock.keys import State


class Event(StrEnum):
    """What moves a key on; each is the fact that ends a wait, or the word of a person."""

    PUBLISH = "publish"
    SEE = "see"
    ACTIVATE = "activate"
    RETIRE = "retire"
    DRAIN = "drain"
    REMOVE = "remove"
    RETURN = "return"
    ABANDON = "abandon"
    REVOKE = "revoke"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.GENERATED, Event.PUBLISH): State.PUBLISHED,
    (State.PUBLISHED, Event.SEE): State.VISIBLE,
    (State.VISIBLE, Event.ACTIVATE): State.ACTIVE,
    (State.ACTIVE, Event.RETIRE): State.RETIRING,
    (State.RETIRING, Event.DRAIN): State.REVOKED,
    (State.REVOKED, Event.REMOVE): State.REMOVED,
    # back, and out
    (State.RETIRING, Event.RETURN): State.ACTIVE,
    (State.VISIBLE, Event.RETIRE): State.RETIRING,
    (State.GENERATED, Event.ABANDON): State.REMOVED,
    (State.PUBLISHED, Event.ABANDON): State.REMOVED,
    # by the word of a person
    (State.PUBLISHED, Event.REVOKE): State.REVOKED,
    (State.VISIBLE, Event.REVOKE): State.REVOKED,
    (State.ACTIVE, Event.REVOKE): State.REVOKED,
    (State.RETIRING, Event.REVOKE): State.REVOKED,
}


class Published(StrEnum):
    """What stands at a key's owner name."""

    NOTHING = "nothing"
    KEY = "the key"
    EMPTY = "p= without a key"


class Effect(NamedTuple):
    """What a state allows: what `apply` may publish, and whether hosts hold the key and may sign with it."""

    published: Published
    installed: bool
    signs: bool


EFFECTS: dict[State, Effect] = {
    State.GENERATED: Effect(Published.NOTHING, installed=False, signs=False),
    State.PUBLISHED: Effect(Published.KEY, installed=True, signs=False),
    State.VISIBLE: Effect(Published.KEY, installed=True, signs=True),
    State.ACTIVE: Effect(Published.KEY, installed=True, signs=True),
    State.RETIRING: Effect(Published.KEY, installed=True, signs=False),
    State.REVOKED: Effect(Published.EMPTY, installed=False, signs=False),
    State.REMOVED: Effect(Published.NOTHING, installed=False, signs=False),
}
