"""--notify and --metrics, as a schedule runs them: whoever is told listens on loopback."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics

from demo.nameserver import Nameserver
from dnsauth import notify
from dnsauth.cli import reporting
from tests.cli.conftest import CONFIG, Directory, Done
from tests.cli.test_rotate import Host, host
from tests.servers.process import free_port
from tests.servers.webhook import PASSWORD, TOKEN, Webhook, silent

__all__ = ["host"]

TOLD = "notify: [{to: [env/HOOK], on: [applied, failed, drift, key-due, ending]}]\n"
ENDING = (
    'waivers: [{rule: DMA001, where: example.com, until: 2026-06-11, owner: dns@example.com, why: "soon"}]\n'
)
DRIFTED = """\
$ORIGIN example.com.
$TTL 300
@      SOA ns1 hostmaster 2 3600 600 86400 300
@      NS  ns1
@      TXT "v=spf1 -all"
"""
RECORDS = """\
$ORIGIN example.com.
$TTL 3600
@      SOA ns1 hostmaster 2 3600 600 86400 300
@      NS  ns1
@      TXT "v=spf1 ip4:198.51.100.7 ~all"
_dmarc TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com"
"""


class Team:
    """A repository whose example.com is served, and somebody who is told."""

    def __init__(self, directory: Directory, server: Nameserver, hook: Webhook) -> None:
        self.directory, self.server, self.hook = directory, server, hook
        self.address = f"{server.address}:{server.port}"
        self.env = {"HOOK": hook.url, "NO_PROXY": "127.0.0.1"}
        self.config()
        server.load("example.com.", RECORDS)

    def config(self, more: str = TOLD) -> None:
        self.directory.write("dnsauth.yaml", CONFIG.replace("SERVER", self.address) + more)

    def run(self, *arguments: str, **env: str) -> Done:
        """A command about example.com; no stream of it ever holds the secret."""
        done = self.directory.run("--zone", "example.com", *arguments, env={**self.env, **env})
        for text in done[1:]:
            assert PASSWORD not in text
            assert TOKEN not in text
        return done

    def told(self) -> list[str]:
        return [got["title"] for got in self.hook.received]

    def gauges(self, name: str = "m.prom") -> dict[str, dict[tuple[str, ...], float]]:
        return {
            family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples}
            for family in openmetrics(self.directory.read(name))
        }


@pytest.fixture
def team(repository: Directory, nameserver: Nameserver) -> Iterator[Team]:
    with Webhook() as hook:
        yield Team(repository, nameserver, hook)


def test_an_apply_tells_what_it_wrote_and_where_the_receipt_is(team):
    done = team.run("apply", "--yes", "--notify", "--timeout", "5")
    assert (0, "told env/HOOK") == (done.code, done.err.splitlines()[-1])
    (got,) = team.hook.received
    (receipt,) = (team.directory.path / "receipts").iterdir()
    assert "dnsauth apply: 1 applied" == got["title"]
    assert got["message"].splitlines() == [
        "example.com at store: applied, 1 to create, 1 to update",
        "",
        f"Receipt: {receipt}. Exit code 0.",
    ]


def test_nothing_new_is_no_news(team):
    team.run("apply", "--yes")
    done = team.run("apply", "--yes", "--notify")
    assert 0 == done.code
    assert "told" not in done.err
    assert [] == team.told()


@pytest.mark.parametrize(
    "command",
    [
        ("apply", "--yes", "--timeout", "0"),
        ("verify", "--timeout", "0"),
        ("diff",),
        ("check",),
        ("check", "--live"),
        ("rotate", "step"),
    ],
    ids=" ".join,
)
def test_nobody_is_told_by_itself(team, command):
    team.config(TOLD + ENDING)
    team.server.load("example.com.", DRIFTED)
    team.run(*command)
    assert [] == team.told()


def test_a_guard_is_told(team):
    team.directory.write(
        "held/example.com.yaml", "---\n'': {type: TXT, values: [v=spf1 -all, v=spf1 mx -all]}\n"
    )
    done = team.run("apply", "--yes", "--notify")
    assert 1 == done.code
    assert ["dnsauth apply: 1 failed"] == team.told()
    assert "example.com at store: stopped by PLN" in team.hook.received[0]["message"]


def test_a_receipt_that_cannot_be_kept_stops_no_notification(team, monkeypatch):
    monkeypatch.setattr("dnsauth.cli.applying.write_atomically", _full)
    done = team.run("apply", "--yes", "--notify", "--timeout", "5")
    assert 4 == done.code
    assert ["dnsauth apply: 1 applied"] == team.told()


def _full(*_: object) -> None:
    from dnsauth.errors import DnsauthError

    raise DnsauthError("it cannot be written: No space left on device")


def test_a_failed_verify_is_told(team):
    team.run("apply", "--yes")
    team.server.load("example.com.", DRIFTED)
    done = team.run("verify", "--timeout", "0", "--notify", "--metrics", str(team.directory.path / "m.prom"))
    assert 1 == done.code
    assert ["dnsauth verify: 1 failed"] == team.told()
    assert f"not served as asked, waiting for {team.address}" in team.hook.received[0]["message"]
    assert {("example.com", "differs"): 1} == team.gauges()["dnsauth_servers"]


def test_drift_is_told_by_diff(team):
    team.server.load("example.com.", DRIFTED)
    done = team.run("diff", "--exit-code", "--notify", "--metrics", str(team.directory.path / "m.prom"))
    assert 3 == done.code
    assert ["dnsauth diff: 1 drift"] == team.told()
    assert team.gauges() == {
        "dnsauth_drift_rrsets": {("example.com",): 2},
        "dnsauth_not_assessed": {("example.com", "diff"): 0},
    }


def test_what_diff_could_not_assess_is_a_failure(team):
    done = team.directory.run("diff", "--zone", "example.net", "--notify", env=team.env)
    assert 1 == done.code
    assert ["dnsauth diff: 1 failed"] == team.told()
    assert "failure" == team.hook.received[0]["type"]


def test_drift_and_what_ends_are_told_by_a_live_check(team):
    team.config(TOLD + ENDING)
    team.server.load("example.com.", DRIFTED)
    team.run("check", "--live", "--resolver", team.address, "--notify")
    (got,) = team.hook.received
    assert "1 drift, 1 ending" in got["title"]
    assert "the waiver of DMA001 for example.com ends on 2026-06-11" in got["message"]


def test_what_ends_is_told_by_a_check_of_the_files_alone(team):
    team.config(TOLD + ENDING)
    done = team.run("check", "--notify", "--metrics", str(team.directory.path / "m.prom"))
    assert 0 == done.code
    assert ["dnsauth check: 1 ending"] == team.told()
    assert {"dnsauth_findings", "dnsauth_not_assessed", "dnsauth_waiver_end_timestamp_seconds"} == {
        *team.gauges()
    }


def test_a_command_that_cannot_do_its_work_is_told(team):
    team.directory.write("zones/example.net.yaml", "version: 1\ndomains: {'@': {parkd: true}}\n")
    for command in (("check",), ("diff",), ("apply", "--yes")):
        assert 1 == team.run(*command, "--notify").code
    assert [f"dnsauth {command}: 1 failed" for command in ("check", "diff", "apply")] == team.told()
    assert {"it could not be done\n\nIts log says why."} == {got["message"] for got in team.hook.received}


def test_a_file_that_cannot_be_read_names_nobody(team):
    team.config("notify: [")
    done = team.run("diff", "--notify")
    assert 1 == done.code
    assert "nobody is told: dnsauth.yaml has no `notify:`, or cannot be read" == done.err.splitlines()[-1]


def test_somebody_who_asked_for_another_zone_is_not_told(team):
    team.config("notify: [{to: env/HOOK, on: applied, where: example.net}]\n")
    assert 0 == team.run("apply", "--yes", "--notify", "--timeout", "5").code
    assert [] == team.told()


def test_without_notify_in_the_file_nobody_is_told_and_that_is_said(team):
    team.config("")
    done = team.run("apply", "--yes", "--notify", "--timeout", "5")
    assert 0 == done.code
    assert "nobody is told: dnsauth.yaml has no `notify:`, or cannot be read" in done.err


def test_what_goes_wrong_with_telling_is_said_and_changes_no_exit_code(team, monkeypatch):
    monkeypatch.setattr(reporting, "TIMEOUT", 0.3)
    team.config(
        "notify: [{to: [env/GONE, env/EMPTY, env/NONE, env/MUTE, env/DEAD, env/BROKEN, env/HOOK], on: applied}]\n"
    )
    with silent() as mute, Webhook(500) as broken:
        dead = f"json://{PASSWORD}@127.0.0.1:{free_port()}/{TOKEN}"
        more = {"EMPTY": "", "NONE": f"{PASSWORD}//{TOKEN}", "MUTE": mute, "DEAD": dead, "BROKEN": broken.url}
        done = team.run("apply", "--yes", "--notify", "--timeout", "5", **more)
    assert 0 == done.code
    for text in (
        "variable GONE, which is not set",
        "variable EMPTY, which is empty",
        "env/NONE was not told: its value is no URL that apprise knows",
        "env/MUTE was not told: ",
        "env/DEAD was not told: the service could not be reached, or did not take it",
        "env/BROKEN was not told: the service could not be reached, or did not take it",
        'hint: try it alone: apprise -vv -b test "$BROKEN"',
        "told env/HOOK",
    ):
        assert text in done.err
    assert ["dnsauth apply: 1 applied"] == team.told()


def test_without_apprise_nothing_begins(team, monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    monkeypatch.setattr(notify, "find_spec", lambda _: None)
    done = team.run("apply", "--yes", "--notify")
    assert 2 == done.code
    assert "pip install 'dnsauth[notify]'" in " ".join(done.err.split())
    assert not (team.directory.path / "receipts").exists()


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_url_in_the_file_is_refused_and_never_shown(team, form):
    team.config(f"notify: [{{to: ['{team.hook.url}'], on: [applied]}}]\n")
    done = team.run("check", "--format", form)
    assert 1 == done.code
    assert "write `env/NAME`" in done.out


def test_a_receipt_holds_no_secret(team):
    team.run("apply", "--yes", "--notify", "--timeout", "5")
    for octets in team.directory.files().values():
        assert PASSWORD.encode() not in octets
        assert TOKEN.encode() not in octets


# Metrics


def test_an_apply_is_measured(team):
    done = team.run("apply", "--yes", "--timeout", "5", "--metrics", str(team.directory.path / "m.prom"))
    assert 0 == done.code
    assert {
        "dnsauth_last_apply_timestamp_seconds": {("example.com", "store"): 1780315200},
        "dnsauth_apply_outcome": {("example.com", "store", "applied"): 1},
    } == team.gauges()


def test_a_file_of_metrics_may_be_read_by_the_collector_whatever_the_umask(team):
    before = os.umask(0o077)
    try:
        team.run("check", "--metrics", str(team.directory.path / "m.prom"))
    finally:
        os.umask(before)
    assert 0o644 == stat.S_IMODE((team.directory.path / "m.prom").stat().st_mode)
    assert [] == [name for name in team.directory.files() if name.endswith(".tmp")]


def test_a_file_that_is_there_keeps_its_permissions(team):
    path = team.directory.path / "m.prom"
    path.write_text("old\n")
    path.chmod(0o640)
    team.run("check", "--metrics", str(path))
    assert 0o640 == stat.S_IMODE(path.stat().st_mode)
    assert path.read_text().endswith("# EOF\n")


def test_a_directory_that_is_not_there_is_refused_before_anything_is_done(team):
    done = team.run("apply", "--yes", "--metrics", str(team.directory.path / "nowhere" / "m.prom"))
    assert 2 == done.code
    assert not (team.directory.path / "receipts").exists()


def test_metrics_that_cannot_be_written_change_no_exit_code(team):
    (team.directory.path / "m.prom").mkdir()
    done = team.run("check", "--metrics", str(team.directory.path / "m.prom"))
    assert 0 == done.code
    assert "m.prom is no regular file" in done.err


def test_a_command_that_fails_leaves_the_file_as_it_was(team):
    path = team.directory.path / "m.prom"
    path.write_text("old\n")
    team.directory.write("zones/example.net.yaml", "version: 1\ndomains: {'@': {parkd: true}}\n")
    for command in ("check", "diff"):
        assert 1 == team.run(command, "--metrics", str(path)).code
    assert "old\n" == path.read_text()


# Keys


def test_keys_are_told_and_measured(host: Host):
    path = host.directory.path / "dnsauth.yaml"
    path.write_text(path.read_text() + TOLD)
    metrics = str(host.directory.path / "m.prom")
    with Webhook() as hook:
        env = {"HOOK": hook.url, "NO_PROXY": "127.0.0.1"}

        def step(*more: str) -> Done:
            now = host.now.isoformat().replace("+00:00", "Z")
            done = host.directory.run(
                "rotate", "step", *more, "--notify", "--metrics", metrics, now=now, env=env
            )
            assert 0 == done.code, done.err
            assert PASSWORD not in done.out + done.err
            return done

        step()
        assert "dnsauth rotate step: 2 key-due" == hook.received[-1]["title"]
        assert 2 == hook.received[-1]["message"].count(": made, ")
        before = len(hook.received)
        step("--apply", "--deploy", "--host", "mx1.example.com")
        assert "dnsauth rotate step: 2 key-due" == hook.received[before]["title"]
        assert 2 == hook.received[before]["message"].count(": generated → published")
    families = {
        family.name: family.samples for family in openmetrics((host.directory.path / "m.prom").read_text())
    }
    assert {"published"} == {one.labels["state"] for one in families["dnsauth_key_state_timestamp_seconds"]}
    (host.directory.path / "m.prom").unlink()
    host.run("rotate", "status", "--metrics", metrics)
    assert "dnsauth_key_age_seconds{" in (host.directory.path / "m.prom").read_text()
