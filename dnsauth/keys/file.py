"""The ``file`` store: one PKCS#8 PEM a key, mode 0600, in directories of mode 0700."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dnsauth.keys.files import KeyFiles
from dnsauth.keys.plain import PlainStore
from dnsauth.keys.settings import Settings


def open_store(
    name: str, written: Mapping[str, object], directory: Path, environ: Mapping[str, str]
) -> PlainStore:
    """The store that *written* describes; raises `DnsauthError` with every problem of it."""
    settings = Settings(name, written, directory, environ)
    where = settings.required("directory", "/var/lib/dnsauth/keys")
    settings.end()
    return PlainStore(name, KeyFiles(directory / where, ".pem", mode=0o600, directory_mode=0o700))
