"""DMARC rules: each on the smallest input that has its fault, and on one nearly equal without."""

from __future__ import annotations

import pytest

from dnsauth.checks.live.dmarc import policy_names
from dnsauth.checks.live.judge import judged
from dnsauth.checks.live.view import Asking, Subject
from dnsauth.checks.rules import dmarc, dmarc_reports
from dnsauth.checks.texts.judge import verdicts
from dnsauth.findings import NOWHERE, Rule
from dnsauth.inventory.model import Cname, MailDomain, Sender, Zone
from dnsauth.live.resolution import Asked, Bogus, Unanswered
from dnsauth.plan.kind import Kind
from dnsauth.survey import survey
from tests.checks.live_worlds import DMARC, OTHERS, OURS, World, checked
from tests.checks.live_worlds import findings as served
from tests.checks.rules.declared import KEY, Case, codes, found
from tests.plan.values import ZONE

SOUND = "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
RUA = "rua=mailto:dmarc@example.com"

# By code: texts at _dmarc that have the fault, and one that has not.
TEXTS = {
    "DMA010": (["v=DMARC1; p=reject; ri=86400", "v=DMARC1; p=reject; rua=mailto:d@example.com!10m"], SOUND),
    "DMA040": ([" v=DMARC1; p=reject", "\\009v=DMARC1; p=reject"], "v=DMARC1 ; p=reject"),
    "DMA041": (["p=reject; v=DMARC1", "v=dmarc1; p=none", "v=DMARC2; p=none", "V=DMARC1 p=none"], SOUND),
    "DMA042": (["site-verification=4f2d", "v=spf1 -all", ""], SOUND),
    "DMA045": (["v=DMARC1; p=reject; here", "v=DMARC1; p=reject;; t=n"], "v=DMARC1; p=reject; t=n;"),
    "DMA046": (["v=DMARC1; p=none; p=reject", "v=DMARC1; p=none; rua=mailto:a@example.com; RUA=x"], SOUND),
    "DMA047": (
        [
            "v=DMARC1; p=block",
            f"v=DMARC1; p=; {RUA}",
            f"v=DMARC1; p=none; sp=all; {RUA}",
            "v=DMARC1; p=none; np=x",
        ],
        "v=DMARC1; p=REJECT",
    ),
    "DMA048": (
        ["v=DMARC1; p=reject; adkim=strict", "v=DMARC1; p=reject; aspf="],
        "v=DMARC1; p=reject; aspf=S",
    ),
    "DMA049": ([f"{SOUND}; fo=2", f"{SOUND}; fo=0:1"], f"{SOUND}; fo=1:d"),
    "DMA050": (
        ["v=DMARC1; p=reject; rua=dmarc@example.com", "v=DMARC1; p=reject; ruf=mailto:nobody", f"{SOUND},"],
        f"{SOUND},mailto:a%2Cb@example.com",
    ),
    "DMA051": ([f"{SOUND}; t=yes", f"{SOUND}; psd=1"], f"{SOUND}; t=n; psd=n"),
    "DMA052": ([f"{SOUND}; policy=reject", f"{SOUND}; x=1"], f"{SOUND}; psd=u"),
    "DMA053": (["v=DMARC1", f"v=DMARC1; {RUA}"], "v=DMARC1; p=none"),
    "DMA054": ([f"v=DMARC1; {RUA}; p=reject"], SOUND),
    "DMA055": (["v=DMARC1; p=reject; pct=101", "v=DMARC1; p=reject; pct=x"], "v=DMARC1; p=reject; pct=100"),
    "DMA056": (["v=DMARC1; p=reject; pct=5", "v=DMARC1; p=reject; pct=0"], "v=DMARC1; p=reject; pct=100"),
    "DMA057": (["v=DMARC1; p=none"], "v=DMARC1; p=quarantine"),
    "DMA058": (["v=DMARC1; p=quarantine"], "v=DMARC1; p=reject"),
    "DMA059": (["v=DMARC1; p=reject; sp=none"], "v=DMARC1; p=none; sp=none"),
    "DMA060": (["v=DMARC1; p=reject; sp=quarantine"], "v=DMARC1; p=quarantine; sp=reject"),
    "DMA061": (
        ["v=DMARC1; p=reject; np=none", "v=DMARC1; p=none; sp=reject; np=quarantine"],
        f"{SOUND}; np=reject",
    ),
    "DMA063": (["v=DMARC1; p=quarantine; t=y"], "v=DMARC1; p=none; t=y"),
    "DMA081": (["v=DMARC1; p=reject; rua=https://example.com/dmarc"], SOUND),
    "DMA082": ([f"{SOUND},mailto:a@example.com,mailto:b@example.com"], f"{SOUND},mailto:a@example.com"),
    "DMA083": ([f"{SOUND},mailto:dmarc@example.com"], f"{SOUND},mailto:a@example.com"),
    "DMA084": ([f"{SOUND}; fo=1", f"{SOUND}; fo=0"], f"{SOUND}; ruf=mailto:a@example.com; fo=0"),
    "DMA085": ([f"{SOUND}; ruf=mailto:a@example.com"], f"{SOUND}; ruf=mailto:a@example.com; fo=1"),
}


