"""The command line: read, call one function per stage, say, exit."""

from __future__ import annotations


def main() -> None:
    """The console script ``dnsauth``; it ends the process with a code of `dnsauth.cli.exit`."""
    import sys

    from dnsauth.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a console can be ASCII
    app(prog_name="dnsauth")
