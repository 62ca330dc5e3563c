"""What a BIMI assertion record says by itself (BIMI draft 14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dnsauth.checks.rules.bimi import (
    BIMI_AVATAR,
    BIMI_DECLINED,
    BIMI_NO_CERTIFICATE,
    BIMI_NO_LOGO,
    BIMI_NOT_HTTPS,
    BIMI_PREFIX,
    BIMI_TWICE,
    BIMI_UNKNOWN,
)
from dnsauth.checks.texts.text import Text, Verdict
from dnsauth.records import BadRecord, bimi, tags
from dnsauth.records.text import shown

_KNOWN = frozenset({"v", "l", "a", "avp", "lps"})


def judged(text: Text) -> Iterator[Verdict]:
    """What is doubtful in *text*."""
    found = [tag for tag in tags.split(text.text) if tag.name and tag.equals]
    first = {tag.name: tag.value for tag in reversed(found)}
    counted = Counter(tag.name for tag in found)
    if twice := [name for name, count in counted.items() if count > 1]:
        yield Verdict(BIMI_TWICE, {"tags": shown(", ".join(twice))})
    if unknown := [name for name in counted if name not in _KNOWN]:
        yield Verdict(BIMI_UNKNOWN, {"tags": shown(", ".join(unknown))})
    if "l" not in first:
        yield Verdict(BIMI_NO_LOGO, {})
        return
    for name in ("l", "a"):
        if _refused(location=first.get(name, "")):
            yield Verdict(BIMI_NOT_HTTPS, {"tag": name, "uri": shown(first[name])})
    if "avp" in first and _refused(avatar=first["avp"]):
        yield Verdict(BIMI_AVATAR, {"avatar": shown(first["avp"])})
    for prefix in first["lps"].split(",") if "lps" in first else ():
        if _refused(prefixes=(prefix.strip(),)):
            yield Verdict(BIMI_PREFIX, {"prefix": shown(prefix.strip())})
            break
    if not first["l"] and not first.get("a"):
        yield Verdict(BIMI_DECLINED, {})
    elif not first.get("a"):
        yield Verdict(BIMI_NO_CERTIFICATE, {})


def _refused(*, location: str = "", avatar: str = "brand", prefixes: tuple[str, ...] = ()) -> bool:
    try:
        bimi.Record(location, avatar=avatar, prefixes=prefixes)
    except BadRecord:
        return True
    return False
