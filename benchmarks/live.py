"""The live look beside checkdmarc, dnsperf and dnspython: the same zones, on loopback and with 20 ms of delay.

    python -m benchmarks.live [--checkdmarc PYTHON] [DOMAINS]        default 5000

NSD serves the domains of `benchmarks.live_world`. Every figure is of a process of its own; ratios are of one run. What
is not installed has its row say so; checkdmarc asks port 53 alone, which needs root.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.live_world import domain, inventory, own, zones
from tests.servers.delay import delay
from tests.servers.nsd import nsd

DELAY = 0.020  # seconds
LOSS = 0.01
WINDOW = 256
PEERS = Path(__file__).with_name("live_peers.py")


def ours(*arguments: str | Path | int) -> dict[str, float]:
    """What one run of `benchmarks.live_ours` found; {} where it failed."""
    return _json([sys.executable, "-m", "benchmarks.live_ours", *map(str, arguments)], "")


def _json(argv: list[str], stdin: str) -> dict[str, float]:
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        print(f"    {' '.join(argv[:4])}…: {done.stderr.strip().splitlines()[-1:]}")
        return {}
    found: dict[str, float] = json.loads(lines[-1])
    return found


def dnsperf(address: str, port: int, queries: Path) -> float:
    """Queries a second of dnsperf with `WINDOW` outstanding; 0 where it is not installed."""
    program = shutil.which("dnsperf")
    if program is None:
        return 0.0
    argv = [
        program,
        "-s",
        address,
        "-p",
        str(port),
        "-d",
        str(queries),
        "-n",
        "1",
        "-c",
        "4",
        "-q",
        str(WINDOW),
        "-e",
    ]
    out = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    found = re.search(r"per second:\s+([\d.]+)", out)
    return float(found[1]) if found else 0.0


def row(name: str, found: dict[str, float], unit: str, *ratios: tuple[str, float, float]) -> None:
    """Print one figure, and its ratio to each peer."""
    rate = found.get("rate", 0.0)
    said = "".join(f"   {a / b:,.2f}x {peer}" for peer, a, b in ratios if a and b)
    queries = f"   {found['queries']:.2f} queries a domain" if "queries" in found else ""
    print(f"  {name:<34}{rate:>12,.1f} {unit}{queries}{said}")


def main(count: int, python: str) -> None:
    """Serve, run everybody, print."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name in ("nsd", "peer", "delay", "loss", "inventory"):
            (root / name).mkdir()
        server = stack.enter_context(nsd(root / "nsd", zones(count)))
        at = (server.address, server.port)
        slow = stack.enter_context(delay(root / "delay", at, DELAY))
        lossy = stack.enter_context(delay(root / "loss", at, DELAY, loss=LOSS))
        questions = [asked for n in range(count) for asked in own(domain(n))]
        queries = root / "queries"
        queries.write_text("".join(f"{name.removesuffix('.')} {type}\n" for name, type in questions))

        print(f"engine, {len(questions):,} queries")
        perf = dnsperf(*at, queries)
        engine = ours("engine", *at, count)
        few = "".join(f"{name} {type}\n" for name, type in questions[:5000])
        peer = _json([sys.executable, str(PEERS), "dnspython", at[0], str(at[1])], few)
        row("dnsperf" if perf else "dnsperf is not installed", {"rate": perf}, "q/s")
        row("dnspython, asynchronous", peer, "q/s")
        row(
            "dnsauth",
            engine,
            "q/s",
            ("dnsperf", engine["rate"], perf),
            ("dnspython", engine["rate"], peer["rate"]),
        )

        print(f"1 % loss and {DELAY * 1000:.0f} ms")
        fixed, adaptive = (ours(kind, lossy.address, lossy.port, count) for kind in ("fixed", "engine"))
        row("a fixed time-out of 2 s", fixed, "q/s")
        row("dnsauth", adaptive, "q/s", ("fixed", adaptive["rate"], fixed["rate"]))

        checks(count, python, at, (slow.address, slow.port), stack, root)

        print("memory")
        for some in (count // 5, count, 2 * count):
            with tempfile.TemporaryDirectory() as name, nsd(Path(name), zones(some)) as served:
                found = ours("check", served.address, served.port, some)
                print(f"  {some:>7,} domains{found['peak']:>8.0f} MiB")
                if some == 2 * count:
                    inventory(root / "inventory", some, f"{served.address}:{served.port}")
                    start = time.perf_counter()
                    whole = ours("command", "-C", root / "inventory", "check", "--live", "--quiet")
                    seconds = time.perf_counter() - start
                    print(
                        f"  `dnsauth check --live`, {some:,} zones: {seconds:.1f} s, {whole.get('peak', 0):.0f} MiB"
                    )


def checks(
    count: int, python: str, at: tuple[str, int], slow: tuple[str, int], stack: ExitStack, root: Path
) -> None:
    """The rows of the live check, on loopback and with delay."""
    sample = zones(count)
    for title, upstream, peers in (("loopback", at, 60), (f"{DELAY * 1000:.0f} ms", slow, 10)):
        print(f"live check, {title}")
        mine, five = (ours(kind, *upstream, count) for kind in ("check", "five"))
        theirs: dict[str, float] = {}
        try:
            if upstream == at:
                stack.enter_context(nsd(root / "peer", sample, address="127.0.0.53", port=53))
                address = "127.0.0.53"
            else:
                directory = root / "delay53"
                directory.mkdir()
                address = stack.enter_context(delay(directory, at, DELAY, at=("127.0.0.54", 53))).address
            names = "".join(f"{domain(n).removesuffix('.')}\n" for n in range(peers))
            theirs = _json([python, str(PEERS), "checkdmarc", address], names)
        except (OSError, RuntimeError, TypeError) as error:
            print(f"    checkdmarc was not run: {error}")
        row("checkdmarc", theirs, "domains/s")
        against = theirs.get("rate", 0.0)
        row(
            "dnsauth, seven names and the SOA",
            mine,
            "domains/s",
            ("checkdmarc", mine.get("rate", 0.0), against),
        )
        row("dnsauth, five names", five, "domains/s", ("checkdmarc", five.get("rate", 0.0), against))


if __name__ == "__main__":
    given = sys.argv[1:]
    environment = given.pop(given.index("--checkdmarc") + 1) if "--checkdmarc" in given else sys.executable
    numbers = [int(word) for word in given if word.isdigit()]
    try:
        main(numbers[0] if numbers else 5000, environment)
    except pytest.skip.Exception as missing:
        sys.exit(str(missing))
