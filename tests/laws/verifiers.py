"""Who verifies DKIM: mailauth, dkimpy and OpenDKIM, each by what the resolver it is given answers at that moment."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias

import dkim as dkimpy
import dns.resolver

from tests.servers.opendkim import Verifier, verifier
from tests.servers.unbound import Unbound
from tests.spf import peers

Verdict: TypeAlias = dict[str, str]
"""Of each signature by its selector: ``pass``, or why it did not."""

Judge: TypeAlias = Callable[[Sequence[bytes]], list[Verdict]]
"""The verdict on each message."""

_RESULT = re.compile(rb'dkim=(\w+)(?: reason="([^"]*)")?[^;]* header\.s=([^ ;]+)')
_COMMENT = re.compile(rb" \([^)]*\)")  # RFC 8601 section 2.2 allows them anywhere, semicolons among them


@contextlib.contextmanager
def judges(directory: Path, resolver: Unbound) -> Iterator[dict[str, Judge]]:
    """All three, by name; what they need is in *directory*."""
    with _mailauth(resolver) as mailauth, verifier(directory, (resolver.address, resolver.port)) as opendkim:
        yield {"mailauth": mailauth, "dkimpy": _dkimpy(resolver), "OpenDKIM": _opendkim(opendkim)}


@contextlib.contextmanager
def _mailauth(resolver: Unbound) -> Iterator[Judge]:
    argv = ("node", str(Path(__file__).with_name("mailauth.js")), str(peers.mailauth()))
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        given, said = process.stdin, process.stdout

        def judge(messages: Sequence[bytes]) -> list[Verdict]:
            asked = {"port": resolver.port, "messages": [b64encode(each).decode() for each in messages]}
            given.write(json.dumps(asked) + "\n")
            given.flush()
            return [
                {selector: _because(result, why) for selector, result, why in each}
                for each in json.loads(said.readline())
            ]

        yield judge


def _dkimpy(resolver: Unbound) -> Judge:
    asked = dns.resolver.Resolver(configure=False)
    asked.nameservers, asked.port = [resolver.address], resolver.port

    def answer(name: bytes, timeout: float = 5) -> bytes | None:
        try:
            (rdata,) = asked.resolve(name.decode(), "TXT", lifetime=timeout)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return None
        return b"".join(rdata.strings)

    def verdict(message: bytes, txt: Callable[..., bytes | None]) -> Verdict:
        parsed = dkimpy.DKIM(message)
        found = [
            dict(part.strip().split(b"=", 1) for part in value.split(b";"))
            for name, value in parsed.headers
            if name.lower() == b"dkim-signature"
        ]
        return {
            tags[b"s"].decode(): "pass" if parsed.verify(number, txt) else "fail"
            for number, tags in enumerate(found)
        }

    def judge(messages: Sequence[bytes]) -> list[Verdict]:
        txt = cache(answer)
        return [verdict(each, txt) for each in messages]

    return judge


def _opendkim(server: Verifier) -> Judge:
    def verdict(message: bytes) -> Verdict:
        found = _RESULT.findall(_COMMENT.sub(b"", server.verify(message)))
        return {selector.decode(): _because(result.decode(), why.decode()) for result, why, selector in found}

    # one by one: what asks libunbound in several threads at once is now and then told of a failure
    return lambda messages: [verdict(each) for each in messages]


def _because(result: str, why: str) -> str:
    return f"{result}: {why}" if why else result
