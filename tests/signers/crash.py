"""Installs keys over and over, each time killed before another of its writes: ``python -m tests.signers.crash DIR``.

The pairs are in DIR/pairs; DIR/0, DIR/1, … are what the runs left, of which the last came to its end. It is a
program of its own, for it forks.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from dnsauth.keys.pair import from_pem
from dnsauth.signers.installed import FileSigner
from dnsauth.signers.signer import SigningKey
from tests.signers.values import signer

WRITES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "subprocess.Popen"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def keys(pairs: Path) -> tuple[list[SigningKey], list[SigningKey]]:
    """Before and after: s2 signs instead of s1, and the keys of another domain go."""
    s1, s2, e1, s3 = (
        SigningKey(domain, selector, from_pem((pairs / selector).read_bytes()), signs=True)
        for domain, selector in (
            ("example.com", "s1"),
            ("example.com", "s2"),
            ("example.com", "e1"),
            ("example.org", "s3"),
        )
    )
    return [s1, e1, s3], [s1._replace(signs=False), s2, e1]


@cache
def _made(base: Path) -> FileSigner:
    made = signer(base)
    assert isinstance(made, FileSigner)
    return made


def at(work: Path, *, load: bool = True) -> FileSigner:
    """The signer of *work*, made but once; with *load* it is the one that is killed and ends the work."""
    made = _made(work.parent)
    terms = made.terms._replace(directory=work / "signer")
    if load:
        terms = terms._replace(check=("true",), reload=("touch", str(work / "loaded")))
    return replace(made, terms=terms)


def main(base: Path) -> None:
    """Let the runs fill *base*."""
    before, after = keys(base / "pairs")
    _made(base)
    for number in itertools.count():
        work = base / str(number)
        (work / "signer").mkdir(parents=True)
        child = os.fork()
        if child == 0:
            at(work, load=False).install(before)
            _kill_before(number)
            at(work).install(after)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            assert os.waitstatus_to_exitcode(status) == 0
            return


def _kill_before(number: int) -> None:
    writes = itertools.count()

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        flags = arguments[2] if event == "open" else 0
        writing = event in WRITES or (isinstance(flags, int) and flags & WRITING)
        if writing and next(writes) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
