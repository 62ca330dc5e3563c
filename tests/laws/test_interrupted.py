"""kill -9 anywhere: every file is whole, every zone is as before or as it should be, and the next run ends the work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.nameserver import Nameserver, RRsets
from dnsauth.desired.load import load
from dnsauth.plan import file as plan_file
from tests.cli.conftest import Directory
from tests.servers import KEY, SECRET

ROOT = Path(__file__).parents[2]
ZONES = [f"z{i}.example." for i in range(4)]
MOMENTS = 7  # among all the requests an apply makes
FOREIGN = (
    "$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns.example.net.\n@ TXT token\nwww A 192.0.2.1\n"
)
INVENTORY = """\
version: 1
domains:
  "@":
    senders:
      - own: {service: mta, ip: [192.0.2.10]}
      - sendgrid: {account: u1234567.wl042, return_path: em1}
    dmarc: {policy: none}
"""
SERVED = """\
version: 1
providers:
  ns1: {{class: octodns_bind.Rfc2136Provider, host: {address}, port: {port}, key_name: {key}, key_secret: env/TSIG_SECRET,
    key_algorithm: hmac-sha256}}
live: {{servers: {{{servers}}}}}
defaults: {{provider: ns1}}
"""
STORED = """\
version: 1
providers: {store: {class: octodns.provider.yaml.YamlProvider, directory: held}}
defaults: {provider: store}
"""
MANY = [f"many{i}.example." for i in range(200)]


class Deadly(Nameserver):
    """A nameserver that kills *victim* at the last of *requests*, when it has acted on it and not yet answered."""

    victim: subprocess.Popen[bytes] | None = None
    requests = 0

    def respond(self, wire: bytes, *, stream: bool) -> list[bytes]:
        self.requests -= 1
        messages = super().respond(wire, stream=stream)
        if self.victim and self.requests == 0:
            self.victim.kill()
            self.victim.wait()
        return messages


@pytest.fixture
def deadly() -> Iterator[Deadly]:
    with Deadly({}, {KEY: SECRET}) as server:
        yield server


def spawn(repository: Directory, *arguments: str) -> subprocess.Popen[bytes]:
    """dnsauth in a process that can be killed."""
    return subprocess.Popen(
        [sys.executable, "-m", "dnsauth", "-C", str(repository.path), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TSIG_SECRET": SECRET},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def expect_whole(repository: Directory) -> None:
    """Every file can be read, but for a temporary one that nobody reads."""
    load(repository.path)
    for name, octets in repository.files().items():
        path = Path(name)
        match path.parts:
            case ("receipts", _) if path.suffix == ".json":
                assert "dnsauth-receipt/1" == json.loads(octets)["format"]
            case ("plan.json",):
                plan_file.read(octets.decode(), name)
            case (".dnsauth-busy",):
                assert octets.startswith(
                    b"`dnsauth "
                )  # who was at work; a process that is gone holds nothing
            case _:
                assert path.suffix == ".yaml" or (path.name.startswith(".dnsauth-") and path.suffix == ".tmp")


def test_an_apply_is_killed_at_any_request_and_the_next_one_ends_it(tmp_path, deadly):
    repository = Directory(tmp_path)
    at = f"{deadly.address}:{deadly.port}"
    servers = ", ".join(f"{zone}: ['{at}']" for zone in ZONES)
    settings = SERVED.format(address=deadly.address, port=deadly.port, key=KEY, servers=servers)
    repository.write("dnsauth.yaml", settings)
    for zone in ZONES:
        repository.write(f"zones/{zone}yaml", INVENTORY)

    def fresh() -> list[RRsets]:
        for zone in ZONES:
            deadly.load(zone, FOREIGN)
            (tmp_path / f"zones/{zone}lock.yaml").unlink(missing_ok=True)
        deadly.requests = 0
        return standing()

    def standing() -> list[RRsets]:
        return [{id: rr for id, rr in deadly.rrsets(zone).items() if id[1] != "SOA"} for zone in ZONES]

    def apply() -> None:
        assert 0 == repository.run("apply", "--yes", "--timeout", "5", env={"TSIG_SECRET": SECRET}).code

    before = fresh()
    apply()
    total, reached = -deadly.requests, standing()
    outcomes = set()
    for moment in range(1, total + 1, 1 + total // MOMENTS):
        fresh()
        deadly.requests = moment
        deadly.victim = spawn(repository, "apply", "--yes", "--timeout", "5")
        assert -signal.SIGKILL == deadly.victim.wait(), f"request {moment} of {total}"
        deadly.victim = None
        expect_whole(repository)
        locks = load(tmp_path).locks
        for zone, was, now, ours in zip(ZONES, before, standing(), reached, strict=True):
            assert now in (was, ours), f"{zone} is half written after request {moment} of {total}"
            assert now == was or locks[zone].claims, f"{zone} was written before its lock"
            outcomes.add(now == was)
        apply()
        assert reached == standing()
        assert 0 == repository.run("plan", "--locked", "--exit-code", env={"TSIG_SECRET": SECRET}).code
    assert {True, False} == outcomes, "some kills came before a zone was written, some after"


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Directory:
    """A repository with so many zones that its locks and its plan take a while to write."""
    repository = Directory(tmp_path_factory.mktemp("many"))
    repository.write("dnsauth.yaml", STORED)
    for zone in MANY:
        repository.write(f"zones/{zone}yaml", INVENTORY)
        repository.write(f"held/{zone}yaml", "www: {type: A, value: 192.0.2.1}\n")
    return repository


def kill_when(victim: subprocess.Popen[bytes], reached: Callable[[], bool]) -> None:
    """Kill *victim* as soon as *reached*."""
    while victim.poll() is None and not reached():
        time.sleep(0.001)
    victim.kill()
    victim.wait()


@pytest.mark.parametrize("count", [1, 40, 80])
def test_a_lock_is_killed_between_its_files_and_the_next_one_writes_the_rest(many, count):
    assert 0 == many.run("lock").code
    whole = many.files()
    for path in many.path.glob("zones/*.lock.yaml"):
        path.unlink()
    kill_when(spawn(many, "lock"), lambda: len(list(many.path.glob("zones/*.lock.yaml"))) >= count)
    expect_whole(many)
    assert count <= len(list(many.path.glob("zones/*.lock.yaml"))) < len(MANY)
    assert 0 == many.run("lock").code
    assert whole.items() <= many.files().items()


def test_a_plan_is_killed_while_it_is_saved_and_the_file_is_the_old_or_the_new_one(many):
    plan = many.path / "plan.json"
    assert 0 == many.run("plan", "--out", str(plan), "--zone", MANY[0]).code
    before = plan.read_bytes()
    kill_when(
        spawn(many, "plan", "--out", str(plan)),
        lambda: any(many.path.glob(".dnsauth-*.tmp")) or before != plan.read_bytes(),
    )
    expect_whole(many)
    assert 0 == many.run("plan", "--out", str(plan)).code
    assert len(MANY) == len(plan_file.read(plan.read_text(), "plan.json").zones)
