"""Every command that does something leaves an entry, and what was done stays done where it can't."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest

from demo.nameserver import Nameserver
from dnsauth.audit.trail import append
from tests.audit.trails import CONFIG, EVENT, committed, entries, kept, stamped
from tests.cli.conftest import Directory, Done
from tests.cli.test_rotate import CONFIG as OF_KEYS
from tests.cli.test_rotate import SERVED, ZONE, Host
from tests.laws.test_secrets import leaked
from tests.servers import KEY, SECRET

ROOT = Path(__file__).parents[2]
NOW = "2026-11-24T09:00:00Z"
WAIVER = '{{rule: SPF021, where: example.com, until: {}, owner: dns@example.com, why: "vendor migration"}}'


@pytest.fixture
def repository(tmp_path) -> Directory:
    return kept(tmp_path)


@pytest.fixture
def host(tmp_path, monkeypatch) -> Iterator[Host]:
    """A host with keys of its own that keeps a trail."""
    monkeypatch.setenv("TSIG_SECRET", SECRET)
    with Nameserver({}, {KEY: SECRET}) as server:
        server.load("example.com.", SERVED)
        directory = Directory(tmp_path)
        facts = {"address": server.address, "port": server.port, "key": KEY, "signer": "signer"}
        directory.write("dnsauth.yaml", OF_KEYS.format(**facts) + "audit: {}\n")
        directory.write("zones/example.com.yaml", ZONE)
        (tmp_path / "signer").mkdir()
        yield Host(directory, server)


def kinds(directory: Directory) -> list[str]:
    return [one["event"]["kind"] for one in entries(directory)]


def last(directory: Directory) -> dict:
    return entries(directory)[-1]


def whole(directory: Directory) -> Done:
    done = directory.run("audit", "verify")
    assert 0 == done.code, done
    return done


def test_a_plan_and_its_apply_hold_the_same_digest_and_both_sides(repository):
    assert 0 == repository.run("plan", "--out", str(repository.path / "plan.json"), now=NOW).code
    plan = json.loads(repository.read("plan.json"))
    repository.run("apply", str(repository.path / "plan.json"), "--timeout", "0", now=NOW)
    first, second = entries(repository)
    assert ("plan", "apply") == (first["command"], second["command"])
    assert first["inventory"] == second["inventory"] == plan["inventory"]
    assert first["at"] == NOW
    planned, written = first["event"]["zones"][0], second["event"]["zones"][0]
    (told,) = plan["zones"]
    for zone in (planned, written):
        assert {name: told[name] for name in ("zone", "provider", "held", "digest")}.items() <= zone.items()
        for change, made in zip(zone["changes"], told["changes"], strict=True):
            assert (
                change.items()
                >= {name: made[name] for name in ("action", "owner", "type", "before", "after")}.items()
            )
    assert ("applied", True, plan["digest"]) == (
        written["outcome"],
        written["written"],
        second["event"]["plan"],
    )
    assert 0 == repository.run("plan", now=NOW).code
    assert ([], 1) == (last(repository)["event"]["zones"], last(repository)["event"]["agree"])
    whole(repository)


def test_an_entry_says_who(repository, monkeypatch):
    committed(repository, "start")
    monkeypatch.setenv("GITHUB_ACTOR", "octocat")
    monkeypatch.setenv("LOGNAME", "ops")
    repository.run("plan", now=NOW)
    who = last(repository)["who"]
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repository.path, capture_output=True, text=True, check=True
    )
    assert ("octocat", "Ops <ops@example.com>") == (who["actor"], who["author"])
    assert who["commit"] == head.stdout.strip()
    assert who["user"].startswith("ops@")


def test_without_audit_nothing_is_written(repository):
    repository.write("dnsauth.yaml", CONFIG.replace("audit: {}\n", ""))
    repository.run("plan", now=NOW)
    repository.run("apply", "--yes", "--timeout", "0", now=NOW)
    assert not (repository.path / "audit").exists()


@pytest.mark.parametrize(
    ("said", "folder"), [("audit:", "audit"), ("audit: {directory: kept/trail}", "kept/trail")]
)
def test_the_folder_is_where_the_file_says(repository, said, folder):
    repository.write("dnsauth.yaml", CONFIG.replace("audit: {}", said))
    assert 0 == repository.run("plan", now=NOW).code
    assert (repository.path / folder / "2026-11.jsonl").is_file()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        *(
            (f"{{directory: {one}}}", "no folder")
            for one in ("zones", "templates/x", "../x", "/x", ".git", "a//b", "''")
        ),
        *((f"{{keep: {one}}}", "no number of years") for one in ("6", "0y", "6d", "100y", "-1y")),
        ("{days: 3}", "no key"),
        ("yes", "should be"),
    ],
)
def test_what_audit_cannot_be_is_refused(repository, said, reason):
    repository.write("dnsauth.yaml", CONFIG.replace("audit: {}", f"audit: {said}"))
    done = repository.run("check")
    assert (1, True) == (done.code, reason in done.out or "empty" in done.out), done.out
    assert not (repository.path / "audit").exists()


def test_a_waiver_leaves_an_entry_when_it_comes_changes_and_goes(repository):
    for waivers in (
        [],
        [WAIVER.format("2027-03-01")],
        [WAIVER.format("2027-03-01")],
        [WAIVER.format("2027-06-01")],
        [],
    ):
        repository.write("dnsauth.yaml", f"{CONFIG}waivers: [{', '.join(waivers)}]\n")
        repository.run("plan", now=NOW)
    assert ["plan", "waiver", "plan", "plan", "waiver", "plan", "waiver", "plan"] == kinds(repository)
    came = entries(repository)[1]["event"]["came"]
    assert [("SPF021", "example.com.", "2027-03-01", "vendor migration")] == [
        (one["rule"], one["where"], one["until"], one["why"]) for one in came
    ]
    whole(repository)


def test_a_verify_says_what_every_server_said(host):
    host.step()
    done = host.run("verify", "--timeout", "0")
    event = last(host.directory)["event"]
    assert ("verify", done.code == 0) == (event["kind"], event["zones"][0]["agrees"])
    (server,) = event["zones"][0]["servers"]
    assert server["state"] in {"agrees", "differs"}
    assert str(host.server.port) in server["address"]


def test_a_live_check_leaves_figures_and_one_of_files_does_not(host):
    host.run("check")
    assert not (host.directory.path / "audit").exists()
    told = json.loads(host.run("check", "--live", "--format", "json").out)["findings"]
    event = last(host.directory)["event"]
    assert ("check", True, 1) == (event["kind"], event["live"], event["zones"])
    assert sum(event["rules"].values()) == len(told)
    assert event["errors"] == sum(one["severity"] == "error" and one["outcome"] == "fail" for one in told)
    assert event["not_assessed"] == sum(one["outcome"] == "not_assessed" for one in told)


def test_a_step_tells_of_keys_that_were_made_pushed_and_put_to_work(host):
    host.step()
    assert ["key", "rotate"] == kinds(host.directory)
    made, turned = (one["event"] for one in entries(host.directory))
    assert ("made", ["keys", "keys"]) == (made["action"], [key["store"] for key in made["keys"]])
    assert [("", "generated")] * 2 == [(key["before"], key["after"]) for key in turned["keys"]]
    while "active" not in host.states()["rsa-2048"]:
        host.later(hours=1)
        host.step()
    told = [one["event"] for one in entries(host.directory)]
    pushed = [
        change
        for one in told
        if one["kind"] == "apply"
        for zone in one["zones"]
        for change in zone["changes"]
    ]
    assert sorted(f"{key['name']}." for key in made["keys"]) == sorted(change["owner"] for change in pushed)
    deployed = [one for one in told if one.get("action") == "deployed"]
    assert {"mx1.example.com"} == {one["host"] for one in deployed}
    assert made["keys"] in [one["keys"] for one in deployed]
    words = [word for one in told if one["kind"] == "rotate" for key in one["keys"] for word in key["words"]]
    assert {("mx1.example.com", True)} == {(word["host"], word["signs"]) for word in words}
    whole(host.directory)


def test_keys_leave_their_names_and_nothing_of_what_they_hold(host):
    host.step()
    key = entries(host.directory)[0]["event"]["keys"][0]
    selector = key["name"].partition("._domainkey.")[0]
    assert 0 == host.run("keys", "export", selector, "--private", str(host.directory.path / "out.pem")).code
    assert ("exported", [key]) == (
        last(host.directory)["event"]["action"],
        last(host.directory)["event"]["keys"],
    )
    assert 0 == host.run("rotate", "revoke", selector, "--reason", "mx1 was stolen").code
    turned = [
        key for one in entries(host.directory) for key in one["event"].get("keys", ()) if "reason" in key
    ]
    assert {"", "mx1 was stolen"} == {one["reason"] for one in turned}
    text = "".join(file.read_text() for file in (host.directory.path / "audit").iterdir())
    pems = [path.read_text().splitlines()[1:-1] for path in (host.directory.path / "private").rglob("*.pem")]
    assert len(pems) > 2
    for lines in pems:
        # of an RSA key the modulus comes first, which is public; of an Ed25519 key what says that it is one
        for line in lines[8:] if len(lines) > 1 else [lines[0][22:]]:
            assert set() == leaked(line, text)
    assert set() == leaked(SECRET, text)
    whole(host.directory)


def test_keys_that_are_made_and_deleted_are_told(host):
    assert 0 == host.run("keys", "new", "--sender", "own-mta").code
    assert ("key", "made", 2) == (
        *(last(host.directory)["event"][name] for name in ("kind", "action")),
        len(last(host.directory)["event"]["keys"]),
    )
    (host.directory.path / "zones/example.com.lock.yaml").unlink()
    assert 0 == host.run("keys", "prune", "--yes").code
    assert ("key", "deleted", 2) == (
        *(last(host.directory)["event"][name] for name in ("kind", "action")),
        len(last(host.directory)["event"]["keys"]),
    )
    whole(host.directory)


def test_an_import_names_its_files(repository):
    repository.write(
        "example.net.zone",
        '$TTL 300\n@ SOA ns.example.net. h 1 2 3 4 5\n@ NS ns.example.net.\n@ TXT "v=spf1 -all"\n',
    )
    done = repository.run("import", "zonefile", str(repository.path / "example.net.zone"), now=NOW)
    assert 0 == done.code, done
    event = last(repository)["event"]
    assert ("import", ["zones/example.net.yaml"]) == (event["kind"], [one["file"] for one in event["files"]])
    assert 1 == repository.run("import", "zonefile", str(repository.path / "example.org.zone"), now=NOW).code
    assert ([], 1) == (last(repository)["event"]["files"], len(last(repository)["event"]["refused"]))


# entries that can't be written


def broken(directory: Directory) -> None:
    """A trail that nobody can go on with."""
    directory.write("audit/2026-11.jsonl", "all is well\n")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("plan",), 1),
        (("plan", "--exit-code"), 1),
        (("apply", "--yes", "--timeout", "0"), 4),
        (("verify", "--timeout", "0"), 1),
    ],
)
def test_what_was_done_stays_done_and_the_command_says_so(repository, command, code):
    broken(repository)
    done = repository.run(*command, now=NOW)
    assert code == done.code, done
    assert "no entry of this was written" in done.err
    assert "dnsauth audit verify" in done.err
    assert done.out
    if command[0] == "apply":
        assert "v=spf1" in repository.read("held/example.com.yaml")
        assert 1 == repository.run(*command, now=NOW).code  # nothing was left to be written


def test_keys_are_made_and_stepped_though_no_entry_tells_of_it(host):
    broken(host.directory)
    done = host.run("keys", "new", "--sender", "own-mta")
    assert (1, True) == (done.code, "no entry of this was written" in done.err)
    assert 2 == len(host.listed())
    done = host.run("rotate", "step", "--apply")
    assert (4, ["published"] * 2) == (done.code, [key["state"] for key in host.listed()])


# kill -9


def test_whoever_is_killed_before_any_write_the_next_plan_goes_on_with_a_whole_trail(repository):
    argv = [sys.executable, "-B", "-m", "tests.laws.killed"]
    command = ["-C", str(repository.path), "--now", NOW, "plan"]
    repository.run("lock", now=NOW)
    with subprocess.Popen(
        argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        number, before = 0, 0
        while True:
            process.stdin.write(json.dumps([number, command]) + "\n")
            process.stdin.flush()
            code = int(process.stdout.readline())
            there = len(entries(repository))
            assert there - before in {0, 1}
            assert 0 == repository.run("plan", now=NOW).code
            assert len(entries(repository)) == there + 1
            whole(repository)
            before = len(entries(repository))
            if not code:
                break
            assert -signal.SIGKILL == code
            number += 1
    assert number >= 4


def test_a_half_written_line_is_told_by_the_next_command(repository):
    repository.run("plan", now=NOW)
    with (repository.path / "audit/2026-11.jsonl").open("a") as file:
        file.write('{"at":"2026-11-2')
    done = repository.run("plan", now=NOW)
    assert (0, True) == (done.code, "cut 16 octets off 2026-11.jsonl" in done.err)
    assert ["plan", "repair", "plan"] == kinds(repository)
    whole(repository)


# log


def test_the_log_tells_what_was_done_since_and_of_a_zone(repository):
    repository.run("plan", now="2026-10-01T09:00:00Z")
    repository.run("apply", "--yes", "--timeout", "0", now=NOW)
    log = repository.run("audit", "log")
    assert [
        "2026-10-01 09:00Z planned: 1 zone would change",
        "2026-11-24 09:00Z applied: 1 zone applied",
    ] == [
        line.partition(";")[0].partition(", 0 agree")[0]
        for line in log.out.splitlines()
        if not line.startswith(" ")
    ]
    assert "v=spf1" not in log.out
    assert "+ v=spf1" in repository.run("audit", "log", "-v").out
    since = json.loads(repository.run("audit", "log", "--since", "2026-11-01", "--format", "json").out)[
        "entries"
    ]
    assert entries(repository)[1:] == since
    of_zone = repository.run("audit", "log", "--zone", "example.com", "--format", "markdown").out
    assert 4 == len(of_zone.splitlines())
    other = repository.run("audit", "log", "--zone", "example.net")
    assert (0, "", True) == (other.code, other.out, "no entry" in other.err)
    assert 2 == repository.run("audit", "log", "--since", "yesterday").code


def test_the_log_of_a_damaged_trail_says_so(repository):
    repository.run("plan", now=NOW)
    with (repository.path / "audit/2026-11.jsonl").open("a") as file:
        file.write("\x1b[2J\n")
    done = repository.run("audit", "log")
    assert (0, True) == (done.code, "1 line cannot be read" in done.err)
    assert "\x1b" not in done.out + done.err


def test_what_stands_in_dns_is_shown_escaped(repository):
    held = "---\n'':\n  - {type: TXT, value: \"v=spf1 \\\\027[2J|`x` -all\"}\n"
    repository.write("held/example.com.yaml", held)
    repository.run("plan", "--adopt", now=NOW)
    for format in ("text", "markdown", "json"):
        assert "\x1b" not in repository.run("audit", "log", "-v", "--format", format).out


def test_ten_thousand_entries_cost_a_command_next_to_nothing(repository):
    append(repository.path / "audit", stamped(datetime(2026, 11, 1, tzinfo=UTC)), [EVENT] * 10_000, ())
    began = process_time()
    append(repository.path / "audit", stamped(), [EVENT], ())
    assert process_time() - began < 0.5
    assert "Audit: 10,001 entries" in whole(repository).out
