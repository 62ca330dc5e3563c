"""One run of dnsauth for `benchmarks/live.py`, in a process of its own; prints one line of JSON.

python -m benchmarks.live_ours engine ADDRESS PORT DOMAINS       five names a domain
python -m benchmarks.live_ours fixed ADDRESS PORT DOMAINS        with a time-out of 2 s, whatever is measured
python -m benchmarks.live_ours check ADDRESS PORT DOMAINS        seven names and the SOA, as `check --live`
python -m benchmarks.live_ours five ADDRESS PORT DOMAINS         five names, as for domains of others
python -m benchmarks.live_ours command ARGUMENTS…                `dnsauth ARGUMENTS…`, for its memory
"""

from __future__ import annotations

import gc
import json
import runpy
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.live_world import domain, own
from dnsauth.checks.live.judge import judged
from dnsauth.checks.live.view import Asking, Subject
from dnsauth.inventory.operations import Live
from dnsauth.live.engine import Engine, Limits, Query
from dnsauth.live.network import Network
from dnsauth.live.pace import RoundTrip
from dnsauth.live.reply import Unreachable
from dnsauth.live.resolution import Asked
from dnsauth.live.servers import Server
from dnsauth.live.wire import Message
from dnsauth.survey import survey

FIXED = 2.0  # seconds


def exchange(server: Server, domains: int, limits: Limits) -> dict[str, float]:
    """Queries a second of the engine; *right* are those with an answer."""
    queries = [Query(server, *asked) for n in range(domains) for asked in own(domain(n))]
    right = 0

    def deliver(_query: Query, said: Message | Unreachable) -> None:
        nonlocal right
        right += isinstance(said, Message) and bool(said.answer)

    with Engine(limits) as engine:
        start, cpu = perf_counter(), process_time()
        engine.exchange(queries, deliver)
        seconds, cpu = perf_counter() - start, process_time() - cpu
    return {"rate": len(queries) / seconds, "right": right, "cpu": cpu / len(queries)}


def check(server: Server, domains: int, *, whole: bool) -> dict[str, float]:
    """Domains a second of the live check; *right* are those without an error, with nine lookups and two MX.

    *whole* looks at all names of a zone of ours, else at the five of a domain of others.
    """
    names = [domain(n) for n in range(domains)]
    live = Live(server.address, dict.fromkeys(names, (server.address,)))
    right = 0
    start, cpu = perf_counter(), process_time()
    with Network(live, names, datetime.now(UTC).date()) as network:
        for surveyed, findings in judged(survey(_subjects(domains, whole=whole), network), Asking()):
            name = surveyed.subject.domain
            sound = surveyed.trees[name].lookups == 9 and len(surveyed.values(name, "MX")) == 2
            right += sound and not any(finding.stops for finding in findings)
        sent = network.sent
    seconds, cpu = perf_counter() - start, process_time() - cpu
    found = {"rate": domains / seconds, "right": right, "cpu": cpu / domains}
    return {**found, "queries": sent / domains, "peak": peak()}


def _subjects(domains: int, *, whole: bool) -> Iterator[Subject]:
    for name in map(domain, range(domains)):
        asked = tuple(Asked(*each) for each in own(name))
        if not whole:
            yield Subject(name, asked)
            continue
        alias = Asked(f"s2._domainkey.{name}", "CNAME")
        others = (Asked(f"_mta-sts.{name}", "TXT"), Asked(f"_smtp._tls.{name}", "TXT"))
        yield Subject(name, (*asked[:3], alias, *asked[4:], *others), zone=True, delegated=False)


def peak() -> float:
    """The most memory this process has had, in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def command(arguments: list[str]) -> dict[str, float]:
    """The exit code of `dnsauth`, and its peak memory."""
    sys.argv = ["dnsauth", *arguments]
    code: object = 0
    try:
        runpy.run_module("dnsauth", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code
    return {"code": code if isinstance(code, int) else 1, "peak": peak()}


def main(arguments: list[str]) -> None:
    """Run one of them."""
    gc.set_threshold(50_000, 50, 100)  # as the command does
    match arguments:
        case ["engine", address, port, domains]:
            found = exchange(Server(address, address, int(port)), int(domains), Limits())
        case ["fixed", address, port, domains]:
            RoundTrip.measured = lambda _self, _seconds: None  # type: ignore[method-assign]
            limits = Limits(timeout=FIXED, patience=5 * FIXED)
            found = exchange(Server(address, address, int(port)), int(domains), limits)
        case ["check" | "five" as kind, address, port, domains]:
            found = check(Server(address, address, int(port)), int(domains), whole=kind == "check")
        case ["command", *rest]:
            found = command(rest)
        case _:
            sys.exit(__doc__)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
