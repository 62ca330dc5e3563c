"""``observed.lock.yaml``: sorted, one recorded thing a line, so that merges are textual.

Names and values come from strangers' DNS. They are printable ASCII, as `dnsauth.rrset` has them, and stand
in single quotes, where YAML reads nothing into them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from dnsauth.documents import octets
from dnsauth.findings import Finding
from dnsauth.lock.observed import Looked, NoKey, Observed, Published, Seen, Values
from dnsauth.lock.observed_parse import ABSENT, FILE, VERSION, parse

_HEAD = (
    "# `dnsauth lock --refresh` writes this file; review it and commit it. docs/files.md tells its form.\n"
)


def read(directory: Path) -> tuple[Observed, tuple[Finding, ...]]:
    """What the file of *directory* holds, and every problem found; a missing file holds nothing."""
    path = directory / FILE
    if not path.exists():
        return Observed(), ()
    text = octets(path, FILE)
    return (Observed(), (text,)) if isinstance(text, Finding) else parse(text)


def write(observed: Observed) -> str:
    """The file's text; equal observations have equal texts."""
    head = {"version": VERSION}
    if observed.refreshed is not None:
        head["refreshed"] = stamp(observed.refreshed)
    if observed.resolver:
        head["resolver"] = _quoted(observed.resolver)
    sections = {
        "spf": [line for name, one in sorted(observed.spf.items()) for line in _policy_lines(name, one)],
        "hosts": [
            line for looked, values in sorted(observed.hosts.items()) for line in _host_lines(looked, values)
        ],
        "keys": [f"  {_bare(name)}: {_key_text(seen)}" for name, seen in sorted(observed.keys.items())],
        "stale": [f"  {_bare(*looked)}: {stamp(at)}" for looked, at in sorted(observed.stale.items())],
        "retired": [
            f"  {_bare(name)}: {_quoted(f'{stamp(one.since)} {one.text}')}"
            for name, one in sorted(observed.retired.items())
        ],
    }
    lines = [f"{key}: {text}" for key, text in head.items()]
    lines += [line for key, inner in sections.items() if inner for line in (f"{key}:", *inner)]
    return _HEAD + "".join(f"{line}\n" for line in lines)


def stamp(at: datetime) -> str:
    """*at* as RFC 3339 in UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _policy_lines(name: str, one: Published) -> Iterator[str]:
    yield f"  {_bare(name)}:"
    yield f"    since: {stamp(one.since)}"
    yield f"    digest: {one.digest}"
    if not one.records:
        yield f"    absent: {_absence(one.records)}"
    else:
        yield "    records:"
        yield from (f"    - {_quoted(text)}" for text in one.records)
    if one.addresses:
        yield "    addresses:"
        yield from (f"    - {_quoted(str(network))}" for network in one.addresses.networks())


def _host_lines(looked: Looked, values: Values) -> Iterator[str]:
    if values:
        yield f"  {_bare(*looked)}:"
        yield from (f"  - {_quoted(value)}" for value in values)
    else:
        yield f"  {_bare(*looked)}: {_absence(values)}"


def _key_text(seen: Seen) -> str:
    key, since = seen.key, stamp(seen.since)
    return f"{key.value} {since}" if isinstance(key, NoKey) else f"{key.algorithm} {key.fingerprint} {since}"


def _absence(values: Values) -> str:
    return next(word for word, same in ABSENT.items() if same == values)


def _bare(name: str, *type: str) -> str:
    return _quoted(" ".join((name.removesuffix("."), *type)))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
