"""``rotate status --base``: what moved since a revision, as a pull request tells it."""

from __future__ import annotations

import json
import subprocess

import pytest

from demo.nameserver import Nameserver
from tests.cli.conftest import Directory
from tests.cli.test_rotate import CONFIG, SERVED, ZONE
from tests.servers import KEY


@pytest.fixture
def moved(nameserver: Nameserver, empty: Directory) -> Directory:
    """A directory whose HEAD has no key, and whose lock has two."""
    nameserver.load("example.com.", SERVED)
    signer = empty.path / "signer"
    config = CONFIG.format(address=nameserver.address, port=nameserver.port, key=KEY, signer=signer)
    empty.write("dnsauth.yaml", config)
    empty.write("zones/example.com.yaml", ZONE)
    empty.write(".gitignore", "private\n")
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "start"]):
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run([*git, *arguments], cwd=empty.path, check=True, capture_output=True)
    assert 0 == empty.run("rotate", "step").code
    return empty


def test_keys_that_a_revision_has_not_are_shown(moved: Directory):
    text = moved.run("rotate", "status", "--base", "HEAD").out
    assert 2 == text.count("generated")
    keys = json.loads(moved.run("rotate", "status", "--base", "HEAD", "--format", "json").out)["keys"]
    assert ["generated", "generated"] == [key["state"] for key in keys]
    body = moved.run("rotate", "status", "--base", "HEAD", "--format", "markdown").out
    assert "2 keys moved. Merging this changes no record." in body
    assert 2 == body.count("**made, generated**")


def test_keys_that_are_as_the_revision_has_them_are_not(moved: Directory):
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for arguments in (["add", "-A"], ["commit", "-qm", "keys"]):
        subprocess.run([*git, *arguments], cwd=moved.path, check=True, capture_output=True)
    assert "0 keys moved" in moved.run("rotate", "status", "--base", "HEAD", "--format", "markdown").out
    assert [] == json.loads(moved.run("rotate", "status", "--base", "HEAD", "--format", "json").out)["keys"]


def test_a_text_for_a_pull_request_needs_to_know_from_where(moved: Directory):
    done = moved.run("rotate", "status", "--format", "markdown")
    assert 2 == done.code
    assert "say --base REV" in done.err


def test_a_revision_that_is_none_is_told(moved: Directory):
    done = moved.run("rotate", "status", "--base", "nowhere")
    assert (1, "") == (done.code, done.out)
    assert "git cannot" in done.err
