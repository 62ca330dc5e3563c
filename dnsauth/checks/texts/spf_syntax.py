"""What exactly is wrong with an SPF record that its grammar refuses, term by term."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from itertools import islice, zip_longest

from dnsauth.checks.rules.spf_text import (
    BAD_ADDRESS,
    BAD_DOMAIN,
    BAD_MACRO,
    BAD_PREFIX,
    JOINED,
    MODIFIER_TWICE,
    NO_VALUE,
    PUNCTUATION,
    UNKNOWN_QUALIFIER,
    UNKNOWN_TERM,
)
from dnsauth.checks.texts.text import Verdict
from dnsauth.findings import Rule, nearest
from dnsauth.records import BadRecord, mechanisms, spf
from dnsauth.records.text import characters, shown

MOST = 10  # faults that are told of one record

_WORD = re.compile(r"[^ ]+")
_PARTS = re.compile(r"([^A-Za-z0-9_]*)([A-Za-z0-9_.-]*)([:=/]?)(.*)", re.DOTALL)
_JOINED = re.compile(r"(.+?)([+?~-]all)", re.IGNORECASE)
_MODIFIERS = ("redirect", "exp")
_DASHES, _TILDES = ("\xe2\x80", "\xe2\x88\x92"), ("\xcb\x9c", "\xe2\x88\xbc")  # of word processors, in UTF-8
_MACROS = ("RFC 7208 section 7.2", "RFC 7208 section 7.3")


def faults(text: str) -> Iterator[Verdict]:
    """What is wrong in *text*, which receivers take for an SPF record; at most `MOST`."""
    try:
        words = list(_WORD.finditer(characters(text), len("v=spf1")))
    except BadRecord:
        return
    yield from islice(_faults(words), MOST)


def _faults(words: list[re.Match[str]]) -> Iterator[Verdict]:
    once: set[object] = set()
    value: re.Match[str] | None = None  # of the term before it, from which a space parts it
    for word, following in zip_longest(words, words[1:]):
        if word is value:
            continue
        column = word.start() + 1
        try:
            term = spf.term(word[0])
        except BadRecord as error:
            for verdict in _fault(word[0], following[0] if following else "", column, error):
                if verdict.rule is not PUNCTUATION or PUNCTUATION not in once:
                    yield verdict
                once.add(verdict.rule)
                value = following if verdict.rule is NO_VALUE else None
            continue
        name = word[0].partition("=")[0].lower()
        if isinstance(term, spf.Redirect | spf.Explanation):
            if name in once:
                yield _verdict(MODIFIER_TWICE, word[0], column, "leave one of them", name=name)
            once.add(name)


def _fault(word: str, following: str, column: int, error: BadRecord) -> Iterator[Verdict]:
    """The fault of *word*, if it is one with a name."""
    if parts := _punctuated(word):
        yield _verdict(PUNCTUATION, word, column, _write(parts))
        return
    joined = _JOINED.fullmatch(word)
    if joined and is_term(joined[1]):
        yield _verdict(JOINED, word, column, _write(f"{joined[1]} {joined[2]}"))
        return
    sign, name, mark, value = _split(word)
    known = name.lower() in (*mechanisms.NAMES, *(_MODIFIERS if mark == "=" else ()))
    if sign not in ("", *spf.Qualifier):
        if name.lower() in mechanisms.NAMES:
            yield _verdict(UNKNOWN_QUALIFIER, word, column, _right(_qualifier(sign) + word[len(sign) :]))
            return
        known = False
    if not known:
        if mark != "=":
            yield _verdict(UNKNOWN_TERM, word, column, _right(_meant(sign, name, mark, value)))
        elif error.section in _MACROS:
            yield _verdict(BAD_MACRO, word, column, _right(""), problem=error.reason)
        return
    yield from _known(word, following, column, error)


def _known(word: str, following: str, column: int, error: BadRecord) -> Iterator[Verdict]:
    """The fault of a term whose name is right."""
    sign, name, mark, value = _split(word)
    if not value:
        if name.lower() != "all":
            whole = f"{sign}{name}{mark or ':'}{following}"
            yield _verdict(NO_VALUE, word, column, _right(whole if following else ""))
    elif error.section in _MACROS or (name.lower() in ("ip4", "ip6") and "%" in value):
        yield _verdict(BAD_MACRO, word, column, _right(""), problem=error.reason)
    elif name.lower() in ("ip4", "ip6"):
        yield _network(word, column)
    elif error.section == "RFC 7208 section 5.6":
        yield _verdict(BAD_PREFIX, word, column, _right(""))
    elif error.section == "RFC 7208 section 7.1":
        address = _address(value.partition("/")[0])
        meant = f"{sign}ip{address}:{value}" if address else ""
        yield _verdict(BAD_DOMAIN, word, column, _right(meant), problem=error.reason)


def _network(word: str, column: int) -> Verdict:
    sign, name, _, value = _split(word)
    address, slash, _ = value.partition("/")
    family, version = ("IPv4", 4) if name.lower() == "ip4" else ("IPv6", 6)
    found = _address(address)
    if found == version:
        return _verdict(BAD_PREFIX, word, column, _right(f"{sign}{name}:{address}" if slash else ""))
    meant = f"{sign}ip{found}:{value}" if found else f"{sign}a:{value}"
    return _verdict(BAD_ADDRESS, word, column, _right(meant), family=family)


def _split(word: str) -> tuple[str, str, str, str]:
    """Qualifier, name, what stands behind it, and the value."""
    found = _PARTS.fullmatch(word)
    assert found is not None  # noqa: S101  every group may be empty
    sign, name, mark, value = found.groups()
    return sign, name, mark, value


def _address(text: str) -> int:
    """The version of the address *text*; 0 where it is none."""
    try:
        return ip_address(text).version
    except ValueError:
        return 0


def _punctuated(word: str) -> str:
    """*word* with spaces where its commas and semicolons are, if that makes terms of it."""
    parts = re.split(r"[,;]+", word)
    terms = [part for part in parts if part]
    return " ".join(terms) if len(parts) > 1 and terms and all(map(is_term, terms)) else ""


def _qualifier(sign: str) -> str:
    if sign.startswith(_DASHES) or "-" in sign:
        return "-"
    return "~" if sign.startswith(_TILDES) or "~" in sign else ""


def _meant(sign: str, name: str, mark: str, value: str) -> str:
    """The term that was meant by an unknown name; empty where nobody knows."""
    whole = name + mark + value
    sign = sign if sign in tuple(spf.Qualifier) else ""
    if version := _address(whole.partition("/")[0]):
        return f"{sign}ip{version}:{whole}"
    if version := _address(value.partition("/")[0]):
        return f"{sign}ip{version}:{value}"
    if not mark and "." in name:
        return f"{sign}include:{name}" if name.startswith("_") else f"{sign}a:{name}"
    near = nearest(name.lower(), (*mechanisms.NAMES, *_MODIFIERS))
    if near in _MODIFIERS:
        return f"{near}={value}"
    return f"{sign}{near}{mark}{value}" if near else ""


def is_term(text: str) -> bool:
    """True for a term of SPF."""
    try:
        spf.term(text)
    except BadRecord:
        return False
    return True


def _right(meant: str) -> str:
    return _write(meant) if meant and is_term(meant) else "correct it, or remove it"


def _write(text: str) -> str:
    return f"write {shown(text)}"


def _verdict(rule: Rule, word: str, column: int, fix: str, **facts: object) -> Verdict:
    return Verdict(rule, {"term": shown(word), "column": column, "fix": fix, **facts})
