"""Runs dnsauth over and over, killed before one of its writes: ``python -m tests.laws.killed``.

A line in is JSON: the number of the write, and the arguments. A line out is the exit code, or the negative number
of the signal. It is a program of its own, for it forks; and one for all, for imports take the most time.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence

WRITES = {
    "os.rename",
    "os.link",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.chmod",
    "os.truncate",
    "socket.connect",
}
"""Events of sys.addaudithook beside ``open`` for writing; a connection stands for what goes to a provider."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def main() -> None:
    """Answer until nothing is asked any more."""
    import octodns_bind  # noqa: F401  what commands import, before there are threads
    from typer.main import get_command

    from dnsauth import plugins
    from dnsauth.cli import app, applying, deploying, turning  # noqa: F401
    from dnsauth.keys import age, file, store  # noqa: F401
    from dnsauth.octodns import adapter, rfc2136  # noqa: F401
    from dnsauth.signers import files, signer  # noqa: F401

    command = get_command(app.app)
    for group, cls in ((store.GROUP, "age"), (signer.GROUP, "files")):
        plugins.plugin(group, cls, cls)  # what is installed is looked for before the forks
    gc.freeze()  # pages that are never written to are never copied
    for line in sys.stdin:
        number, arguments = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(number, command, arguments)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(number: int, command: Callable[..., object], arguments: Sequence[str]) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    _kill_before(number)
    try:
        command(arguments, prog_name="dnsauth")
    except SystemExit as end:
        os._exit(int(end.code or 0))
    finally:
        os._exit(70)  # an exception, or no end at all


def _kill_before(number: int) -> None:
    writes = itertools.count()

    def write() -> None:
        if next(writes) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        flags = arguments[2] if event == "open" else 0
        if event in WRITES or (isinstance(flags, int) and flags & WRITING):
            write()

    def synced(sync: Callable[[int], None]) -> Callable[[int], None]:
        def counted(descriptor: int) -> None:
            write()  # what was written before is in no other event
            sync(descriptor)

        return counted

    os.fsync = synced(os.fsync)
    sys.addaudithook(hook)


if __name__ == "__main__":
    main()
