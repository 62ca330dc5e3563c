"""DKIM key records, RFC 6376 section 3.6.1, with RFC 8301 and RFC 8463."""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from dnsauth.records import BadRecord, der, private_key, tags
from dnsauth.records.pasted import unwrapped
from dnsauth.records.tags import Tag
from dnsauth.records.text import characters, moved, shown, value

ED25519_OCTETS = 32  # RFC 8463 section 4.2

_SECTION = "RFC 6376 section 3.6.1"
_NAMES = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_VALUES = re.compile(r"[\t\r\n\x20-\x3a\x3c-\x7e]*")
_WORD = re.compile(r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?")  # hyphenated-word, RFC 6376 section 2.10
_SERVICE = re.compile(rf"\*|{_WORD.pattern}")
_NOTES = re.compile(r"(?:[\x21-\x3a\x3c-\x7e](?:[\t\x20-\x3a\x3c-\x7e]*[\x21-\x3a\x3c-\x7e])?)?")
_VERSION = tags.version("DKIM1")
_KEY = re.compile(rf"(?!{tags.BLANK}v{tags.BLANK}=)(?:.*;)?{tags.BLANK}p{tags.BLANK}=")
_WORDS = {"hashes": _WORD, "services": _SERVICE, "flags": _WORD}
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=\s]")
_BARE = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")
_ARMOUR = re.compile(r"-----[A-Z ]+-----")
_ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")  # RFC 8410 section 4


class KeyType(StrEnum):
    """The key types there are signatures for, RFC 6376 section 3.6.1 and RFC 8463 section 4.2."""

    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class Record:
    """A key record; an empty *key* is revoked.

    *key* is the SubjectPublicKeyInfo of an RSA key (a bare RSAPublicKey is taken and made one) or the 32
    octets of an Ed25519 key. *hashes*, *services*, *flags* are names in lower case, sorted; none means all
    hashes, all services, no flag.

    Raises `BadRecord` for a key that is none and for text that cannot stand in its tag.
    """

    key: bytes
    key_type: KeyType = KeyType.RSA
    hashes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    notes: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", _key(self.key, self.key_type))
        for name, pattern in _WORDS.items():
            if given := getattr(self, name):
                words = {_word(word, pattern) for word in given}
                object.__setattr__(self, name, () if "*" in words else tuple(sorted(words)))
        if not _NOTES.fullmatch(self.notes):
            raise BadRecord(f"notes are printable text without ';', not {shown(self.notes)}", 1, _SECTION)

    @classmethod
    def parse(cls, text: str) -> Record:
        """The record a TXT value holds; tags nobody knows are ignored. Raises `BadRecord`."""
        return _parse(characters(text))

    def __str__(self) -> str:
        written = {
            "k": self.key_type if self.key or self.key_type is not KeyType.RSA else "",
            "h": ":".join(self.hashes),
            "s": ":".join(self.services),
            "t": ":".join(self.flags),
            "n": self.notes,
        }
        key = b2a_base64(self.key, newline=False).decode()
        return value("; ".join(("v=DKIM1", *(f"{k}={v}" for k, v in written.items() if v), f"p={key}")))

    @property
    def revoked(self) -> bool:
        """True where the selector is known and its key must not be used (section 3.6.1)."""
        return not self.key

    @property
    def bits(self) -> int:
        """The size of an RSA modulus or an Ed25519 key; 0 where the key is revoked."""
        if self.key_type is KeyType.RSA and self.key:
            return der.rsa_public_key(self.key).modulus.bit_length()
        return len(self.key) * 8


def selects(text: str) -> bool:
    """True where a TXT value says it is a key record: by its version, or by a key without one."""
    return _VERSION.match(text) is not None or _KEY.match(text) is not None


def algorithm(record: Record) -> str:
    """``ed25519``, or ``rsa-`` and the bits of the modulus; ``revoked`` where there is no key."""
    if record.revoked:
        return "revoked"
    return f"rsa-{record.bits}" if record.key_type is KeyType.RSA else str(record.key_type)


def fingerprint(record: Record) -> str:
    """SHA-256 of the key's octets, as `Record` holds them, in hex."""
    return sha256(record.key).hexdigest()


def from_vendor(text: str) -> Record:
    """The record in what a vendor hands over: a key in base64 or PEM, or a record in any wrapping.

    Raises `BadRecord`; a private key is refused and not repeated.
    """
    if private_key.held(text):
        raise BadRecord("this is a private key: give the public half, and replace the key", 1, _SECTION)
    body = unwrapped(_ARMOUR.sub("", text))
    if _BARE.fullmatch("".join(body.split())):
        key = _base64(body)
        if len(key) == ED25519_OCTETS or key.startswith(_ED25519_SPKI):
            return Record(key[-ED25519_OCTETS:], KeyType.ED25519)
        return Record(key)
    return _parse(body)


@lru_cache(maxsize=1024)  # rule after rule asks for the same ones
def _parse(text: str) -> Record:
    found = tags.checked(text, _NAMES, _VALUES, "RFC 6376 section 3.2")
    version = found.get("v")
    if version and (version.value != "DKIM1" or next(iter(found)) != "v"):
        raise BadRecord("'v' is DKIM1 and stands first, or is not there", version.column, _SECTION)
    if "p" not in found:
        raise BadRecord("there is no 'p', the key", 1, _SECTION)
    key_type = _key_type(found["k"]) if "k" in found else KeyType.RSA
    try:
        key = _key(_base64(found["p"].value), key_type)
    except BadRecord as error:
        raise moved(error, found["p"].value_column - 1) from None
    return Record(
        key,
        key_type,
        hashes=_words(found.get("h"), _WORD),
        services=_words(found.get("s"), _SERVICE),
        flags=_words(found.get("t"), _WORD),
        notes=found["n"].value if "n" in found else "",
    )


def _key_type(tag: Tag) -> KeyType:
    named = tag.value.lower()
    try:
        return KeyType(named)
    except ValueError:
        reason = f"{shown(named)} is no key type: {' or '.join(KeyType)}"
        raise BadRecord(reason, tag.value_column, _SECTION) from None


def _words(tag: Tag | None, pattern: re.Pattern[str]) -> tuple[str, ...]:
    words = []
    for word, column in tags.items(tag, ":") if tag else ():
        try:
            words.append(_word(word, pattern))
        except BadRecord as error:
            raise moved(error, column - 1) from None
    return tuple(words)


def _word(word: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(word):
        raise BadRecord(f"{shown(word)} is no word of letters, digits and '-'", 1, _SECTION)
    return word.lower()


def _base64(text: str) -> bytes:
    packed = "".join(text.split())
    try:
        return a2b_base64(packed, strict_mode=True) if packed else b""
    except ValueError:
        if bad := _NOT_BASE64.search(text):
            raise BadRecord(f"{shown(bad[0])} is not of base64", bad.start() + 1, _SECTION) from None
        raise BadRecord("the key's base64 is cut off or wrongly padded", 1, _SECTION) from None


@lru_cache(maxsize=1024)
def _key(octets: bytes, key_type: KeyType) -> bytes:
    if not octets:
        return b""
    if key_type is KeyType.ED25519:
        if len(octets) != ED25519_OCTETS:
            reason = f"an Ed25519 key is {ED25519_OCTETS} octets, not {len(octets)}"
            raise BadRecord(reason, 1, "RFC 8463 section 4.2")
        return octets
    try:
        return der.spki(der.rsa_public_key(octets))
    except der.BadDER as error:
        raise BadRecord(str(error), 1, _SECTION) from None


REVOKED = Record(b"")
"""The key record of a selector whose key must not be used, whatever it was."""
