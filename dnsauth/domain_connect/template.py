"""A Domain Connect template as frozen values (draft-ietf-dconn-domainconnect, "Template Definition").

Strict where a wrong reading would publish something else, tolerant where the public collection is: keys
nobody knows are ignored, numbers may be text, a line end may stand in a description.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

MAX_OCTETS = 256 * 1024  # of one template
MAX_RECORDS = 200
MAX_TEXT = 4096  # characters of what goes on

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

_VALUE = {
    "TXT": "data",
    "SPFM": "spfRules",
    "SRV": "target",
    "REDIR301": "target",
    "REDIR302": "target",
    **dict.fromkeys(("A", "AAAA", "CNAME", "MX", "NS", "APEXCNAME"), "pointsTo"),
}
"""The field that holds a record's value; a generic type has ``data``."""
_TOP = frozenset(
    (
        *("providerId", "providerName", "serviceId", "serviceName", "version", "templateSpecVersion"),
        *("logoUrl", "description", "variableDescription", "syncBlock", "shared", "sharedProviderName"),
        *("sharedServiceName", "syncPubKeyDomain", "syncRedirectDomain", "multiInstance", "warnPhishing"),
        *("hostRequired", "crit", "records"),
    )
)
_FIELDS = frozenset(
    (
        *("type", "groupId", "essential", "host", "name", "pointsTo", "ttl", "data", "target", "spfRules"),
        *("txtConflictMatchingMode", "txtConflictMatchingPrefix", "priority", "weight", "port", "protocol"),
        *("service", "crit"),
    )
)
_PUBLISHED = ("host", "name", "pointsTo", "data", "spfRules", "target", "priority", "groupId")
_OPENING = re.compile(r"\{[{%#]")
_QUOTED = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"\s*)+')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(?:([0-9]{3})|(.))")


