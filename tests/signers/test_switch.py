"""A change is made whole or not at all: what fails is undone, and what is killed is ended by the next run."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from base64 import b64decode, b64encode

import pytest

from dnsauth.errors import DnsauthError
from tests.markdown import ROOT
from tests.signers import crash
from tests.signers.values import E1, OTHER, S1, S2, files, key, signer

RETIRED = S1._replace(signs=False)
S3 = key("example.org", "s3", signs=True)


def state(tmp_path) -> dict[str, tuple[int, int, bytes]]:
    """Every file and directory, with permissions and owner."""
    root = tmp_path / "signer"
    return {
        str(path.relative_to(root)): (
            stat.S_IMODE(path.stat().st_mode),
            path.stat().st_uid,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in root.rglob("*")
    }


@pytest.mark.parametrize("cls", ["opendkim", "rspamd", "files"])
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"check": ["false"]}, "false: exit 1"),
        ({"reload": ["false"]}, "false: exit 1"),
        ({"check": ["sh", "-c", "echo line 3 is wrong; exit 3"]}, "exit 3\nline 3 is wrong"),
        ({"check": ["sh", "-c", "kill -9 $$"]}, "ended by signal 9"),
        ({"check": ["/no/such/program"]}, "/no/such/program: No such file or directory"),
        ({"reload": ["/etc"]}, "/etc: Permission denied"),
    ],
)
@pytest.mark.parametrize("keys", [[], [S1, OTHER, E1]], ids=["first", "later"])
def test_what_is_refused_leaves_all_as_it_was(cls, settings, words, keys, tmp_path):
    if keys:
        signer(tmp_path, cls).install(keys)
    before = state(tmp_path)
    with pytest.raises(DnsauthError) as caught:
        signer(tmp_path, cls, **settings).install([RETIRED, S2])
    assert words in str(caught.value)
    after = state(tmp_path)
    after.pop(".dnsauth-mta.json", None)
    before.pop(".dnsauth-mta.json", None)
    assert before == after
    assert signer(tmp_path, cls, reload=["true"]).install([RETIRED, S2])


def test_the_check_sees_the_new_tables_and_the_second_load_the_old(tmp_path):
    signer(tmp_path).install([S1])
    script = tmp_path / "load"
    script.write_text(f"""#!/bin/sh
cd {tmp_path}/signer
cat rsa/SigningTable rsa/KeyTable >> {tmp_path}/$1
ls keys/example.com >> {tmp_path}/$1
test $1 = checked -o $(wc -l < {tmp_path}/$1) -gt 9
""")
    script.chmod(0o755)
    told = {"check": [str(script), "checked"], "reload": [str(script), "loaded"]}
    with pytest.raises(DnsauthError, match=r"all is as it was: .*exit 1"):
        signer(tmp_path, **told).install([S2])
    assert [
        "*@example.com s2._domainkey.example.com",
        f"s2._domainkey.example.com example.com:s2:{tmp_path}/signer/keys/example.com/s2.pem",
        "s1.pem",
        "s2.pem",
    ] == [line for line in (tmp_path / "checked").read_text().splitlines() if line[0] != "#"]
    assert [
        "*@example.com s2._domainkey.example.com",
        f"s2._domainkey.example.com example.com:s2:{tmp_path}/signer/keys/example.com/s2.pem",
        "s1.pem",
        "s2.pem",
        "*@example.com s1._domainkey.example.com",
        f"s1._domainkey.example.com example.com:s1:{tmp_path}/signer/keys/example.com/s1.pem",
        "s1.pem",
        "s2.pem",
    ] == [line for line in (tmp_path / "loaded").read_text().splitlines() if line[0] != "#"]
    assert not (tmp_path / "signer/keys/example.com/s2.pem").exists()


def test_where_the_old_tables_do_not_load_either_the_next_run_loads_again(tmp_path):
    signer(tmp_path).install([S1])
    with pytest.raises(DnsauthError, match="could not be put back: false: exit 1\nfalse: exit 1"):
        signer(tmp_path, reload=["false"]).install([S2])
    assert (
        "example.com: signs with s1 (rsa-2048) instead of s2",
        "example.com: key s2 taken away",
        "loaded with: true",
    ) == signer(tmp_path, reload=["true"]).install([S1])
    assert () == signer(tmp_path, reload=["false"]).install([S1])


def test_an_interrupt_puts_the_old_state_back(tmp_path):
    signer(tmp_path).install([S1])
    before = state(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        signer(tmp_path, check=["sh", "-c", f"kill -INT {os.getpid()}; sleep 9"]).install([S2])
    assert before == state(tmp_path)


def test_a_key_that_was_damaged_comes_back_damaged_where_the_change_is_refused(tmp_path):
    signer(tmp_path).install([S1])
    (tmp_path / "signer/keys/example.com/s1.pem").write_text("damaged")
    before = state(tmp_path)
    with pytest.raises(DnsauthError):
        signer(tmp_path, check=["false"]).install([S1])
    assert before == state(tmp_path)


@pytest.mark.parametrize(
    "command",
    [
        "cat {}",
        "xxd -p {}",
        "base64 {}",
        "head -c 900 {}",
        "tail -c 60 {}",
        "tail -c 700 {}",
        "tail -c 720 {}",
    ],
)
@pytest.mark.parametrize("which", [S2, E1], ids=["rsa", "ed25519"])
def test_no_private_half_is_in_what_a_command_says(command, which, tmp_path):
    file = tmp_path / "signer/keys/example.com" / f"{which.selector}.pem"
    script = command.replace("{}", str(file))
    with pytest.raises(DnsauthError, match="exit 1") as caught:
        signer(tmp_path, check=["sh", "-c", f"echo line 3; {script}; exit 1"]).install([which])
    assert "line 3" in str(caught.value)
    said = "".join(str(caught.value).split())
    body = "".join(which.pair.private.decode().splitlines()[1:-1])
    secret = body[48:]  # before that it says what kind of key it is
    for form in (secret, b64decode(secret).hex(), b64encode(which.pair.private[80:]).decode()):
        assert [] == [form[i : i + 12] for i in range(len(form) - 12) if form[i : i + 12] in said]


def entries(run, path: str) -> list[str]:
    lines = (run / "signer" / path).read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_killed_before_any_of_its_writes_it_signs_on_and_the_next_run_ends_its_work(tmp_path):
    (tmp_path / "pairs").mkdir()
    for each in (S1, S2, E1, S3):
        (tmp_path / "pairs" / each.selector).write_bytes(each.pair.private)
    subprocess.run([sys.executable, "-m", "tests.signers.crash", tmp_path], cwd=ROOT, check=True)
    _, after = crash.keys(tmp_path / "pairs")
    runs = sorted((path for path in tmp_path.iterdir() if path.name.isdecimal()), key=lambda p: int(p.name))
    assert len(runs) > 20
    for run in runs:
        names = set(files(run))
        for family in ("rsa", "ed25519"):
            keys = entries(run, f"{family}/KeyTable")
            signing = entries(run, f"{family}/SigningTable")
            assert {line.rpartition("/signer/")[2] for line in keys} <= names, run.name
            assert {line.split()[1] for line in signing} <= {line.split()[0] for line in keys}, run.name
            assert "*@example.com" in {line.split()[0] for line in signing}, run.name
        crash.at(run).install(after)
        assert files(runs[-1]).keys() == files(run).keys(), run.name
        assert "s2._domainkey.example.com" == entries(run, "rsa/SigningTable")[0].split()[1]
        assert (run / "loaded").exists(), run.name
        assert () == crash.at(run).install(after)
