"""Amazon SES gets the key that signs, and nothing where it has it; judged by botocore's description of its API."""

from __future__ import annotations

import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from dnsauth.errors import DnsauthError
from dnsauth.signers.signer import Signer, open_signer
from tests.servers.route53 import Route53
from tests.servers.ses import SES
from tests.servers.ses import ses as run_ses
from tests.signers.values import E1, OTHER, S1, S2, key

SIGNING = "PutEmailIdentityDkimSigningAttributes"
EASY = {
    "SigningEnabled": True,
    "Status": "SUCCESS",
    "SigningAttributesOrigin": "AWS_SES",
    "Tokens": ["a", "b", "c"],
}
UNSIGNED = "mail may leave unsigned until SES has found its record: DKIM status PENDING, for up to 72 hours"


@pytest.fixture
def ses() -> Iterator[SES]:
    with run_ses() as server:
        server.identities = {"example.com": dict(EASY), "example.org": dict(EASY)}
        yield server


def signer(server: SES | Route53, **settings: str) -> Signer:
    return open_signer("ses", {"class": "ses", "hosts": [], **settings}, Path(), server.environ)


def test_an_identity_gets_the_key_that_signs_and_a_warning_is_given(ses):
    news = signer(ses).install([S1, OTHER._replace(signs=False)])
    assert (f"example.com: signs with s1 (rsa-2048); {UNSIGNED}",) == news
    (asked,) = ses.asked(SIGNING)
    private = load_der_private_key(b64decode(asked["SigningAttributes"].pop("DomainSigningPrivateKey")), None)
    assert S1.pair.public.key == private.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    assert {
        "EmailIdentity": "example.com",
        "SigningAttributesOrigin": "EXTERNAL",
        "SigningAttributes": {"DomainSigningSelector": "s1"},
    } == asked
    assert all(request.signed for request in ses.requests)
    assert "AWS_SES" == ses.identities["example.org"]["SigningAttributesOrigin"]


def test_a_key_that_is_there_is_not_sent_again(ses):
    signer(ses).install([S1, OTHER])
    ses.requests.clear()
    assert () == signer(ses).install([OTHER, S1])
    assert {"GetEmailIdentity"} == {request.operation for request in ses.requests}


def test_the_next_key_takes_its_place(ses):
    signer(ses).install([S1])
    assert signer(ses).install([S1._replace(signs=False), S2])
    assert ["s2"] == ses.identities["example.com"]["Tokens"]


def test_a_key_whose_record_was_not_found_is_sent_again(ses):
    signer(ses).install([S1])
    ses.identities["example.com"]["Status"] = "FAILED"
    assert signer(ses).install([S1])
    assert 2 == len(ses.asked(SIGNING))


def test_signing_that_was_off_is_on(ses):
    ses.identities["example.com"] = {"SigningEnabled": False, "Status": "NOT_STARTED"}
    _, last = signer(ses).install([S1])
    assert "example.com: signing was off at SES and is on" == last
    assert ses.identities["example.com"]["SigningEnabled"]


def test_what_ses_can_not_sign_with_is_refused_before_it_is_asked(ses):
    dotted = key("example.org", "2026.s1", signs=True)
    with pytest.raises(DnsauthError) as caught:
        signer(ses).install([E1, key("example.com", "s9", "rsa-3072"), dotted])
    assert [
        "signer ses: example.com: SES can't sign with e1, a key of ed25519",
        "signer ses: example.com: SES can't sign with s9, a key of rsa-3072",
        "signer ses: example.org: SES takes no dots, as in the selector 2026.s1",
    ] == str(caught.value).splitlines()
    assert [] == ses.requests


def test_an_identity_that_is_not_there_is_told(ses):
    del ses.identities["example.com"]
    with pytest.raises(DnsauthError, match=r"SES has no identity example\.com there"):
        signer(ses).install([S1])


def test_an_error_says_which_domains_have_changed_and_shows_no_private_half(ses):
    private = "".join(OTHER.pair.private.decode().splitlines()[1:-1])
    ses.refused["example.org"] = f"1 validation error detected: Value '{private}' is no key"
    with pytest.raises(DnsauthError) as caught:
        signer(ses).install([OTHER, S1])
    said = str(caught.value)
    assert "signer ses: example.org was not changed at SES" in said
    assert "changed before that: example.com: signs with s1" in said
    assert [] == [private[i : i + 12] for i in range(len(private) - 12) if private[i : i + 12] in said]


@pytest.mark.parametrize(
    ("settings", "variable", "reason"),
    [
        ({"profile": "no-such-profile"}, "", r"ProfileNotFound.*no-such-profile"),
        ({}, "AWS_DEFAULT_REGION", "NoRegionError"),
    ],
)
def test_an_account_that_can_not_be_reached_is_told(ses, settings, variable, reason, monkeypatch):
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    environ = {name: value for name, value in ses.environ.items() if name != variable}
    made = open_signer("ses", {"class": "ses", **settings}, Path(), environ)
    with pytest.raises(DnsauthError, match=reason):
        made.install([S1])


def test_without_boto3_the_extra_is_named(ses, monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(DnsauthError) as caught:
        signer(ses).install([S1])
    assert "pip install 'dnsauth[aws]'" == caught.value.hint


def test_motos_identities_are_read(route53: Route53):
    """moto has the call that reads an identity, and says NotFoundException as SES does."""
    with pytest.raises(DnsauthError, match=r"SES has no identity example\.com there"):
        signer(route53).install([S1])
