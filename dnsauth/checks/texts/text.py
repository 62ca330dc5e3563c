"""A text receivers take for a record, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from dnsauth.findings import Rule
from dnsauth.plan.kind import Kind, parse
from dnsauth.records import BadRecord


class Text(NamedTuple):
    """A TXT value taken for a record of *kind*; *record* is what it is, or why its grammar refuses it."""

    kind: Kind
    text: str
    record: object | BadRecord


class Verdict(NamedTuple):
    """A rule that fires on a text, and the facts its sentences are made of, but the owner's name."""

    rule: Rule
    facts: Mapping[str, object]


@lru_cache(maxsize=8192)  # as many as a chunk of live subjects has, so that each is parsed once
def read(kind: Kind, text: str) -> Text:
    """*text* as a record of *kind*."""
    try:
        return Text(kind, text, parse(kind, text))
    except BadRecord as error:
        return Text(kind, text, error)


def parsed(kind: Kind, text: str) -> object | BadRecord:
    """The record that *text* is, or why it is none."""
    return read(kind, text).record
