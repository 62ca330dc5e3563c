"""What hosts of a signer say they sign with, as evidence in the lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dnsauth.lock.keys import Key, State, Word
from dnsauth.records import dkim

_TOLD = frozenset({State.VISIBLE, State.ACTIVE, State.RETIRING})


@dataclass(frozen=True, slots=True)
class Report:
    """What `dnsauth keys deploy` did on one host: each installed key by (domain, selector).

    *fingerprints* are SHA-256 of the public halves of what is installed; *signing* are those of *installed*
    that sign. *by* is the person who says so, empty where the host does.
    """

    host: str
    signer: str
    at: datetime
    fingerprints: Mapping[tuple[str, str], str]
    signing: frozenset[tuple[str, str]]
    by: str = ""


class Mismatch(ValueError):
    """The host holds another key than the lock under this selector."""

    def __init__(self, key: Key) -> None:
        super().__init__(key.owner)
        self.key = key


def confirmed(keys: tuple[Key, ...], report: Report) -> tuple[Key, ...]:
    """*keys* with what *report* says of those of its signer; an older report than the last changes nothing.

    The first time a host says something counts: what it only repeats adds nothing. Raises `Mismatch`.
    """
    return tuple(_confirmed(key, report) if key.signer == report.signer else key for key in keys)


def _confirmed(key: Key, report: Report) -> Key:
    at = (key.domain, key.selector)
    held = report.fingerprints.get(at)
    if held is not None and held != dkim.fingerprint(dkim.Record.parse(key.record)):
        raise Mismatch(key)
    if key.state not in _TOLD:
        return key
    signs = at in report.signing
    last = next((word for word in key.words if word.host == report.host), None)
    if last and (last.signs is signs or report.at < last.at):
        return key
    if last is None and not signs and (key.state is State.VISIBLE or report.at < key.since):
        return key  # it need not have heard of the key yet
    words = (
        *(word for word in key.words if word.host != report.host),
        Word(report.host, report.at, signs, report.by),
    )
    return replace(key, words=tuple(sorted(words)))
