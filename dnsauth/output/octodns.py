"""Desired records as octoDNS's YamlProvider reads them, with ``escaped_semicolons: false``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from dnsauth.desired.model import Desired
from dnsauth.errors import DnsauthError
from dnsauth.names import relative
from dnsauth.octodns import conversion
from dnsauth.output import safe

_DIGITS = re.compile(r"([0-9]+)")
_MISREAD = ('" "', "\\;")  # to octoDNS the joint of two character-strings, and an escape


def records(desired: Mapping[str, Sequence[Desired]]) -> str:
    """One YAML document for each zone, behind a comment with the name its file must have.

    Raises `DnsauthError` for a record octoDNS cannot hold.
    """
    documents = {zone: _zone(zone, rrsets) for zone, rrsets in sorted(desired.items())}
    return "".join(
        f"---\n# {safe.plain(zone)}yaml\n" + yaml.safe_dump(document, sort_keys=False, width=10**6)
        for zone, document in documents.items()
    )


def natural(name: str) -> tuple[str | int, ...]:
    """The key by which octoDNS wants owner names in order: numbers count as numbers."""
    return tuple(int(part) if part.isdigit() else part for part in _DIGITS.split(name))


def _zone(zone: str, rrsets: Sequence[Desired]) -> dict[str, Any]:
    carrier = conversion.empty(zone)
    by_owner: dict[str, list[Any]] = {}
    for one in rrsets:
        record = conversion.record(carrier, one.rrset)
        data = {**record.data, "type": one.type}
        if one.type == "TXT":
            key, texts = ("values", one.texts) if len(one.texts) > 1 else ("value", one.texts[0])
            data[key] = (
                _text(one.owner, texts) if isinstance(texts, str) else [_text(one.owner, t) for t in texts]
            )
        name = "" if one.owner == zone else relative(one.owner, zone)
        by_owner.setdefault(name, []).append(_ordered(data))
    return {
        name: by_owner[name] if len(by_owner[name]) > 1 else by_owner[name][0]
        for name in sorted(by_owner, key=natural)
    }


def _text(owner: str, value: str) -> str:
    """A TXT value raw; one that starts with a quote stands in quotes, which octoDNS takes off."""
    raw = conversion.internal(value).replace("\\;", ";")
    if any(mark in raw for mark in _MISREAD):
        raise DnsauthError(
            f"octoDNS cannot read the TXT value of {owner} unchanged: {value}",
            "print it with `--format bind` or `--format json`",
        )
    return f'"{raw}"' if raw.startswith('"') else raw


def _ordered(data: Any) -> Any:  # noqa: ANN401  octoDNS carries no types
    """*data* as plain mappings, lists and scalars, keys in octoDNS's order."""
    match data:
        case Mapping():
            return {str(key): _ordered(data[key]) for key in sorted(data, key=natural)}
        case list() | tuple():
            return [_ordered(item) for item in data]
        case str():
            return str(data)
        case _:
            return data
