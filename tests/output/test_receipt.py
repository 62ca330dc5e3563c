from __future__ import annotations

from dnsauth.apply.receipt import Entry, Outcome, Receipt
from dnsauth.live.reply import Absent, Answer, Unreachable
from dnsauth.live.servers import Missing, Server
from dnsauth.live.standing import Behind, Standing, Verified
from dnsauth.output import receipt
from dnsauth.plan.model import Change, ZonePlan
from dnsauth.rrset import RRset

DMARC = RRset("_dmarc.example.com.", "TXT", 3600, ("v=DMARC1; p=reject",))
VERIFIED = Verified(
    "example.com.",
    (
        Standing(Server("ns1.example.com.", "192.0.2.53"), 7),
        Standing(Server("ns1.example.com.", "2001:db8::53"), 7),
        Standing(
            Server("ns2.example.com.", "192.0.2.54"),
            6,
            (Behind("_dmarc.example.com.", "TXT", Absent.NXDOMAIN),),
        ),
        Standing(
            Server("192.0.2.55:5300", "192.0.2.55", 5300),
            None,
            (Behind("_dmarc.example.com.", "TXT", Unreachable("no answer")),),
        ),
    ),
    (Missing("ns3.example.com.", "it has no address"),),
)
NO_ROUTE = Unreachable("there is no route for IPv6 from here", routed=False)
RECEIPT = Receipt(
    "it@host",
    "2026-06-01T12:00:00Z",
    "1",
    "",
    (
        Entry(
            ZonePlan("example.com.", "ns1", "", "", (Change(None, DMARC),)),
            Outcome.APPLIED,
            True,
            verified=VERIFIED,
        ),
        Entry(ZonePlan("example.net.", "ns1", "", ""), Outcome.DONE),
        Entry(
            ZonePlan("example.org.", "ns1", "", ""),
            Outcome.STALE,
            message="not what was reviewed",
            next="plan again",
        ),
    ),
)

TEXT = """\
example.com at ns1: applied, 1 to create
  192.0.2.53:53, [2001:db8::53]:53 agree
  ns2.example.com. 192.0.2.54:53 differs: _dmarc.example.com. TXT: has nothing there (NXDOMAIN)
  192.0.2.55:5300 unreachable: cannot be asked: no answer
  ns3.example.com. not assessed: it has no address
example.org at ns1: stale
  not what was reviewed
  next: plan again
Apply: 1 zone applied, 1 zone done, 1 zone stale.
1 zone not served everywhere yet: `dnsauth verify` asks again.
"""


def test_an_apply_says_what_became_of_each_zone_and_who_serves_it():
    assert TEXT == receipt.text(RECEIPT)


def test_verify_says_who_lags():
    shown = receipt.verified(
        (VERIFIED, Verified("example.net.", (Standing(Server("192.0.2.53:53", "192.0.2.53"), 1),)))
    )
    assert shown.startswith("example.com: not served as asked\n  192.0.2.53:53, [2001:db8::53]:53 agree\n")
    assert shown.endswith(
        "example.net: served as asked\n  192.0.2.53:53 agrees\nVerify: 1 of 2 zones served as asked.\n"
    )


def test_who_keeps_zones_from_agreeing_is_named_those_of_most_zones_first():
    behind = (Behind("example.net.", "TXT", Absent.NODATA),)
    lagging = Standing(Server("192.0.2.55:5300", "192.0.2.55", 5300), 1, behind)
    unreached = Standing(Server("ns1.example.com.", "2001:db8::53"), None, (Behind("x.", "TXT", NO_ROUTE),))
    agreeing = Standing(Server("ns1.example.com.", "192.0.2.53"), 7)

    assert "waiting for 192.0.2.55:5300" == receipt.lagging(
        [Verified("example.net.", (lagging, agreeing, unreached))]
    )
    assert (
        "waiting for 192.0.2.55:5300 (2 zones), ns2.example.com (1 zone), ns3.example.com (1 zone)"
        == receipt.lagging(
            [VERIFIED, Verified("example.net.", (lagging,)), Verified("example.org.", (agreeing, unreached))]
        )
    )
    assert "" == receipt.lagging([Verified("example.org.", (agreeing, unreached))])


def test_an_address_without_a_route_is_no_news_where_its_server_was_reached():
    unreached = Standing(Server("ns1.example.com.", "2001:db8::53"), None, (Behind("x.", "TXT", NO_ROUTE),))
    agreeing = Standing(Server("ns1.example.com.", "192.0.2.53"), 7)

    shown = receipt.verified([Verified("example.com.", (agreeing, unreached))])
    alone = receipt.verified([Verified("example.com.", (unreached,))])
    assert "2001:db8" not in shown
    assert "ns1.example.com. [2001:db8::53]:53 unreachable: cannot be asked: there is no route" in alone


def test_what_a_server_answers_is_shown_escaped():
    hostile = Answer(RRset("x.", "CNAME", 1, ("\x1b[2J\u202e",)))
    shown = receipt.verified(
        (Verified("x.", (Standing(Server("n", "192.0.2.1"), 1, (Behind("x.", "TXT", hostile),)),)),)
    )
    assert "\\x1b[2J\\u{202e}" in shown
