"""The peers, fetched when the first test asks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spf import peers


@pytest.fixture(scope="session")
def pyspf() -> Path:
    """The unpacked sdist of pyspf, or a skip."""
    return peers.pyspf()


@pytest.fixture(scope="session")
def mailauth() -> Path:
    """The installed mailauth, or a skip."""
    return peers.mailauth()
