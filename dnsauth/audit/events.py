"""What an entry of the trail says was done: a closed union, of texts and numbers alone.

Names are absolute, digests 64 hex digits, texts as they stand in DNS or in a file. No value here is secret:
of private keys there are names only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a change: the whole RRset, foreign values included."""

    ttl: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Create, update or delete of one RRset; *id* is the digest by which waivers name it."""

    id: str
    action: str
    owner: str
    type: str
    before: Side | None
    after: Side | None


@dataclass(frozen=True, slots=True)
class Zone:
    """The plan of one zone at one provider; *stopped* holds the codes of guards that stop it.

    *held* and *digest* are those of the plan file.
    """

    zone: str
    provider: str
    held: str
    digest: str
    changes: tuple[Change, ...] = ()
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan: the zones that would change or are stopped, and how many agree.

    *observed*: it was compared with public DNS, and can't be applied.
    """

    zones: tuple[Zone, ...]
    agree: int
    observed: bool = False
    kind: Literal["plan"] = "plan"


@dataclass(frozen=True, slots=True)
class Server:
    """One address of an authoritative server in the end; one that led to no address has none."""

    name: str
    address: str
    serial: int | None
    state: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the authoritative servers of a zone stood to what they should serve."""

    zone: str
    agrees: bool
    servers: tuple[Server, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one zone at one provider; *written*: the provider holds something new, or might.

    *standing* is None where authoritative servers were not asked.
    """

    zone: str
    provider: str
    held: str
    digest: str
    outcome: str
    written: bool
    changes: tuple[Change, ...] = ()
    message: str = ""
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """An apply: *plan* is the digest of the saved plan or empty, *agree* counts zones with nothing to do."""

    plan: str
    zones: tuple[Written, ...]
    agree: int
    unverified: str = ""
    interrupted: bool = False
    kind: Literal["apply"] = "apply"


@dataclass(frozen=True, slots=True)
class Verified:
    """A look at authoritative servers, zone by zone."""

    zones: tuple[Standing, ...]
    kind: Literal["verify"] = "verify"


@dataclass(frozen=True, slots=True)
class Word:
    """What a host was heard to sign with; *by* is who vouched for it, empty where it reported itself."""

    host: str
    signs: bool
    by: str = ""


@dataclass(frozen=True, slots=True)
class KeyMove:
    """A DKIM key that came, moved or was spoken of; *before* is its state, empty for one that is new."""

    domain: str
    sender: str
    selector: str
    algorithm: str
    before: str
    after: str
    words: tuple[Word, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rotated:
    """Keys whose line in a lock changed."""

    keys: tuple[KeyMove, ...]
    kind: Literal["rotate"] = "rotate"


@dataclass(frozen=True, slots=True)
class File:
    """A file that was written, and the SHA-256 of what it holds."""

    file: str
    digest: str


@dataclass(frozen=True, slots=True)
class Imported:
    """An import: what it wrote, and what it refused."""

    files: tuple[File, ...]
    refused: tuple[str, ...] = ()
    kind: Literal["import"] = "import"


@dataclass(frozen=True, slots=True)
class Waiver:
    """A waiver of dnsauth.yaml; *until* is its last day, ISO 8601."""

    rule: str
    where: str
    until: str
    owner: str
    why: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Waived:
    """The waivers that came and went since the trail last told of them, and all that stand now.

    One whose owner, reason or end changed has gone as it was, and come as it is.
    """

    came: tuple[Waiver, ...]
    went: tuple[Waiver, ...]
    stand: tuple[Waiver, ...]
    kind: Literal["waiver"] = "waiver"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A private key by its name in a store."""

    store: str
    name: str


Action: TypeAlias = Literal["made", "imported", "exported", "deployed", "deleted"]


@dataclass(frozen=True, slots=True)
class KeyAccess:
    """Private keys that were made, taken in, read out, put to work on *host*, or deleted."""

    action: Action
    keys: tuple[StoredKey, ...]
    host: str = ""
    kind: Literal["key"] = "key"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a rule found of one owner, for a trend."""

    rule: str
    owner: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """A check of so many *zones*, in figures; *live*: it looked at what the world answers.

    *rules* counts findings by rule, *reputation* is what others say of addresses.
    """

    live: bool
    zones: int
    errors: int
    warnings: int
    notes: int
    not_assessed: int
    waived: int
    rules: Mapping[str, int] = field(default_factory=dict)
    reputation: tuple[Fact, ...] = ()
    kind: Literal["check"] = "check"


@dataclass(frozen=True, slots=True)
class Repaired:
    """A half-written line that was cut off: how many octets of *file*, and their SHA-256."""

    file: str
    octets: int
    digest: str
    kind: Literal["repair"] = "repair"


@dataclass(frozen=True, slots=True)
class Pruned:
    """Files that were removed when their time was over: all up to the entry *sequence*, whose digest it was.

    *stand* holds the waivers the trail last told of, for they may have been told there.
    """

    files: tuple[str, ...]
    sequence: int
    digest: str
    stand: tuple[Waiver, ...]
    kind: Literal["prune"] = "prune"


Event: TypeAlias = (
    Planned | Applied | Verified | Rotated | Imported | Waived | KeyAccess | Checked | Repaired | Pruned
)
