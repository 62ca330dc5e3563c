"""The form of ``dnsauth.yaml``: which keys there are, and what each may hold."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypeVar

from pydantic import Field, Tag

from dnsauth.documents import Seq
from dnsauth.inventory.fields import (
    Blank,
    Bool,
    ChangeId,
    Day,
    Duration,
    Folder,
    Form,
    Host,
    Identifier,
    OneOrMany,
    Rate,
    RuleCode,
    Server,
    ServerName,
    Text,
    Variable,
    Verbatim,
    Version,
    Years,
)
from dnsauth.inventory.operations import Event
from dnsauth.inventory.sender_form import Sender, one_of, shape
from dnsauth.inventory.zone_form import DmarcPolicy

T = TypeVar("T")
ById = Annotated[dict[Identifier, T], Blank()]


class Ignore(Form):
    """A lame server left out of a look until a date."""

    server: ServerName = Field(description="The server's name or address.")
    until: Day = Field(description="The last day it is left out.")
    owner: Text = Field(description="Who answers for this.")
    why: Text = Field(description="Why, for who reads it later.")


class Live(Form):
    """How to look at live DNS."""

    resolver: Server = Field(default="", description="IP address and port; where absent, the system's.")
    servers: Annotated[
        dict[Host, Annotated[tuple[Server, ...], Field(min_length=1), OneOrMany()]], Blank()
    ] = Field(
        default={}, description="Authoritative servers by zone, where the delegation does not lead to them."
    )
    ignore: Annotated[tuple[Ignore, ...], Blank(Seq)] = Field(
        default=(), description="Servers left out of a look."
    )
    roots: Annotated[tuple[Server, ...], Field(min_length=1), OneOrMany()] = Field(
        default=(),
        description="Root servers the delegation is walked from; what it leads to is asked at their port."
        " Where absent, the resolver names the servers of the parent zone.",
    )
    rate: Rate = Field(
        default=500, description="Queries a second to each server; those on loopback are not spared."
    )
    ca: Text = Field(
        default="",
        description="PEM file of certification authorities of your own, for hosts of MTA-STS and BIMI.",
    )
    private: Bool = Field(
        default=False, description="Fetch MTA-STS policies and BIMI files from private addresses, too."
    )


class Defaults(Form):
    """What a zone or mail domain has where it says nothing."""

    provider: Annotated[tuple[Identifier, ...], Field(min_length=1), OneOrMany()] = Field(
        default=(), description="The provider of zones that name none."
    )
    ttl: Duration = Field(default=3600, description="TTL of records.")
    dmarc: DmarcPolicy = Field(
        default=DmarcPolicy(), description="Fills what a `dmarc:` leaves out; adds none where there is none."
    )


class Rotation(Form):
    """The waits all keys share."""

    queue: Duration = Field(
        default=432000, description="How long mail may lie in a queue, RFC 5321 section 4.5.4.1."
    )
    keep_revoked: Duration = Field(
        default=2592000, description="How long an empty p= says that a key is revoked, before it goes."
    )
    first_ttl: Duration | None = Field(
        default=None, description="TTL of a new key record until hosts sign with it, as in 5m."
    )


class Agreement(Form):
    """A business associate agreement, by contract."""

    partner: Text = Field(alias="with", description="The other party.")
    covers: Annotated[tuple[Text, ...], Field(min_length=1), OneOrMany()] = Field(
        description="Services it covers."
    )
    signed: Day = Field(description="When it was signed.")
    review: Day | None = Field(default=None, description="When somebody looks at it again.")
    expires: Day | None = Field(default=None, description="When it runs out.")
    ref: Text = Field(default="", description="Where the contract is filed.")


class Waiver(Form):
    """A dated, owned exception from one rule."""

    rule: RuleCode = Field(description="The rule's code.")
    where: Host = Field(description="The mail domain or zone.")
    until: Day = Field(description="The last day it holds.")
    owner: Text = Field(description="Who answers for it.")
    why: Text = Field(description="Why, for who reads it later.")
    change: ChangeId = Field(default="", description="The one change a guard is waived for.")


class Notify(Form):
    """Who is told of what, where a command is run with --notify."""

    to: Annotated[tuple[Variable, ...], Field(min_length=1), OneOrMany()] = Field(
        description="Variables that hold the URLs, as apprise reads them."
    )
    on: Annotated[tuple[Event, ...], Field(min_length=1), OneOrMany()] = Field(
        description="What they are told of."
    )
    where: Annotated[tuple[Host, ...], Field(min_length=1), OneOrMany()] = Field(
        default=(), description="Only what concerns these zones."
    )


Lists: TypeAlias = Annotated[tuple[Host, ...], Field(min_length=1), OneOrMany()]


class Reputation(Form):
    """DNS block lists that are asked when somebody looks live."""

    addresses: Lists = Field(default=(), description="Of addresses we send from, RFC 5782 section 2.")
    domains: Lists = Field(default=(), description="Of mail domains that send, RFC 5782 section 2.3.")


AskedLists: TypeAlias = Annotated[
    Annotated[tuple[Host, ...], Field(min_length=1), Tag("<list>")] | Annotated[Reputation, Tag("<mapping>")],
    one_of(shape, "a list of block lists of addresses, or {addresses: […], domains: […]}"),
]


class Audit(Form):
    """The audit trail; without this key nothing is recorded."""

    directory: Folder = Field(default="audit", description="The folder of its files, below this one.")
    keep: Years = Field(
        default=6,
        description="How long `audit prune` leaves them, in years, as in 6y.",
        json_schema_extra={"default": "6y"},
    )


class ConfigFile(Form):
    """What zones share: providers, defaults, senders, agreements, waivers."""

    version: Version = Field(description="The version of this file's form.")
    providers: ById[Verbatim] = Field(
        default={}, description="octoDNS's own settings by name, verbatim; secrets as env/NAME."
    )
    live: Annotated[Live, Blank()] = Field(default=Live(), description="How to look at live DNS.")
    defaults: Annotated[Defaults, Blank()] = Field(
        default=Defaults(), description="What a zone or mail domain has where it says nothing."
    )
    key_stores: ById[Verbatim] = Field(default={}, description="Where private DKIM keys are kept.")
    signers: ById[Verbatim] = Field(default={}, description="Who signs with them.")
    rotation: Annotated[Rotation, Blank()] = Field(
        default=Rotation(), description="The waits all DKIM keys share."
    )
    notify: Annotated[tuple[Notify, ...], Blank(Seq)] = Field(default=(), description="Who is told of what.")
    reputation: Annotated[AskedLists, Blank()] = Field(
        default=Reputation(), description="DNS block lists that `check --live` asks."
    )
    audit: Annotated[Audit, Blank()] | None = Field(
        default=None, description="Keep a trail of what was done; `audit:` alone takes the defaults."
    )
    agreements: ById[Agreement] = Field(default={}, description="Business associate agreements.")
    senders: ById[Annotated[Sender, Blank()]] = Field(default={}, description="Senders that zones name.")
    profiles: Annotated[tuple[Text, ...], Blank(Seq)] = Field(
        default=(), description="Sets of rules `check` applies."
    )
    waivers: Annotated[tuple[Waiver, ...], Blank(Seq)] = Field(
        default=(), description="Exceptions from rules."
    )
