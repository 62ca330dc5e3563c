"""Stores that give back what they were given: a shelf of octets by name, and all that a key asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dnsauth.errors import DnsauthError
from dnsauth.keys.name import KeyName, key_name
from dnsauth.keys.pair import BadKey, KeyPair, kept


class Shelf(Protocol):
    """Where octets lie by the name of their key; each method raises `DnsauthError` where it can't be done."""

    def create(self, key: KeyName, octets: bytes) -> bool:
        """Lay *octets* there, whole and to last; False where there are some already, and they stay."""

    def read(self, key: KeyName) -> bytes | None:
        """What lies there, or None."""

    def names(self) -> tuple[str, ...]:
        """The names of keys that have something, sorted."""

    def delete(self, key: KeyName) -> None:
        """Take away what lies there, if anything does."""


@dataclass(frozen=True, slots=True)
class PlainStore:
    """Key store *name*, which keeps PKCS#8 in PEM; see `dnsauth.keys.store.KeyStore`."""

    name: str
    shelf: Shelf

    @property
    def reads(self) -> bool:
        """True: who may write here may read."""
        return True

    def put(self, name: str, pair: KeyPair) -> None:
        """Keep *pair*, and prove that it is what came to stand there."""
        proved(name, pair)
        self.shelf.create(key_name(name), pair.private)
        if self.get(name).public.key != pair.public.key:
            raise taken(name, self.name)

    def get(self, name: str) -> KeyPair:
        """The key under *name*."""
        octets = self.shelf.read(key_name(name))
        if octets is None:
            raise absent(name, self.name)
        return read(octets, name, self.name)

    def names(self) -> tuple[str, ...]:
        """The names of all keys."""
        return self.shelf.names()

    def delete(self, name: str) -> None:
        """Forget the key under *name*."""
        self.shelf.delete(key_name(name))


def proved(name: str, pair: KeyPair) -> None:
    """Raise `DnsauthError` where the halves of *pair*, to be kept as *name*, are not of one key."""
    if kept(pair.private).public.key != pair.public.key:
        raise DnsauthError(
            f"the private half of {name} is not that of its public one",
            "keep it under the selector it is of; nothing was stored",
        )


def read(octets: bytes, name: str, store: str) -> KeyPair:
    """The pair *octets* hold, which *store* kept as *name*; raises `DnsauthError`."""
    try:
        return kept(octets)
    except BadKey as error:
        raise DnsauthError(
            f"what key store {store} keeps as {name} is no key: {error}",
            "bring the store's own copy back; `dnsauth rotate revoke` replaces a key that is lost",
        ) from None


def absent(name: str, store: str) -> DnsauthError:
    """The error of who asks *store* for a key it does not keep."""
    return DnsauthError(
        f"key store {store} keeps no key {name}",
        "see `dnsauth keys list`; `dnsauth rotate revoke` replaces a key that is lost",
    )


def taken(name: str, store: str) -> DnsauthError:
    """The error of who would put another key into *store* as *name*."""
    return DnsauthError(
        f"key store {store} keeps another key as {name}, which stays",
        "choose another selector: none is used for two keys (RFC 6376 section 3.1)",
    )
