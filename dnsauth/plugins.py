"""Classes of key stores and signers, found by entry point when they are used; ours come the same way."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoints, entry_points
from typing import Any

from dnsauth.errors import DnsauthError
from dnsauth.findings import nearest

_EXTRAS = {"vault": "vault", "aws": "aws", "ses": "aws"}
_OURS = "dnsauth."


def plugin(group: str, cls: str, what: str) -> Any:  # noqa: ANN401  a plugin is what its group says
    """What the entry point *cls* of *group* leads to; *what* is told of whoever asks, as in "signer mta".

    Raises `DnsauthError` where there is none, or it can't be loaded.
    """
    known = _known(group)
    if cls not in known.names:
        close = nearest(cls, known.names)
        there = f"there are {', '.join(sorted(known.names))}"
        raise DnsauthError(
            f"{what}: there is no class {cls}" if cls else f"{what} has no class",
            f"did you mean {close}? {there}" if close else there,
        )
    entry = known[cls]
    try:
        return entry.load()
    except ImportError as error:
        extra = cls in _EXTRAS and entry.value.startswith(_OURS)
        raise DnsauthError(
            f"{what}: class {cls} can't be loaded: {error}",
            f"pip install 'dnsauth[{_EXTRAS[cls]}]'"
            if extra
            else f"install again what brings it: {entry.value}",
        ) from error


@cache  # to look is to read what every installed distribution says
def _known(group: str) -> EntryPoints:
    return entry_points(group=group)
