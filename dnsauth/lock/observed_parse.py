"""``observed.lock.yaml`` to `Observed`: strictly, with every problem, for people resolve merges in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import TypeVar

from dnsauth.documents import Map, Node, Seq, load
from dnsauth.findings import Finding, Rule, Severity, Where
from dnsauth.lock.observed import Key, Looked, NoKey, Observed, Published, Retired, Seen, Values
from dnsauth.records import spf
from dnsauth.spf.addresses import Addresses, Network

FILE = "observed.lock.yaml"
VERSION = "1"
ABSENT: Mapping[str, Values] = {"NXDOMAIN": None, "NODATA": ()}
"""How a name without the type is written."""

LCK004 = Rule(
    "LCK004",
    Severity.ERROR,
    "{problem}",
    "restore the file from Git; or delete it, and run `dnsauth lock --refresh`",
)

_K = TypeVar("_K")
_V = TypeVar("_V")

_KEYS = ("version", "refreshed", "resolver", "spf", "hosts", "keys", "stale", "retired")
_OF_SPF = frozenset({"since", "digest", "records", "absent", "addresses"})
_NAME = re.compile(r"[!-@\[-~]{1,254}\Z")  # printable, in lower case
_TEXT = re.compile(r"[ -~]+\Z")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
_VENDOR_KEY = re.compile(r"(rsa-[0-9]{1,5}|ed25519) ([0-9a-f]{64})\Z")


class _Unfit(ValueError):
    """An entry is not what stands there."""


def parse(text: bytes) -> tuple[Observed, tuple[Finding, ...]]:
    """What *text* holds, and every problem found."""
    document, findings = load(text, FILE)
    if findings:
        return Observed(), findings
    if not isinstance(document, Map) or document.get("version") != VERSION:
        return Observed(), (_broken((1, 1), f"this is no observed lock of version {VERSION}"),)
    problems = [
        _broken(document.key_where(key), f"{key!r:.60} is none of {', '.join(_KEYS)}")
        for key in document
        if key not in _KEYS
    ]
    heads = _each(document, document.keys() & {"refreshed", "resolver"}, _head, problems)
    refreshed, resolver = heads.get("refreshed"), heads.get("resolver", "")
    observed = Observed(
        refreshed if isinstance(refreshed, datetime) else None,
        resolver if isinstance(resolver, str) else "",
        spf=_section(document, "spf", _policy, problems),
        hosts=_section(document, "hosts", _host, problems),
        keys=_section(document, "keys", _vendor_key, problems),
        stale=_section(document, "stale", lambda key, node: (_looked(key), _time(node)), problems),
        retired=_section(document, "retired", _chunk, problems),
    )
    return observed, tuple(problems)


def _section(
    document: Map, section: str, parse: Callable[[str, Node], tuple[_K, _V]], problems: list[Finding]
) -> dict[_K, _V]:
    entries = document.get(section, Map())
    if isinstance(entries, Map):
        return _each(entries, entries, parse, problems)
    problems.append(_broken(document.where(section), f"`{section}:` is no mapping"))
    return {}


def _each(
    entries: Map, keys: Iterable[str], parse: Callable[[str, Node], tuple[_K, _V]], problems: list[Finding]
) -> dict[_K, _V]:
    found: dict[_K, _V] = {}
    for key in keys:
        try:
            name, value = parse(key, entries[key])
        except _Unfit as error:
            problems.append(_broken(entries.key_where(key), f"{key!r:.80}: {error}"))
        else:
            found[name] = value
    return found


def _head(key: str, node: Node) -> tuple[str, datetime | str]:
    return key, _time(node) if key == "refreshed" else _text(node)


def _policy(key: str, node: Node) -> tuple[str, Published]:
    name = _name(key)
    if not isinstance(node, Map) or not _OF_SPF >= node.keys() >= {"since", "digest"}:
        raise _Unfit("this is not since, digest, records or absent, and addresses")
    if ("records" in node) == ("absent" in node):
        raise _Unfit("it has either records, or says which way they are absent")
    records = _values(node.get("records", node.get("absent", "")), spf.selects)
    addresses = Addresses.of(map(_network, _texts(node.get("addresses", Seq()))))
    published = Published(_time(node["since"]), records, addresses)
    if published.digest != node["digest"]:
        raise _Unfit("the digest is of other records or addresses: a hand or a merge has been here")
    return name, published


def _host(key: str, node: Node) -> tuple[Looked, Values]:
    looked = _looked(key)
    if looked.type not in _HOSTS:
        raise _Unfit(f"{looked.type!r:.20} is none of {', '.join(_HOSTS)}")
    return looked, _values(node, _HOSTS[looked.type])


def _vendor_key(key: str, node: Node) -> tuple[str, Seen]:
    text, _, since = _text(node).rpartition(" ")
    match = _VENDOR_KEY.match(text)
    try:
        held = Key(*match.groups()) if match else NoKey(text)
    except ValueError:
        raise _Unfit(f"{text!r:.80} is no algorithm with the SHA-256 of a key, before a time") from None
    return _name(key), Seen(held, _time(since))


def _chunk(key: str, node: Node) -> tuple[str, Retired]:
    since, _, text = _text(node).partition(" ")
    if not spf.selects(text):
        raise _Unfit("this is no time with an SPF record")
    return _name(key), Retired(_time(since), text)


def _name(text: str) -> str:
    if not _NAME.match(text):
        raise _Unfit("this is no name in lower case")
    return f"{text}."


def _looked(text: str) -> Looked:
    name, _, type = text.rpartition(" ")
    return Looked(_name(name), type)


def _values(node: Node, fits: Callable[[str], object]) -> Values:
    if isinstance(node, str) and node in ABSENT:
        return ABSENT[node]
    texts = _texts(node)
    for text in texts:
        if not fits(text):
            raise _Unfit(f"{text!r:.80} is no such value")
    if not texts:
        raise _Unfit("nothing is said")
    return tuple(sorted(texts))


def _texts(node: Node) -> list[str]:
    if not isinstance(node, Seq):
        raise _Unfit(f"this is no list, and none of {', '.join(ABSENT)}")
    return list(map(_text, node))


def _text(node: Node) -> str:
    if not isinstance(node, str) or not _TEXT.match(node):
        raise _Unfit("this is no text of printable ASCII")
    return node


def _time(node: Node) -> datetime:
    text = _text(node)
    try:
        if _TIME.match(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise _Unfit(f"{text!r:.40} is no time, as in 2026-06-01T12:00:00Z")


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise _Unfit(str(error)) from None


def _is_address(version: int) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        try:
            return ip_address(text).version == version and "%" not in text
        except ValueError:
            return False

    return fits


_HOSTS: Mapping[str, Callable[[str], object]] = {
    "A": _is_address(4),
    "AAAA": _is_address(6),
    "MX": re.compile(r"[0-9]{1,5} [!-~]+\Z").match,
    "NS": re.compile(r"[!-@\[-~]{1,253}\.\Z").match,
}


def _broken(at: tuple[int, int], problem: str) -> Finding:
    return Finding(LCK004, Where(FILE, *at), "", {"problem": problem})