def sends(more: str = "", *, name: str = "@", key: str = KEY) -> str:
    dkim = f", dkim: {{v1: {key}}}" if key else ""
    return f'  "{name}":\n    senders: [{{mta: {{ip: [192.0.2.1]{dkim}}}}}]\n{more}'


def dmarc_is(said: str) -> str:
    return f"    dmarc: {{{said}}}\n"


def kept(*values: str, owner: str = "_dmarc", type: str = "TXT") -> str:
    texts = ", ".join(f'"{value}"' for value in values)
    return f"    keep: [{{owner: {owner}, type: {type}, values: [{texts}]}}]\n"


VENDOR_ONLY = (
    "title: Vendor\nstatus: reported\ncategory: business\nspf: {envelope: vendor, terms: []}\n"
    "dkim: [{selector: v1, given: key}]\n"
    'sources: [{url: "https://vendor.example/", seen: 2026-01-01}]\n'
)
BELOW = '  "@":\n    senders: [{custom: {return_path: {owner: bounce, cname: b.vendor.example.}'
CASES = (
    Case("DMA011", sends(dmarc_is("policy: reject"), key=""), ("policy: reject", "policy: quarantine")),
    Case("DMA012", '  "@": {sends: false, dmarc: {policy: none}}\n', ("none", "reject")),
    Case("DMA012", '  "@":\n    sends: false\n' + kept("v=DMARC1; p=none"), ("p=none", "p=reject")),
    Case("DMA042", sends(kept(SOUND, "token=1")), ("token=1", "v=DMARC1; p=none")),
    Case("DMA043", sends(kept(SOUND, owner='"@"')), ('owner: "@"', "owner: _dmarc")),
    Case("DMA044", sends(dmarc_is("policy: none") + kept("token=1", owner='"*"')), ('"*"', '"@"')),
    Case(
        "DMA044",
        sends(dmarc_is("policy: none") + kept("v=spf1 mx -all", owner='"*"')),
        ("v=spf1 mx -all", "v=spf1 -all"),
    ),
    Case("DMA062", sends(dmarc_is("policy: quarantine")), ("quarantine", "quarantine, nonexistent: reject")),
    Case("DMA064", sends(kept(f"{SOUND}; psd=y")), ("psd=y", "psd=n")),
    Case(
        "DMA065",
        sends(dmarc_is("policy: reject")) + sends(dmarc_is("policy: reject, subdomains: reject"), name="a"),
        (", subdomains: reject", ""),
    ),
    Case(
        "DMA067",
        sends(dmarc_is("policy: none, subdomains: reject")) + sends(dmarc_is("policy: quarantine"), name="a"),
        ("quarantine", "reject"),
    ),
    Case(
        "DMA068",
        '  b: {dmarc: {policy: reject}}\n  "@": {receives: false}\n' + sends(name="a.b"),
        ('"@": {', '"@": {dmarc: {policy: reject}, '),
    ),
    Case("DMA069", sends(dmarc_is("cname: d.vendor.example.")), ("cname: d.vendor.example.", "policy: none")),
    Case("DMA070", sends("    ttl: 300\n"), ("    ttl: 300\n", dmarc_is("policy: none"))),
    Case(
        "DMA070",
        sends("    ttl: 300\n", name="a") + '  "@": {receives: false}\n',
        ('"@": {', '"@": {dmarc: {policy: none}, '),
    ),
    Case("DMA070", sends("    ttl: 300\n"), ("    ttl: 300\n", kept("d.vendor.example.", type="CNAME"))),
    Case(
        "DMA072",
        '  "@":\n    senders: [vendor]\n    dmarc: {policy: quarantine}\n',
        ("[vendor]", f"[{{vendor: {{dkim: {{v1: {KEY}}}}}}}]"),
        service=VENDOR_ONLY,
    ),
    Case(
        "DMA072",
        BELOW + "}}]\n    dmarc: {policy: reject, aspf: strict}\n",
        (", aspf: strict", ""),
    ),
    Case(
        "DMA072",
        '  "@":\n    senders: [custom]\n    dmarc: {policy: reject}\n',
        ("[custom]", "[{custom: {ip: [192.0.2.1]}}]"),
    ),
    Case(
        "DMA073",
        '  "@":\n    senders: [vendor]\n    dmarc: {policy: none}\n',
        ("[vendor]", f"[{{vendor: {{dkim: {{v1: {KEY}}}}}}}]"),
        service=VENDOR_ONLY,
    ),
    Case(
        "DMA074",
        BELOW + f", dkim: {{v1: {KEY}}}}}}}]\n    dmarc: {{policy: reject, aspf: strict}}\n",
        (", aspf: strict", ""),
    ),
    Case(
        "DMA075",
        sends(dmarc_is("policy: quarantine, adkim: strict"), key="")
        .replace(
            "192.0.2.1]",
            '192.0.2.1], records: [{owner: v1._domainkey.bounce, type: CNAME, value: "k.vendor.example."}]',
        )
        .replace("mta", "custom"),
        (", adkim: strict", ""),
    ),
    Case(
        "DMA072",
        '  "@":\n    senders: [vendor]\n    dmarc: {policy: quarantine}\n'
        + kept("k.vendor.example.", owner="v1.keys", type="CNAME"),
        ("v1.keys", "v1._domainkey"),
        service=VENDOR_ONLY,
    ),
    Case("DMA080", sends(kept("v=DMARC1; p=reject")), ("p=reject", f"p=reject; {RUA}")),
    Case(
        "DMA086",
        sends(dmarc_is("policy: reject, ruf: 'mailto:a@example.com'")),
        (", ruf: 'mailto:a@example.com'", ""),
    ),
    Case(
        "DMA087",
        sends(dmarc_is("policy: reject, ruf: 'mailto:a@example.com'")).replace("ip:", "data: phi, ip:"),
        ("data: phi", "data: public"),
    ),
    Case(
        "DMA087",
        '  "@": {dmarc: {policy: reject, ruf: "mailto:a@example.com"}}\n'
        + sends(name="a").replace("ip:", "data: phi, ip:"),
        ("data: phi", "data: public"),
    ),
    Case(
        "DMA088",
        sends(dmarc_is("policy: reject, rua: 'mailto:a@r.example.com'")) + "  r: {receives: false}\n",
        ("receives: false", "receives: [10 mx.example.com.]"),
    ),
    Case(
        "DMA090",
        sends(dmarc_is("policy: reject") + kept("v=DMARC1;", owner="example.com._report._dmarc.r")),
        ("policy: reject", "policy: reject, rua: 'mailto:a@r.example.com'"),
    ),
    Case(
        "DMA091",
        sends(dmarc_is("policy: reject, rua: 'mailto:a@reports.example'")),
        ("a@reports.example", "a@ag.dmarcian.com"),
    ),
)


