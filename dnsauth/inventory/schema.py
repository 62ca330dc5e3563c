"""The JSON Schema of zone files and of dnsauth.yaml, for editors and for who writes them by program."""

from __future__ import annotations

from functools import cache
from typing import Literal, TypeAlias

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from dnsauth.inventory.config_form import ConfigFile
from dnsauth.inventory.fields import Form
from dnsauth.inventory.zone_form import ZoneFile

Kind: TypeAlias = Literal["zone", "config"]

FORMS: dict[Kind, type[Form]] = {"zone": ZoneFile, "config": ConfigFile}


class _Generator(GenerateJsonSchema):
    """An absent key is no null, and an empty default tells nobody anything."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") in (None, "", (), {}) or isinstance(schema.get("default"), Form):
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


@cache
def json_schema(kind: Kind) -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of ``zones/*.yaml`` or of ``dnsauth.yaml``."""
    title = {"zone": "dnsauth zone file", "config": "dnsauth.yaml"}[kind]
    schema = FORMS[kind].model_json_schema(by_alias=True, schema_generator=_Generator, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
