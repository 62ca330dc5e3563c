"""SPF rules: each fires on a smallest input, and is quiet on a right one that is nearly equal."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from dnsauth.checks.texts.judge import verdicts
from dnsauth.checks.texts.spf_stray import strays
from dnsauth.checks.texts.spf_syntax import MOST
from dnsauth.findings import Rule, Severity
from dnsauth.live.resolution import Unanswered
from dnsauth.lock.observed import Observed
from dnsauth.plan.kind import Kind
from tests.checks import test_flattened as flattened
from tests.checks.live_worlds import DESIRED, OTHERS, SPF, World, codes, findings, policy
from tests.checks.rules.declared import Case, found
from tests.checks.rules.declared import codes as declared
from tests.checks.test_live import (
    APEX,
    CATALOGUE,
    MANY,
    NETS,
    VENDOR,
    VOIDS,
    WIDE,
    told,
    with_others,
    with_ours,
)
from tests.desired.test_flatten import BIG, seen, sender
from tests.desired.test_flatten import VENDOR as FLAT
from tests.markdown import Document
from tests.plan.values import ZONE, desired

HALF = "ip4:0.0.0.0/1 ip4:128.0.0.0/2"
TEXTS: Mapping[str, tuple[str, str]] = {
    "SPF010": ("v=spf1 mx", "v=spf1 redirect=_spf.example.com"),
    "SPF011": ("v=spf1 mx +all", "v=spf1 mx -all"),
    "SPF012": ("v=spf1 mx ?all", "v=spf1 mx ~all"),
    "SPF016": ("v=spf1 ptr -all", "v=spf1 mx -all"),
    "SPF053": ("v=spf1 nclude:_spf.example.com -all", "v=spf1 include:_spf.example.com -all"),
    "SPF054": (r"v=spf1 mx \226\128\147all", "v=spf1 mx -all"),
    "SPF055": ("v=spf1 include: _spf.example.com -all", "v=spf1 include:_spf.example.com -all"),
    "SPF056": ("v=spf1 ip4:2001:db8::1 -all", "v=spf1 ip6:2001:db8::1 -all"),
    "SPF057": ("v=spf1 ip4:192.0.2.0/33 -all", "v=spf1 ip4:192.0.2.0/32 -all"),
    "SPF058": ("v=spf1 include:_spf.example.com~all", "v=spf1 include:_spf.example.com ~all"),
    "SPF059": ("v=spf1 exists:%{x}.example.com -all", "v=spf1 exists:%{i}.example.com -all"),
    "SPF060": ("v=spf1 redirect=a.example redirect=b.example", "v=spf1 redirect=a.example exp=b.example"),
    "SPF061": ("v=spf1 a:192.0.2.1 -all", "v=spf1 a:mail.example.com -all"),
    "SPF062": ("v=spf1 a, mx -all", "v=spf1 a mx -all"),
    "SPF063": ("v=spf1 ip4:192.0.2.1/24 -all", "v=spf1 ip4:192.0.2.0/24 -all"),
    "SPF064": ("v=spf1 mx ~all -all", "v=spf1 mx -all"),
    "SPF065": ("v=spf1 mx -all ip4:192.0.2.1", "v=spf1 mx ip4:192.0.2.1 -all"),
    "SPF066": ("v=spf1 mx -all redirect=_spf.example.com", "v=spf1 mx redirect=_spf.example.com"),
    "SPF067": ("v=spf1 exp=why.example.com mx -all", "v=spf1 mx -all exp=why.example.com"),
    "SPF068": ("v=spf1 mx include:a.example mx -all", "v=spf1 mx include:a.example -all"),
    "SPF069": ("v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.9 -all", "v=spf1 ip4:192.0.2.0/24 -ip4:192.0.2.9 -all"),
    "SPF070": ("v=spf1 ip4:198.0.0.0/15 -all", "v=spf1 ip4:198.0.0.0/16 -all"),
    "SPF071": ("v=spf1 ip4:10.1.2.3 -all", "v=spf1 ip4:192.0.2.3 ip4:198.51.100.1 ip6:2001:db8::/32 -all"),
    "SPF072": ("v=spf1 include=_spf.example.com -all", "v=spf1 ra=postmaster op=x -all"),
    "SPF073": ("v=spf1 mx v=spf1 a -all", "v=spf1 mx a -all"),
}
"""A text that has the fault, and one that has not."""

STRAYS: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "SPF050": ("example.com.", (" v=spf1 -all",), ("v=spf1 -all", " v=spf1 -all")),
    "SPF051": ("example.com.", ("spf2.0/pra -all",), ("spf2=0a1b2c",)),
    "SPF052": ("_dmarc.example.com.", ("v=spf1 -all",), ("v=DMARC1; p=none",)),
}
"""A name, and values there with the fault and without."""


def keep(owner: str, *values: str, type: str = "TXT") -> str:
    return f"{{owner: {owner!r}, type: {type}, values: {list(values)!r}}}"


def kept(*records: str) -> str:
    return f'  "@": {{keep: [{", ".join(records)}]}}\n'


def sends(*terms: str, more: str = "") -> str:
    """A domain with one sender of its own making."""
    listed = ", ".join(f'"{term}"' for term in terms)
    return f'  "@":\n    senders: [{{esp: {{service: custom, spf: [{listed}]}}}}]\n{more}'


def hosts(count: int) -> tuple[str, ...]:
    return tuple(f"a:h{i}.example.net" for i in range(count))


EXCHANGERS = ", ".join(f'"10 mx{i}.example.net."' for i in range(11))
OWN = """\
key_stores: {mail-keys: {class: age, directory: keys, recipients: [age1x]}}
signers: {mta: {class: opendkim, directory: /etc/opendkim, hosts: [mx1.example.com, mx1.example.net]}}
"""
OWN_MTA = """\
  "@":
    senders:
      - own: {service: mta, ip: [192.0.2.1], dkim: {algorithms: [ed25519], every: 90d, store: mail-keys, signer: mta}}
