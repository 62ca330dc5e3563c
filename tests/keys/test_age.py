"""The age store: who can open its files, who cannot, and what stands beside them in Git."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyrage import x25519

from dnsauth.errors import DnsauthError
from dnsauth.keys.age import AgeStore
from dnsauth.keys.files import KeyFiles
from dnsauth.keys.name import KeyName
from dnsauth.keys.pair import KeyPair
from dnsauth.keys.store import KeyStore, open_store
from tests.keys.conftest import Identity
from tests.servers.process import program, run

NAME = "202611-rsa-2048-k3fd._domainkey.example.com"
FILE = "keys/example.com/202611-rsa-2048-k3fd.age"
RECORD = "keys/example.com/202611-rsa-2048-k3fd.txt"


def age(directory: Path, *recipients: str, environ: dict[str, str] | None = None, **more: object) -> KeyStore:
    settings = {"class": "age", "directory": "keys", "recipients": list(recipients), **more}
    return open_store("mail-keys", settings, directory, environ or {})


def ssh_key(directory: Path, *options: str, lock: str = "") -> tuple[Path, str]:
    """An SSH private key, and the line of its public half."""
    keygen = program("ssh-keygen", "openssh-client", directory)
    file = directory / f"id{len(list(directory.iterdir()))}"
    run(keygen, "-q", *options, "-N", lock, "-C", "", "-f", file)
    return file, file.with_suffix(".pub").read_text().strip()


def test_debian_s_age_opens_the_files_for_each_recipient(tmp_path: Path, rsa: KeyPair, identity: Identity):
    second = x25519.Identity.generate()
    file, line = ssh_key(tmp_path, "-t", "ed25519")
    age(tmp_path, identity.recipient, str(second.to_public()), line).put(NAME, rsa)
    program_age = program("age", "age", tmp_path)
    for number, text in enumerate((identity.text, str(second), file.read_text())):
        (tmp_path / f"identity{number}").write_text(text)
        opened = run(program_age, "--decrypt", "-i", tmp_path / f"identity{number}", tmp_path / FILE)
        assert rsa.private.decode() == opened


def test_the_store_opens_what_debian_s_age_encrypted(tmp_path: Path, rsa: KeyPair, identity: Identity):
    (tmp_path / FILE).parent.mkdir(parents=True)
    program_age = program("age", "age", tmp_path)
    run(program_age, "-r", identity.recipient, "-o", tmp_path / FILE, stdin=rsa.private.decode())
    store = age(tmp_path, identity.recipient, environ={"ID": identity.text}, identity="env/ID")
    assert rsa == store.get(NAME)
    store.put(NAME, rsa)  # and writes its record
    assert f"{rsa.public}\n" == (tmp_path / RECORD).read_text()


def test_files_are_for_git_and_hold_no_private_half(tmp_path: Path, rsa: KeyPair, identity: Identity):
    age(tmp_path, identity.recipient).put(NAME, rsa)
    assert [FILE, RECORD] == sorted(
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()
    )
    assert (tmp_path / FILE).read_bytes().startswith(b"age-encryption.org/v1\n")
    assert f"{rsa.public}\n" == (tmp_path / RECORD).read_text()
    assert {0o644} == {stat.S_IMODE((tmp_path / file).stat().st_mode) for file in (FILE, RECORD)}


class Watched(KeyFiles):
    """Files of keys; after the first look at one, *looked* has its turn."""

    looked: Callable[[], object]

    def read(self, key: KeyName) -> bytes | None:
        found = super().read(key)
        turn, Watched.looked = Watched.looked, lambda: None
        turn()
        return found


def test_who_puts_between_two_looks_of_another_is_first(
    tmp_path: Path, rsa: KeyPair, other: KeyPair, identity: Identity
):
    store = age(tmp_path, identity.recipient)
    assert isinstance(store, AgeStore)
    private, public = (
        Watched(one.directory, one.suffix, one.mode, one.directory_mode)
        for one in (store.private, store.public)
    )
    Watched.looked = lambda: store.put(NAME, rsa)
    with pytest.raises(DnsauthError, match=f"keeps another key as {NAME}, which stays"):
        replace(store, private=private, public=public).put(NAME, other)


@pytest.mark.parametrize("options", [("-t", "ed25519"), ("-t", "rsa", "-b", "2048")], ids=["ed25519", "rsa"])
def test_an_ssh_key_decrypts_from_a_file_beside_dnsauth_yaml(tmp_path: Path, rsa: KeyPair, options):
    file, line = ssh_key(tmp_path, *options)
    store = age(tmp_path, line, identity=file.name)
    store.put(NAME, rsa)
    assert (True, rsa) == (store.reads, store.get(NAME))


def test_an_identity_file_is_as_age_keygen_writes_it(tmp_path: Path, rsa: KeyPair):
    keygen = program("age-keygen", "age", tmp_path)
    run(keygen, "-o", tmp_path / "identity")
    recipient = run(keygen, "-y", tmp_path / "identity").strip()
    store = age(tmp_path, recipient, identity=str(tmp_path / "identity"))
    store.put(NAME, rsa)
    assert rsa == store.get(NAME)


@pytest.mark.parametrize(
    ("more", "lacking"),
    [
        ({}, "its settings name no identity"),
        ({"identity": "env/AGE"}, "the environment variable AGE with its identity is not set here"),
        ({"identity": "none"}, "its identity .*/none cannot be read here: No such file or directory"),
        ({"identity": "."}, "its identity .* cannot be read here: Is a directory"),
        ({"identity": "empty"}, "its identity .*/empty is empty"),
    ],
)
def test_without_an_identity_keys_are_made_and_never_read(
    tmp_path: Path, rsa: KeyPair, other: KeyPair, identity: Identity, more, lacking
):
    (tmp_path / "empty").touch()
    store = age(tmp_path, identity.recipient, **more)
    store.put(NAME, rsa)
    store.put(NAME, rsa)
    with pytest.raises(DnsauthError, match="keeps another key"):
        store.put(NAME, other)
    assert (False, (NAME,)) == (store.reads, store.names())
    with pytest.raises(DnsauthError, match=f"{NAME} in key store mail-keys is encrypted, and {lacking}") as e:
        store.get(NAME)
    assert "run this on a host that has the identity of a recipient" == e.value.hint
    assert rsa == age(tmp_path, identity.recipient, environ={"X": identity.text}, identity="env/X").get(NAME)


def test_a_key_encrypted_to_others_is_not_read_and_not_written(
    tmp_path: Path, rsa: KeyPair, identity: Identity
):
    mine = x25519.Identity.generate()
    store = age(tmp_path, identity.recipient, environ={"ID": str(mine)}, identity="env/ID")
    with pytest.raises(DnsauthError, match="can't be decrypted with the identity here"):
        store.put(NAME, rsa)
    assert () == store.names()
    age(tmp_path, identity.recipient).put(NAME, rsa)
    with pytest.raises(DnsauthError, match="can't be decrypted with the identity here"):
        store.get(NAME)


def test_new_recipients_are_of_new_keys(tmp_path: Path, rsa: KeyPair, other: KeyPair, identity: Identity):
    second = x25519.Identity.generate()
    age(tmp_path, identity.recipient).put(NAME, rsa)
    added = age(
        tmp_path, identity.recipient, str(second.to_public()), environ={"ID": str(second)}, identity="env/ID"
    )
    added.put(f"x.{NAME}", other)
    assert other == added.get(f"x.{NAME}")
    with pytest.raises(DnsauthError, match="can't be decrypted"):
        added.get(NAME)


def test_a_key_without_its_record_is_compared_where_it_can_be_read(
    tmp_path: Path, rsa: KeyPair, other: KeyPair, identity: Identity
):
    store = age(tmp_path, identity.recipient, environ={"ID": identity.text}, identity="env/ID")
    store.put(NAME, rsa)
    (tmp_path / RECORD).unlink()
    with pytest.raises(DnsauthError, match=r"keeps a key .* without its record, and its settings name no"):
        age(tmp_path, identity.recipient).put(NAME, rsa)
    with pytest.raises(DnsauthError, match="keeps another key"):
        store.put(NAME, other)
    assert not (tmp_path / RECORD).exists()
    store.put(NAME, rsa)
    assert f"{rsa.public}\n" == (tmp_path / RECORD).read_text()


@pytest.mark.parametrize("record", ["", "v=spf1 -all", "v=DKIM1; p=", "\x00\xff", "v=DKIM1; p=MIIB"])
def test_a_damaged_record_stands_for_another_key(tmp_path: Path, rsa: KeyPair, identity: Identity, record):
    store = age(tmp_path, identity.recipient)
    store.put(NAME, rsa)
    (tmp_path / RECORD).write_text(record)
    with pytest.raises(DnsauthError, match="keeps another key"):
        store.put(NAME, rsa)


def test_a_record_with_other_line_ends_is_the_same(tmp_path: Path, rsa: KeyPair, identity: Identity):
    store = age(tmp_path, identity.recipient)
    store.put(NAME, rsa)
    (tmp_path / RECORD).write_bytes(f"{rsa.public}\r\n".encode())
    store.put(NAME, rsa)


@pytest.mark.parametrize("cut", [0, 10, -1, -40], ids=str)
def test_a_damaged_file_is_said_and_not_a_key(tmp_path: Path, rsa: KeyPair, identity: Identity, cut):
    store = age(tmp_path, identity.recipient, environ={"ID": identity.text}, identity="env/ID")
    store.put(NAME, rsa)
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:cut])
    with pytest.raises(DnsauthError, match="can't be decrypted"):
        store.get(NAME)


def test_something_else_that_was_encrypted_is_no_key(tmp_path: Path, rsa: KeyPair, identity: Identity):
    from pyrage import encrypt

    store = age(tmp_path, identity.recipient, environ={"ID": identity.text}, identity="env/ID")
    store.put(NAME, rsa)
    (tmp_path / FILE).write_bytes(encrypt(b"hello", [x25519.Recipient.from_str(identity.recipient)]))
    with pytest.raises(
        DnsauthError, match=f"what key store mail-keys keeps as {NAME} is no key: no private key"
    ):
        store.get(NAME)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("age1abc", "recipient 2 is none: write age1… as `age-keygen` says it"),
        ("ssh-ed25519 AAAA", "recipient 2 is none"),
        ("ecdsa-sha2-nistp256 AAAA", "recipient 2 is none"),
        ("AGE-SECRET-KEY-1QQQQ", "recipient 2 is an identity, which must not be here: replace it"),
        ("age-secret-key-1qqqq", "recipient 2 is an identity"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "recipient 2 is an identity"),
        ("alice@example.com", "recipient 2 is none"),
    ],
)
def test_what_is_no_recipient_is_refused_and_not_repeated(tmp_path: Path, identity: Identity, bad, reason):
    with pytest.raises(DnsauthError) as caught:
        age(tmp_path, identity.recipient, bad)
    assert reason in str(caught.value)
    assert bad not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "AGE-SECRET-KEY-1QQQQ",
        "age1qqqq",
        "AGE-PLUGIN-YUBIKEY-1QQQ",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----",
        "\xff\xfe",
    ],
)
def test_what_is_no_identity_is_refused_and_not_repeated(tmp_path: Path, identity: Identity, text):
    with pytest.raises(DnsauthError, match="identity holds something else") as caught:
        age(tmp_path, identity.recipient, environ={"ID": f"{identity.text}\n{text}"}, identity="env/ID")
    assert text not in str(caught.value)
    assert identity.text not in str(caught.value)


def test_an_ssh_identity_with_a_passphrase_is_refused(tmp_path: Path):
    file, line = ssh_key(tmp_path, "-t", "ed25519", lock="passphrase")
    with pytest.raises(DnsauthError, match="without passphrase"):
        age(tmp_path, line, identity=file.name)


def test_no_text_of_a_store_shows_its_identity(tmp_path: Path, identity: Identity):
    store = age(tmp_path, identity.recipient, environ={"ID": identity.text}, identity="env/ID")
    assert identity.text not in f"{store!r}{store}"


def test_what_git_makes_of_the_files_is_still_a_store(tmp_path: Path, rsa: KeyPair, identity: Identity):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    git = program("git", "git", tmp_path)
    store = age(here, identity.recipient)
    store.put(NAME, rsa)
    for line in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "keys: make one"]):
        subprocess.run(
            [git, "-c", "user.name=t", "-c", "user.email=t@example.com", *line], cwd=here, check=True
        )
    subprocess.run([git, "clone", "-q", here, there], check=True)
    clone = age(there, identity.recipient, environ={"ID": identity.text}, identity="env/ID")
    assert ((NAME,), rsa) == (clone.names(), clone.get(NAME))