@pytest.mark.parametrize("policy", ["none", "quarantine"])
def test_of_a_domain_that_sends_nothing_one_rule_speaks(policy, tmp_path):
    zone = f'  "@": {{sends: false, dmarc: {{policy: {policy}}}}}\n'
    assert {"DMA012", "MX012"} == codes(Case("", zone, ("", "")), tmp_path)


def test_of_a_zone_below_one_of_others_nobody_knows_what_applies(tmp_path):
    zone = sends("    ttl: 300\n") + "zones: [news.example.com]\n"
    assert "DMA070" not in codes(Case("", zone, ("", "")), tmp_path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_fires_on_what_is_declared_and_not_where_it_is_mended(case: Case, tmp_path):
    assert case.rule in codes(case, tmp_path)
    assert case.rule not in codes(case.right, tmp_path)


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, (texts, _) in TEXTS.items() for text in texts]
)
def test_a_rule_fires_on_a_text(code, text):
    told = {verdict.rule.code: verdict for verdict in verdicts(Kind.DMARC, text)}
    assert code in told
    facts = {"owner": "_dmarc.example.com", **told[code].facts}
    assert told[code].rule.text.format_map(facts)
    assert "{" not in told[code].rule.next.format_map(facts).replace("`dmarc: {", "")


@pytest.mark.parametrize(("code", "text"), [(code, right) for code, (_, right) in TEXTS.items()])
def test_a_rule_is_quiet_on_a_text_nearly_equal(code, text):
    assert code not in {verdict.rule.code for verdict in verdicts(Kind.DMARC, text)}


