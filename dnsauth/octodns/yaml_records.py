"""octoDNS zone files read through libyaml: the RRsets octoDNS itself would find, many times faster.

Only what leaves no doubt is read here. For everything else `rrsets` returns None, and octoDNS reads the
file: rarer types, keys and values YAML 1.1 takes for numbers or booleans, merge keys, tags, quotes in TXT
values (which octoDNS strips), geo and dynamic records. A type octoDNS does not know, at which it would
stop, is held as opaque text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import cast

from octodns.record import Record
from yaml.resolver import Resolver

from dnsauth import documents
from dnsauth.documents import Map, Node, Seq
from dnsauth.octodns.conversion import absolute
from dnsauth.rrset import RRset, RRsetId, txt_value

_RECORD_KEYS = frozenset({"octodns", "ttl", "type", "value", "values"})
_DIGITS = re.compile(r"(?:0|[1-9][0-9]{0,9})\Z")
_TARGET = re.compile(r"(?:[A-Za-z0-9_*/-]+\.)*[A-Za-z0-9_*/-]+\.?\Z|\.\Z")
_ADDRESSES = {"A": IPv4Address, "AAAA": IPv6Address}
_PRINTABLE = re.compile(r"[ -\[\]-~]*\Z")
_RESOLVERS: Mapping[str, Sequence[tuple[str, re.Pattern[str]]]] = Resolver.yaml_implicit_resolvers


class _Doubt(Exception):
    """octoDNS must read this file."""


def rrsets(text: bytes, zone: str, ttl: int, *, escaped: bool) -> dict[RRsetId, RRset] | None:
    r"""The RRsets of *zone* in the octoDNS zone file *text*, or None where octoDNS must say what it means.

    *ttl* is for records without one; *escaped* says that ``;`` in TXT values is written ``\;``.
    """
    node, findings = documents.load(text, zone)
    if node == "" and not findings:
        return {}
    if findings or not isinstance(node, Map):
        return None
    found: dict[RRsetId, RRset] = {}
    try:
        for name, entry in node.items():
            owner = _owner(name, zone)
            for record in entry if isinstance(entry, Seq) else (entry,):
                rrset = _rrset(owner, record, ttl, escaped=escaped)
                if found.setdefault(RRsetId(owner, rrset.type), rrset) is not rrset:
                    return None
    except _Doubt:
        return None
    return found


def _owner(name: str, zone: str) -> str:
    if not name:
        return zone
    if not name.isascii() or " " in name or "\t" in name or _resolves(name):
        raise _Doubt
    return f"{name.lower()}.{zone}"


def _resolves(text: str) -> bool:
    """True where YAML 1.1 makes something else than text of a plain scalar."""
    return text[:1] in _RESOLVERS and any(pattern.match(text) for _, pattern in _RESOLVERS[text[:1]])


def _rrset(owner: str, record: Node, ttl: int, *, escaped: bool) -> RRset:
    if not isinstance(record, Map) or not _RECORD_KEYS.issuperset(record):
        raise _Doubt
    type = record.get("type")
    if "ttl" in record:
        ttl = int(_number(record["ttl"]))
    match type:
        case "TXT":
            values = [_txt(text, escaped=escaped) for text in _texts(record)]
        case "MX":
            values = [_mx(_parts(item, "exchange", "preference")) for item in _items(record)]
        case "CAA":
            values = [_caa(_parts(item, "flags", "tag", "value")) for item in _items(record)]
        case "SRV":
            values = [_srv(_parts(item, "port", "priority", "target", "weight")) for item in _items(record)]
        case "NS":
            values = [_target(text) for text in _texts(record)]
        case "ALIAS" | "CNAME" | "DNAME" if isinstance(record.get("value"), str) and "values" not in record:
            values = [_target(text) for text in _texts(record)]
        case "A" | "AAAA":
            values = [_address(type, text) for text in _texts(record)]
        case _:
            values = [_opaque(type, item) for item in _items(record)]
    if not values or not isinstance(type, str):
        raise _Doubt
    return RRset(owner, type, ttl, tuple(sorted(set(values))) if len(values) > 1 else tuple(values))


def _items(record: Map) -> Sequence[Node]:
    held = record["values"] if "values" in record else record.get("value", "")
    return held if isinstance(held, Seq) else (held,)


def _texts(record: Map) -> Sequence[str]:
    key = "values" if "values" in record else "value"
    held = record.get(key)
    if isinstance(held, str):
        if record.plain(key) and _resolves(held):
            raise _Doubt
        return (held,)
    if not isinstance(held, Seq):
        raise _Doubt
    texts = []
    for index, item in enumerate(held):
        if not isinstance(item, str) or (held.plain(index) and _resolves(item)):
            raise _Doubt
        texts.append(item)
    return texts


def _txt(text: str, *, escaped: bool) -> str:
    if '"' in text:
        raise _Doubt
    if escaped:
        text = text.replace("\\;", ";")
    return text if _PRINTABLE.match(text) else txt_value(text.encode())


def _parts(item: Node, *names: str) -> Mapping[str, str]:
    if not isinstance(item, Map) or len(item) != len(names):
        raise _Doubt
    for name in names:
        part = item.get(name)
        if not isinstance(part, str) or (not _DIGITS.match(part) and item.plain(name) and _resolves(part)):
            raise _Doubt
    return cast("Mapping[str, str]", item)


def _mx(parts: Mapping[str, str]) -> str:
    return f"{_number(parts['preference'])} {_target(parts['exchange'])}"


def _caa(parts: Mapping[str, str]) -> str:
    return f'{_number(parts["flags"])} {parts["tag"]} "{parts["value"]}"'


def _srv(parts: Mapping[str, str]) -> str:
    numbers = " ".join(_number(parts[name]) for name in ("priority", "weight", "port"))
    return f"{numbers} {_target(parts['target'])}"


def _opaque(type: Node | None, item: Node) -> str:
    """A value of a type octoDNS itself would stop at, as other people's providers have."""
    if not isinstance(type, str) or _resolves(type) or type in Record.registered_types():
        raise _Doubt
    return item if isinstance(item, str) else json.dumps(item, sort_keys=True)


def _number(node: Node) -> str:
    if not isinstance(node, str) or not _DIGITS.match(node):
        raise _Doubt
    return node


def _target(node: Node) -> str:
    if not isinstance(node, str) or not _TARGET.match(node):
        raise _Doubt
    return absolute(node.lower())


def _address(type: str, text: str) -> str:
    try:
        return str(_ADDRESSES[type](text))
    except ValueError:
        raise _Doubt from None
