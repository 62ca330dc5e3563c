"""RSA keys, made for a run, with the faults that keys in the wild have."""

from __future__ import annotations

import math
import random
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dnsauth.checks.weak_rsa import primes
from dnsauth.records import der, dkim
from dnsauth.records.der import RSAPublicKey

_RANDOM = random.Random(7)
_SMALL = math.prod(primes(2000))


@cache
def private(
    bits: int = 2048,
    exponent: int = 65537,
    which: int = 0,  # noqa: ARG001  one key for each
) -> rsa.RSAPrivateKey:
    """A key as `cryptography` makes them; *which* of several."""
    return rsa.generate_private_key(exponent, bits)


def published(key: rsa.RSAPrivateKey) -> str:
    """The key record of *key*."""
    return str(dkim.Record(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)))


def rsa_record(bits: int = 2048, exponent: int = 65537, which: int = 0) -> str:
    """The key record of `private`."""
    return published(private(bits, exponent, which))


@cache
def ed25519() -> str:
    """The key record of an Ed25519 key."""
    raw = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return str(dkim.Record(raw, dkim.KeyType.ED25519))


def numbers(modulus: int, exponent: int = 65537) -> str:
    """The key record of an RSA key of these numbers, right or wrong."""
    return str(dkim.Record(der.spki(RSAPublicKey(modulus, exponent))))


def factors(which: int = 0, bits: int = 2048) -> tuple[int, int]:
    """The primes of `private`."""
    found = private(bits, 65537, which).private_numbers()
    return found.p, found.q


def _is_prime(number: int) -> bool:
    """True where a large *number* has no small factor, and passes Fermat's test to a few bases."""
    return math.gcd(number, _SMALL) == 1 and all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7))


def next_prime(number: int) -> int:
    """The first prime above an odd *number*."""
    while True:
        number += 2
        if _is_prime(number):
            return number


def a_prime(bits: int) -> int:
    """A prime of so many bits."""
    return next_prime(_RANDOM.getrandbits(bits) | 1 | 1 << bits - 1)


@cache
def roca(bits: int = 2048) -> int:
    """A modulus as the chips made it: primes that are powers of 65537 modulo the product of the first primes."""
    product = math.prod(primes(168))

    def prime() -> int:
        while True:
            rest = pow(65537, _RANDOM.getrandbits(64), product)
            number = _RANDOM.getrandbits(bits // 2 - product.bit_length()) * product + rest
            if _is_prime(number):
                return number

    return prime() * prime()
