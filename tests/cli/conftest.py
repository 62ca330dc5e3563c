from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from demo.nameserver import Nameserver
from dnsauth.cli.app import app

NOW = "2026-06-01T12:00:00Z"

CONFIG = """\
version: 1
providers:
  store: {class: octodns.provider.yaml.YamlProvider, directory: held, escaped_semicolons: false}
live: {servers: {example.com: ["SERVER"], example.net: ["SERVER"]}}
defaults: {provider: store, ttl: 3600}
"""
ZONE = """\
version: 1
domains:
  "@":
    senders:
      - portal: {service: custom, spf: ["ip4:198.51.100.7"], owner: it@example.com}
    dmarc: {policy: quarantine, rua: ["mailto:dmarc@example.com"]}
"""
PARKED = """\
version: 1
domains: {"@": {parked: true}}
"""
HELD = """\
---
? ''
: - type: NS
    values: [ns1.example.net., ns2.example.net.]
  - type: TXT
    value: google-site-verification=abc
www: {type: A, value: 192.0.2.1}
"""


class Done(NamedTuple):
    """What a command left: its exit code, and both streams."""

    code: int
    out: str
    err: str


class Directory:
    """A repository on disk, and the commands in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, text: str) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def read(self, name: str) -> str:
        return (self.path / name).read_text()

    def files(self) -> dict[str, bytes]:
        return {
            str(f.relative_to(self.path)): f.read_bytes()
            for f in self.path.rglob("*")
            if f.is_file() and ".git/" not in str(f)
        }

    def run(self, *arguments: str, now: str = NOW, env: dict[str, str] | None = None) -> Done:
        """The command in this process, as a pipe sees it."""
        result = CliRunner().invoke(
            app, ["-C", str(self.path), "--now", now, *arguments], prog_name="dnsauth", env=env
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.stdout, result.stderr)

    def spawn(self, *arguments: str, **env: str) -> Done:
        """The command in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "dnsauth", *arguments],
            cwd=self.path,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), **env},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def empty(tmp_path: Path) -> Directory:
    return Directory(tmp_path)


@pytest.fixture
def repository(empty: Directory) -> Iterator[Directory]:
    """Two zones at an octoDNS YamlProvider, one with foreign records, and a nameserver that refuses both."""
    with Nameserver({}) as server:
        empty.write("dnsauth.yaml", CONFIG.replace("SERVER", f"{server.address}:{server.port}"))
        fill(empty)
        yield empty


def fill(empty: Directory) -> None:
    empty.write("zones/example.com.yaml", ZONE)
    empty.write("zones/example.net.yaml", PARKED)
    empty.write("held/example.com.yaml", HELD)
    empty.write("held/example.net.yaml", "--- {}\n")
