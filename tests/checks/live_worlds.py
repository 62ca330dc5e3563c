"""A zone, its two servers and the rest of DNS as dicts, looked at and judged without a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from dnsauth.catalogue.model import Catalogue
from dnsauth.checks.live.drift import moved
from dnsauth.checks.live.judge import judged
from dnsauth.checks.live.view import Asking, Subject, Unserved
from dnsauth.checks.reach import NOTHING, Reach
from dnsauth.checks.rules.dns import UNSIGNED, UNVALIDATED
from dnsauth.desired.model import Desired, Origin
from dnsauth.findings import Finding, Outcome, Severity, Where
from dnsauth.inventory.model import MailDomain, Sender, Zone
from dnsauth.live.look import Question
from dnsauth.live.reply import Absent, Alias, Answer, Reply
from dnsauth.live.resolution import Asked, Looping, Resolution, Resolved
from dnsauth.live.servers import Authority, Delegation, Missing, Server
from dnsauth.lock.observed import Looked, Observed, Published, Seen, vendor_key
from dnsauth.names import within
from dnsauth.plan.digest import finding_json
from dnsauth.rrset import RRset
from dnsauth.survey import survey
from tests.plan.values import KEY, ZONE, desired

FILE = "zones/example.com.yaml"
NS = ("ns-1.awsdns-01.com.", "ns-2.awsdns-02.net.")
FIRST, SECOND = (Server(name, f"192.0.2.{i}") for i, name in enumerate(NS, 1))
SPF = "v=spf1 include:_spf.vendor.example ip4:192.0.2.0/24 -all"
DMARC = "v=DMARC1; p=reject; rua=mailto:dmarc@reports.example"
SELECTOR, TARGET = f"s1._domainkey.{ZONE}", "s1.dkim.vendor.example."
OURS = {
    (ZONE, "TXT"): ("site-verification=4f2d", SPF),
    (SELECTOR, "CNAME"): (TARGET,),
    (f"_dmarc.{ZONE}", "TXT"): (DMARC,),
    (ZONE, "NS"): NS,
}
OTHERS = {
    ("_spf.vendor.example.", "TXT"): ("v=spf1 ip4:198.51.100.0/24 -all",),
    (TARGET, "TXT"): (KEY,),
    (f"{ZONE}_report._dmarc.reports.example.", "TXT"): ("v=DMARC1",),
    ("vendor.example.", "NS"): ("ns1.vendor.example.",),
    ("reports.example.", "NS"): ("ns1.reports.example.",),
}
DELEGATION, INSECURE = Delegation(ZONE, NS), Resolved(("a soa",), 300)
Values = Mapping[tuple[str, str], "tuple[str, ...] | Resolution"]


def policy(*brought: tuple[str, str]) -> Desired:
    """The SPF record desired at the apex: terms, each by a sender, whose lines count from 10."""
    record = desired("@", "TXT", " ".join(("v=spf1", *(term for term, _ in brought), "-all")))
    origins = tuple(Origin(FILE, line, sender, "custom") for line, (_, sender) in enumerate(brought, 10))
    terms = tuple((term, (sender,)) for term, sender in brought)
    return replace(record, values=(replace(record.values[0], origin=origins, terms=terms),))


def delegation(label: str, target: str, service: str) -> Desired:
    """A selector that a sender of *service*, named as it, delegates; on line 10."""
    record = desired(label, "CNAME", target)
    origin = (Origin(FILE, 10, service, service),)
    return replace(record, values=(replace(record.values[0], origin=origin),))


DESIRED = (
    policy(("include:_spf.vendor.example", "vendor"), ("ip4:192.0.2.0/24", "own")),
    desired("s1._domainkey", "CNAME", TARGET, line=10, sender="vendor"),
    desired("_dmarc", "TXT", DMARC, line=20),
)
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
OBSERVED = Observed(
    SINCE,
    spf={"_spf.vendor.example.": Published(SINCE, OTHERS["_spf.vendor.example.", "TXT"])},
    hosts={Looked("vendor.example.", "NS"): ("ns1.vendor.example.",)},
    keys={TARGET: Seen(vendor_key((KEY,)), SINCE)},
)


@dataclass(frozen=True)
class World:
    """What both servers of the zone have, what the second has instead, and what everybody else publishes.

    A name of others that is not there does not exist. *replies* are in place of what a server has.
    """

    ours: Values = field(default_factory=lambda: OURS)
    second: Values = field(default_factory=dict)
    others: Values = field(default_factory=lambda: OTHERS)
    replies: Mapping[tuple[Server, str], Reply] = field(default_factory=dict)
    servers: tuple[Server, ...] = (FIRST, SECOND)
    missing: tuple[Missing, ...] = ()
    delegation: Delegation = DELEGATION
    validated_as: Resolution = INSECURE
    resolver: Values = field(default_factory=dict)
    """What the world's resolver says in particular."""

    def authorities(self, zones: Iterable[str]) -> Mapping[str, Authority]:
        return {zone: Authority(zone, self.servers, self.missing) for zone in zones}

    def delegations(self, zones: Iterable[str]) -> Mapping[str, Delegation]:
        return dict.fromkeys(zones, self.delegation)

    def look(self, questions: Iterable[Question]) -> Mapping[Question, Reply]:
        return {question: self._reply(question) for question in questions}

    def _reply(self, question: Question) -> Reply:
        server, owner, type = question
        whole = self.replies.get((server, "*"))
        if whole or (server, type) in self.replies:
            return whole or self.replies[server, type]
        serial = 2 if server is FIRST else 1
        at = {(ZONE, "SOA"): (f"ns1.example. it.example. {serial} 3600 600 86400 300",), **self.ours}
        at |= self.second if server is SECOND else {}
        if values := at.get((owner, type)):
            return Answer(RRset(owner, type, 300, tuple(sorted(values))))
        if target := at.get((owner, "CNAME")):
            return Alias(RRset(owner, "CNAME", 300, target))
        return Absent.NODATA if any(name == owner for name, _ in at) else Absent.NXDOMAIN

    def resolve(self, asked: Iterable[Asked]) -> Mapping[Asked, Resolution]:
        return {each: self._resolved(each) for each in asked}

    def _resolved(self, asked: Asked) -> Resolution:
        at, name, chain = {**self.others, **self.ours}, asked.name, ()
        while (name, asked.type) not in at and (name, "CNAME") in at:
            (name,) = at[name, "CNAME"]
            if name in chain:
                return Looping((*chain, name))
            chain = (*chain, name)
        match at.get((name, asked.type)):
            case Resolved() as said:
                return said
            case tuple() as values:
                return Resolved(tuple(sorted(values)), 300, chain)
            case None:
                return Resolved((), 60, chain, exists=any(within(known, name) for known, _ in at))
            case said:
                return said

    def validated(self, asked: Iterable[Asked]) -> Mapping[Asked, Resolution]:
        return {each: self._validated(each) for each in asked}

    def _validated(self, asked: Asked) -> Resolution:
        said = self.resolver.get(asked, self.validated_as)
        return said if isinstance(said, Resolved) or not isinstance(said, tuple) else Resolved(said, 300)


