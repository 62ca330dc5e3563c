"""DMARC policy records as they were meant, without what RFC 9989 took away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dnsauth.adopt.repair_text import Repaired, cleaned
from dnsauth.findings import nearest
from dnsauth.records import BadRecord, dmarc

_KNOWN = ("v", "p", "sp", "np", "t", "psd", "adkim", "aspf", "rua", "ruf", "fo", "pct", "rf", "ri")
_LONG = tuple(name for name in _KNOWN if len(name) > 2)
_TAG = re.compile(rf"(?:\A|[;,\s])\s*({'|'.join(sorted(_KNOWN, key=len, reverse=True))})\s*=", re.IGNORECASE)
_OTHER = re.compile(r"([A-Za-z]+)\s*=(.*)", re.DOTALL)
_VERSION = re.compile(r"DMARC\s*1\Z", re.IGNORECASE)
_SIZE = re.compile(r"!\d+[kmgt]?\Z", re.IGNORECASE)
_POLICIES = ("p", "sp", "np")
_GONE = ("pct", "rf", "ri")  # RFC 9989 section 9.3
_ENFORCING = ("quarantine", "reject")


def like(text: str) -> bool:
    """True where *text* was meant as a DMARC record, whether receivers take it for one or not."""
    return re.search(r"\bv\s*=\s*DMARC\s*1", cleaned(text).text, re.IGNORECASE) is not None


def repaired(text: str) -> Repaired | None:
    """The DMARC record that *text* was meant as, or None where it is one, or where that cannot be told.

    ``pct`` below 100 on a policy that enforces becomes ``t=y``: receivers of RFC 9989 do not know ``pct`` and
    enforce in full, and ``t=y`` is how a policy that is not meant so yet is said now (section 4.7).
    """
    if sound(text):
        return None
    body, changed = cleaned(text)
    said = list(changed)
    tags = _tags(body, said)
    if tags is None or not _VERSION.fullmatch(tags.pop("v", "")):
        return None
    if not re.match(r"[vV]\s*=\s*DMARC1\s*(?:;|\Z)", body):
        said.append("`v=DMARC1;` begins it")
    if any(name in tags for name in _GONE):
        said += _without(tags)
    values: dict[str, str] = {}
    for name, value in tags.items():
        right = _value(name, value, said)
        if right is None:
            return None
        if right:
            values[name] = right
    new = "; ".join(("v=DMARC1", *(f"{name}={value}" for name, value in values.items())))
    try:
        record = dmarc.Record.parse(new)
    except BadRecord:
        return None
    if record.faults or record.obsolete:
        return None
    return Repaired(str(record), tuple(dict.fromkeys(said)) or ("`;` stands between its tags",))


def one_of(texts: tuple[str, ...]) -> Repaired | None:
    """The one record in place of several *texts* that say the same, of which receivers take none."""
    meant = {mended.text if (mended := repaired(text)) else _canonical(text) for text in texts}
    if len(meant) != 1 or not (text := meant.pop()):
        return None
    return Repaired(text, (f"{len(texts)} records that say the same become one",))


def _canonical(text: str) -> str:
    try:
        return str(dmarc.Record.parse(text))
    except BadRecord:
        return ""


def sound(text: str) -> bool:
    """True for a DMARC record without a fault and without anything obsolete."""
    try:
        record = dmarc.Record.parse(text)
    except BadRecord:
        return False
    return not record.faults and not record.obsolete


def _tags(body: str, said: list[str]) -> dict[str, str] | None:
    """The tags of *body* by name in their order; None where something else stands in it, or two differ."""
    found: dict[str, str] = {}
    marks = list(_TAG.finditer(body))
    if not marks or body[: marks[0].start()].strip(" ;,"):
        return None
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        name = mark[1].lower()
        first, *others = body[mark.end() : after.start() if after else len(body)].split(";")
        for tag, value in ((name, first), *_others(others, said)):
            value = value.strip(" ,")  # noqa: PLW2901  as it is written between separators
            if found.setdefault(tag, value).lower() != value.lower():
                return None
    return found


def _others(parts: list[str], said: list[str]) -> Iterator[tuple[str, str]]:
    """What stands behind a tag and is no known one: a misspelt tag, or one nobody knows, which goes."""
    for part in filter(None, (part.strip(" ,") for part in parts)):
        match = _OTHER.fullmatch(part)
        meant = nearest(match[1].lower(), _LONG, alike=0.75) if match else ""
        if match and meant:
            said.append(f"`{match[1]}` is `{meant}`")
            yield meant, match[2]
        else:
            said.append(f"`{part}`, which no receiver knows, is gone")


def _without(tags: dict[str, str]) -> Iterator[str]:
    """Take away what RFC 9989 does not have, and say what is left of it."""
    gone = [name for name in _GONE if name in tags]
    yield f"{', '.join(gone)}: gone with RFC 9989 (section 9.3)"
    percent = tags.get("pct", "100")
    for name in gone:
        del tags[name]
    enforcing = any(tags.get(name, "").lower() in _ENFORCING for name in _POLICIES)
    if enforcing and percent != "100" and "t" not in tags:
        tags["t"] = "y"
        yield f"t=y stands for pct={percent}: receivers act one level milder until it goes (section 4.7)"


def _value(name: str, value: str, said: list[str]) -> str | None:
    """*value* as the tag *name* takes it, empty where the tag goes; None where that cannot be told."""
    match name:
        case "p" | "sp" | "np":
            return _choice(name, value, tuple(dmarc.Policy), said)
        case "adkim" | "aspf":
            return _choice(name, value[:1], ("r", "s"), said)
        case "t" | "psd":
            return _choice(name, value[:1], ("y", "n", "u"), said)
        case "fo":
            options = [one for one in ("1", "d", "s", "0") if one in re.split(r"[:;,\s]+", value.lower())]
            options = [one for one in options if one != "0" or "1" not in options]
            said += [f"fo is {':'.join(options) or 'gone'}"] if ":".join(options) != value else []
            return ":".join(options)
        case "rua" | "ruf":
            return ",".join(dict.fromkeys(_uris(name, value, said)))
    return value


def _choice(name: str, value: str, known: tuple[str, ...], said: list[str]) -> str | None:
    given = value.strip().lower()
    if given in known:
        return given
    meant = nearest(given, known, alike=0.7)
    if not meant:
        return None
    said.append(f"{name} is {meant}")
    return meant


def _uris(name: str, value: str, said: list[str]) -> Iterator[str]:
    for item in re.split(r"[,\s]+", re.sub(r"mailto:\s+", "mailto:", value, flags=re.IGNORECASE)):
        uri = _SIZE.sub("", item)
        if not uri:
            continue
        if uri != item:
            said.append(f"`{item[len(uri) :]}` behind an address is gone with RFC 9989")
        if "@" in uri and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", uri):
            said.append(f"{name} needs mailto: before {uri}")
            uri = f"mailto:{uri}"
        uri = re.sub(r"\A(?:mailto[:/]+|mail(?:to)?;)", "mailto:", uri, flags=re.IGNORECASE)
        try:
            yield str(dmarc.Uri.parse(uri))
        except BadRecord:
            said.append(f"`{item}`, which is no address, is gone from {name}")
