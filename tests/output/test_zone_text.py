from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from natsort import natsorted
from octodns.provider.yaml import YamlProvider
from octodns.zone import Zone

from dnsauth.desired.model import Desired, Origin, Value
from dnsauth.errors import DnsauthError
from dnsauth.lock.model import Claim, Grammar
from dnsauth.octodns import conversion
from dnsauth.output import bind, json, octodns, text

ZONE = "example.com."
KEY = "v=DKIM1; k=rsa; p=" + "A" * 380


def asked(owner: str, type: str, *texts: str, ttl: int = 3600) -> Desired:
    claim = Claim(owner, type, Grammar.RRSET)
    return Desired(
        ZONE,
        owner,
        type,
        ttl,
        tuple(Value(t, claim, (Origin("zones/example.com.yaml", 7, "own-mta", "mta"),), "") for t in texts),
    )


DESIRED = {
    ZONE: (
        asked("*._report._dmarc.example.com.", "TXT", "v=DMARC1;"),
        asked("_dmarc.example.com.", "TXT", "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"),
        asked(ZONE, "MX", "10 mx1.example.com.", "20 mx2.example.com."),
        asked(ZONE, "TXT", 'quote"d', "back\\092slash; colon", "v=spf1 ip4:192.0.2.10 ~all", ttl=300),
        asked("k10._domainkey.example.com.", "TXT", KEY),
        asked("k9._domainkey.example.com.", "CNAME", "k9.dkim.example.net."),
        asked("quiet.example.com.", "MX", "0 ."),
        asked("quoted.example.com.", "TXT", '"in quotes"'),
    )
}

BIND = f"""\
$ORIGIN example.com.
*._report._dmarc\t3600\tIN\tTXT\t"v=DMARC1;"
_dmarc\t3600\tIN\tTXT\t"v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
@\t3600\tIN\tMX\t10 mx1.example.com.
@\t3600\tIN\tMX\t20 mx2.example.com.
@\t300\tIN\tTXT\t"back\\092slash; colon"
@\t300\tIN\tTXT\t"quote\\"d"
@\t300\tIN\tTXT\t"v=spf1 ip4:192.0.2.10 ~all"
k10._domainkey\t3600\tIN\tTXT\t"{KEY[:255]}" "{KEY[255:]}"
k9._domainkey\t3600\tIN\tCNAME\tk9.dkim.example.net.
quiet\t3600\tIN\tMX\t0 .
quoted\t3600\tIN\tTXT\t"\\"in quotes\\""
"""

TEXT = """\
example.com

  _dmarc TXT 300  zones/example.com.yaml:7 own-mta (mta)
      v=DMARC1; p=reject

  @ MX 3600  zones/example.com.yaml:7 own-mta (mta)
      10 mx1.example.com.
"""


def test_bind_text_is_the_desired_records_and_nothing_else():
    assert BIND == bind.records(DESIRED)


@pytest.mark.skipif(not shutil.which("named-checkzone"), reason="needs bind9-utils")
def test_named_checkzone_accepts_it_where_a_zone_includes_it(tmp_path):
    (tmp_path / "mail.inc").write_text(bind.records(DESIRED))
    zone = tmp_path / "example.com.zone"
    zone.write_text(
        "$TTL 3600\n@ IN SOA ns1 hostmaster 1 7200 900 1209600 300\n@ IN NS ns1\nns1 IN A 192.0.2.53\n"
        f"mx1 IN A 192.0.2.10\nmx2 IN A 192.0.2.11\n$INCLUDE {tmp_path}/mail.inc\n"
    )
    checked = subprocess.run(
        ["named-checkzone", "-D", "-o", "-", "example.com", zone], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count("v=spf1") == 1
    assert "0 ." in checked.stdout


def test_a_value_that_would_break_the_line_is_refused():
    for hostile in ("target.example.\n@ IN NS evil.example.", "a b", "ca.example.\x00"):
        with pytest.raises(DnsauthError, match="no RDATA of that type"):
            bind.records({ZONE: (asked("x.example.com.", "CNAME", hostile),)})


def test_octodns_reads_the_same_records(tmp_path):
    (tmp_path / "example.com.yaml").write_text(octodns.records(DESIRED))
    provider = YamlProvider("yaml", str(tmp_path), escaped_semicolons=False)
    zone = Zone(ZONE, [])
    provider.populate(zone)
    assert {(one.owner, one.type, one.ttl, one.texts) for one in DESIRED[ZONE]} == {
        (one.owner, one.type, one.ttl, one.values) for one in map(conversion.rrset, zone.records)
    }


@pytest.mark.parametrize(
    "value", [pytest.param('a" "b', id="joined"), pytest.param("a\\092;b", id="unescaped")]
)
def test_what_octodns_would_misread_is_refused(value):
    with pytest.raises(DnsauthError, match="cannot read"):
        octodns.records({ZONE: (asked(ZONE, "TXT", value),)})


@given(st.lists(st.text(alphabet="ab-_.*0129", max_size=8), unique=True))
@settings(max_examples=100, deadline=None)
def test_owner_names_stand_in_octodns_order(names):
    assert natsorted(names) == sorted(sorted(names), key=octodns.natural) or natsorted(
        sorted(names)
    ) == sorted(sorted(names), key=octodns.natural)


def test_text_says_who_asks():
    two = {
        ZONE: (
            asked("_dmarc.example.com.", "TXT", "v=DMARC1; p=reject", ttl=300),
            asked(ZONE, "MX", "10 mx1.example.com."),
        )
    }
    assert TEXT == text.records(two)


def test_json_holds_each_rrset_with_its_origin():
    two = {ZONE: (asked(ZONE, "MX", "20 mx2.example.com.", "10 mx1.example.com."),)}
    assert {
        "format": "dnsauth-records/1",
        "records": [
            {
                "zone": ZONE,
                "owner": ZONE,
                "type": "MX",
                "ttl": 3600,
                "values": ["10 mx1.example.com.", "20 mx2.example.com."],
                "origin": [
                    {"file": "zones/example.com.yaml", "line": 7, "sender": "own-mta", "service": "mta"}
                ],
            }
        ],
    } == json.records(two)
