"""The vault store on OpenBao: policies, check-and-set, and engines that have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.keys.pair import KeyPair
from dnsauth.keys.store import KeyStore, open_store
from tests.keys.conftest import Opened, make
from tests.servers.openbao import OpenBao
from tests.servers.process import free_port

NAME = "202611-rsa-2048-k3fd._domainkey.example.com"
AT = "example.com/202611-rsa-2048-k3fd"


@pytest.fixture
def vault(request, tmp_path: Path, identity, environ) -> Opened:
    return make("vault", request, tmp_path, identity, environ)


def other(opened: Opened, **settings: object) -> KeyStore:
    return opened._replace(settings={**opened.settings, **settings})()


def test_a_key_is_a_secret_at_its_domain_and_selector(vault: Opened, openbao: OpenBao, rsa: KeyPair):
    vault().put(NAME, rsa)
    kv = openbao.client().secrets.kv.v2
    found = kv.read_secret_version(f"{vault.settings['path']}/{AT}", raise_on_deleted_version=True)["data"]
    assert ({"private_key": rsa.private.decode()}, 1) == (found["data"], found["metadata"]["version"])


def test_a_second_version_is_never_written(vault: Opened, openbao: OpenBao, rsa: KeyPair):
    vault().put(NAME, rsa)
    vault().put(NAME, rsa)
    metadata = openbao.client().secrets.kv.v2.read_secret_metadata(f"{vault.settings['path']}/{AT}")
    assert 1 == metadata["data"]["current_version"]


def test_a_key_whose_version_was_deleted_by_hand_is_not_written_again(
    vault: Opened, openbao: OpenBao, rsa: KeyPair
):
    store = vault()
    store.put(NAME, rsa)
    openbao.client().secrets.kv.v2.delete_latest_version_of_secret(f"{vault.settings['path']}/{AT}")
    with pytest.raises(DnsauthError, match="keeps no key"):
        store.get(NAME)
    with pytest.raises(DnsauthError, match=f"had a key {NAME}, and has its deleted versions"):
        store.put(NAME, rsa)
    store.delete(NAME)
    store.put(NAME, rsa)


def test_an_approle_with_the_policy_that_errors_name_can_do_all(
    vault: Opened, openbao: OpenBao, rsa: KeyPair
):
    path = vault.settings["path"]
    policy = f'path "secret/data/{path}/*" {{ capabilities = ["create", "read"] }}\n'
    policy += f'path "secret/metadata/{path}/*" {{ capabilities = ["list", "delete"] }}\n'
    policy += f'path "secret/metadata/{path}/" {{ capabilities = ["list"] }}\n'
    role = openbao.secret_id("whole", policy)
    settings = {key: value for key, value in vault.settings.items() if key != "token"}
    settings |= {"role_id": role["role_id"], "secret_id": "env/SECRET"}
    store = open_store("mail-keys", settings, Path(), {"SECRET": role["secret_id"]})
    assert () == store.names()
    store.put(NAME, rsa)
    store.put(NAME, rsa)
    assert ((NAME,), rsa) == (store.names(), store.get(NAME))
    store.delete(NAME)
    assert () == store.names()


def test_a_host_of_one_domain_reads_its_keys_alone(vault: Opened, openbao: OpenBao, rsa: KeyPair):
    vault().put(NAME, rsa)
    vault().put("s._domainkey.example.net", rsa)
    rule = f'path "secret/data/{vault.settings["path"]}/example.com/*" {{ capabilities = ["read"] }}'
    role = openbao.secret_id("host", rule)
    settings = {key: value for key, value in vault.settings.items() if key != "token"}
    settings |= {"role_id": "env/ROLE", "secret_id": "env/SECRET"}
    environ = {"ROLE": role["role_id"], "SECRET": role["secret_id"]}
    host = open_store("mail-keys", settings, Path(), environ)
    assert rsa == host.get(NAME)
    for use in (
        lambda: host.get("s._domainkey.example.net"),
        lambda: host.put(f"t.{NAME}", rsa),
        host.names,
        lambda: host.delete(NAME),
    ):
        with pytest.raises(DnsauthError, match="permission denied") as caught:
            use()
        assert "its policy needs create and read on secret/data/tests/" in caught.value.hint


@pytest.mark.parametrize(
    ("wrong", "reason", "hint"),
    [
        ({"mount": "none"}, "preflight capability check returned 403", "or there is no engine at none"),
        ({"mount": "cubbyhole"}, "the engine at cubbyhole is not KV version 2", "or say another `mount`"),
        ({"token": "env/WRONG"}, "permission denied|invalid token", "or the token ran out"),
        ({"url": f"http://127.0.0.1:{free_port()}"}, "Vault does not answer: ConnectionError", "check `url`"),
    ],
)
def test_what_vault_refuses_is_said_with_a_next_step(vault: Opened, rsa: KeyPair, wrong, reason, hint):
    store = other(vault._replace(environ={**vault.environ, "WRONG": "wrong"}), **wrong)
    for use in (
        lambda: store.put(NAME, rsa),
        lambda: store.get(NAME),
        store.names,
        lambda: store.delete(NAME),
    ):
        with pytest.raises(DnsauthError, match=reason) as caught:
            use()
        assert hint in caught.value.hint


def test_an_engine_without_versions_is_refused(vault: Opened, openbao: OpenBao, rsa: KeyPair):
    openbao.client().sys.enable_secrets_engine("kv", path="kv1", options={"version": "1"})
    store = other(vault, mount="kv1")
    with pytest.raises(DnsauthError, match="the engine at kv1 is not KV version 2, and two writers would"):
        store.put(NAME, rsa)
    assert openbao.client().list("kv1") is None


@pytest.mark.parametrize("secret", [{}, {"private_key": ""}, {"private_key": 1}, {"private_key": "hello"}])
def test_a_secret_that_is_no_key_is_said(vault: Opened, openbao: OpenBao, secret):
    openbao.client().secrets.kv.v2.create_or_update_secret(f"{vault.settings['path']}/{AT}", secret)
    assert (NAME,) == vault().names()
    with pytest.raises(DnsauthError, match=f"what key store mail-keys keeps as {NAME} is no key"):
        vault().get(NAME)


def test_what_else_lies_there_is_passed_over(vault: Opened, openbao: OpenBao, rsa: KeyPair):
    vault().put(NAME, rsa)
    for path in ("note", "Not A Domain/s", "example.com/S", "example.com/deeper/s"):
        openbao.client().secrets.kv.v2.create_or_update_secret(f"{vault.settings['path']}/{path}", {"x": "y"})
    assert (NAME,) == vault().names()


@pytest.mark.parametrize(
    ("settings", "problems"),
    [
        ({}, ["url is missing, as in `url: https://vault.example.com:8200`", "say `token: env/VAULT_TOKEN`"]),
        ({"url": "http://vault.example.com:8200"}, ["keys would cross the network in the clear"]),
        ({"url": "vault.example.com"}, ["url is not https://HOST:PORT"]),
        ({"url": "https://"}, ["url is not https://HOST:PORT"]),
        ({"token": "hvs.literal"}, ["token stands in dnsauth.yaml in the clear: write `token: env/NAME`"]),
        ({"token": "env/UNSET"}, ["the environment variable UNSET, which is not set: export UNSET=…"]),
        ({"role_id": "r"}, ["say `token: env/VAULT_TOKEN`, or role_id and `secret_id"]),
        ({"role_id": "r", "secret_id": "literal"}, ["secret_id stands in dnsauth.yaml in the clear"]),
        ({"token": "env/T", "role_id": "r", "secret_id": "env/T"}, ["say `token: env/VAULT_TOKEN`, or"]),
        ({"mount": "../sys"}, ["mount is of letters, digits"]),
        ({"path": "a//b"}, ["path is of letters, digits"]),
        ({"path": "a/../b"}, ["path is of letters, digits"]),
        ({"pth": "a", "mout": "b"}, ["there is no setting pth: did you mean path?", "did you mean mount?"]),
    ],
)
def test_settings_that_are_wrong_are_all_said_at_once(tmp_path: Path, settings, problems):
    with pytest.raises(DnsauthError) as caught:
        open_store("v", {"class": "vault", **settings}, tmp_path, {"T": "token"})
    assert [] == [problem for problem in problems if problem not in str(caught.value)]
    assert "literal" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://vault.example.com", "http://[::1]:8200", "http://localhost:8200"])
def test_a_server_over_tls_or_on_this_machine_is_taken(tmp_path: Path, url):
    settings = {"class": "vault", "url": url, "token": "env/T", "ca": "ca.pem", "namespace": "mail"}
    assert open_store("v", settings, tmp_path, {"T": "token"}).reads
