"""Live rules, each where it fires and where it does not; dicts stand for the network."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dnsauth.catalogue.model import Envelope, Service, Status
from dnsauth.catalogue.read import read as read_catalogue
from dnsauth.checks.live.judge import judged
from dnsauth.checks.live.providers import SERVERS, foreign
from dnsauth.checks.live.view import Asking, Subject, Unserved
from dnsauth.findings import Where
from dnsauth.live.reply import Failed, Lame, Refused, Unreachable
from dnsauth.live.resolution import Asked, Bogus, Looping, Resolved, Unanswered
from dnsauth.live.servers import Delegation, Missing, Server
from dnsauth.lock.observed import Looked, NoKey, Observed, Published, Seen, vendor_key
from dnsauth.survey import survey
from tests.checks.live_worlds import (
    DESIRED,
    DMARC,
    FILE,
    FIRST,
    NS,
    OBSERVED,
    OTHERS,
    OURS,
    SECOND,
    SELECTOR,
    SINCE,
    SPF,
    TARGET,
    World,
    checked,
    codes,
    delegation,
    findings,
    policy,
)
from tests.plan.values import KEY, OTHER_KEY, REVOKED, ZONE, at, desired
from tests.servers.world import RSA, RSA_1024

APEX, POLICY = (ZONE, "TXT"), (f"_dmarc.{ZONE}", "TXT")
VENDOR = ("_spf.vendor.example.", "TXT")
REPORTS = (f"{ZONE}_report._dmarc.reports.example.", "TXT")
SILENT = Unreachable("no answer")
CATALOGUE, _ = read_catalogue(Path("/nowhere"))
NO_ROUTE = Unreachable("there is no route for IPv6 from here", routed=False)
V6 = Server(FIRST.name, "2001:db8::1")


def with_others(instead: dict) -> World:
    """The world where others publish this instead; None is NXDOMAIN."""
    return World(others={key: value for key, value in (OTHERS | instead).items() if value is not None})


def with_ours(instead: dict) -> World:
    return World(ours=OURS | instead)


def told(world: World, *wanted, **more):
    """What is found where nobody observed anything before."""
    return [one for one in findings(world, *wanted, observed=Observed(), **more) if one.rule.code != "SPF039"]


def test_a_healthy_zone_has_no_findings():
    assert [] == findings(World())


@pytest.mark.parametrize(
    ("world", "expected", "reason"),
    [
        (World(replies={(SECOND, "*"): Refused()}), ["LIV001"], "it refuses"),
        (World(replies={(SECOND, "*"): Lame()}), ["LIV001"], "it answers without authority"),
        (World(replies={(SECOND, "*"): Failed("SERVFAIL")}), ["LIV001"], "it fails"),
        (World(replies={(SECOND, "*"): SILENT}), ["LIV002?"], "nobody knows what a silent server would say"),
        (
            World(servers=(FIRST, V6, SECOND), replies={(V6, "*"): SILENT}),
            [],
            "a server was asked when one of its addresses answered",
        ),
        (
            World(servers=(FIRST, V6), replies={(V6, "*"): NO_ROUTE}),
            [],
            "a family without a route is skipped",
        ),
        (World(replies={(SECOND, "CNAME"): SILENT}), ["LIV011?"], "one name that it did not answer"),
        (World(second={APEX: (SPF,)}), ["LIV004"], "a foreign value differs, too"),
        (World(second={(SELECTOR, "CNAME"): ("s9.dkim.vendor.example.",)}), ["LIV004"], "CNAMEs differ"),
        (World(second={APEX: ()}), ["LIV004"], "one of them has nothing there"),
        (World(missing=(Missing("ns3.gone.example.", "it has no address"),)), ["LIV003"], "NXDOMAIN"),
        (
            replace(
                with_others({("ns3.net.example.", "A"): Unanswered("SERVFAIL")}),
                missing=(Missing("ns3.net.example.", "its address could not be looked up"),),
            ),
            ["LIV003?"],
            "whether it has an address was not told",
        ),
        (
            World(
                servers=(),
                missing=(Missing(ZONE, "it has no NS records"),),
                delegation=Delegation(ZONE, why="it has no NS records"),
                validated_as=Resolved((), 60, exists=False),
            ),
            ["LIV007"],
            "the world knows no such zone",
        ),
        (
            World(
                servers=(),
                missing=(Missing(ZONE, "its servers could not be looked up"),),
                delegation=Delegation(ZONE, why="SERVFAIL"),
                validated_as=Unanswered("SERVFAIL"),
            ),
            ["LIV007?"],
            "nobody could say",
        ),
        (
            World(delegation=Delegation(ZONE, (*NS, "ns-3.awsdns-03.org."))),
            ["LIV005"],
            "the parent names more",
        ),
        (
            replace(
                with_ours({(ZONE, "NS"): ("ns1.example.",)}), delegation=Delegation(ZONE, ("ns1.example.",))
            ),
            ["LIV006"],
            "the delegation leads elsewhere",
        ),
        (World(validated_as=Bogus("192.0.2.53 says DNSSEC Bogus")), ["LIV008"], "bogus"),
        (
            World(delegation=Delegation(ZONE, NS, signed=True), validated_as=Bogus("DNSKEY Missing")),
            ["LIV009"],
            "a DS without a DNSKEY is told as that",
        ),
        (
            World(delegation=Delegation(ZONE, NS, signed=True), validated_as=Unanswered("SERVFAIL")),
            ["LIV009"],
            "the same where no resolver validates",
        ),
        (
            replace(
                with_ours({(ZONE, "DNSKEY"): ("257 3 13 key",)}), delegation=Delegation(ZONE, NS, signed=True)
            ),
            [],
            "signed, by a resolver that does not validate",
        ),
        (World(validated_as=Resolved(("a soa",), 300, secure=True)), ["LIV010"], "secure"),
        (World(validated_as=Unanswered("SERVFAIL")), ["LIV011?"], "whether it validates was not told"),
    ],
    ids=str,
)
def test_zones_and_servers(world, expected, reason):
    assert expected == codes(findings(world)), reason


def test_servers_that_disagree_are_named_with_their_answers_and_serials():
    (found,) = findings(World(second={APEX: (SPF,)}))
    assert (Where(FILE, 10), ZONE) == (found.where, found.owner)
    assert (
        "example.com TXT: its servers disagree: ns-1.awsdns-01.com (192.0.2.1:53), serial 2, has"
        f" 'site-verification=4f2d', '{SPF}'; ns-2.awsdns-02.net (192.0.2.2:53), serial 1, has '{SPF}'"
    ) == found.message
    assert [
        {"servers": ["192.0.2.1:53"], "serials": [2], "values": ["site-verification=4f2d", SPF]},
        {"servers": ["192.0.2.2:53"], "serials": [1], "values": [SPF]},
    ] == found.facts["servers"]


def test_a_zone_that_leads_to_no_server_says_nothing_of_its_names():
    world = World(
        replies={(server, "*"): Refused() for server in (FIRST, SECOND)}, validated_as=Unanswered("lame")
    )
    assert ["LIV001", "LIV001"] == codes(findings(world))


def test_of_a_zone_whose_servers_the_inventory_names_the_delegation_is_not_looked_at():
    world = World(delegation=Delegation(ZONE, ("ns1.example.",)), validated_as=Bogus("why"))
    assert [] == findings(world, delegated=False)


@pytest.mark.parametrize(
    ("agreeing", "expected"), [((), ["LIV004", "LIV012"]), (("192.0.2.2:53",), ["LIV004"])]
)
def test_what_differs_from_the_inventory_is_told_once_an_rrset(agreeing, expected):
    unserved = (Unserved(*APEX, ("192.0.2.1:53",), agreeing),)
    assert ["LIV012"] == codes(findings(World(), unserved=unserved))
    assert expected == codes(findings(World(second={APEX: (SPF,)}), unserved=unserved))


@pytest.mark.parametrize("kind", SERVERS)
def test_a_delegation_leads_to_the_provider_by_the_names_of_its_servers(kind):
    named = {
        "octodns_route53.Route53Provider": "ns-2048.awsdns-64.com.",
        "octodns_cloudflare.CloudflareProvider": "ada.ns.cloudflare.com.",
        "octodns_googlecloud.GoogleCloudProvider": "ns-cloud-a1.googledomains.com.",
        "octodns_azure.AzureProvider": "ns1-01.azure-dns.com.",
        "octodns_ns1.Ns1Provider": "dns1.p06.nsone.net.",
        "octodns_dnsimple.DnsimpleProvider": "ns2.dnsimple-edge.net.",
        "octodns_digitalocean.DigitalOceanProvider": "ns1.digitalocean.com.",
        "octodns_gandi.GandiProvider": "ns-1-a.gandi.net.",
        "octodns_edgedns.AkamaiProvider": "a1-1.akam.net.",
    }
    for other, server in named.items():
        assert bool(foreign(kind, [server])) == (kind != other)
    assert not foreign(kind, ["ns1.example.", named[kind]]), "beside a second provider"
    assert not foreign("octodns_bind.Rfc2136Provider", ["ns1.example."]), "no class of which names are known"


NETS = " ".join(f"include:n{i}.vendor.example" for i in range(10))
MANY = {(f"n{i}.vendor.example.", "TXT"): (f"v=spf1 ip4:198.51.100.{i} -all",) for i in range(10)}
VOIDS = (
    "v=spf1 a:gone1.vendor.example a:gone2.vendor.example mx:gone3.vendor.example ip4:198.51.100.0/24 -all"
)
WIDE = "v=spf1 ip4:198.0.0.0/8 -all"


@pytest.mark.parametrize(
    ("policies", "expected", "reason"),
    [
        ({VENDOR: ("v=spf1 ip4:198.51.100.0/24 -all",)}, [], "nothing wrong"),
        ({VENDOR: (f"v=spf1 {NETS} -all",), **MANY}, ["SPF030"], "11 lookups"),
        ({VENDOR: (VOIDS,)}, ["SPF031"], "3 void lookups"),
        ({VENDOR: ("no policy",)}, ["SPF032"], "no record"),
        ({VENDOR: ("v=spf1 -all", "v=spf1 ~all")}, ["SPF032"], "several"),
        ({VENDOR: ("v=spf1 ipv4:192.0.2.1 -all",)}, ["SPF032"], "misspelt"),
        ({VENDOR: ("v=spf1 include:gone.vendor.example -all",)}, ["SPF032"], "NXDOMAIN further down"),
        ({VENDOR: ("v=spf1 include:_spf.vendor.example -all",)}, ["SPF033"], "itself"),
        ({VENDOR: ("v=spf1 include:spf.lapsed.example -all",)}, ["LIV021"], "may be registered"),
        (
            {VENDOR: ("v=spf1 a:mail.lapsed.example ip4:192.0.2.1 -all",)},
            ["LIV021"],
            "a host that anybody may bring",
        ),
        (
            {VENDOR: None, ("_spf.vendor.example.", "CNAME"): ("spf.lapsed.example.",)},
            ["LIV021"],
            "a CNAME to such a name",
        ),
        (
            {VENDOR: ("v=spf1 a:gone.vendor.example ip4:198.51.100.7 -all",)},
            [],
            "a void look-up is none too many",
        ),
        ({VENDOR: (WIDE,)}, ["SPF034"], "16 million addresses"),
        ({VENDOR: Unanswered("SERVFAIL")}, ["LIV011?"], "never taken for absent"),
        ({VENDOR: Bogus("DNSSEC Bogus")}, ["LIV024"], "bogus"),
        ({VENDOR: Looping(("_spf.vendor.example.",))}, ["LIV022"], "a CNAME to itself"),
        (
            {
                VENDOR: ("v=spf1 a:mail.vendor.example -all",),
                ("mail.vendor.example.", "A"): Unanswered("why"),
            },
            ["LIV011?"],
            "a host",
        ),
    ],
    ids=str,
)
def test_spf_trees(policies, expected, reason):
    found = told(with_others(policies))
    assert expected == codes(found), reason
    assert {Where(FILE, 10)} >= {one.where for one in found}, "the line of the sender that brought it"


def test_what_is_wrong_in_an_include_is_told_with_the_way_there_and_who_brought_it():
    (found,) = told(with_others({VENDOR: ("v=spf1 include:gone.vendor.example -all",)}))
    assert (
        "example.com → _spf.vendor.example → gone.vendor.example: gone.vendor.example does not exist, which is a"
        " permerror (RFC 7208 section 5.2); brought by vendor"
    ) == found.message
    assert ["example.com.", "_spf.vendor.example.", "gone.vendor.example."] == found.facts["names"]
    assert (["vendor"], "no name") == (found.facts["senders"], found.facts["kind"])


def test_lookups_are_told_by_sender():
    (found,) = told(with_others({VENDOR: (f"v=spf1 {NETS} -all",), **MANY}))
    assert (11, {"vendor": 11}, ["vendor"]) == tuple(
        found.facts[key] for key in ("count", "lookups", "senders")
    )


def test_a_record_of_ours_that_another_brings_in_is_judged_as_a_part_of_it():
    apex, inner = (
        policy(("include:_spf.example.com", "vendor")),
        desired("_spf", "TXT", f"v=spf1 {NETS} -all"),
    )
    terms = tuple((term, ("vendor",) if "n1" in term else ("own",)) for term in NETS.split())
    inner = replace(inner, values=(replace(inner.values[0], terms=terms),))
    ours = {APEX: (apex.texts[0],), (at("_spf"), "TXT"): inner.texts, (ZONE, "NS"): NS}
    (found,) = told(World(ours=ours, others=MANY), (apex, inner))
    assert ("SPF030", ZONE, {"own": 9, "vendor": 1}) == (found.rule.code, found.owner, found.facts["lookups"])


def test_a_hostile_tree_is_judged_in_bounds():
    chain = {
        (f"n{i}.vendor.example.", "TXT"): (
            f"v=spf1 {' '.join(f'include:n{j}.vendor.example' for j in range(i, i + 9))} -all",
        )
        for i in range(2000)
    }
    found = told(with_others({VENDOR: ("v=spf1 include:n0.vendor.example -all",), **chain}))
    assert "SPF033" in codes(found)
    assert len(found) < 60
    assert max(len(one.facts.get("names", ())) for one in found) < 15


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", ""),
        ("v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.0/24 -all", "'ip4:192.0.2.0/24' (a duplicate)"),
        (
            "v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.7 -all",
            "'ip4:192.0.2.7' (shadowed: earlier terms match all it does)",
        ),
        ("v=spf1 -all ip4:192.0.2.7", ""),
        ("v=spf1 -all redirect=_spf.vendor.example", ""),
        ("v=spf1 a:nohost.vendor.example -all", "'a:nohost.vendor.example' (matches nothing)"),
        ("v=spf1 exists:%{i}.vendor.example -all", ""),
    ],
)
def test_terms_without_effect_are_noted(record, expected):
    world = with_ours({APEX: (record,)})
    found = [one for one in told(world) if one.rule.code == "SPF036"]
    assert expected == (found[0].facts["terms"] if found else "")


def test_an_include_of_a_vendor_that_uses_its_own_envelope_is_useless():
    servers = ("servers.mcsv.net.", "TXT")
    wanted = (policy(("include:servers.mcsv.net", "vendor")), *DESIRED[1:])
    world = replace(
        with_others({servers: ("v=spf1 ip4:198.51.100.0/24 -all",)}), ours=OURS | {APEX: wanted[0].texts}
    )
    (found,) = told(world, wanted, catalogue=CATALOGUE)
    assert ("SPF035", Where(FILE, 10)) == (found.rule.code, found.where)
    assert found.message.startswith("example.com: 'include:servers.mcsv.net' is of no use: Mailchimp puts")
    assert [] == findings(World(), catalogue=CATALOGUE)


def test_so_is_what_a_service_of_such_a_vendor_brings():
    catalogue = {
        "custom": Service(
            "custom", "Odd", Where("odd.yaml"), False, Status.REPORTED, envelope=Envelope.VENDOR
        )
    }
    found = told(World(), catalogue={**catalogue, "mailchimp": CATALOGUE["mailchimp"]})
    assert ["SPF035", "SPF035"] == codes(found)
    assert [["vendor"], ["own"]] == [one.facts["senders"] for one in found]
    assert found[0].next == "remove the term; it costs 1 of 10 lookups"


@pytest.mark.parametrize(
    ("keys", "expected", "reason"),
    [
        ({(TARGET, "TXT"): (KEY,)}, [], "a key"),
        ({(TARGET, "TXT"): ("v=DKIM1; p=",)}, ["DKM032"], "revoked"),
        ({(TARGET, "TXT"): (KEY, OTHER_KEY)}, ["LIV014"], "two"),
        ({(TARGET, "TXT"): ("v=DKIM1; p=MIIB",)}, ["DKM031"], "torn"),
        ({(TARGET, "TXT"): (OTHER_KEY,)}, ["DKM035"], "another than observed"),
        ({(TARGET, "TXT"): (f"v=DKIM1; k=rsa; p={RSA_1024}",)}, ["DKM011", "DKM035"], "short, and another"),
        ({(TARGET, "TXT"): None, (TARGET, "A"): ("192.0.2.1",)}, ["DKM030"], "no TXT"),
        ({(TARGET, "TXT"): None}, ["LIV020"], "NXDOMAIN"),
        (
            {(TARGET, "TXT"): None, (TARGET, "CNAME"): ("k1.lapsed.example.",)},
            ["LIV021"],
            "NXDOMAIN up to a name that anybody may register",
        ),
        ({(TARGET, "TXT"): None, (TARGET, "CNAME"): (TARGET,)}, ["LIV022"], "a ring"),
        ({(TARGET, "TXT"): Bogus("why")}, ["LIV024"], "bogus"),
        ({(TARGET, "TXT"): Unanswered("SERVFAIL")}, ["LIV011?"], "not told"),
    ],
    ids=str,
)
def test_keys_behind_a_cname(keys, expected, reason):
    found = findings(with_others(keys))
    assert expected == codes(found), reason
    assert {Where(FILE, 10)} >= {one.where for one in found}


PAIR = {f"selector{i}._domainkey.{ZONE}": f"selector{i}.tenant.example." for i in (1, 2)}
(ONE, TWO), (LEFT, RIGHT) = PAIR, PAIR.values()
ROTATE = "rotate it with `Rotate-DkimSigningConfig -KeySize 2048 -Identity example.com` (Exchange Online PowerShell)"


def of_the_pair(left, right, before=(KEY, OTHER_KEY), **more):
    """What is found where the targets of Microsoft 365's selectors hold this, and held what was *before*."""
    wanted = (
        DESIRED[0],
        DESIRED[2],
        *(
            delegation(f"selector{i}._domainkey", target, "microsoft-365")
            for i, target in enumerate(PAIR.values(), 1)
        ),
    )
    there = {(target, "TXT"): value for target, value in ((LEFT, left), (RIGHT, right)) if value is not None}
    tenant = {("tenant.example.", "NS"): ("ns1.tenant.example.",)}
    world = World(
        ours=OURS | {(owner, "CNAME"): (target,) for owner, target in PAIR.items()},
        others=OTHERS | tenant | there,
    )
    seen = {
        target: Seen(vendor_key((text,)), SINCE) for target, text in zip(PAIR.values(), before, strict=True)
    }
    observed = replace(OBSERVED, keys=seen)
    return findings(world, wanted, observed=observed, catalogue=CATALOGUE, **more)


