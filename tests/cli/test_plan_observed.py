"""``dnsauth plan --observed`` against real servers: as a fork sees a zone, without any credentials."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.nameserver import Nameserver
from dnsauth.output.plan import OBSERVED
from dnsauth.plan.digest import digest
from tests.cli.conftest import Directory
from tests.servers import KEY, SECRET
from tests.servers.bind import Named
from tests.servers.process import free_port

CONFIG = """\
version: 1
providers:
  ns1: {{class: octodns_bind.Rfc2136Provider, host: {host}, port: {port}, key_name: {key}, key_secret: env/TSIG_SECRET, key_algorithm: hmac-sha256}}
live: {{servers: {{example.com: [{servers}]}}}}
defaults: {{provider: ns1, ttl: 3600}}
"""
ZONE = """\
version: 1
domains:
  "@":
    senders:
      - portal: {service: custom, spf: ["ip4:198.51.100.7", "a:mail.example.com"], dkim: {v1: {cname: v1.dkim.vendor.example.}}}
    dmarc: {policy: reject}
"""
SERVED = """\
$ORIGIN example.com.
@ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 300
@ 3600 IN NS ns1
@ 300 IN TXT "google-site-verification=abc" "second string"
@ 300 IN TXT "quote\\"d; semi\\\\colon"
@ 300 IN TXT "\\000\\255 bytes"
ns1 3600 IN A 192.0.2.53
mail 300 IN A 192.0.2.25
"""


def at(server: object) -> str:
    return f"{server.address}:{server.port}"


def fill(empty: Directory, *servers: object, config: str = CONFIG, zone: str = ZONE) -> Directory:
    """A repository whose provider is the first of *servers*, and whose secret nobody set."""
    listed = ", ".join(f'"{at(server)}"' for server in servers)
    first = servers[0]
    empty.write("dnsauth.yaml", config.format(host=first.address, port=first.port, key=KEY, servers=listed))
    empty.write("zones/example.com.yaml", zone)
    return empty


@pytest.fixture
def server(nameserver: Nameserver, empty: Directory, monkeypatch: pytest.MonkeyPatch) -> Nameserver:
    monkeypatch.delenv("TSIG_SECRET", raising=False)
    nameserver.load("example.com.", SERVED)
    fill(empty, nameserver)
    return nameserver


@pytest.fixture
def second() -> Iterator[Nameserver]:
    with Nameserver({"example.com.": SERVED.replace("mail 300 IN A 192.0.2.25\n", "")}) as other:
        yield other


def zone_of(empty: Directory, *arguments: str, **more: object) -> dict:
    """The one zone of the plan."""
    (zone,) = json.loads(empty.run("plan", "--format", "json", *arguments, **more).out)["zones"]
    return zone


@pytest.mark.usefixtures("server")
def test_what_providers_need_is_not_needed(empty: Directory):
    refused = empty.run("plan")
    assert 1 == refused.code
    assert "TSIG_SECRET" in refused.err

    done = empty.run("plan", "--observed", "--exit-code")

    assert done.out.startswith(f"{OBSERVED}\n\nexample.com in public DNS: 2 to create, 1 to update\n")
    assert done.out.endswith("\nPlan: 2 to create, 1 to update in 1 zone.\n")
    assert (3, "wrote zones/example.com.lock.yaml\n") == (done.code, done.err.partition("check:")[0])


@pytest.mark.usefixtures("server")
def test_no_providers_package_is_loaded(empty: Directory):
    script = (
        "import sys\n"
        "from dnsauth.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print(sorted(n for n in sys.modules if n.split('.')[0] in ('octodns', 'octodns_bind')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "plan", "--observed", "--quiet"],
        cwd=empty.path,
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("", 0) == (done.stderr, done.returncode)
    assert done.stdout.endswith("[]\n")


@pytest.mark.usefixtures("server")
def test_the_changes_are_the_providers_and_the_digests_are_not(empty: Directory):
    observed = zone_of(empty, "--observed")
    provider = zone_of(empty, env={"TSIG_SECRET": SECRET})

    assert [("ns1", True), ("ns1", False)] == [
        (one["provider"], one["observed"]) for one in (observed, provider)
    ]
    assert provider["changes"] == observed["changes"]
    assert provider["findings"] == observed["findings"] == []
    assert provider["digest"] != observed["digest"]
    (update,) = (one for one in observed["changes"] if one["action"] == "update")
    assert 3 == len(update["before"]["values"])
    assert set(update["before"]["values"]) < set(update["after"]["values"])


def test_after_an_apply_nothing_is_left(empty: Directory, server: Nameserver):
    assert 0 == empty.run("apply", "--yes", "--timeout", "5", env={"TSIG_SECRET": SECRET}).code
    before, files = server.rrsets("example.com."), empty.files()

    done = empty.run("plan", "--observed", "--locked", "--exit-code")

    assert (0, f"{OBSERVED}\n\nPlan: 1 zone agrees.\n") == done[:2]
    assert (before, files) == (server.rrsets("example.com."), empty.files())


def test_on_bind_too(empty: Directory, named: Named, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TSIG_SECRET", raising=False)
    named.load("example.com.", SERVED)
    fill(empty, named)
    assert zone_of(empty, env={"TSIG_SECRET": SECRET})["changes"] == zone_of(empty, "--observed")["changes"]
    assert 0 == empty.run("apply", "--yes", "--timeout", "5", env={"TSIG_SECRET": SECRET}).code
    assert (0, f"{OBSERVED}\n\nPlan: 1 zone agrees.\n") == empty.run("plan", "--observed", "--exit-code")[:2]


def test_servers_that_disagree_leave_the_zone_not_assessed_and_its_lock_as_it_is(
    empty: Directory, server: Nameserver, second: Nameserver
):
    fill(empty, server, second)
    assert 0 == empty.run("apply", "--yes", "--timeout", "0", env={"TSIG_SECRET": SECRET}).code
    empty.write("zones/example.com.yaml", ZONE.replace("198.51.100.7", "198.51.100.8"))
    files = empty.files()

    done = empty.run("plan", "--observed")

    assert 1 == done.code
    assert "example.com in public DNS: not planned\n" in done.out
    assert "not assessed: the zone was not planned: its servers disagree:" in done.out
    assert f"{at(second)} (serial 1) answers otherwise than {at(server)} (serial 2) for " in done.out
    assert "next: `dnsauth diff` shows what each server answers" in done.out
    assert files == empty.files()


def test_servers_that_disagree_on_what_a_guard_needs_are_found_out(
    empty: Directory, server: Nameserver, second: Nameserver
):
    fill(empty, server, second)
    assert "otherwise than" in (out := empty.run("plan", "--observed").out)
    assert "for mail.example.com A" in out, "to which SPF leads"


def test_a_server_that_does_not_answer_is_never_taken_for_an_empty_zone(empty: Directory, server: Nameserver):
    dead = f'"127.0.0.1:{free_port()}"'
    for servers in (f'"{at(server)}", {dead}', dead):
        empty.write(
            "dnsauth.yaml", CONFIG.format(host=server.address, port=server.port, key=KEY, servers=servers)
        )
        done = empty.run("plan", "--observed", "--format", "json")
        (zone,) = json.loads(done.out)["zones"]
        (finding,) = zone["findings"]
        assert (1, [], "PLN007", "not_assessed") == (
            done.code,
            zone["changes"],
            finding["rule"],
            finding["outcome"],
        )
        assert f"{dead.strip(chr(34))} cannot be asked" in finding["message"]
        assert zone["observed"]


def test_the_other_zones_go_on(empty: Directory, server: Nameserver):
    server.load("example.net.", SERVED.replace("example.com", "example.net"))
    empty.write(
        "dnsauth.yaml",
        empty.read("dnsauth.yaml").replace(
            "servers: {", f'servers: {{example.net: "127.0.0.1:{free_port()}", '
        ),
    )
    empty.write("zones/example.net.yaml", 'version: 1\ndomains: {"@": {sends: false}}\n')
    done = empty.run("plan", "--observed", "--quiet")
    assert 1 == done.code
    assert "example.com in public DNS: 2 to create, 1 to update" in done.out
    assert "example.net in public DNS: not planned" in done.out
    assert ["zones/example.com.lock.yaml"] == [name for name in empty.files() if name.endswith(".lock.yaml")]


def test_apply_refuses_it(empty: Directory, server: Nameserver):
    before = server.rrsets("example.com.")
    file = empty.path / "plan.json"
    done = empty.run("plan", "--observed", "--out", str(file))
    assert done.err.endswith(f"wrote {file}; it is to be read alone\n")
    files = empty.files()

    done = empty.run("apply", str(file), "--timeout", "0", env={"TSIG_SECRET": SECRET})

    assert (1, "") == done[:2]
    assert "was made with --observed" in done.err
    assert "`dnsauth plan --out FILE`" in done.err
    assert (before, files) == (server.rrsets("example.com."), empty.files())


def test_it_can_not_be_made_into_one_that_apply_takes(empty: Directory, server: Nameserver):
    before = server.rrsets("example.com.")
    whole = json.loads(empty.run("plan", "--observed", "--format", "json").out)
    del whole["digest"]
    whole["zones"][0]["observed"] = False
    file = empty.path / "plan.json"
    file.write_text(json.dumps({**whole, "digest": digest(whole)}, indent=1) + "\n")
    done = empty.run("apply", str(file), "--timeout", "0", env={"TSIG_SECRET": SECRET})
    assert 1 == done.code
    assert "the digest of zone example.com. is not that of its changes" in done.err
    assert before == server.rrsets("example.com.")


@pytest.mark.usefixtures("server")
def test_a_provider_of_that_name_has_another_digest(empty: Directory):
    empty.write("dnsauth.yaml", empty.read("dnsauth.yaml").replace("ns1", "observed"))
    assert "observed" == zone_of(empty, "--observed")["provider"]
    assert zone_of(empty, "--observed")["digest"] != zone_of(empty, env={"TSIG_SECRET": SECRET})["digest"]


@pytest.mark.usefixtures("server")
def test_locked_refuses_a_lock_that_is_behind(empty: Directory):
    files = empty.files()
    done = empty.run("plan", "--observed", "--locked")
    assert (1, "") == done[:2]
    assert "these locks are out of date: zones/example.com.lock.yaml" in done.err
    assert files == empty.files()


@pytest.mark.usefixtures("server")
def test_nothing_is_adopted(empty: Directory):
    files = empty.files()
    done = empty.run("plan", "--observed", "--adopt")
    assert (2, "") == done[:2]
    assert "only what a provider holds can be adopted" in done.err
    assert files == empty.files()


def test_drift_stops_as_it_does_at_a_provider(empty: Directory, server: Nameserver):
    server.load("example.com.", SERVED + '_dmarc 300 IN TXT "v=DMARC1; p=quarantine"\n')
    observed, provider = zone_of(empty, "--observed"), zone_of(empty, env={"TSIG_SECRET": SECRET})
    assert ["PLN005"] == [one["rule"] for one in observed["findings"]]
    assert provider["findings"] == observed["findings"]
    assert provider["changes"] == observed["changes"]


def test_a_delegation_below_hides_what_we_would_put_there(empty: Directory, server: Nameserver):
    server.load("example.com.", SERVED + "_domainkey IN NS ns1.example.net.\n")
    observed, provider = zone_of(empty, "--observed"), zone_of(empty, env={"TSIG_SECRET": SECRET})
    assert ["PLN008"] == [one["rule"] for one in observed["findings"]]
    assert provider["findings"] == observed["findings"]


def test_a_cname_beside_data_is_found(empty: Directory, server: Nameserver):
    server.load("example.com.", SERVED + "v1._domainkey IN A 192.0.2.9\n_dmarc IN CNAME d.example.net.\n")
    observed, provider = zone_of(empty, "--observed"), zone_of(empty, env={"TSIG_SECRET": SECRET})
    assert ["PLN004", "PLN004"] == [one["rule"] for one in observed["findings"] if one["severity"] == "error"]
    assert provider["findings"] == observed["findings"]


@pytest.mark.usefixtures("server")
def test_several_providers_make_one_plan(empty: Directory):
    two = empty.read("dnsauth.yaml").replace("live:", "  ns2: {class: octodns_nowhere.Provider}\nlive:")
    empty.write("dnsauth.yaml", two.replace("provider: ns1", "provider: [ns1, ns2]"))
    assert "ns1, ns2" == zone_of(empty, "--observed")["provider"]


def test_no_provider_makes_one_too(empty: Directory, server: Nameserver):
    empty.write("dnsauth.yaml", f'version: 1\nlive: {{servers: {{example.com: ["{at(server)}"]}}}}\n')
    assert ("", 3) == ((zone := zone_of(empty, "--observed"))["provider"], len(zone["changes"]))


@pytest.mark.usefixtures("server")
def test_a_comment_says_what_it_was_compared_with(empty: Directory):
    done = empty.run("plan", "--observed", "--format", "markdown")
    title, note, summary = done.out.split("\n\n")[:3]
    assert ("### dnsauth plan", f"> {OBSERVED}") == (title, note)
    assert "Plan: 2 to create, 1 to update in 1 zone." == summary
    assert "\n#### `example.com` in public DNS: 2 to create, 1 to update\n" in done.out
