"""A key turns at two hosts, in two algorithms, past a secondary that lags, and no message is lost.

dnsauth's clock is ours; named, Knot, Unbound and OpenDKIM are real. A message may lie in a queue for five days
(RFC 5321 section 4.5.4.1): at every change whatever was sent in that time verifies, whichever server is asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyrage import x25519

from tests.cli.conftest import Directory, Done
from tests.laws.mail_hosts import RELOAD, SIGNER, MailHost, Sent, git, mail_host, stamp
from tests.laws.verifiers import Judge, Verdict, judges
from tests.servers import KEY, SECRET
from tests.servers.bind import Named
from tests.servers.knot import Knot
from tests.servers.opendkim import opendkim_testkey
from tests.servers.process import until
from tests.servers.unbound import Unbound, unbound

ZONE = "turns.example."
DOMAIN = "turns.example"
HOSTS = ("mx1.turns.example", "mx2.turns.example")
QUEUE = timedelta(days=5)
START = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONFIG = """\
version: 1
providers:
  ns1: {{class: octodns_bind.Rfc2136Provider, host: {named.address}, port: {named.port}, key_name: {key}, key_secret: env/TSIG_SECRET,
    key_algorithm: hmac-sha256}}
live: {{servers: {{turns.example: ["{named.address}:{named.port}", "{knot.address}:{knot.port}"]}}}}
defaults: {{provider: ns1, ttl: 3600}}
key_stores: {{mail-keys: {{class: age, directory: keys, recipients: [{recipient}], identity: env/AGE_IDENTITY}}}}
signers: {{mta: {{class: opendkim, directory: {signer}, hosts: [{hosts}], reload: [sh, -c, "{reload}"]}}}}
"""
INVENTORY = """\
version: 1
domains:
  "@":
    senders:
      - own-mta: {service: mta, ip: [192.0.2.10], owner: postmaster@example.com, dkim: {algorithms: [rsa-2048, ed25519], every: 90d}}
    dmarc: {policy: none}
