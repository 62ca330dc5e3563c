"""``dnsauth`` many times in a test at the price of a fork: a process that has imported it all, and a client.

The client is a script by the name of ``dnsauth``. It hands over its arguments, environment, directory and
three streams, and ends with the code the command ended with.
"""

from __future__ import annotations

import array
import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

ROOT = Path(__file__).resolve().parents[2]
CLIENT = """\
#!{python} -IS
import array, json, os, socket, sys
told = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode()
with socket.socket(socket.AF_UNIX) as server:
    server.connect({path!r})
    server.sendmsg([len(told).to_bytes(8)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
    server.sendall(told)
    code = server.recv(1)
sys.exit(code[0] if code else 70)
"""


@contextmanager
def running(directory: Path) -> Iterator[Path]:
    """The directory of the client, to stand in PATH, while the process runs."""
    at = directory / "socket"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.workflows.warm", str(at)], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        assert process.stdout.readline()
        client = directory / "bin" / "dnsauth"
        client.parent.mkdir()
        client.write_text(CLIENT.format(python=sys.executable, path=str(at)))
        client.chmod(0o755)
        yield client.parent
    finally:
        process.terminate()
        process.wait()
        if process.stdout:
            process.stdout.close()


def serve(path: str) -> None:
    """Take requests at the socket *path*, one process for each, until it is ended."""
    import octodns.manager  # noqa: F401  so that no command imports it again
    import typer.main

    import dnsauth.cli
    from dnsauth.cli.app import app
    from dnsauth.octodns import providers, rfc2136  # noqa: F401

    for module in iter_modules(dnsauth.cli.__path__, "dnsauth.cli."):
        import_module(module.name)
    command = typer.main.get_command(app)
    typer.main.get_command = lambda _: command  # built once, as it is for every process
    gc.freeze()  # pages that are never written to are never copied
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                os._exit(_served(connection))
            connection.close()


def _served(connection: socket.socket) -> int:
    descriptors = array.array("i")
    head, ancillary, _, _ = connection.recvmsg(8, socket.CMSG_SPACE(3 * descriptors.itemsize))
    descriptors.frombytes(ancillary[0][2])
    told, size = b"", int.from_bytes(head)
    while len(told) < size:
        told += connection.recv(size - len(told))
    arguments, environ, directory = json.loads(told)
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin, sys.stdout, sys.stderr = (open(n, "w" if n else "r", closefd=False) for n in range(3))  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(directory)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # or Git's exit codes would be lost
    code = _run(arguments)
    connection.sendall(bytes([code & 0xFF]))
    return 0


def _run(arguments: list[str]) -> int:
    from dnsauth.cli import main

    sys.argv = ["dnsauth", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    serve(sys.argv[1])