@pytest.mark.parametrize(
    "text",
    [SOUND, f"{SOUND}; np=reject", "v=DMARC1;p=reject;sp=reject;aspf=s;adkim=s", "v = DMARC1 ; p=reject;"],
)
def test_an_ordinary_record_has_no_finding(text):
    assert () == verdicts(Kind.DMARC, text)


def test_a_fault_is_told_once_with_its_column():
    (only,) = verdicts(Kind.DMARC, "v=DMARC1; p=reject; adkim=x")
    assert ("DMA048", 27) == (only.rule.code, only.facts["column"])
    (only,) = verdicts(Kind.DMARC, "v=DMARC1; p=block")
    assert "no DMARC at all" in only.facts["effect"]


def test_an_unknown_tag_names_the_one_that_was_meant():
    (only,) = verdicts(Kind.DMARC, f"{SOUND}; ruaa=mailto:a@example.com")
    assert "did you mean rua?" in only.facts["fix"]


COLLECTOR = "version: 1\ndomains: {'@': {receives: [10 mx.example.net.], dmarc: {policy: reject}}}\n"
FOREIGN = "v=DMARC1; p=reject; rua=mailto:dmarc@example.net"


@pytest.mark.parametrize(
    ("more", "accepts", "expected"),
    [
        (kept(FOREIGN), "", True),
        (dmarc_is("policy: reject, rua: 'mailto:dmarc@example.net'"), "", False),
        (kept(FOREIGN), 'reports: {accept: "*"}\n', False),
        (kept(FOREIGN.replace("example.net", "r.example.com")), "", False),
    ],
)
def test_a_collector_of_ours_authorises_what_is_kept_too(more, accepts, expected, tmp_path):
    zone = tmp_path / "zones/example.net.yaml"
    zone.parent.mkdir()
    zone.write_text(COLLECTOR + accepts)
    said = [
        one for one in found(Case("DMA089", sends(more), ("", "")), tmp_path) if one.rule.code == "DMA089"
    ]
    assert expected == bool(said)
    assert all("example.com._report._dmarc.example.net" in one.message for one in said)


def test_a_public_suffix_is_no_domain_to_send_from(tmp_path):
    zone = tmp_path / "zones/co.uk.yaml"
    zone.parent.mkdir()
    zone.write_text("version: 1\ndomains:\n" + sends(dmarc_is("policy: reject")) + sends(name="example"))
    told = [one for one in found(Case("", sends(), ("", "")), tmp_path) if one.rule.code == "DMA066"]
    assert ["co.uk."] == [one.owner for one in told]


