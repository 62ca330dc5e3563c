from __future__ import annotations

import subprocess

import pytest

from demo.nameserver import Nameserver
from dnsauth.cli import planning

ZONE_TEXT = """\
$ORIGIN example.com.
@ 3600 IN SOA ns1.example.com. hostmaster.example.com. 1 7200 900 1209600 300
@ 3600 IN NS ns1.example.com.
ns1 3600 IN A 192.0.2.53
@ 3600 IN TXT "v=spf1 ip4:198.51.100.7 ~all"
"""
GONE = """\
version: 1
domains:
  "@":
    senders:
      - portal: {service: custom, spf: ["ip4:198.51.100.7"], owner: it@example.com}
"""


def git(directory, *arguments: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=directory, check=True, capture_output=True)


@pytest.fixture
def committed(repository):
    """The repository with its locks, as a commit in Git."""
    assert repository.run("lock").code == 0
    git(repository.path, "init", "-q", "-b", "main")
    git(repository.path, "add", ".")
    git(repository.path, "commit", "-q", "-m", "first")
    return repository


def test_lock_writes_what_is_missing_and_nothing_else(repository):
    done = repository.run("lock")
    assert done == (
        0,
        "",
        "wrote zones/example.com.lock.yaml\nwrote zones/example.net.lock.yaml\n2 locks written, 0 up to date\n",
    )
    before = repository.files()
    assert (0, "", "0 locks written, 2 up to date\n") == repository.run("lock")
    assert before == repository.files()


def test_check_says_what_would_change_and_writes_nothing(repository):
    before = repository.files()
    done = repository.run("lock", "--check")
    assert done.code == 1
    assert (
        "zones/example.com.lock.yaml is out of date: it lacks _dmarc.example.com. TXT, example.com. TXT\n"
        "zones/example.net.lock.yaml is out of date: it lacks *._domainkey.example.net. TXT, _dmarc.example.net. TXT,"
        " example.net. MX and 1 more\n"
    ) == done.out
    assert "hint: run `dnsauth lock`, and commit what it writes" in done.err
    assert before == repository.files()
    repository.run("lock")
    assert (0, "", "2 locks up to date\n") == repository.run("lock", "--check")


def test_a_lock_that_lost_a_line_fails_against_its_base(committed):
    lock = committed.read("zones/example.net.lock.yaml")
    lines = [line for line in lock.splitlines(keepends=True) if "MX rrset" not in line]
    committed.write("zones/example.net.lock.yaml", "".join(lines))
    committed.write("zones/example.net.yaml", 'version: 1\ndomains: {"@": {sends: false}}\n')
    assert committed.run("lock", "--check").code == 0
    done = committed.run("lock", "--check", "--base", "HEAD")
    assert done.code == 1
    assert done.out.startswith("zones/example.net.lock.yaml lost example.net. MX rrset ")
    assert "lock --prune" in done.err


def test_a_lock_that_gained_lines_passes_against_its_base(committed):
    committed.write(
        "zones/example.com.yaml",
        committed.read("zones/example.com.yaml") + '    tls_rpt: ["mailto:tls@example.com"]\n',
    )
    committed.run("lock")
    assert committed.run("lock", "--check", "--base", "main").code == 0


@pytest.mark.parametrize("base", ["nowhere", "--help", "HEAD:zones"])
def test_a_base_that_is_no_revision_is_named(committed, base):
    done = committed.run("lock", "--check", f"--base={base}")
    assert (1, "") == (done.code, done.out)
    assert done.err.startswith("error: git cannot show that revision")


@pytest.mark.parametrize(
    "options", [("--base", "HEAD"), ("--check", "--adopt"), ("--prune", "--release", "example.com")]
)
def test_options_that_do_not_go_together_are_wrong_usage(repository, options):
    assert repository.run("lock", *options).code == 2


def test_a_deleted_zone_file_stops_everything_and_release_forgets(committed):
    (committed.path / "zones/example.net.yaml").unlink()
    done = committed.run("plan")
    assert (1, "") == (done.code, done.out)
    assert "zones/example.net.lock.yaml: error: this lock has no zone file" in done.err
    assert "`domains: {}`" in done.err
    assert "`dnsauth lock --release example.net`" in done.err
    done = committed.run("lock", "--release", "example.net")
    assert (0, "removed zones/example.net.lock.yaml; the records of example.net stay as they are\n") == (
        done.code,
        done.err,
    )
    assert "example.net.lock.yaml" not in " ".join(committed.files())
    assert committed.run("plan").code == 0


def test_release_leaves_a_zone_that_is_declared(committed):
    before = committed.files()
    done = committed.run("lock", "--release", "example.net")
    assert done.code == 1
    assert "zones/example.net.yaml declares example.net" in done.err
    assert before == committed.files()


@pytest.mark.parametrize("zone", ["example.org", "../../etc/passwd", "a b"])
def test_release_of_what_is_not_there_does_nothing(committed, zone):
    before = committed.files()
    assert committed.run("lock", "--release", zone).code == 1
    assert before == committed.files()


