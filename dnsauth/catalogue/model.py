"""Service definitions as frozen values, and what a service asks of a mail domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dnsauth.findings import Where


class Status(StrEnum):
    """How far a definition's facts are supported: by the vendor's own page, by a report, by nothing."""

    VERIFIED = "verified"
    REPORTED = "reported"
    UNVERIFIED = "unverified"


class Envelope(StrEnum):
    """Whose domain stands in MAIL FROM; a vendor's own needs no include in ours."""

    CUSTOMER = "customer"
    VENDOR = "vendor"
    SWITCHABLE = "switchable"


@dataclass(frozen=True, slots=True)
class Record:
    """A record a service asks for, absolute; TXT values as joined text, other values as RDATA text."""

    owner: str
    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Asks:
    """What one sender asks of its mail domain: SPF terms in order, and records (DKIM among them)."""

    spf: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    mx: tuple[tuple[int, str], ...] = ()
    """MX (preference, absolute exchange) for a mail domain that ``receives`` by this service."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read, and when."""

    url: str
    seen: str


@dataclass(frozen=True, slots=True)
class Rotation:
    """Who moves a service's keys: ``vendor``, ``manual``, ``customer``, or empty where that is not said.

    The vendor moves between as many *selectors* of one mail domain, and needs them all; 0 where that is not
    said. *command* is a checked expression over ``domain`` that renews a key when it is run in *tool*.
    """

    by: str = ""
    selectors: int = 0
    command: str = ""
    tool: str = ""


@dataclass(frozen=True, slots=True)
class Detect:
    """What tells a service besides what its own entries ask for.

    Suffixes are domains without the final dot, for SPF terms, CNAME targets, exchangers, name servers and the
    domains reports go to; *txt* says how values begin; *selectors* are asked where nothing points to one.
    """

    spf: tuple[str, ...] = ()
    cname: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    ns: tuple[str, ...] = ()
    txt: tuple[str, ...] = ()
    rua: tuple[str, ...] = ()
    selectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceParameter:
    """A parameter a sender gives: text that matches *pattern* whole, or a list or mapping of such."""

    name: str
    pattern: str = ""
    example: object = ""
    help: str = ""
    default: object = None
    required: bool = True
    many: bool = False
    fields: Mapping[str, ServiceParameter] = field(default_factory=dict)
    """The fields of a mapping; empty where the parameter is text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a definition: its texts by key, still expressions (`dnsauth.templating`).

    It stands once for each item of the list parameter *each*, and only where every parameter it *uses*
    has a value; where *when* has one, the others are missed, not passed over.
    """

    texts: Mapping[str, str]
    each: str = ""
    when: str = ""
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of sender.

    *template* holds the checked entries under ``records``, ``dkim``, ``spf`` and ``mx``;
    `dnsauth.catalogue.asks` renders them.
    """

    name: str
    title: str
    where: Where
    shipped: bool
    status: Status
    parameters: Mapping[str, ServiceParameter] = field(default_factory=dict)
    template: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    envelope: Envelope | None = None
    """None where that is not said, or it sends no mail."""
    alignment: Mapping[str, str] = field(default_factory=dict)
    rotation: Rotation = Rotation()
    baa: bool | None = None
    category: str = ""
    detect: Detect = Detect()
    sources: tuple[Source, ...] = ()
    notes: str = ""

    @property
    def sends(self) -> bool:
        """False where it can be nobody's sender, as those who read DMARC reports or only receive."""
        keys = bool(self.template.get("dkim") or self.template.get("records"))
        return self.envelope is not None or (keys and self.category != "dmarc")


Catalogue = Mapping[str, Service]
"""Services by name; a user's own win over the shipped ones."""
