from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Directory, Done, empty, repository
from tests.servers.github import GitHub
from tests.servers.github import github as run_github

__all__ = ["empty", "repository"]

Run = Callable[..., Done]


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with run_github() as server:
        yield server


@pytest.fixture
def run(hub: GitHub, empty: Directory, tmp_path: Path) -> Run:
    """``dnsauth github …`` as a step of a workflow runs it; keywords are more of its environment."""

    def dnsauth(*arguments: str, **more: str) -> Done:
        return empty.run("github", *arguments, env=hub.environ(tmp_path, **more))

    return dnsauth
