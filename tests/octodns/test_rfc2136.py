"""The RFC 2136 target on the in-process nameserver and on named: what is read, written, left and refused."""

from __future__ import annotations

import pytest
from octodns.record import Create, Delete, Record, Update
from octodns.zone import Zone

from dnsauth.errors import DnsauthError
from dnsauth.octodns.rfc2136 import Rfc2136Provider
from dnsauth.plan.errors import Moved
from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRset, RRsetId
from tests.servers import KEY, SECRET

ZONE = "held.example."
TEXT = r"""
$TTL 300
@              SOA   ns1 hostmaster 1 3600 600 86400 60
@              NS    ns1
@              TXT   "v=spf1 -all"
@              TXT   "say \"hi\"; C:\\temp" "second string"
@              TXT   "\200\255"
@              MX    10 Mail.held.example.
ns1            A     192.0.2.1
mail           A     192.0.2.2
www            CNAME ns1
k1._domainkey  TXT   "v=DKIM1; k=rsa; p=AAAA" "BBBB" "CCCC"
_dmarc         TXT   "v=DMARC1; p=none"
"""
APEX = RRsetId(ZONE, "TXT")
FOREIGN = ('say "hi"; C:\\092tempsecond string', "\\128\\173")


@pytest.fixture(params=["nameserver", "named"])
def server(request):
    found = request.getfixturevalue(request.param)
    found.load(ZONE, TEXT.replace("\\200\\255", "\\128\\173"))
    return found


def target(server, **settings) -> Rfc2136Provider:
    given = {"host": server.address, "port": server.port, "key_name": KEY, "key_secret": SECRET}
    return Rfc2136Provider("ns1", **{**given, "timeout": 5, **settings})


def rrset(owner: str, type: str, *values: str, ttl: int = 300) -> RRset:
    return RRset(f"{owner}.{ZONE}" if owner else ZONE, type, ttl, tuple(sorted(values)))


def change(held: Held, after: RRset) -> Change:
    return Change(held.rrsets.get(after.id), after)


def gone(held: Held, owner: str, type: str) -> Change:
    return Change(held.rrsets[RRsetId(f"{owner}.{ZONE}", type)], None)


def test_a_zone_is_read_with_exact_octets_and_binary_values_and_without_what_the_server_keeps_itself(server):
    held = target(server).read(ZONE)
    assert (ZONE, "ns1", True, True) == (held.zone, held.provider, held.exists, held.faithful)
    assert rrset("", "TXT", "v=spf1 -all", *FOREIGN) == held.rrsets[APEX]
    assert b'\x11say "hi"; C:\\temp\x0dsecond string' in held.exact[APEX]
    assert ("10 Mail.held.example.",) == held.rrsets[RRsetId(ZONE, "MX")].values
    assert {"NS", "TXT", "MX", "A", "CNAME"} == {id.type for id in held.rrsets}


def test_of_a_signed_zone_signatures_and_keys_are_not_read(named):
    named.load("signed.example.", TEXT, signed=True)
    held = target(named).read("signed.example.")
    assert {"NS", "TXT", "MX", "A", "CNAME"} == {id.type for id in held.rrsets}


def test_a_value_is_swapped_and_every_other_octet_stays(server):
    before = server.rrsets(ZONE)
    provider = target(server)
    held = provider.read(ZONE)
    after = rrset("", "TXT", "v=spf1 mx -all", *FOREIGN)
    provider.write(held, (change(held, after),))
    assert after == provider.read(ZONE).rrsets[APEX]
    ttl, octets = before[ZONE, "TXT"]
    expected = (ttl, tuple(sorted({*octets, b"\x0ev=spf1 mx -all"} - {b"\x0bv=spf1 -all"})))
    now = server.rrsets(ZONE)
    assert expected == now.pop((ZONE, "TXT"))
    assert {key: found for key, found in before.items() if key not in ((ZONE, "TXT"), (ZONE, "SOA"))} == {
        key: found for key, found in now.items() if key != (ZONE, "SOA")
    }


def test_a_key_record_cut_elsewhere_than_we_would_cut_it_is_really_deleted(server):
    provider = target(server)
    held = provider.read(ZONE)
    provider.write(held, (gone(held, "k1._domainkey", "TXT"),))
    assert RRsetId(f"k1._domainkey.{ZONE}", "TXT") not in provider.read(ZONE).rrsets


