"""Private keys that are none, or none for DKIM: one line each with its reason, and nothing of the key in it."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from math import lcm

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from dnsauth.keys.pair import BadKey, KeyPair, from_pem, generate, kept
from tests.keys.secrets import shown, told

PKCS1, PKCS8, SSH = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8, PrivateFormat.OpenSSH


@cache
def good() -> KeyPair:
    return generate("rsa-2048")


@cache
def key(bits: int = 2048, exponent: int = 65537):
    return rsa.generate_private_key(exponent, bits)


def pem(private, form=PKCS8, lock=None) -> bytes:
    return private.private_bytes(Encoding.PEM, form, lock or NoEncryption())


def public() -> bytes:
    return key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def armoured(der: bytes, label: str = "RSA PRIVATE KEY") -> bytes:
    return f"-----BEGIN {label}-----\n{b64encode(der).decode()}\n-----END {label}-----\n".encode()


def integer(number: int) -> bytes:
    return element(2, number.to_bytes(number.bit_length() // 8 + 1))


def element(tag: int, body: bytes) -> bytes:
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return bytes([tag, *([len(body)] if len(body) < 0x80 else [0x80 + len(length), *length])]) + body


def numbers(*, version: int = 0, **changed: int) -> bytes:
    """An RSAPrivateKey (RFC 8017 appendix A.1.2) with some numbers changed."""
    n = key().private_numbers()
    whole = {"n": n.public_numbers.n, "e": 65537, "d": n.d, "p": n.p, "q": n.q}
    whole |= {"dmp1": n.dmp1, "dmq1": n.dmq1, "iqmp": n.iqmp} | changed
    return element(0x30, integer(version) + b"".join(map(integer, whole.values())))


def composite() -> bytes:
    """An RSA key whose numbers belong together, and one of whose factors is no prime."""
    while True:
        p = rsa.generate_private_key(65537, 1024).public_key().public_numbers().n
        q = rsa.generate_private_key(65537, 2048).private_numbers().q
        if (p * q).bit_length() == 2048:
            d = pow(65537, -1, lcm(p - 1, q - 1))
            return numbers(n=p * q, d=d, p=p, q=q, dmp1=d % (p - 1), dmq1=d % (q - 1), iqmp=pow(q, -1, p))


def n() -> rsa.RSAPrivateNumbers:
    return key().private_numbers()


def changed(old: bytes, new: bytes, octets: bytes = b"") -> bytes:
    octets = octets or good().private
    assert old in octets
    return octets.replace(old, new, 1)


def without_line(number: int) -> bytes:
    lines = good().private.splitlines(keepends=True)
    return b"".join(lines[:number] + lines[number + 1 :])


BAD = [
    # forms
    (lambda: b"", "no private key is in the file (RFC 7468 section 10)"),
    (lambda: b"hello", "no private key is in the file"),
    (lambda: b"\0" * 100, "no private key is in the file"),
    (lambda: b"-----BEGIN X-----" * 3000, "no private key is in the file"),
    (lambda: b"-----BEGIN PRIVATE KEY-----" * 2000, "the key is cut off: its line BEGIN has no line END"),
    (lambda: good().private * 40, "the file is larger than 64 KiB"),
    (lambda: good().private * 2, "2 private keys are in the file"),
    (lambda: good().private + pem(key(), PKCS1), "2 private keys are in the file"),
    (lambda: good().private + pem(ec.generate_private_key(ec.SECP256R1())), "2 private keys are in the file"),
    (public, "the file holds a public key and no private one"),
    (
        lambda: key().public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        "holds a public key and no private one",
    ),
    (
        lambda: key().private_bytes(Encoding.DER, PKCS8, NoEncryption()),
        "the file is in DER, and not in PEM (RFC 7468)",
    ),
    (lambda: pem(key(), SSH), "the key is in OpenSSH's own form"),
    (lambda: armoured(b"x", "TSS2 PRIVATE KEY"), "the key's form is neither PKCS#8 nor PKCS#1 (RFC 5958"),
    # passphrases
    (
        lambda: pem(key(), PKCS8, BestAvailableEncryption(b"x")),
        "the key is encrypted with a passphrase (RFC 5958",
    ),
    (lambda: pem(key(), PKCS1, BestAvailableEncryption(b"x")), "the key is encrypted with a passphrase"),
    (
        lambda: pem(Ed25519PrivateKey.generate(), PKCS8, BestAvailableEncryption(b"x")),
        "encrypted with a passphrase",
    ),
    # damage
    (lambda: good().private[:-30], "the key is cut off: its line BEGIN has no line END (RFC 7468 section 2)"),
    (lambda: good().private[40:], "the key is cut off"),
    (lambda: changed(b"-----END PRIVATE", b"-----END RSA PRIVATE"), "the key is cut off"),
    (
        lambda: changed(b"PRIVATE KEY-----\nMII", b"PRIVATE KEY-----\n*II"),
        "the key's base64 is cut off or damaged (RFC 7468",
    ),
    (lambda: changed(b"\n-----END", b"A\n-----END"), "the key's base64 is cut off or damaged"),
    (
        lambda: changed(b"PRIVATE KEY-----\n", b"PRIVATE KEY-----\n:x\n"),
        "the key's base64 is cut off or damaged",
    ),
    (lambda: without_line(5), "the base64 holds no private key (RFC 5958 section 2, RFC 8017"),
    (lambda: without_line(-2), "the base64 holds no private key"),
    (lambda: armoured(b"x" * 1200), "the base64 holds no private key"),
    (lambda: armoured(b""), "the base64 holds no private key"),
    (lambda: armoured(numbers() + b"\0\0\0"), "the base64 holds no private key"),
    (
        lambda: armoured(key().public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)),
        "the base64 holds no private key",
    ),
    # other keys
    (
        lambda: pem(ec.generate_private_key(ec.SECP256R1())),
        "the key is one of EC; DKIM has RSA and Ed25519 (RFC 6376",
    ),
    (lambda: pem(ec.generate_private_key(ec.SECP256R1()), PKCS1), "the key is one of EC"),
    (lambda: pem(dsa.generate_private_key(1024), PKCS1), "the key is one of DSA"),
    (lambda: pem(ed448.Ed448PrivateKey.generate()), "the key is one of Ed448"),
    (lambda: pem(x25519.X25519PrivateKey.generate()), "the key is one of X25519"),
    # numbers
    (
        lambda: pem(key(1024)),
        "the key has 1024 bits, and signers should use 2048 at least (RFC 8301 section 3.2)",
    ),
    (lambda: pem(key(2047)), "the key has 2047 bits, and signers should use 2048 at least"),
    (
        lambda: pem(key(2304)),
        "the key has 2304 bits: dnsauth keeps 2048, 3072, 4096, and verifiers need not read more",
    ),
    (
        lambda: pem(key(2048, 3)),
        "the key's public exponent is 3, and signers use 65537 (RFC 8017 section 3.1",
    ),
    (
        lambda: armoured(numbers(version=1)),
        "the key is one of more than two primes (RFC 8017 appendix A.1.2)",
    ),
    (lambda: armoured(numbers(version=2)), "the base64 holds no private key"),
    (
        lambda: armoured(numbers(n=n().public_numbers.n + 2)),
        "the key's numbers do not belong together (RFC 8017 section 3.2)",
    ),
    (lambda: armoured(numbers(d=n().d + 2)), "the key's numbers do not belong together"),
    (lambda: armoured(numbers(p=n().p + 2)), "the key's numbers do not belong together"),
    (lambda: armoured(numbers(p=1, q=n().public_numbers.n)), "the key's numbers do not belong together"),
    (lambda: armoured(numbers(dmp1=n().dmp1 + 2)), "the key's numbers do not belong together"),
    (lambda: armoured(numbers(dmq1=n().dmq1 + 2)), "the key's numbers do not belong together"),
    (lambda: armoured(numbers(iqmp=n().iqmp + 1)), "the key's numbers do not belong together"),
    (lambda: armoured(composite()), "the key's factors are no primes (RFC 8017 section 3.2)"),
]


@pytest.mark.parametrize(
    ("octets", "reason"), BAD, ids=[f"{i} {reason}" for i, (_, reason) in enumerate(BAD)]
)
def test_what_is_no_key_for_dkim_is_refused_with_its_reason_and_without_an_octet_of_it(octets, reason):
    octets = octets()
    with pytest.raises(BadKey, match=re.escape(reason)) as caught:
        from_pem(octets)
    assert caught.value.hint
    secret = [good(), *(KeyPair(good().public, pem(key(*size))) for size in ((), (1024,), (2048, 3)))]
    assert [] == shown(f"{told(caught.value)}{caught.value.hint}", *secret)
    assert (None, None) == (caught.value.__cause__, caught.value.__context__)


def test_a_key_without_changes_is_taken():
    assert from_pem(pem(key())) == from_pem(armoured(numbers())) == kept(armoured(numbers()))


def test_a_key_beside_its_certificate_or_curve_is_taken():
    assert good() == from_pem(public() + armoured(b"x", "CERTIFICATE") + good().private + public())


def test_a_store_gives_back_what_it_kept_without_the_test_for_primes():
    octets = armoured(composite())
    assert "rsa-2048" == kept(octets).algorithm
    with pytest.raises(BadKey, match="numbers do not belong together"):
        kept(armoured(numbers(d=n().d + 2)))
