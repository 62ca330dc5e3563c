"""The logo a mark certificate carries: the logotype extension of RFC 9399, as mark certificates use it.

A subject logo, direct, with hashes of the image and the image itself as a ``data:`` URI. Other logos and
other ways to name them are passed over.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import new

from dnsauth.bimi.logo import unpacked

_SEQUENCE, _OCTETS, _OID, _IA5 = 0x30, 0x04, 0x06, 0x16
_HASHES = {
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
    bytes.fromhex("2b0e03021a"): "sha1",
}
_DATA = re.compile(
    rb"data:image/svg\+xml(?:[+-][a-z]+)?(?:;[a-z-]+=[^;,]*)*;base64,(?P<data>[A-Za-z0-9+/=]+)"
)
_MAX_DEPTH = 12
_MAX_IMAGES = 8


class BadLogotype(ValueError):
    """The octets are no logotype extension; the message says why."""


@dataclass(frozen=True, slots=True)
class Logotype:
    """The *images* a certificate carries, not compressed, and *hashes* of images: algorithm and digest."""

    images: tuple[bytes, ...]
    hashes: tuple[tuple[str, bytes], ...]

    def shows(self, logo: bytes) -> bool | None:
        """True where *logo* is one of the images or has one of the hashes; None where there is neither."""
        if not self.images and not self.hashes:
            return None
        algorithms = {algorithm for algorithm, _ in self.hashes}
        digests = {(one, new(one, logo, usedforsecurity=False).digest()) for one in algorithms}
        return logo in self.images or not digests.isdisjoint(self.hashes)


def logotype(extension: bytes) -> Logotype:
    """What the value of an extension 1.3.6.1.5.5.7.1.12 carries; raises `BadLogotype`."""
    images: list[bytes] = []
    hashes: list[tuple[str, bytes]] = []
    for tag, contents in _elements(extension, 0):
        if tag == _IA5 and (found := _DATA.fullmatch(contents)):
            images.append(_image(found["data"]))
            if len(images) > _MAX_IMAGES:
                raise BadLogotype("it has too many images")
        elif tag == _SEQUENCE and (digest := _hash(contents)):
            hashes.append(digest)
    return Logotype(tuple(images), tuple(hashes))


def _elements(octets: bytes, depth: int) -> Iterator[tuple[int, bytes]]:
    """Every element in *octets*, whatever it is in (X.690)."""
    if depth > _MAX_DEPTH:
        raise BadLogotype("it is nested too deeply")
    for tag, contents in _children(octets):
        yield tag, contents
        if tag & 0x20:
            yield from _elements(contents, depth + 1)


def _children(octets: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(octets):
        if len(octets) < at + 2:
            raise BadLogotype("it is cut off")
        tag, length, start = octets[at], octets[at + 1], at + 2
        if length >= 0x80:
            if not 0x80 < length <= 0x84:
                raise BadLogotype("it has a length that is not DER")
            more = length - 0x80
            length = int.from_bytes(octets[start : start + more])
            start += more
        at = start + length
        if len(octets) < at:
            raise BadLogotype("it is cut off")
        yield tag, octets[start:at]


def _hash(contents: bytes) -> tuple[str, bytes] | None:
    """The HashAlgAndValue that a sequence of *contents* is, of an algorithm that is known; else None."""
    parts = tuple(_children(contents))
    if [tag for tag, _ in parts] != [_SEQUENCE, _OCTETS]:
        return None
    algorithm = tuple(_children(parts[0][1]))
    if not algorithm or algorithm[0][0] != _OID or algorithm[0][1] not in _HASHES:
        return None
    return _HASHES[algorithm[0][1]], parts[1][1]


def _image(data: bytes) -> bytes:
    try:
        return unpacked(b64decode(data, validate=True))
    except ValueError as error:
        raise BadLogotype(f"its image cannot be unpacked: {error}") from None
