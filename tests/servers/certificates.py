"""Certificates of an authority of our own: for TLS servers, and for marks."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from gzip import compress
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
BIMI = ObjectIdentifier("1.3.6.1.5.5.7.3.31")
LOGOTYPE = ObjectIdentifier("1.3.6.1.5.5.7.1.12")


@dataclass(frozen=True)
class Issued:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def issued(
    common_name: str,
    *names: str,
    by: Issued | None = None,
    organisation: str = "DigiCert, Inc.",
    begins: datetime = NOW - timedelta(days=30),
    days: float = 90,
    usage: ObjectIdentifier | None = ExtendedKeyUsageOID.SERVER_AUTH,
    logotype: bytes | None = None,
) -> Issued:
    """A certificate for *names*, from *by*; without it an authority's own."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    issuer = by.certificate.subject if by else subject
    signing = by.key if by else key
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
    )
    if names:
        alternatives = x509.SubjectAlternativeName(list(map(x509.DNSName, names)))
        built = built.add_extension(alternatives, critical=False)
        if usage is not None:
            built = built.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if logotype is not None:
        built = built.add_extension(x509.UnrecognizedExtension(LOGOTYPE, logotype), critical=False)
    return Issued(built.sign(signing, hashes.SHA256()), key)


def logotype(
    logo: bytes, *, packed: bool = True, embedded: bool = True, hashed: bytes | None = None
) -> bytes:
    """The extension of a mark certificate for *logo*, RFC 9399 section 4: a subject logo, direct."""
    data = b64encode(compress(logo) if packed else logo)
    uri = b"data:image/svg+xml;base64," + data if embedded else b"https://logo.example/logo.svg"
    algorithm = _der(0x30, _der(0x06, bytes.fromhex("608648016503040201")))
    digest = _der(0x30, algorithm + _der(0x04, sha256(logo).digest() if hashed is None else hashed))
    details = _der(0x30, _der(0x16, b"image/svg+xml") + _der(0x30, digest) + _der(0x30, _der(0x16, uri)))
    images = _der(0x30, _der(0x30, details))
    return _der(0x30, _der(0xA2, _der(0xA0, images)))


def _der(tag: int, contents: bytes) -> bytes:
    length = len(contents)
    if length < 0x80:
        return bytes([tag, length]) + contents
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 + len(octets)]) + octets + contents
