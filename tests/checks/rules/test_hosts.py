"""Rules on MX, their hosts and DANE: each on the smallest input that has its fault, and on one without."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from dnsauth.checks.reach import known_hosts, reach
from dnsauth.checks.rules import dane, dns
from dnsauth.checks.special import is_special
from dnsauth.findings import Outcome, Rule, Where
from dnsauth.live.resolution import Bogus, Looping, Resolved, Unanswered
from dnsauth.live.servers import Delegation
from dnsauth.records import BadRecord, tlsa
from tests.checks.live_worlds import NS, World
from tests.checks.rules.declared import Case
from tests.checks.rules.declared import codes as declared
from tests.checks.rules.pages import read
from tests.checks.rules.reached import Seen, codes, found, repository_of
from tests.markdown import Document
from tests.plan.values import ZONE

TWO = '  "@":\n    receives: [10 mx1.example.com., 20 mx2.example.com.]\n'
FOREIGN = '  "@":\n    receives: [10 mx1.example.net., 20 mx2.example.net.]\n'
DIGEST, OTHER = "0b" * 32, "1c" * 32


def kept(owner: str, type: str, *values: str) -> str:
    texts = ", ".join(f'"{value}"' for value in values)
    return f'  "@":\n    keep: [{{owner: "{owner}", type: {type}, values: [{texts}]}}]\n'


def associated(*records: str) -> str:
    return kept("_25._tcp.mx1", "TLSA", *records)


CASES = (
    Case("MX001", kept("@", "MX", "0 .", "10 mx1.example.com."), ('"0 .", ', "")),
    Case("MX002", kept("@", "MX", "10 ."), ("10 .", "0 .")),
    Case("MX003", TWO.replace(", 20 mx2.example.com.", ""), ("com.]", "com., 20 mx2.example.com.]")),
    Case("MX004", TWO.replace("mx2", "mx1"), ("20 mx1", "20 mx2")),
    Case("MX005", TWO.replace("mx1.example.com", "192.0.2.25"), ("192.0.2.25.", "mx1.example.com.")),
    Case(
        "MX006",
        TWO + "    keep: [{owner: mx1, type: CNAME, values: [mail.example.net.]}]\n",
        ("owner: mx1", "owner: mail"),
    ),
    Case("MX009", TWO.replace("mx2.example.com", "ms12345678.msv1.invalid"), ("ms12345678.msv1.", "mx2.")),
    Case("MX010", kept("*", "MX", "10 mx1.example.com."), ('"*"', "mail")),
    Case(
        "MX011",
        kept("@", "MX", "10 mx1.example.com.") + "    parked: true\n",
        ("parked: true", "sends: false"),
    ),
    Case("MX012", '  "@": {sends: false}\n', ("sends: false", "parked: true")),
    Case("DNS001", '  "@": {sends: false, ttl: 59}\n', ("59", "60")),
    Case("DNS002", '  "@": {sends: false, ttl: 3d}\n', ("3d", "2d")),
    Case("DAN001", associated(f"1 1 1 {DIGEST}"), ("1 1 1", "3 1 1")),
    Case("DAN002", associated(f"3 0 1 {DIGEST}"), ("3 0 1", "2 0 1")),
    Case("DAN003", associated("3 1 0 308201"), ("3 1 0 308201", f"3 1 1 {DIGEST}")),
    Case("DAN004", associated(f"3 1 1 {DIGEST[2:]}"), ("3 1 1 ", "3 1 1 0b")),
    Case(
        "DAN005", associated(f"3 1 1 {DIGEST}"), (f'"3 1 1 {DIGEST}"', f'"3 1 1 {DIGEST}", "3 1 1 {OTHER}"')
    ),
)

MX1, MX2 = ("mx1.example.net.", "A"), ("mx2.example.net.", "A")
TLSA1, TLSA2 = (("_25._tcp." + name, "TLSA") for name, _ in (MX1, MX2))
FOUND = {
    MX1: ("192.0.2.25",),
    MX2: ("192.0.2.26",),
    ("example.net.", "NS"): ("ns1.example.net.",),
    (ZONE, "DNSKEY"): ("257 3 13 key",),
}
PAIR = Resolved((f"3 1 1 {DIGEST}", f"3 1 1 {OTHER}"), 300, secure=True)
INSECURE_PAIR = PAIR._replace(secure=False)
NONE_SECURE, NONE_INSECURE = Resolved((), 60, secure=True), Resolved((), 60)
ROOT = (".", "SOA")
VALIDATING = {ROOT: Resolved(("a soa",), 300, secure=True), TLSA1: PAIR, TLSA2: PAIR}
SIGNED = World(
    delegation=Delegation(ZONE, NS, signed=True),
    validated_as=Resolved(("a soa",), 300, secure=True),
    resolver=VALIDATING,
)
SENDS = '  "@":\n    senders: [{portal: {service: custom, spf: ["ip4:192.0.2.0/24"]}}]\n'
APEX = (ZONE, "A")

LIVE = (
    Seen(
        "MX020",
        FOREIGN,
        {MX1: Resolved(("192.0.2.25",), 300, ("mail.example.net.",))},
        {},
        FOUND,
    ),
    Seen("MX021", FOREIGN, {MX1: ()}, {MX1: (), ("mx1.example.net.", "AAAA"): ("2001:db8::25",)}, FOUND),
    Seen("MX022", FOREIGN, {MX1: ("192.0.2.25", "10.0.0.25")}, {}, FOUND),
    Seen("MX023", SENDS, {}, {APEX: ("192.0.2.80",)}),
    Seen("DNS012", FOREIGN, {TLSA1: NONE_INSECURE}, {}, FOUND, world=SIGNED),
    Seen("DAN010", FOREIGN, {TLSA1: INSECURE_PAIR}, {}, FOUND, world=SIGNED),
    Seen("DAN011", FOREIGN, {TLSA1: Bogus("DNSSEC Bogus")}, {}, FOUND, world=SIGNED),
    Seen("DAN012", FOREIGN, {TLSA1: NONE_SECURE, TLSA2: NONE_SECURE}, {}, FOUND, world=SIGNED),
    Seen("DAN013", FOREIGN, {TLSA1: NONE_SECURE}, {}, FOUND, world=SIGNED),
    Seen("DAN014", FOREIGN, {TLSA1: PAIR._replace(chain=("tlsa.example.net.",))}, {}, FOUND, world=SIGNED),
)
STATES = {
    "DNS010": (World(), World(delegation=Delegation(ZONE, NS, signed=True))),
    "DNS011": (World(delegation=Delegation(ZONE, NS, signed=True)), SIGNED),
}

FIRED = QUIET = frozenset([*(case.rule for case in (*CASES, *LIVE)), *STATES])
TXT = {"TXT001", "TXT002"}


def test_every_rule_of_the_area_is_here():
    known = {rule.code for home in (dns, dane) for rule in vars(home).values() if isinstance(rule, Rule)}
    assert known - TXT == FIRED


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_what_is_declared(case, tmp_path):
    assert case.rule in declared(case, tmp_path)
    assert case.rule not in declared(case.right, tmp_path)


@pytest.mark.parametrize("case", LIVE, ids=lambda case: case.rule)
def test_what_the_world_says(case, tmp_path):
    wrong, right = codes(case, tmp_path)
    assert case.rule in wrong
    assert case.rule not in right


@pytest.mark.parametrize("rule", STATES)
def test_the_state_of_dnssec(rule, tmp_path):
    wrong, right = (
        {one.rule.code for one in found(Seen(rule, FOREIGN, {}, {}, FOUND, world=world), {}, tmp_path)}
        for world in STATES[rule]
    )
    assert rule in wrong
    assert rule not in right


def test_hosts_and_records_as_they_should_be_have_no_finding(tmp_path):
    case = Seen("", FOREIGN, {}, {}, FOUND, world=SIGNED)
    assert ["LIV010"] == [one.rule.code for one in found(case, {}, tmp_path)]


def test_what_dnssec_says_of_a_host_counts_only_where_the_resolver_validates(tmp_path):
    said = {ROOT: Resolved(("a soa",), 300), TLSA1: INSECURE_PAIR, TLSA2: NONE_INSECURE}
    assert [] == told(FOREIGN, said, tmp_path)
    ours = Seen(
        "",
        TWO,
        {},
        {},
        {("mx1.example.com.", "A"): ("192.0.2.1",), ("mx2.example.com.", "A"): ("192.0.2.2",)},
    )
    at_home = {("_25._tcp.mx1.example.com.", "TLSA"): INSECURE_PAIR}
    assert {"DNS010", "DAN010"} == {one.rule.code for one in found(ours, at_home, tmp_path)}


def told(zone, said, directory, **more):
    case = Seen("", zone, {}, {}, FOUND, world=SIGNED)
    return [one.rule.code for one in found(case, said, directory, **more) if one.rule.code != "LIV010"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({MX1: Unanswered("SERVFAIL")}, ["LIV011"]),
        ({MX1: Bogus("why")}, ["LIV011"]),
        ({MX1: Looping(("mx1.example.net.",))}, ["LIV011"]),
        ({TLSA1: Unanswered("SERVFAIL")}, ["LIV011"]),
        ({TLSA1: Looping(("x.example.net.",))}, ["LIV011"]),
        ({MX1: Resolved((), 60, exists=False)}, ["MX021"]),
        (
            {MX1: Resolved((), 60, exists=False), ("example.net.", "NS"): Resolved((), 60, exists=False)},
            ["LIV021"],
        ),
        ({MX1: ("169.254.0.1",)}, ["MX022"]),
        ({TLSA1: Resolved(("3 0 1 " + DIGEST, "3 1 1 " + OTHER), 300, secure=True)}, ["DAN002"]),
        (
            {TLSA1: Resolved(("1 1 1 " + DIGEST, "0 0 1 " + OTHER), 300, secure=True)},
            ["DAN001", "DAN001", "DAN013"],
        ),
        ({TLSA1: Resolved(("words",), 300, secure=True)}, ["DAN013"]),
    ],
    ids=str,
)
def test_what_a_host_is_said_to_be(said, expected, tmp_path):
    assert expected == told(FOREIGN, said, tmp_path)


def test_what_could_not_be_asked_is_not_assessed_and_stands_at_the_line_of_the_mx(tmp_path):
    case = Seen("", FOREIGN, {}, {}, FOUND, world=SIGNED)
    for said in ({MX1: Unanswered("SERVFAIL")}, {TLSA1: Unanswered("SERVFAIL")}):
        (one,) = (one for one in found(case, said, tmp_path) if one.rule.code == "LIV011")
        assert (Outcome.NOT_ASSESSED, Where("zones/example.com.yaml", 3)) == (one.outcome, one.where)
        assert "SERVFAIL" in one.message


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "it has neither MX nor address"),
        ({(ZONE, "MX"): ("0 .",)}, "it says by a null MX that it takes no mail"),
        ({(ZONE, "MX"): ("10 mail.example.net.",)}, ""),
        ({(ZONE, "AAAA"): ("2001:db8::80",)}, ""),
        ({(ZONE, "MX"): Unanswered("SERVFAIL")}, None),
    ],
)
def test_a_domain_that_sends_must_take_answers(said, expected, tmp_path):
    some = {one.rule.code: one for one in found(Seen("", SENDS, {}, {}), said, tmp_path)}
    if expected is None:
        assert Outcome.NOT_ASSESSED is some["LIV011"].outcome
    assert bool(expected) == ("MX023" in some)
    assert (expected or "") in (some["MX023"].message if expected else "")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("0 .", "10 mail.example.net."), ["MX001"]),
        (("10 .",), ["MX002"]),
        (("10 192.0.2.25.",), ["MX005"]),
        (("10 mail.example.net.", "20 mail.example.net."), ["MX004"]),
        (("10 bad\\.name.example.net.",), []),
    ],
)
def test_mx_that_nobody_asked_for_are_judged_as_they_are_served(values, expected, tmp_path):
    some = [one.rule.code for one in found(Seen("", SENDS, {}, {}), {(ZONE, "MX"): values}, tmp_path)]
    assert expected == [code for code in some if code != "DNS010"]
    case = Seen("", TWO, {}, {}, {(f"mx{i}.example.com.", "A"): ("192.0.2.1",) for i in (1, 2)})
    assert set(expected) <= {one.rule.code for one in found(case, {(ZONE, "MX"): values}, tmp_path)}


def reached(zone, directory, config=""):
    repository = repository_of(zone, directory, config)
    catalogue = repository.catalogue
    return reach(
        repository.inventory.zones[ZONE], repository.desired[ZONE], catalogue, known_hosts(catalogue)
    )


def test_hosts_of_services_are_theirs(tmp_path):
    ours = reached(FOREIGN, tmp_path)
    assert [("mx1.example.net.", ZONE), ("mx2.example.net.", ZONE)] == [tuple(one) for one in ours.exchanges]
    for zone in (
        '  "@": {receives: google-workspace}\n',
        "  \"@\": {receives: ['0 example-com.mail.protection.outlook.com.']}\n",
        '  "@": {parked: true}\n',
        "  \"@\": {receives: ['10 192.0.2.1.']}\n",
    ):
        assert () == reached(zone, tmp_path).exchanges


@pytest.mark.parametrize("zone", ["google-workspace", "['0 example-com.mail.protection.outlook.com.']"])
def test_one_mx_of_a_service_is_enough(zone, tmp_path):
    case = Case("MX003", f'  "@": {{receives: {zone}}}\n', ("", ""))
    assert "MX003" not in declared(case, tmp_path)


def test_dane_of_a_zone_the_world_is_not_to_see_is_not_looked_at(tmp_path):
    assert [] == told(FOREIGN, {TLSA1: INSECURE_PAIR}, tmp_path, delegated=False)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("172.31.0.1", True),
        ("::ffff:10.0.0.1", True),
        ("fd00::1", True),
        ("192.0.2.1", False),
    ],
)
def test_addresses_nobody_else_can_reach(address, expected):
    assert expected == is_special(ip_address(address))


def test_a_tlsa_record_is_what_it_says():
    record = tlsa.Record.parse("3 1 1 0B0B 0b")
    assert (3, 1, 1, "0b0b0b", 3) == (
        record.usage,
        record.selector,
        record.matching,
        record.data,
        record.octets,
    )
    assert record == tlsa.Record.parse(str(record))


@pytest.mark.parametrize("text", ["3 1 1", "3 1 256 00", "3 1 1 0", "3 1 1 zz", "x 1 1 00", "3 1 1  "])
def test_what_is_no_tlsa_record_is_refused_with_its_section(text):
    with pytest.raises(BadRecord, match=r"RFC 6698 section 2\.[12]"):
        tlsa.Record.parse(text)


PAGES = [Document(f"docs/checks/{code}.md") for code in sorted(FIRED)]
FENCES = [(page, fence) for page in PAGES for fence in page.fences if fence.language]


@pytest.mark.parametrize(("page", "fence"), FENCES, ids=[f"{page}:{fence.line}" for page, fence in FENCES])
def test_what_a_page_says_to_write_is_right(page, fence, tmp_path):
    assert [] == read(fence, tmp_path), page
