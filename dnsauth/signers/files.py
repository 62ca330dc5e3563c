"""Files for whatever signs: ``DOMAIN/SELECTOR.pem`` for each key, and ``signing.txt`` with what signs now.

A line of ``signing.txt`` is domain, algorithm, selector and path, parted by one blank each.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path

from dnsauth.signers.installed import FileSigner, file_signer
from dnsauth.signers.layout import Layout, Table

LAYOUT = Layout(
    "files",
    "{domain}/{selector}.pem",
    attrgetter("private"),
    (Table("signing.txt", "signing.txt.j2", attrgetter("signs")),),
)


def files(
    name: str, settings: Mapping[str, object], directory: Path, environ: Mapping[str, str]
) -> FileSigner:
    """A signer of class ``files``."""
    return file_signer(name, settings, directory, environ, LAYOUT)
