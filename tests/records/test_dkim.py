from __future__ import annotations

import json
from base64 import b64encode
from functools import cache

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given, settings

from dnsauth import rrset
from dnsauth.records import BadRecord, der, dkim
from dnsauth.records.dkim import KeyType, Record
from tests.records import strategies

EDWARDS = bytes(range(32))
EDWARDS_TEXT = b64encode(EDWARDS).decode()


@cache
def rsa_key(bits: int) -> rsa.RSAPublicKey:
    return rsa.generate_private_key(65537, bits).public_key()


def octets(key, form, encoding=serialization.Encoding.DER):
    return key.public_bytes(encoding, form)


def spki(bits: int = 1024) -> bytes:
    return octets(rsa_key(bits), serialization.PublicFormat.SubjectPublicKeyInfo)


def base64(key: bytes) -> str:
    return b64encode(key).decode()


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_both_forms_of_an_rsa_key_are_one_record(bits):
    pkcs1 = octets(rsa_key(bits), serialization.PublicFormat.PKCS1)
    assert Record(spki(bits)) == Record(pkcs1) == Record.parse(f"p={base64(pkcs1)}")
    assert f"v=DKIM1; k=rsa; p={base64(spki(bits))}" == str(Record(pkcs1))
    assert f"rsa-{bits}" == dkim.algorithm(Record(pkcs1))


@settings(max_examples=50, deadline=None)
@given(strategies.rsa_keys)
def test_der_is_read_and_written_as_cryptography_does(key):
    number = der.rsa_public_key(key)
    theirs = rsa.RSAPublicNumbers(number.exponent, number.modulus | 1).public_key()
    assert octets(theirs, serialization.PublicFormat.SubjectPublicKeyInfo) == der.spki(
        number._replace(modulus=number.modulus | 1)
    )


def test_an_ed25519_key_is_its_32_octets():
    record = Record(EDWARDS, KeyType.ED25519, flags=("s",))
    assert f"v=DKIM1; k=ed25519; t=s; p={EDWARDS_TEXT}" == str(record)
    assert ("ed25519", 256) == (dkim.algorithm(record), record.bits)


def test_a_revoked_key_record_has_an_empty_key():
    assert "v=DKIM1; p=" == str(dkim.REVOKED)
    assert dkim.REVOKED.revoked
    assert ("revoked", 0) == (dkim.algorithm(dkim.REVOKED), dkim.REVOKED.bits)
    assert dkim.REVOKED == Record.parse("p=;") == Record.parse("v=DKIM1; k=rsa; p= ")


def test_a_fingerprint_is_of_the_key_and_of_nothing_else():
    assert dkim.fingerprint(Record(spki())) == dkim.fingerprint(Record(spki(), flags=("y",)))
    assert dkim.fingerprint(Record(spki())) != dkim.fingerprint(Record(spki(2048)))


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (f"k=ed25519;p={EDWARDS_TEXT};", f"v=DKIM1; k=ed25519; p={EDWARDS_TEXT}"),
        (
            f"v=DKIM1; k=ED25519; p={EDWARDS_TEXT[:9]} \\009{EDWARDS_TEXT[9:]}",
            f"v=DKIM1; k=ed25519; p={EDWARDS_TEXT}",
        ),
        (
            "v=DKIM1; g=*; s=email:*; h=sha256:SHA1; t=y:s; n=a note; p=",
            "v=DKIM1; h=sha1:sha256; t=s:y; n=a note; p=",
        ),
        (r"v=DKIM1; n=a\009\092b; p=", r"v=DKIM1; n=a\009\092b; p="),
        ("V=2; p=", "v=DKIM1; p="),
    ],
)
def test_records_that_mean_the_same_have_one_text(written, canonical):
    assert canonical == str(Record.parse(written))


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("", 1, "no key"),
        ("v=DKIM1", 1, "no key"),
        ("p=; v=DKIM1", 5, "the version is not first"),
        ("v=DKIM1.0; p=", 1, "another version"),
        ("v=DKIM1; p=; p=", 14, "a tag twice"),
        ("v=DKIM1;; p=", 9, "an empty tag"),
        ("v=DKIM1; 1=2; p=", 10, "a name that begins with a digit"),
        ("v=DKIM1 p=", 1, "a missing semicolon makes one long version"),
        ("v=DKIM1; k=dsa; p=", 12, "an unknown key type"),
        ("v=DKIM1; h=; p=", 12, "no hash"),
        ("v=DKIM1; t=y:-; p=", 14, "no flag"),
        (r"v=DKIM1; n=\200; p=", 12, "an octet outside ASCII"),
        ('v=DKIM1; p=AA""BB', 14, "quotes inside"),
        ("v=DKIM1; p=AAA", 12, "base64 without its padding"),
        ("v=DKIM1; p=AAAA=", 12, "padding too much"),
        (f"v=DKIM1; p={EDWARDS_TEXT}", 12, "an Ed25519 key without k=ed25519"),
        ("v=DKIM1; k=ed25519; p=AAAA", 23, "an Ed25519 key of 3 octets"),
    ],
)
def test_a_bad_record_is_refused_at_its_column(text, column, reason):
    with pytest.raises(BadRecord) as refused:
        Record.parse(text)
    assert column == refused.value.column, reason


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("30", "no length"),
        ("0203010001", "a number alone"),
        ("3007 0202 0fff 0201 03 00", "octets behind the key"),
        ("3009 0202 0fff 0201 03", "cut off"),
        ("3006 0202 0fff 0200", "an empty number"),
        ("3007 0202 8fff 0201 03", "a negative modulus"),
        ("3007 0202 000f 0201 03", "a number with a superfluous zero"),
        ("3007 0202 0fff 0201 00", "the exponent 0"),
        ("308107 0202 0fff 0201 03", "a long length where a short one does"),
        ("3080 0202 0fff 0201 03 0000", "an indefinite length"),
        ("302a300506032b6570032100" + "00" * 32, "Ed25519 as SubjectPublicKeyInfo"),
    ],
)
def test_what_is_no_rsa_key_in_der_is_refused(key, reason):
    with pytest.raises(BadRecord):
        pytest.fail(f"{reason}: {Record(bytes.fromhex(key))}")


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda: Record(b"", notes="a; p="), "a semicolon would begin another tag"),
        (lambda: Record(b"", notes=" a"), "blanks at the ends do not come back"),
        (lambda: Record(b"", flags=("s; p=x",)), "a semicolon would begin another tag"),
        (lambda: Record(b"", services=("email:*",)), "two words in one"),
        (lambda: Record(b"\0", KeyType.ED25519), "an Ed25519 key of one octet"),
    ],
)
def test_what_could_not_be_written_cannot_be_made(build, reason):
    with pytest.raises(BadRecord):
        pytest.fail(f"{reason}: {build()}")


