"""The aws store on moto: names of secrets, and what AWS refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.keys.pair import KeyPair
from dnsauth.keys.store import open_store
from tests.keys.conftest import Opened, make
from tests.servers.process import free_port

NAME = "202611-rsa-2048-k3fd._domainkey.example.com"


@pytest.fixture
def aws(request, tmp_path: Path, identity, environ) -> Opened:
    return make("aws", request, tmp_path, identity, environ)


@pytest.fixture
def client(request) -> Any:
    request.getfixturevalue("aws")  # which says where AWS is
    import boto3

    return boto3.client("secretsmanager")


def secret(aws: Opened) -> str:
    return f"{aws.settings['prefix']}/example.com/202611-rsa-2048-k3fd._domainkey"


def test_a_key_is_a_secret_below_the_prefix(aws: Opened, client, rsa: KeyPair):
    aws().put(NAME, rsa)
    assert rsa.private.decode() == client.get_secret_value(SecretId=secret(aws))["SecretString"]


def test_a_second_version_is_never_written(aws: Opened, client, rsa: KeyPair):
    aws().put(NAME, rsa)
    aws().put(NAME, rsa)
    assert 1 == len(client.list_secret_version_ids(SecretId=secret(aws))["Versions"])


def test_a_key_that_is_marked_for_deletion_keeps_its_name(aws: Opened, client, rsa: KeyPair):
    aws().put(NAME, rsa)
    client.delete_secret(SecretId=secret(aws), RecoveryWindowInDays=7)
    assert () == aws().names()
    for use in (lambda: aws().put(NAME, rsa), lambda: aws().get(NAME)):
        with pytest.raises(DnsauthError, match="InvalidRequestException") as caught:
            use()
        assert "restore it, or wait" in caught.value.hint


def test_names_are_read_page_by_page(aws: Opened, ed25519: KeyPair):
    names = tuple(sorted(f"s{n}._domainkey.example.com" for n in range(103)))
    store = aws()
    for name in names:
        store.put(name, ed25519)
    assert names == aws().names()


@pytest.mark.parametrize("value", [{"SecretString": "hello"}, {"SecretBinary": b"hello"}])
def test_a_secret_that_is_no_key_is_said(aws: Opened, client, value):
    client.create_secret(Name=secret(aws), **value)
    assert (NAME,) == aws().names()
    with pytest.raises(DnsauthError, match=f"what key store mail-keys keeps as {NAME} is no key"):
        aws().get(NAME)


def test_what_else_lies_there_is_passed_over(aws: Opened, client, rsa: KeyPair):
    aws().put(NAME, rsa)
    for name in ("note", "example.com/note", "example.com/S._domainkey", "a/b/s._domainkey"):
        client.create_secret(Name=f"{aws.settings['prefix']}/{name}", SecretString="x")
    client.create_secret(Name=f"{aws.settings['prefix']}-2/example.com/s._domainkey", SecretString="x")
    assert (NAME,) == aws().names()


@pytest.mark.parametrize(
    ("variables", "reason", "hint"),
    [
        (
            {"AWS_DEFAULT_REGION": ""},
            "NoRegionError: You must specify a region",
            "say `region:` of the store",
        ),
        ({"AWS_ACCESS_KEY_ID": ""}, "NoCredentialsError|PartialCredentialsError", "as boto3 finds them|see"),
        (
            {"AWS_ENDPOINT_URL": "unreachable"},
            "EndpointConnectionError: Could not connect",
            "see `key_stores:`",
        ),
    ],
)
def test_what_aws_refuses_is_said_with_a_next_step(
    aws: Opened, rsa: KeyPair, monkeypatch, tmp_path, variables, reason, hint
):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    for name, value in variables.items():
        if value:
            monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
        else:
            monkeypatch.delenv(name)
    store = aws()
    for use in (
        lambda: store.put(NAME, rsa),
        lambda: store.get(NAME),
        store.names,
        lambda: store.delete(NAME),
    ):
        with pytest.raises(DnsauthError, match=f"AWS Secrets Manager does not .*{reason}") as caught:
            use()
        assert any(each in caught.value.hint for each in hint.split("|"))


def test_the_region_is_that_of_the_store(aws: Opened, rsa: KeyPair):
    there = aws._replace(settings={**aws.settings, "region": "eu-central-1"})
    there().put(NAME, rsa)
    assert ((NAME,), ()) == (there().names(), aws().names())


@pytest.mark.parametrize(
    ("settings", "problems"),
    [
        ({"prefix": "a b"}, ["prefix is of letters, digits"]),
        ({"prefix": "/a"}, ["prefix is of letters, digits"]),
        (
            {"region": 1, "prefx": "a"},
            ["region is no text", "there is no setting prefx: did you mean prefix?"],
        ),
        ({"secret_key": "x"}, ["there is no setting secret_key: there are prefix, region"]),
    ],
)
def test_settings_that_are_wrong_are_all_said_at_once(tmp_path: Path, settings, problems):
    with pytest.raises(DnsauthError) as caught:
        open_store("a", {"class": "aws", **settings}, tmp_path, {})
    assert [] == [problem for problem in problems if problem not in str(caught.value)]
