"""How a DMARC record is written, tag by tag (RFC 9989 sections 4.7 and 4.8)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from dnsauth.checks.rules.dmarc import (
    DMARC_ALIGNMENT_INVALID,
    DMARC_BLANKS,
    DMARC_FLAG_INVALID,
    DMARC_FO_INVALID,
    DMARC_P_LATE,
    DMARC_P_MISSING,
    DMARC_PCT_INVALID,
    DMARC_PCT_PART,
    DMARC_POLICY_INVALID,
    DMARC_SYNTAX,
    DMARC_TAG_TWICE,
    DMARC_TAG_UNKNOWN,
    DMARC_UNRELATED,
    DMARC_URI_INVALID,
    DMARC_VERSION,
)
from dnsauth.checks.texts.text import Text, Verdict
from dnsauth.findings import Rule, nearest
from dnsauth.records import BadRecord, dmarc
from dnsauth.records.tags import Tag, split
from dnsauth.records.text import characters, shown

_OF_TODAY = ("p", "sp", "np", "t", "psd", "adkim", "aspf", "rua", "ruf", "fo")
_REGISTERED = frozenset({*_OF_TODAY, "v", "pct", "rf", "ri"})  # RFC 9989 section 9.3
_BLANKS = re.compile(r"(?:\s|\\009)+")
_ALIKE = re.compile(r"\bv\W*=\W*dmarc|\bp\s*=\s*(?:none|quarantine|reject)\b", re.IGNORECASE)
_BY_TAG: dict[str, tuple[Rule, str]] = {
    **dict.fromkeys(("adkim", "aspf"), (DMARC_ALIGNMENT_INVALID, "r")),
    **dict.fromkeys(("rua", "ruf"), (DMARC_URI_INVALID, "")),
    "fo": (DMARC_FO_INVALID, "0"),
    "t": (DMARC_FLAG_INVALID, "n"),
    "psd": (DMARC_FLAG_INVALID, "u"),
}
"""The rule on a value that is none, and what receivers take it for, by the name of the tag."""


def judged(text: Text) -> Iterator[Verdict]:
    """What is wrong with how *text* is written, which may be no record at all."""
    if not dmarc.selects(text.text):
        yield _ignored(text.text)
        return
    match text.record:
        case dmarc.Record() as record:
            tags = split(characters(text.text))
            for fault in record.faults:
                yield _fault(tags, fault, "p=none")
            yield from _tags(tags, {_at(tags, fault) for fault in record.faults})
        case BadRecord() as error:
            yield from _refused(text.text, error)
        case _:
            pass


def has(text: str, name: str) -> bool:
    """True where the record *text*, which has been parsed, has a tag of that *name*."""
    return any(tag.name.lower() == name for tag in split(characters(text)))


def _ignored(text: str) -> Verdict:
    blanks = _BLANKS.match(text)
    if blanks and dmarc.selects(text[blanks.end() :]):
        return Verdict(DMARC_BLANKS, {})
    return Verdict(DMARC_VERSION if _ALIKE.search(text) else DMARC_UNRELATED, {"value": shown(text)})


def _refused(text: str, error: BadRecord) -> Iterator[Verdict]:
    """A record of which nothing is applied."""
    try:
        tags = split(characters(text))
    except BadRecord:
        yield Verdict(DMARC_SYNTAX, {"problem": str(error)})
        return
    tag = _at(tags, error)
    if tag and any(other.name.lower() == tag.name.lower() for other in tags[: tags.index(tag)]):
        yield Verdict(DMARC_TAG_TWICE, {"tag": shown(tag.name), "column": error.column})
    else:
        yield _fault(tags, error, "no DMARC at all")


def _at(tags: Sequence[Tag], error: BadRecord) -> Tag | None:
    """The tag in which *error* is."""
    found = bisect_right(tags, error.column, key=lambda tag: tag.column)
    return tags[found - 1] if found else None


def _fault(tags: Sequence[Tag], error: BadRecord, effect: str) -> Verdict:
    tag = _at(tags, error)
    name = tag.name.lower() if tag else ""
    facts = {"problem": str(error), "column": error.column, "tag": name}
    if name in ("p", "sp", "np"):
        return Verdict(DMARC_POLICY_INVALID, {**facts, "effect": effect})
    rule, default = _BY_TAG.get(name, (DMARC_SYNTAX, ""))
    return Verdict(rule, {**facts, "default": default})


def _tags(tags: Sequence[Tag], faulty: set[Tag | None]) -> Iterator[Verdict]:
    names = [tag.name.lower() for tag in tags]
    for name, tag in zip(names, tags, strict=True):
        if tag in faulty:
            continue
        if name not in _REGISTERED:
            close = nearest(name, _OF_TODAY)
            fix = f"remove it; did you mean {close}?" if close else "remove it"
            yield Verdict(DMARC_TAG_UNKNOWN, {"tag": shown(tag.name), "column": tag.column, "fix": fix})
        elif name == "pct":
            yield from _pct(tag.value)
    if "p" not in names:
        yield Verdict(DMARC_P_MISSING, {})
    elif names[1] != "p":
        yield Verdict(DMARC_P_LATE, {})


def _pct(value: str) -> Iterator[Verdict]:
    """RFC 7489's share of the mail a policy is applied to, in percent."""
    if not re.fullmatch(r"[0-9]{1,3}", value) or int(value) > 100:
        yield Verdict(DMARC_PCT_INVALID, {"value": shown(value)})
    elif int(value) < 100:
        yield Verdict(DMARC_PCT_PART, {"value": value})
