"""Secrets in dnsauth.yaml itself: told where they stand, never repeated, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from tests.inventory.repository import inventory

ZONES = {"example.com": 'version: 1\ndomains: {"@": {parked: true}}\n'}


def told(tmp_path, settings: str) -> list[str]:
    """What is said of a provider with *settings*."""
    text = f"version: 1\nproviders: {{ns1: {{class: octodns_bind.Rfc2136Provider, {settings}}}}}\n"
    found, findings = inventory(tmp_path, ZONES, text)
    assert found.providers
    return [f"{one} [{one.rule.code}]" for one in findings if one.rule.code != "INV081"]


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ("key_secret: S3CR3T==", "key_secret"),
        ("token: S3CR3T", "token"),
        ("api_key: S3CR3T", "api_key"),
        ("apikey: S3CR3T", "apikey"),
        ("secret_access_key: S3CR3T", "secret_access_key"),
        ("client_secret: S3CR3T", "client_secret"),
        ("auth: {password: S3CR3T}", "auth.password"),
        ("servers: [{host: 192.0.2.1, password: S3CR3T}]", "servers.password"),
        ("url: 'https://admin:S3CR3T@dns.example.com'", "url"),
    ],
)
def test_a_secret_is_told_where_it_stands_and_not_repeated(tmp_path, settings, key):
    (said,) = told(tmp_path, settings)
    assert said.startswith("dnsauth.yaml:2:")
    assert f"'providers.ns1.{key}' is a secret in the clear" in said
    assert said.endswith("[INV092]")
    assert "S3CR3T" not in said


@pytest.mark.parametrize(
    "settings",
    [
        "key_secret: env/TSIG_SECRET",
        "token: ''",
        "key_name: dnsauth.",
        "key_algorithm: hmac-sha256",
        "access_key_id: AKIAEXAMPLE",
        "token_url: 'https://login.example.com/token'",
        "password: /run/secrets/dns",
        "private_key: ./key.pem",
        "token: true",
        "url: 'https://dns.example.com:8443/a@b'",
        "secret_name: dns",
    ],
)
def test_what_is_none_is_not_taken_for_one(tmp_path, settings):
    assert told(tmp_path, settings) == []
