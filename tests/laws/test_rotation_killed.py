"""kill -9 before every write of a step, and two at once: no key is lost, none is made twice, and the next step goes on."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import TypeAlias

import pytest
from pyrage import x25519

from demo.nameserver import Nameserver
from dnsauth.cli import making
from dnsauth.desired.load import load
from dnsauth.keys.store import KeyStore, open_store
from dnsauth.lock.keys import Key, State
from dnsauth.records import dkim
from tests.cli.conftest import Directory
from tests.laws.mail_hosts import stamp
from tests.servers import KEY, SECRET

ROOT = Path(__file__).parents[2]
ZONE = "example.com."
HOST = "mx1.example.com"
START = datetime(2026, 6, 1, 12, tzinfo=UTC)
IDENTITY = x25519.Identity.generate()
STORES = {
    "file": "class: file, directory: private",
    "age": f"class: age, directory: private, recipients: [{IDENTITY.to_public()}], identity: env/AGE_IDENTITY",
}
CONFIG = """\
version: 1
providers:
  ns1: {{class: octodns_bind.Rfc2136Provider, host: {address}, port: {port}, key_name: {key}, key_secret: env/TSIG_SECRET, key_algorithm: hmac-sha256}}
live: {{servers: {{example.com: ["{address}:{port}"]}}}}
defaults: {{provider: ns1, ttl: 3600}}
key_stores: {{keys: {{{store}}}}}
signers: {{mta: {{class: files, directory: signer}}}}
"""
INVENTORY = """\
version: 1
domains:
  "@":
    senders:
      - own-mta: {service: mta, ip: [192.0.2.10], owner: postmaster@example.com, dkim: {algorithms: [rsa-2048, ed25519], every: 90d}}
