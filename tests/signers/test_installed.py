"""Files of a signer: what stands in them, that nothing is written twice, and that what others wrote stays."""

from __future__ import annotations

import json
import os
import stat
from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dnsauth.errors import DnsauthError
from dnsauth.keys.pair import from_pem
from dnsauth.signers.signer import SigningKey
from tests.signers.values import E1, OTHER, S1, S2, files, key, pair, signer

CLASSES = ["opendkim", "rspamd", "files"]
WRITTEN = "# Written by dnsauth for the signer mta; what is changed here is written over.\n"
GOLDEN = {
    "opendkim": {
        "rsa/KeyTable": WRITTEN
        + "s1._domainkey.example.com example.com:s1:{directory}/keys/example.com/s1.pem\n"
        + "s2._domainkey.example.com example.com:s2:{directory}/keys/example.com/s2.pem\n"
        + "s1._domainkey.example.org example.org:s1:{directory}/keys/example.org/s1.pem\n",
        "rsa/SigningTable": WRITTEN
        + "*@example.com s2._domainkey.example.com\n"
        + "*@example.org s1._domainkey.example.org\n",
        "ed25519/KeyTable": WRITTEN
        + "e1._domainkey.example.com example.com:e1:{directory}/keys/example.com/e1.pem\n",
        "ed25519/SigningTable": WRITTEN + "*@example.com e1._domainkey.example.com\n",
    },
    "rspamd": {
        "domains.conf": WRITTEN
        + '"example.com" { selectors [ { selector = "e1"; path = "{directory}/example.com/e1.key"; },\n'
        + '{ selector = "s2"; path = "{directory}/example.com/s2.key"; } ] }\n'
        + '"example.org" { selectors [ { selector = "s1"; path = "{directory}/example.org/s1.key"; } ] }\n',
    },
    "files": {
        "signing.txt": "# Written by dnsauth for the signer mta: domain, algorithm, selector, path.\n"
        "example.com ed25519 e1 {directory}/example.com/e1.pem\n"
        "example.com rsa-2048 s2 {directory}/example.com/s2.pem\n"
        "example.org rsa-2048 s1 {directory}/example.org/s1.pem\n"
    },
}
KEYS = [OTHER, S2, S1._replace(signs=False), E1]


@pytest.mark.parametrize("cls", CLASSES)
def test_tables_hold_a_line_for_each_key(cls, tmp_path):
    signer(tmp_path, cls).install(KEYS)
    written = files(tmp_path)
    for path, text in GOLDEN[cls].items():
        assert text.replace("{directory}", str(tmp_path / "signer")) == written[path].decode()
    keys = {path for path in written if path.endswith((".pem", ".key"))}
    assert {*GOLDEN[cls], *keys, ".dnsauth-mta.json"} == set(written)
    assert 4 == len(keys)


@pytest.mark.parametrize("cls", CLASSES)
def test_a_table_without_keys_is_there_all_the_same(cls, tmp_path):
    """An opendkim.conf names it, and a daemon whose table is missing does not start."""
    assert signer(tmp_path, cls).install([])
    assert {1} == {
        len(octets.splitlines()) for path, octets in files(tmp_path).items() if path in GOLDEN[cls]
    }
    assert () == signer(tmp_path, cls).install([])


def test_a_key_file_is_the_private_half_in_the_form_that_is_read(tmp_path):
    signer(tmp_path, "files").install(KEYS)
    assert S1.pair == from_pem(files(tmp_path)["example.com/s1.pem"])
    signer(tmp_path / "signer", "rspamd").install(KEYS)
    seed = b64decode(files(tmp_path / "signer")["example.com/e1.key"], validate=True)
    assert E1.pair.public.key == Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    assert S1.pair == from_pem(files(tmp_path / "signer")["example.com/s1.key"])


