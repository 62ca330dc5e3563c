"""Every provider on its real server: what is others' stays to the octet, and octoDNS's own sync gives the same zone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from octodns.manager import Manager

from dnsauth.desired.load import load
from dnsauth.desired.locks import updated
from dnsauth.errors import DnsauthError
from dnsauth.inventory.model import Inventory
from dnsauth.lock import file as lock_file
from dnsauth.octodns.providers import provider
from dnsauth.plan.merge import changes
from dnsauth.plan.model import Change, Provider
from dnsauth.rrset import RRset, RRsetId, character_strings
from tests.octodns.test_plugin import CONFIG, INVENTORY
from tests.servers import KEY, SECRET

ZONE = "held.example."
APEX = RRsetId(ZONE, "TXT")
TEXT = r"""
$TTL 300
@              SOA   ns1 hostmaster 1 3600 600 86400 60
@              NS    ns1
@              TXT   "v=spf1 -all"
@              TXT   "say \"hi\"; C:\\temp" "second string"
@              TXT   "\"in quotes\"" ; and a comment
@              TXT   "\200\173"
@              MX    10 mail
ns1            A     192.0.2.1
mail           A     192.0.2.2
www            CNAME ns1
k1._domainkey  TXT   "v=DKIM1; k=rsa; p=AAAA" "BBBB" "CCCC"
_srv._tcp      SRV   1 2 3 mail
caa            CAA   0 issue "ca.example"
*.wild         TXT   "a" "b"
"""
SERVERS = ["nameserver", "named", "powerdns", "route53"]


def settings(name: str, server: object, *, stock: bool = True) -> tuple[dict[str, object], dict[str, str]]:
    """A provider of *server* as a user writes it, and the environment it needs."""
    match name:
        case "powerdns":
            written = {
                "class": "octodns_powerdns.PowerDnsProvider",
                "host": server.address,
                "port": server.api_port,
            }
            return {**written, "api_key": "env/API_KEY"}, {"API_KEY": server.api_key}
        case "route53":
            written = {"class": "octodns_route53.Route53Provider", "access_key_id": "tests"}
            return {**written, "secret_access_key": "env/AWS_SECRET_ACCESS_KEY"}, server.environ
    cls = "octodns_bind.Rfc2136Provider" if stock else "dnsauth.octodns.Rfc2136Provider"
    key = {"key_name": KEY, "key_secret": "env/TSIG", "key_algorithm": "hmac-sha256"}
    return {"class": cls, "host": server.address, "port": server.port, **key}, {"TSIG": SECRET}


@pytest.fixture(params=SERVERS)
def name(request):
    return request.param


@pytest.fixture
def server(name, request, monkeypatch):
    found = request.getfixturevalue(name)
    found.load(ZONE, TEXT)
    for variable, value in settings(name, found)[1].items():
        monkeypatch.setenv(variable, value)  # boto3 asks the environment for its endpoint
    return found


@pytest.fixture
def target(name, server) -> Provider:
    written, environ = settings(name, server)
    return provider("p", Inventory(Path(), {}, {"p": written}), environ)


def without_soa(server) -> dict:
    return {key: found for key, found in server.rrsets(ZONE).items() if key != (ZONE, "SOA")}


def test_a_shared_rrset_changes_by_one_value_and_everything_else_stays_to_the_octet(server, target):
    before, held = without_soa(server), target.read(ZONE)
    assert held.faithful
    values = held.rrsets[APEX].values
    assert ('"in quotes"', "\\200\\173", 'say "hi"; C:\\092tempsecond string', "v=spf1 -all") == values
    after = RRset(ZONE, "TXT", 300, tuple(sorted({*values, "v=spf1 mx -all"} - {"v=spf1 -all"})))
    target.write(held, (Change(held.rrsets[APEX], after),))
    now = without_soa(server)
    assert after == target.read(ZONE).rrsets[APEX]
    assert 3 == len({*before[APEX][1]} & {*now[APEX][1]})
    assert {**before, APEX: None} == {**now, APEX: None}


def test_a_key_record_cut_elsewhere_is_deleted_and_a_long_one_created(server, target):
    held = target.read(ZONE)
    old = held.rrsets[RRsetId(f"k1._domainkey.{ZONE}", "TXT")]
    new = RRset(f"k2._domainkey.{ZONE}", "TXT", 300, (f"v=DKIM1; k=rsa; p={'A' * 700}",))
    target.write(held, (Change(None, new), Change(old, None)))
    now = target.read(ZONE).rrsets
    assert new == now[new.id]
    assert old.id not in now
    (octets,) = server.rrsets(ZONE)[new.id][1]
    if isinstance(octets, bytes):
        expected = b"".join(bytes([len(part)]) + part for part in character_strings(new.values[0].encode()))
        assert expected == octets


def test_txt_becomes_cname_and_a_null_mx_stands_alone(target):
    held = target.read(ZONE)
    old = held.rrsets[RRsetId(f"k1._domainkey.{ZONE}", "TXT")]
    cname = RRset(old.owner, "CNAME", 300, ("k1.vendor.example.",))
    mx = RRset(ZONE, "MX", 300, ("0 .",))
    target.write(held, (Change(old, None), Change(None, cname), Change(held.rrsets[mx.id], mx)))
    now = target.read(ZONE).rrsets
    assert (cname, mx) == (now[cname.id], now[mx.id])
    assert old.id not in now


def test_a_zone_that_is_not_there_is_held_as_absent(target):
    assert not target.read("absent.example.").exists


@pytest.mark.parametrize("name", ["powerdns"], indirect=True)
def test_a_disabled_value_of_others_stays_disabled(server, target):
    rrset = {
        "name": ZONE,
        "type": "TXT",
        "ttl": 300,
        "changetype": "REPLACE",
        "records": [
            {"content": '"v=spf1 -all"', "disabled": False},
            {"content": '"off" "on"', "disabled": True},
        ],
    }
    server.api("PATCH", f"/zones/{ZONE}", {"rrsets": [rrset]})
    held = target.read(ZONE)
    target.write(held, (Change(held.rrsets[APEX], RRset(ZONE, "TXT", 300, ("offon", "v=spf1 mx -all"))),))
    (stored,) = (
        each for each in server.api("GET", f"/zones/{ZONE}")["rrsets"] if (each["name"], each["type"]) == APEX
    )
    assert {('"off" "on"', True), ('"v=spf1 mx -all"', False)} == {
        (record["content"], record["disabled"]) for record in stored["records"]
    }


@pytest.mark.parametrize("name", ["powerdns"], indirect=True)
def test_a_wrong_api_key_is_said_without_it(server):
    written, _ = settings("powerdns", server)
    target = provider("p", Inventory(Path(), {}, {"p": written}), {"API_KEY": "wr0ng-key"})
    with pytest.raises(DnsauthError, match="refuses our credentials") as caught:
        target.read(ZONE)
    assert "wr0ng" not in str(caught.value)


def repository(directory: Path) -> Path:
    (directory / "dnsauth.yaml").write_text(CONFIG)
    (directory / "zones").mkdir()
    (directory / "zones/held.example.yaml").write_text(INVENTORY)
    found = load(directory)
    lock = updated(found.locks[ZONE], found.desired[ZONE])
    (directory / "zones/held.example.lock.yaml").write_text(lock_file.write(lock))
    return directory


@pytest.mark.parametrize("name", ["nameserver", "named", "powerdns"], indirect=True)
def test_stock_octodns_sync_gives_the_zone_that_our_own_write_gives(name, server, target, tmp_path):
    text = TEXT.replace('@              TXT   "v=spf1 -all"\n', "").replace("*.wild", "wild")
    if name == "powerdns":
        text = (
            text.replace('"say \\"hi\\"; C:\\\\temp" "second string"', '"second string"')
            .replace('"\\"in quotes\\""', '"no quotes"')
            .replace('"\\200\\173"', '"ascii"')
        )
    server.load(ZONE, text)
    directory = repository(tmp_path)
    found = load(directory)
    held = target.read(ZONE)
    lock = found.locks[ZONE]
    target.write(held, changes(found.desired[ZONE], lock, held))
    ours = without_soa(server)
    assert () == changes(found.desired[ZONE], lock, target.read(ZONE))

    server.load(ZONE, text)
    written, _ = settings(name, server, stock=False)
    document = {
        "providers": {
            "mailauth": {"class": "dnsauth.octodns.MailAuthSource", "directory": str(directory)},
            "target": {**written, "root_ns_warnings": False},
        },
        "processors": {"own": {"class": "dnsauth.octodns.MailAuthOwnership", "directory": str(directory)}},
        "zones": {ZONE: {"sources": ["mailauth"], "processors": ["own"], "targets": ["target"]}},
    }
    (directory / "production.yaml").write_text(yaml.safe_dump(document))

    def sync() -> int:
        return Manager(str(directory / "production.yaml")).sync(dry_run=False)

    assert 3 == sync()
    assert ours == without_soa(server)
    assert 0 == sync()
