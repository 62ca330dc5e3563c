"""What a run of a signer changes, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from dnsauth.signers.layout import Entry, Layout
from dnsauth.signers.manifest import Manifest
from dnsauth.signers.place import Held


def changes(
    layout: Layout,
    before: Manifest,
    wanted: Collection[Entry],
    *,
    held: Mapping[str, Held | None],
    stale: Collection[str],
    tables: Collection[str],
) -> tuple[str, ...]:
    """One line for each change from *before* to *wanted*.

    *held* are the files as they stand, *stale* the paths of keys and *tables* those of tables that differ.
    """
    news = (
        *_keys(layout, wanted, held, stale),
        *_signing(before.entries, wanted),
        *(f"{entry.domain}: key {entry.selector} taken away" for entry in before.without(wanted)),
    )
    return news or tuple(f"{path}: written anew" for path in tables)


def _keys(
    layout: Layout, wanted: Collection[Entry], held: Mapping[str, Held | None], stale: Collection[str]
) -> Iterator[str]:
    for entry in wanted:
        path = layout.path(entry)
        if path in stale:
            how = "put in place" if held[path] is None else "put in place anew: its file was changed"
            yield f"{entry.domain}: key {entry.selector} ({entry.algorithm}) {how}"


def _signing(before: Collection[Entry], wanted: Collection[Entry]) -> Iterator[str]:
    signed = {(entry.domain, entry.algorithm): entry.selector for entry in before if entry.signs}
    signs = {(entry.domain, entry.algorithm): entry.selector for entry in wanted if entry.signs}
    for (domain, algorithm), selector in signs.items():
        old = signed.get((domain, algorithm), "")
        if old != selector:
            instead = f" instead of {old}" if old else ""
            yield f"{domain}: signs with {selector} ({algorithm}){instead}"
    for (domain, algorithm), selector in signed.items():
        if (domain, algorithm) not in signs:
            yield f"{domain}: signs no more with {selector} ({algorithm})"
