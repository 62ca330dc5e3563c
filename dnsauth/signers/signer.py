"""What a signer is, and the signers of an inventory, made when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from dnsauth.keys.pair import KeyPair
from dnsauth.plugins import plugin

GROUP = "dnsauth.signers"
"""The entry points of signers: each a callable of name, settings, directory and environ that makes one."""

_OTHERS = frozenset({"class", "hosts"})  # settings that are not the class's own


class SigningKey(NamedTuple):
    """A key a signer should hold; *domain* is without the final dot, *signs* tells whether it signs now."""

    domain: str
    selector: str
    pair: KeyPair
    signs: bool


class Signer(Protocol):
    """Software that signs mail, by what its class can do with keys."""

    def install(self, keys: Sequence[SigningKey]) -> tuple[str, ...]:
        """Put every one of *keys* in place, sign with those that say so, take away others of its own.

        What changed comes back, one line each; nothing where all was so. Raises `DnsauthError`, with the old
        state restored, where the new one is refused by a check or does not load.
        """


def open_signer(
    name: str, settings: Mapping[str, object], directory: Path, environ: Mapping[str, str]
) -> Signer:
    """Signer *name* of the ``dnsauth.yaml`` in *directory*, with its *settings* as they are written there.

    Raises `DnsauthError` that tells every problem of *settings*. Commands of a signer run with *environ*.
    """
    own = {key: value for key, value in settings.items() if key not in _OTHERS}
    made: Callable[..., Signer] = plugin(GROUP, str(settings.get("class", "")), f"signer {name}")
    return made(name, own, directory, environ)
