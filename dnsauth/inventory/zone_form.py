"""The form of ``zones/*.yaml``: which keys there are, and what each may hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PlainValidator, Tag, WithJsonSchema

from dnsauth.documents import Map
from dnsauth.inventory import values
from dnsauth.inventory.fields import (
    Blank,
    Bool,
    Duration,
    Exchanger,
    Form,
    Host,
    Https,
    Identifier,
    OneOrMany,
    Owner,
    Pattern,
    RData,
    RecordType,
    ReportUri,
    Selector,
    Ttl,
    Version,
)
from dnsauth.inventory.model import All
from dnsauth.inventory.sender_form import Cname, SenderEntry, one_of, shape
from dnsauth.records.dmarc import Policy


def _cname_or(value: object) -> str | None:
    if value == "":
        return "<mapping>"
    return ("<cname>" if "cname" in value else "<mapping>") if isinstance(value, Map) else None


Receives: TypeAlias = Annotated[
    Annotated[Literal["false"], Tag("<false>"), WithJsonSchema({"const": False})]
    | Annotated[str, PlainValidator(values.receiver), Tag("<text>"), WithJsonSchema({"type": "string"})]
    | Annotated[tuple[Exchanger, ...], Field(min_length=1), Tag("<list>")]
    | Annotated[
        dict[Identifier, Annotated[dict[str, Any], Blank()]],
        Field(min_length=1, max_length=1),
        BeforeValidator(values.single),
        Tag("<mapping>"),
    ],
    one_of(
        lambda value: "<false>" if value == "false" else shape(value),
        "false, the name of a service, or a list of MX",
    ),
]
Failures: TypeAlias = Annotated[
    Literal["0", "1", "d", "s"], WithJsonSchema({"enum": [0, 1, "0", "1", "d", "s"]})
]


class DmarcPolicy(Form):
    """The DMARC policy to publish, RFC 9989 section 4.7."""

    policy: Policy | None = Field(default=None, description="For mail that fails.")
    subdomains: Policy | None = Field(default=None, description="For names below this one.")
    nonexistent: Policy | None = Field(default=None, description="For names below that do not exist.")
    testing: Bool = Field(default=False, description="Ask receivers to act one level milder.")
    rua: Annotated[tuple[ReportUri, ...], OneOrMany()] = Field(
        default=(), description="Where aggregate reports go."
    )
    ruf: Annotated[tuple[ReportUri, ...], OneOrMany()] = Field(
        default=(), description="Where failure reports go."
    )
    fo: Annotated[tuple[Failures, ...], OneOrMany()] = Field(
        default=(), description="Which failures are reported.", json_schema_extra=None
    )
    adkim: Literal["relaxed", "strict"] | None = Field(default=None, description="Alignment of DKIM.")
    aspf: Literal["relaxed", "strict"] | None = Field(default=None, description="Alignment of SPF.")


Dmarc: TypeAlias = Annotated[
    Annotated[Cname, Tag("<cname>")] | Annotated[DmarcPolicy, Blank(), Tag("<mapping>")],
    one_of(_cname_or, "a mapping, as in {policy: none}"),
]


class MtaSts(Form):
    """MTA-STS, RFC 8461."""

    mode: Literal["none", "testing", "enforce"] = Field(description="What senders do where TLS fails.")
    max_age: Duration = Field(description="How long senders remember the policy, as in 7d.")
    mx: Annotated[tuple[Pattern, ...], OneOrMany()] = Field(
        default=(), description="Hosts of the policy; where absent, those of `receives`."
    )
    host: Cname | None = Field(default=None, description="The web host that serves the policy.")


class Bimi(Form):
    """A BIMI assertion record."""

    logo: Https = Field(description="The logo, SVG Tiny PS.")
    certificate: Https = Field(default="", description="The mark certificate, PEM.")
    selector: Selector = Field(default="default", description="The record stands at SELECTOR._bimi.")


class Keep(Form):
    """A record of ours, verbatim, instead of a derived one."""

    owner: Owner = Field(description="Owner name, relative to the mail domain.")
    type: RecordType = Field(description="Record type.")
    values: Annotated[tuple[RData, ...], OneOrMany()] = Field(
        min_length=1, description="RDATA; TXT as its joined text."
    )


class Spf(Form):
    """How the SPF record closes and where it stands."""

    all: All = Field(default=All.SOFTFAIL, description="What the closing `all` says of everybody else.")
    indirect: Bool = Field(default=False, description="Keep the terms at _spf and include them.")


class MailDomain(Form):
    """A name that sends mail or must be seen not to."""

    senders: Annotated[tuple[SenderEntry, ...], Field(min_length=1), BeforeValidator(values.senders)] = Field(
        default=(), description="Who sends for this name."
    )
    sends: Annotated[bool, PlainValidator(values.silence), WithJsonSchema({"const": False})] | None = Field(
        default=None, description="Nobody sends for this name: SPF -all, DMARC reject, DKIM keys revoked."
    )
    receives: Receives | None = Field(
        default=None,
        description="MX: a service, a list of MX, or false for the null MX. Absent: MX is not ours.",
    )
    parked: Bool = Field(default=False, description="sends: false and receives: false.")
    dmarc: Dmarc | None = Field(
        default=None, description="The record at _dmarc; the defaults fill what it leaves out."
    )
    mta_sts: MtaSts | None = Field(default=None, description="TLS for the mail that arrives here.")
    tls_rpt: Annotated[tuple[ReportUri, ...], Field(min_length=1), OneOrMany()] = Field(
        default=(), description="Where TLS reports go, RFC 8460."
    )
    bimi: Bimi | None = Field(default=None, description="The logo beside authenticated mail.")
    keep: tuple[Keep, ...] = Field(default=(), description="Records of ours, verbatim.")
    spf: Spf | None = Field(default=None, description="How the SPF record closes.")
    ttl: Ttl | None = Field(
        default=None, description="TTL of this name's records, or `keep`: those that stand keep theirs."
    )


class Reports(Form):
    """Whose aggregate reports this zone's collectors take."""

    accept: Literal["*"] = Field(
        description="Of every domain: one wildcard authorises them, RFC 9990 section 4."
    )


class ZoneFile(Form):
    """A zone, or look-alike zones, and their mail domains."""

    version: Version = Field(description="The version of this file's form.")
    zones: tuple[Host, ...] = Field(
        default=(),
        min_length=1,
        description="The zones this file serves; where absent, the one it is named after.",
    )
    provider: Annotated[tuple[Identifier, ...], Field(min_length=1), OneOrMany()] = Field(
        default=(), description="One provider of dnsauth.yaml, or a list."
    )
    ttl: Ttl | None = Field(
        default=None, description="TTL of this zone's records, or `keep`: those that stand keep theirs."
    )
    reports: Reports | None = Field(
        default=None, description="Whose reports the collectors in this zone take."
    )
    domains: dict[str, Annotated[MailDomain, Blank()]] = Field(
        description='Mail domains by name, relative to the zone; "@" is the zone itself.'
    )
