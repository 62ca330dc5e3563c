"""The report made of what was judged: pure, of a repository, its findings, and today."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from dnsauth import __version__
from dnsauth.checks.offline.agreements import SOON, ended
from dnsauth.desired.load import Repository
from dnsauth.findings import Finding, Severity
from dnsauth.inventory import model as inventory
from dnsauth.inventory.model import Waiver
from dnsauth.names import readable
from dnsauth.pack.model import Contract, Domain, Grade, Key, Open, Report, Sender, Waived
from dnsauth.profiles.assess import ADVISED, UNMET, Answer, Assessment, by_domain, homes
from dnsauth.profiles.model import Applies, Profile
from dnsauth.profiles.standing import Standing, everywhere
from dnsauth.rotation.policies import policies

GRADED = (UNMET, ADVISED)  # what profiles ask stands in the grades


def report(
    repository: Repository,
    findings: Sequence[Finding],
    waived: Sequence[tuple[Finding, Waiver]],
    assessments: Iterable[Assessment],
    profiles: Iterable[Profile],
    *,
    since: date,
    now: datetime,
) -> Report:
    """What can be said of *repository* as it stands *now*; what was done *since* is added by the trail."""
    files = repository.inventory
    named = {profile.name: profile.title for profile in profiles}
    return Report(
        organisation=files.directory.resolve().name,
        since=since,
        until=now,
        version=__version__,
        inventory=files.digest,
        profiles=named,
        domains=tuple(_domains(repository, findings, assessments)),
        senders=tuple(_senders(repository)),
        contracts=tuple(_contract(one, now.date()) for one in files.agreements.values()),
        keys=tuple(_keys(repository, now)),
        findings=tuple(_open(one) for one in sorted(findings, key=_urgency) if one.rule not in GRADED),
        waivers=tuple(_waivers(files.waivers, waived, now.date())),
    )


def _domains(
    repository: Repository, findings: Sequence[Finding], assessments: Iterable[Assessment]
) -> Iterator[Domain]:
    grades: defaultdict[str, dict[str, Grade]] = defaultdict(dict)
    for one in assessments:
        grades[one.domain][one.profile.name] = Grade(
            one.count(Answer.MET), len(one.answers), one.count(Answer.WAIVED), one.count(Answer.NOT_ASSESSED)
        )
    zones = repository.inventory.zones.values()
    found = by_domain(findings, homes(zones))
    for domain, stands in everywhere(zones, repository.desired):
        kinds = Counter(one.rule.severity for one in found.get(domain.name, ()))
        yield Domain(
            readable(domain.name),
            domain.where,
            _does(stands),
            stands.policy.value if stands.policy else "",
            grades[domain.name],
            kinds[Severity.ERROR],
            kinds[Severity.WARNING],
        )


def _does(stands: Standing) -> str:
    if Applies.PARKED in stands.applies and Applies.RECEIVES not in stands.applies:
        return "parked"
    words = [kind.value for kind in (Applies.SENDS, Applies.RECEIVES) if kind in stands.applies]
    return ", ".join(words) or "named"


def _senders(repository: Repository) -> Iterator[Sender]:
    together: dict[tuple[str, str, str], list[tuple[str, inventory.Sender]]] = {}
    for zone in repository.inventory.zones.values():
        for domain in zone.domains:
            for sender in domain.senders:
                at = (sender.name, sender.service, sender.baa)
                together.setdefault(at, []).append((readable(domain.name), sender))
    for (name, service, agreement), each in sorted(together.items()):
        first = each[0][1]
        known = repository.catalogue.get(service)
        yield Sender(
            name,
            service,
            known.title if known else service,
            tuple(domain for domain, _ in each),
            first.where,
            first.owner,
            first.purpose,
            first.data.value if first.data else "",
            agreement,
            known.baa if known else None,
            first.review,
        )


def _contract(one: inventory.Agreement, today: date) -> Contract:
    return Contract(
        one.name, one.partner, one.covers, one.signed, one.review, one.expires, one.ref, _state(one, today)
    )


def _state(one: inventory.Agreement, today: date) -> str:
    if ended(one, today):
        return "ended"
    if one.review and one.review < today:
        return "review overdue"
    ahead = [day for day in (one.expires, one.review) if day]
    return "due soon" if ahead and min(ahead) - today <= SOON else "in force"


def _keys(repository: Repository, now: datetime) -> Iterator[Key]:
    for name, zone in repository.inventory.zones.items():
        every = policies(zone, repository.inventory)
        for key in repository.locks[name].keys:
            policy = every.get((key.domain, key.sender))
            yield Key(
                readable(key.domain),
                key.sender,
                key.selector,
                key.algorithm,
                key.state.value,
                key.since,
                (now - key.since).days,
                policy.timing.every // 86400 if policy else 0,
            )


def _urgency(found: Finding) -> tuple[int, str]:
    return list(Severity).index(found.rule.severity), found.rule.code


def _open(found: Finding) -> Open:
    rule = found.rule
    return Open(
        rule.code,
        rule.severity.value,
        found.outcome.value,
        readable(found.owner),
        found.message,
        found.next,
        found.where,
    )


def _waivers(
    waivers: Iterable[Waiver], waived: Iterable[tuple[Finding, Waiver]], today: date
) -> Iterator[Waived]:
    quiet = Counter(waiver for _, waiver in waived)
    for one in waivers:
        left = (one.until - today).days
        yield Waived(
            one.rule, readable(one.domain), one.until, one.owner, one.why, one.where, quiet[one], left
        )


def shares(report: Report) -> Mapping[str, Mapping[str, int]]:
    """For each profile how many requirements of all domains are met, waived, unknown and unmet."""
    whole: dict[str, Counter[str]] = {name: Counter() for name in report.profiles}
    for domain in report.domains:
        for name, grade in domain.grades.items():
            whole[name] += Counter(
                met=grade.met, waived=grade.waived, unknown=grade.unknown, unmet=grade.unmet
            )
    return whole
