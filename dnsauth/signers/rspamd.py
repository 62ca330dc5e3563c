"""Rspamd: the ``domain`` section of its dkim_signing module, the one form in which a domain has several keys.

/etc/rspamd/local.d/dkim_signing.conf has, for the directory /var/lib/rspamd/dkim::

    use_esld = false;
    try_fallback = false;
    domain {
      .include "/var/lib/rspamd/dkim/domains.conf"
    }

Without the first line a mail of sub.example.com would be signed as one of example.com.
"""

from __future__ import annotations

from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path

from dnsauth.keys.pair import KeyPair
from dnsauth.records.dkim import ED25519_OCTETS, KeyType
from dnsauth.signers.installed import FileSigner, file_signer
from dnsauth.signers.layout import Layout, Table, encoded


def _private(pair: KeyPair) -> bytes:
    """PEM, but an Ed25519 key as the base64 of its 32 octets (RFC 8410 section 7): it reads no other form."""
    if pair.public.key_type is KeyType.RSA:
        return pair.private
    return b64encode(a2b_base64(encoded(pair))[-ED25519_OCTETS:])


LAYOUT = Layout(
    "rspamd",
    "{domain}/{selector}.key",
    _private,
    (Table("domains.conf", "domains.conf.j2", attrgetter("signs")),),
    reload=("systemctl", "reload", "rspamd"),
)


def rspamd(
    name: str, settings: Mapping[str, object], directory: Path, environ: Mapping[str, str]
) -> FileSigner:
    """A signer of class ``rspamd``."""
    return file_signer(name, settings, directory, environ, LAYOUT)
