"""`rotate status` over 1,000 domains with two keys each, and 1,000 RSA keys made: seconds, and cores used.

python -m benchmarks.rotation
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from dnsauth.keys.pair import generate, generate_many
from dnsauth.lock import file as lock_file
from dnsauth.lock.keys import Key, State
from dnsauth.lock.model import Lock

DOMAINS = KEYS = 1000
RUNS = 5
CONFIG = """\
version: 1
providers: {store: {class: octodns.provider.yaml.YamlProvider, directory: held}}
defaults: {provider: store}
key_stores: {keys: {class: file, directory: private}}
senders:
  own-mta: {service: mta, ip: [192.0.2.10], owner: postmaster@example.com, dkim: {algorithms: [rsa-2048, ed25519], every: 90d}}
"""
ZONE = 'version: 1\ndomains: {"@": {senders: [own-mta], dmarc: {policy: none}}}\n'
MADE = datetime(2026, 6, 1, tzinfo=UTC)
NOW = "2026-06-02T00:00:00Z"


def written(directory: Path) -> None:
    """A repository of `DOMAINS` zones, each with two keys in use."""
    (directory / "zones").mkdir()
    (directory / "dnsauth.yaml").write_text(CONFIG)
    records = {algorithm: str(generate(algorithm).public) for algorithm in ("rsa-2048", "ed25519")}
    for number in range(DOMAINS):
        zone = f"z{number:04}.example."
        keys = tuple(
            Key(
                zone,
                f"202606-{algorithm}-aaaa",
                "own-mta",
                algorithm,
                State.ACTIVE,
                MADE,
                MADE,
                record,
                "keys",
                "",
            )
            for algorithm, record in records.items()
        )
        (directory / f"zones/{zone}yaml").write_text(ZONE)
        (directory / lock_file.path(zone)).write_text(lock_file.write(Lock(zone, keys=keys)))


def status(directory: Path) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "dnsauth", "-C", str(directory), "--now", NOW, "rotate", "status"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as path:
        directory = Path(path)
        written(directory)
        best = min(status(directory) for _ in range(RUNS))
    print(f"rotate status: {DOMAINS:,} domains of 2 keys in {best:.2f} s (best of {RUNS})")
    began, used = time.perf_counter(), cpu()
    generate_many(["rsa-2048"] * KEYS, lambda _done, _total: None)
    took = time.perf_counter() - began
    print(
        f"{KEYS:,} keys of rsa-2048 in {took:.1f} s, {(cpu() - used) / took:.1f} of {os.cpu_count()} cores used"
    )


def cpu() -> float:
    """CPU seconds of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
