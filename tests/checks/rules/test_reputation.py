"""Rules on names of addresses that send, and on block lists: where each fires, and where it does not."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from dnsauth.checks.live.addresses import generic
from dnsauth.checks.live.drift import Told
from dnsauth.checks.live.reputation import Standing, reputation, standing
from dnsauth.checks.live.view import Asking, LiveView, Subject, Surveyed
from dnsauth.checks.reach import SMALL, Reach, Sending, known_hosts, reach
from dnsauth.checks.rules import reputation as rules
from dnsauth.findings import Outcome, Rule, Where
from dnsauth.inventory.operations import Reputation
from dnsauth.live.resolution import Asked, Bogus, Resolved, Unanswered
from dnsauth.output import safe
from tests.checks.rules.pages import read
from tests.checks.rules.reached import NOTHING, Seen, codes, found, repository_of
from tests.markdown import Document
from tests.plan.values import ZONE

MTA = """\
  "@":
    receives: google-workspace
    senders:
      - own: {service: mta, ip: [192.0.2.10], helo: [mx1]}
"""
LISTS = "reputation: {addresses: [zen.example.org], domains: [dbl.example.org]}\n"
PTR, FORWARD, HELO = (
    ("10.2.0.192.in-addr.arpa.", "PTR"),
    ("mail.example.net.", "A"),
    ("mx1.example.com.", "A"),
)
ZEN, DBL = ("10.2.0.192.zen.example.org.", "A"), ("example.com.dbl.example.org.", "A")
TEST, NEVER = ("2.0.0.127.zen.example.org.", "A"), ("1.0.0.127.zen.example.org.", "A")
NAMED = ("test.dbl.example.org.", "A")
SOUND = {
    PTR: ("mail.example.net.",),
    FORWARD: ("192.0.2.10",),
    HELO: ("192.0.2.10",),
    TEST: ("127.0.0.2",),
    NAMED: ("127.0.1.2",),
}
"""A server with its names, and two lists that answer their tests."""

SEEN = (
    Seen("PTR001", MTA, {PTR: ()}, {}, SOUND),
    Seen("PTR002", MTA, {FORWARD: ("192.0.2.11",)}, {FORWARD: ("192.0.2.11", "192.0.2.10")}, SOUND),
    Seen(
        "PTR003",
        MTA,
        {PTR: ("192-0-2-10.net.example.",), ("192-0-2-10.net.example.", "A"): ("192.0.2.10",)},
        {PTR: ("mail10.net.example.",), ("mail10.net.example.", "A"): ("192.0.2.10",)},
        SOUND,
    ),
    Seen("PTR010", MTA, {HELO: ()}, {}, SOUND),
    Seen("PTR011", MTA, {HELO: ("192.0.2.11",)}, {}, SOUND),
    Seen("BLK001", MTA, {ZEN: ("127.0.0.4",)}, {ZEN: ()}, SOUND, LISTS),
    Seen("BLK002", MTA, {DBL: ("127.0.1.4",)}, {DBL: ()}, SOUND, LISTS),
    Seen("BLK003", MTA, {TEST: ()}, {}, SOUND, LISTS),
    Seen("BLK004", MTA, {ZEN: ("127.255.255.254",)}, {ZEN: ("127.0.0.4",)}, SOUND, LISTS),
)
STANDINGS = "BLK005"

FIRED = QUIET = frozenset([*(case.rule for case in SEEN), STANDINGS])


def test_every_rule_of_the_area_is_here():
    assert {rule.code for rule in vars(rules).values() if isinstance(rule, Rule)} == FIRED


@pytest.mark.parametrize("case", SEEN, ids=lambda case: case.rule)
def test_what_the_world_says(case, tmp_path):
    wrong, right = codes(case, tmp_path)
    assert case.rule in wrong
    assert case.rule not in right


def told(said, directory, zone=MTA, config=""):
    case = Seen("", zone, NOTHING, NOTHING, SOUND, config)
    return [one for one in found(case, said, directory) if one.rule.code not in ("DNS010", "SPF039")]


def test_a_server_with_its_names_has_no_finding(tmp_path):
    assert [] == told({}, tmp_path)
    with_lists = told({}, tmp_path, config=LISTS)
    assert [STANDINGS] * 2 == [one.rule.code for one in with_lists], "only how it stands"
    assert [
        "example.com: zen.example.org was asked about 1 of its addresses, and has none",
        "example.com: dbl.example.org was asked about 1 of its domains, and has none",
    ] == [one.message for one in with_lists]


SIX = '  "@":\n    receives: google-workspace\n    senders: [{own: {service: mta, ip: ["2001:db8::10"]}}]\n'
SIX_PTR = f"{ip_address('2001:db8::10').reverse_pointer}."


def test_an_ipv6_address_is_looked_at_alike(tmp_path):
    name = {(SIX_PTR, "PTR"): ("mail.example.net.",)}
    assert ["PTR001"] == [one.rule.code for one in told({}, tmp_path, SIX)]
    assert ["PTR002"] == [one.rule.code for one in told(name, tmp_path, SIX)]
    assert [] == told(name | {("mail.example.net.", "AAAA"): ("2001:db8:0::10",)}, tmp_path, SIX)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({PTR: Unanswered("SERVFAIL")}, ["LIV011"]),
        ({PTR: Bogus("why")}, ["LIV011"]),
        ({FORWARD: Unanswered("SERVFAIL")}, ["LIV011"]),
        ({FORWARD: None}, ["PTR002"]),
        ({HELO: Unanswered("SERVFAIL")}, ["LIV011", "LIV011"]),
        ({PTR: Resolved(("mail.example.net.",), 300, ("10.0-15.2.0.192.in-addr.arpa.",))}, []),
        ({PTR: ("a.example.net.", "mail.example.net.")}, []),
        ({PTR: tuple(f"m{i}.example.net." for i in range(9))}, ["PTR002"]),
        ({PTR: ("\\000.example.net.",)}, ["PTR002"]),
    ],
    ids=str,
)
def test_what_an_address_is_said_to_be_called(said, expected, tmp_path):
    whole = {
        key: value if value is not None else Resolved((), 60, exists=False) for key, value in said.items()
    }
    some = told(whole, tmp_path)
    assert expected == [one.rule.code for one in some]
    assert all((one.outcome is Outcome.NOT_ASSESSED) == (one.rule.code == "LIV011") for one in some)
    assert all(Where("zones/example.com.yaml", 6) == one.where for one in some)


NETWORK = MTA.replace("192.0.2.10", "192.0.2.8/30").replace(", helo: [mx1]", "")


def test_of_a_network_only_one_without_any_name_is_told(tmp_path):
    (nameless,) = told({PTR: ()}, tmp_path, NETWORK)
    assert nameless.message.startswith("example.com: 192.0.2.8/30 has no PTR record")
    assert [] == told({}, tmp_path, NETWORK), "nobody knows which of them send"


def reached(zone, directory, config=""):
    repository = repository_of(zone, directory, config)
    inventory, catalogue = repository.inventory, repository.catalogue
    desired = repository.desired[ZONE]
    return reach(inventory.zones[ZONE], desired, catalogue, known_hosts(catalogue), inventory.reputation)


@pytest.mark.parametrize(
    ("sender", "expected", "reason"),
    [
        ("own: {service: mta, ip: [192.0.2.0/28]}", SMALL, "as many as are looked at"),
        ("own: {service: mta, ip: [192.0.2.0/27]}", 0, "too many"),
        ('own: {service: mta, ip: ["2001:db8::/64"]}', 0, "far too many"),
        ('portal: {service: custom, spf: ["ip4:192.0.2.7", "-ip4:192.0.2.8"]}', 1, "only what passes"),
        ("own: {service: mta, ip: [10.0.0.1]}", 0, "no address of the world"),
        ("google-workspace: {dkim: {google: {cname: a.example.net.}}}", 0, "a service's own"),
        ('portal: {service: custom, spf: ["ip4:192.0.2.7"], flatten: true}', 0, "looked up, not ours"),
    ],
)
def test_addresses_that_are_looked_at_are_our_own_and_few(sender, expected, reason, tmp_path):
    for indirect in ("", "    spf: {indirect: true}\n"):
        zone = f'  "@":\n    senders: [{{{sender}}}]\n{indirect}'
        assert expected == len(reached(zone, tmp_path).addresses), reason


@pytest.mark.parametrize(
    ("name", "address", "expected"),
    [
        ("192-0-2-10.net.example.", "192.0.2.10", True),
        ("10.2.0.192.net.example.", "192.0.2.10", True),
        ("host192.000.002.010.net.example.", "192.0.2.10", True),
        ("ip192000002010.net.example.", "192.0.2.10", True),
        ("c000020a.net.example.", "192.0.2.10", True),
        ("pool-7.net.example.", "192.0.2.10", True),
        ("x.dsl.net.example.", "192.0.2.10", True),
        ("dynamic.net.example.", "192.0.2.10", True),
        ("liverpool.net.example.", "192.0.2.10", False),
        ("mail10.net.example.", "192.0.2.10", False),
        ("mx1.example.com.", "192.0.2.10", False),
        ("20010db8000000000000000000000010.net.example.", "2001:db8::10", True),
        ("2001-0db8-0000-0000-0000-0000-0000-0010.net.example.", "2001:db8::10", True),
        ("mail.net.example.", "2001:db8::10", False),
    ],
)
def test_names_that_providers_give_to_all_addresses(name, address, expected):
    assert expected == bool(generic(name, ip_address(address)))


def test_a_word_in_a_name_of_ours_says_nothing(tmp_path):
    ours = {PTR: ("pool.example.com.",), ("pool.example.com.", "A"): ("192.0.2.10",)}
    assert [] == told(ours, tmp_path)


# Block lists


@pytest.mark.parametrize(
    ("said", "code", "part"),
    [
        ({TEST: ()}, "BLK003", "it lacks its own test entry 127.0.0.2"),
        ({NEVER: ("127.0.0.2",)}, "BLK003", "it has 127.0.0.1, which no list has"),
        ({TEST: ("198.51.100.1",)}, "BLK003", "it answers 198.51.100.1, which is no code of a list"),
        ({TEST: Unanswered("SERVFAIL")}, "BLK003", "could not be asked: SERVFAIL"),
        ({NAMED: ()}, "BLK003", "it lacks its own test entry test"),
        ({("invalid.dbl.example.org.", "A"): ("127.0.1.2",)}, "BLK003", "it has invalid, which no list has"),
        ({TEST: ("127.255.255.252",)}, "BLK004", "the name of the list is misspelt"),
        ({TEST: ("127.255.255.254",)}, "BLK004", "by a public resolver"),
        ({ZEN: ("127.255.255.255",)}, "BLK004", "asked too often"),
        ({ZEN: ("127.255.255.3",)}, "BLK004", "the code of an error"),
        ({ZEN: ("127.0.0.1",)}, "BLK004", "it does not serve who asks from here"),
        ({ZEN: ("203.0.113.9",)}, "BLK004", "no code of a list"),
        ({DBL: Unanswered("SERVFAIL")}, "BLK004", "could not be asked: SERVFAIL"),
    ],
    ids=str,
)
def test_a_list_that_does_not_say_is_not_assessed_and_never_taken_for_one_that_lists(
    said, code, part, tmp_path
):
    some = told(said, tmp_path, config=LISTS)
    (one,) = (one for one in some if one.rule.code != STANDINGS)
    assert (code, Outcome.NOT_ASSESSED) == (one.rule.code, one.outcome)
    assert part in one.message
    assert all("none" == each.facts["listed"] for each in some if each.rule.code == STANDINGS)


def test_the_address_is_as_good_a_test_entry_of_a_list_of_domains(tmp_path):
    said = {NAMED: (), ("2.0.0.127.dbl.example.org.", "A"): ("127.0.0.2",), DBL: ("127.0.1.2",)}
    assert {"BLK002", STANDINGS} == {one.rule.code for one in told(said, tmp_path, config=LISTS)}


def test_only_a_list_that_proves_to_be_one_is_asked_further(tmp_path):
    asked = {}
    case = Seen("", MTA, NOTHING, NOTHING, SOUND, LISTS)

    class Counting(type(case.world)):
        def resolve(self, wanted):
            found = super().resolve(wanted)
            asked.update(found)
            return found

    for unfit in ({}, {TEST: ()}):
        asked.clear()
        found(case._replace(world=Counting()), unfit, tmp_path)
        assert (not unfit) == (ZEN in asked)
        assert {TEST, NEVER, NAMED, DBL} <= asked.keys()


def test_a_listing_is_told_with_its_codes_its_reason_and_who_sends_from_there(tmp_path):
    reason = "see \\027[31mhttps://zen.example.org/" + "x" * 300
    said = {ZEN: ("127.0.0.4", "127.0.0.2"), (ZEN[0], "TXT"): (reason,)}
    one, *_ = told(said, tmp_path, config=LISTS)
    assert one.message.startswith(
        "example.com: 192.0.2.10 is on zen.example.org (127.0.0.2, 127.0.0.4): 'see "
    )
    assert one.message.endswith("; brought by own")
    assert (reason, "192.0.2.10", ["own"]) == tuple(one.facts[key] for key in ("said", "address", "senders"))
    assert len(one.message) < 300
    assert "\x1b" not in safe.line(one.message)
    assert Where("zones/example.com.yaml", 6) == one.where


LIST6 = "reputation: [zen.example.org]\n"
TEST6, ENTRY6 = (
    (f"{ip_address(text).reverse_pointer.removesuffix('.ip6.arpa')}.zen.example.org.", "A")
    for text in ("::ffff:7f00:2", "2001:db8::10")
)


def test_an_ipv6_address_is_asked_of_lists_that_have_some(tmp_path):
    with_six = {ENTRY6: ("127.0.0.4",), TEST6: ("127.0.0.2",)}
    assert "BLK001" in [one.rule.code for one in told(with_six, tmp_path, SIX, LIST6)]
    without = told({ENTRY6: ("127.0.0.4",)}, tmp_path, SIX, LIST6)
    assert ["PTR001", STANDINGS] == [one.rule.code for one in without]
    assert without[1].message.endswith("has none; of 1 it said nothing")


def views(*zones, silent=()):
    """What zones see that send from one address, and of whose domains the lists have none."""
    lists = Reputation(("zen.example.org.",), ("dbl.example.org.",))
    answers = {Asked(*at): Resolved(values, 300) for at, values in SOUND.items()}
    empty = [NEVER, ("invalid.dbl.example.org.", "A"), *((f"{zone}dbl.example.org.", "A") for zone in zones)]
    answers |= {Asked(*at): Resolved((), 60, exists=False) for at in empty}
    answers[Asked(*ZEN)] = Resolved(("127.255.255.255",) if silent else ("127.0.0.4",), 300)
    for zone in zones:
        sending = (Sending(ip_network("192.0.2.10"), zone, ("own",)),)
        reaches = Reach(sending=sending, domains=(zone,), lists=lists)
        yield LiveView(Surveyed(Subject(zone, (), reach=reaches), answers), Asking())


def test_a_run_stands_with_each_list_by_what_its_zones_share():
    told = Told()
    some = [one for view in views("example.com.", "example.net.") for one in reputation(view, told)]
    assert (Standing("dbl.example.org", 2, 0, 0), Standing("zen.example.org", 1, 1, 0)) == standing(some)
    assert ["BLK001", "BLK001"] == [one.rule.code for one in some if one.rule.code != STANDINGS]
    assert () == standing([])


def test_a_list_that_refuses_is_told_once_in_a_run():
    told = Told()
    some = [
        one for view in views("example.com.", "example.net.", silent=True) for one in reputation(view, told)
    ]
    assert ["BLK004"] == [one.rule.code for one in some if one.rule.code != STANDINGS]
    assert Standing("zen.example.org", 1, 0, 1) == standing(some)[1]


PAGES = [Document(f"docs/checks/{code}.md") for code in sorted(FIRED)]
FENCES = [(page, fence) for page in PAGES for fence in page.fences if fence.language]


@pytest.mark.parametrize(("page", "fence"), FENCES, ids=[f"{page}:{fence.line}" for page, fence in FENCES])
def test_what_a_page_says_to_write_is_right(page, fence, tmp_path):
    assert [] == read(fence, tmp_path), page
