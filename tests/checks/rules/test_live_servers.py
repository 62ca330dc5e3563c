"""Rules on servers, and on where names of ours lead: a world in which each fires, and one nearly equal."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from demo.nameserver import Nameserver
from dnsauth.checks.live import rules
from dnsauth.checks.live.view import Unserved
from dnsauth.findings import Rule
from dnsauth.live.reply import Refused, Unreachable
from dnsauth.live.resolution import Bogus, Looping, Resolved, Unanswered
from dnsauth.live.servers import Delegation, Missing
from tests.checks.live_worlds import (
    DESIRED,
    DMARC,
    NS,
    OTHERS,
    OURS,
    SECOND,
    SELECTOR,
    SPF,
    TARGET,
    World,
    codes,
    findings,
)
from tests.checks.rules.pages import read
from tests.cli.conftest import Directory
from tests.markdown import Document
from tests.plan.values import KEY, OTHER_KEY, ZONE, at, desired

APEX, POLICY, VENDOR = (ZONE, "TXT"), (at("_dmarc"), "TXT"), ("vendor.example.", "NS")
SIGNED = Delegation(ZONE, NS, signed=True)
HOMELESS = Missing("ns3.gone.example.", "it has no address")
ELSEWHERE = {(ZONE, "NS"): ("ns1.example.",)}
NOBODY = World(servers=(), missing=(Missing(ZONE, "why"),), delegation=Delegation(ZONE, why="why"))


def ours(instead):
    return World(ours=OURS | instead)


def others(instead):
    """The world where others have this instead; None is NXDOMAIN."""
    return World(others={key: value for key, value in (OTHERS | instead).items() if value is not None})


WORLDS = {
    "LIV001": (World(replies={(SECOND, "*"): Refused()}), World(servers=(SECOND,))),
    "LIV002": (World(replies={(SECOND, "*"): Unreachable("no answer")}), World()),
    "LIV003": (World(missing=(HOMELESS,)), others({(HOMELESS.name, "A"): ("192.0.2.3",)})),
    "LIV004": (World(second={APEX: (SPF,)}), World(second={APEX: OURS[APEX][::-1]})),
    "LIV005": (World(delegation=Delegation(ZONE, NS[:1])), World(delegation=Delegation(ZONE, NS[::-1]))),
    "LIV006": (
        replace(ours(ELSEWHERE), delegation=Delegation(ZONE, ("ns1.example.",))),
        replace(ours({(ZONE, "NS"): NS[:1]}), delegation=Delegation(ZONE, NS[:1])),
    ),
    "LIV007": (replace(NOBODY, validated_as=Resolved((), 60, exists=False)), World(missing=(HOMELESS,))),
    "LIV008": (World(validated_as=Bogus("DNSSEC Bogus")), World(validated_as=Unanswered("SERVFAIL"))),
    "LIV009": (
        World(delegation=SIGNED),
        replace(ours({(ZONE, "DNSKEY"): ("257 3 13 key",)}), delegation=SIGNED),
    ),
    "LIV010": (World(validated_as=Resolved(("a soa",), 300, secure=True)), World()),
    "LIV011": (World(replies={(SECOND, "CNAME"): Unreachable("no answer")}), World()),
    "LIV014": (ours({POLICY: (DMARC, "v=DMARC1; p=none")}), ours({POLICY: (DMARC, "a token")})),
    "LIV020": (
        others({(TARGET, "TXT"): None}),
        others({(TARGET, "TXT"): None, (TARGET, "A"): ("192.0.2.1",)}),
    ),
    "LIV021": (
        others({(TARGET, "TXT"): None, (TARGET, "CNAME"): ("k1.lapsed.example.",)}),
        others({(TARGET, "TXT"): None, (TARGET, "CNAME"): ("k1.vendor.example.",)}),
    ),
    "LIV022": (
        others({(TARGET, "TXT"): Looping((TARGET,))}),
        others(
            {
                (TARGET, "TXT"): None,
                (TARGET, "CNAME"): ("k1.vendor.example.",),
                ("k1.vendor.example.", "TXT"): (KEY,),
            }
        ),
    ),
    "LIV023": (
        others({VENDOR: ("ns1.parking.example.",)}),
        others({VENDOR: ("ns1.parking.example.", "ns1.vendor.example.")}),
    ),
    "LIV024": (others({(TARGET, "TXT"): Bogus("why")}), others({(TARGET, "TXT"): Unanswered("why")})),
}
"""The world in which a rule fires, and one in which it does not."""

SINGLY = ("LIV012", "LIV013", "LIV015")
FIRED = QUIET = frozenset([*WORLDS, *SINGLY])


def test_every_rule_of_the_area_is_here():
    known = {rule.code for rule in vars(rules).values() if isinstance(rule, Rule)}
    assert {code for code in known if code.startswith("LIV")} == FIRED


@pytest.mark.parametrize("code", WORLDS)
def test_a_rule_fires_on_its_world_alone(code):
    wrong, right = ({each.rstrip("?") for each in codes(findings(world))} for world in WORLDS[code])
    assert code in wrong
    assert code not in right


@pytest.mark.parametrize("code", ["LIV002", "LIV011"])
def test_what_nobody_said_is_not_assessed(code):
    assert f"{code}?" in codes(findings(WORLDS[code][0]))


def test_a_record_that_is_served_otherwise_is_told():
    assert ["LIV012"] == codes(findings(World(), unserved=(Unserved(*APEX, ("192.0.2.1:53",)),)))
    in_part = Unserved(*APEX, ("192.0.2.1:53",), ("192.0.2.2:53",))
    assert ["LIV004"] == codes(findings(World(second={APEX: (SPF,)}), unserved=(in_part,)))


def test_a_record_that_no_rule_names_the_fault_of_is_told():
    wanted = (*DESIRED, desired("_mta-sts", "TXT", "v=STSv1; id=1"))
    world = ours({(at("_mta-sts"), "TXT"): ("v=STSv1; id=1;; x=y",)})
    assert "LIV013" in codes(findings(world, wanted))
    assert "LIV013" not in codes(findings(ours({(at("_mta-sts"), "TXT"): ("v=STSv1; id=2",)}), wanted))


@pytest.mark.parametrize(("timeout", "expected"), [("0", {"example.net."}), ("20", set())])
def test_a_zone_that_was_not_looked_at_in_time_is_told(timeout, expected, tmp_path, monkeypatch):
    monkeypatch.setattr("dnsauth.survey.TOGETHER", 1)
    directory = Directory(tmp_path)
    with Nameserver({}) as server:
        place = f"{server.address}:{server.port}"
        named = ", ".join(f'{zone}: ["{place}"]' for zone in ("example.com", "example.net"))
        directory.write("dnsauth.yaml", f'version: 1\nlive: {{resolver: "{place}", servers: {{{named}}}}}\n')
        for zone in ("example.com", "example.net"):
            server.load(f"{zone}.", f"$ORIGIN {zone}.\n@ 300 SOA ns1 it 1 1 1 1 1\n@ 300 NS ns1\n")
            directory.write(f"zones/{zone}.yaml", 'version: 1\ndomains: {"@": {sends: false}}\n')
        done = directory.run("check", "--live", "--timeout", timeout, "--format", "json")
    found = json.loads(done.out)["findings"]
    assert expected == {one["owner"] for one in found if one["rule"] == "LIV015"}


def test_two_keys_at_a_selector_are_told_of_the_record_itself():
    wanted = (*DESIRED, desired("k1._domainkey", "TXT", KEY))
    assert ["LIV014"] == codes(findings(ours({(at("k1._domainkey"), "TXT"): (KEY, OTHER_KEY)}), wanted))
    assert [] == codes(findings(ours({(at("k1._domainkey"), "TXT"): (KEY,)}), wanted))
    assert SELECTOR in {one.owner for one in findings(WORLDS["LIV020"][0])}


PAGES = [Document(f"docs/checks/{code}.md") for code in sorted(FIRED)]
FENCES = [(page, fence) for page in PAGES for fence in page.fences if fence.language]


@pytest.mark.parametrize(("page", "fence"), FENCES, ids=[f"{page}:{fence.line}" for page, fence in FENCES])
def test_what_a_page_says_to_write_is_right(page, fence, tmp_path):
    assert [] == read(fence, tmp_path), page
