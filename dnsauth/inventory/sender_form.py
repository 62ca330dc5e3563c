"""The form of a sender, shared or in a zone file, and of its keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag

from dnsauth import selectors
from dnsauth.documents import Map, Seq
from dnsauth.inventory import values
from dnsauth.inventory.fields import (
    Blank,
    Bool,
    Day,
    Duration,
    Form,
    Identifier,
    Selector,
    SelectorPattern,
    Target,
    Text,
)
from dnsauth.inventory.model import Sensitivity, Stream

OWN_KEYS = frozenset({"algorithms", "every", "overlap", "store", "signer", "selector", "reveal"})


def one_of(choose: Callable[[Any], str | None], wanted: str) -> Discriminator:
    """Annotates a union: *choose* names the tag by the value's shape; *wanted* is said where none fits."""
    return Discriminator(choose, custom_error_type="shape", custom_error_message=wanted)


def shape(value: object) -> str | None:
    """The tag of a value by what it is; None for an empty one."""
    match value:
        case str() if value:
            return "<text>"
        case Map():
            return "<mapping>"
        case Seq():
            return "<list>"
    return None


def _dkim_shape(value: object) -> str | None:
    if not isinstance(value, Map):
        return None
    return "<own>" if "algorithms" in value or (value and value.keys() <= OWN_KEYS) else "<selectors>"


class Cname(Form):
    """Delegation to a name."""

    cname: Target = Field(description="The target's DNS name, with its final dot.")


class OwnKeys(Form):
    """Keys dnsauth makes and rotates."""

    algorithms: tuple[Literal["rsa-2048", "rsa-3072", "rsa-4096", "ed25519"], ...] = Field(
        min_length=1, description="One key of each signs."
    )
    every: Duration = Field(description="A new key after this time, as in 90d.")
    overlap: Duration = Field(
        default=0, description="How long the old key stays beyond what mail in flight needs."
    )
    store: Identifier = Field(
        default="", description="A key store of dnsauth.yaml; where it has one alone, that one."
    )
    signer: Identifier = Field(
        default="", description="A signer of dnsauth.yaml; where it has one alone, that one."
    )
    selector: SelectorPattern = Field(
        default=selectors.PATTERN,
        description="How selectors are named: {year}, {month}, {algorithm}, and {random}, four letters.",
    )
    reveal: Bool = Field(
        default=False,
        description="Private halves of removed keys may be published, so that mail is deniable.",
    )


DkimValue: TypeAlias = Annotated[
    Annotated[str, Tag("<text>")] | Annotated[Cname, Tag("<mapping>")],
    one_of(shape, "a key as the vendor shows it, or {cname: NAME.}"),
]
Dkim: TypeAlias = Annotated[
    Annotated[OwnKeys, Tag("<own>")] | Annotated[dict[Selector, DkimValue], Tag("<selectors>")],
    one_of(_dkim_shape, "a mapping of selectors, or of `algorithms` and `every`"),
]


class Flatten(Form):
    """SPF addresses in place of the terms that ask DNS."""

    max_age: Duration = Field(
        default=2592000, description="How long ago the addresses may have been looked up, as in 7d."
    )


FlattenValue: TypeAlias = Annotated[
    Annotated[Bool, Tag("<text>")] | Annotated[Flatten, Tag("<mapping>")],
    one_of(shape, "true, false, or {max_age: 7d}"),
]


class Sender(Form, extra="allow"):
    """What is said of a sender. Keys not listed here are parameters of its service."""

    service: Identifier = Field(
        default="", description="A service of the catalogue; where absent, the one named as the sender."
    )
    owner: Text = Field(default="", description="Who answers for this sender.")
    purpose: Text = Field(default="", description="What mail it sends.")
    stream: Stream | None = Field(default=None, description="Which stream of mail it is.")
    data: Sensitivity | None = Field(default=None, description="What its mail carries.")
    baa: Identifier = Field(default="", description="The agreement of dnsauth.yaml that covers it.")
    review: Day | None = Field(default=None, description="When somebody looks at this entry again.")
    ends: Day | None = Field(default=None, description="When this sender leaves.")
    formerly: Identifier = Field(default="", description="The name this sender had before.")
    dkim: Dkim | None = Field(default=None, description="Selectors of the vendor, or keys of your own.")
    flatten: FlattenValue = Field(
        default=False, description="Addresses from observed.lock.yaml in place of its include, a and mx."
    )


SenderEntry: TypeAlias = Annotated[
    Annotated[Identifier, Tag("<text>")]
    | Annotated[
        dict[Identifier, Annotated[Sender, Blank()]],
        Field(min_length=1, max_length=1),
        BeforeValidator(values.single),
        Tag("<mapping>"),
    ],
    one_of(shape, "NAME or `NAME: {…}`"),
]
