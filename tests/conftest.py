"""The servers as fixtures; each starts when the first test asks for it, and ends with the session."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main
import typer.testing

from demo.nameserver import Nameserver
from tests.servers import KEY, SECRET
from tests.servers.bind import Named
from tests.servers.bind import named as run_named
from tests.servers.internet import Internet
from tests.servers.internet import internet as run_internet
from tests.servers.knot import Knot
from tests.servers.knot import knot as run_knot
from tests.servers.nsd import NSD
from tests.servers.nsd import nsd as run_nsd
from tests.servers.powerdns import PowerDNS
from tests.servers.powerdns import powerdns as run_powerdns
from tests.servers.route53 import Route53
from tests.servers.route53 import route53 as run_route53
from tests.servers.unbound import Unbound
from tests.servers.unbound import unbound as run_unbound

SLOW = ("tests/laws/", "tests/workflows/", "tests/pack/test_browser.py", "tests/keys/")


LONGEST = "test_foreign_values_survive_everything_on_the_nameserver_of_the_demo"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes, the longest apart, so that no worker is left alone with it in the end."""
    longest = [item for item in items if LONGEST in item.nodeid]
    items[:] = sorted(
        (item for item in items if LONGEST not in item.nodeid),
        key=lambda item: not item.nodeid.startswith(SLOW),
    )
    share = len(items) // max(len(longest), 1)
    for place, item in enumerate(longest):
        items.insert(place * (share + 1), item)


def pytest_collection_finish() -> None:
    """Leave alone what stays until the end: thousands of tests, and all they import."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _one_process() -> Iterator[None]:
    """The command line is built once, however often it is called here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.testing, "_get_command", cache(typer.main.get_command))
        yield


@pytest.fixture
def nameserver() -> Iterator[Nameserver]:
    """The in-process nameserver of the demo, without zones, with the key `tests.servers.KEY`."""
    with Nameserver({}, {KEY: SECRET}) as server:
        yield server


@pytest.fixture(scope="session")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Named]:
    """BIND without zones: ``named.load(zone, text, signed=True)``."""
    with run_named(tmp_path_factory.mktemp("named")) as server:
        yield server


@pytest.fixture(scope="session")
def knot(tmp_path_factory: pytest.TempPathFactory, named: Named) -> Iterator[Knot]:
    """A secondary of `named`: load a zone there with ``notify=knot.endpoint``, then ``knot.follow(zone)``."""
    with run_knot(tmp_path_factory.mktemp("knot"), (named.address, named.port)) as server:
        yield server


@pytest.fixture(scope="session")
def powerdns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PowerDNS]:
    """PowerDNS without zones."""
    with run_powerdns(tmp_path_factory.mktemp("powerdns")) as server:
        yield server


@pytest.fixture(scope="session")
def nsd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NSD]:
    """NSD without zones."""
    with run_nsd(tmp_path_factory.mktemp("nsd")) as server:
        yield server


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    """The zones of `tests.servers.world`, to be walked from a root."""
    with run_internet(tmp_path_factory.mktemp("world")) as servers:
        yield servers


@pytest.fixture(scope="session")
def unbound(tmp_path_factory: pytest.TempPathFactory, world: Internet) -> Iterator[Unbound]:
    """The resolver of `world`, which validates; all it does not find there is NXDOMAIN."""
    with run_unbound(tmp_path_factory.mktemp("unbound"), world.stubs, world.anchor) as server:
        yield server


@pytest.fixture(scope="session")
def route53(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Route53]:
    """Route 53 without hosted zones, by moto."""
    with run_route53(tmp_path_factory.mktemp("route53")) as server:
        yield server


@pytest.fixture(scope="session")
def shared() -> Path:
    """The directory of real zones and vectors beside the checkout, or a skip."""
    directory = Path(__file__).resolve().parents[2] / "shared"
    if not directory.is_dir():
        pytest.skip(
            f"{directory} is not there: it holds real zones and vectors that are no part of the project"
        )
    return directory
