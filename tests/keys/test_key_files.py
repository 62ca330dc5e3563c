"""Key files: permissions, symbolic links, and what a kill -9 leaves."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.keys.pair import KeyPair
from dnsauth.keys.store import KeyStore
from tests.keys.conftest import Identity, Opened

NAME = "s.1._domainkey.example.com"
FILE = "keys/example.com/s.1.pem"

KILLED = """
import json, os, signal, sys
from itertools import count
from pathlib import Path
from dnsauth.keys.pair import from_pem
from dnsauth.keys.store import open_store
import pyrage

settings, name, directory, pem = json.loads(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.stdin.buffer.read()
pair = from_pem(pem)
for last in count():
    base = directory / str(last)
    base.mkdir()
    store = open_store("mail-keys", settings, base, {})
    if (child := os.fork()) == 0:
        left = last
        def kill(event, arguments):
            global left
            if event in ("open", "os.mkdir", "os.link", "os.remove") and str(arguments[0]).startswith(str(base)):
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1
        sys.addaudithook(kill)
        store.put(name, pair)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        print(last)
        break
"""


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return Opened({"class": "file", "directory": "keys"}, tmp_path, {})()


def modes(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): oct(stat.S_IMODE(path.lstat().st_mode))
        for path in directory.rglob("*")
    }


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_file_is_its_owner_s_alone_whatever_the_umask(tmp_path: Path, store: KeyStore, rsa: KeyPair, umask):
    before = os.umask(umask)
    try:
        store.put(NAME, rsa)
    finally:
        os.umask(before)
    assert {"keys": "0o700", "keys/example.com": "0o700", FILE: "0o600"} == modes(tmp_path)
    assert rsa.private == (tmp_path / FILE).read_bytes()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda file: file.symlink_to("target"), "is a symbolic link", id="link to a key"),
        pytest.param(lambda file: file.symlink_to("nothing"), "is a symbolic link", id="link to nothing"),
        pytest.param(Path.mkdir, "cannot be read: Is a directory", id="directory"),
        pytest.param(os.mkfifo, "is no regular file", id="pipe"),
    ],
)
def test_what_stands_in_the_place_of_a_key_is_left_and_said(
    tmp_path: Path, store: KeyStore, rsa: KeyPair, make, reason
):
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    (file.parent / "target").write_bytes(rsa.private)
    make(file)
    for use in (lambda: store.put(NAME, rsa), lambda: store.get(NAME)):
        with pytest.raises(DnsauthError, match=f"{FILE} {reason}"):
            use()
    assert () == store.names()
    assert {"s.1.pem", "target"} == {path.name for path in file.parent.iterdir()}


def test_the_directory_of_a_domain_is_no_symbolic_link(tmp_path: Path, store: KeyStore, rsa: KeyPair):
    (tmp_path / "keys").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/s.1.pem").write_bytes(rsa.private)
    (tmp_path / "keys/example.com").symlink_to(tmp_path / "elsewhere")
    for use in (lambda: store.put(NAME, rsa), lambda: store.get(NAME), lambda: store.delete(NAME)):
        with pytest.raises(DnsauthError, match=r"keys/example\.com is a symbolic link"):
            use()
    assert () == store.names()
    assert ["s.1.pem"] == [path.name for path in (tmp_path / "elsewhere").iterdir()]


def test_the_directory_of_the_store_may_be_a_symbolic_link(tmp_path: Path, store: KeyStore, rsa: KeyPair):
    (tmp_path / "mounted").mkdir()
    (tmp_path / "keys").symlink_to(tmp_path / "mounted")
    store.put(NAME, rsa)
    assert rsa == store.get(NAME)


@pytest.mark.parametrize("place", ["keys", "keys/example.com"])
def test_a_file_in_the_place_of_a_directory_is_said(tmp_path: Path, store: KeyStore, rsa: KeyPair, place):
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).touch()
    with pytest.raises(DnsauthError, match=rf"{place}.* cannot be") as caught:
        store.put(NAME, rsa)
    assert caught.value.hint


def test_what_else_lies_in_the_directory_is_passed_over(tmp_path: Path, store: KeyStore, rsa: KeyPair):
    store.put(NAME, rsa)
    for file in ("README.md", "x.pem", "example.com/S.pem", "example.com/.s.pem", "example.com/s.pem.bak"):
        (tmp_path / "keys" / file).touch()
    (tmp_path / "keys/example.com/a._domainkey.b.pem").touch()
    (tmp_path / "keys/Not A Domain").mkdir()
    (tmp_path / "keys/Not A Domain/s.pem").touch()
    assert (NAME,) == store.names()


@pytest.mark.parametrize("cut", [0, 30, 300, -30], ids=str)
def test_a_damaged_file_is_said_and_its_key_not_replaced(tmp_path: Path, store: KeyStore, rsa: KeyPair, cut):
    store.put(NAME, rsa)
    (tmp_path / FILE).write_bytes(rsa.private[:cut])
    for use in (lambda: store.put(NAME, rsa), lambda: store.get(NAME)):
        with pytest.raises(DnsauthError, match=f"what key store mail-keys keeps as {NAME} is no key"):
            use()
    assert rsa.private[:cut] == (tmp_path / FILE).read_bytes()


@pytest.mark.parametrize("kind", ["file", "age", "age without identity"])
def test_a_put_that_is_killed_anywhere_leaves_the_key_or_none_and_the_next_one_converges(
    tmp_path: Path, rsa: KeyPair, identity: Identity, kind
):
    settings: dict[str, object] = {"class": kind.partition(" ")[0], "directory": "keys"}
    if kind != "file":
        settings["recipients"] = [identity.recipient]
    if kind == "age":
        (tmp_path / "identity").write_text(identity.text)
        settings["identity"] = str(tmp_path / "identity")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, json.dumps(settings), NAME, tmp_path],
        input=rsa.private,
        capture_output=True,
        check=True,
    )
    killed = int(done.stdout)
    assert killed > 7
    seen = set()
    for turn in range(killed):
        store = Opened(settings, tmp_path / str(turn), {})()
        seen.add(store.names())
        if store.names() and store.reads:
            assert rsa == store.get(NAME)
        store.put(NAME, rsa)
        assert (NAME,) == store.names()
        if store.reads:
            assert rsa == store.get(NAME)
        store.delete(NAME)
        assert [] == [path for path in (tmp_path / str(turn)).rglob("*") if not path.is_dir()]
    assert {(), (NAME,)} == seen
