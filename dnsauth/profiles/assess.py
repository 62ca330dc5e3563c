"""How far mail domains answer a profile: pure, of what they publish and what `check` found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from dnsauth.checks.every import RULES
from dnsauth.findings import Finding, Outcome, Rule, Severity, Where
from dnsauth.inventory.model import Zone
from dnsauth.names import deepest, readable
from dnsauth.profiles.model import Level, Profile, Requirement
from dnsauth.profiles.standing import Standing

UNMET = Rule(
    "PRF002",
    Severity.ERROR,
    "{domain}: {profile} asks for {says} ({source}): {why}",
    "{fix}",
)
ADVISED = Rule(
    "PRF003",
    Severity.WARNING,
    "{domain}: {profile} advises {says} ({source}): {why}",
    "{fix}",
)


class Answer(StrEnum):
    """How a domain answers a requirement."""

    MET = "met"
    UNMET = "unmet"
    WAIVED = "waived"
    NOT_ASSESSED = "not assessed"


class Answered(NamedTuple):
    """A domain's answer to *requirement*; *why* it is not met, and the *codes* of the rules that say so."""

    requirement: Requirement
    answer: Answer
    why: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What *domain* answers to those requirements of *profile* that apply to it."""

    profile: Profile
    domain: str
    answers: tuple[Answered, ...]

    def count(self, answer: Answer) -> int:
        """How often the answer is *answer*."""
        return sum(one.answer is answer for one in self.answers)

    @property
    def met(self) -> bool:
        """True where nothing that must be is unmet or unknown."""
        lacking = (Answer.UNMET, Answer.NOT_ASSESSED)
        return not any(one.answer in lacking for one in self.answers if one.requirement.level is Level.MUST)


@dataclass(frozen=True, slots=True)
class Found:
    """What `check` found of each mail domain by name, what is waived there, and whether it looked live."""

    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    waived: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    live: bool = False


def homes(zones: Iterable[Zone]) -> Mapping[str, str]:
    """The mail domains of *zones*, each with its zone."""
    return {domain.name: zone.name for zone in zones for domain in zone.domains}


def by_domain(findings: Iterable[Finding], domains: Mapping[str, str]) -> Mapping[str, Sequence[Finding]]:
    """*findings* by the mail domain they are about; *domains* are the mail domains, each with its zone.

    What is found of a zone is found of each of its mail domains.
    """
    zones: defaultdict[str, list[str]] = defaultdict(list)
    for domain, zone in domains.items():
        zones[zone].append(domain)
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        whole = one.owner in zones and one.facts.get("zone") == readable(one.owner)
        at = deepest(one.owner, domains) if one.owner else None
        about = zones[one.owner] if whole else [at] if at else []
        relying = one.facts.get("relying")  # on an agreement, which is told of once
        for domain in relying if isinstance(relying, list) else about:
            found[domain].append(one)
    return found


def assess(profiles: Iterable[Profile], standings: Iterable[Standing], found: Found) -> Iterator[Assessment]:
    """The assessment of each of *standings* by each of *profiles*; none where nothing applies."""
    profiles = tuple(profiles)
    for standing in standings:
        findings = _by_code(found.findings.get(standing.domain, ()))
        waived = _by_code(found.waived.get(standing.domain, ()))
        for profile in profiles:
            answers = tuple(
                _answered(one, standing, findings, waived, live=found.live)
                for one in profile.requirements
                if one.applies in standing.applies
            )
            if answers:
                yield Assessment(profile, standing.domain, answers)


def _by_code(findings: Iterable[Finding]) -> Mapping[str, Sequence[Finding]]:
    known: defaultdict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        known[one.rule.code].append(one)
    return known


def _answered(
    requirement: Requirement,
    standing: Standing,
    findings: Mapping[str, Sequence[Finding]],
    waived: Mapping[str, Sequence[Finding]],
    *,
    live: bool,
) -> Answered:
    fired = [one for code in requirement.broken_by if code in findings for one in findings[code]]
    failed = [one for one in fired if one.outcome is Outcome.FAIL]
    lacking = tuple(_lacking(requirement, standing))
    if failed or lacking:
        codes = tuple(dict.fromkeys(one.rule.code for one in failed))
        return Answered(requirement, Answer.UNMET, "; ".join((*lacking, *codes)), codes)
    lifted = tuple(code for code in requirement.broken_by if code in waived)
    if lifted:
        return Answered(requirement, Answer.WAIVED, f"waived: {', '.join(lifted)}", lifted)
    if fired:
        return Answered(requirement, Answer.NOT_ASSESSED, fired[0].message)
    if not live and requirement.broken_by and not _by_files(requirement):
        return Answered(requirement, Answer.NOT_ASSESSED, "`check --live` looks at it")
    return Answered(requirement, Answer.MET)


def _by_files(requirement: Requirement) -> bool:
    """True where the files alone say something of *requirement*."""
    return bool(
        requirement.publishes
        or requirement.policy
        or requirement.closing
        or requirement.reports_to
        or any(not RULES[code].live for code in requirement.broken_by)
    )


def _lacking(requirement: Requirement, standing: Standing) -> Iterator[str]:
    for part in requirement.publishes:
        if part not in standing.parts:
            yield f"it publishes no {part.value.replace('_', '-').upper()}"
    if requirement.policy and standing.policy not in requirement.policy:
        yield f"its policy is {standing.policy.value if standing.policy else 'none published'}"
    if requirement.closing and standing.closing not in requirement.closing:
        yield f"its SPF closes with {standing.closing.value if standing.closing else 'nothing'}"
    if requirement.reports_to and requirement.reports_to.lower() not in map(str.lower, standing.rua):
        yield f"no report goes to {requirement.reports_to}"


def unmet(assessments: Iterable[Assessment], places: Mapping[str, Where]) -> Iterator[Finding]:
    """A finding for each requirement that is unmet, at the place of its domain."""
    for assessment in assessments:
        for one in assessment.answers:
            if one.answer is Answer.UNMET:
                fix = f"`dnsauth check --explain {one.codes[0]}`" if one.codes else one.requirement.url
                facts = {
                    "domain": readable(assessment.domain),
                    "profile": assessment.profile.name,
                    "requirement": one.requirement.id,
                    "says": one.requirement.says,
                    "source": one.requirement.source,
                    "why": one.why,
                    "fix": f"{fix} says how",
                }
                rule = UNMET if one.requirement.level is Level.MUST else ADVISED
                yield Finding(rule, places[assessment.domain], assessment.domain, facts)
