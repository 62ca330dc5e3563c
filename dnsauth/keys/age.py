"""The ``age`` store: private halves encrypted to recipients, public halves beside them, fit for Git.

``SELECTOR.age`` is what ``age -r …`` would write (https://age-encryption.org/v1) and ``SELECTOR.txt`` the key
record. The record is written first. So it tells whose name this is, also where nobody can decrypt: a ``put``
that was killed is made good by the same ``put``, and another key is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dnsauth.errors import DnsauthError
from dnsauth.keys import age_keys
from dnsauth.keys.files import KeyFiles
from dnsauth.keys.name import KeyName, key_name
from dnsauth.keys.pair import KeyPair
from dnsauth.keys.plain import absent, proved, read, taken
from dnsauth.keys.settings import Settings
from dnsauth.records import BadRecord, dkim


def open_store(
    name: str, written: Mapping[str, object], directory: Path, environ: Mapping[str, str]
) -> AgeStore:
    """The store that *written* describes; raises `DnsauthError` with every problem of it.

    An identity that is not here is no problem: where keys are only made, none should be.
    """
    settings = Settings(name, written, directory, environ)
    where = directory / settings.required("directory", "keys")
    recipients = age_keys.recipients(settings)
    identities, lacking = age_keys.identities(settings)
    settings.end()
    private, public = (
        KeyFiles(where, suffix, mode=0o644, directory_mode=0o755) for suffix in (".age", ".txt")
    )
    return AgeStore(name, private, public, recipients, identities, lacking)


@dataclass(frozen=True, slots=True)
class AgeStore:
    """Key store *name*; see `dnsauth.keys.store.KeyStore`. *lacking* says why there are no *identities*."""

    name: str
    private: KeyFiles
    public: KeyFiles
    recipients: Sequence[Any]
    identities: Sequence[Any] = field(repr=False)
    lacking: str

    @property
    def reads(self) -> bool:
        """True where an identity is here."""
        return bool(self.identities)

    def put(self, name: str, pair: KeyPair) -> None:
        """Keep *pair*, encrypted to the recipients of now."""
        from pyrage import encrypt

        key = key_name(name)
        proved(name, pair)
        octets = encrypt(pair.private, self.recipients)
        if self.reads:
            self._decrypted(octets, name)  # before it is stored: whether the identity is a recipient's
        self._claim(name, key, pair)
        if self.private.create(key, octets) and self.private.read(key) != octets:
            raise DnsauthError(
                f"{name} in key store {self.name} reads otherwise than it was written", "check the disk"
            )
        if self.reads and self.get(name).public.key != pair.public.key:
            raise taken(name, self.name)

    def get(self, name: str) -> KeyPair:
        """The key under *name*."""
        octets = self.private.read(key_name(name))
        if octets is None:
            raise absent(name, self.name)
        if not self.reads:
            raise DnsauthError(
                f"{name} in key store {self.name} is encrypted, and {self.lacking}",
                "run this on a host that has the identity of a recipient",
            )
        return read(self._decrypted(octets, name), name, self.name)

    def names(self) -> tuple[str, ...]:
        """The names of all keys whose private half is here."""
        return self.private.names()

    def delete(self, name: str) -> None:
        """Forget both halves of the key under *name*."""
        key = key_name(name)
        self.private.delete(key)
        self.public.delete(key)

    def _claim(self, name: str, key: KeyName, pair: KeyPair) -> None:
        """Write the record of *pair*; raises `DnsauthError` where the name is that of another key."""
        kept = self.private.read(key) is not None  # looked for before the record, which is written before it
        if kept and self.public.read(key) is None:
            if not self.reads:
                raise DnsauthError(
                    f"key store {self.name} keeps a key {name} without its record, and {self.lacking}",
                    "put it where the identity is, or choose another selector",
                )
            if self.get(name).public.key != pair.public.key:
                raise taken(name, self.name)
        record = f"{dkim.Record(pair.public.key, pair.public.key_type)}\n".encode()
        if not self.public.create(key, record) and _key(self.public.read(key)) != pair.public.key:
            raise taken(name, self.name)

    def _decrypted(self, octets: bytes, name: str) -> bytes:
        from pyrage import DecryptError, decrypt

        try:
            found: bytes = decrypt(octets, self.identities)
        except DecryptError:
            pass
        else:
            return found
        raise DnsauthError(
            f"{name} in key store {self.name} can't be decrypted with the identity here",
            "use the identity of one of the recipients it was encrypted to; those of now are in dnsauth.yaml",
        )


def _key(octets: bytes | None) -> bytes:
    """The key in the record *octets* hold; none where they hold no record."""
    try:
        return dkim.Record.parse((octets or b"").decode("ascii", "replace").strip()).key
    except BadRecord:
        return b""
