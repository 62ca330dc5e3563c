"""Everything `check` says of a repository: findings, what is waived, and how far profiles are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dnsauth.cli import assessing, stages
from dnsauth.cli.options import Run
from dnsauth.desired.load import Repository
from dnsauth.findings import Finding, by_place
from dnsauth.inventory.model import Waiver
from dnsauth.profiles.assess import Assessment, unmet
from dnsauth.profiles.model import Profile
from dnsauth.profiles.read import shipped
from dnsauth.profiles.softer import softened


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in *repository*, by place; unmet requirements of *profiles* are among *findings*."""

    repository: Repository
    findings: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...]
    profiles: tuple[Profile, ...]
    assessments: tuple[Assessment, ...]


def judged(
    run: Run,
    repository: Repository,
    named: Sequence[str] = (),
    live: Mapping[str, Sequence[Finding]] | None = None,
) -> Judged:
    """*repository* by every rule and by the profiles *named*, else those of dnsauth.yaml.

    *live* is what was found in what the world answers, by zone, if anybody looked. Raises `DnsauthError`
    where there is no such profile, `InventoryError` where a file of one has errors.
    """
    profiles = assessing.profiles(run, repository, named)
    waived: list[tuple[Finding, Waiver]] = []
    found = stages.checked(run, repository, live, lambda one, waiver: waived.append((one, waiver)))
    lifted = tuple(one for one, _ in waived)
    assessments = assessing.assessed(repository, profiles, found, lifted, live=live is not None)
    zones = repository.inventory.zones.values()
    places = {domain.name: domain.where for zone in zones for domain in zone.domains}
    more = tuple(unmet(assessments, places))
    own = [profile.name for profile in profiles if not profile.shipped]
    less = tuple(softened(profiles, shipped(own)))
    return Judged(repository, by_place((*found, *more, *less)), tuple(waived), profiles, assessments)
