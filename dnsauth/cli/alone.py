"""One at a time in a directory: who writes locks and DNS keeps all others who do so out."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from dnsauth.cli.options import Run
from dnsauth.files import one_at_a_time

BUSY = ".dnsauth-busy"


@contextmanager
def alone(run: Run, command: str) -> Iterator[None]:
    """Nobody else writes locks or DNS in this directory until the block ends.

    Raises `DnsauthError`, saying who does. Other machines are kept out by the digests of a plan.
    """
    if not run.directory.is_dir():  # who loads it says so
        yield
        return
    who = f"`dnsauth {command}` (process {os.getpid()} on {socket.gethostname()})"
    with one_at_a_time(run.directory / BUSY, who):
        yield
