"""Providers made from dnsauth.yaml: classes, settings, secrets, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.inventory.model import Inventory
from dnsauth.octodns.adapter import Adapter
from dnsauth.octodns.cloudflare import CloudflareProvider
from dnsauth.octodns.providers import provider, providers
from dnsauth.octodns.rfc2136 import Rfc2136Provider
from dnsauth.octodns.settings import settings
from dnsauth.octodns.yaml import YamlProvider
from tests.servers import SECRET

MEMORY = "tests.octodns.memory.MemoryProvider"
NS1 = {
    "class": "octodns_bind.Rfc2136Provider",
    "host": "127.0.0.1",
    "key_name": "k.",
    "key_secret": "env/TSIG",
}


def made(written: dict[str, object], **environ: str):
    return settings("ns1", written, Path("/base"), environ)


@pytest.mark.parametrize(
    ("path", "cls"),
    [
        ("octodns_bind.Rfc2136Provider", Rfc2136Provider),
        ("octodns_bind.BindProvider", Rfc2136Provider),
        ("dnsauth.octodns.Rfc2136Provider", Rfc2136Provider),
        ("octodns_cloudflare.CloudflareProvider", CloudflareProvider),
        ("octodns.provider.yaml.YamlProvider", YamlProvider),
    ],
)
def test_a_stock_class_with_a_value_level_target_of_ours_becomes_it(path, cls):
    assert cls is made({"class": path}).cls


def test_a_target_of_ours_speaks_for_itself_and_any_other_through_the_adapter():
    inventory = Inventory(Path(), {}, {"ns1": NS1, "memory": {"class": MEMORY}})
    made = {name: make() for name, make in providers(inventory, {"TSIG": SECRET}).items()}
    assert isinstance(made["ns1"], Rfc2136Provider)
    assert isinstance(made["memory"], Adapter)
    assert ["memory", "ns1"] == sorted(each.name for each in made.values())


def test_a_provider_is_made_once_for_a_run():
    made = providers(Inventory(Path(), {}, {"memory": {"class": MEMORY}}), {})["memory"]
    assert made() is made()


def test_nothing_is_asked_of_the_environment_before_a_provider_is_used():
    assert ["ns1"] == list(providers(Inventory(Path(), {}, {"ns1": NS1}), {}))


@pytest.mark.parametrize("secret", ["0123", "1_000", "1.10", "1e5", "no"])
def test_a_secret_stays_the_text_it_is(secret):
    assert {"token": secret} == made({"class": MEMORY, "token": "env/TOKEN"}, TOKEN=secret).arguments


@pytest.mark.parametrize(
    ("written", "environ", "expected"),
    [
        pytest.param("env/PORT", {"PORT": "5300"}, 5300, id="a setting whose default is a number"),
        pytest.param("env/PORT/53", {}, 53, id="a default for the variable"),
        pytest.param(5300, {}, 5300, id="a number"),
        pytest.param("5300", {}, 5300, id="a number as text"),
    ],
)
def test_a_number_is_a_number_where_the_setting_s_own_default_is_one(written, environ, expected):
    assert expected == made({"class": MEMORY, "port": written}, **environ).arguments["port"]


def test_a_boolean_as_text_is_a_boolean_where_the_setting_s_own_default_is_one():
    arguments = made({"class": "octodns.provider.yaml.YamlProvider", "enforce_order": "false"}).arguments
    assert {"enforce_order": False} == arguments


@pytest.mark.parametrize(("directory", "expected"), [("zones", "/base/zones"), ("/elsewhere", "/elsewhere")])
def test_a_yaml_directory_is_relative_to_dnsauth_yaml(directory, expected):
    written = {"class": "octodns.provider.yaml.YamlProvider", "directory": directory}
    assert expected == made(written).arguments["directory"]


def test_what_nobody_may_see_is_known_for_every_message():
    written = {**NS1, "key_secret": "literal-secret", "host": "env/HOST"}
    assert {"literal-secret", "192.0.2.1"} == made(written, HOST="192.0.2.1").secrets


@pytest.mark.parametrize(
    ("written", "said", "hint"),
    [
        pytest.param({}, "has no class", "say class", id="no class"),
        pytest.param(
            {"class": "octodns_ns1.Ns1Provider"},
            "is not installed",
            "pip install octodns-ns1",
            id="not installed",
        ),
        pytest.param(
            {"class": "octodns_bnd.Rfc2136Provider"},
            "is not installed",
            "did you mean octodns_bind.Rfc2136Provider?",
            id="a package misspelt",
        ),
        pytest.param(
            {"class": "octodns.provider.yml.YamlProvider"},
            "is not installed",
            "did you mean octodns.provider.yaml.YamlProvider?",
            id="a module misspelt",
        ),
        pytest.param({"class": NS1["class"], "port": "x"}, "port is no number", "port: 53", id="no number"),
        pytest.param(
            {"class": "octodns_bind.NoProvider"},
            "octodns_bind has no class NoProvider",
            "`class:`",
            id="no such class",
        ),
        pytest.param({"class": "octodns_bind.AxfrSource"}, "no octoDNS provider", "target", id="a source"),
        pytest.param({"class": "pathlib.Path"}, "no octoDNS provider", "target", id="anything else"),
        pytest.param(
            {"class": "octodns_bind.ZoneFileProvider"}, "can't be read back", "server", id="write only"
        ),
        pytest.param(
            {"class": "octodns_bind.ZoneFileSource"}, "can't be read back", "server", id="its old name"
        ),
        pytest.param(
            {**NS1, "key_sekret": "x"},
            "has no setting key_sekret",
            "did you mean key_secret",
            id="a typing error",
        ),
        pytest.param(NS1, "variable TSIG, which is not set", "export TSIG", id="a variable that is not set"),
        pytest.param(
            {**NS1, "key_secret": "env/EMPTY"},
            "variable EMPTY, which is empty",
            "export EMPTY",
            id="a variable that is empty, as where CI has no such secret",
        ),
    ],
)
def test_settings_that_can_t_be_had_are_refused_with_reason_and_next_step(written, said, hint):
    with pytest.raises(DnsauthError, match=said) as caught:
        made(written, OTHER="hidden", EMPTY="")
    assert hint in caught.value.hint


def test_a_setting_that_is_missing_is_named():
    inventory = Inventory(Path(), {}, {"ns1": {"class": "octodns_bind.Rfc2136Provider"}})
    with pytest.raises(DnsauthError, match=r"provider ns1 lacks host$"):
        provider("ns1", inventory, {})


def test_a_provider_nobody_configured_is_named_with_those_there_are():
    with pytest.raises(DnsauthError, match=r"no provider ns2 .*ns1"):
        provider("ns2", Inventory(Path(), {}, {"ns1": NS1}), {})
