"""The engine on real sockets: what counts as an answer, what is tried again, what is left."""

from __future__ import annotations

import gc
import random
import socket
import threading
import time
import weakref
from collections import Counter

import dns.flags
import dns.message
import pytest

from demo.nameserver import Nameserver
from dnsauth.live.engine import Engine, Limits, Query
from dnsauth.live.pace import FLOOR
from dnsauth.live.reply import Unreachable
from dnsauth.live.servers import Server
from dnsauth.live.wire import Message
from tests.live.sockets import PATIENT, QUICK, echo, empty, exchanged, owner, peer, response, waited

OWNERS = [f"{i}.example.com." for i in range(3000)]


def queries(server: Server, count: int = 1, type: str = "TXT") -> list[Query]:
    return [Query(server, owner, type) for owner in OWNERS[:count]]


def texts(said: Message | Unreachable) -> list[str]:
    assert isinstance(said, Message), said
    return [rr.value for rr in said.answer]


def test_every_query_has_its_own_answer():
    with peer(echo) as odd:
        said = exchanged(queries(odd.server, 1000))

    assert {query: [query.owner] for query in queries(odd.server, 1000)} == {
        query: texts(message) for query, message in said.items()
    }


def test_what_was_delivered_to_is_let_go_without_the_collector():
    class Deliver:
        def __call__(self, query, said):
            pass

    deliver = Deliver()
    held = weakref.ref(deliver)
    with peer(empty) as odd, Engine() as engine:
        engine.exchange(queries(odd.server, 10), deliver)
        gc.disable()
        try:
            del deliver
            assert held() is None
        finally:
            gc.enable()


def test_no_queries_have_no_answers():
    assert {} == exchanged([])


def test_recursion_and_unchecked_data_are_asked_for_where_they_are_wanted():
    with peer(echo) as odd:
        exchanged([Query(odd.server, OWNERS[0], "TXT"), Query(odd.server, OWNERS[1], "TXT", True, True)])

    assert {(OWNERS[0], False, False), (OWNERS[1], True, True)} == {
        (owner(q), bool(q[2] & 1), bool(q[3] & 0x10)) for q in odd.received
    }


def test_ipv6_is_asked_like_ipv4():
    try:
        server = Nameserver({"example.com.": ZONE}, address="::1")
    except OSError:
        pytest.skip("this host has no IPv6")
    with server:
        (said,) = exchanged([Query(Server("ns.", "::1", server.port), "example.com.", "TXT")]).values()

    assert ["v=spf1 -all"] == texts(said)


ZONE = """
$ORIGIN example.com.
@ 300 SOA ns1 hostmaster 1 3600 600 86400 300
@ 300 NS ns1
@ 300 TXT "v=spf1 -all"
ns1 300 AAAA ::1
"""

OTHER = dns.message.make_response(dns.message.make_query("example.org.", "TXT", id=0)).to_wire()
FORGERIES = [
    (lambda q: response(q, "forged", id=1), "another id"),
    (lambda q: q[:2] + OTHER[2:], "another question"),
    (lambda q: q[:2] + response(q.replace(b"\x07example", b"\x07exampla"), "forged")[2:], "another name"),
    (lambda q: q, "the query itself"),
    (lambda q: response(q, "forged", flags=dns.flags.AA | 0x2000), "another opcode"),
    (lambda _: b"", "nothing"),
    (lambda q: q[:2], "an id alone"),
    (lambda q: response(q, "forged")[:11], "less than a header"),
    (lambda _: b"\xff" * 4096, "ones"),
    (lambda q: q[:2] + b"\xff" * 500, "the id and ones"),
]


@pytest.mark.parametrize(("forge", "reason"), FORGERIES)
def test_what_does_not_answer_the_question_is_passed_over(forge, reason):
    with peer(lambda query: [forge(query), *echo(query), forge(query)]) as odd:
        (said,) = exchanged(queries(odd.server)).values()

    assert [OWNERS[0]] == texts(said), reason


