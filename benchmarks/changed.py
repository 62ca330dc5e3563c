"""What a change costs beside the whole: `plan --only-changed` after one edit, and a plan in parts.

    python -m benchmarks.changed [ZONES [PARTS]]        default 10000 4

The zones of `benchmarks.plan`, in Git. Whole processes, wall clock, the best of three; ratios of the same run. The parts
are what jobs of a matrix would make, here one after the other: the slowest of them is what a matrix takes. Merged they
must be the plan of one run, byte for byte.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.plan import Run, run

NOW = "2026-06-01T12:00:00Z"
RUNS = 3


def dnsauth(directory: Path, *arguments: str, runs: int = RUNS) -> Run:
    command = (sys.executable, "-m", "dnsauth", "--now", NOW, *arguments)
    return min((run(directory, *command) for _ in range(runs)), key=lambda one: one.wall)


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def row(what: str, took: Run, whole: Run, note: str = "") -> None:
    share = f"{whole.wall / took.wall:>6.1f}x"
    print(f"{what:<34} {took.wall:>7.2f} {took.cpu:>7.2f} {took.peak:>6.0f} {share}  {note}", flush=True)


def edit(name: str, old: str, new: str) -> None:
    file = Path(f"zones/{name}.yaml")
    file.write_text(file.read_text().replace(old, new))


def main(zones: int, parts: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        # in a process of its own: what this one has ever held counts as its children's peak
        subprocess.run([sys.executable, "-m", "benchmarks.plan", "--prepare", name, str(zones)], check=True)
        os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
        os.chdir(directory)
        git("init", "-q", "-b", "main")
        git("add", "dnsauth.yaml", "zones")
        git("commit", "-qm", "as it was")
        print(f"{zones:,} zones{'':<22} {'s':>7} {'CPU s':>7} {'MiB':>6}   whole")
        whole = dnsauth(directory, "plan", "--locked", "--out", "whole.json")
        row("plan", whole, whole)
        row("plan --only-changed, no edit", dnsauth(directory, "plan", "--locked", "--only-changed"), whole)
        edit("z00007.example", "softfail", "fail")
        dnsauth(directory, "plan", "--only-changed", runs=1)  # the lock is written
        took = dnsauth(directory, "plan", "--locked", "--only-changed", "--format", "json")
        row("  one zone edited", took, whole, f"plan of {planned(directory)}")
        Path("zones/new.example.yaml").write_text(
            Path("zones/z00008.example.yaml").read_text().replace("z00008", "new")
        )
        Path("held/new.example.yaml").write_text("--- {}\n")
        dnsauth(directory, "plan", "--only-changed", runs=1)
        took = dnsauth(directory, "plan", "--locked", "--only-changed", "--format", "json")
        row("  and one zone added", took, whole, f"plan of {planned(directory)}")
        git("add", "-A", "zones")
        git("commit", "-qm", "as it is")
        sharded(directory, parts)


def sharded(directory: Path, parts: int) -> None:
    whole = dnsauth(directory, "plan", "--locked", "--out", "whole.json")
    row("plan, with these changes", whole, whole)
    files = [f"part{number}.json" for number in range(1, parts + 1)]
    runs = [
        dnsauth(directory, "plan", "--locked", "--shard", f"{number}/{parts}", "--out", file)
        for number, file in enumerate(files, 1)
    ]
    slowest = max(runs, key=lambda one: one.wall)
    total = sum(one.wall for one in runs)
    row(f"plan --shard I/{parts}, the slowest", slowest, whole, f"{total:.2f} s in all")
    row("plan merge", dnsauth(directory, "plan", "merge", *files, "--out", "merged.json"), whole)
    if Path("merged.json").read_bytes() != Path("whole.json").read_bytes():
        sys.exit("the merged plan is not that of one run")
    print("merged: the plan of one run, byte for byte")


def planned(directory: Path) -> str:
    text = (directory / "out").read_text()
    count = text.count('"held": ')
    return f"{count} zone{'s' * (count != 1)}"


if __name__ == "__main__":
    main(*(int(text) for text in (*sys.argv[1:], *("10000", "4")[len(sys.argv) - 1 :])))
