"""Keys of one's own from the first to removed, as a person types it, on a real nameserver."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta

import dkim as dkimpy
import pytest

from demo.nameserver import Nameserver
from tests.cli.conftest import Directory, Done
from tests.servers import KEY, SECRET

CONFIG = """\
version: 1
providers:
  ns1: {{class: octodns_bind.Rfc2136Provider, host: {address}, port: {port}, key_name: {key}, key_secret: env/TSIG_SECRET, key_algorithm: hmac-sha256}}
live: {{servers: {{example.com: ["{address}:{port}"]}}}}
defaults: {{provider: ns1, ttl: 3600}}
key_stores: {{keys: {{class: file, directory: private}}}}
signers: {{mta: {{class: files, directory: {signer}}}}}
"""
ZONE = """\
version: 1
domains:
  "@":
    senders:
      - own-mta: {service: mta, ip: [192.0.2.10], owner: postmaster@example.com, dkim: {algorithms: [rsa-2048, ed25519], every: 90d}}
    dmarc: {policy: none}
"""
WITHOUT = """\
version: 1
domains:
  "@":
    sends: false
"""
SERVED = """\
$ORIGIN example.com.
@ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 300
@ 3600 IN NS ns1
@ 300 IN TXT "google-site-verification=abc"
ns1 3600 IN A 192.0.2.53
"""
START = datetime(2026, 6, 1, 12, tzinfo=UTC)
MESSAGE = b"From: a@example.com\r\nTo: b@example.net\r\nSubject: x\r\nDate: Mon, 1 Jun 2026 12:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\nbody\r\n"


class Host:
    """One host that runs everything: its directory, its nameserver, its clock."""

    def __init__(self, directory: Directory, server: Nameserver) -> None:
        self.directory, self.server, self.now = directory, server, START

    def run(self, *arguments: str) -> Done:
        return self.directory.run(*arguments, now=self.now.isoformat().replace("+00:00", "Z"))

    def later(self, **span: int) -> None:
        self.now += timedelta(**span)

    def step(self, *more: str) -> dict[str, list[str]]:
        """A step of everything; the states of the keys of each algorithm, oldest first."""
        done = self.run("rotate", "step", "--apply", "--deploy", "--host", "mx1.example.com", *more)
        assert 0 == done.code, done.err
        return self.states()

    def listed(self) -> list[dict]:
        return json.loads(self.run("rotate", "status", "--format", "json").out)["keys"]

    def states(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key in sorted(self.listed(), key=lambda key: key["made"]):
            found.setdefault(key["algorithm"], []).append(key["state"])
        return found

    def signing(self) -> dict[str, tuple[str, bytes]]:
        """The selector and private key the signer is told to use, by algorithm."""
        lines = (self.directory.path / "signer" / "signing.txt").read_text().splitlines()
        table = [line.split() for line in lines if line and not line.startswith("#")]
        return {
            algorithm: (selector, (self.directory.path / path).read_bytes())
            for _, algorithm, selector, path in table
        }

    def signed(self) -> bytes:
        """A message signed with the RSA key the signer is told to use."""
        name, key = self.signing()["rsa-2048"]
        return dkimpy.sign(MESSAGE, name.encode(), b"example.com", key) + MESSAGE

    def verifies(self, signed: bytes) -> bool:
        def txt(name: bytes, **_: object) -> bytes | None:
            rrsets = self.server.rrsets("example.com.")
            found = rrsets.get((name.decode().lower(), "TXT"))
            return b"".join(_strings(found[1][0])) if found else None

        return dkimpy.verify(signed, dnsfunc=txt)


def _strings(rdata: bytes):
    while rdata:
        length = rdata[0]
        yield rdata[1 : 1 + length]
        rdata = rdata[1 + length :]


@pytest.fixture
def host(nameserver: Nameserver, empty: Directory, monkeypatch) -> Host:
    monkeypatch.setenv("TSIG_SECRET", SECRET)
    nameserver.load("example.com.", SERVED)
    signer = empty.path / "signer"
    signer.mkdir()
    empty.write(
        "dnsauth.yaml",
        CONFIG.format(address=nameserver.address, port=nameserver.port, key=KEY, signer=signer),
    )
    empty.write("zones/example.com.yaml", ZONE)
    return Host(empty, nameserver)


def test_keys_come_into_use_turn_and_go_without_a_message_lost(host: Host):
    both = lambda *states: {"rsa-2048": list(states), "ed25519": list(states)}  # noqa: E731
    assert both("generated") == host.step()
    assert both("published") == host.step()
    assert both("published") == host.step()  # the record stands now, and caches may hold that it does not
    host.later(minutes=59)
    assert both("published") == host.step()
    host.later(minutes=1)
    assert both("visible") == host.step()
    assert both("active") == host.step()  # this very host signs with it, and said so
    first, old = host.signing(), host.signed()
    assert {"rsa-2048", "ed25519"} == first.keys()
    assert host.verifies(old)
    host.later(days=90)
    assert both("active", "generated") == host.step()
    assert both("active", "published") == host.step()
    assert both("active", "published") == host.step()
    host.later(hours=1)
    assert both("active", "visible") == host.step()
    assert both("retiring", "active") == host.step()
    assert first != host.signing()
    host.later(days=6, hours=23)
    assert both("retiring", "active") == host.step()
    assert (True, True) == (host.verifies(old), host.verifies(host.signed()))
    host.later(hours=1)
    assert both("revoked", "active") == host.step()
    assert both("revoked", "active") == host.step()
    assert (False, True) == (host.verifies(old), host.verifies(host.signed()))
    host.later(days=30)
    assert both("removed", "active") == host.step()
    host.step()
    assert 2 == sum("_domainkey" in owner for owner, _ in host.server.rrsets("example.com."))


def test_a_sender_that_leaves_takes_its_keys_along(host: Host):
    for _ in range(3):
        host.step()
    host.later(hours=1)
    host.step()
    assert {"rsa-2048": ["active"], "ed25519": ["active"]} == host.step()
    host.directory.write("zones/example.com.yaml", WITHOUT)
    assert {"rsa-2048": ["retiring"], "ed25519": ["retiring"]} == host.step()
    host.step()  # what hosts say counts from when they were asked to stop
    host.later(days=7)
    host.step()
    host.step()
    host.later(days=30)
    assert {"rsa-2048": ["removed"], "ed25519": ["removed"]} == host.step()


def test_what_the_merged_lock_does_not_allow_is_neither_published_nor_used(host: Host):
    git(host, "init", "-q")
    git(host, "add", "-A")
    git(host, "commit", "-qm", "start")
    for _ in range(3):
        host.step()
    assert not any("_domainkey" in owner for owner, _ in host.server.rrsets("example.com."))
    git(host, "add", "-A")
    git(host, "commit", "-qm", "keys")
    host.step()
    assert 2 == sum("_domainkey" in owner for owner, _ in host.server.rrsets("example.com."))


def git(host: Host, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments],
        cwd=host.directory.path,
        check=True,
        capture_output=True,
    )


def first(host: Host) -> None:
    """Both first keys in use."""
    for _ in range(3):
        host.step()
    host.later(hours=1)
    for _ in range(2):
        states = host.step()
    assert {"rsa-2048": ["active"], "ed25519": ["active"]} == states


def selector(host: Host, algorithm: str, state: str) -> str:
    return next(k["selector"] for k in host.listed() if (k["algorithm"], k["state"]) == (algorithm, state))


def served(host: Host, selector: str) -> bytes | None:
    found = host.server.rrsets("example.com.").get((f"{selector}._domainkey.example.com.", "TXT"))
    return b"".join(_strings(found[1][0])) if found else None


def test_a_key_that_is_not_to_be_trusted_goes_as_soon_as_its_successor_signs(host: Host):
    first(host)
    old = selector(host, "rsa-2048", "active")
    done = host.run("rotate", "revoke", old, "--reason", "the disk of mx1 was stolen")
    assert 0 == done.code, done.err
    new = selector(host, "rsa-2048", "visible")
    assert (True, True) == (len(served(host, old)) > 100, len(served(host, new)) > 100)
    assert "its successor has to sign before it is revoked" in host.run("rotate", "status").out
    for _ in range(3):
        host.later(minutes=1)
        host.step()
    assert b"v=DKIM1; p=" == served(host, old)
    assert ["revoked", "active"] == host.states()["rsa-2048"]
    assert new == host.signing()["rsa-2048"][0]


def test_at_once_empties_first_and_needs_a_yes(host: Host):
    first(host)
    old = selector(host, "ed25519", "active")
    refused = host.run("rotate", "revoke", old, "--reason", "leaked", "--at-once")
    assert (1, True) == (refused.code, len(served(host, old)) > 40)
    assert "fails DKIM until its next `keys deploy`" in refused.err
    done = host.run("rotate", "revoke", old, "--reason", "leaked", "--at-once", "--yes")
    assert (0, b"v=DKIM1; p=") == (done.code, served(host, old)), done.err
    assert served(host, selector(host, "ed25519", "visible"))


def test_the_only_key_of_a_sender_can_be_revoked_at_once(host: Host):
    host.directory.write("zones/example.com.yaml", ZONE.replace("[rsa-2048, ed25519]", "[ed25519]"))
    for _ in range(3):
        host.step()
    host.later(hours=1)
    host.step()
    host.step()
    old = selector(host, "ed25519", "active")
    done = host.run("rotate", "revoke", old, "--reason", "leaked", "--at-once", "--yes")
    assert (0, b"v=DKIM1; p=") == (done.code, served(host, old)), done.err


def test_a_bad_switch_is_rolled_back(host: Host):
    first(host)
    old = host.signing()["rsa-2048"][0]
    host.run("keys", "new", "--sender", "own-mta")
    for _ in range(2):
        host.step()
    host.later(hours=1)
    for _ in range(2):
        host.step()
    assert ["retiring", "active"] == host.states()["rsa-2048"]
    new = host.signing()["rsa-2048"][0]
    done = host.run("rotate", "back", new)
    assert 0 == done.code, done.err
    assert ["active", "retiring"] == host.states()["rsa-2048"]
    host.later(minutes=5)
    host.step()
    assert old == host.signing()["rsa-2048"][0]


def test_a_step_that_is_not_due_is_stopped_at_the_plan(host: Host):
    first(host)
    old = selector(host, "rsa-2048", "active")
    lock = host.directory.read("zones/example.com.lock.yaml")
    early = [
        line.replace("state: active", "state: revoked") if old in line and "state:" in line else line
        for line in lock.splitlines(keepends=True)
    ]
    host.directory.write("zones/example.com.lock.yaml", "".join(early))
    done = host.run("apply", "--yes")
    assert 1 == done.code
    assert "PLN009" in done.out + done.err
    assert f"{old}._domainkey.example.com: the lock says revoked, which is not due" in done.out + done.err
    assert len(served(host, old)) > 100


def test_a_clock_that_went_back_stops_every_key(host: Host):
    first(host)
    host.later(days=-1)
    assert {"rsa-2048": ["active"], "ed25519": ["active"]} == host.step()
    assert "the clock says 2026-05-31" in host.run("rotate", "status").out


def test_what_a_host_says_is_a_report_or_somebodys_word(host: Host):
    first(host)
    assert host.run("keys", "deploy", "--host", "mx1.example.com").code == 0
    report = host.directory.path / "deployed" / "mx1.example.com.json"
    assert 0 == host.run("rotate", "confirm", "--report", str(report)).code
    document = json.loads(report.read_text())
    document["reports"][0]["keys"][0]["fingerprint"] = "00" * 32
    report.write_text(json.dumps(document))
    refused = host.run("rotate", "confirm", "--report", str(report))
    assert (1, True) == (refused.code, "holds another key than the lock" in refused.err)
    report.write_text('{"format": "dnsauth-deployed/1", "reports": [{"host": 1}]}')
    refused = host.run("rotate", "confirm", "--report", str(report))
    assert (1, True) == (refused.code, "is no report of `dnsauth keys deploy`" in refused.err)
    assert 2 == host.run("rotate", "confirm", "--host", "mx1.example.com").code
    assert (
        0 == host.run("rotate", "confirm", "--host", "mx1.example.com", "--by", "postmaster@example.com").code
    )


def test_keys_in_use_are_adopted_where_they_are_what_is_published(host: Host):
    first(host)
    name = selector(host, "rsa-2048", "active")
    pem = host.directory.path / "mail.pem"
    assert 0 == host.run("keys", "export", name, "--private", str(pem)).code
    assert 0o600 == pem.stat().st_mode & 0o777
    other = selector(host, "ed25519", "active")
    refused = host.run("keys", "import", str(pem), "--domain", "example.com", "--selector", other)
    assert (1, True) == (refused.code, "is another key in the lock" in refused.err)
    (private,) = (host.directory.path / "private").rglob(f"{name}.pem")
    private.unlink()
    assert (1, True) == ((lost := host.run("keys", "list")).code, "in no store" in lost.out)
    assert 0 == host.run("keys", "import", str(pem), "--domain", "example.com", "--selector", name).code
    assert 0 == host.run("keys", "list").code
    for file in ("zones/example.com.lock.yaml", "private"):
        subprocess.run(["rm", "-r", str(host.directory.path / file)], check=True)
    (host.directory.path / "KeyTable").write_text(f"a example.com:{name}:mail.pem\n")
    done = host.run("keys", "import", str(host.directory.path / "KeyTable"))
    assert 0 == done.code, done.err
    assert {"rsa-2048": ["active"]} == host.states()
    assert 1 == host.run("keys", "import", str(pem), "--domain", "example.com", "--selector", "wrong").code
    assert [name] == [
        key["selector"] for key in json.loads(host.run("keys", "list", "--format", "json").out)["keys"]
    ]


def test_a_lost_key_that_need_not_sign_stops_no_deploy(host: Host):
    first(host)
    host.run("keys", "new", "--sender", "own-mta")
    for _ in range(2):
        host.step()
    host.later(hours=1)
    for _ in range(2):
        host.step()
    old = selector(host, "ed25519", "retiring")
    (private,) = (host.directory.path / "private").rglob(f"{old}.pem")
    private.unlink()
    done = host.run("keys", "deploy", "--host", "mx1.example.com")
    assert (0, True) == (
        done.code,
        f"left out {old}._domainkey.example.com, which need not sign" in done.out,
    ), done.err
    (private,) = (host.directory.path / "private").rglob(f"{selector(host, 'ed25519', 'active')}.pem")
    private.unlink()
    assert 1 == host.run("keys", "deploy", "--host", "mx1.example.com").code


def test_what_nobody_needs_is_pruned_from_the_store(host: Host):
    first(host)
    private = host.directory.path / "private"
    stranger = private / "example.com" / "stranger.pem"
    stranger.write_bytes(next(private.rglob("*rsa*.pem")).read_bytes())
    assert "known to no lock" in host.run("keys", "list").out
    assert 1 == host.run("keys", "prune").code
    assert stranger.exists()
    assert 0 == host.run("keys", "prune", "--yes").code
    assert not stranger.exists()
    assert 2 == len(list(private.rglob("*.pem")))


def test_a_sender_without_a_store_is_told_what_to_declare(host: Host):
    config = host.directory.read("dnsauth.yaml")
    host.directory.write(
        "dnsauth.yaml", "".join(line for line in config.splitlines(keepends=True) if "key_stores" not in line)
    )
    done = host.run("rotate", "step")
    assert (1, True) == (
        done.code,
        "no key store is declared for the keys of own-mta of example.com" in done.err,
    )


def test_a_rotation_that_stands_still_is_found_by_check(host: Host):
    first(host)
    host.later(days=90)
    assert "KEY011" not in host.run("check").out
    host.later(days=15)
    found = host.run("check").out
    assert "KEY011" in found
    assert "is in use since 2026-06-01, and its sender asks for a new key every 90 days" in found


def test_a_sender_that_never_had_a_key_keeps_nobody_elses_from_going(host: Host):
    portal = '      - portal: {service: custom, spf: ["ip4:198.51.100.7"], owner: it@example.com}\n'
    host.directory.write("zones/example.com.yaml", ZONE.replace("    dmarc:", portal + "    dmarc:"))
    first(host)
    old = selector(host, "ed25519", "active")
    host.run("keys", "new", "--sender", "own-mta")
    for _ in range(2):
        host.step()
    host.later(hours=1)
    for _ in range(2):
        host.step()
    host.later(days=7)
    for _ in range(2):
        host.step()
    assert b"v=DKIM1; p=" == served(host, old)
