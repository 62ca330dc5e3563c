"""The command line: read, call one function per stage, say, exit."""

from __future__ import annotations


def main() -> None:
    """The console script ``dnsauth``; it ends the process with a code of `dnsauth.cli.exit`."""
    import gc
    import sys

    from dnsauth.cli.app import app

    gc.set_threshold(50_000, 50, 100)  # ten thousand zones of frozen values hold no cycles to look for

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a console can be ASCII
    app(prog_name="dnsauth")