SHORT, ANOTHER_KEY = (f"v=DKIM1; k=rsa; p={key}" for key in (RSA_1024, RSA))


@pytest.mark.parametrize(
    ("left", "right", "expected", "reason"),
    [
        ((KEY,), (OTHER_KEY,), [], "as observed"),
        ((KEY,), (ANOTHER_KEY,), [("DKM033", TWO)], "one is new: a rotation"),
        ((OTHER_KEY,), (KEY,), [("DKM035", ONE), ("DKM035", TWO)], "nothing stays"),
        ((KEY,), None, [("DKM034", TWO)], "one of the pair is missing: NXDOMAIN"),
        ((), (OTHER_KEY,), [("DKM034", ONE)], "and without a record"),
        (None, None, [("LIV020", ONE), ("LIV020", TWO)], "both are: it was never set up"),
        ((KEY,), (REVOKED,), [("DKM032", TWO)], "revoked is not missing"),
        (None, (REVOKED,), [("LIV020", ONE), ("DKM032", TWO)], "and is no key"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_vendor_needs_both_of_a_pair_and_may_renew_one(left, right, expected, reason):
    assert expected == [(one.rule.code, one.owner) for one in of_the_pair(left, right)], reason


def test_what_is_missing_of_a_pair_is_told_with_what_is_there():
    (found,) = of_the_pair((KEY,), None)
    assert (
        "selector2._domainkey.example.com → selector2.tenant.example: there is no key, and Microsoft 365"
        " signs for example.com with 2 selectors in turn: once it signs with this one its mail fails (RFC 6376 section 6.1.2);"
        " selector1._domainkey.example.com leads to one"
    ) == found.message
    assert not found.stops


def test_a_short_key_of_a_vendor_is_told_with_the_vendors_command():
    found = of_the_pair((SHORT,), (OTHER_KEY,), (SHORT, OTHER_KEY))
    assert [("DKM011", ONE, ROTATE)] == [(one.rule.code, one.owner, one.next) for one in found]
    (alone, _) = findings(with_others({(TARGET, "TXT"): (SHORT,)}))
    assert "ask the vendor for a longer key" == alone.next


def test_a_key_that_stays_for_a_year_is_old_and_the_vendors_command_renews_it():
    assert [] == of_the_pair((KEY,), (OTHER_KEY,), now=SINCE + timedelta(days=364))
    found = of_the_pair((KEY,), (ANOTHER_KEY,), now=SINCE + timedelta(days=400))
    assert [("DKM036", ONE), ("DKM033", TWO)] == [(one.rule.code, one.owner) for one in found]
    assert (
        f"selector1._domainkey.example.com → selector1.tenant.example: the key has been {short_form(KEY)} for"
        " 400 days, since 2026-11-01; keys should be replaced routinely (RFC 6376 section 3.1)"
    ) == found[0].message
    assert ROTATE == found[0].next
    (other,) = findings(World(), now=SINCE + timedelta(days=365))
    assert ("DKM036", "ask the vendor to rotate it") == (other.rule.code, other.next)


def short_form(text):
    key = vendor_key((text,))
    return f"{key.algorithm} {key.fingerprint[:16]}…"


def test_a_key_that_was_replaced_in_place_is_told_with_both_and_since_when():
    (found,) = findings(with_others({(TARGET, "TXT"): (OTHER_KEY,)}))
    assert (
        "s1._domainkey.example.com → s1.dkim.vendor.example: the key was replaced in place: it is"
        f" {short_form(OTHER_KEY)}, and observed.lock.yaml has {short_form(KEY)}, since 2026-11-01; mail signed"
        " before verifies no more (RFC 6376 section 3.1)"
    ) == found.message


def test_where_there_was_no_key_a_new_one_is_no_change():
    observed = replace(OBSERVED, keys={TARGET: Seen(NoKey.NXDOMAIN, SINCE)})
    assert [] == findings(World(), observed=observed, now=SINCE + timedelta(days=900))


def test_a_cname_where_a_record_should_stand_is_followed_too():
    ours = {key: value for key, value in OURS.items() if key != POLICY} | {
        (POLICY[0], "CNAME"): ("gone.vendor.example.",)
    }
    (found,) = findings(World(ours=ours))
    assert (
        "LIV020",
        "_dmarc.example.com → gone.vendor.example: the last name does not exist (NXDOMAIN)",
    ) == (
        found.rule.code,
        found.message,
    )


@pytest.mark.parametrize(
    ("published", "expected", "reason"),
    [
        (("v=DMARC1",), [], "it says yes"),
        (("something else",), ["DMA030"], "another record"),
        ((), ["DMA030"], "no record"),
        (None, ["DMA030"], "NXDOMAIN"),
        (Unanswered("SERVFAIL"), ["LIV011?"], "not told"),
    ],
)
def test_reports_go_to_others_where_they_say_so(published, expected, reason):
    found = findings(with_others({REPORTS: published}))
    assert expected == codes(found), reason
    assert {Where(FILE, 20)} >= {one.where for one in found}


@pytest.mark.parametrize(
    ("label", "values", "expected"),
    [
        ("_dmarc", (DMARC, "v=DMARC1; p=none"), ["LIV014"]),
        ("_dmarc", ("v=DMARC1; p=none; p=none",), ["LIV013"]),
        ("_mta-sts", ("v=STSv1; id=1",), []),
        ("_mta-sts", ("v=STSv1;",), ["LIV013"]),
        ("_smtp._tls", ("v=TLSRPTv1; rua=x",), ["LIV013"]),
        ("k1._domainkey", (KEY, OTHER_KEY), ["LIV014"]),
        ("k1._domainkey", (REVOKED,), []),
        ("*._domainkey", (REVOKED,), []),
        ("mail", ("anything",), []),
    ],
)
def test_records_as_they_are_served(label, values, expected):
    wanted = (*DESIRED, desired(label, "TXT", values[0], line=30))
    found = findings(with_ours({(at(label), "TXT"): values}), wanted)
    assert expected == codes(found)
    assert {Where(FILE, 30), Where(FILE, 20)} >= {one.where for one in found}


MORE = ("v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.0/26 -all",)


@pytest.mark.parametrize(
    ("policies", "expected", "lost", "gained"),
    [
        ({VENDOR: ("v=spf1 ip4:198.51.100.0/25 ip4:198.51.100.128/25 -all",)}, [], None, None),
        ({VENDOR: ("v=spf1 ip4:198.51.100.0/25 -all",)}, ["SPF037"], ["198.51.100.128/25"], []),
        ({VENDOR: MORE}, ["SPF037"], [], ["203.0.113.0/26"]),
        (
            {VENDOR: ("v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.0/24 -all",)},
            ["SPF038"],
            [],
            ["203.0.113.0/24"],
        ),
        (
            {VENDOR: ("v=spf1 include:_more.vendor.example -all",), ("_more.vendor.example.", "TXT"): MORE},
            ["SPF037"],
            [],
            ["203.0.113.0/26"],
        ),
    ],
    ids=str,
)
def test_drift_from_the_observed_lock_is_told_with_addresses_and_senders(policies, expected, lost, gained):
    found = findings(with_others(policies))
    assert expected == codes(found)
    for one in found:
        assert (lost, gained, ["vendor"]) == tuple(one.facts[key] for key in ("lost", "gained", "senders"))
        assert Where(FILE, 10) == one.where


def test_hosts_of_others_are_compared_too():
    wanted = (policy(("a:mail.vendor.example/28", "vendor")),)
    host = ("mail.vendor.example.", "A")
    locked = Observed(SINCE, hosts={Looked(*host): ("192.0.2.1",), Looked(host[0], "AAAA"): ()})
    ours = {APEX: wanted[0].texts, (ZONE, "NS"): NS}
    assert [] == findings(World(ours=ours, others={host: ("192.0.2.2",)}), wanted, observed=locked)
    (found,) = findings(World(ours=ours, others={host: ("192.0.2.20",)}), wanted, observed=locked)
    assert ("SPF037", ["192.0.2.0/28"], ["192.0.2.16/28"]) == (
        found.rule.code,
        found.facts["lost"],
        found.facts["gained"],
    )


def test_what_the_observed_lock_lacks_is_noted():
    assert ["SPF039", "SPF039"] == codes(findings(World(), observed=Observed(SINCE)))
    assert ["SPF039"] == codes(findings(World(), observed=Observed())), "once where nobody ever refreshed it"
    ours = {APEX: ("v=spf1 ip4:192.0.2.0/24 -all",), (ZONE, "NS"): NS}
    assert [] == findings(World(ours=ours), (policy(("ip4:192.0.2.0/24", "own")),), observed=Observed(SINCE))


def test_a_domain_that_moved_whole_to_other_servers_may_have_another_owner():
    elsewhere = with_others({("vendor.example.", "NS"): ("ns1.parking.example.",)})
    found = findings(elsewhere)
    assert ["LIV023"] == codes(found), "once, though an include and a key lead there"
    assert (
        "example.com → _spf.vendor.example: vendor.example was at ns1.vendor.example by observed.lock.yaml, and is at"
        " ns1.parking.example; another may have it now"
    ) == found[0].message
    partly = with_others({("vendor.example.", "NS"): ("ns1.parking.example.", "ns1.vendor.example.")})
    assert [] == findings(partly)
    assert [] == findings(with_others({("vendor.example.", "NS"): Unanswered("why")}))


def test_a_nested_include_in_a_domain_that_moved_is_found():
    hosts = {Looked("nested.example.", "NS"): ("ns1.nested.example.",)}
    locked = replace(OBSERVED, hosts=hosts, spf={
        **OBSERVED.spf,
        "_spf.vendor.example.": Published(SINCE, ("v=spf1 include:spf.nested.example -all",)),
        "spf.nested.example.": Published(SINCE, ("v=spf1 -all",)),
    })  # fmt: skip
    world = with_others({
        VENDOR: ("v=spf1 include:spf.nested.example -all",),
        ("spf.nested.example.", "TXT"): ("v=spf1 -all",),
        ("nested.example.", "NS"): ("ns1.parking.example.",),
    })  # fmt: skip
    (found,) = (one for one in findings(world, observed=locked) if one.rule.code == "LIV023")
    assert found.message.startswith(
        "example.com → _spf.vendor.example → spf.nested.example: nested.example was at"
    )


# Domains that no inventory declares


NAMES = tuple(
    Asked(f"{label}example.net.", type)
    for label, type in (("", "TXT"), ("_dmarc.", "TXT"), ("s1._domainkey.", "TXT"), ("", "MX"))
)
PUBLISHED = {
    ("example.net.", "TXT"): (SPF,),
    ("_dmarc.example.net.", "TXT"): ("v=DMARC1; p=reject",),
    ("s1._domainkey.example.net.", "TXT"): (KEY,),
    ("example.net.", "MX"): ("10 mail.example.net.",),
}


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ({}, []),
        ({NAMES[2]: ()}, ["DKM030"]),
        ({NAMES[2]: None}, ["DKM030"]),
        ({NAMES[2]: (REVOKED,)}, ["DKM032"]),
        ({NAMES[2]: ("v=DKIM1; p=MIIB",)}, ["DKM042"]),
        ({NAMES[2]: (KEY, OTHER_KEY)}, ["LIV014"]),
        ({NAMES[2]: None, ("s1._domainkey.example.net.", "CNAME"): ("gone.vendor.example.",)}, ["LIV020"]),
        ({NAMES[1]: None}, []),
        ({NAMES[1]: ("v=DMARC1; p=rejekt",)}, ["DMA047"]),
        ({NAMES[1]: (DMARC,)}, ["DMA030"]),
        ({NAMES[0]: (SPF, "v=spf1 -all")}, ["SPF032"]),
        ({NAMES[0]: Bogus("why")}, ["LIV024"]),
        ({NAMES[3]: Unanswered("why")}, ["LIV011?"]),
    ],
    ids=str,
)
def test_domains_of_no_inventory_are_judged_alike(published, expected):
    world = with_others(PUBLISHED | {tuple(key): value for key, value in published.items()})
    (judgement,) = judged(survey([Subject("example.net.", NAMES)], world), Asking(observed=OBSERVED))
    assert expected == codes(checked(judgement.findings))
    assert {Where("")} >= {one.where for one in judgement.findings}


def test_a_mail_domain_costs_its_own_names_and_a_soa_at_each_server():
    world = Counting()
    object.__setattr__(world, "asked", [])
    (found,) = survey([Subject(ZONE, tuple(Asked(*one.id) for one in DESIRED), zone=True)], world)
    assert 2 * (len(DESIRED) + 1) == len(found.served.replies)
    assert {"_spf.vendor.example.", TARGET, REPORTS[0], "reports.example.", ZONE} == {
        asked.name for asked in world.asked
    }
    assert len(world.asked) == len(set(world.asked))
    assert [Asked(ZONE, "NS")] == [asked for asked in world.asked if asked.name == ZONE]


class Counting(World):
    """A world that counts what it is asked."""

    asked: list[Asked]

    def resolve(self, asked):
        asked = list(asked)
        self.asked.extend(asked)
        return super().resolve(asked)


def test_names_of_others_are_asked_once_and_chunks_are_let_go(monkeypatch):
    monkeypatch.setattr("dnsauth.survey.TOGETHER", 10)
    domains = [f"d{i}.example.net." for i in range(30)]
    world = Counting(others=OTHERS | {(domain, "TXT"): (SPF,) for domain in domains})
    object.__setattr__(world, "asked", [])
    found = list(survey([Subject(domain, (Asked(domain, "TXT"),)) for domain in domains], world))
    assert domains == [one.subject.domain for one in found]
    assert 30 + 1 == len(world.asked), "an include without a fault once"
    assert 3 == len({id(one.answers) for one in found})
    assert all(1 == one.trees[one.subject.domain].lookups for one in found)


def test_a_fault_of_others_is_told_of_every_domain_it_is_brought_in_by(monkeypatch):
    monkeypatch.setattr("dnsauth.survey.TOGETHER", 2)
    domains = [f"d{i}.example.net." for i in range(6)]
    world = World(others={(domain, "TXT"): (SPF,) for domain in domains})
    subjects = [Subject(domain, (Asked(domain, "TXT"),)) for domain in domains]
    found = judged(survey(subjects, world), Asking(observed=OBSERVED))
    assert [["LIV021"]] * 6 == [codes(checked(one.findings)) for one in found]
