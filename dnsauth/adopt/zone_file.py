"""A zone file that people want to read: what was drafted, and by what each sender was recognised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dnsauth.adopt.draft import Draft, Kept
from dnsauth.adopt.senders import Entry
from dnsauth.documents.write import flow
from dnsauth.names import readable, relative

_HEAD = """\
# Who sends mail for {zone}, read from the records that stood there. It asks for what was there already:
# no record changes until you say so. `dnsauth check` says what is wrong with it.
version: 1
ttl: keep
"""
_LONGEST = 100  # characters of a comment, and of a setting on one line


def text(zone: str, drafts: Iterable[Draft], delegated: Iterable[str] = ()) -> str:
    """The zone file of *zone*, absolute, that says *drafts*, and which names are *delegated* to others."""
    found = tuple(drafts)
    lines = [_HEAD.format(zone=_comment(readable(zone))), "domains:\n" if found else "domains: {}\n"]
    for draft in found:
        lines += (f"  {line}\n" for line in domain(draft, zone))
    lines += (
        f"# {_comment(readable(name))} is delegated: other servers answer from there on\n"
        for name in delegated
    )
    return "".join(lines)


def said_at(line: int, zone: str, drafts: Iterable[Draft]) -> Draft | None:
    """The one of *drafts* that the line of that number speaks of, in the `text` of them."""
    found = tuple(drafts)
    end = _HEAD.count("\n") + 1
    for draft in found:
        end += sum(1 for _ in domain(draft, zone))
        if line <= end:
            return draft
    return None


def domain(draft: Draft, zone: str) -> Iterator[str]:
    """The lines of a mail domain of *zone*, below ``domains:``."""
    yield f"{flow(relative(draft.name, zone))}:"
    if draft.senders:
        yield "  senders:"
        for entry in draft.senders:
            yield from (f"    {line}" for line in sender(entry))
    for key, value in draft.settings.items():
        yield from (f"  {line}" for line in setting(key, value))
    if draft.keep:
        yield "  keep:"
        for kept in draft.keep:
            yield from (f"    {line}" for line in keep(kept))


def sender(entry: Entry) -> Iterator[str]:
    """The lines of an item of ``senders:``."""
    yield f"# {_comment(entry.why)}"
    parameters: dict[str, object] = dict(entry.parameters)
    if entry.service != entry.name:
        parameters = {"service": entry.service, **parameters}
    if not parameters:
        yield f"- {entry.name}"
        return
    yield f"- {entry.name}:"
    for name, value in parameters.items():
        yield f"    {name}: {flow(value)}"


def setting(key: str, value: object) -> Iterator[str]:
    """The lines of one key of a mail domain."""
    if isinstance(value, tuple) and len(flow(value)) > _LONGEST:
        yield f"{key}:"
        yield from (f"  - {flow(item)}" for item in value)
    elif isinstance(value, Mapping) and len(flow(value)) > _LONGEST:
        yield f"{key}:"
        yield from (f"  {name}: {flow(item)}" for name, item in value.items())
    else:
        yield f"{key}: {flow(value)}"


def keep(kept: Kept) -> Iterator[str]:
    """The lines of an item of ``keep:``."""
    if kept.why:
        yield f"# {_comment(kept.why)}"
    if len(kept.values) == 1:
        value = flow(kept.values[0])
        yield f"- {{owner: {flow(kept.owner)}, type: {kept.type}, values: {value}}}"
        return
    yield f"- owner: {flow(kept.owner)}"
    yield f"  type: {kept.type}"
    yield "  values:"
    yield from (f"    - {flow(value)}" for value in kept.values)


def _comment(text: str) -> str:
    """*text* on one line of YAML."""
    shown = "".join(c if c.isprintable() else "?" for c in text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