"""
SERVED = """\
$ORIGIN example.com.
@ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 300
@ 3600 IN NS ns1
ns1 3600 IN A 192.0.2.53
"""
STEP = ("rotate", "step", "--apply", "--deploy", "--host", HOST, "--timeout", "5")
SELECTOR = re.compile(r"\d{6}-([a-z0-9-]+)-[a-z2-7]{4}")
LEFT = re.compile(r"(^|/)\.dnsauth-[0-9a-f]{16}\.tmp$|/\.[^/]+\.[0-9a-f]{8}\.tmp$")
"""What somebody was writing when he was killed; nobody reads it."""

COMING = {State.GENERATED, State.PUBLISHED, State.VISIBLE}

Killer: TypeAlias = Callable[[int, Sequence[str]], int]
"""Runs dnsauth with arguments, killed before its write of this number; its exit code, or minus its signal."""


@dataclass
class Site:
    """A repository and its zone, at a time of their own."""

    directory: Directory
    server: Nameserver
    now: datetime = START

    def arguments(self, *command: str) -> list[str]:
        return ["-C", str(self.directory.path), "--now", stamp(self.now), *command]

    def run(self, *command: str) -> None:
        done = self.directory.run(*command, now=stamp(self.now))
        assert 0 == done.code, done.err

    def step(self) -> None:
        self.run(*STEP)

    @cached_property
    def store(self) -> KeyStore:
        settings = load(self.directory.path).inventory.key_stores["keys"]
        return open_store("keys", settings, self.directory.path, os.environ)

    def keys(self) -> tuple[Key, ...]:
        return load(self.directory.path).locks[ZONE].keys

    def signing(self) -> set[str]:
        """The selectors the signer is told to sign with, each with a key that is there."""
        table = self.directory.path / "signer" / "signing.txt"
        lines = table.read_text().splitlines() if table.exists() else ()
        found = [line.split() for line in lines if not line.startswith("#")]
        assert [] == [path for *_, path in found if not Path(path).exists()]
        return {selector for _, _, selector, _ in found}

    def published(self) -> set[str]:
        """The selectors that have a key in DNS."""
        suffix = f"._domainkey.{ZONE}"
        return {
            owner.removesuffix(suffix)
            for (owner, type), (_, rdata) in self.server.rrsets(ZONE).items()
            if type == "TXT" and owner.endswith(suffix) and len(rdata[0]) > 40
        }

    def shape(self) -> Counter[str]:
        """The files by kind, but for receipts and what a kill left half done; keys of one algorithm are alike."""
        files = self.directory.files()
        alone = {name for name in files if name.startswith("private/") and f"{name[:-4]}.age" not in files}
        return Counter(
            SELECTOR.sub(r"\1", name)
            for name in files
            if not (
                name.startswith("receipts/") or LEFT.search(name) or (name.endswith(".txt") and name in alone)
            )
        )


def states(keys: Collection[Key]) -> dict[str, list[State]]:
    """Those of the keys of each algorithm, oldest first."""
    return {
        algorithm: [key.state for key in sorted(keys, key=lambda key: key.made) if key.algorithm == algorithm]
        for algorithm in ("rsa-2048", "ed25519")
    }


@dataclass(frozen=True)
class Moment:
    """A site as it stood, to be brought back."""

    site: Site
    saved: Path
    zone: str
    now: datetime

    def again(self) -> Site:
        path = self.site.directory.path
        shutil.rmtree(path)
        shutil.copytree(self.saved, path)
        self.site.server.load(ZONE, self.zone)
        self.site.now = self.now
        return self.site


@pytest.fixture(scope="module", autouse=True)
def _environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TSIG_SECRET", SECRET)
        patch.setenv("AGE_IDENTITY", str(IDENTITY))
        yield


@pytest.fixture(scope="module")
def moments(tmp_path_factory) -> Iterator[dict[tuple[str, str], Moment]]:
    """Those before a step, by the class of the store and what the step does."""
    with Nameserver({}, {KEY: SECRET}) as server:
        yield {
            (store, name): moment
            for store in STORES
            for name, moment in life(tmp_path_factory.mktemp(store), server, store)
        }


def life(path: Path, server: Nameserver, store: str) -> Iterator[tuple[str, Moment]]:
    site = founded(path / "site", server, STORES[store])

    def moment(does: str) -> tuple[str, Moment]:
        saved = path / does
        shutil.copytree(site.directory.path, saved)
        return does, Moment(site, saved, server.zone_text(ZONE), site.now)

    yield moment("makes the first keys")
    site.step()
    yield moment("moves them on")
    for hours in (0, 0, 1, 0):
        site.now += timedelta(hours=hours)
        site.step()
    site.now += timedelta(days=90)
    yield moment("makes their successors")
    for hours in (0, 0, 0, 1):
        site.now += timedelta(hours=hours)
        site.step()
    yield moment("switches")


def founded(path: Path, server: Nameserver, store: str) -> Site:
    directory = Directory(path)
    facts = {"address": server.address, "port": server.port, "key": KEY, "store": store}
    directory.write("dnsauth.yaml", CONFIG.format(**facts))
    directory.write("zones/example.com.yaml", INVENTORY)
    (path / "signer").mkdir()
    server.load(ZONE, SERVED)
    return Site(directory, server)


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    argv = [sys.executable, "-B", "-m", "tests.laws.killed"]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        given, said = process.stdin, process.stdout

        def run(number: int, arguments: Sequence[str]) -> int:
            given.write(json.dumps([number, arguments]) + "\n")
            given.flush()
            return int(said.readline())

        yield run


@pytest.mark.parametrize(
    ("store", "does", "command"),
    [
        ("file", "makes the first keys", ("rotate", "step")),
        ("age", "makes the first keys", ("rotate", "step")),
        ("file", "moves them on", ("rotate", "step")),
        ("age", "moves them on", ("rotate", "step")),
        ("age", "makes their successors", ("rotate", "step")),
        ("file", "switches", STEP),
    ],
)
def test_a_step_is_killed_before_any_write_and_the_next_one_goes_on(store, does, command, moments, killer):
    moment = moments[store, does]
    site = moment.again()
    before = site.keys()
    reached = []
    for _ in range(2):
        site.run(*command)
        reached.append((states(expect_whole(site, before)), site.shape()))
    writes = 0
    while code := killer(writes, moment.again().arguments(*command)):
        assert -signal.SIGKILL == code
        expect_whole(site, before)
        site.run(*command)
        keys = expect_whole(site, before)
        names = {making.stored(key) for key in keys}
        if names != set(site.store.names()):
            site.run("keys", "prune", "--yes")
            assert names == set(site.store.names())
        assert (states(keys), site.shape()) in reached, f"killed before write {writes}"
        writes += 1
    assert 8 <= writes
    assert reached[0] == (states(expect_whole(site, before)), site.shape())


def expect_whole(site: Site, before: Collection[Key]) -> tuple[Key, ...]:
    """The keys: none was lost or made twice, each has both halves, and what may sign is published."""
    keys = site.keys()
    by_selector = {key.selector: key for key in keys}
    assert len(keys) == len(by_selector)
    assert [] == [key.selector for key in before if by_selector[key.selector].record != key.record]
    for key in keys:
        assert site.store.get(making.stored(key)).public.key == dkim.Record.parse(key.record).key
    assert [] == [path for path in site.directory.path.rglob("*.pem*") if path.stat().st_mode & 0o077]
    assert site.signing() <= site.published()
    for algorithm, found in states(keys).items():
        assert 1 >= sum(state in COMING for state in found), algorithm
        assert 1 >= found.count(State.ACTIVE), algorithm
    return keys


class Slow(Nameserver):
    """A nameserver that keeps whoever asks waiting until it *may* answer."""

    def __init__(self) -> None:
        super().__init__({}, {KEY: SECRET})
        self.may, self.asked = threading.Event(), threading.Event()
        self.may.set()

    def respond(self, wire: bytes, *, stream: bool) -> list[bytes]:
        self.asked.set()
        assert self.may.wait(30)
        return super().respond(wire, stream=stream)


@pytest.mark.parametrize(
    "command",
    [
        ("rotate", "step"),
        ("rotate", "confirm", "--host", HOST, "--by", "postmaster@example.com"),
        ("keys", "new", "--sender", "own-mta"),
        ("keys", "prune", "--yes"),
        ("apply", "--yes"),
    ],
    ids=" ".join,
)
def test_of_two_at_once_one_works_and_the_other_says_who_does(command, tmp_path):
    with Slow() as server:
        site = founded(tmp_path / "site", server, STORES["file"])
        site.step()
        server.may.clear()
        server.asked.clear()
        argv = [sys.executable, "-m", "dnsauth", *site.arguments("rotate", "step")]
        pipe = subprocess.PIPE
        with subprocess.Popen(argv, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as one:
            assert server.asked.wait(30), one.communicate(timeout=1)
            files = site.directory.files()
            other = site.directory.run(*command, now=stamp(site.now))
            assert files == site.directory.files()
            server.may.set()
            said, problem = one.communicate(timeout=60)
        holder = f"`dnsauth rotate step` (process {one.pid} on {socket.gethostname()})"
        assert (1, "") == (other.code, other.out)
        assert f"{holder} is at work here, and nothing was done" in other.err
        assert (0, 2) == (one.returncode, said.count("generated → published")), problem
        assert {State.PUBLISHED} == set(map(attrgetter("state"), site.keys()))
        site.run(*command)
