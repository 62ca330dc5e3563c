"""A busy provider is waited for in sight and not for ever; what may have been done is not done twice."""

from __future__ import annotations

import contextlib
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import ClassVar

import boto3
import botocore.exceptions
import octodns_cloudflare
import pytest

from dnsauth.errors import DnsauthError
from dnsauth.octodns.adapter import Adapter
from dnsauth.octodns.cloudflare import CloudflareProvider
from dnsauth.octodns.patience import LIMIT, TRIES, Patience, attach
from dnsauth.plan.model import Change
from dnsauth.rrset import RRset, RRsetId
from tests.octodns.fake_cloudflare import TOKEN, cloudflare
from tests.octodns.memory import STORE, MemoryProvider

ZONE = "held.example."
APEX = RRsetId(ZONE, "TXT")
SLOW = (429, {"Retry-After": "30"})


class Time:
    """A clock that only waiting moves."""

    def __init__(self):
        self.now = 0.0
        self.waits = []
        self.said = []

    def pause(self, seconds):
        self.waits.append(seconds)
        self.now += seconds
        return False

    def patience(self, name="cf"):
        return Patience(name, self.said.append, clock=lambda: self.now, pause=self.pause)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def api():
    with cloudflare() as found:
        found.add("held.example", "TXT", '"v=spf1 -all"')
        yield found


@pytest.fixture
def provider(api, time, monkeypatch):
    """Cloudflare with the settings it has by itself, whose silent sleep would fail the test."""
    monkeypatch.setattr(octodns_cloudflare, "sleep", lambda seconds: pytest.fail(f"slept {seconds} s"))
    with contextlib.ExitStack() as sessions:

        def made():
            found = CloudflareProvider(
                "cf", token=TOKEN, api_url=f"http://127.0.0.1:{api.port}", pagerules=False
            )
            found._sess.trust_env = False
            sessions.callback(found._sess.close)
            return found

        yield Adapter("cf", made, {TOKEN}, time.patience())


def change(before: RRset, text: str) -> Change:
    return Change(before, RRset(ZONE, "TXT", before.ttl, (text,)))


def test_a_provider_that_asks_for_time_gets_it_and_everybody_sees_it(api, provider, time):
    api.busy = [SLOW, SLOW]
    assert ("v=spf1 -all",) == provider.read(ZONE).rrsets[APEX].values
    assert [30, 30] == time.waits
    assert [
        "cf answers 429, and is asked again in 30 s; it is waited for 570 s more at most",
        "cf answers 429, and is asked again in 30 s; it is waited for 540 s more at most",
    ] == time.said


def test_where_it_says_nothing_the_waits_double(api, provider, time):
    api.busy = [(429, {})] * 8
    provider.read(ZONE)
    assert [1, 2, 4, 8, 16, 32, 60, 60] == time.waits


def test_it_is_waited_for_no_longer_than_the_limit_and_the_next_zone_not_at_all(api, provider, time):
    api.busy = [(429, {"Retry-After": "60"})] * 100
    with pytest.raises(DnsauthError, match=r"cf asks us to slow down while reading held\.example"):
        provider.read(ZONE)
    assert LIMIT == sum(time.waits)
    asked = len(api.asked)
    with pytest.raises(DnsauthError, match="slow down"):
        provider.read(ZONE)
    assert (LIMIT, asked + 1) == (sum(time.waits), len(api.asked))


def test_what_it_does_in_between_gives_it_new_credit(api, provider, time):
    for _ in range(3):
        api.busy = [(429, {"Retry-After": "300"})]
        provider.read(ZONE)
    assert 900 == sum(time.waits)


def test_a_wait_that_would_be_too_long_is_not_begun(api, provider, time):
    api.busy = [(429, {"Retry-After": "3600"})]
    with pytest.raises(DnsauthError, match="slow down"):
        provider.read(ZONE)
    assert [] == time.waits


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failure_of_the_providers_is_tried_a_few_times(api, provider, time, status):
    api.busy = [(status, {})] * (TRIES - 1)
    provider.read(ZONE)
    assert [1, 2, 4, 8] == time.waits
    api.busy = [(status, {})] * 100
    with pytest.raises(DnsauthError, match=r"cf cannot serve us now, reading held\.example"):
        provider.read(ZONE)
    assert 2 * (TRIES - 1) == len(time.waits)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_what_is_refused_is_not_asked_again(api, provider, time, status):
    api.busy = [(status, {})]
    with pytest.raises(DnsauthError):
        provider.read(ZONE)
    assert ([], 1) == (time.waits, len(api.asked))


