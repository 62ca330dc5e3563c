"""The live look beside checkdmarc, dnsperf and dnspython: the same zones at one NSD, ratios of the same run.

    python -m benchmarks.live [--quick] [--checkdmarc PYTHON]        checkdmarc 6, installed for that Python

Every figure is the median of runs in processes of their own, ours and each peer's in turn; a ratio is the median of
those of the rounds. Every run must find what is there, else its row says so. What is not installed has its row say so;
checkdmarc asks port 53 alone, so that NSD must be let listen there. The zones are those of `benchmarks/live_world.py`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeAlias

import pytest

from benchmarks.live_world import domain, inventory, own, zones
from dnsauth.live.engine import Limits
from tests.servers.delay import delay
from tests.servers.nsd import nsd

DELAY = 0.020  # seconds
LOSS = 0.01
WINDOW = Limits().per_server
PEERS = Path(__file__).with_name("live_peers.py")
PORT_53, FAR_53 = ("127.0.0.9", 53), ("127.0.0.10", 53)

Found: TypeAlias = "dict[str, float]"
Job: TypeAlias = Callable[[], Found]


class Places(NamedTuple):
    """Address and port of the server, as it is, far away, and by a lossy path."""

    near: tuple[str, int]
    far: tuple[str, int]
    lossy: tuple[str, int]


class Size(NamedTuple):
    """How much is measured: *domains* of ours, *few* of checkdmarc's near by and *fewer* far away."""

    rounds: int
    domains: int
    few: int
    fewer: int
    memory: tuple[int, ...]


WHOLE = Size(rounds=3, domains=5000, few=100, fewer=20, memory=(1000, 5000, 10_000))
QUICK = Size(rounds=1, domains=1000, few=20, fewer=5, memory=(500, 1000, 2000))


