"""What importing begins with, and what becomes of each zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dnsauth.adopt.draft import Draft
from dnsauth.adopt.merge import Standing
from dnsauth.adopt.repair import Repair
from dnsauth.inventory.config import Config
from dnsauth.inventory.model import Zone
from dnsauth.inventory.sense import Declared
from dnsauth.lock.keys import Key
from dnsauth.lock.model import Lock
from dnsauth.lock.observed import Observed
from dnsauth.plan.model import Change


@dataclass(frozen=True, slots=True)
class Adopted:
    """A zone's file and lock, and what was drafted for it.

    *pending* leads from what stands to what a file that was there asks for; *repairs* are made, or could be,
    and the names *delegated* to other servers are not spoken of.
    """

    zone: str
    drafts: tuple[Draft, ...]
    text: str
    lock: Lock
    pending: tuple[Change, ...] = ()
    repairs: tuple[Repair, ...] = ()
    delegated: tuple[str, ...] = ()


class Refused(NamedTuple):
    """A zone that no file of ours can say, and why."""

    zone: str
    why: str


@dataclass(frozen=True, slots=True)
class Around:
    """What is there before: dnsauth.yaml, the zones of the inventory, and what their files and locks say.

    *standing* has those of the zones whose files are merged into; *keys* are our own, by zone.
    """

    declared: Declared | None = None
    config: Config = field(default_factory=Config)
    zones: Mapping[str, Zone] = field(default_factory=dict)
    standing: Mapping[str, Standing] = field(default_factory=dict)
    observed: Observed | None = None
    keys: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
