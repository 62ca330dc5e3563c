"""What people declare, as frozen values: zones, mail domains, senders, policy.

Texts that name DNS names are absolute here (`dnsauth.names`), durations are seconds, dates are dates.
Sender parameters stay as written (text, tuples, mappings): a service definition gives them their type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from dnsauth import selectors
from dnsauth.findings import NOWHERE, Where
from dnsauth.inventory.operations import Audit, Live, Notify, Reputation
from dnsauth.records.dmarc import Policy

Parameter: TypeAlias = "str | tuple[Parameter, ...] | Mapping[str, Parameter]"
"""A sender's parameter as written; every scalar is text."""


class Sensitivity(StrEnum):
    """What a sender's mail carries."""

    PHI = "phi"
    PERSONAL = "personal"
    PUBLIC = "public"


class Stream(StrEnum):
    """Which of an organisation's streams of mail a sender sends, besides what people write."""

    REMINDERS = "reminders"
    RESULTS = "results"
    BILLING = "billing"
    PORTAL = "portal"
    MARKETING = "marketing"
    PROVIDER = "provider"
    """From one provider of care to another."""


class All(StrEnum):
    """The qualifier of the closing ``all``, RFC 7208 section 4.6.2."""

    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Cname:
    """Delegation to a name, absolute."""

    target: str


@dataclass(frozen=True, slots=True)
class KeyText:
    """A vendor's public key in whatever shape it was handed over: base64, whole record, split quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """Keys dnsauth makes and rotates; *every* and *overlap* in seconds, *selector* a pattern.

    *reveal*: private halves of keys that are gone may be published (``keys export --retired``).
    """

    algorithms: tuple[str, ...]
    every: int
    store: str
    signer: str
    overlap: int = 0
    selector: str = selectors.PATTERN
    reveal: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """One declared source of mail of a mail domain; *name* is unique in the mail domain.

    *flatten*: addresses stand in place of its SPF terms that ask DNS, and may have been looked up so many
    seconds ago; None leaves the terms.
    """

    name: str
    service: str
    where: Where
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    dkim: Mapping[str, Cname | KeyText] = field(default_factory=dict)
    own_keys: OwnKeys | None = None
    owner: str = ""
    purpose: str = ""
    stream: Stream | None = None
    data: Sensitivity | None = None
    baa: str = ""
    review: date | None = None
    ends: date | None = None
    formerly: str = ""
    flatten: int | None = None


@dataclass(frozen=True, slots=True)
class MX:
    """One mail exchanger; *exchange* is absolute."""

    preference: int
    exchange: str


@dataclass(frozen=True, slots=True)
class ReceivesBy:
    """Mail is received by a service of the catalogue, which knows its MX."""

    service: str
    parameters: Mapping[str, Parameter]
    where: Where


class NullMX(StrEnum):
    """The mail domain receives nothing, RFC 7505."""

    NULL = "null"


Receives: TypeAlias = tuple[MX, ...] | ReceivesBy | NullMX | None
"""None: MX is not ours."""


@dataclass(frozen=True, slots=True)
class Spf:
    """How the SPF record closes, and whether it stands at ``_spf.<domain>`` behind one include."""

    all: All = All.SOFTFAIL
    indirect: bool = False


@dataclass(frozen=True, slots=True)
class Dmarc:
    """The DMARC policy to publish, RFC 9989 section 4.7; URIs as text."""

    policy: Policy
    where: Where
    subdomains: Policy | None = None
    nonexistent: Policy | None = None
    testing: bool = False
    rua: tuple[str, ...] = ()
    ruf: tuple[str, ...] = ()
    fo: tuple[str, ...] = ()
    adkim: str = ""
    aspf: str = ""


@dataclass(frozen=True, slots=True)
class MtaSts:
    """MTA-STS, RFC 8461; *max_age* in seconds; *mx* patterns, or empty to take those of ``receives``."""

    mode: str
    max_age: int
    where: Where
    mx: tuple[str, ...] = ()
    host: Cname | None = None
    """CNAME of ``mta-sts.<domain>``, where a web host serves the policy."""


@dataclass(frozen=True, slots=True)
class Bimi:
    """A BIMI assertion record: https URIs of logo and certificate."""

    logo: str
    where: Where
    certificate: str = ""
    selector: str = "default"


@dataclass(frozen=True, slots=True)
class Keep:
    """A record of ours, verbatim, instead of a derived one; *owner* is absolute."""

    owner: str
    type: str
    values: tuple[str, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class MailDomain:
    """A name that sends mail or must be seen not to.

    *sends*: True with senders, False where the name must be seen not to send, None where nothing is said.
    """

    name: str
    where: Where
    ttl: int
    sends: bool | None = None
    senders: tuple[Sender, ...] = ()
    receives: Receives = None
    spf: Spf = Spf()
    dmarc: Dmarc | Cname | None = None
    mta_sts: MtaSts | None = None
    tls_rpt: tuple[str, ...] = ()
    bimi: Bimi | None = None
    keep: tuple[Keep, ...] = ()
    keeps_ttl: bool = False
    """*ttl* is for what is new; an RRset that stands keeps the TTL it has."""

    @property
    def phi(self) -> tuple[Sender, ...]:
        """The senders whose mail carries patient data."""
        return tuple(sender for sender in self.senders if sender.data is Sensitivity.PHI)


@dataclass(frozen=True, slots=True)
class Zone:
    """A DNS zone at one or more providers, and its mail domains in file order."""

    name: str
    where: Where
    providers: tuple[str, ...]
    domains: tuple[MailDomain, ...]
    accepts_reports: bool = False
    """``reports: {accept: "*"}``: one wildcard authorises every domain (RFC 9990 section 4)."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """The waits all keys share, in seconds; None of *first_ttl* leaves the TTL as it is.

    *queue*: how long mail may lie in a queue. *kept*: how long a revoked record stands. *first_ttl*: the TTL
    of a key record until hosts sign with it.
    """

    queue: int
    kept: int
    first_ttl: int | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A business associate agreement, by contract; *covers* names services.

    It holds until the day *expires* is over.
    """

    name: str
    partner: str
    covers: tuple[str, ...]
    signed: date
    review: date | None = None
    expires: date | None = None
    ref: str = ""
    where: Where = NOWHERE


@dataclass(frozen=True, slots=True)
class Waiver:
    """A dated, owned exception: *rule* is quiet at *where* until the day *until* is over.

    *change* names the one change a guard is waived for, so that the waiver ends with it.
    """

    rule: str
    domain: str
    until: date
    owner: str
    why: str
    where: Where
    change: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything ``dnsauth.yaml`` and ``zones/*.yaml`` declare.

    *providers* holds octoDNS's own settings verbatim, secrets still as ``env/NAME``; *digest* is the
    SHA-256 of dnsauth.yaml, templates and zone files, not of locks.
    """

    directory: Path
    zones: Mapping[str, Zone]
    providers: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    live: Live = field(default_factory=Live)
    agreements: Mapping[str, Agreement] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    profiles: tuple[str, ...] = ()
    key_stores: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    signers: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    rotation: Rotation = Rotation(queue=432000, kept=2592000)
    notify: tuple[Notify, ...] = ()
    audit: Audit | None = None
    """None: nothing is recorded."""
    reputation: Reputation = field(default_factory=Reputation)
    ttl: int = 3600
    """The TTL of records whose mail domain is gone, in seconds."""
    shared: Mapping[str, Where] = field(default_factory=dict)
    """Where each sender of dnsauth.yaml stands, by name."""
    whole: bool = True
    """False where *zones* are some of those that are declared."""
    digest: str = ""
