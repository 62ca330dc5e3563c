"""The Cloudflare target on an API over HTTP: only values that differ are written, each keeps what people set."""

from __future__ import annotations

import contextlib
from functools import partial

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.octodns.adapter import Adapter
from dnsauth.octodns.cloudflare import CloudflareProvider
from dnsauth.plan.model import Change
from dnsauth.rrset import RRset, RRsetId
from tests.octodns.fake_cloudflare import TOKEN, cloudflare

ZONE = "held.example."
APEX = RRsetId(ZONE, "TXT")
FOREIGN = ("MS=ms1", 'a "q" b', 'say "hi"; C:\\092temp', '"all of it"', "\\195\\188", "two strings")


@pytest.fixture
def api():
    with cloudflare() as found:
        found.add("held.example", "TXT", '"v=spf1 -all"', comment="ours", tags=["mail"])
        found.add("held.example", "TXT", '"MS=ms1"', ttl=1, comment="owned by IT", tags=["it"])
        found.add("held.example", "TXT", '"a \\"q\\" b"', ttl=600)
        found.add("held.example", "TXT", 'say "hi"; C:\\temp')
        found.add("held.example", "TXT", '"\\"all of it\\""')
        found.add("held.example", "TXT", "ü")
        found.add("held.example", "TXT", '"two " "strings"')
        found.add("held.example", "MX", "mx.example", priority=10)
        found.add("www.held.example", "CNAME", "app.example", proxied=True)
        yield found


@pytest.fixture
def provider(api):
    with contextlib.ExitStack() as sessions:

        def made(token: str = TOKEN) -> CloudflareProvider:
            url = f"http://127.0.0.1:{api.port}"
            found = CloudflareProvider(
                "cf", token=token, api_url=url, pagerules=False, retry_count=0, retry_period=0
            )
            found._sess.trust_env = False
            sessions.callback(found._sess.close)
            return found

        yield lambda **settings: Adapter("cf", partial(made, **settings), {TOKEN})


def test_values_are_held_as_they_are_served_whatever_their_quotes(provider):
    held = provider().read(ZONE)
    assert tuple(sorted(("v=spf1 -all", *FOREIGN))) == held.rrsets[APEX].values
    assert ("10 mx.example.",) == held.rrsets[RRsetId(ZONE, "MX")].values
    assert (True, True) == (held.exists, held.faithful)


def test_one_value_is_one_request_and_keeps_its_comment_and_tags(api, provider):
    adapter = provider()
    held = adapter.read(ZONE)
    before = [record for record in api.records if record["content"] != '"v=spf1 -all"']
    after = RRset(ZONE, "TXT", held.rrsets[APEX].ttl, tuple(sorted(("v=spf1 mx -all", *FOREIGN))))
    adapter.write(held, (Change(held.rrsets[APEX], after),))
    ((method, id, body),) = api.writes
    assert ("PUT", "r0", '"v=spf1 mx -all"') == (method, id, body["content"])
    assert ("ours", ["mail"], 300) == (body["comment"], body["tags"], body["ttl"])
    assert before == [record for record in api.records if record["id"] != "r0"]
    assert after == adapter.read(ZONE).rrsets[APEX]


def test_what_is_added_beside_others_takes_nothing_of_theirs(api, provider):
    adapter = provider()
    held = adapter.read(ZONE)
    after = RRset(ZONE, "TXT", 300, tuple(sorted(("v=spf1 -all", "token=1", *FOREIGN))))
    adapter.write(held, (Change(held.rrsets[APEX], after),))
    assert [
        ("POST", "", {"name": "held.example", "type": "TXT", "ttl": 300, "content": '"token=1"'})
    ] == api.writes


def test_what_is_taken_away_is_one_request(api, provider):
    adapter = provider()
    held = adapter.read(ZONE)
    after = RRset(ZONE, "TXT", 300, tuple(sorted(FOREIGN)))
    adapter.write(held, (Change(held.rrsets[APEX], after),))
    assert [("DELETE", "r0", None)] == api.writes


def test_other_types_are_written_by_value_too(api, provider):
    adapter = provider()
    held = adapter.read(ZONE)
    mx = RRset(ZONE, "MX", 300, ("10 mx.example.", "20 mx2.example."))
    cname = RRset(f"www.{ZONE}", "CNAME", 300, ("new.example.",))
    adapter.write(held, tuple(Change(held.rrsets[after.id], after) for after in (mx, cname)))
    assert ["PUT", "POST"] == sorted((method for method, *_ in api.writes), reverse=True)
    now = adapter.read(ZONE).rrsets
    assert (mx.values, cname.values) == (now[mx.id].values, now[cname.id].values)
    assert [True] == [record["proxied"] for record in api.records if record["type"] == "CNAME"]


def test_a_new_ttl_is_all_that_is_sent(api, provider):
    adapter = provider()
    held = adapter.read(ZONE)
    adapter.write(
        held, (Change(held.rrsets[RRsetId(ZONE, "MX")], RRset(ZONE, "MX", 900, ("10 mx.example.",))),)
    )
    assert [("PATCH", "r7", {"ttl": 900})] == api.writes


def test_additions_come_before_deletions_but_where_one_makes_room(api, provider):
    api.add("old._domainkey.held.example", "TXT", '"v=DKIM1; p="')
    api.add("k1._domainkey.held.example", "TXT", '"v=DKIM1; p="')
    adapter = provider()
    held = adapter.read(ZONE)
    cname = RRset(f"k1._domainkey.{ZONE}", "CNAME", 300, ("k1.vendor.example.",))
    new = RRset(f"new._domainkey.{ZONE}", "TXT", 300, ("v=DKIM1; p=QQ==",))
    old = held.rrsets[RRsetId(f"old._domainkey.{ZONE}", "TXT")]
    adapter.write(
        held,
        (
            Change(held.rrsets[RRsetId(cname.owner, "TXT")], None),
            Change(None, cname),
            Change(None, new),
            Change(old, None),
        ),
    )
    assert [("DELETE", "r10"), ("POST", ""), ("POST", ""), ("DELETE", "r9")] == [
        each[:2] for each in api.writes
    ]
    now = adapter.read(ZONE).rrsets
    assert (cname, new) == (now[cname.id], now[new.id])
    assert old.id not in now


def test_an_empty_zone_exists_and_an_unknown_one_does_not(api, provider):
    api.records.clear()
    assert [True, False] == [provider().read(zone).exists for zone in (ZONE, "other.example.")]


def test_a_wrong_token_is_said_without_it(provider):
    with pytest.raises(DnsauthError, match=r"refuses our credentials while reading held\.example") as caught:
        provider(token="wr0ng-token").read(ZONE)
    assert "wr0ng" not in str(caught.value)


def test_a_ttl_below_cloudflare_s_least_is_refused(provider):
    adapter = provider()
    with pytest.raises(DnsauthError, match="no TTL below 120 s"):
        adapter.write(adapter.read(ZONE), (Change(None, RRset(f"n.{ZONE}", "TXT", 60, ("x",))),))
