"""SPF records as they were meant: misspelt terms, what was copied along, several records at one name.

Nothing is guessed that an eye would not read the same way; where a word stays dark there is no repair.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_network

from dnsauth.adopt.repair_text import Repaired, cleaned
from dnsauth.findings import nearest
from dnsauth.records import BadRecord, spf

_HEAD = re.compile(r"(?:v\s*[=:]\s*)?spf1(?![0-9])[;,:.]*", re.IGNORECASE)
_VERSION = re.compile(r"v=spf1[;,:.]*", re.IGNORECASE)
_SEPARATORS = re.compile(r"[;,](?![^{]*\})")  # one within a macro separates labels (RFC 7208 section 7.1)
_UNFINISHED = re.compile(r"(?:[+?~-]?[a-z0-9]+[:=]|[+?~-]+|[+?~-]?include)\Z", re.IGNORECASE)
_BARE = re.compile(r"[+?~-]?(?:a|mx|ptr):", re.IGNORECASE)
_GLUED = re.compile(r"(.+[A-Za-z0-9])([~?-]all)\Z", re.IGNORECASE)
_NAMED = re.compile(r"([+?~-]?)([A-Za-z0-9]+)[:=]+(.*)")
_ALL = re.compile(r"[+?~!-]*([+?~-])(?:al|all|alll|ll)[.]?\Z", re.IGNORECASE)
_BEHIND = re.compile(r"all([~?-])\Z", re.IGNORECASE)
_ADDRESSES = ("ip", "ip4", "ip6", "ipv4", "ipv6", "ipv")
_NAMES = ("include", "exists", "redirect", "a", "mx", "ptr", "exp")
_MILDEST = (spf.Qualifier.NEUTRAL, spf.Qualifier.SOFTFAIL, spf.Qualifier.FAIL)


def like(text: str) -> bool:
    """True where *text* was meant as an SPF record, whether receivers take it for one or not."""
    return _HEAD.match(cleaned(text).text) is not None


def repaired(text: str) -> Repaired | None:
    """The SPF record that *text* was meant as, or None where it is one, or where that cannot be told."""
    if _sound(text) and not any(isinstance(each, spf.UnknownModifier) for each in _terms(text)):
        return None
    body, changed = cleaned(text)
    head = _HEAD.match(body)
    if head is None:
        return None
    said = list(changed)
    if not re.match(r"v=spf1(?: |\Z)", body, re.IGNORECASE):
        said.append("`v=spf1` and a space begin it")
    rest = body[head.end() :]
    if parted := _SEPARATORS.sub(" ", rest).split():
        said += ["terms stand between spaces"] if _SEPARATORS.search(rest) else []
    terms: list[str] = []
    for word in _joined(parted, said):
        meant = _meant(word)
        if meant is None:
            return None
        if meant != [word]:
            said.append(f"`{word}` is `{' '.join(meant)}`" if meant else f"`{word}` begins no second time")
        terms += meant
    new = " ".join(("v=spf1", *_once(terms, said)))
    return Repaired(new, tuple(said)) if _sound(new) and said and new != text else None


def one_of(texts: Sequence[str]) -> Repaired | None:
    """The one record in place of several *texts*, of which receivers take none (RFC 7208 section 4.5).

    Whoever one of them lets pass passes, in the order of the texts; it ends as the mildest of them does,
    since no receiver has refused mail by any. None where one of them cannot be read, also when repaired.
    """
    said = [f"{len(texts)} records become one"]
    terms: dict[str, None] = {}
    closings: list[spf.Qualifier] = []
    redirects: dict[str, None] = {}
    for text in texts:
        mended = repaired(text)
        if mended:
            said += mended.changed
        if not _sound(mended.text if mended else text):
            return None
        record = spf.Record.parse(mended.text if mended else text)
        if record.closing:
            closings.append(record.closing)
        for each in record.terms:
            match each:
                case spf.Directive(spf.All()):
                    break  # receivers go no further (section 5.1)
                case spf.Directive():
                    terms[str(each)] = None
                case spf.Redirect() if not record.closing:
                    redirects[each.domain] = None
                case _:
                    pass  # an explanation of one record is none of the other's
    if len(redirects) == 1 and not closings and not terms:
        terms[f"redirect={redirects.popitem()[0]}"] = None
    elif redirects:
        terms |= {f"include:{domain}": None for domain in redirects}
        said.append("redirect, which nothing may stand beside, is include")
    closing = next((each for each in _MILDEST if each in closings), None)
    if spf.Qualifier.PASS in closings:
        closing = spf.Qualifier.NEUTRAL
        said.append("+all, which lets everybody pass, is ?all")
    elif redirects and terms and not closing:
        closing = spf.Qualifier.SOFTFAIL
    ending = [f"{closing}all"] if closing else []
    if len(set(closings)) > 1 and closing:
        said.append(f"it ends with {closing}all, the mildest of them")
    new = " ".join(("v=spf1", *terms, *ending))
    return Repaired(new, tuple(dict.fromkeys(said))) if _sound(new) else None


def _sound(text: str) -> bool:
    try:
        spf.Record.parse(text)
    except BadRecord:
        return False
    return True


def _terms(text: str) -> Iterable[spf.Term]:
    """The terms of *text*, those alone that are a misspelt mechanism where they are unknown modifiers."""
    return [
        each
        for each in spf.Record.parse(text).terms
        if not isinstance(each, spf.UnknownModifier) or each.name in (*_ADDRESSES, *_NAMES, "v")
    ]


def _joined(words: Sequence[str], said: list[str]) -> Iterator[str]:
    """*words*, those together that a blank tore apart, as in ``include: example.com`` and ``~ all``."""
    held = ""
    for word in words:
        if held and _BARE.match(held) and _valid(word):
            yield held
            held = ""
        if held:
            said.append(f"`{held} {word}` has no blank within")
            word = f"{held}{'' if held[-1] in ':=+?~-' else ':'}{word}"  # noqa: PLW2901  it is one word
            held = ""
        if _UNFINISHED.match(word) and word is not words[-1]:
            held = word
        else:
            yield word
    if held:
        yield held


def _meant(word: str) -> list[str] | None:
    """The terms that *word* was meant as, itself alone where it is one, none where it means nothing."""
    if _VERSION.fullmatch(word):
        return []
    if match := _NAMED.fullmatch(word):
        return _named(*match.groups()) or (_valid(word) and [word]) or _split(word)
    if term := _valid(word):
        return [term]
    if match := _ALL.fullmatch(word):
        return [f"{match[1]}all"]
    if match := _BEHIND.fullmatch(word):
        return [f"{match[1]}all"]
    if address := _address(word):
        return [address]
    return _split(word)


def _split(word: str) -> list[str] | None:
    match = _GLUED.fullmatch(word)
    before = _meant(match[1]) if match else None
    return [*before, match[2]] if match and before else None


def _named(sign: str, name: str, value: str) -> list[str] | None:
    known = name.lower()
    if known in _ADDRESSES or known in ("a", "mx", "include"):
        if address := _address(value):
            return [f"{sign}{address}"]
        if known in _ADDRESSES:
            return None
    if known in ("a", "mx", "ptr") and not value:
        return [f"{sign}{known}"]
    right = known if known in _NAMES else nearest(known, _NAMES, alike=0.7)
    if not right or (right != known and len(known) < 3):
        return None
    target = re.sub(r"\Ahttps?://", "", value, flags=re.IGNORECASE).rstrip("/.")
    joint = "=" if right in ("redirect", "exp") else ":"
    spelled = right if right != known else name
    if sign and joint == "=":
        sign = ""
    term = _valid(f"{sign}{spelled}{joint}{target}")
    return [term] if term else None


def _address(value: str) -> str:
    """*value* as the term for a network, if it is an address or a network."""
    try:
        network = ip_network(value.strip("[]").rstrip("."), strict=False)
    except ValueError:
        return ""
    return f"ip{network.version}:{value.strip('[]').rstrip('.')}"


def _valid(text: str) -> str:
    try:
        spf.term(text)
    except BadRecord:
        return ""
    return text


def _once(terms: Iterable[str], said: list[str]) -> Iterator[str]:
    """*terms*, a modifier that stands twice in the same words once (RFC 7208 section 6)."""
    seen = set()
    for term in terms:
        if term.lower().startswith(("redirect=", "exp=")) and term.lower() in seen:
            said.append(f"`{term}` stands once")
            continue
        seen.add(term.lower())
        yield term