@pytest.mark.parametrize("cls", CLASSES)
def test_what_is_so_already_is_not_written_nor_loaded(cls, tmp_path):
    told = {"check": ["touch", str(tmp_path / "checked")], "reload": ["touch", str(tmp_path / "loaded")]}
    assert signer(tmp_path, cls, **told).install(KEYS)
    (tmp_path / "checked").unlink()
    (tmp_path / "loaded").unlink()
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "signer").rglob("*")}
    assert () == signer(tmp_path, cls, **told).install(reversed(KEYS))
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "signer").rglob("*")}
    assert not (tmp_path / "checked").exists()
    assert not (tmp_path / "loaded").exists()


def test_each_change_is_one_line(tmp_path):
    mta = signer(tmp_path, reload=["true"])
    assert (
        "example.com: key e1 (ed25519) put in place",
        "example.com: key s1 (rsa-2048) put in place",
        "example.com: signs with e1 (ed25519)",
        "example.com: signs with s1 (rsa-2048)",
        "loaded with: true",
    ) == mta.install([S1, E1])
    assert (
        "example.com: key s2 (rsa-2048) put in place",
        "example.com: signs with s2 (rsa-2048) instead of s1",
        "loaded with: true",
    ) == mta.install([S1._replace(signs=False), S2, E1])
    assert (
        "example.com: signs no more with e1 (ed25519)",
        "example.com: key e1 taken away",
        "example.com: key s1 taken away",
        "loaded with: true",
    ) == mta.install([S2])
    (tmp_path / "signer/rsa/SigningTable").write_text("")
    assert ("rsa/SigningTable: written anew", "loaded with: true") == mta.install([S2])
    (tmp_path / "signer/keys/example.com/s2.pem").write_text("")
    assert (
        "example.com: key s2 (rsa-2048) put in place anew: its file was changed",
        "loaded with: true",
    ) == mta.install([S2])


@pytest.mark.parametrize("cls", ["opendkim", "rspamd"])
def test_what_has_to_be_loaded_is_by_the_service_of_its_class(cls, tmp_path):
    """Debian's unit, which this host does not run: nothing is signed with what was not loaded."""
    assert ("systemctl", "reload", cls) == signer(tmp_path, cls, reload=None).terms.reload
    assert ("files", ()) == ("files", signer(tmp_path, "files", reload=None).terms.reload)


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("settings", "expected"), [({}, 0o600), ({"mode": "0640"}, 0o640)])
def test_keys_have_the_mode_that_is_set_and_daemons_may_enter_their_directories(settings, expected, tmp_path):
    old = os.umask(0o077)
    try:
        signer(tmp_path, **settings).install([S1])
    finally:
        os.umask(old)
    assert expected == mode(tmp_path / "signer/keys/example.com/s1.pem")
    assert 0o755 == mode(tmp_path / "signer/keys/example.com")
    assert 0o644 == mode(tmp_path / "signer/rsa/KeyTable")
    (tmp_path / "signer/keys/example.com/s1.pem").chmod(0o644)
    assert signer(tmp_path, **settings).install([S1])
    assert expected == mode(tmp_path / "signer/keys/example.com/s1.pem")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_keys_have_the_owner_and_group_that_are_set(tmp_path):
    signer(tmp_path, owner="nobody", group="daemon").install([S1])
    found = (tmp_path / "signer/keys/example.com/s1.pem").stat()
    assert (65534, 1) == (found.st_uid, found.st_gid)
    assert 0 == (tmp_path / "signer/keys/example.com").stat().st_uid
    assert () == signer(tmp_path, owner="65534", group="1").install([S1])


def test_an_owner_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DnsauthError, match="there is no user nobody-here on this machine"):
        signer(tmp_path, owner="nobody-here").install([S1])
    assert {} == files(tmp_path)


def test_what_others_wrote_stays(tmp_path):
    mta = signer(tmp_path)
    mta.install([S1, OTHER])
    for path in ("keys/example.com/hand.pem", "keys/example.com/s1.pem.bak", "KeyTable", "rsa/notes"):
        (tmp_path / "signer" / path).write_text("mine")
    mta.install([])
    assert {"keys/example.com/hand.pem", "keys/example.com/s1.pem.bak", "KeyTable", "rsa/notes"} == {
        path for path, octets in files(tmp_path).items() if octets == b"mine"
    }
    assert not (tmp_path / "signer/keys/example.org").exists()
    assert not (tmp_path / "signer/keys/example.com/s1.pem").exists()