def test_what_does_not_answer_the_question_never_counts_as_an_answer():
    with peer(lambda query: [forge(query) for forge, _ in FORGERIES]) as odd:
        started = time.monotonic()
        (said,) = exchanged(queries(odd.server), QUICK).values()
        took = time.monotonic() - started

    assert 0.4 <= waited(said, odd.server) < took + 0.1


def test_an_answer_from_another_address_is_passed_over():
    forger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def answers(query: bytes) -> list[bytes]:
        forger.sendto(response(query, "forged"), odd.clients[-1])
        time.sleep(0.01)
        return echo(query)

    with forger, peer(answers) as odd:
        (said,) = exchanged(queries(odd.server)).values()

    assert [OWNERS[0]] == texts(said)


def _looping(query: bytes) -> bytes:
    """The owner name of the answer points to itself."""
    whole = response(query, "x")
    at = 12 + len(whole[12:].split(b"\0", 1)[0]) + 5
    return whole[:at] + bytes([0xC0 | at >> 8, at & 255]) + whole[at + 2 :]


@pytest.mark.parametrize(
    ("mangle", "reason"),
    [
        (_looping, "a name that points to itself"),
        (lambda q: response(q, "x")[:-1], "one octet short"),
        (lambda q: response(q, "x") + b"\0", "one octet over"),
        (lambda q: response(q, *map(str, range(1200))), "more octets than are read"),
    ],
)
def test_a_message_that_cannot_be_read_is_passed_over_and_said(mangle, reason):
    def answers(query: bytes) -> list[bytes]:
        return [mangle(query)] if owner(query) == OWNERS[3] else echo(query)

    with peer(answers) as odd:
        said = exchanged(queries(odd.server, 100), Limits(tries=4, patience=60))

    why = Unreachable(f"{odd.server.address} answers what is no DNS message")
    assert why == said.pop(Query(odd.server, OWNERS[3], "TXT")), reason
    assert [[query.owner] for query in said] == [texts(message) for message in said.values()]


def test_a_message_cut_anywhere_is_no_answer():
    whole = len(response(dns.message.make_query(OWNERS[0], "TXT").to_wire(), OWNERS[0]))

    def answers(query: bytes) -> list[bytes]:
        cut = int(owner(query).split(".")[0])
        return [response(query, "x" * 20)[:-cut]] if cut else echo(query)

    with peer(answers) as odd:
        said = exchanged(
            queries(odd.server, whole), Limits(tries=1, timeout=30)
        )  # less once there was an answer

    assert [OWNERS[0]] == [query.owner for query, each in said.items() if isinstance(each, Message)]


def test_an_answer_that_comes_twice_counts_once():
    with peer(lambda query: echo(query) * 3) as odd:
        assert 500 == len(exchanged(queries(odd.server, 500)))


def test_an_answer_to_the_first_attempt_counts_after_the_second():
    waiting: list[bytes] = []

    def answers(query: bytes) -> list[bytes]:
        waiting.append(query)
        return [response(waiting[0], "late")] if len(waiting) == 2 else []

    with peer(answers) as odd:
        (said,) = exchanged(queries(odd.server), Limits(timeout=0.05, tries=12, patience=60)).values()

    assert (["late"], 2) == (texts(said), len({query[:2] for query in odd.received[:2]}))


def test_what_is_lost_is_asked_again_and_the_rest_does_not_wait():
    asked: Counter[str] = Counter()

    def answers(query: bytes) -> list[bytes]:
        name = owner(query)
        asked[name] += 1
        number = int(name.split(".")[0])
        return echo(query) if asked[name] > (number % 5 == 0) + (number % 25 == 0) else []

    with peer(answers) as odd:
        started = time.monotonic()
        said = exchanged(queries(odd.server, 2000), PATIENT)
        took = time.monotonic() - started

    lost = sum(asked.values()) - 2000
    assert [[query.owner] for query in said] == [texts(message) for message in said.values()]
    assert took < FLOOR * lost / 10, "one wait after the other would take minutes"