def test_a_ttl_alone_changes_and_the_octets_stay(server):
    provider = target(server)
    held = provider.read(ZONE)
    octets = server.rrsets(ZONE)[f"k1._domainkey.{ZONE}", "TXT"][1]
    after = rrset("k1._domainkey", "TXT", "v=DKIM1; k=rsa; p=AAAABBBBCCCC", ttl=60)
    provider.write(held, (change(held, after),))
    assert (60, octets) == server.rrsets(ZONE)[f"k1._domainkey.{ZONE}", "TXT"]


def test_txt_becomes_cname_and_cname_becomes_txt_in_one_message(server):
    provider = target(server)
    held = provider.read(ZONE)
    cname, txt = rrset("k1._domainkey", "CNAME", "k1.vendor.example."), rrset("www", "TXT", "v=DKIM1; p=QQ==")
    provider.write(
        held,
        (
            gone(held, "k1._domainkey", "TXT"),
            change(held, cname),
            gone(held, "www", "CNAME"),
            change(held, txt),
        ),
    )
    now = provider.read(ZONE).rrsets
    assert (cname, txt) == (now[cname.id], now[txt.id])
    assert RRsetId(f"www.{ZONE}", "CNAME") not in now


def test_a_long_value_is_written_in_strings_of_255_octets(server):
    provider = target(server)
    held = provider.read(ZONE)
    after = rrset("k2._domainkey", "TXT", f"v=DKIM1; k=rsa; p={'A' * 700}")
    provider.write(held, (change(held, after),))
    (octets,) = server.rrsets(ZONE)[f"k2._domainkey.{ZONE}", "TXT"][1]
    assert [255, 255, len(after.values[0]) - 510] == [octets[0], octets[256], octets[512]]
    assert after == provider.read(ZONE).rrsets[after.id]


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param(("", "TXT", "MS=ms1"), id="a value beside ours"),
        pytest.param(("new", "TXT", "hello"), id="an RRset where one was to be created"),
        pytest.param(("new", "CNAME", "x.example."), id="a CNAME where data was to be created"),
        pytest.param(("alias", "A", "192.0.2.9"), id="data where a CNAME was to be created"),
    ],
)
def test_what_came_in_between_is_refused_by_the_server_and_nothing_is_written(server, foreign):
    provider = target(server)
    held = provider.read(ZONE)
    owner, type, value = foreign
    now = provider.read(ZONE)
    both = (value,) if owner else (value, *now.rrsets[APEX].values)
    provider.write(now, (change(now, rrset(owner, type, *both)),))
    before = server.rrsets(ZONE)
    with pytest.raises(Moved, match="not what the plan was made against"):
        provider.write(
            held,
            (
                change(held, rrset("", "TXT", "v=spf1 mx -all", *FOREIGN)),
                change(held, rrset("new", "TXT", "ours")),
                change(held, rrset("alias", "CNAME", "y.example.")),
            ),
        )
    assert before == server.rrsets(ZONE)


def test_a_change_elsewhere_in_the_zone_is_no_obstacle(server):
    provider = target(server)
    held = provider.read(ZONE)
    provider.write(held, (change(held, rrset("_acme-challenge", "TXT", "token")),))
    after = rrset("_dmarc", "TXT", "v=DMARC1; p=reject")
    provider.write(held, (change(held, after),))
    assert after == provider.read(ZONE).rrsets[after.id]


def test_changes_beyond_64_kib_go_in_several_messages(server):
    provider = target(server)
    held = provider.read(ZONE)
    changes = tuple(
        change(held, rrset(f"k{i}._domainkey.d{i}", "TXT", f"p={'A' * 400}{i}")) for i in range(200)
    )
    provider.write(held, changes)
    now = provider.read(ZONE).rrsets
    assert [each.after for each in changes] == [now[each.rrset.id] for each in changes]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param({"key_secret": "bm90IHRoZSBzZWNyZXQ="}, "different TSIG secrets", id="another secret"),
        pytest.param({"key_name": "nobody."}, "does not know the TSIG key", id="an unknown key"),
        pytest.param({"key_name": None, "key_secret": None}, "refuses the transfer", id="no key"),
        pytest.param({"port": 1}, "can't be reached", id="nobody listens"),
    ],
)
def test_a_server_that_can_t_be_read_says_why_and_shows_no_secret(server, settings, said):
    with pytest.raises(DnsauthError, match=said) as caught:
        target(server, **settings).read(ZONE)
    assert caught.value.hint
    assert SECRET not in str(caught.value)
    assert settings.get("key_secret") is None or settings["key_secret"] not in str(caught.value)


