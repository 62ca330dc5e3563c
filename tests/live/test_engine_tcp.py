"""The engine by TCP, where answers are too long for a datagram: what a stream may do, and what it may not."""

from __future__ import annotations

import random
import socket
import time

import dns.message
import pytest

from dnsauth.live.engine import Engine, Limits, Query
from dnsauth.live.reply import Unreachable
from dnsauth.live.servers import Server
from dnsauth.live.wire import Message
from tests.live.sockets import (
    PATIENT,
    QUICK,
    Stream,
    empty,
    exchanged,
    open_files,
    owner,
    peer,
    response,
    stream_peer,
    truncated,
)
from tests.servers.process import free_port

OWNERS = [f"{i}.example.com." for i in range(1000)]
NO_MESSAGE = "answers what is no DNS message by TCP"


def queries(server: Server, count: int = 1) -> list[Query]:
    return [Query(server, owner, "TXT") for owner in OWNERS[:count]]


def texts(said: Message | Unreachable) -> list[str]:
    assert isinstance(said, Message), said
    return [rr.value for rr in said.answer]


def echo(stream: Stream) -> None:
    """Answer each query with its owner name."""
    while True:
        query = stream.query()
        stream.answer(response(query, owner(query)))


def reason(said: Message | Unreachable, server: Server) -> str:
    assert isinstance(said, Unreachable), said
    return said.why.removeprefix(f"{server.address} ")


def test_a_truncated_answer_is_asked_for_by_tcp_and_all_of_them_on_one_connection():
    with stream_peer(echo) as odd:
        said = exchanged(queries(odd.server, 500), PATIENT)

    assert [[query.owner] for query in said] == [texts(message) for message in said.values()]
    assert 1 == odd.connections


def test_answers_by_tcp_may_come_in_any_order():
    def shuffled(stream: Stream) -> None:
        while True:
            waiting = [stream.query() for _ in range(8)]
            random.shuffle(waiting)
            for query in waiting:
                stream.answer(response(query, owner(query)))

    with stream_peer(shuffled) as odd:
        said = exchanged(queries(odd.server, 80), PATIENT)

    assert [[query.owner] for query in said] == [texts(message) for message in said.values()]


def test_the_longest_message_is_read_whole():
    text = "x" * 65_000

    def talk(stream: Stream) -> None:
        while True:
            stream.answer(response(stream.query(), text))

    with stream_peer(talk) as odd:
        said = exchanged(queries(odd.server, 20), PATIENT)

    assert [[text]] * 20 == [*map(texts, said.values())]


def test_a_message_in_small_pieces_is_read():
    def talk(stream: Stream) -> None:
        query = stream.query()
        message = response(query, owner(query))
        for octet in len(message).to_bytes(2, "big") + message:
            stream.send(bytes([octet]))
            time.sleep(0.001)

    with stream_peer(talk) as odd:
        (said,) = exchanged(queries(odd.server), PATIENT).values()

    assert OWNERS[:1] == texts(said)


def drip(stream: Stream) -> None:
    message = response(stream.query(), "x")
    for octet in len(message).to_bytes(2, "big") + message:
        stream.send(bytes([octet]))
        time.sleep(0.05)


def never(stream: Stream) -> None:
    while stream.query():
        pass


def endless(stream: Stream) -> None:
    """One message that does not end before the time is up."""
    stream.send(b"\xff\xff")
    while True:
        stream.send(b"\0" * 100)
        time.sleep(0.01)


@pytest.mark.parametrize("talk", [drip, never, endless])
def test_a_stream_that_does_not_come_to_an_end_costs_one_wait_and_not_one_a_name(talk):
    with stream_peer(talk) as odd, peer(empty) as good:
        started = time.monotonic()
        asked = [*queries(odd.server, 200), *queries(good.server, 200)]
        said = exchanged(asked, QUICK)
        took = time.monotonic() - started

    whys = {reason(each, odd.server) for query, each in said.items() if query.server == odd.server}
    assert {f"no answer from {odd.server.address} by TCP in 0.5 s"} == whys
    assert 200 == sum(isinstance(each, Message) for each in said.values())
    assert took < 2
    assert odd.connections <= 2


def flood(stream: Stream) -> None:
    stream.query()
    while True:
        stream.answer(b"\0" * 1000)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda q: response(q, "x", id=1), "another id"),
        (
            lambda q: q[:2] + response(dns.message.make_query("example.org.", "TXT").to_wire())[2:],
            "another question",
        ),
        (lambda _: b"", "no octet"),
        (lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n", "another protocol"),
        (lambda q: q, "the query itself"),
        (lambda q: response(q, "x")[:-1], "a record that is cut"),
        (lambda q: response(q, "x") + b"\0", "an octet too many"),
    ],
)
def test_what_is_no_answer_by_tcp_is_said_at_once(answer, why):
    def talk(stream: Stream) -> None:
        while True:
            stream.answer(answer(stream.query()))

    with stream_peer(talk) as odd:
        started = time.monotonic()
        said = exchanged(queries(odd.server, 20), Limits())

    assert {NO_MESSAGE} == {reason(each, odd.server) for each in said.values()}, why
    assert time.monotonic() - started < 1


