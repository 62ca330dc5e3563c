"""Key pairs: made, read again, and signed with."""

from __future__ import annotations

import copy
import pickle
from base64 import b64encode
from collections import Counter
from dataclasses import replace

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization import load_pem_private_key as load
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.errors import DnsauthError
from dnsauth.inventory import schema
from dnsauth.keys.pair import ALGORITHMS, KeyPair, from_pem, generate, generate_many, kept
from dnsauth.records import der, dkim
from tests.keys.secrets import WINDOW, shown

MESSAGE = b"From: a@example.com\r\nTo: b@example.net\r\nSubject: keys\r\n\r\nHello.\r\n"


@pytest.fixture(params=["rsa", "ed25519"])
def pair(request) -> KeyPair:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_is_of_the_algorithm_that_was_asked_for_and_read_again(algorithm):
    made = generate(algorithm)
    assert algorithm == made.algorithm
    assert made == from_pem(made.private) == kept(made.private)


def test_the_algorithms_are_those_of_the_inventory():
    text = str(schema.json_schema("config"))
    assert [] == [algorithm for algorithm in ALGORITHMS if f"'{algorithm}'" not in text]


def test_a_public_half_is_spki_with_f4_or_32_octets(pair: KeyPair):
    if pair.algorithm == "ed25519":
        assert 32 == len(pair.public.key)
    else:
        number = der.rsa_public_key(pair.public.key)
        assert (pair.algorithm, 65537) == (f"rsa-{number.modulus.bit_length()}", number.exponent)
        assert der.spki(number) == pair.public.key
    assert dkim.Record(pair.public.key, pair.public.key_type) == pair.public


def test_a_private_half_is_pkcs8_in_pem_without_a_passphrase(pair: KeyPair):
    assert pair.private.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert pair.private.endswith(b"-----END PRIVATE KEY-----\n")


def test_a_key_is_read_from_its_own_pem_and_its_record_from_its_text(pair: KeyPair):
    assert pair == from_pem(pair.private) == kept(pair.private)
    assert pair.public == dkim.Record.parse(str(pair.public))


@pytest.mark.parametrize("algorithm", ["rsa-2048", "ed25519"])
def test_what_the_private_half_signs_dkimpy_verifies_by_the_record(algorithm):
    pair, stranger = generate_many([algorithm, algorithm], lambda _done, _total: None)
    key = pair.private
    if algorithm == "ed25519":
        key = b64encode(load(key, None).private_bytes_raw())
    signature = dkimpy.sign(
        MESSAGE,
        b"s1",
        b"example.com",
        key,
        signature_algorithm=b"ed25519-sha256" if algorithm == "ed25519" else b"rsa-sha256",
        include_headers=[b"from", b"subject"],
    )

    def verified(by: KeyPair) -> bool:
        return dkimpy.verify(signature + MESSAGE, dnsfunc=lambda *_, **__: str(by.public).encode())

    assert verified(pair)
    assert not verified(stranger)


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_every_ed25519_key_is_read_from_its_pem(seed):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pair = from_pem(pem)
    assert (pem, private.public_key().public_bytes_raw()) == (pair.private, pair.public.key)
    assert pair.public == dkim.Record.parse(str(pair.public))


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(["", "RSA "]),
    st.lists(st.integers(0, 3000), max_size=30),
    st.text(" \t\r\n\f\v", min_size=1, max_size=3),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"Bag Attributes\n    friendlyName: mail\n"]),
)
def test_a_key_is_read_in_either_form_and_any_whitespace(rsa, label, places, blank, before):
    form = PrivateFormat.TraditionalOpenSSL if label else PrivateFormat.PKCS8
    pem = load(rsa.private, None).private_bytes(Encoding.PEM, form, NoEncryption()).decode()
    begin, body, end = pem.partition("-----\n")[0] + "-----", *pem.partition("-----\n")[2].rsplit("-----END")
    for place in sorted({place % len(body) for place in places}, reverse=True):
        body = body[:place] + blank + body[place:]
    assert rsa == from_pem(before + f"{begin}{blank}{body}-----END{end}{blank}".encode())


def test_keys_are_made_in_the_order_asked_with_progress_and_none_twice():
    asked = ["ed25519", "rsa-2048", "ed25519", "rsa-2048", "rsa-3072", *["ed25519"] * 20]
    seen = []
    made = generate_many(asked, lambda done, total: seen.append((done, total)))
    assert asked == [pair.algorithm for pair in made]
    assert [(n, len(asked)) for n in range(1, len(asked) + 1)] == seen
    assert 1 == max(Counter(dkim.fingerprint(pair.public) for pair in made).values())


def test_no_keys_are_made_at_once():
    assert () == generate_many([], lambda *_: pytest.fail("there is nothing to tell"))


def test_who_stops_the_making_of_keys_waits_for_those_at_work_alone():
    made = []

    def stop(done: int, _total: int) -> None:
        made.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_many(["rsa-2048"] * 10_000, stop)
    assert [1] == made


@pytest.mark.parametrize("algorithm", ["rsa", "rsa-1024", "rsa-2047", "RSA-2048", "ed448", ""])
def test_another_algorithm_is_refused(algorithm):
    with pytest.raises(DnsauthError, match="is no algorithm of DKIM keys") as caught:
        generate(algorithm)
    assert "there are rsa-2048, rsa-3072, rsa-4096, ed25519" == caught.value.hint


def exponent(pair: KeyPair) -> bytes:
    """The private exponent, or the seed of an Ed25519 key."""
    key = load(pair.private, None)
    if isinstance(key, Ed25519PrivateKey):
        return key.private_bytes_raw()
    number = key.private_numbers().d
    return number.to_bytes((number.bit_length() + 7) // 8)


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param(bytes.hex, id="hex"),
        pytest.param(lambda octets: octets.hex().upper(), id="HEX"),
        pytest.param(lambda octets: octets.hex(":"), id="as openssl -text prints it"),
        pytest.param(lambda octets: str(int.from_bytes(octets)), id="number"),
        pytest.param(lambda octets: repr(octets)[2:], id="literal"),
        pytest.param(lambda octets: b64encode(octets).decode(), id="base64"),
        pytest.param(lambda octets: b64encode(b"x" + octets).decode()[2:], id="base64 of something longer"),
        pytest.param(
            lambda octets: b64encode(b"xy" + octets).decode()[3:], id="base64 of something longer still"
        ),
    ],
)
def test_the_search_the_other_tests_rely_on_finds_a_private_half(pair: KeyPair, spelled):
    assert shown(f"error: {spelled(exponent(pair))[: WINDOW + 8]}...", pair)


def test_the_search_finds_the_last_lines_of_a_pem(pair: KeyPair):
    body = pair.private.decode().splitlines()[1:-1]
    assert shown(repr("\n".join(body[-2:])), pair)
    assert shown(f"KeyPair({pair.private!r})", pair)


def test_no_text_of_a_pair_shows_its_private_half(pair: KeyPair):
    texts = [
        repr(pair),
        str(pair),
        f"{pair!s:.9999}",
        format(pair),
        f"{pair!a}",
        str([pair]),
        str({pair.algorithm: pair}),
    ]
    assert [[]] * len(texts) == [shown(text, pair) for text in texts]
    assert [] == shown(repr(replace(pair, public=dkim.REVOKED)), pair)


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_pair_is_not_pickled_or_copied_by_accident(pair: KeyPair, take):
    with pytest.raises(TypeError, match="a key pair is not copied or pickled") as caught:
        take(pair)
    assert [] == shown(str(caught.value), pair)
