"""Key pairs for DKIM: made here, or read from the PEM of whoever made them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from dnsauth.errors import DnsauthError
from dnsauth.keys import pem
from dnsauth.keys.pem import BadKey
from dnsauth.records import dkim

if TYPE_CHECKING:
    from dnsauth.keys.pem import Private

__all__ = ["ALGORITHMS", "BadKey", "KeyPair", "from_pem", "generate", "generate_many", "kept"]

ED25519 = "ed25519"
ALGORITHMS: tuple[str, ...] = (*(f"rsa-{bits}" for bits in pem.SIZES), ED25519)
"""What a key may be, spelled as in the inventory."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Both halves of a DKIM key; neither a text nor a pickle of it holds the private one.

    *public* is a key record with nothing but the key; *private* is PKCS#8 in PEM, unencrypted (RFC 5958,
    RFC 7468 section 10).
    """

    public: dkim.Record
    private: bytes = field(repr=False)

    @property
    def algorithm(self) -> str:
        """One of `ALGORITHMS`."""
        return dkim.algorithm(self.public)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key pair is not copied or pickled: its private half belongs in a key store")


def generate(algorithm: str) -> KeyPair:
    """A new key pair; raises `DnsauthError` where *algorithm* is none of `ALGORITHMS`."""
    if algorithm not in ALGORITHMS:
        raise DnsauthError(
            f"{algorithm!r} is no algorithm of DKIM keys", f"there are {', '.join(ALGORITHMS)}"
        )
    if algorithm == ED25519:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return _pair(Ed25519PrivateKey.generate())
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    return _pair(generate_private_key(pem.F4, int(algorithm.removeprefix("rsa-"))))


def generate_many(algorithms: Sequence[str], progress: Callable[[int, int], None]) -> tuple[KeyPair, ...]:
    """A new key pair for each of *algorithms*, in their order.

    *progress* gets how many are made, of how many. All cores work. The search for primes holds no lock of the
    interpreter, so threads do, and no private half crosses a pipe between processes.
    """
    from concurrent.futures import ThreadPoolExecutor, as_completed

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = [pool.submit(generate, algorithm) for algorithm in algorithms]
        try:
            for done, each in enumerate(as_completed(made), 1):
                each.result()
                progress(done, len(made))
        except BaseException:  # Ctrl-C waits for the keys at work, not for the thousand behind them
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return tuple(each.result() for each in made)


def from_pem(octets: bytes) -> KeyPair:
    """The key pair of the one private key in *octets*: PKCS#1 or PKCS#8, in any whitespace.

    Raises `BadKey` with the reason for anything else: another kind of key, a modulus of another size than
    `ALGORITHMS` has, another exponent than 65537, numbers that are no RSA key, a passphrase.
    """
    return _pair(pem.private(octets))


def kept(octets: bytes) -> KeyPair:
    """As `from_pem`, for *octets* a store gives back: all is proved again but that primes are primes."""
    return _pair(pem.private(octets, kept=True))


def _pair(private: Private) -> KeyPair:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key = private.public_key()
    if isinstance(private, Ed25519PrivateKey):
        public = dkim.Record(key.public_bytes(Encoding.Raw, PublicFormat.Raw), dkim.KeyType.ED25519)
    else:
        public = dkim.Record(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return KeyPair(public, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