"""
SERVED = """\
$TTL 3600
@ SOA ns1 hostmaster 1 7200 900 1209600 300
@ NS ns1
@ TXT "google-site-verification=abc"
ns1 A 192.0.2.53
"""
MESSAGE = """\
From: appointments@turns.example\r
To: someone@example.net\r
Subject: Your appointment\r
Date: {date}\r
Message-ID: <{number}@{host}>\r
\r
It is on Monday at nine.\r
"""


@dataclass
class Lab:
    """The repository, where steps are taken and merged, its hosts, and all they sent."""

    directory: Directory
    named: Named
    knot: Knot
    resolver: Unbound
    judges: Mapping[str, Judge]
    scratch: Path
    hosts: tuple[MailHost, ...]
    now: datetime = START
    sent: list[Sent] = field(default_factory=list)

    def run(self, *arguments: str) -> Done:
        return self.directory.run(*arguments, now=stamp(self.now))

    def did(self, *arguments: str) -> str:
        """What a command that must succeed printed; all that is in flight verifies after it."""
        done = self.run(*arguments)
        assert 0 == done.code, done.err
        self.verifies()
        return done.out + done.err

    def step(self, *more: str) -> str:
        """A step, which first pushes what was merged, and its own merge."""
        out = self.did("rotate", "step", "--apply", *more)
        self.merge()
        return out

    def merge(self) -> None:
        git(self.directory.path, "add", "-A", "zones", "keys")
        git(self.directory.path, "commit", "-q", "--allow-empty", "-m", "reviewed")

    def later(self, **span: int) -> None:
        self.now += timedelta(**span)

    def deploy(self, *hosts: MailHost) -> None:
        """*hosts* follow what is merged; what they report is taken over and merged."""
        for host in hosts:
            host.deploy(self.now)
            self.did("rotate", "confirm", "--report", str(host.report))
        self.merge()

    def send(self) -> list[set[str]]:
        """The selectors each host signs a message with that it sends now."""
        for host in self.hosts:
            facts = {
                "date": f"{self.now:%a, %d %b %Y %H:%M:%S} +0000",
                "number": len(self.sent),
                "host": host.name,
            }
            message = MESSAGE.format(**facts).encode()
            self.sent.append(host.send(message, "appointments@turns.example", self.now))
        self.verifies()
        return [set(each.selectors) for each in self.sent[-len(self.hosts) :]]

    def verifies(self) -> None:
        """Every judge passes every signature of what is in flight, whichever server its resolver asks."""
        flying = [each for each in self.sent if self.now - each.at <= QUEUE and each.selectors]
        if flying:
            passed = [dict.fromkeys(each.selectors, "pass") for each in flying]
            for server in self.servers():
                assert dict.fromkeys(self.judges, passed) == self.verdicts(server, flying)

    def servers(self) -> tuple[Named | Knot, ...]:
        """One server for each answer there is: both while one lags."""
        same = self.knot.rrsets(ZONE) == self.named.rrsets(ZONE)
        return (self.named,) if same else (self.named, self.knot)

    def verdicts(self, server: Named | Knot, messages: Sequence[Sent]) -> dict[str, list[Verdict]]:
        """Of each judge on *messages*, where its resolver asks *server* alone."""
        self.resolver.stub(ZONE, (server.address, server.port))
        return {name: judge([each.octets for each in messages]) for name, judge in self.judges.items()}

    def expects(self, selectors: set[str], said: str, *servers: Named | Knot) -> None:
        """opendkim-testkey says so of each, by the private half where a host has it and testkey can."""
        for server in servers or self.servers():
            self.resolver.stub(ZONE, (server.address, server.port))
            for selector in selectors:
                key = self.hosts[0].signer / "keys" / DOMAIN / f"{selector}.pem"
                told = opendkim_testkey(
                    self.scratch,
                    DOMAIN,
                    selector,
                    (self.resolver.address, self.resolver.port),
                    key=key if "rsa" in selector and key.exists() else None,
                )
                assert said in told, selector

    def keys(self) -> list[dict]:
        found = json.loads(self.run("rotate", "status", "--format", "json").out)["keys"]
        return sorted(found, key=lambda key: key["made"])

    def states(self) -> dict[str, list[str]]:
        """Those of the keys of each algorithm, oldest first."""
        keys = self.keys()
        return {
            algorithm: [key["state"] for key in keys if key["algorithm"] == algorithm]
            for algorithm in ("rsa-2048", "ed25519")
        }

    def selectors(self, state: str) -> set[str]:
        return {key["selector"] for key in self.keys() if key["state"] == state}

    def caught_up(self) -> None:
        """Wait until the secondary has what the primary has."""

        def ready() -> None:
            if self.knot.rrsets(ZONE) != self.named.rrsets(ZONE):
                raise OSError("the secondary lags")

        until(ready)


@pytest.fixture
def lab(named: Named, knot: Knot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setenv("TSIG_SECRET", SECRET)
    monkeypatch.delenv("AGE_IDENTITY", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    named.load(ZONE, SERVED, notify=knot.endpoint)
    knot.follow(ZONE)
    identity = x25519.Identity.generate()
    facts = {"named": named, "knot": knot, "key": KEY, "recipient": identity.to_public(), "signer": SIGNER}
    for name in ("main", "scratch", "verifier", "unbound", *HOSTS):
        (tmp_path / name).mkdir()
    main = Directory(tmp_path / "main")
    main.write("dnsauth.yaml", CONFIG.format(**facts, hosts=", ".join(HOSTS), reload=RELOAD))
    main.write(f"zones/{DOMAIN}.yaml", INVENTORY)
    git(main.path, "init", "-q")
    git(main.path, "add", "-A")
    git(main.path, "commit", "-q", "-m", "start")
    with ExitStack() as stack:
        stubs = {".": [(named.address, named.port)]}
        resolver = stack.enter_context(unbound(tmp_path / "unbound", stubs, ""))
        found = stack.enter_context(judges(tmp_path / "verifier", resolver))
        hosts = tuple(
            stack.enter_context(mail_host(name, tmp_path / name, main.path, str(identity), START))
            for name in HOSTS
        )
        yield Lab(main, named, knot, resolver, found, tmp_path / "scratch", hosts)


REVOKED = {"mailauth": "neutral: invalid public key", "dkimpy": "fail", "OpenDKIM": "fail: key revoked"}
GONE = {"mailauth": "neutral: no key", "dkimpy": "fail", "OpenDKIM": "fail: key not found in DNS"}
"""What each judge says of a signature; an empty p= is no public key to mailauth (RFC 6376 section 3.6.1)."""


def test_a_key_turns_with_two_hosts_two_algorithms_and_a_frozen_secondary_and_no_message_is_lost(lab: Lab):
    first = a_first_pair(lab)
    second = a_second_pair(lab, first)
    a_switch(lab, first, second)
    a_drain(lab, first, second)
    a_revocation(lab, first, second)
    a_removal(lab, first, second)


def a_first_pair(lab: Lab) -> set[str]:
    mx1, mx2 = lab.hosts
    assert [set(), set()] == lab.send()
    lab.step()
    pair = lab.selectors("generated")
    assert both("generated") == lab.states()
    lab.expects(pair, "record not found")
    lab.step()
    assert both("published") == lab.states()
    lab.expects(pair, "record not found")
    refused = lab.run("keys", "deploy", "--host", mx1.name)
    assert (1, True) == (refused.code, "AGE_IDENTITY with its identity is not set here" in refused.err)
    lab.did("apply", "--yes")
    lab.expects(pair, "key OK")
    lab.step()
    lab.later(hours=1)
    lab.step()
    assert both("visible") == lab.states()
    lab.deploy(mx1)
    assert [pair, set()] == lab.send()
    assert f"visible  waits: {mx2.name} has to report that it signs with it" in lab.step()
    lab.later(hours=1)
    lab.deploy(mx2)
    assert [pair, pair] == lab.send()
    lab.step()
    assert both("active") == lab.states()
    lab.expects(pair, "key OK")
    return pair


def a_second_pair(lab: Lab, first: set[str]) -> set[str]:
    """The secondary lags for days; nobody signs with what it does not have."""
    lagging = f"published  waits: {lab.knot.address}:{lab.knot.port} has nothing there (NXDOMAIN)"
    lab.later(days=90)
    assert [first, first] == lab.send()
    lab.step()
    pair = lab.selectors("generated")
    assert both("active", "generated") == lab.states()
    lab.step()
    assert both("active", "published") == lab.states()
    lab.knot.freeze(ZONE)
    assert 2 == lab.step("--timeout", "0").count(lagging)
    lab.expects(pair, "key OK", lab.named)
    lab.expects(pair, "record not found", lab.knot)
    lab.later(days=3)
    lab.deploy(*lab.hosts)
    assert [first, first] == lab.send()
    assert 2 == lab.step("--timeout", "0").count(lagging)
    assert both("active", "published") == lab.states()
    lab.knot.thaw(ZONE)
    lab.caught_up()
    lab.expects(pair, "key OK")
    lab.step()
    lab.later(minutes=59)
    assert 2 == lab.step().count("caches may hold that nothing is there")
    assert both("active", "published") == lab.states()
    lab.later(minutes=1)
    lab.step()
    assert both("active", "visible") == lab.states()
    return pair


def a_switch(lab: Lab, first: set[str], second: set[str]) -> None:
    """One host an hour after the other; both pairs are needed until long after."""
    mx1, mx2 = lab.hosts
    assert [first, first] == lab.send()
    lab.deploy(mx1)
    assert [second, first] == lab.send()
    assert 2 == lab.step().count(f"visible  waits: {mx2.name} has to report that it signs with it")
    assert both("active", "visible") == lab.states()
    lab.later(minutes=59)
    assert [second, first] == lab.send()
    lab.later(minutes=1)
    lab.deploy(mx2)
    assert [second, second] == lab.send()
    lab.step()
    assert both("retiring", "active") == lab.states()
    lab.expects(first | second, "key OK")


def a_drain(lab: Lab, first: set[str], second: set[str]) -> None:
    """Seven days from the last switch to the minute; a state that was merged before does nothing."""
    lab.deploy(*lab.hosts)
    for _ in range(6):
        lab.later(days=1)
        assert [second, second] == lab.send()
        lab.step()
    lab.later(hours=23, minutes=59)
    assert 2 == lab.step().count("mail it signed may still lie in queues (RFC 5321 section 4.5.4.1)")
    assert both("retiring", "active") == lab.states()
    for early in ("revoked", "removed"):
        nothing_follows_what_is_not_due(lab, early)
    lab.later(minutes=1)
    lab.step()
    assert both("revoked", "active") == lab.states()
    lab.expects(first | second, "key OK")


def nothing_follows_what_is_not_due(lab: Lab, early: str) -> None:
    name = f"zones/{DOMAIN}.lock.yaml"
    lock, zone = lab.directory.read(name), lab.named.rrsets(ZONE)
    lab.directory.write(name, lock.replace("state: retiring", f"state: {early}"))
    lab.merge()
    assert both(early, "active") == lab.states()
    for command in (("plan",), ("apply", "--yes"), ("rotate", "step", "--apply")):
        done = lab.run(*command)
        assert (1, True) == (done.code, 2 <= (done.out + done.err).count("PLN009")), (command, done)
        assert f"the lock says {early}, which is not due" in done.out + done.err
        assert zone == lab.named.rrsets(ZONE)
        lab.verifies()
    lab.directory.write(name, lock)
    lab.merge()


def a_revocation(lab: Lab, first: set[str], second: set[str]) -> None:
    """What the old pair signed fails where the record is empty, and only there."""
    old = [each for each in lab.sent if each.selectors & first]
    lab.knot.freeze(ZONE)
    has_the_key = f"revoked  waits: {lab.knot.address}:{lab.knot.port} answers"
    assert 2 == lab.step("--timeout", "0").count(has_the_key)
    lab.expects(first, "Revoked key", lab.named)
    lab.expects(first, "key OK", lab.knot)
    assert said(old, REVOKED) == lab.verdicts(lab.named, old)
    assert said(old, dict.fromkeys(REVOKED, "pass")) == lab.verdicts(lab.knot, old)
    lab.later(days=30)
    assert 2 == lab.step("--timeout", "0").count(has_the_key)
    lab.knot.thaw(ZONE)
    lab.caught_up()
    lab.step()
    lab.expects(first, "Revoked key")
    lab.expects(second, "key OK")
    for server in lab.servers():
        assert said(old, REVOKED) == lab.verdicts(server, old)
    lab.deploy(*lab.hosts)
    assert [second, second] == lab.send()
    for host in lab.hosts:
        assert second == {path.stem for path in host.signer.rglob("*.pem")}


def a_removal(lab: Lab, first: set[str], second: set[str]) -> None:
    lab.later(days=29, hours=23, minutes=59)
    lab.step()
    assert both("revoked", "active") == lab.states()
    lab.later(minutes=1)
    lab.step()
    assert both("removed", "active") == lab.states()
    lab.expects(first, "Revoked key")
    assert [second, second] == lab.send()
    lab.step()
    old = [each for each in lab.sent if each.selectors & first]
    lab.caught_up()
    lab.expects(first, "record not found")
    lab.expects(second, "key OK")
    for server in lab.servers():
        assert said(old, GONE) == lab.verdicts(server, old)
    assert 0 == lab.run("plan", "--locked", "--exit-code").code


def both(*states: str) -> dict[str, list[str]]:
    return {"rsa-2048": list(states), "ed25519": list(states)}


def said(messages: Sequence[Sent], verdicts: Mapping[str, str]) -> dict[str, list[Verdict]]:
    """Each judge's verdict on every signature of *messages*."""
    return {
        name: [dict.fromkeys(each.selectors, verdict) for each in messages]
        for name, verdict in verdicts.items()
    }