def test_what_stands_at_an_alias_nobody_knows(tmp_path):
    alias = '  "@": {dmarc: {cname: d.vendor.example.}}\n' + sends(name="a", key="")
    assert not {"DMA011", "DMA068", "DMA070", "DMA072"} & codes(Case("", alias, ("", "")), tmp_path)


# By code: what is served beside the zone's own, and what would be right.
AT = (f"_dmarc.{ZONE}", "TXT")
NULL_MX = ("reports.example.", "MX")
LIVE = {
    "DMA040": ({AT: (f" {DMARC}", DMARC)}, {AT: (DMARC,)}),
    "DMA041": ({AT: (DMARC.replace("DMARC1", "dmarc1"), DMARC)}, {AT: (DMARC,)}),
    "DMA042": ({AT: ("token", DMARC)}, {AT: (DMARC,)}),
    "DMA043": ({(ZONE, "TXT"): (*OURS[ZONE, "TXT"], DMARC)}, {}),
    "DMA092": ({NULL_MX: ("0 .",)}, {NULL_MX: ("10 mx.reports.example.",)}),
    "DMA057": ({AT: (DMARC.replace("reject", "none"),)}, {AT: (DMARC,)}),
}


def live(values) -> set[str]:
    mine = {id: said for id, said in values.items() if id[0].endswith(ZONE)}
    return {one.rule.code for one in served(World(ours={**OURS, **mine}, others={**OTHERS, **values}))}


@pytest.mark.parametrize("code", LIVE)
def test_a_rule_fires_on_what_is_served_and_not_where_it_is_right(code):
    wrong, right = LIVE[code]
    assert code in live(wrong)
    assert code not in live(right)


@pytest.mark.parametrize(
    ("host", "mx", "expected"),
    [
        ("gone.example", None, True),
        ("reports.example", None, False),
        ("reports.example", Unanswered("late"), False),
    ],
)
def test_a_report_address_needs_a_domain_that_may_take_mail(host, mx, expected):
    values = {AT: (DMARC.replace("reports.example", host),)}
    assert expected == ("DMA092" in live(values | ({(f"{host}.", "MX"): mx} if mx else {})))


SENDS = MailDomain(ZONE, NOWHERE, 300, True, (Sender("own", "custom", NOWHERE),))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({}, True),
        ({f"_dmarc.{ZONE}": ("token",)}, True),
        ({f"_dmarc.{ZONE}": (DMARC,)}, False),
        ({"_dmarc.com.": (DMARC,)}, False),
        ({"_dmarc.com.": Bogus("expired")}, False),
    ],
)
def test_a_domain_with_senders_has_a_record_somewhere_in_dns(found, expected):
    asked = (Asked(f"_dmarc.{ZONE}", "TXT"), Asked("_dmarc.com.", "TXT"))
    assert asked == policy_names(SENDS)
    values = {(name, "TXT"): said for name, said in found.items()}
    ours = {(ZONE, "NS"): OURS[ZONE, "NS"], **{id: said for id, said in values.items() if id == AT}}
    world = World(ours=ours, others={**OTHERS, **values})
    asking = Asking({ZONE: Zone(ZONE, NOWHERE, (), (SENDS,))}, {ZONE: ()})
    surveys = survey([Subject(ZONE, asked, zone=True, delegated=False)], world)
    (judged_zone,) = judged(surveys, asking)
    assert expected == ("DMA071" in {one.rule.code for one in checked(judged_zone.findings)})


def test_what_the_inventory_says_of_dmarc_is_not_sought():
    own = Sender("own", "custom", NOWHERE)
    assert () == policy_names(MailDomain(ZONE, NOWHERE, 300, True, (own,), dmarc=Cname("d.example.net.")))
    assert () == policy_names(MailDomain(ZONE, NOWHERE, 300))


ALONE = {"DMA066", "DMA071", "DMA089", "DMA092"}
FIRED = frozenset({*TEXTS, *LIVE, *(case.rule for case in CASES), *ALONE})
QUIET = FIRED


def test_every_rule_of_dmarc_is_seen():
    rules = {
        one.code for home in (dmarc, dmarc_reports) for one in vars(home).values() if isinstance(one, Rule)
    }
    assert rules <= FIRED