def run(*argv: str | Path | int, stdin: str = "") -> Found:
    """What a run printed as JSON; {} where it failed, which is said."""
    done = subprocess.run(list(map(str, argv)), input=stdin, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        print(f"    {argv[-4:]} failed: {done.stderr.strip().rpartition(chr(10))[2]}")
        return {}
    found: Found = json.loads(lines[-1])
    return found


def ours(kind: str, at: tuple[str, int], domains: int) -> Found:
    """One run of `benchmarks/live_ours.py`; it must find as many *domains*, or five names of each."""
    expected = domains if kind in ("check", "five") else 5 * domains
    return _right(run(sys.executable, "-m", "benchmarks.live_ours", kind, *at, domains), expected)


def checkdmarc(python: str, address: str, domains: int) -> Found:
    """One run of checkdmarc."""
    names = "".join(f"{domain(n)[:-1]}\n" for n in range(domains))
    return _right(run(python, PEERS, "checkdmarc", address, stdin=names), domains)


def dnspython(at: tuple[str, int], domains: int) -> Found:
    """One run of dnspython's asynchronous resolver, with the queries of so many domains."""
    return _right(run(sys.executable, PEERS, "dnspython", *at, stdin=_questions(domains)), 5 * domains)


def dnsperf(at: tuple[str, int], domains: int, directory: Path) -> Found:
    """One run of dnsperf, with our window and four times the queries."""
    (file := directory / "queries").write_text(_questions(domains))
    options = ["-s", at[0], "-p", str(at[1]), "-d", str(file), "-n", "4", "-c", "4", "-q", str(WINDOW), "-e"]
    said = subprocess.run(["dnsperf", *options], capture_output=True, text=True, check=False).stdout
    found = re.search(r"per second:\s+([\d.]+)", said)
    return {"rate": float(found[1])} if found else {}


def _questions(domains: int) -> str:
    return "".join(f"{name[:-1]} {type}\n" for n in range(domains) for name, type in own(domain(n)))


def _right(found: Found, expected: int) -> Found:
    if found and found["right"] != expected:
        print(f"    only {found['right']:,.0f} of {expected:,} were right")
    return found


def compare(title: str, rounds: int, unit: str, jobs: dict[str, Job], aims: dict[str, float]) -> None:
    """Run *jobs* in turn and print a row for each; ours are to have the ratios *aims* to peers, or half of that."""
    print(title)
    found: dict[str, list[Found]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            found[name].append(job())
    for name, runs in found.items():
        some = [one for one in runs if one]
        if not some:
            continue
        extra = (
            f"{median(one['queries'] for one in some):8.2f} queries a domain" if "queries" in some[0] else ""
        )
        print(f"  {name:<40}{median(one['rate'] for one in some):>10,.1f} {unit}{extra}")
        for peer, aim in aims.items() if name.startswith("dnsauth") else ():
            pairs = [
                (mine["rate"], one["rate"])
                for mine, one in zip(runs, found.get(peer, ()), strict=False)
                if mine and one
            ]
            if pairs:
                ratio = median(mine / one for mine, one in pairs)
                print(f"    {ratio:,.2f} times {peer} (aim {aim:,g}, floor {aim / 2:,g})")


def engine(size: Size, places: Places, directory: Path) -> None:
    """Queries a second."""
    jobs: dict[str, Job] = {
        "dnspython, 256 tasks": partial(dnspython, places.near, size.domains // 5),
        "dnsperf": partial(dnsperf, places.near, size.domains, directory),
        "dnsauth": partial(ours, "engine", places.near, size.domains),
    }
    if not shutil.which("dnsperf"):
        print("  dnsperf is not installed: apt-get install dnsperf")
        del jobs["dnsperf"]
    aims = {"dnspython, 256 tasks": 30.0, "dnsperf": 0.5}
    compare(f"engine, {5 * size.domains:,} queries, window {WINDOW}", size.rounds, "q/s", jobs, aims)
    jobs = {
        "a fixed time-out of 2 s": partial(ours, "fixed", places.lossy, size.domains),
        "dnsauth": partial(ours, "engine", places.lossy, size.domains),
    }
    title = f"engine, 1 % loss and {DELAY * 1000:.0f} ms"
    compare(title, min(size.rounds, 2), "q/s", jobs, {"a fixed time-out of 2 s": 3.0})


def check(size: Size, places: Places, python: str | None) -> None:
    """Domains a second, near and far."""
    far = f"{DELAY * 1000:.0f} ms"
    for place, at, at_53, few, rounds, aim in (
        ("loopback", places.near, PORT_53, size.few, size.rounds, 200.0),
        (far, places.far, FAR_53, size.fewer, 1, 2500.0),
    ):
        jobs: dict[str, Job] = {}
        if python:
            jobs["checkdmarc"] = partial(checkdmarc, python, at_53[0], few)
        jobs["dnsauth, five names"] = partial(ours, "five", at, size.domains)
        jobs["dnsauth, seven names and the SOA"] = partial(ours, "check", at, size.domains)
        compare(f"live check, {place}", rounds, "domains/s", jobs, {"checkdmarc": aim})


def memory(size: Size, places: Places, directory: Path) -> None:
    """Peak memory by number of domains, and the whole command over the most of them."""
    print("memory of the live check")
    for domains in size.memory:
        print(f"  {domains:>6,} domains{ours('check', places.near, domains).get('peak', 0):>8,.0f} MiB")
    inventory(directory, domains, f"{places.near[0]}:{places.near[1]}")
    start = time.perf_counter()
    found = run(
        sys.executable, "-m", "benchmarks.live_ours", "command", "-C", directory, "check", "--live", "--quiet"
    )
    seconds, peak = time.perf_counter() - start, found.get("peak", 0)
    if found.get("code"):
        print(f"    `dnsauth check --live` ended with {found['code']:.0f}")
    print(f"  `dnsauth check --live`, {domains:,} zones: {seconds:.1f} s, {peak:,.0f} MiB (at most 300)")


def main(size: Size, python: str | None) -> None:
    """Serve and measure."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(TemporaryDirectory()))
        for name in ("server", "far", "lossy", "53", "far 53", "inventory"):
            (root / name).mkdir()
        texts = zones(max(size.domains, *size.memory))
        server = stack.enter_context(nsd(root / "server", texts, minimal=True))
        near = (server.address, server.port)
        far = stack.enter_context(delay(root / "far", near, DELAY))
        lossy = stack.enter_context(delay(root / "lossy", near, DELAY, LOSS))
        places = Places(near, (far.address, far.port), (lossy.address, lossy.port))
        if python is None:
            print(
                "  checkdmarc is not installed: pip install 'checkdmarc>=6', here or for --checkdmarc PYTHON"
            )
        else:
            try:
                stack.enter_context(nsd(root / "53", texts, *PORT_53, minimal=True))
                stack.enter_context(delay(root / "far 53", PORT_53, DELAY, at=FAR_53))
            except (OSError, RuntimeError):
                print(
                    f"  checkdmarc asks port 53 alone, and NSD cannot listen at {PORT_53[0]}: it needs root"
                )
                python = None
        engine(size, places, root)
        check(size, places, python)
        memory(size, places, root / "inventory")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The live look beside its peers.")
    parser.add_argument("--quick", action="store_true", help="fewer domains, one round")
    parser.add_argument("--checkdmarc", metavar="PYTHON", help="one that has checkdmarc")
    given = parser.parse_args()
    here = sys.executable if importlib.util.find_spec("checkdmarc") else None
    try:
        main(QUICK if given.quick else WHOLE, given.checkdmarc or here)
    except pytest.skip.Exception as missing:
        sys.exit(str(missing))
