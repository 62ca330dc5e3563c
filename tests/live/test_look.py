"""Many questions at once; the servers are functions of the question."""

from __future__ import annotations

import threading

from dnsauth.live.look import Question, look
from dnsauth.live.reply import Absent, Refused, Reply, Unreachable
from dnsauth.live.servers import Server

SERVERS = tuple(Server(f"ns{i}.example.net.", f"192.0.2.{i}") for i in range(1, 4))
OWNERS = tuple(f"{i}.example.com." for i in range(50))


def test_every_question_has_its_own_reply_and_is_asked_once():
    questions = [Question(server, owner, "TXT") for server in SERVERS for owner in OWNERS]
    asked = []

    def ask(server: Server, owner: str, type: str) -> Reply:
        asked.append(Question(server, owner, type))
        return Refused() if server == SERVERS[0] else Absent.NODATA

    replies = look([*questions, *questions], ask)

    assert {q: Refused() if q.server == SERVERS[0] else Absent.NODATA for q in questions} == replies
    assert sorted(questions) == sorted(asked)


def test_no_more_questions_are_under_way_than_the_limit():
    under_way, most = [0], [0]
    counting = threading.Lock()
    three = threading.Barrier(3)

    def ask(*_: object) -> Reply:
        with counting:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        three.wait(timeout=5)
        with counting:
            under_way[0] -= 1
        return Absent.NODATA

    look([Question(SERVERS[0], owner, "TXT") for owner in OWNERS[:30]], ask, limit=3)

    assert 3 == most[0]


def test_a_silent_address_is_given_up_for_this_look():
    asked = []

    def ask(*question: object) -> Reply:
        asked.append(question)
        return Unreachable("no answer")

    replies = look([Question(SERVERS[0], owner, "TXT") for owner in OWNERS], ask, limit=1)

    assert {Unreachable("no answer")} == set(replies.values())
    assert 1 == len(asked)


def test_an_address_that_answers_is_not_given_up_for_one_lost_question():
    def ask(_server: Server, owner: str, _type: str) -> Reply:
        return Unreachable("no answer") if owner == OWNERS[1] else Absent.NODATA

    replies = look([Question(SERVERS[0], owner, "TXT") for owner in OWNERS], ask, limit=1)

    assert [OWNERS[1]] == [q.owner for q, reply in replies.items() if reply != Absent.NODATA]


def test_no_questions_have_no_replies():
    assert {} == look([], lambda *_: Absent.NODATA)
