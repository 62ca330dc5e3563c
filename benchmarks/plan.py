"""`dnsauth plan` beside `octodns-sync`: the same zones, held in YAML, nothing to change.

    python benchmarks/plan.py [ZONES…]        default 100 1000 10000

Each zone has eight mail RRsets (SPF, MX, DMARC, two keys, a delegated selector, MTA-STS, TLS-RPT). dnsauth reads its
inventory and locks, derives the records, reads the held zone and plans; octodns-sync reads the same records from one
directory and plans against another. Whole processes, wall clock and peak memory; ratios of the same run.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

CONFIG = """\
version: 1
providers:
  held: {{class: octodns.provider.yaml.YamlProvider, directory: ./held, escaped_semicolons: false}}
defaults: {{provider: held, dmarc: {{rua: ["mailto:dmarc@bench.example"]}}}}
senders:
  own: {{service: mta, ip: [192.0.2.10], dkim: {{r1: "{key}", r2: "{key}"}}, owner: dns@example.com}}
"""
ZONE = """\
version: 1
domains:
  "@":
    receives: ["10 mx1.{name}.", "20 mx2.{name}."]
    senders:
      - own
      - vendor: {{service: custom, spf: ["include:_spf.v{n}.example"], dkim: {{v1: {{cname: "v1.{label}.vendor.example."}}}}}}
    spf: {{all: softfail}}
    dmarc: {{policy: reject}}
    mta_sts: {{mode: enforce, max_age: 30d}}
    tls_rpt: ["mailto:tls@{name}"]
"""
SYNC = """\
providers:
  config: {class: octodns.provider.yaml.YamlProvider, directory: ./config, escaped_semicolons: false}
  held: {class: octodns.provider.yaml.YamlProvider, directory: ./held, escaped_semicolons: false, root_ns_warnings: false}
zones:
  '*': {sources: [config], targets: [held]}
"""


class Run(NamedTuple):
    """Wall clock and CPU in seconds, peak resident memory in MiB."""

    wall: float
    cpu: float
    peak: float


def prepare(directory: Path, zones: int) -> None:
    """An inventory of *zones* zones whose records are all held already, with its locks."""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    import dnsauth
    from dnsauth.desired.locks import updated
    from dnsauth.lock import file as lock_file
    from dnsauth.output.octodns import records

    public = generate_private_key(65537, 2048).public_key()
    key = base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    (directory / "zones").mkdir()
    (directory / "dnsauth.yaml").write_text(CONFIG.format(key=key))
    for n in range(zones):
        name = f"z{n:05}.example"
        (directory / f"zones/{name}.yaml").write_text(ZONE.format(name=name, label=f"z{n:05}", n=n % 50))
    repository = dnsauth.load(directory)
    for sub in ("held", "config"):
        (directory / sub).mkdir()
    for zone, desired in repository.desired.items():
        text = records({zone: desired})
        for sub in ("held", "config"):
            (directory / sub / f"{zone}yaml").write_text(text)
        lock = updated(repository.locks[zone], desired)
        (directory / lock_file.path(zone)).write_text(lock_file.write(lock))
    (directory / "production.yaml").write_text(SYNC)


def run(directory: Path, *argv: str) -> Run:
    """One whole process; it must exit 0 and say that nothing changes."""
    start = time.perf_counter()
    with (directory / "out").open("wb") as out:
        pid = os.posix_spawn(
            argv[0],
            argv,
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)],
        )
        _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"{argv} failed:\n{(directory / 'out').read_text()[-2000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def main(sizes: list[int]) -> None:
    """Prepare, run both, print a row for each size."""
    sync = shutil.which("octodns-sync", path=str(Path(sys.executable).parent))
    if sync is None:
        sys.exit("octodns-sync stands beside no python here: pip install octodns")
    print(
        f"{'zones':>6}  {'dnsauth s':>9} {'µs/zone':>8} {'MiB':>6}  {'octodns-sync s':>14} {'MiB':>6}  {'faster':>6} {'memory':>6}"
    )
    for zones in sizes:
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            # in a process of its own: what this one has ever held counts as its children's peak
            subprocess.run([sys.executable, __file__, "--prepare", name, str(zones)], check=True)
            os.chdir(directory)
            ours = run(directory, sys.executable, "-m", "dnsauth", "plan", "--locked", "--exit-code")
            peer = run(directory, sync, "--config-file", "production.yaml", "--quiet")
            print(
                f"{zones:>6}  {ours.wall:>9.2f} {ours.wall / zones * 1e6:>8.0f} {ours.peak:>6.0f}  "
                f"{peer.wall:>14.2f} {peer.peak:>6.0f}  {peer.wall / ours.wall:>5.1f}x {ours.peak / peer.peak:>6.2f}"
            )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--prepare", directory, zones]:
            prepare(Path(directory), int(zones))
        case sizes:
            main([int(size) for size in sizes] or [100, 1000, 10000])
