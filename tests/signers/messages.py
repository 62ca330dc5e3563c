"""A message to sign, and what dkimpy says of its signatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from dnsauth.signers.signer import SigningKey

CRLF = "\r\n"


def message(domain: str = "example.com") -> bytes:
    """A message of someone at *domain*, with a folded field and lines that begin with a dot."""
    lines = [
        f"From: Someone <someone@{domain}>",
        "To: <someone@example.org>",
        "Subject: your appointment",
        "\ton Monday",
        "Date: Tue, 24 Nov 2026 13:00:00 +0000",
        f"Message-ID: <1@{domain}>",
        "",
        "Good morning",
        ".",
        "",
        "See you",
        "",
    ]
    return CRLF.join(lines).encode()


def records(keys: Iterable[SigningKey]) -> Mapping[str, bytes]:
    """The key records of *keys* by owner name."""
    return {f"{key.selector}._domainkey.{key.domain}.": str(key.pair.public).encode() for key in keys}


def verified(signed: bytes, dns: Mapping[str, bytes]) -> dict[str, bool]:
    """Whether each signature holds, by algorithm and selector, with the key records *dns* has."""
    dkim = pytest.importorskip("dkim", reason="dkimpy is not installed: pip install dkimpy pynacl")
    pytest.importorskip("nacl", reason="PyNaCl is not installed: pip install pynacl")

    def txt(name: bytes | str, **_: float) -> bytes | None:
        return dns.get(name.decode() if isinstance(name, bytes) else name)

    judge = dkim.DKIM(signed)
    count = sum(1 for name, _ in judge.headers if name.lower() == b"dkim-signature")
    found = {}
    for index in range(count):
        try:
            holds = judge.verify(idx=index, dnsfunc=txt)
        except dkim.DKIMException:
            holds = False
        fields = judge.signature_fields
        found[f"{fields[b'a'].decode()} {fields[b'd'].decode()} {fields[b's'].decode()}"] = holds
    return found
