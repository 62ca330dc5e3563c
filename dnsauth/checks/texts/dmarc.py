"""What a DMARC policy record says by itself (RFC 9989 section 4.7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dnsauth.checks.rules.dmarc import (
    DMARC_NONE,
    DMARC_NP_WEAKER,
    DMARC_OBSOLETE,
    DMARC_PCT_INVALID,
    DMARC_PCT_PART,
    DMARC_POLICY_INVALID,
    DMARC_QUARANTINE,
    DMARC_SP_NONE,
    DMARC_SP_WEAKER,
    DMARC_TESTING,
)
from dnsauth.checks.rules.dmarc_reports import FO_ABSENT, FO_ALONE, MANY_URIS, NOT_MAILTO, URI_TWICE
from dnsauth.checks.texts import dmarc_syntax
from dnsauth.checks.texts.text import Text, Verdict
from dnsauth.records import dmarc
from dnsauth.records.dmarc import Policy
from dnsauth.records.text import shown

STRENGTH = {Policy.NONE: 0, Policy.QUARANTINE: 1, Policy.REJECT: 2}
URIS = 2  # as many receivers of RFC 7489 have to send to, section 6.2


def judged(text: Text) -> Iterator[Verdict]:
    """What is doubtful in *text*."""
    written = tuple(dmarc_syntax.judged(text))
    yield from written
    record = text.record
    if not isinstance(record, dmarc.Record):
        return
    told = {verdict.rule for verdict in written}
    percent = bool(told & {DMARC_PCT_INVALID, DMARC_PCT_PART})
    obsolete = [tag for tag in dict.fromkeys(record.obsolete) if not (percent and tag == "pct")]
    if obsolete:
        yield Verdict(DMARC_OBSOLETE, {"tags": ", ".join(obsolete)})
    if DMARC_POLICY_INVALID not in told:
        yield from _policy(record)
    yield from _reports(record)
    if "fo" not in (each.facts.get("tag") for each in written):
        yield from _failures(text.text, record)


def _policy(record: dmarc.Record) -> Iterator[Verdict]:
    policy, below = record.policy, record.subdomain_policy
    facts = {"policy": policy.value, "subdomains": below.value}
    if record.p is Policy.NONE:
        yield Verdict(DMARC_NONE, facts)
    elif record.p is Policy.QUARANTINE:
        yield Verdict(DMARC_QUARANTINE, facts)
    if STRENGTH[below] < STRENGTH[policy]:
        yield Verdict(DMARC_SP_NONE if below is Policy.NONE else DMARC_SP_WEAKER, facts)
    if record.np and STRENGTH[record.np] < STRENGTH[below]:
        yield Verdict(DMARC_NP_WEAKER, {**facts, "nonexistent": record.np.value})
    if record.t and policy is not Policy.NONE:
        yield Verdict(DMARC_TESTING, facts)


def _reports(record: dmarc.Record) -> Iterator[Verdict]:
    for tag, uris in (("rua", record.rua), ("ruf", record.ruf)):
        for uri, times in Counter(uris).items():
            if times > 1:
                yield Verdict(URI_TWICE, {"tag": tag, "uri": shown(str(uri))})
            if uri.scheme != "mailto":
                yield Verdict(NOT_MAILTO, {"tag": tag, "uri": shown(str(uri))})
        if len(uris) > URIS:
            yield Verdict(MANY_URIS, {"tag": tag, "count": len(uris)})


def _failures(text: str, record: dmarc.Record) -> Iterator[Verdict]:
    said = dmarc_syntax.has(text, "fo")
    if said and not record.ruf:
        yield Verdict(FO_ALONE, {})
    elif record.ruf and not said:
        yield Verdict(FO_ABSENT, {})
