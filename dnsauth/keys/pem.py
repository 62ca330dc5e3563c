"""Private keys in PEM, and why one is none that DKIM can use.

What is wrong is said without one octet of the key, and the error has none in its chain: a library shows in
its own what it could not read.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from dnsauth.errors import DnsauthError

if TYPE_CHECKING:  # it takes a tenth of a second to load, and most commands read no key
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers

    Private: TypeAlias = RSAPrivateKey | Ed25519PrivateKey

SIZES = (2048, 3072, 4096)  # bits of a modulus; RFC 8301 section 3.2 has verifiers read no more
F4 = 65537  # the public exponent; FIPS 186-5 section 5.1 asks for more than 65536
LARGEST = 1 << 16  # octets; the key of 4096 bits takes 3300

_MARK = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 ]+)-----")  # RFC 7468 section 2
_PRIVATE = b"PRIVATE KEY"
_READ = {b"PRIVATE KEY", b"RSA PRIVATE KEY"}  # RFC 5958, RFC 8017 appendix A.1.2
_OTHER = {b"EC PRIVATE KEY": "EC", b"DSA PRIVATE KEY": "DSA"}
_MULTI_PRIME = re.compile(rb"\x30\x82..\x02\x01\x01\x02\x82", re.DOTALL)  # version 1, and a modulus

_AGAIN = "bring the file again from where the key is in use; `openssl pkey -in FILE -check -noout` judges it"
_NEW = "use a new key: `dnsauth keys new` makes one"
_PLAIN = "write it without passphrase: `openssl pkey -in FILE -out key.pem`"


class BadKey(DnsauthError):
    """A private key that is none, or none for DKIM; the message names the RFC and repeats nothing of it."""


class _Block(NamedTuple):
    label: bytes
    body: bytes


def private(octets: bytes, *, kept: bool = False) -> Private:
    """The one private key in *octets*, in any whitespace; raises `BadKey`.

    Primes of a key we *kept* ourselves are not tested again, which takes most of the time: 40 ms for 2048
    bits, 280 ms for 4096.
    """
    der = _der(_block(octets))
    if _MULTI_PRIME.search(der):
        raise BadKey("the key is one of more than two primes (RFC 8017 appendix A.1.2)", _NEW)
    found = _usable(_loaded(der, tested=False))
    if not kept and _loaded(der, tested=True) is None:
        raise BadKey("the key's factors are no primes (RFC 8017 section 3.2)", _NEW)
    return found


def _block(octets: bytes) -> _Block:
    if len(octets) > LARGEST:
        raise BadKey(
            f"the file is larger than {LARGEST >> 10} KiB, and so no key", "name the file of one key"
        )
    blocks = [block for block in _blocks(octets) if block.label.endswith(_PRIVATE)]
    if len(blocks) > 1:
        raise BadKey(f"{len(blocks)} private keys are in the file", "give each a file of its own")
    if not blocks:
        raise _lacking(octets)
    return blocks[0]


def _blocks(octets: bytes) -> Iterator[_Block]:
    marks = list(_MARK.finditer(octets))
    for begin, end in pairwise(marks):
        if (begin[1], end[1], end[2]) == (b"BEGIN", b"END", begin[2]):
            yield _Block(begin[2], octets[begin.end() : end.start()])


def _lacking(octets: bytes) -> BadKey:
    """Why there is no block of a private key in *octets*."""
    labels = {mark[2] for mark in _MARK.finditer(octets)}
    if any(label.endswith(_PRIVATE) for label in labels):
        return BadKey("the key is cut off: its line BEGIN has no line END (RFC 7468 section 2)", _AGAIN)
    if any(label.endswith(b"PUBLIC KEY") for label in labels):
        return BadKey("the file holds a public key and no private one", "name the file of the private half")
    if octets[:1] == b"\x30":
        return BadKey(
            "the file is in DER, and not in PEM (RFC 7468)",
            "write it as PEM: `openssl pkey -inform DER -in FILE -out key.pem`",
        )
    return BadKey(
        "no private key is in the file (RFC 7468 section 10)", "name a file that has a line BEGIN PRIVATE KEY"
    )


def _der(block: _Block) -> bytes:
    label, body = block
    if label == b"ENCRYPTED PRIVATE KEY" or b"Proc-Type:" in body:  # RFC 5958 section 3, RFC 1421
        raise BadKey("the key is encrypted with a passphrase (RFC 5958 section 3)", _PLAIN)
    if label == b"OPENSSH PRIVATE KEY":
        raise BadKey(
            "the key is in OpenSSH's own form", "write it as PKCS#8: `ssh-keygen -p -m PKCS8 -f FILE`"
        )
    if label in _OTHER:
        raise _unknown(_OTHER[label])
    if label not in _READ:
        raise BadKey(
            "the key's form is neither PKCS#8 nor PKCS#1 (RFC 5958, RFC 8017 appendix A.1.2)", _PLAIN
        )
    try:
        return a2b_base64(b"".join(body.split()), strict_mode=True)
    except ValueError:  # its text tells of the key's octets
        pass
    raise BadKey("the key's base64 is cut off or damaged (RFC 7468 section 3)", _AGAIN)


def _loaded(der: bytes, *, tested: bool) -> object | None:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        return load_der_private_key(der, None, unsafe_skip_rsa_key_validation=not tested)
    except Exception:  # noqa: BLE001  whatever it says, it may say with the key
        return None


def _usable(found: object | None) -> Private:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if found is None:
        raise BadKey("the base64 holds no private key (RFC 5958 section 2, RFC 8017 appendix A.1.2)", _AGAIN)
    if isinstance(found, Ed25519PrivateKey):
        return found
    if not isinstance(found, RSAPrivateKey):
        raise _unknown(type(found).__name__.removesuffix("PrivateKey"))
    if found.key_size < min(SIZES):
        raise BadKey(
            f"the key has {found.key_size} bits, and signers should use {min(SIZES)} at least"
            " (RFC 8301 section 3.2)",
            _NEW,
        )
    if found.key_size not in SIZES:
        raise BadKey(
            f"the key has {found.key_size} bits: dnsauth keeps {', '.join(map(str, SIZES))}, and"
            " verifiers need not read more (RFC 8301 section 3.2)",
            _NEW,
        )
    numbers = found.private_numbers()
    if numbers.public_numbers.e != F4:
        raise BadKey(
            f"the key's public exponent is {numbers.public_numbers.e}, and signers use {F4}"
            " (RFC 8017 section 3.1, FIPS 186-5 section 5.1)",
            _NEW,
        )
    if not _sound(numbers):
        raise BadKey("the key's numbers do not belong together (RFC 8017 section 3.2)", _AGAIN)
    return found


def _unknown(kind: str) -> BadKey:
    return BadKey(
        f"the key is one of {kind}; DKIM has RSA and Ed25519 (RFC 6376 section 3.3, RFC 8463)", _NEW
    )


def _sound(numbers: RSAPrivateNumbers) -> bool:
    """True where *numbers* meet RFC 8017 section 3.2; that the factors are primes is not tested."""
    p, q, d, e = numbers.p, numbers.q, numbers.d, numbers.public_numbers.e
    return (
        min(p, q) > 1
        and p * q == numbers.public_numbers.n
        and (numbers.dmp1, numbers.dmq1) == (d % (p - 1), d % (q - 1))
        and d * e % (p - 1) == d * e % (q - 1) == numbers.iqmp * q % p == 1
    )