@pytest.mark.parametrize("path", ["rsa/KeyTable", "keys/example.com/s1.pem"])
def test_what_others_wrote_where_ours_would_stand_is_refused_and_stays(path, tmp_path):
    mta = signer(tmp_path)
    (tmp_path / "signer" / path).parent.mkdir(parents=True)
    (tmp_path / "signer" / path).write_text("mine")
    with pytest.raises(DnsauthError, match=f"somebody else wrote {path}"):
        mta.install([S1])
    assert {path: b"mine"} == files(tmp_path)


def test_two_signers_do_not_share_tables_but_may_share_a_directory(tmp_path):
    signer(tmp_path).install([S1])
    with pytest.raises(
        DnsauthError, match=r"signer other: somebody else wrote keys/example\.com/s1\.pem, rsa/"
    ):
        signer(tmp_path, name="other").install([S1])
    before = files(tmp_path)
    signer(tmp_path, "files", name="other").install([S1])
    signer(tmp_path, "files", name="other").install([])
    assert before.items() <= files(tmp_path).items()


def test_a_directory_that_is_not_there_is_not_made(tmp_path):
    """A misspelt one would be deployed to, and reported, while the daemon signs with its old key."""
    mta = signer(tmp_path)
    (tmp_path / "signer").rmdir()
    with pytest.raises(DnsauthError, match="signer mta: there is no directory"):
        mta.install([S1])


def test_another_class_takes_another_directory(tmp_path):
    signer(tmp_path).install([S1])
    with pytest.raises(DnsauthError, match="holds what it wrote as class opendkim"):
        signer(tmp_path, "files").install([S1])


@pytest.mark.parametrize(
    ("domain", "selector"),
    [
        ("example.com", "../s1"),
        ("..", "s1"),
        ("example.com/..", "s1"),
        ("", "s1"),
        (".", "s1"),
        ("/etc", "s1"),
        ("example.com", ""),
        ("example.com", "."),
        ("example.com", "a..b"),
        ("example.com", "s1\0"),
        ("example.com\n", "s1"),
        ("example.com", "s1\n*@example.net s1"),
        ("Example.com", "s1"),
        ("example.com.", "s1"),
        ("example.com", "S1"),
        ("bücher.example", "s1"),
        ("*.example.com", "s1"),
        ("{domain}", "s1"),
        (".".join(["a" * 60] * 4), "s" * 60),
    ],
)
def test_what_is_no_name_is_no_file(domain, selector, tmp_path):
    with pytest.raises(DnsauthError, match="signer mta: "):
        signer(tmp_path).install([SigningKey(domain, selector, pair(), True)])
    assert {} == files(tmp_path)


def test_every_problem_of_the_keys_is_told_at_once(tmp_path):
    with pytest.raises(DnsauthError) as caught:
        signer(tmp_path).install([S1, S2, S1, SigningKey("..", "s1", pair(), True), E1])
    assert [
        "signer mta: example.com: two keys of rsa-2048 would sign",
        "signer mta: example.com: two keys have the selector s1",
        "signer mta: 's1._domainkey...' has an empty label",
    ] == str(caught.value).splitlines()
    assert {} == files(tmp_path)


@pytest.mark.parametrize(
    "link", ["keys", "keys/example.com", "keys/example.com/s1.pem", "rsa", "rsa/KeyTable"]
)
def test_no_link_below_the_directory_is_followed(link, tmp_path):
    """Whoever may write there, as a daemon may, could have root write and remove files."""
    target = tmp_path / "elsewhere"
    at = tmp_path / "signer" / link
    mta = signer(tmp_path)
    at.parent.mkdir(parents=True, exist_ok=True)
    if at.suffix or at.name == "KeyTable":
        target.write_text("mine")
    else:
        target.mkdir()
    at.symlink_to(target)
    with pytest.raises(DnsauthError, match="symbolic link"):
        mta.install([S1])
    assert at.is_symlink()
    assert "mine" == target.read_text() if target.is_file() else [] == list(target.iterdir())


