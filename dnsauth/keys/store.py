"""What a key store is, and the stores of an inventory, opened when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeAlias

from dnsauth.keys.pair import KeyPair
from dnsauth.plugins import plugin

GROUP = "dnsauth.key_stores"
"""The entry points of stores, each an `Opener` by the name of its class."""


class KeyStore(Protocol):
    """Where private halves are kept, by the owner name of the key record without its final dot.

    Every method raises `DnsauthError` for a name that is none, and where the store cannot be asked.
    """

    @property
    def reads(self) -> bool:
        """True where the private halves can be read here."""

    def put(self, name: str, pair: KeyPair) -> None:
        """Keep *pair*; when this returns, it was read back, and where the store `reads` proved to be it.

        Nothing happens where it is kept already. Raises `DnsauthError` where another key stands under the
        name: of two who put at once, one succeeds.
        """

    def get(self, name: str) -> KeyPair:
        """The key under *name*; raises `DnsauthError` where there is none or it can't be read here."""

    def names(self) -> tuple[str, ...]:
        """The names of all keys that are kept, sorted."""

    def delete(self, name: str) -> None:
        """Keep the key no more; where there is none, nothing happens."""


Opener: TypeAlias = Callable[[str, Mapping[str, object], Path, Mapping[str, str]], KeyStore]
"""What an entry point is: it has the parameters of `open_store`, and opens stores of its class."""


def open_store(
    name: str, settings: Mapping[str, object], directory: Path, environ: Mapping[str, str]
) -> KeyStore:
    """Key store *name* of the ``dnsauth.yaml`` in *directory*, with its *settings* as they are written there.

    Secrets are ``env/NAME``, from *environ*; paths are relative to *directory*. Raises `DnsauthError` with
    every problem of the settings.
    """
    opened: Opener = plugin(GROUP, str(settings.get("class", "")), f"key store {name}")
    return opened(name, settings, directory, environ)