def shapes() -> dict[str, str]:
    key = base64(spki())
    record = f"v=DKIM1; k=rsa; p={key}"
    one, two = key[:100], key[100:]
    pem = serialization.PublicFormat.SubjectPublicKeyInfo
    return {
        "a bare key": key,
        "a bare key, wrapped": f"  {one}\n  {two}\n",
        "a bare key in PKCS #1": base64(octets(rsa_key(1024), serialization.PublicFormat.PKCS1)),
        "PEM": octets(rsa_key(1024), pem, serialization.Encoding.PEM).decode(),
        "a record": record,
        "a record without version": f"k=rsa; p={key}",
        "a wrapped record": f"v=DKIM1; k=rsa;\r\n p={one}\r\n {two}",
        "one quoted string": f'"{record}"',
        "split quotes": f'"v=DKIM1; k=rsa; p={one}" "{two}"',
        "split quotes without a blank": f'"v=DKIM1; k=rsa; p={one}""{two}"',
        "inner quotes only": f'v=DKIM1; k=rsa; p={one}""{two}',
        "escaped semicolons": f"v=DKIM1\\; k=rsa\\; p={key}",
        "escaped semicolons in quotes": f'"v=DKIM1\\; k=rsa\\; p={key}"',
        "a zone file's line": f'sel._domainkey.example.com. 3600 IN TXT "{record}"',
        "class before TTL": f'sel._domainkey IN 1h TXT "{record}"',
        "type alone": f"TXT {record}",
        "opendkim-genkey": f'sel._domainkey\tIN\tTXT\t( "v=DKIM1; k=rsa; "\n\t  "p={one}"\n\t  "{two}" )  ; ----- DKIM key sel for example.com\n',
        "a comment between": f'( "v=DKIM1; k=rsa; p={one}" ; first half\n "{two}" )',
        "non-breaking blanks": f"v=DKIM1;\u00a0k=rsa;\u00a0p={key}",
    }


@pytest.mark.parametrize("shape", shapes())
def test_a_vendor_may_hand_a_key_over_in_any_shape(shape):
    assert Record(spki()) == dkim.from_vendor(shapes()[shape])


@pytest.mark.parametrize(
    "text",
    [
        EDWARDS_TEXT,
        base64(bytes.fromhex("302a300506032b6570032100") + EDWARDS),
        f"k=ed25519; p={EDWARDS_TEXT}",
    ],
)
def test_an_ed25519_key_is_known_by_its_form(text):
    assert Record(EDWARDS, KeyType.ED25519) == dkim.from_vendor(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing"),
        ("v=spf1 -all", "another record"),
        ("s1.dkim.example.com.", "a CNAME's target"),
        ('"v=DKIM1; p=', "an open quote"),
        ('"v=DKIM1; p=" and more', "text outside of quotes"),
        ("v=DKIM1; p=\u200b", "an invisible character"),
        (base64(bytes(200)), "base64 of something else"),
    ],
)
def test_what_is_no_key_is_refused(text, reason):
    with pytest.raises(BadRecord):
        pytest.fail(f"{reason}: {dkim.from_vendor(text)}")


def test_a_private_key_is_refused_and_not_repeated():
    key = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(BadRecord) as refused:
        dkim.from_vendor(key.decode())
    assert key.decode().splitlines()[1][:8] not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("v=DKIM1; p=", True),
        ("k=rsa; p=AA", True),
        ("p=", True),
        ("v=DKIM1", True),
        ("v=DMARC1; p=none", False),
        ("t=y; o=~", False),
        ("v=spf1 -all", False),
    ],
)
def test_a_key_record_is_known_by_version_or_key(text, selected):
    assert selected == dkim.selects(text)


def test_the_vectors_agree_but_for_blanks_at_the_end(shared):
    for vector in json.loads((shared / "data/vectors/dkim_key.json").read_bytes()):
        text = rrset.txt_value(vector["text"].encode())
        try:
            record = Record.parse(text)
        except BadRecord:
            record = None
        if text == "v=DKIM1; p=; ":
            assert dkim.REVOKED == record, "every verifier takes a blank behind the last semicolon"
        else:
            assert vector["valid"] == (record is not None), text
            assert record is None or base64(record.key) in "".join(vector["text"].split()), (
                "the key as published"
            )
