"""The bounds of the engine: silence, refusals, deadlines, rates, memory, sockets; the rest is never harmed."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dnsauth.live.engine import Engine, Limits, Query
from dnsauth.live.pace import Bucket, RoundTrip
from dnsauth.live.reply import Unreachable
from dnsauth.live.servers import Server
from dnsauth.live.wire import Message
from tests.live.sockets import PATIENT, QUICK, empty, exchanged, open_files, owner, peer, waited
from tests.servers.process import free_port

OWNERS = [f"{i}.example.com." for i in range(3000)]
SHORT = Limits(timeout=0.2, tries=3)
"""For a server that says nothing at one time and answers at another."""
UP = Unreachable("the time for this run was up")


def queries(server: Server, count: int = 1) -> list[Query]:
    return [Query(server, owner, "TXT") for owner in OWNERS[:count]]


def answered(said: dict[Query, Message | Unreachable]) -> int:
    return sum(isinstance(each, Message) for each in said.values())


def test_a_silent_server_costs_one_wait_and_not_one_a_name():
    with peer(lambda _: []) as silent, peer(empty) as good:
        started = time.monotonic()
        said = exchanged(
            [query for server in (silent.server, good.server) for query in queries(server, 1000)],
            Limits(timeout=0.05, tries=3),
        )
        took = time.monotonic() - started

    whys = {each for query, each in said.items() if query.server == silent.server}
    (why,) = whys
    assert 0.4 <= waited(why, silent.server) < took + 0.1
    assert (1000, 2000) == (answered(said), len(said))
    assert len(silent.received) <= 8 * 3
    assert took < 3


def test_a_server_that_drops_one_question_is_asked_the_others():
    dropped = OWNERS[7].encode().split(b".")[0]

    with peer(lambda query: [] if query[13:14] == dropped and query[12] == 1 else empty(query)) as odd:
        said = exchanged(queries(odd.server, 1000), Limits(tries=4))

    assert [OWNERS[7]] == [query.owner for query, each in said.items() if isinstance(each, Unreachable)]


def test_a_server_that_falls_silent_is_given_up_after_some_questions():
    heard: set[str] = set()

    def answers(query: bytes) -> list[bytes]:
        if len(heard) < 100:
            heard.add(owner(query))
        return empty(query) if owner(query) in heard else []

    with peer(answers) as odd:
        started = time.monotonic()
        said = exchanged(queries(odd.server, 3000), Limits(per_server=64, patience=1.5))
        took = time.monotonic() - started

    assert 100 == answered(said)
    assert took < 6, "one window after the other would take 68 s"


def test_one_question_without_an_answer_is_not_held_against_a_server():
    talks: list[bool] = []

    with peer(lambda query: empty(query) if talks else []) as odd, Engine(SHORT) as engine:
        said: list[Message | Unreachable] = []
        engine.exchange(queries(odd.server), lambda _, each: said.append(each))
        talks.append(True)
        engine.exchange(queries(odd.server), lambda _, each: said.append(each))

    assert [Unreachable, Message] == [*map(type, said)]


def asked_in_turn(server: Server, engine: Engine, counts: list[int]) -> list[Message | Unreachable]:
    """What came of the last query of each exchange, which have so many."""
    said: list[Message | Unreachable] = []
    for count in counts:
        engine.exchange(queries(server, count), lambda _, each: said.append(each))
    return [said[sum(counts[: turn + 1]) - 1] for turn in range(len(counts))]


@pytest.mark.parametrize("counts", [[100, 100], [3, 1], [1, 1, 1, 100]], ids=str)
def test_a_server_that_never_answered_is_asked_no_more_in_this_run(counts):
    with peer(lambda _: []) as silent, Engine(QUICK) as engine:
        asked_in_turn(silent.server, engine, counts[:-1])
        before, started = len(silent.received), time.monotonic()
        (*_, last) = asked_in_turn(silent.server, engine, counts[-1:])
        took = time.monotonic() - started

    assert waited(last, silent.server) >= 0.4
    assert (before, {("127.0.0.1", silent.server.port): last}) == (len(silent.received), engine.silent)
    assert took < 0.3


def test_a_server_that_answered_once_is_asked_in_every_exchange():
    talks = [True]

    with peer(lambda query: empty(query) if talks else []) as odd, Engine(SHORT) as engine:
        asked_in_turn(odd.server, engine, [1])
        talks.clear()
        asked_in_turn(odd.server, engine, [20])
        talks.append(True)
        (said,) = asked_in_turn(odd.server, engine, [1])

    assert (Message, {}) == (type(said), engine.silent)


def test_a_silence_can_be_forgotten():
    talks: list[bool] = []

    with peer(lambda query: empty(query) if talks else []) as odd, Engine(SHORT) as engine:
        asked_in_turn(odd.server, engine, [20])
        talks.append(True)
        engine.forget()
        (said,) = asked_in_turn(odd.server, engine, [1])

    assert (Message, {}) == (type(said), engine.silent)


def test_a_server_that_was_not_heard_by_the_deadline_was_not_silent():
    with peer(lambda _: []) as odd, Engine(QUICK, deadline=time.monotonic() + 0.1) as engine:
        asked_in_turn(odd.server, engine, [20])

    assert {} == engine.silent


def test_a_port_that_refuses_is_tried_a_few_times_and_said():
    server = Server("ns.", "127.0.0.1", free_port())
    started = time.monotonic()
    said = exchanged(queries(server, 1000), Limits())
    took = time.monotonic() - started

    assert {Unreachable(f"{server.address}: Connection refused")} == set(said.values())
    assert 0.3 < took < 3


def test_a_server_that_restarts_is_asked_again():
    port = free_port()
    with contextlib.ExitStack() as stack:
        timer = threading.Timer(0.3, lambda: stack.enter_context(peer(empty, port)))
        timer.start()
        said = exchanged(queries(Server("ns.", "127.0.0.1", port), 50), Limits())
        timer.join()

        assert 50 == answered(said)


def test_an_address_without_a_route_is_told_from_a_server_that_does_not_answer():
    server = Server("ns.", "2001:db8::53")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        if not probe.connect_ex((server.host, server.port)):
            pytest.skip("this host has a route for IPv6")
    with peer(empty) as good:
        said = exchanged([*queries(server, 100), *queries(good.server, 100)])

    assert (100, 200) == (answered(said), len(said))
    assert all(not said[query].routed for query in queries(server, 100))


def test_what_is_unanswered_at_the_deadline_is_said_to_be():
    with peer(lambda _: []) as silent, peer(empty) as good:
        started = time.monotonic()
        asked = [*queries(good.server, 100), *queries(silent.server, 3000)]
        said = exchanged(asked, Limits(in_flight=200), deadline=started + 1)
        took = time.monotonic() - started

    assert (100, {UP}) == (answered(said), {said[query] for query in queries(silent.server, 3000)})
    assert 1 <= took < 2


def test_after_the_deadline_nothing_is_asked():
    with peer(empty) as good:
        said = exchanged(queries(good.server, 100), deadline=time.monotonic())

    assert ({UP}, []) == (set(said.values()), good.received)


def test_queries_are_taken_as_they_can_be_sent():
    taken, said, most = [0], [0], [0]

    def lazily(server: Server) -> Iterator[Query]:
        for query in queries(server, 3000):
            taken[0] += 1
            most[0] = max(most[0], taken[0] - said[0])
            yield query

    def deliver(*_: object) -> None:
        said[0] += 1

    with peer(empty) as odd, Engine(Limits(in_flight=100, per_server=10)) as engine:
        engine.exchange(lazily(odd.server), deliver)

    assert (3000, 3000) == (taken[0], said[0])
    assert most[0] <= 200


def test_no_more_is_under_way_than_the_limits_allow():
    waiting: list[bytes] = []
    sizes: list[int] = []

    def answers(query: bytes) -> list[bytes]:
        waiting.append(query)
        sizes.append(len(waiting))
        if len(waiting) < 4 or select.select([odd.socket], [], [], 0.05)[0]:
            return []
        said = [answer for query in waiting for answer in empty(query)]
        waiting.clear()
        return said

    with peer(answers) as odd:
        said = exchanged(queries(odd.server, 20), replace(PATIENT, per_server=4))

    assert (20, 4) == (answered(said), max(sizes))


def test_ids_are_never_so_many_that_two_queries_share_one():
    said: dict[str, Message | Unreachable] = {}
    taken: dict[tuple[int, bytes], str] = {}
    shared: list[tuple[int, bytes]] = []

    def answers(query: bytes) -> list[bytes]:
        at, owner = (odd.clients[-1][1], query[:2]), query[13 : 13 + query[12]].decode()
        if at in taken and taken[at] not in said:  # whoever had the id is still under way
            shared.append(at)
        taken[at] = owner
        return [] if 7000 <= len(odd.received) < 15_000 else empty(query)

    # the window is as wide as so many tries let it be, and each query gets more of them than it is kept waiting for
    limits = Limits(in_flight=10**6, per_server=10**6, tries=8, patience=60)
    with peer(answers) as odd, Engine(limits) as engine:
        each = (Query(odd.server, f"{i}.example.com.", "TXT") for i in range(15_000))
        engine.exchange(each, lambda query, reply: said.update({query.owner.partition(".")[0]: reply}))

    assert [] == shared
    assert 15_000 == sum(isinstance(reply, Message) for reply in said.values())


def test_what_deliver_raises_ends_the_exchange_and_closes_every_socket():
    before = open_files()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with peer(empty) as odd:
        with Engine() as engine:
            within = open_files()
            with pytest.raises(KeyboardInterrupt):
                engine.exchange(queries(odd.server, 1000), interrupted)
            assert within == open_files()

            said: list[Message | Unreachable] = []
            engine.exchange(queries(odd.server, 1000), lambda _, each: said.append(each))
            assert within == open_files()
        assert 1000 == sum(isinstance(each, Message) for each in said)
    assert before == open_files()


def test_a_bucket_lets_through_its_rate_and_a_small_burst():
    bucket = Bucket(100)
    sent = 0
    for tick in range(10_000):
        now = 1000 + tick / 1000
        while not bucket.wait(now):
            bucket.take(now)
            sent += 1

    assert 1000 <= sent <= 1010


def test_what_waits_for_the_rate_waits_no_longer_than_it_must():
    bucket = Bucket(10)
    bucket.take(5.0)

    assert 0.05 == pytest.approx(bucket.wait(5.0))
    assert 0 == bucket.wait(5.051)


def test_a_retry_is_paid_for_by_what_comes_after():
    bucket = Bucket(10)
    for _ in range(5):
        bucket.take(5.0)

    assert 0.45 == pytest.approx(bucket.wait(5.0))


def test_the_time_out_follows_the_round_trip():
    trip = RoundTrip(1.0)
    assert 1.0 == trip.timeout
    for _ in range(50):
        trip.measured(0.02)
    assert 0.15 == trip.timeout, "a short one is never shorter than a moment of work elsewhere"
    for _ in range(50):
        trip.measured(0.5)
    assert 0.5 < trip.timeout < 0.7
    trip.measured(60)
    assert 3.0 == trip.timeout


def test_a_server_beyond_loopback_gets_no_more_than_the_rate():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        if probe.connect_ex(("192.0.2.1", 53)):
            pytest.skip("this host has no address but loopback")
        host = probe.getsockname()[0]
    got: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind((host, 0))
        said = exchanged(
            queries(Server("ns.", host, listening.getsockname()[1]), 1000),
            Limits(rate=100, tries=2),
            deadline=time.monotonic() + 0.5,
        )
        listening.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                got.append(listening.recv(4096))

    assert 1000 == len(said)
    assert len(got) <= 60


IP_PKTINFO = 8  # ip(7)


@contextlib.contextmanager
def everywhere() -> Iterator[int]:
    """A port on which every address of 127/8 answers, but those whose last octet is 1 (silent)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        listening.bind(("0.0.0.0", 0))
        port = listening.getsockname()[1]

        def serve() -> None:
            while True:
                query, ancillary, _, client = listening.recvmsg(4096, 256)
                if query == b"end":
                    return
                (asked,) = struct.unpack_from("4s", ancillary[0][2], 8)
                if asked[3] != 1:
                    source = [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack("I4s4s", 0, asked, bytes(4)))]
                    with contextlib.suppress(OSError):
                        listening.sendmsg(empty(query), source, 0, client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield port
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
                stop.sendto(b"end", ("127.0.0.1", port))
            thread.join()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one address on loopback")
def test_thousands_of_servers_share_few_sockets():
    before, most = open_files(), 0
    said: list[tuple[Query, Message | Unreachable]] = []

    def deliver(query: Query, each: Message | Unreachable) -> None:
        nonlocal most
        said.append((query, each))
        if not len(said) % 50:
            most = max(most, open_files())

    with everywhere() as port, Engine(Limits(sockets=100, timeout=0.3, tries=3)) as engine:
        servers = [Server("ns.", f"127.1.{i}.{j}", port) for i in range(60) for j in range(1, 51)]
        engine.exchange((query for server in servers for query in queries(server, 2)), deliver)

    assert (6000, 5880) == (len(said), sum(isinstance(each, Message) for _, each in said))
    assert most <= before + 110


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one address on loopback")
def test_a_process_that_may_open_few_files_asks_all_the_same():
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with everywhere() as port, Engine(PATIENT) as engine:
        resource.setrlimit(resource.RLIMIT_NOFILE, (open_files() + 20, hard))
        said: list[Message | Unreachable] = []
        try:
            servers = [Server("ns.", f"127.1.1.{j}", port) for j in range(2, 250)]
            engine.exchange(
                (query for server in servers for query in queries(server)), lambda _, each: said.append(each)
            )
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert 248 == sum(isinstance(each, Message) for each in said)
