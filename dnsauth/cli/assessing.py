"""How far the mail domains of a run answer the profiles somebody names."""

from __future__ import annotations

from collections.abc import Sequence

from dnsauth.cli.options import Run
from dnsauth.desired.load import Repository
from dnsauth.findings import Finding
from dnsauth.profiles.assess import Assessment, Found, assess, by_domain, homes
from dnsauth.profiles.model import Profile
from dnsauth.profiles.read import read
from dnsauth.profiles.standing import everywhere


def profiles(run: Run, repository: Repository, named: Sequence[str]) -> tuple[Profile, ...]:
    """The profiles *named*, else those of dnsauth.yaml; raises `DnsauthError`."""
    return read(run.directory, named or repository.inventory.profiles)


def assessed(
    repository: Repository,
    profiles: Sequence[Profile],
    findings: Sequence[Finding],
    waived: Sequence[Finding],
    *,
    live: bool,
) -> tuple[Assessment, ...]:
    """Every mail domain of *repository* by each of *profiles*, where `check` found *findings*."""
    if not profiles:
        return ()
    zones = repository.inventory.zones.values()
    domains = homes(zones)
    found = Found(by_domain(findings, domains), by_domain(waived, domains), live)
    standing = (stands for _, stands in everywhere(zones, repository.desired))
    return tuple(assess(profiles, standing, found))
