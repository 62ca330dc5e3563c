"""Saved plans: reading one, and making one of several that `plan --shard` saved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from dnsauth import names
from dnsauth.checks.plan import apart
from dnsauth.checks.plan import plan as judged
from dnsauth.cli.choosing import fleet
from dnsauth.cli.options import Run
from dnsauth.desired.fleet import Fleet
from dnsauth.errors import DnsauthError
from dnsauth.inventory.model import Inventory
from dnsauth.plan import file as plan_file
from dnsauth.plan.model import Plan

_AGAIN = "make all of them anew of one commit, with `dnsauth plan --shard I/N --out FILE`"


def together(files: Sequence[Path]) -> tuple[Plan, str]:
    """The zones of all plans in *files*, and the digest of that plan, which is the file's where there is one.

    Raises `DnsauthError` where they are no parts of one plan.
    """
    texts = [text(file) for file in files]
    plans = [(file, plan_file.read(whole, str(file))) for file, whole in zip(files, texts, strict=True)]
    (name, first), *others = plans
    if not others:
        return first, str(json.loads(texts[0])["digest"])
    of: dict[tuple[str, str], Path] = {}
    for file, plan in plans:
        if plan.inventory != first.inventory:
            raise DnsauthError(f"{name} and {file} are plans of different inventories", _AGAIN)
        for zone in plan.zones:
            at = zone.zone, zone.provider
            if at in of:
                raise DnsauthError(
                    f"{names.readable(zone.zone)} is planned in {of[at]} and in {file}", _AGAIN
                )
            of[at] = file
    if len({zone.observed for _, plan in plans for zone in plan.zones}) > 1:
        raise DnsauthError("some of the plans were made with --observed, some were not", _AGAIN)
    zones = [apart(zone) for _, plan in plans for zone in plan.zones]
    zones.sort(key=lambda zone: (zone.zone, zone.provider))
    plan = Plan(min(each.created for _, each in plans), first.inventory, tuple(zones))
    return plan, str(plan_file.document(plan)["digest"])


def merged(run: Run, files: Sequence[Path]) -> tuple[Plan, Fleet]:
    """The plan of all zones in *files*, judged as one, and the repository they are of.

    Raises `DnsauthError` where they are no parts of one plan, or of another inventory than *run*'s.
    """
    (whole, _), now = together(files), fleet(run.directory)
    inventory, _ = now.part.inventory(())
    if whole.inventory != inventory.digest:
        raise DnsauthError(
            f"the plans are of another inventory than that of {run.directory}",
            "say where they were made with -C DIR, or check the same commit out",
        )
    return judged(map(apart, whole.zones), inventory, datetime.fromisoformat(whole.created)), now


def judged_with(fresh: Plan, reviewed: Plan, inventory: Inventory, now: datetime) -> Plan:
    """*fresh*, a part of *reviewed*, judged together with the rest of it."""
    mine = {(zone.zone, zone.provider) for zone in fresh.zones}
    beside = [zone for zone in reviewed.zones if (zone.zone, zone.provider) not in mine]
    whole = judged(map(apart, (*fresh.zones, *beside)), inventory, now)
    return replace(fresh, zones=tuple(one for one in whole.zones if (one.zone, one.provider) in mine))


def text(file: Path, made_by: str = "dnsauth plan") -> str:
    """What *file* holds; raises `DnsauthError` with the command it is *made_by*."""
    try:
        return file.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise DnsauthError(
            f"{file} cannot be read: {error.strerror}", f"make it with `{made_by} --out FILE`"
        ) from error
