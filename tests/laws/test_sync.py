"""`dnsauth apply` and stock `octodns-sync` with our source and processor lead to the same zone, and stop at the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.conftest import Directory, Done
from tests.octodns.test_real_servers import TEXT, settings

ROOT = Path(__file__).parents[2]
OURS = {"powerdns": "dnsauth.octodns.PowerDnsProvider", "named": "dnsauth.octodns.Rfc2136Provider"}
OWN = """\
      - own: {service: mta, ip: [192.0.2.10], dkim: {m1: "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}}
"""
VENDOR = "      - sendgrid: {account: u1234567.wl042, return_path: em1}\n"
PORTAL = """\
      - portal: {service: custom, spf: ["include:_spf.portal.example"], dkim: {v1: {cname: v1.portal.example.}}}
"""
ASKED = "version: 1\ndomains:\n  '@':\n    senders:\n{senders}    dmarc: {{policy: none}}\n  old: {{parked: true}}\n"
STEPS = [OWN, OWN + VENDOR + PORTAL, OWN + PORTAL]  # two senders are added, one is removed
FOREIGN = TEXT.replace('@              TXT   "v=spf1 -all"\n', "").replace("*.wild", "wild")
# stock octodns-powerdns sends others' values back in other octets, or refuses them: so these are not there
PLAIN = (
    FOREIGN.replace('"say \\"hi\\"; C:\\\\temp" "second string"', '"second string"')
    .replace('"\\"in quotes\\""', '"no quotes"')
    .replace('"\\200\\173"', '"ascii"')
)


class Case(NamedTuple):
    """A server, the text of the zone it holds, and the class `octodns-sync` writes it by."""

    server: str
    text: str
    cls: str
    signed: bool = False
    zone: str = "held.example."


CASES = {
    "BIND": Case("named", FOREIGN, OURS["named"]),
    "BIND, signed": Case("named", FOREIGN, OURS["named"], signed=True, zone="signed.example."),
    "PowerDNS": Case("powerdns", FOREIGN, OURS["powerdns"]),
    "PowerDNS by the stock class": Case("powerdns", PLAIN, "octodns_powerdns.PowerDnsProvider"),
}


class Managed(Directory):
    """A repository whose zone both commands manage at the same server."""

    def __init__(self, path: Path, case: Case, server: object, *more: object) -> None:
        super().__init__(path)
        self.case, self.server = case, server
        target, self.secrets = settings(case.server, server)
        servers = [f"{each.address}:{each.port}" for each in (server, *more)]
        self.write(
            "dnsauth.yaml",
            json.dumps(
                {
                    "version": "1",
                    "providers": {"target": target},
                    "defaults": {"provider": "target"},
                    "live": {"servers": {case.zone: servers}},
                }
            ),
        )
        production = {
            "providers": {
                "mail": {"class": "dnsauth.octodns.MailAuthSource", "directory": str(path)},
                "target": {**target, "class": case.cls, "root_ns_warnings": False},
            },
            "processors": {"own": {"class": "dnsauth.octodns.MailAuthOwnership", "directory": str(path)}},
            "zones": {case.zone: {"sources": ["mail"], "processors": ["own"], "targets": ["target"]}},
        }
        self.write("production.yaml", json.dumps(production))

    def load(self) -> None:
        """The zone as it was before we came, and no lock."""
        (self.path / f"zones/{self.case.zone}lock.yaml").unlink(missing_ok=True)
        self.server.load(self.case.zone, self.case.text, **({"signed": True} if self.case.signed else {}))

    def ask(self, senders: str) -> None:
        self.write(f"zones/{self.case.zone}yaml", ASKED.format(senders=senders))
        assert 0 == self.run("lock").code

    def apply(self) -> Done:
        return self.run("apply", "--yes", "--locked", "--timeout", "10", env=self.secrets)

    def sync(self) -> Done:
        sync = Path(sys.executable).with_name("octodns-sync")
        done = subprocess.run(
            [sync, "--config-file", "production.yaml", "--doit"],
            cwd=self.path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.secrets},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def standing(self) -> dict:
        return {id: rrset for id, rrset in self.server.rrsets(self.case.zone).items() if id[1] != "SOA"}


@pytest.fixture
def managed(request, tmp_path):
    case = CASES[request.param]
    return Managed(tmp_path, case, request.getfixturevalue(case.server))


@pytest.mark.parametrize("managed", CASES, indirect=True)
def test_both_commands_lead_to_the_same_zone(managed):
    reached = []
    for command in (managed.apply, managed.sync):
        managed.load()
        before, steps = managed.standing(), []
        for senders in STEPS:
            managed.ask(senders)
            done = command()
            assert 0 == done.code, done
            steps.append(managed.standing())
        for now in steps:
            for id, (ttl, octets) in before.items():
                assert (ttl, set()) == (now[id][0], {*octets} - {*now[id][1]}), f"{id} of others changed"
        reached.append(steps)
    assert reached[0] == reached[1]
    first, added, removed = reached[0]
    assert (f"em1.{managed.case.zone}", "CNAME") in added.keys() - first.keys() - removed.keys()
    assert 0 == managed.run("plan", "--locked", "--exit-code", env=managed.secrets).code


STANDING_IN_THE_WAY = {
    "PLN005, drift": '@ TXT "v=spf1 -all"\n',
    "PLN004, a CNAME beside data": "_dmarc CNAME elsewhere.example.net.\n",
}


@pytest.mark.parametrize("way", STANDING_IN_THE_WAY)
@pytest.mark.parametrize("managed", ["BIND", "PowerDNS"], indirect=True)
def test_both_commands_refuse_what_nothing_waives(managed, way):
    managed.load()
    managed.server.load(managed.case.zone, managed.case.text + STANDING_IN_THE_WAY[way])
    before = managed.standing()
    managed.ask(OWN)
    for command in (managed.apply, managed.sync):
        done = command()
        assert 1 == done.code, done
        assert way.partition(",")[0] in done.out + done.err
        assert before == managed.standing()


@pytest.mark.parametrize("case", ["BIND", "BIND, signed"])
def test_a_secondary_that_lags_is_a_warning_and_verify_waits_for_it(tmp_path, named, knot, case):
    managed, zone = Managed(tmp_path, CASES[case], named, knot), CASES[case].zone
    named.load(zone, FOREIGN, signed=managed.case.signed, notify=knot.endpoint)
    knot.follow(zone)
    managed.ask(OWN)
    knot.freeze(zone)
    try:
        done = managed.run("apply", "--yes", "--timeout", "0.5", env=managed.secrets)
        assert 0 == done.code, done
        assert f"{named.address}:{named.port} agrees" in done.out
        assert "not served everywhere yet" in done.out
        lagging = managed.run("verify", "--timeout", "2")
        assert 1 == lagging.code, lagging
        assert f"{knot.address}:{knot.port}" in lagging.out
    finally:
        knot.thaw(zone)
    done = managed.run("verify", "--timeout", "15")
    assert 0 == done.code, done
    ours = {id: rr for id, rr in managed.standing().items() if id[0].startswith(("_dmarc.", "m1."))}
    assert ours
    assert ours.items() <= knot.rrsets(zone).items()
