"""What a signer of files is told in dnsauth.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from dnsauth.signers.settings import Settings


class Terms(NamedTuple):
    """Where its files go, whose the keys are (an empty text: who runs dnsauth), and what is run after."""

    directory: Path
    owner: str
    group: str
    mode: int
    check: tuple[str, ...]
    reload: tuple[str, ...]


def terms(name: str, written: Mapping[str, object], base: Path, reload: tuple[str, ...] = ()) -> Terms:
    """The terms of signer *name*, *written* in the dnsauth.yaml of *base*, with *reload* where it says none.

    Raises `DnsauthError` that tells every problem.
    """
    settings = Settings(name, written)
    settings.known(Terms._fields)
    found = Terms(
        directory=settings.directory(base),
        owner=settings.account("owner"),
        group=settings.account("group"),
        mode=settings.mode("mode"),
        check=settings.argv("check"),
        reload=settings.argv("reload", reload),
    )
    settings.end()
    return found
