"""Mark certificates: what a file at ``a=`` holds (draft-fetch-validation-vmc-wchuang-11)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtensionOID, NameOID, ObjectIdentifier

from dnsauth.bimi.logotype import BadLogotype, Logotype, logotype

OCTETS = 256 * 1024  # of a file; a logo in a certificate is compressed
MAX_CHAIN = 10
BRAND_INDICATOR = ObjectIdentifier("1.3.6.1.5.5.7.3.31")
_UNREADABLE = (
    *(ValueError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion),
    *(x509.UnsupportedGeneralNameType, TypeError),  # the latter of a name that is no text
)
_LOGOTYPE = ObjectIdentifier("1.3.6.1.5.5.7.1.12")

AUTHORITIES = ("DigiCert", "Entrust", "GlobalSign", "SSL Corp")
"""Mark verifying authorities by their organisation, https://bimigroup.org/vmc-issuers/ of 2026."""


class BadCertificate(ValueError):
    """The file holds no mark certificate; the message says why."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark certificate: the *names* it is for, its time, who issued it, and its logo.

    *breaks* says where the chain that follows it is broken; *logo* is None where it carries none. *for_bimi*
    is True with the extended key usage of mark certificates.
    """

    names: tuple[str, ...]
    begins: datetime
    expires: datetime
    issuer: str
    breaks: str
    logo: Logotype | None
    for_bimi: bool


def mark(octets: bytes) -> Mark:
    """The mark certificate in the PEM file *octets*, and its chain; raises `BadCertificate`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            chain = x509.load_pem_x509_certificates(octets)
            if len(chain) > MAX_CHAIN:
                raise BadCertificate(f"it has {len(chain)} certificates")
            return _mark(chain)
    except BadLogotype as error:
        raise BadCertificate(f"the logo of its first certificate is unreadable: {error}") from None
    except _UNREADABLE as error:
        if isinstance(error, BadCertificate):
            raise
        raise BadCertificate(str(error) or "it is unreadable") from None


def _mark(chain: list[x509.Certificate]) -> Mark:
    leaf = chain[0]
    logo = _extension(leaf, _LOGOTYPE)
    names = _extension(leaf, ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    usage = _extension(leaf, ExtensionOID.EXTENDED_KEY_USAGE)
    return Mark(
        tuple(
            name.lower().removesuffix(".")
            for name in (
                names.get_values_for_type(x509.DNSName)
                if isinstance(names, x509.SubjectAlternativeName)
                else ()
            )
        ),
        leaf.not_valid_before_utc,
        leaf.not_valid_after_utc,
        _organisation(leaf.issuer),
        _breaks(chain),
        logotype(logo.value) if isinstance(logo, x509.UnrecognizedExtension) else None,
        isinstance(usage, x509.ExtendedKeyUsage) and BRAND_INDICATOR in usage,
    )


def _extension(certificate: x509.Certificate, oid: ObjectIdentifier) -> x509.ExtensionType | None:
    try:
        return certificate.extensions.get_extension_for_oid(oid).value
    except x509.ExtensionNotFound:
        return None


def _organisation(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME) or list(name)
    return str(found[0].value) if found else ""


def _breaks(chain: list[x509.Certificate]) -> str:
    """Where the first certificate of *chain* that the next one did not issue stands; or nothing."""
    for number, (certificate, issuer) in enumerate(pairwise(chain), 1):
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            return f"certificate {number + 1} did not issue certificate {number}"
    if len(chain) == 1 and chain[0].issuer != chain[0].subject:
        return "the certificate stands alone, without its issuer's"
    return ""
