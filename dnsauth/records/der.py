"""RSA public keys in DER: the two forms DKIM keys are published in, and nothing else of ASN.1 (X.690)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_INTEGER, _BIT_STRING, _SEQUENCE = 0x02, 0x03, 0x30
_RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d0101010500")  # RFC 3279 section 2.3.1


class BadDER(ValueError):
    """The octets are no RSA public key in DER; the message says why."""


class RSAPublicKey(NamedTuple):
    """RFC 8017 appendix A.1.1."""

    modulus: int
    exponent: int


@lru_cache(maxsize=1024)
def rsa_public_key(octets: bytes) -> RSAPublicKey:
    """The key in a SubjectPublicKeyInfo (RFC 5280 section 4.1) or a bare RSAPublicKey; raises `BadDER`."""
    body = _only(octets, _SEQUENCE)
    if body[:1] == bytes([_SEQUENCE]):
        algorithm, rest = _take(body, _SEQUENCE)
        if algorithm != _RSA_ENCRYPTION:
            raise BadDER("the key is not of RSA")
        bits = _only(rest, _BIT_STRING)
        if bits[:1] != b"\0":
            raise BadDER("the key is no whole number of octets")
        body = _only(bits[1:], _SEQUENCE)
    modulus, rest = _take(body, _INTEGER)
    exponent = _only(rest, _INTEGER)
    return RSAPublicKey(_positive(modulus), _positive(exponent))


def spki(key: RSAPublicKey) -> bytes:
    """*key* as SubjectPublicKeyInfo, the form every verifier reads."""
    numbers = b"".join(_put(_INTEGER, n.to_bytes(n.bit_length() // 8 + 1)) for n in key)
    bits = _put(_BIT_STRING, b"\0" + _put(_SEQUENCE, numbers))
    return _put(_SEQUENCE, _put(_SEQUENCE, _RSA_ENCRYPTION) + bits)


def _only(octets: bytes, tag: int) -> bytes:
    contents, rest = _take(octets, tag)
    if rest:
        raise BadDER(f"{len(rest)} octets follow where the key ends")
    return contents


def _take(octets: bytes, tag: int) -> tuple[bytes, bytes]:
    """The contents of the first element, which must be of type *tag*, and the octets behind it."""
    if len(octets) < 2 or octets[0] != tag:
        raise BadDER("the key is no RSA public key in DER")
    length, start = octets[1], 2
    if length >= 0x80:
        start += length - 0x80
        length = int.from_bytes(octets[2:start])
        if start > 4 or length < 0x80 or octets[2] == 0:
            raise BadDER("the key has a length that is not DER")
    if len(octets) < start + length:
        raise BadDER(f"the key is cut off: {start + length - len(octets)} octets are missing")
    return octets[start : start + length], octets[start + length :]


def _put(tag: int, contents: bytes) -> bytes:
    length = len(contents)
    if length < 0x80:
        return bytes([tag, length]) + contents
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 + len(octets)]) + octets + contents


def _positive(octets: bytes) -> int:
    if not octets or octets[0] >= 0x80 or not any(octets) or (octets[0] == 0 and octets[1] < 0x80):
        raise BadDER("the key holds a number that is not positive or not DER")
    return int.from_bytes(octets)
