"""One peer of `benchmarks/live.py`, in a process and maybe an environment of its own; prints one line of JSON.

python live_peers.py dnspython ADDRESS PORT QUERIES      names and types on stdin, one to a line
python live_peers.py checkdmarc ADDRESS                  domains on stdin; checkdmarc asks port 53 alone
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from time import perf_counter, process_time

TASKS = 256


def dnspython(address: str, port: int, questions: list[list[str]]) -> dict[str, float]:
    """Queries a second of dnspython's asynchronous resolver."""
    import dns.asyncresolver

    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [address], port
    resolver.use_edns(0, 0, 1232)
    left = iter(questions)
    answers = 0

    async def task() -> None:
        nonlocal answers
        for owner, type in left:
            answer = await resolver.resolve(owner, type, raise_on_no_answer=False)
            answers += bool(answer.response.answer)

    async def all() -> None:
        await asyncio.gather(*(task() for _ in range(TASKS)))

    start = perf_counter()
    asyncio.run(all())
    return {"rate": answers / (perf_counter() - start), "right": answers}


def checkdmarc(address: str, domains: list[str]) -> dict[str, float]:
    """Domains a second of `checkdmarc.check_domains`; *right* are those that are valid with nine lookups and two MX.

    The policy of MTA-STS comes by HTTPS and not by DNS: it is as if it were there at once.
    """
    import checkdmarc as peer
    import dns.query

    sent = 0
    udp: Callable[..., object] = dns.query.udp

    def counted(*arguments: object, **named: object) -> object:
        nonlocal sent
        sent += 1
        return udp(*arguments, **named)

    dns.query.udp = counted
    policy = "version: STSv1\nmode: enforce\nmx: mx1.ops.example\nmx: mx2.ops.example\nmax_age: 2592000\n"
    peer.mta_sts.download_mta_sts_policy = lambda *_, **__: {"policy": policy, "warnings": []}
    start, cpu = perf_counter(), process_time()
    found = peer.check_domains(domains, nameservers=[address], bimi_selector=None, timeout=5.0)
    seconds, cpu = perf_counter() - start, process_time() - cpu
    right = sum(
        one["spf"]["valid"]
        and one["spf"]["dns_lookups"] == 9
        and len(one["mx"]["hosts"]) == 2
        and all(one[each]["valid"] for each in ("dmarc", "mta_sts", "smtp_tls_reporting"))
        for one in found
    )
    count = len(domains)
    return {"rate": count / seconds, "right": right, "queries": sent / count, "cpu": cpu / count}


def main(arguments: list[str]) -> None:
    """Run one of them."""
    lines = [line.split() for line in sys.stdin]
    match arguments:
        case ["dnspython", address, port]:
            found = dnspython(address, int(port), lines)
        case ["checkdmarc", address]:
            found = checkdmarc(address, [name for (name,) in lines])
        case _:
            sys.exit(__doc__)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
