"""Findings by the zone they are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dnsauth import names
from dnsauth.findings import Finding
from dnsauth.inventory.model import Zone


def by_zone(found: Iterable[Finding], zones: Mapping[str, Zone]) -> dict[str, list[Finding]]:
    """*found* by the zone of *zones* that each is about; an empty name for what is about none, or several.

    That is the zone of its owner name, else the one whose file it stands in.
    """
    homes: dict[str, str] = {}
    for name, zone in zones.items():
        homes[zone.where.file] = "" if zone.where.file in homes else name
    sorted_out: dict[str, list[Finding]] = {}
    for one in found:
        home = names.deepest(one.owner, zones) if one.owner else None
        sorted_out.setdefault(home or homes.get(one.where.file, ""), []).append(one)
    return sorted_out
