"""MTA-STS policies beside the MX of their domain: as they are asked for, or as they are served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dnsauth.checks.rules.transport import (
    STS_DAYS,
    STS_HOURS,
    STS_IDLE,
    STS_OFF,
    STS_TESTING,
    STS_UNCOVERED,
    STS_UNTESTED,
)
from dnsauth.checks.texts.text import Verdict
from dnsauth.records import BadRecord
from dnsauth.records.mtasts import Mode, Policy
from dnsauth.records.mtasts_policy import covers
from dnsauth.records.mx import MX

DAY = 86_400
FORTNIGHT = 14 * DAY
PREFIX = "_mta-sts."


def exchanges(values: Sequence[str]) -> tuple[str, ...]:
    """The hosts of MX *values* in presentation format, without final dot; none for the null MX."""
    found = []
    for value in values:
        try:
            host = MX.parse(value).exchange.removesuffix(".")
        except BadRecord:
            continue
        if host:
            found.append(host)
    return tuple(dict.fromkeys(found))


def strength(policy: Policy) -> Iterator[Verdict]:
    """What is doubtful in *policy*, whatever the MX."""
    match policy.mode:
        case Mode.NONE:
            yield Verdict(STS_OFF, {})
            return
        case Mode.TESTING:
            yield Verdict(STS_TESTING, {})
    if policy.max_age < DAY:
        yield Verdict(STS_HOURS, {"max_age": policy.max_age})
    elif policy.max_age < FORTNIGHT and policy.mode is Mode.ENFORCE:
        yield Verdict(STS_DAYS, {"max_age": policy.max_age})


def coverage(policy: Policy, hosts: Sequence[str]) -> Iterator[Verdict]:
    """Which of *hosts*, as `exchanges` gives them, *policy* leaves out, and what it names besides."""
    if policy.mode is Mode.NONE or not hosts:
        return
    if left_out := [host for host in hosts if not any(covers(one, host) for one in policy.mx)]:
        rule = STS_UNCOVERED if policy.mode is Mode.ENFORCE else STS_UNTESTED
        yield Verdict(rule, {"hosts": ", ".join(left_out)})
    if idle := [one for one in policy.mx if not any(covers(one, host) for host in hosts)]:
        yield Verdict(STS_IDLE, {"patterns": ", ".join(idle)})
