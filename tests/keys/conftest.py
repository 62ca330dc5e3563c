"""Key pairs, made once, and every store by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from dnsauth.keys.pair import KeyPair, generate
from dnsauth.keys.store import KeyStore, open_store
from tests.servers.openbao import OpenBao
from tests.servers.openbao import openbao as run_openbao

STORES = ["age", "age without identity", "file", "vault", "aws"]


class Opened(NamedTuple):
    """A store of one test, which any number may open: ``opened()``."""

    settings: dict[str, object]
    directory: Path
    environ: dict[str, str]

    def __call__(self) -> KeyStore:
        return open_store("mail-keys", self.settings, self.directory, self.environ)


class Identity(NamedTuple):
    """An identity of age, as text, and its recipient."""

    text: str
    recipient: str


@pytest.fixture(scope="session")
def openbao(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenBao]:
    """OpenBao with a KV engine."""
    with run_openbao(tmp_path_factory.mktemp("openbao")) as server:
        yield server


@pytest.fixture(scope="session")
def rsa() -> KeyPair:
    return generate("rsa-2048")


@pytest.fixture(scope="session")
def other() -> KeyPair:
    return generate("rsa-2048")


@pytest.fixture(scope="session")
def ed25519() -> KeyPair:
    return generate("ed25519")


@pytest.fixture
def identity() -> Identity:
    from pyrage import x25519

    made = x25519.Identity.generate()
    return Identity(str(made), str(made.to_public()))


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    """What boto3 finds of AWS in this process."""

    def of(variables: dict[str, str]) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return of


@pytest.fixture(params=STORES)
def opened(request: pytest.FixtureRequest, tmp_path: Path, identity: Identity, environ) -> Opened:
    """A new store of each kind."""
    return make(request.param, request, tmp_path, identity, environ)


def make(kind: str, request: pytest.FixtureRequest, tmp_path: Path, identity: Identity, environ) -> Opened:
    match kind:
        case "age":
            settings = {"class": "age", "directory": "keys", "recipients": [identity.recipient]}
            return Opened({**settings, "identity": "env/IDENTITY"}, tmp_path, {"IDENTITY": identity.text})
        case "age without identity":
            settings = {"class": "age", "directory": "keys", "recipients": [identity.recipient]}
            return Opened(settings, tmp_path, {})
        case "file":
            return Opened({"class": "file", "directory": "keys"}, tmp_path, {})
        case "vault":
            server = request.getfixturevalue("openbao")
            settings = {"class": "vault", "url": server.url, "path": f"tests/{tmp_path.name}"}
            return Opened({**settings, "token": "env/TOKEN"}, tmp_path, {"TOKEN": server.token})
        case "aws":
            environ(request.getfixturevalue("route53").environ)  # moto's server plays all of AWS
            return Opened({"class": "aws", "prefix": f"tests/{tmp_path.name}"}, tmp_path, {})
    raise AssertionError(kind)
