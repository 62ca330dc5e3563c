"""kill -9 anywhere: no half-written file, and the next run converges."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dnsauth.desired.load import load
from tests.servers import KEY, SECRET

ZONES = [f"z{i}.example." for i in range(8)]
FOREIGN = (
    "$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns.example.net.\n@ TXT token\nwww A 192.0.2.1\n"
)
INVENTORY = (
    "version: 1\ndomains:\n  '@':\n    senders:\n      - own: {service: mta, ip: [192.0.2.10]}\n"
    "      - sendgrid: {account: u1234567.wl042, return_path: em1}\n    dmarc: {policy: none}\n"
)


def start(directory: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dnsauth", "-C", str(directory), *arguments],
        env={**os.environ, "TSIG_SECRET": SECRET},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("share", [0.4, 0.55, 0.7, 0.8, 0.9, 0.97])
def test_a_killed_apply_leaves_whole_files_and_the_next_one_ends_it(tmp_path, nameserver, share):
    servers = ", ".join(f"{zone}: ['{nameserver.address}:{nameserver.port}']" for zone in ZONES)
    (tmp_path / "zones").mkdir()
    (tmp_path / "dnsauth.yaml").write_text(
        f"version: 1\nproviders: {{ns1: {{class: octodns_bind.Rfc2136Provider, host: {nameserver.address},"
        f" port: {nameserver.port}, key_name: {KEY}, key_secret: env/TSIG_SECRET, key_algorithm: hmac-sha256}}}}\n"
        f"live: {{servers: {{{servers}}}}}\ndefaults: {{provider: ns1}}\n"
    )
    for zone in ZONES:
        (tmp_path / f"zones/{zone}yaml").write_text(INVENTORY)

    def fresh() -> None:
        for zone in ZONES:
            nameserver.load(zone, FOREIGN)
            (tmp_path / f"zones/{zone}lock.yaml").unlink(missing_ok=True)

    fresh()
    began = time.monotonic()
    assert 0 == start(tmp_path, "apply", "--yes").wait()
    whole, reached = time.monotonic() - began, [nameserver.rrsets(zone) for zone in ZONES]

    fresh()
    killed = start(tmp_path, "apply", "--yes")
    time.sleep(whole * share)
    killed.kill()
    killed.wait()
    locks = load(tmp_path).locks  # every lock that is there is whole
    for zone in ZONES:
        ours = {id for id in nameserver.rrsets(zone) if id[0].startswith(("_dmarc", "em1", "s1"))}
        assert not ours or locks[zone].claims, f"{zone} was written before its lock"

    assert 0 == start(tmp_path, "apply", "--yes").wait()
    now = [nameserver.rrsets(zone) for zone in ZONES]
    assert [without_soa(one) for one in reached] == [without_soa(one) for one in now]
    assert 0 == start(tmp_path, "plan", "--exit-code").wait()
    left = {path.name for path in (tmp_path / "zones").iterdir()}
    assert {f"{zone}{end}" for zone in ZONES for end in ("yaml", "lock.yaml")} >= {
        name for name in left if not name.startswith(".")
    }


def without_soa(rrsets: dict) -> dict:
    return {id: rrset for id, rrset in rrsets.items() if id[1] != "SOA"}
