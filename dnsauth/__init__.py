"""Email authentication as code: SPF, DKIM, DMARC and their kin from an inventory of senders.

``dnsauth.load(Path("."))`` reads a directory; ``.desired["example.com."]`` holds what it asks of a zone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dnsauth.desired.load import Repository

__version__ = "0.1.0"


def load(directory: Path) -> Repository:
    """Everything the files of *directory* say; raises `dnsauth.findings.InventoryError` with all problems."""
    from dnsauth.desired.load import load as load_

    return load_(directory)