def test_a_slow_server_is_waited_for_as_long_as_it_usually_takes():
    def answers(query: bytes) -> list[bytes]:
        time.sleep(0.4)
        return echo(query)

    with peer(answers) as odd, Engine(Limits(timeout=0.05)) as engine:
        for number in range(6):
            engine.exchange([Query(odd.server, OWNERS[number], "TXT")], lambda *_: None)

    asked = Counter(map(owner, odd.received))
    assert asked[OWNERS[0]] > 1
    assert 1 == asked[OWNERS[5]]


GARBAGE = [random.Random(2).randbytes(size) for size in range(400)]


def test_garbage_before_every_answer_changes_nothing():
    with peer(lambda query: [*(query[:2] + octets for octets in GARBAGE), *echo(query)]) as odd:
        said = exchanged(queries(odd.server, 20), PATIENT)

    assert [[query.owner] for query in said] == [texts(message) for message in said.values()]


def test_a_flood_of_garbage_takes_no_more_than_the_time_for_an_answer():
    stop = threading.Event()

    def flood(client: tuple[str, int]) -> None:
        while not stop.is_set():
            for octets in GARBAGE:
                odd.socket.sendto(octets, client)

    def answers(_: bytes) -> list[bytes]:
        threads.append(threading.Thread(target=flood, args=odd.clients[-1:]))
        threads[-1].start()
        return []

    threads: list[threading.Thread] = []
    with peer(answers) as odd, peer(echo) as good:
        started = time.monotonic()
        said = exchanged(
            [Query(odd.server, OWNERS[0], "TXT"), *queries(good.server, 500)], Limits(patience=1)
        )
        took = time.monotonic() - started
        stop.set()
        for thread in threads:
            thread.join()

    assert isinstance(said.pop(Query(odd.server, OWNERS[0], "TXT")), Unreachable)
    assert [[query.owner] for query in said] == [texts(message) for message in said.values()]
    assert took < 4


@pytest.mark.parametrize(
    ("refuse", "reason"),
    [
        (lambda q: response(q, rcode=1), "FORMERR"),
        (lambda q: response(q, rcode=4), "NOTIMP"),
        (lambda q: q[:2] + b"\x80\x01" + bytes(8), "FORMERR in a header and nothing else"),
        (lambda q: response(q, rcode=16), "BADVERS"),
    ],
)
def test_a_server_without_edns_is_asked_without_it_and_not_with_it_again(refuse, reason):
    def answers(query: bytes) -> list[bytes]:
        return [refuse(query)] if dns.message.from_wire(query).edns >= 0 else [response(query, "plain")]

    with peer(answers) as odd, Engine(PATIENT) as engine:
        said: list[Message | Unreachable] = []
        engine.exchange(queries(odd.server), lambda _, each: said.append(each))
        engine.exchange(queries(odd.server), lambda _, each: said.append(each))

    assert [["plain"]] * 2 == [*map(texts, said)], reason
    assert 3 == len(odd.received)


def test_a_server_that_calls_every_query_malformed_is_believed_after_two():
    with peer(lambda query: [response(query, rcode=1)]) as odd:
        (said,) = exchanged(queries(odd.server)).values()

    assert isinstance(said, Message)
    assert ("FORMERR", 2) == (said.rcode, len(odd.received))


def test_a_name_that_cannot_be_asked_is_said_and_harms_no_other():
    with peer(echo) as odd:
        wrong = Query(odd.server, "x" * 64 + ".example.com.", "TXT")
        said = exchanged([queries(odd.server, 2)[0], wrong, queries(odd.server, 2)[1]])

    assert isinstance(said.pop(wrong), Unreachable)
    assert [[OWNERS[0]], [OWNERS[1]]] == [*map(texts, said.values())]
