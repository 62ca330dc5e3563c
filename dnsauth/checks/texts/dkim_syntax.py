"""Why receivers refuse a DKIM key record, as precisely as its text tells (RFC 6376 sections 3.2, 3.6.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dnsauth.checks.rules.dkim import (
    DKIM_ESCAPED,
    DKIM_KEY_TYPE,
    DKIM_NO_KEY,
    DKIM_OTHER_KEY,
    DKIM_TWICE,
    DKIM_UNREADABLE,
    DKIM_VERSION,
)
from dnsauth.checks.texts.text import Verdict
from dnsauth.records import BadRecord, dkim, tags
from dnsauth.records.tags import Tag
from dnsauth.records.text import characters, shown

_MARKS = {'"': "a double quote", "\\": "a backslash"}


def refused(text: str, error: BadRecord) -> Iterator[Verdict]:
    """The fault of *text*, which the grammar refuses with *error*; nothing where no rule names it."""
    try:
        said = characters(text)
    except BadRecord:
        return
    if mark := next((words for mark, words in _MARKS.items() if mark in said), ""):
        yield Verdict(DKIM_ESCAPED, {"mark": mark})
        return
    found = tags.split(said)
    twice = next((name for name, count in Counter(tag.name for tag in found).items() if count > 1), "")
    if twice:
        yield Verdict(DKIM_TWICE, {"tag": twice})
        return
    by_name = {tag.name: tag for tag in found if tag.equals}
    version = by_name.get("v")
    if version and version.value != "DKIM1":
        yield Verdict(DKIM_VERSION, {"problem": f"its version is {shown(version.value)}, not DKIM1"})
    elif version and found[0] is not version:
        yield Verdict(DKIM_VERSION, {"problem": "`v=` does not stand first"})
    elif "p" not in by_name:
        yield Verdict(DKIM_NO_KEY, {})
    else:
        yield from _key(by_name.get("k"), by_name["p"], error)


def _key(type: Tag | None, key: Tag, error: BadRecord) -> Iterator[Verdict]:
    said = type.value.lower() if type else dkim.KeyType.RSA.value
    if said not in list(dkim.KeyType):
        yield Verdict(DKIM_KEY_TYPE, {"type": shown(said)})
        return
    try:
        found = dkim.from_vendor(key.value)
    except BadRecord:
        found = None
    if found is not None and found.key_type != said:
        yield Verdict(DKIM_OTHER_KEY, {"said": said, "found": found.key_type.value})
    elif error.column >= key.value_column:
        yield Verdict(DKIM_UNREADABLE, {"problem": error.reason})
