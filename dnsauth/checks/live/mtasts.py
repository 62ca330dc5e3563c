"""MTA-STS and TLS-RPT as they are served: what stands at their names, and the policy that senders fetch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import assert_never

from dnsauth import names
from dnsauth.checks.live.documents import policy as document_of
from dnsauth.checks.live.view import LiveView, short
from dnsauth.checks.mta_sts import PREFIX, coverage, exchanges, strength
from dnsauth.checks.rules.transport import (
    STS_DIFFERS,
    STS_EXPIRING,
    STS_MEDIA_TYPE,
    STS_NULL_MX,
    STS_POLICY_AGE,
    STS_POLICY_BLANK,
    STS_POLICY_LINE,
    STS_POLICY_MODE,
    STS_POLICY_MX,
    STS_POLICY_NO_MX,
    STS_POLICY_TWICE,
    STS_POLICY_UNKNOWN,
    STS_POLICY_VERSION,
    STS_REDIRECTED,
    STS_UNFETCHED,
    STS_UNTRUSTED,
)
from dnsauth.checks.strays import strays
from dnsauth.desired.policy import mta_sts_policy
from dnsauth.findings import Finding, Outcome, Rule
from dnsauth.inventory.model import MX, MailDomain
from dnsauth.live.https import Failed, Fetched, Redirected, Refused, TooLarge, Untrusted
from dnsauth.live.resolution import Asked, Resolved
from dnsauth.plan.kind import Kind, selects
from dnsauth.records import BadRecord, mtasts
from dnsauth.records.mtasts_policy import Fault, faults, lenient
from dnsauth.records.mx import NULL
from dnsauth.rrset import RRsetId

SOON = timedelta(days=14)
_WANTED = "lines 'version: STSv1', 'mode: testing', 'max_age: 1209600' and an 'mx: HOST' for each MX"
_FAULTS: Mapping[Fault, Rule] = {
    Fault.LINE: STS_POLICY_LINE,
    Fault.VERSION: STS_POLICY_VERSION,
    Fault.MODE: STS_POLICY_MODE,
    Fault.MAX_AGE: STS_POLICY_AGE,
    Fault.NO_MX: STS_POLICY_NO_MX,
    Fault.MX: STS_POLICY_MX,
    Fault.TWICE: STS_POLICY_TWICE,
    Fault.BLANK: STS_POLICY_BLANK,
    Fault.UNKNOWN: STS_POLICY_UNKNOWN,
}


def transport(view: LiveView) -> Iterator[Finding]:
    """What is wrong at MTA-STS and TLS-RPT names of the subject, and with the policies of the former."""
    for asked, kind in view.own.items():
        if kind is Kind.MTASTS or kind is Kind.TLSRPT:
            yield from strange(view, asked, kind)
        if kind is Kind.MTASTS:
            yield from _Served(view, asked).judged()


def strange(view: LiveView, asked: Asked, kind: Kind) -> Iterator[Finding]:
    """Values served at *asked* that are no record of *kind*; those the inventory has are judged offline."""
    rrset = view.desired.get(RRsetId(*asked))
    known = strays(kind, rrset.texts) if rrset else ()
    told = {verdict.rule for verdict in known}
    for verdict in strays(kind, view.surveyed.values(*asked)):
        if verdict.rule not in told:
            yield view.finding(verdict.rule, asked, verdict.facts)


class _Served:
    """The policy of the domain whose MTA-STS record stands at *asked*."""

    def __init__(self, view: LiveView, asked: Asked) -> None:
        self._view = view
        self._asked = asked
        self._name = asked.name.removeprefix(PREFIX)
        self._document = document_of(asked.name)
        self._wanted = self._policy_asked()
        wanted = ", ".join(f"'{line}'" for line in str(self._wanted).split("\r\n") if line)
        self._facts = {
            "domain": names.readable(self._name),
            "url": self._document.url,
            "host": names.readable(self._document.host),
            "wanted": f"lines {short(wanted)}" if self._wanted else _WANTED,
        }

    def judged(self) -> Iterator[Finding]:
        view, facts = self._view, self._facts
        served = any(selects(Kind.MTASTS, text) for text in view.surveyed.values(*self._asked))
        if not served and RRsetId(*self._asked) not in view.desired:
            return
        match view.surveyed.fetched.get(self._document.url):
            case None:
                return
            case Fetched() as fetched:
                yield from self._document_judged(fetched)
            case Redirected(_, location):
                yield self._finding(STS_REDIRECTED, {**facts, "location": short(location)})
            case Untrusted(why):
                yield self._finding(STS_UNTRUSTED, {**facts, "why": why})
            case TooLarge(limit):
                why = f"the file has more than {limit} octets"
                yield self._finding(STS_UNFETCHED, {**facts, "why": why})
            case Refused(why):
                if not self._dangling:
                    yield self._finding(STS_UNFETCHED, {**facts, "why": why})
            case Failed(why):
                yield view.finding(
                    STS_UNFETCHED, self._asked, {**facts, "why": why}, outcome=Outcome.NOT_ASSESSED
                )
            case _ as never:
                assert_never(never)

    def _finding(self, rule: Rule, facts: Mapping[str, object]) -> Finding:
        return self._view.finding(rule, self._asked, facts)

    @property
    def _dangling(self) -> bool:
        """True where the host is a CNAME of ours that leads to no name, which is told of the CNAME itself."""
        said = self._view.surveyed.answers.get(self._document.addresses[0])
        own = Asked(self._document.host, "CNAME") in self._view.own
        return own and isinstance(said, Resolved) and not said.exists

    def _document_judged(self, fetched: Fetched) -> Iterator[Finding]:
        now, facts = self._view.asking.now, self._facts
        if fetched.media_type != "text/plain":
            yield self._finding(STS_MEDIA_TYPE, {**facts, "media_type": short(fetched.media_type)})
        if now is not None and fetched.expires - now < SOON:
            yield self._finding(STS_EXPIRING, {**facts, "expires": fetched.expires.date().isoformat()})
        body = fetched.body.decode("utf-8", "replace")
        for found in faults(body):
            seen = f": line {found.number} is '{short(found.text)}'" if found.number else ""
            yield self._finding(_FAULTS[found.fault], {**facts, "seen": seen, "line": found.number})
        try:
            policy = lenient(body)
        except BadRecord:
            return
        yield from self._policy_judged(policy)

    def _policy_judged(self, policy: mtasts.Policy) -> Iterator[Finding]:
        if self._wanted is not None and (difference := "; ".join(_differences(policy, self._wanted))):
            yield self._finding(STS_DIFFERS, {**self._facts, "difference": difference})
        asked, served = self._hosts_asked(), self._view.surveyed.values(self._name, "MX")
        if str(NULL) in served and policy.mode is not mtasts.Mode.NONE:
            yield self._finding(STS_NULL_MX, self._facts)
        same = self._wanted is not None and not any(_differences(policy, self._wanted))
        verdicts = [] if same else list(strength(policy))
        hosts = exchanges(served)
        if not same or set(hosts) != set(asked):
            verdicts += coverage(policy, hosts)
        for verdict in verdicts:
            yield self._finding(verdict.rule, {**self._facts, **verdict.facts})

    def _hosts_asked(self) -> tuple[str, ...]:
        rrset = self._view.desired.get(RRsetId(self._name, "MX"))
        return exchanges(rrset.texts if rrset else ())

    def _policy_asked(self) -> mtasts.Policy | None:
        """The policy the inventory asks for, if it does."""
        domain = self._domain
        if domain is None or domain.mta_sts is None:
            return None
        try:
            return mta_sts_policy(domain.mta_sts, tuple(MX(0, f"{host}.") for host in self._hosts_asked()))
        except BadRecord:
            return None

    @property
    def _domain(self) -> MailDomain | None:
        domains = self._view.zone.domains if self._view.zone else ()
        return next((domain for domain in domains if domain.name == self._name), None)


def _differences(policy: mtasts.Policy, wanted: mtasts.Policy) -> Iterator[str]:
    if policy.mode != wanted.mode:
        yield f"mode is {policy.mode}, not {wanted.mode}"
    if policy.max_age != wanted.max_age:
        yield f"max_age is {policy.max_age}, not {wanted.max_age}"
    if set(policy.mx) != set(wanted.mx):
        lacking, besides = set(wanted.mx) - set(policy.mx), set(policy.mx) - set(wanted.mx)
        parts = (("lacks", lacking), ("has besides", besides))
        yield "mx " + " and ".join(f"{what} {short(', '.join(sorted(some)))}" for what, some in parts if some)
