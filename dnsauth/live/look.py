"""Many questions to many authoritative servers, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeAlias

from dnsauth.live.reply import Reply, Unreachable
from dnsauth.live.servers import Server

LIMIT = 32  # questions under way at once


Ask: TypeAlias = Callable[[Server, str, str], Reply]
"""(server, absolute owner name, type) to what the server says; raises for nothing a network does."""


class Question(NamedTuple):
    """One server, asked for the RRset (*owner*, *type*)."""

    server: Server
    owner: str
    type: str


def look(questions: Iterable[Question], ask: Ask, limit: int = LIMIT) -> dict[Question, Reply]:
    """The reply to each of *questions*, asked once each and *limit* at a time.

    An address that leaves a question unanswered and has answered none yet is not asked further in this look:
    all its questions get that one `Unreachable`, so that a dead server costs seconds, not seconds a name.
    """
    answered: set[str] = set()
    silent: dict[str, Unreachable] = {}

    def one(question: Question) -> Reply:
        address = question.server.address
        if address in silent and address not in answered:
            return silent[address]
        reply = ask(*question)
        if isinstance(reply, Unreachable):
            silent[address] = reply
        else:
            answered.add(address)
        return reply

    each = tuple(dict.fromkeys(questions))
    with ThreadPoolExecutor(limit) as pool:
        return dict(zip(each, pool.map(one, each), strict=True))
