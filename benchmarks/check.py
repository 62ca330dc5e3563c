"""What `dnsauth check` costs offline, beside loading alone: every rule, then the baseline profile as well.

    python -m benchmarks.check [ZONES]        default 10000

Two fleets of as many zones: that of `benchmarks.plan`, one mail domain and two senders a zone; and one as large
organisations have it, three mail domains a zone with MTA-STS, senders that have owners, data classes and an agreement,
and a key of each zone's own. Whole processes, three of each: least and median of seconds and of CPU seconds (a busy
machine stretches the former more), peak memory of the largest process, findings. `lock --check` reads the same files,
derives the same records and judges nothing: what `check` takes above it is the rules, as a quotient of CPU seconds.
`plan`, the spine, judges too, and reads what the provider holds.
"""

from __future__ import annotations

import base64
import math
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.plan import Run, run

NOW = "2026-06-01T12:00:00Z"
RUNS = 3
CONFIG = """\
version: 1
providers:
  held: {class: octodns.provider.yaml.YamlProvider, directory: ./held, escaped_semicolons: false}
defaults: {provider: held, dmarc: {rua: ["mailto:dmarc@bench.example"]}}
agreements:
  aws: {with: Amazon Web Services, covers: [amazon-ses], signed: 2026-01-10, review: 2027-01-10}
senders:
  own: {service: mta, ip: [192.0.2.10, "2001:db8:25::/64"], owner: postmaster@example.com, data: personal, review: 2027-01-01}
  results: {service: amazon-ses, region: us-east-1, mail_from: bounce, owner: portal@example.com, purpose: results,
            stream: results, data: phi, baa: aws, review: 2027-01-01}
  news: {service: mailchimp, owner: news@example.com, purpose: newsletter, stream: marketing, data: public, review: 2027-01-01}
"""
ZONE = """\
version: 1
domains:
  "@":
    receives: ["10 mx1.{name}.", "20 mx2.{name}."]
    senders:
      - own
      - desk: {{service: custom, spf: ["include:_spf.v{n}.example"], dkim: {{d1: "{key}"}},
               owner: desk@example.com, data: personal, review: 2027-01-01}}
    dmarc: {{policy: reject, nonexistent: reject}}
    mta_sts: {{mode: enforce, max_age: 30d}}
    tls_rpt: ["mailto:tls@{name}"]
  results:
    senders: [{{results: {{tokens: [{label}a, {label}b, {label}c]}}}}]
    dmarc: {{policy: reject}}
  news:
    receives: ["10 mx1.{name}."]
    senders: [news]
    dmarc: {{policy: quarantine}}
    mta_sts: {{mode: testing, max_age: 7d}}
"""


def prepare(directory: Path, zones: int) -> None:
    """An inventory of *zones* zones of three mail domains each, with its locks."""
    import dnsauth
    from dnsauth.desired.locks import updated
    from dnsauth.lock import file as lock_file

    (directory / "zones").mkdir()
    (directory / "dnsauth.yaml").write_text(CONFIG)
    for n, key in zip(range(zones), _keys(), strict=False):
        name = f"z{n:05}.example"
        text = ZONE.format(name=name, label=f"z{n:05}", n=n % 50, key=key)
        (directory / f"zones/{name}.yaml").write_text(text)
    repository = dnsauth.load(directory)
    for zone, desired in repository.desired.items():
        lock = updated(repository.locks[zone], desired)
        (directory / lock_file.path(zone)).write_text(lock_file.write(lock))


def _keys() -> Iterator[str]:
    """Public keys that no rule on keys finds wrong; their moduli are by chance, since nobody signs with them.

    Two of them that stand less than 1,000 apart have no factor in common: it would divide the distance.
    """
    from dnsauth.checks.weak_rsa import primes, small_factor
    from dnsauth.records.der import RSAPublicKey, spki

    step = math.prod(primes(1_000))
    modulus = 1 << 2047 | random.Random(7).getrandbits(2047) | 1
    while math.gcd(modulus, step) > 1:
        modulus += 2
    while True:
        modulus += step
        if not small_factor(modulus):
            yield base64.b64encode(spki(RSAPublicKey(modulus, 65537))).decode()


def row(directory: Path, what: str, arguments: tuple[str, ...], alone: Run | None = None) -> Run:
    """Three runs of a command, told on a line; the fastest."""
    runs = [run(directory, sys.executable, "-m", "dnsauth", "--now", NOW, *arguments) for _ in range(RUNS)]
    best = min(runs, key=lambda one: one.cpu)
    wall, cpu = (sorted(each) for each in ([one.wall for one in runs], [one.cpu for one in runs]))
    peak = max(one.peak for one in runs)
    above = f"{best.cpu / alone.cpu:>6.2f}x  {found(directory):>7,}" if alone else ""
    print(
        f"{what:<26} {wall[0]:>7.2f} {median(wall):>7.2f} {cpu[0]:>7.2f} {median(cpu):>7.2f} {peak:>6.0f} {above}",
        flush=True,
    )
    return best


def found(directory: Path) -> int:
    """How many findings the last line that was printed counts."""
    last = (directory / "out").read_text().splitlines()[-1]
    return sum(int(number.replace(",", "")) for number in re.findall(r"[\d,]+(?= (?:error|warn|note))", last))


def main(zones: int) -> None:
    """Make each fleet, and print a row for each command."""
    print(
        f"{zones:,} zones{'':<14} {'min s':>7} {'med. s':>7} {'min CPU':>7} {'med.':>7} {'MiB':>6}   alone  findings"
    )
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    here = Path.cwd()
    for title, module in (("one mail domain a zone", "plan"), ("three mail domains a zone", "check")):
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            # in a process of its own: what this one has ever held counts as its children's peak
            command = [sys.executable, "-m", f"benchmarks.{module}", "--prepare", name, str(zones)]
            subprocess.run(command, check=True, cwd=here)
            os.chdir(directory)
            print(title)
            alone = row(directory, "  lock --check", ("lock", "--check"))
            if module == "plan":
                row(directory, "  plan", ("plan",), alone)
            row(directory, "  check", ("check",), alone)
            row(directory, "  check --profile baseline", ("check", "--profile", "baseline"), alone)
            os.chdir(here)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--prepare", directory, zones]:
            prepare(Path(directory), int(zones))
        case sizes:
            main(int(sizes[0]) if sizes else 10000)
