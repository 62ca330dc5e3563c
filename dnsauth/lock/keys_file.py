"""`Key` ⇄ one line under ``keys:`` of a lock file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from dnsauth import names
from dnsauth.documents import Map, Node
from dnsauth.documents.events import UNSEEN
from dnsauth.lock.keys import Key, Reported, Revocation, Seen, State, Word
from dnsauth.records import BadRecord, dkim

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\Z")
_UNSEEN = re.compile(
    f"{UNSEEN.pattern}|[\r\ud800-\udfff\ufffe\uffff]"
)  # a document that holds one is refused
_TTL = re.compile(r"[0-9]{1,10}\Z")


class BadLine(ValueError):
    """What is wrong with a line."""


def line(key: Key, zone: str) -> str:
    """The flow mapping *key* is written as in the lock of *zone*; equal keys have equal lines."""
    fields: dict[str, object] = {
        "selector": key.selector,
        "domain": names.relative(key.domain, zone),
        "sender": key.sender,
        "algorithm": key.algorithm,
        "state": key.state.value,
        "since": _text(key.since),
        "made": _text(key.made),
    }
    if key.seen:
        fields["seen"] = {"at": _text(key.seen.at), "ttl": key.seen.ttl, "servers": list(key.seen.servers)}
    if key.words:
        fields["hosts"] = {word.host: _word(word) for word in key.words}
    if key.reported:
        fields["reported"] = {"end": _text(key.reported.end), "org_name": key.reported.org_name}
    if key.revocation:
        at, by, reason = key.revocation
        fields["revoked"] = {"at": _text(at), "by": by, "reason": reason}
    fields |= {"store": key.store, "signer": key.signer, "record": key.record}
    return _flow(fields)


def _word(word: Word) -> dict[str, object]:
    said: dict[str, object] = {"signs" if word.signs else "stopped": _text(word.at)}
    return said | ({"by": word.by} if word.by else {})


def _flow(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{_flow(key)}: {_flow(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case str() if _PLAIN.match(value):
            return value
        case _:
            return (
                json.dumps(_UNSEEN.sub("\ufffd", value), ensure_ascii=False)
                if isinstance(value, str)
                else str(value)
            )


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def key(node: Node, zone: str) -> Key:
    """The key of *zone*'s lock that *node* is; raises `BadLine`."""
    if not isinstance(node, Map):
        raise BadLine("it is no mapping")
    record = _string(node, "record")
    selector = _string(node, "selector")
    try:
        domain = names.absolute(_string(node, "domain"), zone)
        if names.selector(selector) != selector:
            raise BadLine(f"{selector!r} is no selector in lower case")
        names.absolute(f"{selector}._domainkey.{domain}")
        parsed = dkim.Record.parse(record)
        state = State(_string(node, "state"))
    except (BadRecord, names.BadName, ValueError) as error:
        raise BadLine(str(error)) from None
    if not names.within(domain, zone):
        raise BadLine(f"{domain} is not in the zone")
    if parsed.revoked or dkim.algorithm(parsed) != _string(node, "algorithm"):
        raise BadLine(f"the record is no key of algorithm {node['algorithm']}")
    return Key(
        domain=domain,
        selector=selector,
        sender=_string(node, "sender"),
        algorithm=_string(node, "algorithm"),
        state=state,
        made=_time(node, "made"),
        since=_time(node, "since"),
        record=record,
        store=_string(node, "store"),
        signer=_string(node, "signer"),
        seen=_seen(node.get("seen")),
        words=_words(node.get("hosts")),
        revocation=_revocation(node.get("revoked")),
        reported=_reported(node.get("reported")),
    )


def _string(node: Mapping[str, Node], name: str) -> str:
    value = node.get(name)
    if not isinstance(value, str):
        raise BadLine(f"it has no {name!r}")
    return value


def _time(node: Mapping[str, Node], name: str) -> datetime:
    text = _string(node, name)
    try:
        time = datetime.fromisoformat(text)
        found = time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadLine(f"{name!r} is no time") from None
    if time.tzinfo is None:
        raise BadLine(f"{name!r} lacks its offset")
    return found


def _seen(node: Node | None) -> Seen | None:
    if node is None:
        return None
    if not isinstance(node, Map):
        raise BadLine("'seen' is no mapping")
    ttl, servers = _string(node, "ttl"), node.get("servers")
    if not _TTL.match(ttl) or not isinstance(servers, list):
        raise BadLine("'seen' lacks its ttl or its servers")
    named = tuple(server for server in servers if isinstance(server, str))
    if len(named) < len(servers):
        raise BadLine("'seen' lacks its ttl or its servers")
    return Seen(_time(node, "at"), named, int(ttl))


def _words(node: Node | None) -> tuple[Word, ...]:
    if node is None:
        return ()
    if not isinstance(node, Map):
        raise BadLine("'hosts' is no mapping")
    return tuple(_said(host, said) for host, said in sorted(node.items()))


def _said(host: str, node: Node) -> Word:
    if not isinstance(node, Map) or ("signs" in node) == ("stopped" in node):
        raise BadLine(f"what {host!r} says is neither 'signs' nor 'stopped'")
    signs = "signs" in node
    return Word(
        host, _time(node, "signs" if signs else "stopped"), signs, _string(node, "by") if "by" in node else ""
    )


def _revocation(node: Node | None) -> Revocation | None:
    if node is None:
        return None
    if not isinstance(node, Map):
        raise BadLine("'revoked' is no mapping")
    return Revocation(_time(node, "at"), _string(node, "by"), _string(node, "reason"))


def _reported(node: Node | None) -> Reported | None:
    if node is None:
        return None
    if not isinstance(node, Map) or node.keys() != {"end", "org_name"}:
        raise BadLine("'reported' has not an 'end' and an 'org_name' alone")
    return Reported(_time(node, "end"), _string(node, "org_name"))


def lines(keys: Iterable[Key], zone: str) -> list[str]:
    """A line for each of *keys*, sorted by mail domain, sender, algorithm and age."""
    ordered = sorted(
        keys, key=lambda each: (each.domain, each.sender, each.algorithm, each.made, each.selector)
    )
    return [line(each, zone) for each in ordered]
