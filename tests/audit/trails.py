"""Trails to look at: a repository that keeps one, and entries to write."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from dnsauth.audit.entry import Who
from dnsauth.audit.events import Checked, Event, Waiver
from dnsauth.audit.trail import Appended, Stamp, append
from dnsauth.plan.digest import digest
from tests.cli.conftest import Directory

CONFIG = """\
version: 1
providers: {store: {class: octodns.provider.yaml.YamlProvider, directory: held, escaped_semicolons: false}}
defaults: {provider: store}
audit: {}
"""
ZONE = """\
version: 1
domains:
  "@":
    senders: [{portal: {service: custom, spf: ["ip4:198.51.100.7"], owner: it@example.com}}]
    dmarc: {policy: quarantine}
"""
WHEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
EVENT = Checked(True, 3, 1, 2, 3, 0, 0, {"SPF021": 1})
FORK = ["git", "-c", "user.name=Ops", "-c", "user.email=ops@example.com"]


def kept(path: Path) -> Directory:
    """A repository with one zone that keeps a trail."""
    directory = Directory(path)
    directory.write("dnsauth.yaml", CONFIG)
    directory.write("zones/example.com.yaml", ZONE)
    directory.write("held/example.com.yaml", "--- {}\n")
    return directory


def stamped(when: datetime = WHEN) -> Stamp:
    return Stamp(when, Who("ops@mx1.example.com"), "check", "0.1.0", "0" * 64)


def written(
    directory: Path, *months: int, events: Iterable[Event] = (EVENT, EVENT, EVENT), year: int = 2026
) -> list[Appended]:
    """A trail with *events* in each of *months*."""
    return [
        append(directory, stamped(datetime(year, month, 2, 9, tzinfo=UTC)), [event], ())
        for month in months
        for event in events
    ]


def waiver(rule: str = "SPF021", until: str = "2027-03-01") -> Waiver:
    return Waiver(rule, "example.com.", until, "dns@example.com", "vendor migration")


def entries(directory: Directory) -> list[dict]:
    """Every line of the trail of *directory*."""
    files = sorted((directory.path / "audit").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def redigested(line: bytes, **changes: object) -> bytes:
    """*line* with *changes*, and a digest that is right again, as a forger makes it."""
    body = {**json.loads(line), **changes}
    del body["digest"]
    whole = {**body, "digest": digest(body)}
    return json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()


def committed(directory: Directory, tag: str) -> None:
    """Everything in *directory* as a commit with *tag*."""
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "trail"], ["tag", tag]):
        subprocess.run([*FORK, *arguments], cwd=directory.path, check=True, capture_output=True)
