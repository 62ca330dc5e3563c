"""What is new at others, as text for people and as JSON for programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from dnsauth.lock.observed import Looked, NoKey, Observed, Seen, Values
from dnsauth.lock.observed_changes import Change, Changes, KeyChange, Kind, Shift, User
from dnsauth.lock.observed_file import stamp
from dnsauth.names import readable
from dnsauth.output import safe
from dnsauth.output.style import PLAIN, Style
from dnsauth.output.text import counted
from dnsauth.plan.meaning import meaning
from dnsauth.spf.addresses import Addresses

FEW = 3  # records of ours that are named; the rest are counted
MANY = 24  # networks that are listed; the rest are counted
_FINGERPRINT = 16  # hex digits tell keys apart for a reader

_ALARM, _CHANGED, _NEW, _GONE = (("!", "red"), ("~", "yellow"), ("+", "green"), ("-", "dim"))
_ORDER = "!~+-"


def text(
    found: Changes,
    after: Observed,
    unanswered: Mapping[Looked, str],
    style: Style = PLAIN,
    *,
    all: bool = False,
) -> str:
    """*found*, what needs somebody first; then what could not be asked, and one line that sums up.

    With *all* every network and record is listed, however many there are.
    """
    few, many = (None, None) if all else (FEW, MANY)
    told = (one for one in found.names if one.kind is not Kind.NEW or one.after or one.looked.type == "TXT")
    names = sorted(told, key=lambda one: (_ORDER.index(_mark(one)[0]), one.looked))
    blocks = [
        *(_name(one, style, few) for one in names),
        *(_shift(one, style, few, many) for one in found.shifts),
    ]
    blocks += [_key(one, style, few) for one in found.keys]
    blocks += [_unasked(asked, why, after, style) for asked, why in sorted(unanswered.items())]
    return "".join("\n".join(block) + "\n\n" for block in blocks) + summary(found, unanswered) + "\n"


def summary(found: Changes, unanswered: Mapping[Looked, str]) -> str:
    """How many names, terms and keys changed, and how many names are not assessed."""
    kinds = [one.kind for one in found.names]
    parts = [
        f"{counted(kinds.count(kind), 'name')} {kind.value}"
        for kind in (Kind.LOST, Kind.REPLACED, Kind.CHANGED, Kind.NEW, Kind.GONE)
        if kind in kinds
    ]
    if found.shifts:
        parts.append(f"{counted(len(found.shifts), 'term')} with other addresses")
    if found.keys:
        parts.append(f"{counted(len(found.keys), 'key')} changed")
    if unanswered:
        parts.append(f"{counted(len(unanswered), 'name')} not assessed")
    return f"Refresh: {', '.join(parts) or 'nothing is new'}."


def _mark(one: Change) -> tuple[str, str]:
    lacks = one.looked.type == "TXT" and not one.after
    if one.kind in (Kind.LOST, Kind.REPLACED) or (one.kind is Kind.NEW and lacks):
        return _ALARM
    return {Kind.NEW: _NEW, Kind.GONE: _GONE}.get(one.kind, _CHANGED)


def _name(one: Change, style: Style, few: int | None) -> list[str]:
    name, type = one.looked
    said = {
        Kind.LOST: f"has lost its record ({_absence(one.after)})",
        Kind.REPLACED: f"has no {'server' if type == 'NS' else 'address and no term'} left of what it had:"
        " somebody else may have the name now",
        Kind.NEW: "" if one.after else f"has no such record ({_absence(one.after)})",
        Kind.GONE: "nothing of yours leads there any more",
    }.get(one.kind, "")
    lines = [_head(_mark(one), f"{readable(name)} {type}", said, style)]
    old, new = one.before or (), one.after or ()
    if one.kind is not Kind.GONE:
        if type == "TXT":
            lines += [f"    {safe.line(line)}" for line in meaning(name, "TXT", old, new, 0)]
        lines += _sides(old, new, style)
    return lines + _users(one.users, few)


def _shift(one: Shift, style: Style, few: int | None, many: int | None) -> list[str]:
    gained, lost = one.gained.networks(), one.lost.networks()
    sides = [
        f"{verb} {_counted(addresses)}"
        for verb, addresses in (("gains", one.gained), ("loses", one.lost))
        if addresses
    ]
    lines = [_head(_CHANGED, one.term, " and ".join(sides), style)]
    for networks, mark, colour in ((gained, "+", "green"), (lost, "-", "red")):
        lines += [style.paint(f"    {mark} {network}", colour) for network in networks[:many]]
        if many is not None and len(networks) > many:
            lines.append(f"    {mark} {len(networks) - many:,} more networks")
    return lines + _users(one.users, few)


def _key(one: KeyChange, style: Style, few: int | None) -> list[str]:
    target = f"key at {readable(one.target)}"
    if one.after is None:
        return [_head(_GONE, target, "nothing of yours leads there any more", style)]
    alarm = one.in_place or isinstance(one.after.key, NoKey)
    mark = _ALARM if alarm else _CHANGED if one.before else _NEW
    said = _key_text(one.after) if one.before is None else f"{_key_text(one.before)} → {_key_text(one.after)}"
    lines = [_head(mark, target, said, style)]
    if one.before and one.lasted is not None:
        lines.append(f"    the one before was seen since {stamp(one.before.since)[:10]}: {_days(one.lasted)}")
    if one.in_place:
        lines.append("    replaced in place: mail signed before verifies no more (RFC 6376 section 3.1)")
    return [*lines, *_users(one.users, few)]


def _unasked(asked: Looked, why: str, after: Observed, style: Style) -> list[str]:
    at = after.stale.get(asked)
    kept = f"what it was at {stamp(at)} stands" if at else "the file has nothing of it"
    word = style.paint("not assessed", "yellow")
    return [f"{word}: {safe.line(f'{readable(asked.name)} {asked.type} {why}')}", f"    {kept}"]


def _head(mark: tuple[str, str], what: str, said: str, style: Style) -> str:
    sign, colour = mark
    return style.paint(f"{sign} {safe.line(what)}", colour) + (f"  {safe.line(said)}" if said else "")


def _sides(old: Sequence[str], new: Sequence[str], style: Style) -> Iterator[str]:
    for mark, colour, texts, others in (("-", "red", old, new), ("+", "green", new, old)):
        for value in texts:
            if value not in others:
                yield style.paint(f"    {mark} {style.value(value, indent=6)}", colour)


def _users(users: Iterable[User], few: int | None) -> list[str]:
    by_senders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for user in users:
        by_senders[user.senders].append(readable(user.owner))
    lines = []
    for senders, owners in by_senders.items():
        who = (
            f"{'sender' if len(senders) == 1 else 'senders'} {', '.join(senders)}"
            if senders
            else "a kept or adopted record"
        )
        more = f" and {len(owners) - few:,} more" if few is not None and len(owners) > few else ""
        lines.append("    " + safe.line(f"used by {who} of {', '.join(owners[:few])}{more}"))
    return lines


def _counted(addresses: Addresses) -> str:
    four, six = addresses.count4, sum(network.version == 6 for network in addresses.networks())
    said = [f"{four:,} IPv4 address{'es' * (four != 1)}"] if four else []
    if six:
        said.append(counted(six, "IPv6 network"))
    return " and ".join(said)


def _absence(values: Values) -> str:
    return "NXDOMAIN" if values is None else "NODATA"


def _key_text(seen: Seen) -> str:
    key = seen.key
    return key.value if isinstance(key, NoKey) else f"{key.algorithm} {key.fingerprint[:_FINGERPRINT]}"


def _days(time: timedelta) -> str:
    return counted(time.days, "day")


def document(found: Changes, after: Observed, unanswered: Mapping[Looked, str]) -> dict[str, object]:
    """``dnsauth-refresh/1``: what is new by name, by term and by key, and what is not assessed."""
    return {
        "format": "dnsauth-refresh/1",
        "refreshed": _time(after.refreshed),
        "resolver": after.resolver,
        "names": [
            {
                "name": one.looked.name,
                "type": one.looked.type,
                "change": one.kind.value,
                "before": None if one.kind is Kind.NEW else _values(one.before),
                "after": None if one.kind is Kind.GONE else _values(one.after),
                "used_by": _used_by(one.users),
            }
            for one in found.names
        ],
        "addresses": [
            {
                "term": one.term,
                "gained": list(map(str, one.gained.networks())),
                "lost": list(map(str, one.lost.networks())),
                "used_by": _used_by(one.users),
            }
            for one in found.shifts
        ],
        "keys": [
            {
                "target": one.target,
                "before": _key_json(one.before),
                "after": _key_json(one.after),
                "in_place": one.in_place,
                "used_by": _used_by(one.users),
            }
            for one in found.keys
        ],
        "not_assessed": [
            {"name": asked.name, "type": asked.type, "why": why, "seen": _time(after.stale.get(asked))}
            for asked, why in sorted(unanswered.items())
        ],
    }


def _values(values: Values) -> dict[str, object]:
    return {"exists": values is not None, "values": list(values or ())}


def _key_json(seen: Seen | None) -> dict[str, str] | None:
    if seen is None:
        return None
    key, since = seen.key, stamp(seen.since)
    if isinstance(key, NoKey):
        return {"state": key.value, "algorithm": "", "fingerprint": "", "since": since}
    return {"state": "key", **key._asdict(), "since": since}


def _used_by(users: Iterable[User]) -> list[dict[str, object]]:
    return [{"owner": user.owner, "senders": list(user.senders)} for user in users]


def _time(at: datetime | None) -> str | None:
    return stamp(at) if at else None
