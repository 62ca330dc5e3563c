"""`dnsauth apply` and stock `octodns-sync` with our source and processor lead to the same zone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.octodns.test_real_servers import TEXT, settings
from tests.servers import SECRET

ZONE = "held.example."
SENDERS = """\
version: 1
domains:
  "@":
    senders:
      - own: {service: mta, ip: [192.0.2.10], dkim: {m1: "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}}
      - sendgrid: {account: u1234567.wl042, return_path: em1}
    dmarc: {policy: none}
  old: {parked: true}
"""
FEWER = SENDERS.replace("      - sendgrid: {account: u1234567.wl042, return_path: em1}\n", "")
DRIFT = SENDERS.replace("    dmarc", "    tls_rpt: ['mailto:tls@held.example']\n    dmarc")
FOREIGN = TEXT.replace('@              TXT   "v=spf1 -all"\n', "").replace("*.wild", "wild")
# PowerDNS takes neither octets outside ASCII nor a cut that is not its own from its API
PLAIN = (
    FOREIGN.replace('"say \\"hi\\"; C:\\\\temp" "second string"', '"second string"')
    .replace('"\\"in quotes\\""', '"no quotes"')
    .replace('"\\200\\173"', '"ascii"')
)
ENVIRON = {**os.environ, "NO_COLOR": "1"}


class Directory:
    """A repository whose zone both commands manage at the same server."""

    def __init__(self, path: Path, name: str, server: object) -> None:
        self.path, self.server = path, server
        target, secrets = settings(name, server)
        ours, _ = settings(name, server, stock=False)
        self.environ = ENVIRON | secrets
        (path / "zones").mkdir()
        (path / "dnsauth.yaml").write_text(
            f"version: 1\nproviders: {{target: {flow(target)}}}\ndefaults: {{provider: target}}\n"
            f"live: {{servers: {{held.example: ['{server.address}:{server.port}']}}}}\n"
        )
        (path / "production.yaml").write_text(
            f"providers:\n  mail: {{class: dnsauth.octodns.MailAuthSource, directory: {path}}}\n"
            f"  target: {flow({**ours, 'root_ns_warnings': 'false'})}\n"
            f"processors:\n  own: {{class: dnsauth.octodns.MailAuthOwnership, directory: {path}}}\n"
            f"zones:\n  {ZONE}: {{sources: [mail], processors: [own], targets: [target]}}\n"
        )

    def ask(self, inventory: str) -> None:
        (self.path / "zones/held.example.yaml").write_text(inventory)
        self.run(0, "-m", "dnsauth", "lock")

    def run(self, code: int, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.path,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert code == done.returncode, done.stdout + done.stderr
        return done.stdout + done.stderr

    def apply(self, code: int = 0) -> str:
        return self.run(code, "-m", "dnsauth", "apply", "--yes", "--locked")

    def sync(self, code: int = 0) -> str:
        sync = Path(sys.executable).with_name("octodns-sync")
        return self.run(code, str(sync), "--config-file", "production.yaml", "--doit", "--force")

    def standing(self) -> dict:
        return {id: rrset for id, rrset in self.server.rrsets(ZONE).items() if id[1] != "SOA"}


def flow(mapping: dict[str, object]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in mapping.items()) + "}"


@pytest.mark.parametrize(
    ("name", "signed"), [("named", False), ("named", True), ("powerdns", False)], ids=str
)
def test_both_commands_lead_to_the_same_zone(request, tmp_path, name, signed):
    server = request.getfixturevalue(name)
    directory = Directory(tmp_path, name, server)
    text = PLAIN if name == "powerdns" else FOREIGN
    more = {"signed": True} if signed else {}
    reached = []
    for command in (directory.apply, directory.sync):
        (tmp_path / "zones/held.example.lock.yaml").unlink(missing_ok=True)
        server.load(ZONE, text, **more)
        before = directory.standing()
        steps = []
        for inventory in (SENDERS, FEWER):
            directory.ask(inventory)
            command()
            steps.append(directory.standing())
        for id, (ttl, octets) in before.items():
            assert ttl == steps[-1][id][0]
            assert {*octets} <= {*steps[-1][id][1]}
        reached.append(steps)
    assert reached[0] == reached[1]
    assert SECRET not in directory.run(0, "-m", "dnsauth", "-v", "plan")


def test_both_commands_refuse_what_nothing_waives(tmp_path, nameserver):
    directory = Directory(tmp_path, "nameserver", nameserver)
    nameserver.load(ZONE, FOREIGN + '_smtp._tls TXT "v=TLSRPTv1; rua=mailto:others@example.net"\n')
    before = directory.standing()
    directory.ask(DRIFT)
    for command in (directory.apply, directory.sync):
        assert "PLN005" in command(1)
        assert before == directory.standing()
