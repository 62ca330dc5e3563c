"""XML as it is sent: gzip, zip, mail; and what would cost too much."""

from __future__ import annotations

import contextlib
import gzip
import io
import random
import zipfile

import pytest

from dnsauth.reports import unpack
from dnsauth.reports.model import BadReport
from tests.reports.values import an_xml, gzipped, mailed, zipped

XML = an_xml()
QUOTED = b"From: a@example.net\nContent-Type: text/xml\nContent-Transfer-Encoding: quoted-printable\n\n"
FORWARDED = b'From: a@example.net\nContent-Type: multipart/mixed; boundary="y"\n\n--y\nContent-Type: message/rfc822\n\n'


def unpacked(octets: bytes) -> list[tuple[str, bytes]]:
    return [(part, b"".join(xml)) for part, xml in unpack.unpacked(io.BytesIO(octets))]


def _text(xml: bytes) -> str:
    """*xml* as text, without its mark."""
    encoding = "utf-16" if xml[:2] == b"\xff\xfe" else "utf-16-be" if not xml[0] else "utf-8-sig"
    return xml.decode(encoding)


@pytest.mark.parametrize(
    ("octets", "part", "why"),
    [
        (XML, "", "as it is"),
        (b"\xef\xbb\xbf\n" + XML, "", "with a mark and space before it"),
        (XML.decode().encode("utf-16"), "", "in UTF-16"),
        (XML.decode().encode("utf-16-be"), "", "in UTF-16 without a mark"),
        (gzipped(XML), "", "gzip"),
        (gzipped(XML) + b"\r\n", "", "gzip with a line end behind it, as one vendor's mails have"),
        (gzipped(XML[:50]) + gzipped(XML[50:]), "", "gzip of two members"),
        (zipped(XML), "", "zip"),
        (zipped(XML, method=zipfile.ZIP_STORED), "", "zip, not compressed"),
        (mailed(gzipped(XML)), "part 2", "attached as gzip"),
        (mailed(zipped(XML), type="application/octet-stream"), "part 2", "the type says nothing"),
        (mailed(XML, type="text/xml"), "part 2", "attached as it is"),
        (b"From sender Fri Nov 20\n" + mailed(gzipped(XML)), "part 2", "as an mbox has it"),
        (FORWARDED + mailed(gzipped(XML)) + b"\n--y--\n", "part 2", "forwarded"),
        (QUOTED + XML.replace(b"=", b"=3D"), "part 1", "a mail that is nothing else"),
    ],
)
def test_the_xml_is_found(octets, part, why):
    ((found, xml),) = unpacked(octets)
    assert part == found
    assert XML.decode().split() == _text(xml).split(), why


def test_a_mail_of_several_reports_gives_each():
    assert ["part 2", "part 3"] == [part for part, _ in unpacked(mailed(gzipped(XML), zipped(XML)))]


def _deep(levels: int) -> bytes:
    heads = (f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(levels))
    return b"From: a@example.net\n" + "".join(heads).encode()


def _locked() -> bytes:
    octets = bytearray(zipped(XML))
    octets[6] |= 1
    octets[octets.index(b"PK\x01\x02") + 8] |= 1
    return bytes(octets)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", "it is empty"),
        (b"hello", "neither XML, gzip, zip, nor a mail"),
        (b"%PDF-1.7", "neither XML"),
        (b' {"policies": []}', "JSON as TLS reports are"),
        (gzipped(XML)[:-20], "ends before it is whole"),
        (b"\x1f\x8b\xff" + b"\0" * 30, "gzip is damaged"),
        (gzipped(XML)[:-8] + b"\0" * 8, "gzip is damaged"),
        (zipped(XML)[:-30], "zip is damaged"),
        (zipped(XML)[40:], "neither XML"),
        (zipped(), "has 0 members instead of one"),
        (zipped(XML, XML), "has 2 members instead of one"),
        (zipped(*[b""] * 10_000), "has many members instead of one"),
        (zipped(XML, method=zipfile.ZIP_BZIP2), "in a way that no reporter uses"),
        (_locked(), "encrypted"),
        (mailed(), "no report attached"),
        (mailed(b"hello", type="text/plain"), "no report attached"),
        (mailed(b"<html/>", type="text/html"), "no report attached"),
        (mailed(*[XML] * 60), "more than 50 parts"),
        (_deep(45), "no report attached"),
        (_deep(60), "nested too deeply"),
        (b"From: a@example.net\n" + b"X: y\n" * 400_000, "too many lines"),
        (gzipped(b"") * 60, "gzip has more than 50 members"),
        (gzipped(b"<" + b" " * 5_000_000), r"more than 1,048,576 octets, 200 times what it came in"),
        (zipped(b"<" + b" " * 5_000_000), r"more than 1,048,576 octets, 200 times what it came in"),
    ],
)
def test_what_holds_none_is_refused_with_its_reason(octets, reason):
    with pytest.raises(BadReport, match=reason):
        unpacked(octets)


def test_a_bomb_is_put_down_before_it_has_gone_off():
    packed = gzip.compress(b"<feedback>" + b" " * 100_000_000, 9)
    ((_, xml),) = unpack.unpacked(io.BytesIO(packed))
    taken: list[int] = []
    with pytest.raises(BadReport, match="more than"):
        taken.extend(map(len, xml))
    assert max(taken) <= unpack.CHUNK
    assert sum(taken) <= unpack.MAX_RATIO * len(packed)


def test_a_zip_that_lies_about_its_size_is_bounded_by_what_comes_out():
    octets = bytearray(zipped(b"<" + b" " * 5_000_000))
    at = octets.index(b"PK\x01\x02") + 24
    octets[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(BadReport, match=r"damaged|more than"):
        unpacked(bytes(octets))


@pytest.mark.parametrize("name", ["MAX_XML", "MAX_FILE"])
def test_sizes_are_bounded_whatever_it_is(monkeypatch, name):
    monkeypatch.setattr(unpack, name, 600)
    noise = random.Random(1).randbytes(800)
    for octets in (XML, mailed(XML)) if name == "MAX_XML" else (gzipped(noise), zipped(noise), mailed(noise)):
        with pytest.raises(BadReport, match="more than"):
            unpacked(octets)


@pytest.mark.parametrize("seed", range(60))
def test_damage_has_a_reason(seed):
    """Nothing but `BadReport` comes of octets that were changed."""
    chance = random.Random(seed)
    octets = bytearray(chance.choice([gzipped(XML), zipped(XML), mailed(gzipped(XML))]))
    for _ in range(chance.randrange(1, 8)):
        octets[chance.randrange(len(octets))] = chance.randrange(256)
    with contextlib.suppress(BadReport):
        unpacked(bytes(octets[: chance.choice([None, chance.randrange(len(octets))])]))
