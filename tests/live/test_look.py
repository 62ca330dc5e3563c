"""Many questions at once, on real sockets."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter

from dnsauth.live.engine import Limits
from dnsauth.live.look import Question
from dnsauth.live.reply import Absent, Refused
from dnsauth.live.servers import Server
from tests.live.sockets import QUICK, empty, looking, peer, waited

OWNERS = tuple(f"{i}.example.com." for i in range(50))


def questions(server: Server) -> list[Question]:
    return [Question(server, owner, "TXT") for owner in OWNERS]


def refused(query: bytes) -> list[bytes]:
    return [query[:2] + b"\x80\x05" + query[4:]]


def owner(query: bytes) -> str:
    """The first label, which is all that differs."""
    return query[13 : 13 + query[12]].decode() + ".example.com."


def test_every_question_has_its_own_reply_and_is_asked_once():
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(peer(answers)) for answers in (refused, empty, empty)]
        asked = [question for each in peers for question in questions(each.server)]
        replies = looking()([*asked, *asked])

    assert {q: Refused() if q.server == peers[0].server else Absent.NODATA for q in asked} == replies
    assert asked == [*replies]
    assert [50, 50, 50] == [len(each.received) for each in peers]


def test_no_more_questions_are_under_way_than_the_limit():
    waiting: set[str] = set()
    most = [0]
    counting = threading.Lock()

    def later(query: bytes) -> None:
        time.sleep(0.005)
        with counting:
            waiting.discard(owner(query))
        odd.socket.sendto(empty(query)[0], odd.clients[0])

    def answers(query: bytes) -> list[bytes]:
        with counting:
            waiting.add(owner(query))
            most[0] = max(most[0], len(waiting))
        threading.Thread(target=later, args=(query,)).start()
        return []

    with peer(answers) as odd:
        replies = looking(Limits(in_flight=3))(questions(odd.server)[:30])

    assert ({Absent.NODATA}, 3) == (set(replies.values()), most[0])


def test_a_silent_address_is_given_up_for_this_look():
    with peer(lambda _: []) as silent:
        started = time.monotonic()
        replies = looking(Limits(in_flight=1, timeout=0.05, tries=3))(questions(silent.server))
        took = time.monotonic() - started

    (why,) = set(replies.values())
    assert 0.4 <= waited(why, silent.server) < took + 0.1
    assert {OWNERS[0]: 3} == Counter(map(owner, silent.received))


def test_an_address_that_answers_is_not_given_up_for_one_lost_question():
    with peer(lambda query: [] if owner(query) == OWNERS[1] else empty(query)) as odd:
        replies = looking(Limits(in_flight=1, tries=4))(questions(odd.server))

    assert [OWNERS[1]] == [q.owner for q, reply in replies.items() if reply != Absent.NODATA]


def test_no_questions_have_no_replies():
    assert {} == looking(QUICK)([])