def test_a_write_that_replaces_is_sent_again(api, provider, time):
    held = provider.read(ZONE)
    provider.read(ZONE)
    reads = len(api.asked)
    sent = api.respond

    def busy_once(method, path, body):
        if method == "PUT" and not time.waits:
            return 502, None
        return sent(method, path, body)

    api.respond = busy_once
    provider.write(held, (change(held.rrsets[APEX], "v=spf1 mx -all"),))
    assert (["PUT", "PUT"], [1]) == ([m for m in api.asked[reads:] if m != "GET"], time.waits)
    assert ["PUT"] == [method for method, *_ in api.writes]


@pytest.mark.parametrize(("status", "times"), [(429, 2), (502, 1)])
def test_a_write_that_adds_is_sent_again_only_where_it_was_not_done(api, provider, status, times):
    held = provider.read(ZONE)
    sent = api.respond
    answers = [status]

    def busy_once(method, path, body):
        if method == "POST" and answers:
            return answers.pop(), None
        return sent(method, path, body)

    api.respond = busy_once
    after = RRset(ZONE, "TXT", held.rrsets[APEX].ttl, ("token=1", "v=spf1 -all"))
    with contextlib.suppress(DnsauthError):
        provider.write(held, (Change(held.rrsets[APEX], after),))
    assert times == api.asked.count("POST")


def test_ctrl_c_ends_a_wait():
    stop = threading.Event()
    patience = Patience("cf", lambda _: stop.set(), stop)
    assert not patience.again(1, "429", 300)


def test_threads_wait_together(time):
    """Where one is told to slow down all do, and it is said once."""
    patience = time.patience()
    gate = threading.Barrier(4)
    slept = []

    def pause(seconds):
        gate.wait(timeout=10)  # nobody is through before all wait
        slept.append(seconds)
        return False

    patience._pause = pause
    threads = [threading.Thread(target=patience.again, args=(1, "429", 30)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ([30] * 4, 1) == (slept, len(time.said))


def test_who_comes_later_waits_for_the_rest(time):
    patience = time.patience()
    patience._until = 12.0
    patience.turn()
    assert ([12.0], []) == (time.waits, time.said)


class Throttled(MemoryProvider):
    """A provider whose library says it in its own way."""

    answers: ClassVar[list[int]] = []

    def populate(self, zone, target=False, lenient=False):
        if self.answers:
            error = RuntimeError("busy")
            error.response = SimpleNamespace(status_code=self.answers.pop())
            raise error
        return super().populate(zone, target=target, lenient=lenient)


def test_a_library_without_sessions_is_read_again(time):
    STORE[ZONE] = {("", "TXT"): {"type": "TXT", "ttl": 60, "values": ["v=spf1 -all"]}}
    Throttled.answers = [429, 503]
    adapter = Adapter("memory", partial(Throttled, "memory"), (), time.patience("memory"))
    assert ("v=spf1 -all",) == adapter.read(ZONE).rrsets[APEX].values
    assert [1, 2] == time.waits
    Throttled.answers = [400]
    with pytest.raises(DnsauthError, match="memory failed"):
        adapter.read(ZONE)


ERROR = (
    b"<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"
)
ZONES = b"<GetHostedZoneCountResponse><HostedZoneCount>7</HostedZoneCount></GetHostedZoneCountResponse>"


@pytest.fixture
def aws():
    """Route 53 that throttles so many requests, and a client of it."""
    answers: list[tuple[int, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, data = answers.pop(0) if answers else (200, ZONES)
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format, *args):
            """Nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        client = boto3.client(
            "route53",
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            region_name="us-east-1",
            aws_access_key_id="tests",
            aws_secret_access_key="tests",
        )
        try:
            yield answers, client
        finally:
            client.close()
            server.shutdown()
            thread.join()


def test_amazon_is_waited_for_in_sight(aws, time):
    answers, client = aws
    assert attach(SimpleNamespace(_conn=client), time.patience("aws"))
    answers += [(400, ERROR), (400, ERROR), (503, b"")]
    assert 7 == client.get_hosted_zone_count()["HostedZoneCount"]
    assert [1, 2, 4] == time.waits
    assert time.said[0].startswith("aws answers Throttling, and is asked again in 1 s")
    answers += [(400, ERROR)] * 100
    with pytest.raises(botocore.exceptions.ClientError, match="Throttling"):
        client.get_hosted_zone_count()
    assert LIMIT - 60 < sum(time.waits[3:]) <= LIMIT