def findings(
    world: World,
    wanted: tuple[Desired, ...] = DESIRED,
    *,
    observed: Observed = OBSERVED,
    catalogue: Catalogue | None = None,
    kind: str = "octodns_route53.Route53Provider",
    unserved: tuple[Unserved, ...] = (),
    delegated: bool = True,
    now: datetime = SINCE,
    reach: Reach = NOTHING,
    notes: bool = False,
) -> list[Finding]:
    """What is found in *world* for the zone, where the inventory asks for *wanted*.

    That the zone is not signed is among it with *notes* alone.
    """
    where = Where(FILE, 4, 3)
    senders = (Sender("vendor", "custom", where), Sender("own", "custom", where))
    zone = Zone(ZONE, Where(FILE), ("dns",), (MailDomain(ZONE, where, 3600, True, senders),))
    names = tuple(Asked(*record.id) for record in wanted)
    asked = (Asked(looked.name, "NS") for looked in observed.hosts if looked.type == "NS")
    asking = Asking(
        {ZONE: zone},
        {ZONE: wanted},
        {"dns": kind},
        catalogue or {},
        observed,
        lambda _: unserved,
        moved(observed, world.resolve(asked)),
        now,
    )
    subjects = [Subject(ZONE, names, zone=True, delegated=delegated, reach=reach)]
    found = checked(found for each in judged(survey(subjects, world), asking) for found in each.findings)
    return [one for one in found if notes or one.rule not in (UNSIGNED, UNVALIDATED)]


def checked(found: Iterable[Finding]) -> list[Finding]:
    """All of *found*, each of which has its facts."""
    whole = list(found)
    assert all(one.message and (one.next or one.rule.severity is Severity.INFO) for one in whole)
    assert all(finding_json(one) for one in whole)
    return whole


def codes(found: Iterable[Finding]) -> list[str]:
    """Their codes; what is not assessed has a question mark."""
    return [one.rule.code + "?" * (one.outcome is Outcome.NOT_ASSESSED) for one in found]
