from __future__ import annotations

import pytest
import yaml

from dnsauth import __version__
from tests.cli.conftest import Directory

GITHUB = {
    *(f".github/workflows/{name}.yml" for name in ("apply", "drift", "lock", "plan", "rotate")),
    ".github/CODEOWNERS",
    ".github/actions/dnsauth/action.yml",
    ".github/actions/dnsauth/requirements.txt",
}
FILES = {".gitattributes", "dnsauth.yaml", "zones/example.com.yaml"}


def test_a_repository_that_asks_for_nothing(empty: Directory):
    done = empty.run("init", "--offline", "example.com")
    assert (0, "") == (done.code, done.out)
    assert FILES == empty.files().keys()
    assert "no findings\n" == empty.run("check").out
    assert "example.com\n" == empty.run("records").out
    assert 0 == empty.run("lock", "--check").code


def test_with_github_come_the_workflows(empty: Directory):
    assert 0 == empty.run("init", "--offline", "example.com", "EXAMPLE.org", "--github").code
    assert FILES | GITHUB | {"zones/example.org.yaml"} == empty.files().keys()
    assert f"\ndnsauth=={__version__}\n" in empty.read(".github/actions/dnsauth/requirements.txt")


def test_the_folder_for_zones_is_there_without_one(empty: Directory):
    assert 0 == empty.run("init").code
    assert "no findings\n" == empty.run("check").out


def test_what_is_there_stays(empty: Directory):
    empty.write("dnsauth.yaml", "version: 1\nsenders: {}\n")
    empty.write("zones/example.com.yaml", "version: 1\ndomains: {}\n")
    empty.write(".gitattributes", "*.png binary\n")
    before = empty.files()
    done = empty.run("init", "--offline", "example.com")
    assert (0, before) == (done.code, empty.files())
    assert "left zones/example.com.yaml as it is" in done.err
    assert "add this line to .gitattributes, so that locks merge: zones/*.lock.yaml merge=union" in done.err


@pytest.mark.parametrize("name", ["zones/example.com.yaml", "dnsauth.yaml"])
def test_what_the_comments_tell_to_uncomment_is_right(empty: Directory, name: str):
    empty.run("init", "--offline", "example.com")
    lines = empty.read(name).replace("domains: {}", "domains:").splitlines()
    start = next(number for number, line in enumerate(lines) if "Take the" in line)
    shown = [line.removeprefix("# ") for line in lines[start + 1 :] if line != "#"]
    empty.write(name, "\n".join([*lines[:start], *shown, ""]))
    done = empty.run("check")
    assert (0, "") == (done.code, done.err)


def test_secrets_are_those_dnsauth_yaml_names_and_no_identity(empty: Directory):
    empty.write(
        "dnsauth.yaml",
        """\
version: 1
providers:
  one: {class: octodns_bind.Rfc2136Provider, host: 192.0.2.1, key_name: a., key_secret: env/TSIG_SECRET}
  two: {class: octodns_cloudflare.CloudflareProvider, token: env/CLOUDFLARE_TOKEN, email: env/MAIL/a@example.com}
key_stores:
  kept: {class: vault, url: "https://vault.example.com", role_id: env/ROLE, secret_id: env/SECRET_ID}
  files: {class: age, directory: keys, recipients: [age1], identity: env/AGE_IDENTITY}
  odd: {class: age, directory: "env/X: ${{ github.token }}"}
""",
    )
    empty.run("init", "--github")
    plan = yaml.safe_load(empty.read(".github/workflows/plan.yml"))
    (step,) = (step for step in plan["jobs"]["plan"]["steps"] if step.get("name") == "plan")
    assert {
        "TSIG_SECRET": "${{ secrets.TSIG_SECRET }}",
        "CLOUDFLARE_TOKEN": "${{ secrets.CLOUDFLARE_TOKEN }}",
        "MAIL": "${{ secrets.MAIL }}",
        "AGAINST": "${{ secrets.TSIG_SECRET == '' && '--observed' || '' }}",
        "SHARD": "${{ matrix.shard }}/${{ strategy.job-total }}",
    } == step["env"]
    rotate = yaml.safe_load(empty.read(".github/workflows/rotate.yml"))
    (step,) = (step for step in rotate["jobs"]["rotate"]["steps"] if step.get("name") == "step")
    assert {"ROLE", "SECRET_ID"} == step["env"].keys()
    assert "Secret TSIG_SECRET and CLOUDFLARE_TOKEN and MAIL, which" in empty.read(
        ".github/workflows/plan.yml"
    )


def test_a_provider_without_a_secret_is_planned_against_but_for_forks(empty: Directory):
    held = "providers: {held: {class: octodns.provider.yaml.YamlProvider, directory: held}}"
    stores = "key_stores: {keys: {class: age, directory: keys, recipients: [age1]}}"
    empty.write("dnsauth.yaml", f"version: 1\n{held}\n{stores}\n")
    empty.run("init", "--github")
    for name in ("plan", "apply", "rotate"):
        text = empty.read(f".github/workflows/{name}.yml")
        assert "secrets." not in text
        for job in yaml.safe_load(text)["jobs"].values():
            assert all(step.get("env", True) for step in job["steps"])
    assert "AGAINST: ${{ github.event.pull_request.head.repo.fork && '--observed' || '' }}" in empty.read(
        ".github/workflows/plan.yml"
    )


@pytest.mark.parametrize("name", ["exa mple.com", "a..example", "-", "../etc/passwd"])
def test_what_is_no_name_writes_nothing(empty: Directory, name: str):
    done = empty.run("init", "--", name)
    assert (1, {}) == (done.code, empty.files())
    assert "name a zone as in `dnsauth init example.com`" in done.err


def test_a_place_that_cannot_be_written_is_told(empty: Directory):
    empty.write("zones", "a file\n")
    done = empty.run("init", "--offline", "example.com")
    assert 1 == done.code
    assert "zones cannot be made: File exists" in done.err


def test_a_domain_begins_with_what_is_live(empty, named):
    named.load(
        "example.com.",
        """\
$ORIGIN example.com.
$TTL 300
@ IN SOA ns1 hostmaster 1 7200 900 1209600 300
@ IN NS ns1
ns1 IN A 127.0.0.1
@ IN TXT "v=spf1 ip4:192.0.2.7 -all"
""",
    )
    done = empty.run("init", "example.com", "--server", f"example.com={named.address}:{named.port}")
    assert done.code == 0, done.err
    assert "192.0.2.7" in empty.read("zones/example.com.yaml")
    assert "providers:" in empty.read("dnsauth.yaml")


def test_a_domain_that_cannot_be_asked_has_no_file(empty):
    done = empty.run("init", "example.com", "--server", "example.com=127.0.0.1:9", "--timeout", "1")
    assert done.code == 4
    assert "--offline" in done.err
    assert not (empty.path / "zones/example.com.yaml").exists()
    assert (empty.path / "dnsauth.yaml").exists()
