"""Work in several processes: the same answers in the same order, whatever becomes of a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.conftest import Directory

WORK = """\
import os, sys
from threading import Event, Thread
from dnsauth.cli.processes import ENOUGH, spread

parent, count = os.getpid(), 2 * ENOUGH + 1

def number(item):
    return item * item, os.getpid() != parent

def deadly(item):
    if os.getpid() != parent and item == ENOUGH:
        os.kill(os.getpid(), 9)
    return item * item, os.getpid() != parent

def refusing(item):
    raise ValueError(item)

"""
several = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="this host has one processor"
)


def printed(*lines: str) -> str:
    """What a program of `WORK` and *lines* prints; this process has threads, beside which none is forked."""
    program = WORK + "\n".join(lines)
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


@several
def test_many_things_are_worked_on_in_other_processes_and_come_in_their_order():
    program = "print(list(spread(number, range(count))) == [(i * i, True) for i in range(count)])"

    assert printed(program) == "True\n"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["print({other for _, other in spread(number, range(count - 2))})"], "they are few"),
        (["print({other for _, other in spread(deadly, range(count))})"], "a process was killed"),
        (
            [
                "event = Event()",
                "Thread(target=event.wait).start()",
                "print({other for _, other in spread(number, range(count))})",
                "event.set()",
            ],
            "there is another thread",
        ),
    ],
)
def test_one_process_does_it_alone_where(lines: Sequence[str], why: str):
    assert printed(*lines) == "{False}\n", why


def test_what_the_work_raises_is_raised():
    lines = [
        "try:",
        "    list(spread(refusing, range(count)))",
        "except ValueError as error:",
        "    print(error)",
    ]

    assert printed(*lines) == "0\n"


@several
def test_check_finds_the_same_in_one_process_and_in_several(tmp_path: Path):
    directory = Directory(tmp_path)
    directory.write(
        "dnsauth.yaml", "version: 1\nproviders: {held: {class: octodns.provider.yaml.YamlProvider}}\n"
    )
    for n in range(1001):
        domain = "parked: true" if n % 3 else f'senders: [mta: {{ip: [192.0.2.{n % 7}, "10.0.0.{n % 7}"]}}]'
        directory.write(
            f"zones/z{n}.example.yaml", f'version: 1\nprovider: held\ndomains: {{"@": {{{domain}}}}}\n'
        )

    processors = os.sched_getaffinity(0)
    whole, alone = (found(directory.path, on) for on in (processors, {min(processors)}))

    assert len(whole) == 2 * 334
    assert whole == alone


def found(directory: Path, processors: set[int]) -> list[object]:
    """The findings of `dnsauth check` on *processors*."""
    program = f"import os\nos.sched_setaffinity(0, {processors})\nfrom dnsauth.cli import main\nmain()"
    command = [sys.executable, "-c", program, "-C", str(directory), "check", "--format", "json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    findings: list[object] = json.loads(done.stdout)["findings"]
    return findings