def test_a_zone_the_server_does_not_have_is_held_as_absent(server):
    assert Held("other.example.", "ns1", False, {}, faithful=True) == target(server).read("other.example.")


def test_named_s_integrity_check_is_named_where_it_refuses_an_mx_without_address(named):
    named.load(ZONE, TEXT)
    provider = target(named)
    held = provider.read(ZONE)
    with pytest.raises(DnsauthError, match="REFUSED") as caught:
        provider.write(held, (change(held, rrset("sub", "MX", f"10 nowhere.{ZONE}")),))
    assert "no address" in caught.value.hint


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"key_secret": None}, "no key_secret"),
        ({"key_secret": "%%%x"}, "no base64"),
        ({"key_secret": "!!!!"}, "no base64"),
        ({"key_algorithm": "rot13"}, "unknown key_algorithm 'rot13'"),
        ({"key_name": "a..b"}, "is no name"),
    ],
)
def test_a_key_that_can_t_be_one_is_refused_when_the_provider_is_made(settings, said):
    given = {"host": "127.0.0.1", "key_name": KEY, "key_secret": SECRET, **settings}
    with pytest.raises(DnsauthError, match=said) as caught:
        Rfc2136Provider("ns1", **given)
    assert "%%%x" not in str(caught.value)


def octodns_zone(provider: Rfc2136Provider) -> Zone:
    zone = Zone(ZONE, [])
    assert provider.populate(zone, target=True, lenient=True)
    return zone


def test_as_octodns_target_it_updates_creates_and_deletes_by_value(server):
    provider = target(server)
    zone = octodns_zone(provider)
    desired = zone.copy()
    apex = zone.get_type("", "TXT")
    new = Record.new(zone, "", {"type": "TXT", "ttl": 300, "values": ["x"]})
    new.values = sorted({*apex.values, "v=spf1 mx -all"} - {"v=spf1 -all"})
    made = Record.new(
        zone, "new", {"type": "MX", "ttl": 60, "values": [{"preference": 1, "exchange": "mx.example."}]}
    )
    desired.apply([Update(apex, new), Create(made), Delete(zone.get_type("k1._domainkey", "TXT"))])
    before = server.rrsets(ZONE)
    assert 3 == provider.apply(provider.plan(desired))
    now = provider.read(ZONE).rrsets
    assert tuple(sorted(("v=spf1 mx -all", *FOREIGN))) == now[APEX].values
    assert {*before[ZONE, "TXT"][1]} & {*server.rrsets(ZONE)[ZONE, "TXT"][1]} == {*before[ZONE, "TXT"][1]} - {
        b"\x0bv=spf1 -all"
    }
    assert RRset(f"new.{ZONE}", "MX", 60, ("1 mx.example.",)) == now[RRsetId(f"new.{ZONE}", "MX")]
    assert RRsetId(f"k1._domainkey.{ZONE}", "TXT") not in now
    assert None is provider.plan(desired)


def test_as_octodns_target_it_refuses_an_rrset_that_changed_since_octodns_planned(server):
    provider = target(server)
    zone = octodns_zone(provider)
    desired = zone.copy()
    desired.remove_record(zone.get_type("", "TXT"))
    plan = provider.plan(desired)
    held = provider.read(ZONE)
    provider.write(held, (change(held, rrset("", "TXT", "MS=ms1", *held.rrsets[APEX].values)),))
    with pytest.raises(Moved):
        provider.apply(plan)
    assert "MS=ms1" in provider.read(ZONE).rrsets[APEX].values


def test_apply_disabled_writes_nothing_and_says_so(server):
    provider = target(server, apply_disabled=True)
    held = provider.read(ZONE)
    with pytest.raises(DnsauthError, match="apply_disabled"):
        provider.write(held, (gone(held, "_dmarc", "TXT"),))
    assert held == provider.read(ZONE)
