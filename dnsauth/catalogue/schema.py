"""The form of a service definition: what ``templates/services/*.yaml`` may say.

Every string of ``records``, ``dkim``, ``spf`` and ``mx`` may be an expression
(`dnsauth.templating`) over the declared parameters, ``domain`` (the mail domain's name without the
final dot) and, beside ``each``, ``item``; the command of ``rotation`` may be one over ``domain`` alone. An
entry that speaks of a parameter without a value is left out, so that an optional parameter brings its entries
along; ``when`` says which one does, where there are more.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from dnsauth.catalogue.model import Envelope, Status
from dnsauth.catalogue.patterns import pattern

RESERVED = frozenset(
    {
        *(
            "service",
            "owner",
            "purpose",
            "stream",
            "data",
            "baa",
            "review",
            "dkim",
            "ends",
            "formerly",
            "flatten",
        ),  # every sender's
        *("domain", "item"),  # what an expression may name besides
    }
)


def _pattern(text: str) -> str:
    pattern(text)
    return text


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError("a day is written YYYY-MM-DD") from error


def _term(value: object) -> object:
    return {"term": value} if isinstance(value, str) else value


def _mover(value: object) -> object:
    return {"by": value} if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]
Day = Annotated[str, AfterValidator(_day), Field(json_schema_extra={"format": "date"})]
Url = Annotated[str, Field(pattern=r"^https://[!-~]+$")]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TextField(_Form):
    """A text a sender gives."""

    pattern: Annotated[str, AfterValidator(_pattern)] = Field(
        "", description="what the text must match whole; no groups, at most three varying quantifiers"
    )
    help: Text = Field(description="where a person finds the value")
    default: str | None = Field(None, description="the value where a sender gives none")


class Parameter(TextField):
    """What a sender gives: a text, with ``fields`` a mapping, with ``many`` a list of either."""

    example: object = Field(description="a value that is right, in the shape a sender writes")
    required: bool = Field(True, description="whether a sender must give it; false leaves its entries out")
    many: bool = Field(False, description="a list; an entry expands it by `each`")
    fields: dict[FieldName, TextField] = Field(default_factory=dict, description="a mapping of these texts")


class Entry(_Form):
    """What every entry may say besides its texts."""

    each: str = Field("", description="a parameter with `many`: one entry for each item, called `item`")
    when: str = Field(
        "", description="the parameter that brings this entry; the others it names are needed then"
    )


class Record(Entry):
    """A record; the owner is relative to the mail domain."""

    owner: Text
    type: Text = Field(description="A, AAAA, CNAME, MX or TXT")
    value: Text = Field(description="RDATA; names absolute, with the final dot; TXT as its joined text")


class Dkim(Entry):
    """A key record at ``<selector>._domainkey``: delegated, known, or given by the sender."""

    selector: Text
    cname: str = Field("", description="the name the vendor serves the key at, absolute")
    key: str = Field("", description="the key record, or the bare key")
    given: Literal["", "key", "cname"] = Field(
        "", description="the sender writes it under `dkim:` in this form; the selector is an example"
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.cname, self.key, self.given))) != 1:
            raise ValueError("say exactly one of cname, key and given")
        return self


class Term(Entry):
    """An SPF term of the mail domain's record (RFC 7208 section 4.6.1)."""

    term: Text


class Spf(_Form):
    """Whose domain stands in MAIL FROM, and the terms that follow for ours."""

    envelope: Envelope = Field(description="customer, vendor or switchable; a vendor's own needs no terms")
    terms: list[Annotated[Term, BeforeValidator(_term, json_schema_input_type=str | Term)]] = Field(
        default_factory=list
    )

    @model_validator(mode="after")
    def _useless(self) -> Self:
        if self.envelope is Envelope.VENDOR and self.terms:
            raise ValueError(
                "mail under the vendor's own MAIL FROM is not checked against our SPF: drop terms"
            )
        return self


class Exchange(Entry):
    """A mail exchanger, for a mail domain that ``receives`` by this service."""

    preference: Annotated[int, Field(ge=0, le=65535)]
    exchange: Text


