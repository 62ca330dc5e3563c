"""Where a text shows octets of a private key: as PEM, base64, hex, a number or a literal of Python or JSON."""

from __future__ import annotations

import json
import re
import traceback
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from dnsauth.keys.pair import KeyPair

WINDOW = 16  # characters in a row that are no accident


@lru_cache(maxsize=16)
def _windows(private: bytes) -> frozenset[str]:
    key = load_pem_private_key(private, None)
    if isinstance(key, Ed25519PrivateKey):
        frame, secrets = 16, [key.private_bytes_raw()]
    else:
        n = key.private_numbers()
        numbers = (n.d, n.p, n.q, n.dmp1, n.dmq1, n.iqmp)
        frame, secrets = 38, [number.to_bytes((number.bit_length() + 7) // 8) for number in numbers]
    pem = "".join(private.decode().splitlines()[1:-1])
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    secret = [pem, *(text for octets in secrets for text in _spelled(octets))]
    public = [*_base64(spki), pem[: frame * 4 // 3], r"\x00" * WINDOW]  # a frame holds lengths and names
    return frozenset(_cut(secret)) - frozenset(_cut(public))


def _spelled(octets: bytes) -> Iterator[str]:
    yield from (octets.hex(), octets.hex().upper(), octets.hex(":"), str(int.from_bytes(octets)))
    yield from (repr(octets)[2:-1], json.dumps(octets.decode("latin-1"))[1:-1])
    yield from _base64(octets)


def _base64(octets: bytes) -> Iterator[str]:
    """*octets* as they read in the base64 of whatever they are part of."""
    return (b64encode(octets[skip:]).decode().rstrip("=") for skip in range(3))


def _cut(texts: Iterable[str]) -> Iterator[str]:
    return (text[i : i + WINDOW] for text in texts for i in range(len(text) - WINDOW + 1))


def shown(text: str, *pairs: KeyPair) -> list[str]:
    """Every window of *text* that is of a private half, also where lines are broken."""
    flat = re.sub(r"[ \n\r\t]|\\n", "", text)
    return [window for pair in pairs for window in _cut((text, flat)) if window in _windows(pair.private)]


def told(error: BaseException) -> str:
    """All that anybody may print of *error*: its texts, its traceback, and those of what it came from."""
    return "\n".join(
        text
        for each in chain(error, set())
        for text in (str(each), repr(each), repr(vars(each)), *traceback.format_exception(each))
    )


def chain(error: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    yield from chain(error.__cause__, seen)
    yield from chain(error.__context__, seen)  # suppressed or not: a debugger shows it
