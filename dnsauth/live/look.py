"""Many questions to many authoritative servers, as one look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from dnsauth.live.engine import Engine, Query
from dnsauth.live.read import authoritative
from dnsauth.live.reply import Reply, Unreachable
from dnsauth.live.servers import Server
from dnsauth.live.wire import Message


class Question(NamedTuple):
    """One server, asked for the RRset (*owner*, *type*)."""

    server: Server
    owner: str
    type: str


_UNASKED = Unreachable("it was not asked")

Look: TypeAlias = Callable[[Iterable[Question]], Mapping[Question, Reply]]
"""The reply to each question; raises for nothing a network does."""


def look(questions: Iterable[Question], engine: Engine) -> dict[Question, Reply]:
    """The reply to each of *questions*, asked once each, without recursion (RFC 1035 section 4.1.1).

    An address that leaves its first questions unanswered is asked no further: all its questions get that one
    `Unreachable`, so that a dead server costs seconds, not seconds a name.
    """
    replies: dict[Question, Reply] = dict.fromkeys(questions, _UNASKED)

    def deliver(query: Query, said: Message | Unreachable) -> None:
        server, owner, type, _, _ = query
        replies[Question(server, owner, type)] = (
            said if isinstance(said, Unreachable) else authoritative(said, owner, type)
        )

    engine.exchange((Query(*question) for question in replies), deliver)
    return replies
