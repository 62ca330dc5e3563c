"""The XML inside a file as reporters send them: plain, gzip, zip, or any of these in a mail.

What it is, the first octets tell; names and media types are wrong too often. All of it may come from
anybody, so every size is bounded before there is memory for it, and nothing is ever written to disk.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

from dnsauth.reports.model import BadReport

MAX_FILE = 20 * 2**20  # octets of a mail, or of what is compressed; a mail of reports is far smaller
MAX_XML = 50 * 2**20  # octets of XML, however it came
MAX_RATIO = 200  # octets out of one octet; XML of reports has about 20
FREE = 2**20  # octets out before the ratio counts
MAX_PARTS = 50  # of a mail, members of a gzip file
MAX_LINES = 400_000  # of a mail; in Base64 its 20 MiB are fewer
CHUNK = 2**16

JSON = "it is JSON as TLS reports are (RFC 8460), and no aggregate report"
GZIP, ZIP, ZIP_EMPTY, ZIP_ENTRY = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"PK\x01\x02"
_XML = re.compile(rb"(?:\xef\xbb\xbf)?[\t\n\r ]*<|\xfe\xff|\xff\xfe|\x00<|<\x00")
_NESTS = re.compile(rb"multipart/|message/", re.IGNORECASE)
_MAIL = re.compile(rb"(?:From |[!-9;-~]+[\t ]*:)")


class Packed(NamedTuple):
    """XML as it is read, piece by piece, and the *part* of the file it is in, empty for the whole."""

    part: str
    xml: Iterator[bytes]


def unpacked(file: BinaryIO) -> Iterator[Packed]:
    """What *file*, which can seek, holds; raises `BadReport`, as do the pieces while they are read."""
    head = file.read(4096)
    file.seek(0)
    if head.startswith((GZIP, ZIP, ZIP_EMPTY)) or _XML.match(head):
        yield Packed("", _xml(head, file))
    elif _MAIL.match(head):
        yield from _mail(_whole(file))
    elif head.lstrip().startswith(b"{"):
        raise BadReport(JSON)
    else:
        raise BadReport("it is neither XML, gzip, zip, nor a mail" if head else "it is empty")


def _xml(head: bytes, file: BinaryIO) -> Iterator[bytes]:
    if not head.startswith((GZIP, ZIP, ZIP_EMPTY)):
        return _bounded(iter(lambda: file.read(CHUNK), b""), MAX_XML)
    octets = _whole(file)
    chunks = _gunzipped(octets) if head.startswith(GZIP) else _unzipped(octets)
    return _bounded(chunks, min(MAX_XML, max(FREE, MAX_RATIO * len(octets))))


def _whole(file: BinaryIO) -> bytes:
    octets = file.read(MAX_FILE + 1)
    if len(octets) > MAX_FILE:
        raise BadReport(f"it has more than {MAX_FILE // 2**20} MiB")
    return octets


def _bounded(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    count = 0
    for chunk in chunks:
        count += len(chunk)
        if count > limit:
            bomb = f", {MAX_RATIO} times what it came in" if limit < MAX_XML else ""
            raise BadReport(f"its XML has more than {limit:,} octets{bomb}")
        yield chunk


def _gunzipped(octets: bytes) -> Iterator[bytes]:
    """The members of a gzip file, one behind the other (RFC 1952 section 2.2); what follows them is left."""
    members = 0
    while octets.startswith(GZIP):
        members += 1
        if members > MAX_PARTS:
            raise BadReport(f"its gzip has more than {MAX_PARTS} members")
        inflated = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        while octets and not inflated.eof:
            try:
                yield inflated.decompress(octets, CHUNK)
            except zlib.error as error:
                raise BadReport(f"its gzip is damaged: {error}") from None
            octets = inflated.unconsumed_tail
        if not inflated.eof:
            raise BadReport("its gzip ends before it is whole")
        octets = inflated.unused_data


def _unzipped(octets: bytes) -> Iterator[bytes]:
    """The one member of a zip file."""
    from zipfile import BadZipFile, ZipFile

    if octets.count(ZIP_ENTRY) > MAX_PARTS:  # counted before there is an object for each
        raise BadReport("its zip has many members instead of one")
    try:
        with ZipFile(BytesIO(octets)) as archive, archive.open(_member(archive)) as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except BadReport:
        raise
    except (BadZipFile, zlib.error, struct.error, ArithmeticError, EOFError, OSError, ValueError) as error:
        raise BadReport(f"its zip is damaged: {error}") from None
    except NotImplementedError as error:
        raise BadReport(f"its zip is not read: {error}") from None


def _member(archive: ZipFile) -> ZipInfo:
    members = archive.infolist()
    if len(members) != 1:
        raise BadReport(f"its zip has {len(members)} members instead of one")
    (member,) = members
    if member.flag_bits & 1:
        raise BadReport("its zip is encrypted")
    if member.compress_type not in (0, 8):  # stored, deflated: APPNOTE section 4.4.5
        raise BadReport("its zip is compressed in a way that no reporter uses")
    return member


def _mail(octets: bytes) -> Iterator[Packed]:
    """What is attached to a mail, or is its whole body (RFC 9990 section 3.1)."""
    from email import message_from_bytes

    if (
        octets.count(b"\n") > MAX_LINES or len(_NESTS.findall(octets)) > MAX_PARTS
    ):  # each level reads each line
        raise BadReport("the mail has too many lines, or is nested too deeply")
    try:
        parts = [part for part in message_from_bytes(octets).walk() if not part.is_multipart()]
    except RecursionError:
        raise BadReport("its parts are nested too deeply") from None
    if len(parts) > MAX_PARTS:
        raise BadReport(f"it has more than {MAX_PARTS} parts")
    found = 0
    for number, part in enumerate(parts, 1):
        body = part.get_payload(decode=True)
        if not isinstance(body, bytes):
            continue
        head = body[:4096]
        html = part.get_content_type() in ("text/html", "application/xhtml+xml")
        if head.startswith((GZIP, ZIP, ZIP_EMPTY)) or (_XML.match(head) and not html):
            found += 1
            yield Packed(f"part {number}", _xml(head, BytesIO(body)))
    if not found:
        raise BadReport("the mail has no report attached")