def test_a_directory_in_the_place_of_a_key_is_refused(tmp_path):
    mta = signer(tmp_path)
    (tmp_path / "signer/keys/example.com/s1.pem").mkdir(parents=True)
    with pytest.raises(DnsauthError, match="can't be read"):
        mta.install([S1])


def test_a_pipe_in_the_place_of_a_key_is_refused_and_not_waited_for(tmp_path):
    mta = signer(tmp_path)
    (tmp_path / "signer/keys/example.com").mkdir(parents=True)
    os.mkfifo(tmp_path / "signer/keys/example.com/s1.pem")
    with pytest.raises(DnsauthError, match="can't be read"):
        mta.install([S1])


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree["keys"][0].update(domain="../../etc"),
        lambda tree: tree["keys"][0].update(selector="passwd\0"),
        lambda tree: tree["keys"][0].update(selector=1),
        lambda tree: tree["keys"].append(1),
        lambda tree: tree.pop("class"),
        lambda tree: tree.update(format="dnsauth-signer/2"),
    ],
)
def test_a_manifest_that_was_changed_takes_nothing_away(change, tmp_path):
    mta = signer(tmp_path)
    mta.install([S1])
    file = tmp_path / "signer/.dnsauth-mta.json"
    tree = json.loads(file.read_text())
    change(tree)
    file.write_text(json.dumps(tree))
    before = files(tmp_path)
    with pytest.raises(DnsauthError, match=r"\.dnsauth-mta\.json"):
        mta.install([])
    assert before == files(tmp_path)


def test_two_runs_at_once_are_one_too_many(tmp_path):
    mta = signer(tmp_path, check=["sh", "-c", "exit 0"])
    from dnsauth.signers.place import Place

    with (
        Place(tmp_path / "signer").locked("mta"),
        pytest.raises(DnsauthError, match="signer mta is at work here"),
    ):
        mta.install([S1])
    assert mta.install([S1])


def test_a_selector_may_have_dots(tmp_path):
    signer(tmp_path).install([key("example.com", "2026.s1", signs=True)])
    assert "keys/example.com/2026.s1.pem" in files(tmp_path)


def own_template(tmp_path, path: str, text: str) -> None:
    file = tmp_path / "templates/signers" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_template_of_the_users_own_makes_the_table(tmp_path):
    text = "{% for key in keys %}\n%{{ key.domain }} {{ key.name }}\n{% endfor %}\n"
    own_template(tmp_path, "opendkim/SigningTable.j2", text)
    signer(tmp_path).install([S1])
    assert b"%example.com s1._domainkey.example.com\n" == files(tmp_path)["rsa/SigningTable"]
    assert b"" == files(tmp_path)["ed25519/SigningTable"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it makes 0 lines for 1 keys"),
        ("{% for k in keys %}{{ k.domain }} {{ k.name }}\n* x\n{% endfor %}", "it makes 2 lines for 1 keys"),
        ("{% for k in keys %}{{ k.domain }}{% endfor %}", "no text of printable ASCII lines"),
        ("{% for k in keys %}{{ k.domain }} é\n{% endfor %}", "no text of printable ASCII lines"),
        ("{% for k in keys %}{{ k.domain }}\x1b[2J\n{% endfor %}", "no text of printable ASCII lines"),
        (
            "{% for k in keys %}{{ k.domain }}" + " " * 2000 + "\n{% endfor %}",
            "no text of printable ASCII lines",
        ),
        ("{% for k in keys %}* example.net\n{% endfor %}", "the line of s1 of example.com does not name it"),
        ("{% for i in range(10**9) %}{% endfor %}", "for is not part of a template"),
    ],
)
def test_a_template_that_makes_no_table_touches_nothing(text, reason, tmp_path):
    signer(tmp_path).install([E1])
    before = files(tmp_path)
    own_template(tmp_path, "opendkim/SigningTable.j2", text)
    with pytest.raises(DnsauthError, match=reason):
        signer(tmp_path).install([S1])
    assert before == files(tmp_path)