Alignment = Literal["strict", "relaxed", "none"]


class Aligns(_Form):
    """The closest identifier alignment the service can reach (RFC 9989 section 3.2.10)."""

    spf: Alignment
    dkim: Alignment


By = Literal["vendor", "manual", "customer"]


class Rotation(_Form):
    """Who moves the keys, and how a person makes the vendor do it."""

    by: By = Field(description="the vendor behind its CNAME, a person, or we with our own keys")
    selectors: Annotated[int, Field(ge=2, le=9)] | None = Field(
        None, description="how many CNAMEs of a mail domain the vendor moves between, and needs"
    )
    command: str = Field("", description="what renews a key; it may name `domain`")
    tool: str = Field("", description="where the command is run")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.command) != bool(self.tool):
            raise ValueError("say `command` and, as `tool`, where it is run; or neither")
        return self


class Baa(_Form):
    """Whether the vendor signs a business associate agreement at all."""

    offered: bool


Suffix = Annotated[str, Field(pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$")]
Selector = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$")]


class Detect(_Form):
    """What tells the service where it is met, besides what the definition itself asks for.

    A suffix is a domain without the final dot: it means that name and all below it.
    """

    spf: list[Suffix] = Field(default_factory=list, description="suffixes of the domains SPF terms name")
    cname: list[Suffix] = Field(default_factory=list, description="suffixes of CNAME targets")
    mx: list[Suffix] = Field(default_factory=list, description="suffixes of mail exchangers")
    ns: list[Suffix] = Field(
        default_factory=list, description="suffixes of name servers a name is delegated to"
    )
    txt: list[Text] = Field(default_factory=list, description="how TXT values begin that prove the domain")
    rua: list[Suffix] = Field(default_factory=list, description="suffixes of domains DMARC reports go to")
    selectors: list[Selector] = Field(
        default_factory=list, description="selectors to ask for, where nothing else points to one"
    )


Category = Literal[
    "own", "mailbox", "transactional", "marketing", "business", "gateway", "healthcare", "dmarc"
]


class Source(_Form):
    """A page that supports the definition, and the day it was read."""

    url: Url
    seen: Day


class Definition(_Form):
    """A kind of sender, and what it asks of a mail domain."""

    title: Text
    category: Category | None = Field(None, description="where the index lists it")
    parameters: dict[FieldName, Parameter] = Field(default_factory=dict)
    records: list[Record] = Field(default_factory=list)
    dkim: list[Dkim] = Field(default_factory=list)
    spf: Spf | None = Field(
        None,
        description="absent where MAIL FROM is not known, or where no mail is sent",
    )
    mx: list[Exchange] = Field(default_factory=list)
    alignment: Aligns | None = None
    rotation: Annotated[Rotation, BeforeValidator(_mover, json_schema_input_type=By | Rotation)] | None = (
        Field(None, description="who moves the keys: a word, or `by` with what else is known")
    )
    baa: Baa | None = Field(None, description="absent where no source says")
    detect: Detect = Detect()
    sources: list[Source] = Field(default_factory=list)
    status: Status = Field(description="verified: the vendor's page; reported: others; unverified: no source")
    notes: str = ""

    @field_validator("parameters")
    @classmethod
    def _free(cls, parameters: dict[str, Parameter]) -> dict[str, Parameter]:
        if taken := sorted(RESERVED & parameters.keys()):
            raise ValueError(f"{', '.join(taken)} cannot be a parameter: every sender has that key already")
        return parameters

    @model_validator(mode="after")
    def _supported(self) -> Self:
        if not self.sources and self.status is not Status.UNVERIFIED:
            raise ValueError(f"status {self.status} needs a source; without one it is unverified")
        return self


FORMS = (Definition, Parameter, Record, Dkim, Spf, Term, Exchange, Aligns, Rotation, Baa, Detect, Source)


def json_schema() -> dict[str, object]:
    """The JSON Schema of a service definition, as editors use it."""
    return Definition.model_json_schema(mode="validation")