def test_a_flood_by_tcp_is_cut_off():
    with stream_peer(flood) as odd:
        said = exchanged(queries(odd.server, 20), Limits())

    assert {NO_MESSAGE} == {reason(each, odd.server) for each in said.values()}
    assert 2 == odd.connections


def test_a_truncated_answer_by_tcp_is_no_answer():
    def talk(stream: Stream) -> None:
        while True:
            stream.answer(truncated(stream.query())[0])

    with stream_peer(talk) as odd:
        (said,) = exchanged(queries(odd.server), Limits()).values()

    assert "truncates its answer by TCP" == reason(said, odd.server)


@pytest.mark.parametrize("cut", range(0, 60, 3))
def test_a_stream_cut_anywhere_is_no_answer(cut):
    def talk(stream: Stream) -> None:
        message = response(stream.query(), "x")
        stream.send((len(message).to_bytes(2, "big") + message)[:cut])

    with stream_peer(talk) as odd:
        (said,) = exchanged(queries(odd.server), Limits()).values()

    assert "breaks off by TCP" == reason(said, odd.server)
    assert 2 == odd.connections


def test_a_connection_that_breaks_off_is_replaced_once():
    broken: list[Stream] = []

    def talk(stream: Stream) -> None:
        if broken:
            echo(stream)
        stream.query()
        broken.append(stream)

    with stream_peer(talk) as odd:
        said = exchanged(queries(odd.server, 20), PATIENT)

    assert [[query.owner] for query in said] == [texts(message) for message in said.values()]


def test_a_server_that_closes_after_every_answer_is_asked_on():
    def talk(stream: Stream) -> None:
        query = stream.query()
        stream.answer(response(query, owner(query)))

    with stream_peer(talk) as odd:
        said = exchanged(queries(odd.server, 50), PATIENT)

    assert [[query.owner] for query in said] == [texts(message) for message in said.values()]
    assert 50 <= odd.connections <= 51


def test_a_port_that_refuses_tcp_costs_one_attempt_and_not_one_a_name():
    with peer(truncated) as odd:
        started = time.monotonic()
        said = exchanged(queries(odd.server, 500), Limits())

    assert {Unreachable(f"{odd.server.address}: Connection refused", cut=True)} == set(said.values())
    assert time.monotonic() - started < 2


def test_an_answer_twice_by_tcp_counts_once():
    def talk(stream: Stream) -> None:
        while True:
            query = stream.query()
            for _ in range(2):
                stream.answer(response(query, owner(query)))

    with stream_peer(talk) as odd:
        said = exchanged(queries(odd.server, 10), PATIENT)

    assert [[query.owner] for query in said] == [texts(message) for message in said.values()]


def test_a_server_without_edns_is_asked_without_it_by_tcp():
    def talk(stream: Stream) -> None:
        while True:
            query = stream.query()
            plain = dns.message.from_wire(query).edns < 0
            stream.answer(response(query, "plain") if plain else response(query, rcode=1))

    with stream_peer(talk) as odd:
        (said,) = exchanged(queries(odd.server), PATIENT).values()

    assert ["plain"] == texts(said)


def test_what_is_under_way_by_tcp_at_the_deadline_is_said_to_be():
    with stream_peer(never) as odd:
        started = time.monotonic()
        said = exchanged(queries(odd.server, 100), Limits(), deadline=started + 1)

    assert {Unreachable("the time for this run was up")} == set(said.values())
    assert time.monotonic() - started < 2


def test_what_deliver_raises_closes_connections_too():
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with stream_peer(echo) as odd, Engine() as engine:
        before = open_files()
        with pytest.raises(KeyboardInterrupt):
            engine.exchange(queries(odd.server, 100), interrupted)

        deadline = time.monotonic() + 2
        while open_files() > before and time.monotonic() < deadline:
            time.sleep(0.01)  # the server's side of it
        assert before == open_files()


def test_a_server_that_does_not_accept_is_waited_for_once():
    with peer(truncated, free_port()) as odd, socket.socket() as listening:
        listening.bind((odd.server.host, odd.server.port))
        listening.listen(0)
        started = time.monotonic()
        said = exchanged(queries(odd.server, 100), QUICK)

    assert {f"no answer from {odd.server.address} by TCP in 0.5 s"} == {
        reason(each, odd.server) for each in said.values()
    }
    assert time.monotonic() - started < 2
