from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.nameserver import Nameserver
from tests.servers import KEY, SECRET
from tests.workflows import hub as hubs
from tests.workflows import warm
from tests.workflows.runner import Runner
from tests.workflows.world import SERVED, ZONE, Server, World, configuration, path


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The directory of a ``dnsauth`` that is quick to start."""
    with warm.running(tmp_path_factory.mktemp("warm")) as directory:
        yield directory


@pytest.fixture(scope="session")
def serving(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One nameserver for every test here, since its port stands in the repository.

    It is `named`, or that of the demo where BIND is not installed.
    """
    with contextlib.ExitStack() as stack:
        try:
            server: Server = request.getfixturevalue("named")
        except pytest.skip.Exception:
            server = stack.enter_context(Nameserver({}, {KEY: SECRET}))
        yield server


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory, serving: Server, program: Path) -> tuple[Path, str]:
    """Where `world` begins: a directory with the bare repository and a clone, and the zone as it is served."""
    directory = tmp_path_factory.mktemp("start")
    serving.load("example.com.", SERVED)
    with hubs.running(directory) as hub:
        world = made(directory, hub, serving, program)
        world.begin({"dnsauth.yaml": configuration(serving), "zones/example.com.yaml": ZONE})
        world.dnsauth("apply", "--yes", "--receipt", "../receipt.json", TSIG_SECRET=SECRET)
    return directory, serving.zone_text("example.com.")


@pytest.fixture
def world(tmp_path: Path, start: tuple[Path, str], serving: Server, program: Path) -> Iterator[World]:
    """A repository made by ``dnsauth init --github``, with a zone whose records stand as it asks for."""
    directory, zone = start
    serving.load("example.com.", zone)
    for name in ("remote.git", "clone"):
        shutil.copytree(directory / name, tmp_path / name)
    with hubs.running(tmp_path) as hub:
        found = made(tmp_path, hub, serving, program)
        found.git("remote", "set-url", "origin", str(hub.remote))
        yield found


def made(directory: Path, hub: hubs.Hub, serving: Server, program: Path) -> World:
    (directory / "runner").mkdir()
    runner = Runner(directory / "runner", path(directory / "clock", program), hub, {"TSIG_SECRET": SECRET})
    return World(directory, hub, runner, serving, program)