def test_adopt_records_what_stands_in_the_way(repository):
    repository.write(
        "held/example.com.yaml",
        repository.read("held/example.com.yaml").replace("google-site-verification=abc", '"v=spf1 mx -all"'),
    )
    done = repository.run("lock", "--adopt")
    assert done.code == 0
    assert "1 adopted value in the locks" in done.err
    assert "adopted v=spf1 mx -all" in repository.read("zones/example.com.lock.yaml")
    assert repository.run("plan").code == 0


@pytest.fixture
def served(committed):
    """The zone on a real server, and an inventory that no longer asks for `_dmarc`."""
    with Nameserver({"example.com.": ZONE_TEXT}) as server:
        live = f'live: {{servers: {{example.com: ["{server.address}:{server.port}"]}}}}'
        config = [
            live if line.startswith("live:") else line for line in committed.read("dnsauth.yaml").splitlines()
        ]
        committed.write("dnsauth.yaml", "\n".join(config) + "\n")
        committed.write("zones/example.com.yaml", GONE)
        yield committed, server


def test_prune_forgets_what_every_server_shows_gone(served):
    repository, _ = served
    done = repository.run("lock", "--prune", "--zone", "example.com")
    assert (0, "wrote zones/example.com.lock.yaml\n1 lock pruned\n") == (done.code, done.err)
    assert "_dmarc" not in repository.read("zones/example.com.lock.yaml")
    assert "@ TXT spf" in repository.read("zones/example.com.lock.yaml")


def test_prune_keeps_what_a_server_still_serves(served):
    repository, server = served
    server.load(
        "example.com.",
        ZONE_TEXT + '_dmarc 3600 IN TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com"\n',
    )
    before = repository.read("zones/example.com.lock.yaml")
    done = repository.run("lock", "--prune", "--zone", "example.com")
    assert done.code == 0
    assert "_dmarc.example.com. TXT stays in the lock: 127.0.0.1" in done.err
    assert before == repository.read("zones/example.com.lock.yaml")


MOVED = GONE.replace("198.51.100.7", "198.51.100.8")


def test_prune_forgets_who_brought_what_with_the_record_that_had_it(served):
    repository, server = served
    repository.write("zones/example.com.yaml", MOVED)
    assert repository.run("lock").code == 0
    lines = ["- '@ ip4:198.51.100.7 portal'", "- '@ ip4:198.51.100.8 portal'"]
    assert lines == repository.read("zones/example.com.lock.yaml").splitlines()[-2:]

    done = repository.run("lock", "--prune", "--zone", "example.com")
    assert "example.com. TXT stays in the lock" in done.err
    assert lines == repository.read("zones/example.com.lock.yaml").splitlines()[-2:]

    server.load("example.com.", ZONE_TEXT.replace("198.51.100.7", "198.51.100.8"))
    assert repository.run("lock", "--prune", "--zone", "example.com").code == 0
    assert ["terms:", lines[1]] == repository.read("zones/example.com.lock.yaml").splitlines()[-2:]


def test_a_term_without_a_record_is_forgotten_and_no_line_is_missed(committed):
    path = "zones/example.com.lock.yaml"
    before = committed.read(path)
    committed.write(path, before + "- '@ include:_spf.example.net another'\n")
    git(committed.path, "commit", "-aqm", "a lock that was pruned long ago")
    assert (0, "", f"wrote {path}\n1 lock pruned\n") == committed.run(
        "lock", "--prune", "--zone", "example.com"
    )
    assert before == committed.read(path)
    assert 0 == committed.run("lock", "--check", "--base", "HEAD").code


def test_verify_asks_every_server(served):
    repository, server = served
    done = repository.run("verify", "--timeout", "0", "--zone", "example.com")
    assert done.code == 0
    assert (
        f"example.com: served as asked\n  {server.address}:{server.port} agrees\nVerify: 1 of 1 zone served as asked.\n"
        == done.out
    )
    server.load("example.com.", ZONE_TEXT.replace("198.51.100.7", "198.51.100.8"))
    done = repository.run("verify", "--timeout", "0", "--zone", "example.com")
    assert done.code == 1
    assert "differs: example.com. TXT: answers" in done.out


def test_what_somebody_else_wrote_meanwhile_is_not_lost(repository, monkeypatch):
    """A plan that read the lock before a step of rotation would write the old keys back."""
    repository.run("lock")
    before = repository.read("zones/example.com.lock.yaml")
    repository.write(
        "zones/example.com.yaml",
        repository.read("zones/example.com.yaml").replace("198.51.100.7", "198.51.100.8"),
    )
    read = planning.read

    def slow(*arguments, **more):
        theirs = "recorded:\n- 'x TXT token " + "0" * 64 + "'\n"
        repository.write("zones/example.com.lock.yaml", before.replace("recorded:\n", theirs))
        return read(*arguments, **more)

    monkeypatch.setattr(planning, "read", slow)
    done = repository.run("plan")
    assert (1, True) == (
        done.code,
        "was changed by somebody else meanwhile, and was left as it is" in done.err,
    )
    assert "x TXT token" in repository.read("zones/example.com.lock.yaml")
