"""CPU of `dnsauth --help` above an empty Typer application's, median of paired runs.

python benchmarks/start.py [RUNS]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from statistics import median

EMPTY = "import typer\napp = typer.Typer()\n\n@app.command()\ndef one() -> None:\n    'One.'\n\n@app.command()\ndef two() -> None:\n    'Two.'\n\napp()"


def cpu(*argv: str) -> float:
    """User and system time of one process in milliseconds."""
    with Path(os.devnull).open("wb") as out:
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, *argv],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)],
        )
        _, _, usage = os.wait4(pid, 0)
    return (usage.ru_utime + usage.ru_stime) * 1000


def main(runs: int) -> None:
    """Print both medians and their difference."""
    pairs = [(cpu("-c", EMPTY, "--help"), cpu("-m", "dnsauth", "--help")) for _ in range(runs)]
    empty, ours = (median(side) for side in zip(*pairs, strict=True))
    print(f"empty Typer {empty:.0f} ms   dnsauth --help {ours:.0f} ms   above it {ours - empty:+.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
