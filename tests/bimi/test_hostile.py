"""Logos and mark certificates made to keep their reader busy: each is read in the time of its length."""

from __future__ import annotations

from base64 import encodebytes
from gzip import compress
from time import process_time

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from dnsauth.bimi.certificate import BadCertificate, mark
from dnsauth.bimi.logo import BadLogo, flaws
from dnsauth.bimi.logotype import BadLogotype, Logotype, logotype
from tests.servers.certificates import issued

SECONDS = 0.5


def svg(attributes="", inside=""):
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inside}</svg>'.encode()


def sequence(contents):
    return b"\x30\x84" + len(contents).to_bytes(4) + contents


def nested(contents, times):
    return contents if not times else nested(sequence(contents), times - 1)


SHA512 = bytes.fromhex("608648016503040203")
HASH = b"\x30\x10\x30\x0b\x06\x09" + SHA512 + b"\x04\x01x"

LOGOS = {
    "digits": svg(f'viewBox="0 0 {"1" * 250_000} x"'),
    "digits around a dot": svg(f'viewBox="{"1" * 100_000}.{"1" * 100_000}e"'),
    "spaces": svg(f'viewBox="{" " * 250_000}"'),
    "a title in pieces": compress(svg("", f"<title>{'<b/>a' * 180_000}</title>")),
    "references": svg(f'fill="{"url(" * 60_000}"'),
    "names": svg(" ".join(f'a{i}="url(x)"' for i in range(15_000))),
    "namespaces": svg(" ".join(f'xmlns:a{i}="u{i}"' for i in range(10_000)), "<g>" * 50 + "</g>" * 50),
}
NO_LOGOS = {
    "entities": b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>',
    "a file": b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><svg/>',
    "deep": svg("", "<g>" * 80_000),
    "a bomb": compress(b"<svg>" + b" " * 50_000_000),
    "an encoding": b'<?xml version="1.0" encoding="unicode_escape"?><svg/>',
}


@pytest.mark.parametrize("name", LOGOS)
def test_a_logo_is_judged_in_the_time_of_its_length(name):
    begin = process_time()
    assert flaws(LOGOS[name])
    assert process_time() - begin < SECONDS


@pytest.mark.parametrize("name", NO_LOGOS)
def test_what_is_no_logo_is_refused_at_once(name):
    begin = process_time()
    with pytest.raises(BadLogo):
        flaws(NO_LOGOS[name])
    assert process_time() - begin < SECONDS


def test_a_title_counts_whatever_stands_in_it():
    assert "title" not in {str(one.flaw) for one in flaws(svg("", "<title> <b/>a</title>"))}
    assert "title" in {str(one.flaw) for one in flaws(svg("", "<title> <b>a</b> </title>"))}


@pytest.mark.parametrize("depth", [1, 11])
def test_an_extension_is_read_in_the_time_of_its_length(depth):
    begin = process_time()
    assert Logotype((), ()) == logotype(nested(b"\x05\x00" * 90_000, depth))
    assert process_time() - begin < SECONDS


@pytest.mark.parametrize(
    "octets",
    [
        nested(b"\x05\x00", 100),
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\xff" + b"\xff" * 200,
        b"\x30\x80\x00\x00",
        b"\x30",
    ],
)
def test_an_extension_that_lies_of_its_length_or_is_deep_is_refused(octets):
    with pytest.raises(BadLogotype):
        logotype(octets)


def test_a_logo_is_digested_once_however_many_digests_there_are():
    many = logotype(sequence(HASH * 9000))
    assert 9000 == len(many.hashes)
    begin = process_time()
    assert many.shows(b"x" * (1 << 18)) is False
    assert process_time() - begin < SECONDS


def test_a_name_of_another_type_is_no_name():
    der = issued("A", "example.com").certificate.public_bytes(Encoding.DER)
    odd = der.replace(b"\x0c\x0eDigiCert, Inc.", b"\x03\x0e\x00igiCert, Inc.")
    assert odd != der
    octets = b"-----BEGIN CERTIFICATE-----\n" + encodebytes(odd) + b"-----END CERTIFICATE-----\n"
    with pytest.raises(BadCertificate):
        mark(octets)


def test_a_chain_of_hundreds_is_refused():
    with pytest.raises(BadCertificate, match="it has 300 certificates"):
        mark(issued("A", "example.com").pem * 300)