"""
FILES: tuple[Case, ...] = (
    Case("SPF013", sends(*hosts(11)), (', "a:h10.example.net"', "")),
    Case("SPF014", sends(*hosts(9)), (', "a:h8.example.net"', "")),
    Case("SPF015", sends(*(f"ip4:192.0.2.{i}" for i in range(30))), (', "ip4:192.0.2.29"', "")),
    Case(
        "SPF017",
        f'  "@": {{sends: false, keep: [{keep("@", "v=spf1 mx -all")}]}}\n',
        ("v=spf1 mx -all", "v=spf1 -all"),
    ),
    Case("SPF050", kept(keep("@", "v=spf1; mx -all")), ("v=spf1;", "v=spf1")),
    Case("SPF053", kept(keep("@", "v=spf1 ipv4:192.0.2.1 -all")), ("ipv4", "ip4")),
    Case("SPF080", '  "@": {receives: ["10 mx.example.net."]}\n', ("{receives", "{sends: false, receives")),
    Case(
        "SPF081",
        '  "@": {receives: google-workspace, senders: [{own: {service: mta, ip: [192.0.2.1]}}]}\n',
        ("[{own", "[google-workspace, {own"),
    ),
    Case(
        "SPF081",
        '  "@": {receives: google-workspace, senders: [{own: {service: mta, ip: [192.0.2.1]}}]}\n',
        ("[{own", "[barracuda-email-gateway, {own"),
    ),
    Case("SPF082", sends("include:servers.mcsv.net"), ("servers.mcsv.net", "_spf.example.net")),
    Case("SPF083", sends("include:_spf.google.com"), ("_spf.google.com", "_spf.example.net")),
    Case(
        "SPF084",
        '  "@": {senders: [{amazon-ses: {tokens: [t1, t2, t3]}}]}\n',
        ("t3]", "t3], mail_from: bounce, region: us-east-1"),
    ),
    Case("SPF085", sends(*hosts(6)), (', "a:h5.example.net"', "")),
    Case("SPF086", kept(keep("@", f"v=spf1 {HALF} -all")), ("ip4:0.0.0.0/1 ", "")),
    Case(
        "SPF087",
        kept(keep("@", "v=spf1 redirect=_spf.example.com"), keep("_spf", "v=spf1 mx ?all")),
        ("?all", "~all"),
    ),
    Case(
        "SPF088",
        kept(keep("@", "v=spf1 include:a.example.com -all"), keep("a", "v=spf1 include:example.com -all")),
        ("include:example.com", "mx"),
    ),
    Case(
        "SPF089",
        sends("mx", more=f"    receives: [{EXCHANGERS}]\n"),
        (', "10 mx10.example.net."', ""),
    ),
    Case("SPF091", sends("mx", more="    ttl: 60\n"), ("60", "600")),
    Case("SPF092", OWN_MTA, ("[192.0.2.1]", "[192.0.2.1], helo: [mx1]"), OWN),
    Case("TXT001", kept(keep("@", "x" * 1200)), ("x" * 800, "x")),
    Case("TXT002", kept(keep("@", "x" * 500)), ("x" * 400, "x")),
)


def test_the_servers_of_a_sender_are_told_of_at_once(tmp_path):
    config = OWN.replace("mx1.example.net", "mx2.example.com")
    (one,) = (
        one for one in found(Case("", OWN_MTA, ("", ""), config), tmp_path) if one.rule.code == "SPF092"
    )
    assert "its mail servers, mx1.example.com, mx2.example.com, by which" in one.message


USELESS = (policy(("include:servers.mcsv.net", "vendor")), *DESIRED[1:])
USEFUL = {("servers.mcsv.net.", "TXT"): ("v=spf1 ip4:198.51.100.0/24 -all",)}
EXPLAINED = {APEX: (SPF.replace("-all", "-all exp=why.vendor.example"),)}


def explained(*texts: str) -> World:
    return World(ours=with_ours(EXPLAINED).ours, others=OTHERS | {("why.vendor.example.", "TXT"): texts})


LIVE: Mapping[str, tuple[World, World]] = {
    "SPF030": (with_others({VENDOR: (f"v=spf1 {NETS} -all",), **MANY}), World()),
    "SPF031": (with_others({VENDOR: (VOIDS,)}), World()),
    "SPF032": (with_others({VENDOR: ("no policy",)}), World()),
    "SPF033": (with_others({VENDOR: ("v=spf1 include:_spf.vendor.example -all",)}), World()),
    "SPF034": (with_others({VENDOR: (WIDE,)}), with_others({VENDOR: (WIDE.replace("/8", "/16"),)})),
    "SPF035": (
        World(ours=with_ours({APEX: USELESS[0].texts}).ours, others=OTHERS | USEFUL),
        World(others=OTHERS | USEFUL),
    ),
    "SPF036": (
        with_ours({APEX: ("v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.7 -all",)}),
        with_ours({APEX: ("v=spf1 ip4:192.0.2.0/24 -all",)}),
    ),
    "SPF037": (with_others({VENDOR: ("v=spf1 ip4:198.51.100.0/25 -all",)}), World()),
    "SPF038": (with_others({VENDOR: ("v=spf1 ip4:198.51.0.0/16 -all",)}), World()),
    "SPF053": (with_ours({APEX: ("v=spf1 ipv4:192.0.2.1 -all",)}), World()),
    "SPF065": (with_ours({APEX: ("v=spf1 -all mx",)}), with_ours({APEX: ("v=spf1 mx -all",)})),
    "SPF050": (with_ours({APEX: (" v=spf1 -all",)}), World()),
    "SPF052": (with_ours({(f"_dmarc.{ZONE}", "TXT"): ("v=spf1 -all",)}), World()),
    "SPF093": (
        with_others({VENDOR: ("v=spf1 +all",)}),
        with_others({VENDOR: ("v=spf1 ?all",)}),
    ),
    "SPF094": (
        World(
            ours=with_ours({APEX: ("v=spf1 redirect=_spf.vendor.example",)}).ours,
            others=with_others({VENDOR: ("v=spf1 mx ?all",)}).others,
        ),
        with_ours({APEX: ("v=spf1 redirect=_spf.vendor.example",)}),
    ),
    "SPF095": (explained("one", "another"), explained("See https://%{d}/")),
    "SPF096": (
        World(
            ours={key: value for key, value in with_ours({}).ours.items() if key != APEX}
            | {(ZONE, "CNAME"): ("_spf.vendor.example.",)}
        ),
        World(),
    ),
}
"""A world where it fires, and one where it does not."""

ESP = flattened.ESP
MANY_NETWORKS = " ".join(f"ip4:198.18.{host}.{low}" for host in range(130) for low in (1, 3))
FLATTENED = {
    "SPF040": (seen({}), (ESP,), 0),
    "SPF041": (seen({"v.example": {}}), (ESP,), 0),
    "SPF042": (seen({"v.example": {"TXT": ["v=spf1 exists:%{i}.v.example -all"]}}), (ESP,), 0),
    "SPF043": (seen({"v.example": {"TXT": [f"v=spf1 {MANY_NETWORKS} -all"]}}), (ESP,), 0),
    "SPF044": (seen(FLAT), (sender("crm", "mx:m.example", flatten=6 * 3600),), 1),
    "SPF045": (seen(FLAT), (ESP,), 3),
    "SPF046": (seen(BIG), (ESP,), 0),
}
FIRED = QUIET = frozenset({*TEXTS, *STRAYS, *LIVE, *FLATTENED, *(case.rule for case in FILES), "SPF039"})


def said(rule: Rule, facts: Mapping[str, object]) -> str:
    named = {"owner": "example.com", **facts}
    step = rule.next.format_map(named)
    assert step or rule.severity is Severity.INFO
    return rule.text.format_map(named)


def of_text(text: str) -> dict[str, str]:
    """What is said of *text*, by rule."""
    return {one.rule.code: said(one.rule, one.facts) for one in verdicts(Kind.SPF, text)}


@pytest.mark.parametrize(("code", "wrong", "right"), [(c, *t) for c, t in TEXTS.items()], ids=TEXTS)
def test_a_text_is_judged(code, wrong, right):
    assert code in of_text(wrong)
    assert {} == of_text(right)


@pytest.mark.parametrize(
    ("term", "meant"),
    [
        ("nclude:_spf.example.com", "include:_spf.example.com"),
        ("ip:192.0.2.1", "ip4:192.0.2.1"),
        ("ipv6:2001:db8::/32", "ip6:2001:db8::/32"),
        ("-192.0.2.1", "-ip4:192.0.2.1"),
        ("mail.example.com", "a:mail.example.com"),
        ("_spf.example.com", "include:_spf.example.com"),
        ("redirect:_spf.example.com", "redirect=_spf.example.com"),
        ("redirct=_spf.example.com", "redirect=_spf.example.com"),
        ("ip4=192.0.2.1", "ip4:192.0.2.1"),
        ("ip4: 192.0.2.1", "ip4:192.0.2.1"),
        ("ip4:mail.example.com", "a:mail.example.com"),
        ("ip6:192.0.2.1", "ip4:192.0.2.1"),
        ("ip4:192.0.2.1/33", "ip4:192.0.2.1"),
        ("a:192.0.2.1", "ip4:192.0.2.1"),
        ("mx;", "mx"),
        ("ip4:192.0.2.1,ip4:192.0.2.2", "ip4:192.0.2.1 ip4:192.0.2.2"),
        ("include:_spf.example.com-all", "include:_spf.example.com -all"),
        ("mx?all", "mx ?all"),
        ("--mx", "-mx"),
        (r"\203\156mx", "~mx"),
        ("!mx", "mx"),
    ],
)
def test_what_was_meant_is_told_where_it_can_be(term, meant):
    (told,) = [one for one in verdicts(Kind.SPF, f"v=spf1 {term} -all") if "fix" in one.facts]
    assert f"write '{meant}'" == told.facts["fix"]


@pytest.mark.parametrize(
    "term", ["include:localhost", "spf:x", "a:mail.example.com:25", "a/33", '"mx"', "ip4:%{i}"]
)
def test_where_nobody_knows_what_was_meant_nothing_is_made_up(term):
    (told,) = verdicts(Kind.SPF, f"v=spf1 {term} -all")
    assert "correct it, or remove it" == told.facts["fix"]


def test_of_services_that_share_an_include_the_one_that_claims_it_is_named(tmp_path):
    case = Case("SPF083", sends("include:spf.protection.outlook.com"), ("", ""))
    (one,) = [one for one in found(case, tmp_path) if one.rule.code == case.rule]
    assert "microsoft-365" == one.facts["service"]


def test_a_hostile_record_is_judged_in_bounds():
    assert MOST == len(verdicts(Kind.SPF, "v=spf1" + " nclude:x.example" * 4000))
    networks = " ".join(f"ip4:198.18.{i >> 8}.{i & 255}" for i in range(4000))
    assert {"SPF069"} == of_text(f"v=spf1 ip4:198.18.0.0/16 {networks} -all").keys()


@pytest.mark.parametrize("value", ["v=spf1 ipv4:192.0.2.1 -all", "v=spf1 all: -all"])
def test_what_has_a_rule_of_its_own_is_not_told_again(value, tmp_path):
    said = declared(Case("", kept(keep("@", value)), ("", "")), tmp_path)
    assert 1 == len(said & {"SPF053", "INV104"})


def test_a_record_of_ours_that_is_served_broken_is_told_once():
    for value, code in (("v=spf1 spf:x -all", "SPF053"), ("v=spf1 all: -all", "SPF032")):
        assert [code] == [one for one in codes(told(with_ours({APEX: (value,)}))) if one.startswith("SPF")]


def test_what_the_inventory_asks_for_is_not_judged_again_as_it_is_served():
    wanted = (desired("@", "TXT", "v=spf1 mx ~all -all"), *DESIRED[1:])
    assert "SPF064" not in codes(told(with_ours({APEX: wanted[0].texts}), wanted))


def test_an_explanation_nobody_could_ask_for_is_not_assessed():
    world = explained()
    asked = {**world.others, ("why.vendor.example.", "TXT"): Unanswered("SERVFAIL")}
    assert "LIV011?" in codes(told(World(ours=world.ours, others=asked)))


@pytest.mark.parametrize(("code", "case"), STRAYS.items(), ids=STRAYS)
def test_what_is_no_record_where_it_stands_is_told(code, case):
    owner, wrong, right = case
    assert [code] == [one.rule.code for one in strays(owner, wrong) if said(one.rule, one.facts)]
    assert [] == list(strays(owner, right))


@pytest.mark.parametrize("case", FILES, ids=[case.rule for case in FILES])
def test_files_are_judged(case, tmp_path):
    told = [one for one in found(case, tmp_path / "wrong") if one.rule.code == case.rule]
    assert told
    assert all(one.message and one.where.line for one in told)
    assert case.rule not in declared(case.right, tmp_path / "right")


@pytest.mark.parametrize(("code", "worlds"), LIVE.items(), ids=LIVE)
def test_what_is_served_is_judged(code, worlds):
    wrong, right = worlds
    catalogue = CATALOGUE if code == "SPF035" else None
    wanted = USELESS if code == "SPF035" else DESIRED
    drifts = code in ("SPF037", "SPF038")
    look = findings if drifts else told
    assert code in codes(look(wrong, wanted, catalogue=catalogue))
    assert code not in codes(look(right, DESIRED, catalogue=catalogue))


def test_what_nobody_recorded_is_noted_until_it_is():
    assert "SPF039" in codes(findings(World(), observed=Observed()))
    assert "SPF039" not in codes(findings(World()))


@pytest.mark.parametrize(("code", "case"), FLATTENED.items(), ids=FLATTENED)
def test_flattened_records_are_judged(code, case):
    observed, senders, days = case
    assert [code] == list(flattened.found(observed, *senders, days=days))
    fresh = "crm" if senders[0].name == "crm" else "esp"
    well = sender("crm", "mx:m.example", flatten=6 * 3600) if fresh == "crm" else ESP
    assert {} == flattened.found(seen(FLAT), well)


PAGES = [Document(f"docs/checks/{code}.md") for code in sorted(FIRED)]
FENCES = [(page, fence) for page in PAGES for fence in page.fences[1:]]  # the first is the rule's own text


@pytest.mark.parametrize(("page", "fence"), FENCES, ids=[f"{page}:{fence.line}" for page, fence in FENCES])
def test_what_a_page_says_to_write_is_right(page, fence, tmp_path):
    match fence.language:
        case "yaml" if fence.text.startswith("waivers:"):
            found(Case("", "  {}\n", ("", ""), fence.text), tmp_path)
        case "yaml":
            zone = "".join(f"  {line}\n" for line in fence.text.splitlines())
            said = found(Case("", zone, ("", "")), tmp_path)
            assert [] == [one.message for one in said if one.stops or one.rule.code == page.path.stem]
        case "dns":
            texts = re.findall(r'TXT "(v=spf1[^"]*)"', fence.text)
            assert texts
            assert [{}] * len(texts) == [of_text(text) for text in texts]
        case language:
            assert "sh" == language
