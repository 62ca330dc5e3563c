"""One bounded GET, against a TLS server on loopback with certificates of our own."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.live.https import (
    Failed,
    Fetched,
    Place,
    Redirected,
    Refused,
    Terms,
    TooLarge,
    Untrusted,
    get,
    place,
    public,
    trust,
)
from tests.servers.certificates import issued
from tests.servers.web import response, web

HOST, LOOPBACK = "mta-sts.example.com", "127.0.0.1"
BODY = b"version: STSv1\r\nmode: testing\r\n"
REAL = {"begins": datetime.now(UTC) - timedelta(days=1), "days": 10}  # OpenSSL reads the clock
CA = issued("Test CA", **REAL | {"days": 100})


@pytest.fixture(scope="module")
def authorities(tmp_path_factory):
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    file.write_bytes(CA.pem)
    return str(file)


@pytest.fixture
def serving(tmp_path):
    @contextmanager
    def start(pages, certificate=None):
        with web(certificate or issued(HOST, HOST, by=CA, **REAL), tmp_path, pages) as server:
            yield server, f"https://{HOST}:{server.port}/policy.txt"

    return start


@pytest.fixture
def terms(authorities):
    return Terms(trust(authorities), private=True, seconds=5)


def test_a_document_comes_with_its_type_and_the_end_of_the_certificate(serving, terms):
    with serving({"/policy.txt": response(BODY, "text/plain; charset=utf-8")}) as (server, url):
        found = get(url, [LOOPBACK], terms, 1000)
    assert Fetched(BODY, "text/plain", found.expires) == found
    assert timedelta(days=8) < found.expires - datetime.now(UTC) < timedelta(days=10)
    (request,) = server.asked
    assert request.startswith("GET /policy.txt HTTP/1.1\r\n")
    assert f"\r\nHost: {HOST}:{server.port}\r\n" in request


def test_a_host_that_says_no_type_has_none(serving, terms):
    with serving({"/policy.txt": b"HTTP/1.1 200 OK\r\n\r\nx"}) as (_, url):
        assert "" == get(url, [LOOPBACK], terms, 1000).media_type


def test_a_chunked_document_is_put_together(serving, terms):
    sent = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    with serving({"/policy.txt": sent}) as (_, url):
        assert b"abc" == get(url, [LOOPBACK], terms, 3).body
        assert TooLarge(2) == get(url, [LOOPBACK], terms, 2)


def test_no_redirect_is_followed(serving, terms):
    pages = {"/policy.txt": response(b"", "text/plain", "301 Moved", "Location: https://169.254.169.254/")}
    with serving(pages) as (server, url):
        assert Redirected(301, "https://169.254.169.254/") == get(url, [LOOPBACK], terms, 1000)
    assert 1 == len(server.asked)


def test_what_is_too_large_is_not_read(serving, terms):
    def endless(connection, over):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while not over.is_set():
            connection.sendall(b"x" * 65536)

    with serving({"/policy.txt": endless}) as (_, url):
        assert TooLarge(65536) == get(url, [LOOPBACK], terms, 65536)


@pytest.mark.parametrize("piece", [b"x", b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"])
def test_a_host_that_drips_is_left_in_time(serving, terms, piece):
    def drip(connection, over):
        connection.sendall(piece)
        while not over.wait(0.05):
            connection.sendall(b"x")

    with serving({"/policy.txt": drip}) as (_, url):
        begin = monotonic()
        found = get(url, [LOOPBACK], terms._replace(seconds=0.5), 1 << 20)
        assert monotonic() - begin < 2
    assert Failed("127.0.0.1 did not answer in time") == found


def test_nothing_is_asked_once_the_run_is_over(serving, terms):
    with serving({"/policy.txt": response(BODY)}) as (server, url):
        assert isinstance(get(url, [LOOPBACK], terms._replace(deadline=monotonic()), 1000), Failed)
    assert [] == server.asked


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (response(b"", status="404 Not Found"), "the host answers 404 Not Found"),
        (response(b"", status="500 Oops"), "the host answers 500 Oops"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "it answers no HTTP: BadStatusLine"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", "it answers no HTTP: HTTPException"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70000, "it answers no HTTP: LineTooLong"),
    ],
)
def test_a_host_without_the_document_is_refused(serving, terms, sent, why):
    with serving({"/policy.txt": sent}) as (_, url):
        assert Refused(why) == get(url, [LOOPBACK], terms, 1000)


def test_a_document_that_is_cut_off_is_no_document(serving, terms):
    with serving({"/policy.txt": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"}) as (_, url):
        assert isinstance(get(url, [LOOPBACK], terms, 1000), Failed)


@pytest.mark.parametrize("size", [b"-1", b"-5", b"FFFFFFFFFFFF"])
def test_a_chunk_of_any_size_brings_no_more_than_was_asked_for(serving, terms, size):
    sent = []

    def flood(connection, over):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n")
        while not over.is_set() and len(sent) < 1000:
            sent.append(connection.send(b"x" * 65536))

    with serving({"/policy.txt": flood}) as (_, url):
        assert isinstance(get(url, [LOOPBACK], terms, 1000), TooLarge | Refused)
    assert sum(sent) < 16 << 20  # what buffers of the system hold


def test_a_head_without_end_is_left(serving, terms):
    sent = []

    def flood(connection, over):
        while not over.is_set() and len(sent) < 10_000:
            sent.append(connection.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000))

    with serving({"/policy.txt": flood}) as (_, url):
        assert TooLarge(1000) == get(url, [LOOPBACK], terms, 1000)
    assert sum(sent) < 16 << 20


def test_what_a_host_says_of_its_refusal_is_cut_short(serving, terms):
    with serving({"/policy.txt": b"HTTP/1.1 404 " + b"no " * 10_000 + b"\r\n\r\n"}) as (_, url):
        assert 200 > len(get(url, [LOOPBACK], terms, 1000).why)


@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        (
            issued(HOST, "www.example.com", by=CA, **REAL),
            f"hostname mismatch, certificate is not valid for '{HOST}'.",
        ),
        (issued(HOST, HOST, by=CA, begins=datetime(2020, 1, 1, tzinfo=UTC)), "certificate has expired"),
        (issued(HOST, HOST, **REAL), "self-signed certificate"),
        (issued(HOST, HOST, by=issued("Other", **REAL), **REAL), "unable to get local issuer certificate"),
        (issued(HOST, by=CA, **REAL), f"hostname mismatch, certificate is not valid for '{HOST}'."),
        (
            issued(HOST, "*.*.com", "mta*.example.com", "*", by=CA, **REAL),
            f"hostname mismatch, certificate is not valid for '{HOST}'.",
        ),
    ],
    ids=["name", "expired", "self-signed", "unknown", "common name alone", "odd wildcards"],
)
def test_a_certificate_is_verified_for_the_name(serving, terms, certificate, why):
    with serving({"/policy.txt": response(BODY)}, certificate) as (server, url):
        assert Untrusted(why) == get(url, [LOOPBACK], terms, 1000)
    assert [] == server.asked, "nothing was asked of it"


def test_without_that_authority_the_host_is_not_trusted(serving):
    with serving({"/policy.txt": response(BODY)}) as (_, url):
        assert isinstance(get(url, [LOOPBACK], Terms(trust(), private=True), 1000), Untrusted)


def test_a_private_address_is_never_connected_to(serving, terms):
    with serving({"/policy.txt": response(BODY)}) as (server, url):
        found = get(url, [LOOPBACK, "10.0.0.1"], terms._replace(private=False), 1000)
    assert Refused("127.0.0.1 is no public address") == found
    assert [] == server.addresses


def test_the_connection_goes_to_the_address_that_was_looked_up(serving, terms, monkeypatch):
    def resolving(*_, **__):
        raise AssertionError("nobody resolves here")

    with serving({"/policy.txt": response(BODY)}) as (_, url):
        known = socket.getaddrinfo
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *more, **named: known(host, *more, **named) if host == LOOPBACK else resolving(),
        )
        assert isinstance(get(url, [LOOPBACK], terms, 1000), Fetched)


def test_proxies_of_the_environment_are_not_used(serving, terms, monkeypatch):
    for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving({"/policy.txt": response(BODY)}) as (_, url):
        assert isinstance(get(url, [LOOPBACK], terms, 1000), Fetched)


def test_the_next_address_is_tried_where_one_is_not_reached(serving, terms):
    with serving({"/policy.txt": response(BODY)}) as (_, url):
        assert isinstance(get(url, ["127.0.0.9", LOOPBACK], terms, 1000), Fetched)


def test_a_closed_port_is_the_hosts_and_a_silent_host_is_nobodys_fault(terms):
    with socket.create_server((LOOPBACK, 0)) as silent:
        port = silent.getsockname()[1]
        quick = terms._replace(seconds=0.2)
        assert isinstance(get(f"https://{HOST}:{port}/", [LOOPBACK], quick, 1000), Failed)
    refused = get(f"https://{HOST}:{port}/", [LOOPBACK], terms, 1000)
    assert Refused(f"127.0.0.1 takes no connection at port {port}") == refused


def test_a_host_that_speaks_no_tls_is_refused(terms):
    with socket.create_server((LOOPBACK, 0)) as plain:
        from threading import Thread

        def answer():
            connection, _ = plain.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = Thread(target=answer)
        thread.start()
        found = get(f"https://{HOST}:{plain.getsockname()[1]}/", [LOOPBACK], terms, 1000)
        thread.join()
    assert isinstance(found, Refused)
    assert found.why.startswith("TLS fails: ")


def test_no_address_is_no_host(terms):
    assert Refused("its host has no address") == get(f"https://{HOST}/", [], terms, 1000)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("9.9.9.9", True),
        ("2620:fe::fe", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("2001:db8::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:9.9.9.9", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::909:909", True),
        ("2002:7f00:1::", False),
        ("2002:a00:1::1", False),
        ("2001:0:1::1", False),
        ("fec0::1", False),
        ("3fff::1", False),
        ("192.88.99.1", False),
        ("64:ff9b:1::7f00:1", False),
        ("::127.0.0.1", False),
        ("fe80::1%eth0", False),
    ],
)
def test_only_public_addresses_are(address, expected):
    assert expected == public(address)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com", Place("example.com", 443, "/")),
        ("HTTPS://Example.com:8443/a?b=c", Place("example.com", 8443, "/a?b=c")),
        ("https://user@example.com./x#y", Place("example.com", 443, "/x")),
        ("http://example.com/", None),
        ("https:///x", None),
        ("https://example.com:99999/", None),
        ("https://example.com/a b", None),
        ("https://example.com/\r\nHost: x", None),
        ("https://exämple.com/", None),
        ("https://[::1/", None),
    ],
)
def test_a_url_asks_something_of_a_host(url, expected):
    assert expected == place(url)
    if expected is None:
        assert Refused("it is no https URL of a host") == get(
            url, [LOOPBACK], Terms(ssl.create_default_context()), 1
        )


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_authorities_that_cannot_be_read_are_told(tmp_path, content):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(DnsauthError, match=r"live\.ca: .*ca\.pem cannot be read: "):
        trust(str(file))
