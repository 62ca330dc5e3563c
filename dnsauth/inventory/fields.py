"""The types of single values, as pydantic validates them and as an editor's JSON Schema sees them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from dnsauth.documents import Map, Seq
from dnsauth.inventory import rules, values
from dnsauth.inventory.model import MX
from dnsauth.inventory.rules import Refused


class Form(BaseModel):
    """A mapping of a file, with the keys it may have and no other."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, field_title_generator=lambda name, field: field.alias or name
    )


class OneOrMany:
    """Annotates ``tuple[T, ...]``: the file may also hold a single T."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401  pydantic's
        """Validate a single text as a list of one."""
        return core_schema.no_info_before_validator_function(_many, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """T, or a list of T."""
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


def _many(value: object) -> object:
    if isinstance(value, str) and value:
        return (value,)
    if not isinstance(value, Seq):
        raise Refused(rules.SHAPE, wanted="one value or a list")
    return value


class Blank:
    """Annotates a mapping or list: a key without a value says the same as an empty one."""

    def __init__(self, empty: type[Map | Seq] = Map) -> None:
        self.empty = empty

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401  pydantic's
        """Validate the empty text as an empty mapping or list."""
        return core_schema.no_info_before_validator_function(
            lambda value: self.empty() if value == "" else value, handler(source)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema, or null."""
        return {"anyOf": [handler(schema), {"type": "null"}]}


def _json(type: str | list[str], **more: object) -> WithJsonSchema:
    return WithJsonSchema({"type": type, **more})


Text: TypeAlias = Annotated[str, StringConstraints(min_length=1)]
Bool: TypeAlias = Annotated[bool, PlainValidator(values.boolean), _json("boolean")]
Duration: TypeAlias = Annotated[
    int,
    PlainValidator(values.duration),
    _json(["integer", "string"], minimum=0, maximum=values.MAX_SECONDS, pattern="^[0-9]+[smhdw]?$"),
]
Ttl: TypeAlias = Annotated[
    int | str,
    PlainValidator(values.ttl),
    _json(["integer", "string"], minimum=0, maximum=values.MAX_SECONDS, pattern="^([0-9]+[smhdw]?|keep)$"),
]
Rate: TypeAlias = Annotated[
    int, PlainValidator(values.rate), _json("integer", minimum=1, maximum=values.MAX_RATE)
]
Years: TypeAlias = Annotated[int, PlainValidator(values.years), _json("string", pattern="^[1-9][0-9]?y$")]
Folder: TypeAlias = Annotated[
    str,
    PlainValidator(values.folder),
    _json("string", pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$"),
]
Day: TypeAlias = Annotated[date, PlainValidator(values.day), _json("string", format="date")]
Version: TypeAlias = Annotated[int, PlainValidator(values.version), WithJsonSchema({"const": 1})]
Identifier: TypeAlias = Annotated[
    str, PlainValidator(values.identifier), _json("string", pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
]
Host: TypeAlias = Annotated[str, PlainValidator(values.host), _json("string", minLength=1)]
Target: TypeAlias = Annotated[str, PlainValidator(values.target), _json("string", pattern=r"\.$")]
Selector: TypeAlias = Annotated[
    str,
    PlainValidator(values.selector),
    _json("string", pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"),
]
SelectorPattern: TypeAlias = Annotated[
    str,
    PlainValidator(values.selector_pattern),
    _json("string", pattern=r"^[A-Za-z0-9.{}-]*\{random\}[A-Za-z0-9.{}-]*$"),
]
Exchanger: TypeAlias = Annotated[
    MX,
    PlainValidator(values.exchanger),
    _json("string", pattern=r"^[0-9]{1,5} +\S+\.$", examples=["10 mx1.example.com."]),
]
ReportUri: TypeAlias = Annotated[
    str, PlainValidator(values.report_uri), _json("string", pattern="^(mailto|https):[!-~]+$")
]
Https: TypeAlias = Annotated[str, PlainValidator(values.https), _json("string", pattern="^https://[!-~]+$")]
Server: TypeAlias = Annotated[str, PlainValidator(values.server), _json("string", examples=["192.0.2.1:53"])]
ServerName: TypeAlias = Annotated[str, PlainValidator(values.server_name), _json("string", minLength=1)]
Pattern: TypeAlias = Annotated[str, PlainValidator(values.pattern), _json("string", minLength=1)]
Verbatim: TypeAlias = Annotated[
    dict[str, object],
    PlainValidator(values.verbatim),
    _json("object", required=["class"], properties={"class": {"type": "string"}}),
]
Owner: TypeAlias = Annotated[str, PlainValidator(values.owner), _json("string", minLength=1)]
RData: TypeAlias = Annotated[str, PlainValidator(values.rdata), _json("string", pattern="^[ -~]+$")]
RecordType: TypeAlias = Annotated[
    str,
    PlainValidator(values.code("[A-Z][A-Z0-9]*", "record type", "TXT")),
    _json("string", pattern="^[A-Z][A-Z0-9]*$"),
]
Variable: TypeAlias = Annotated[
    str, PlainValidator(values.variable), _json("string", pattern="^env/[A-Za-z_][A-Za-z0-9_]*$")
]
RuleCode: TypeAlias = Annotated[
    str,
    PlainValidator(values.code("[A-Z]{2,3}[0-9]{3}", "rule", "SPF021")),
    _json("string", pattern="^[A-Z]{2,3}[0-9]{3}$"),
]
ChangeId: TypeAlias = Annotated[
    str,
    PlainValidator(values.code("[0-9a-f]{12}", "change", "0123456789ab")),
    _json("string", pattern="^[0-9a-f]{12}$"),
]