@dataclass
class Refused(ValueError):
    """Why nothing becomes of a template; *kind* is the same few words for all of the same kind."""

    kind: str
    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a template, variables and all; *place* counts from 1.

    *value* is what stands in the field of its type, *wrong* why it cannot be read at all.
    """

    place: int
    type: str
    host: str = ""
    value: str = ""
    priority: str = ""
    group: str = ""
    conflict: str = ""
    on_apply: bool = False
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """What a service provider publishes of a service; *variables* is its description of the variables."""

    provider: str
    service: str
    title: str
    version: str = ""
    variables: str = ""
    host_required: bool = False
    records: tuple[Record, ...] = ()


def parse(octets: bytes) -> Template:
    """The template in *octets*; raises `Refused`."""
    found = _json(octets)
    if not isinstance(found, dict):
        raise Refused("no template", "it is JSON, and no object")
    provider, service = (_id(found, key) for key in ("providerId", "serviceId"))
    _understood(found, _TOP, "the template")
    if found.get("templateSpecVersion", 1) not in (1, "1"):
        raise Refused("not understood", "its templateSpecVersion is not 1, the only one there is")
    records = found.get("records")
    if not isinstance(records, list):
        raise Refused("no template", "it has no list `records`")
    if len(records) > MAX_RECORDS:
        raise Refused("too large", f"it has {len(records):,} records of at most {MAX_RECORDS}")
    names = [visible(_text(found, key)) for key in ("providerName", "serviceName")]
    return Template(
        provider,
        service,
        title=": ".join(dict.fromkeys(filter(None, names)))[:120].strip() or f"{provider} {service}",
        version=visible(_scalar(found.get("version")))[:20],
        variables=visible(_text(found, "variableDescription"))[:MAX_TEXT],
        host_required=found.get("hostRequired") in (True, "true"),
        records=tuple(_record(place, record) for place, record in enumerate(records, 1)),
    )


def visible(text: str) -> str:
    """*text* on one line: what does not print is a space, as are runs of blanks."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _json(octets: bytes) -> Json:
    if len(octets) > MAX_OCTETS:
        raise Refused("too large", f"it has {len(octets):,} octets of at most {MAX_OCTETS:,}")
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("not JSON", f"octet {error.start + 1} is not of UTF-8") from error
    try:
        found: Json = json.loads(text, strict=False, object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError as error:
        raise Refused("not JSON", "it is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise Refused("not JSON", f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except Refused:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise Refused("not JSON", str(error).partition(";")[0]) from error
    return found


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Refused("not JSON", f"the key {visible(twice)[:40]!a} stands twice in one object")
    return found


def _constant(text: str) -> Json:
    raise Refused("not JSON", f"{text} is no number of JSON")


def _id(found: Mapping[str, Json], key: str) -> str:
    text = _text(found, key)
    if not text:
        raise Refused("no template", f"it has no text `{key}`")
    if visible(text) != text or len(text) > 100:
        raise Refused("no template", f"`{key}` holds what does not print, or is too long")
    return text


def _text(found: Mapping[str, Json], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""


def _scalar(value: Json) -> str:
    return "" if isinstance(value, bool) or not isinstance(value, str | int) else str(value)


def _understood(found: Mapping[str, Json], known: frozenset[str], what: str) -> None:
    """Refuse what must be understood and is not: a listed field that is there and unknown to us."""
    listed = found.get("crit")
    if listed is None:
        return
    if not isinstance(listed, list) or not listed or not all(isinstance(name, str) for name in listed):
        raise Refused("not understood", f"`crit` of {what} is no list of names")
    unknown = [str(name) for name in listed if name in found and name not in known]
    if unknown:
        named = ", ".join(visible(name)[:40] for name in unknown[:5])
        raise Refused("not understood", f"{what} is not for those who do not know: {named}")


def _record(place: int, found: Json) -> Record:
    if not isinstance(found, dict):
        return Record(place, "", wrong="it is no object")
    type = _text(found, "type").strip()
    if not type:
        return Record(place, "", wrong="it has no text `type`")
    if not type.isascii() or not type.isprintable():
        raise Refused("hostile", f"record {place}: its type holds what does not print")
    _understood(found, _FIELDS, f"record {place}")
    for key in _PUBLISHED:
        _harmless(place, key, found.get(key))
    type = type[:20].upper()
    host = "name" if type == "SRV" else "host"
    made = partial(
        Record,
        place,
        type,
        group=_text(found, "groupId"),
        priority=_scalar(found.get("priority")),
        conflict=_text(found, "txtConflictMatchingMode"),
        on_apply=found.get("essential") == "OnApply",
    )
    field = _VALUE.get(type, "data")
    if not isinstance(found.get(host), str):
        return made(wrong=f"it has no text `{host}`")
    if not isinstance(found.get(field), str):
        return made(host=_text(found, host).strip(), wrong=f"it has no text `{field}`")
    value = _text(found, field)
    made = partial(made, host=_text(found, host).strip())
    if len(value) > MAX_TEXT or len(_text(found, host)) > MAX_TEXT:
        return Record(place, type, wrong=f"a text has more than {MAX_TEXT:,} characters")
    return made(value=_presented(place, value) if type == "TXT" else value.strip())


def _harmless(place: int, key: str, value: Json, how: str = "") -> None:
    """Refuse a text that would mean more in a definition than in the template."""
    if not isinstance(value, str):
        return
    where = f"record {place}: `{key}`{how}"
    if not value.isprintable():
        wrong = next(c for c in value if not c.isprintable())
        raise Refused("hostile", f"{where} holds the control character U+{ord(wrong):04X}")
    if opening := _OPENING.search(value):
        raise Refused("hostile", f"{where} holds {opening[0]}, which begins an expression of a definition")
    if '"' in value and (how or key != "data" or not _QUOTED.fullmatch(value)):
        raise Refused("hostile", f"{where} holds a double quote")


def _presented(place: int, value: str) -> str:
    """A TXT value without the quotes and escapes of presentation format (RFC 1035 section 5.1)."""
    if _QUOTED.fullmatch(value):
        value = "".join(string[1] for string in _STRING.finditer(value))
    plain = _ESCAPE.sub(lambda found: chr(int(found[1]) % 256) if found[1] else found[2], value)
    if plain != value:
        _harmless(place, "data", plain, ", unescaped,")
    return plain
