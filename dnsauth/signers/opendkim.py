"""OpenDKIM: a KeyTable and a SigningTable for each signature algorithm, of which an instance knows one.

An instance that signs with RSA has in its opendkim.conf, for the directory /etc/opendkim::

    SignatureAlgorithm  rsa-sha256
    KeyTable            file:/etc/opendkim/rsa/KeyTable
    SigningTable        refile:/etc/opendkim/rsa/SigningTable

and a second one, at another socket, the same with ed25519-sha256 and ed25519/ (RFC 8463 section 3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import attrgetter
from pathlib import Path

from dnsauth.records.dkim import KeyType
from dnsauth.signers.installed import FileSigner, file_signer
from dnsauth.signers.layout import Entry, Layout, Table


def _tables(family: KeyType) -> Iterator[Table]:
    def held(entry: Entry) -> bool:
        return entry.algorithm.startswith(family)

    yield Table(f"{family}/KeyTable", "KeyTable.j2", held)
    yield Table(f"{family}/SigningTable", "SigningTable.j2", lambda entry: entry.signs and held(entry))


LAYOUT = Layout(
    "opendkim",
    "keys/{domain}/{selector}.pem",
    attrgetter("private"),
    (*_tables(KeyType.RSA), *_tables(KeyType.ED25519)),
    reload=("systemctl", "reload", "opendkim"),
)


def opendkim(
    name: str, settings: Mapping[str, object], directory: Path, environ: Mapping[str, str]
) -> FileSigner:
    """A signer of class ``opendkim``."""
    return file_signer(name, settings, directory, environ, LAYOUT)
