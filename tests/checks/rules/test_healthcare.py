"""Patient data: each rule on the smallest inventory that has its fault."""

from __future__ import annotations

import pytest

from dnsauth.checks import every
from dnsauth.checks.rules import healthcare
from dnsauth.findings import Rule
from tests.checks.rules.declared import KEY, SERVICE, Case, codes, found
from tests.markdown import Document

SAID = "data: phi, owner: it@example.com, review: 2027-01-01"
SIGNED = f'dkim: {{v1: "{KEY}"}}, {SAID}'
REJECT = "    dmarc: {policy: reject}\n"
RECEIVES = "    receives: [10 mx1.example.com.]\n    mta_sts: {mode: enforce, max_age: 30d}\n"
VENDOR = f'  "@":\n    senders: [vendor: {{{SIGNED}}}]\n{REJECT}'
CUSTOM = f'  "@":\n    senders: [portal: {{service: custom, {SIGNED}}}]\n{REJECT}'
MTA = f'  "@":\n    senders:\n      - mta: {{ip: [192.0.2.10], {SIGNED}}}\n{REJECT}'
MAILCHIMP = "      - mailchimp: {data: personal}\n"
OTHER = "      - payroll: {service: mta, ip: [192.0.2.11], data: personal}\n"
AGREEMENT = "agreements:\n  vendor: {with: Vendor, covers: [vendor], signed: 2026-01-10, MORE}\n"
ED25519 = "v=DKIM1; k=ed25519; p=ebU2K3jLCZE5fy++rtnT3MyHIJM/pc3vx3XQV4mhhgk="
BAA = SERVICE + "baa: {offered: true}\n"


def beside(sender: str) -> str:
    return MTA.replace("    dmarc", f"{sender}    dmarc")


def agreement(said: str) -> str:
    return AGREEMENT.replace("MORE", said)


CASES = (
    Case("INV130", VENDOR, ("[other]", "[vendor]"), agreement("ref: A").replace("[vendor]", "[other]")),
    Case(
        "INV131",
        VENDOR.replace("data:", "baa: vendor, data:"),
        ("[other]", "[vendor]"),
        agreement("ref: A").replace("[vendor]", "[other]"),
    ),
    Case("INV132", VENDOR, ("2026-11-23", "2026-11-24"), agreement("expires: 2026-11-23")),
    Case("INV133", VENDOR, ("2027-01-23", "2027-01-24"), agreement("expires: 2027-01-23")),
    Case("INV134", VENDOR, ("2027-01-23", "2027-01-24"), agreement("review: 2027-01-23")),
    Case("INV135", VENDOR, ("2026-11-25", "2026-11-24"), agreement("").replace("2026-01-10", "2026-11-25")),
    Case("INV136", VENDOR, ("false", "true"), agreement("ref: A"), SERVICE + "baa: {offered: false}\n"),
    Case("INV137", VENDOR, ("title: Vendor\n", "title: Vendor\nbaa: {offered: true}\n")),
    Case("INV138", CUSTOM, ("data: phi", "baa: vendor, data: phi"), agreement("ref: A")),
    Case("INV139", CUSTOM, ("data: phi", "baa: vendor, data: phi"), agreement("ref: A")),
    Case("INV140", beside(MAILCHIMP), ("data: personal", "stream: billing, data: personal")),
    Case("INV141", beside(OTHER), ("data: personal", "data: phi")),
    Case("INV142", MTA.replace("reject", "none"), ("none", "quarantine")),
    Case(
        "INV148",
        MTA.replace("reject", "none"),
        ("data: phi", "data: personal"),
        "waivers: [{rule: INV142, where: example.com, until: 2026-12-31, owner: it@example.com, why: reports}]\n",
    ),
    Case("INV143", MTA.replace(f'dkim: {{v1: "{KEY}"}}, ', ""), ("data: phi", "data: personal")),
    Case("INV144", MTA + RECEIVES.replace("enforce", "testing"), ("testing", "enforce")),
    Case(
        "INV145",
        MTA.replace("owner: it@example.com, ", ""),
        ("data: phi", "data: phi, owner: it@example.com"),
    ),
    Case("INV146", MTA.replace("2027-01-01", "2026-11-23"), ("2026-11-23", "2026-11-24")),
    Case(
        "INV147",
        VENDOR.replace("data: phi, ", ""),
        ("owner:", "data: public, owner:"),
        service=SERVICE.replace("business", "healthcare"),
    ),
)
FIRED = QUIET = frozenset(case.rule for case in CASES)
RULES = {one.code: one for one in vars(healthcare).values() if isinstance(one, Rule)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_fires_and_is_quiet_where_its_fault_is_mended(case, tmp_path):
    assert case.rule in codes(case, tmp_path / "wrong")
    assert case.rule not in codes(case.right, tmp_path / "right")


def test_every_rule_is_tried():
    assert RULES.keys() == FIRED


def quiet(zone: str, directory, config: str = "", service: str = BAA) -> set[str]:
    return codes(Case("", zone, ("", ""), config, service), directory) & RULES.keys()


def test_own_servers_and_an_agreement_in_force_are_no_finding(tmp_path):
    assert set() == quiet(MTA + RECEIVES, tmp_path / "own")
    assert set() == quiet(VENDOR, tmp_path / "vendor", agreement("expires: 2027-06-01, review: 2027-03-01"))


def test_what_carries_no_patient_data_needs_none_of_this(tmp_path):
    zone = '  "@":\n    senders: [vendor: {dkim: {v1: "KEY"}, data: personal}]\n    receives: [10 mx1.example.com.]\n'
    assert set() == quiet(zone.replace("KEY", KEY), tmp_path)


def test_an_agreement_that_still_holds_is_taken_before_one_that_ended(tmp_path):
    two = agreement("expires: 2026-01-01") + agreement("ref: B").partition("\n")[2].replace("vendor:", "new:")
    assert {"INV139"} == quiet(VENDOR, tmp_path, two)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("dmarc: {policy: quarantine, testing: true}", {"INV142"}),
        ("dmarc: {policy: reject, testing: true}", set()),
        ("dmarc: {cname: example.net.dmarc.vendor.example.}", set()),
    ],
)
def test_a_policy_in_testing_counts_one_less_and_one_elsewhere_is_unknown(said, expected, tmp_path):
    assert expected == quiet(MTA.replace("dmarc: {policy: reject}", said), tmp_path)


def test_a_name_below_has_the_policy_of_the_zone_for_subdomains(tmp_path):
    apex = '  "@": {sends: false, dmarc: {policy: reject, subdomains: none}}\n'
    below = MTA.replace('"@"', "care").replace(REJECT, "")
    assert {"INV142"} == quiet(apex + below, tmp_path / "none")
    assert set() == quiet(apex.replace(", subdomains: none", "") + below, tmp_path / "reject")
    assert {"INV142"} == quiet(below, tmp_path / "nothing")


def test_a_key_that_stands_as_a_record_of_any_kind_counts(tmp_path):
    sender = f'portal: {{service: custom, baa: vendor, records: [{{owner: OWNER, type: TXT, value: "{ED25519}"}}], {SAID}}}'
    zone = f'  "@":\n    senders:\n      - {sender}\n{REJECT}'
    assert {"INV143"} == quiet(zone.replace("OWNER", "key"), tmp_path / "none", agreement("ref: A"))
    assert set() == quiet(zone.replace("OWNER", "v1._domainkey"), tmp_path / "own", agreement("ref: A"))


def test_own_keys_still_to_be_made_are_told_by_another_rule(tmp_path):
    config = (
        "key_stores: {k: {class: file, directory: keys}}\n"
        "signers: {s: {class: files, directory: /etc/mail, hosts: [mx1.example.com]}}\n"
    )
    zone = MTA.replace(f'{{v1: "{KEY}"}}', "{algorithms: [rsa-2048], every: 90d}")
    case = Case("", zone, ("", ""), config)
    assert {"DKM010"} == codes(case, tmp_path) & {"DKM010", "INV143"}


def test_tlsa_records_of_every_exchanger_are_as_good_as_mta_sts(tmp_path):
    received = RECEIVES.splitlines(keepends=True)[0]
    tlsa = "    keep: [{owner: _25._tcp.mx1, type: TLSA, values: 3 1 1 " + 64 * "a" + "}]\n"
    assert {"INV144"} == quiet(MTA + received, tmp_path / "none")
    assert set() == quiet(MTA + received + tlsa, tmp_path / "dane")


def test_mail_in_the_clear_is_told_once(tmp_path):
    told = {"none": RECEIVES.splitlines(keepends=True)[0], "testing": RECEIVES.replace("enforce", "testing")}
    for name, received in told.items():
        some = codes(Case("", MTA + received, ("", "")), tmp_path / name)
        assert {"INV144"} == some & {"INV144", "MTA001", "MTA002"}
    kept = "    keep: [{owner: _mta-sts, type: CNAME, values: sts.vendor.example.}]\n"
    assert "INV144" not in codes(Case("", MTA + told["none"] + kept, ("", "")), tmp_path / "kept")


def test_an_agreement_is_told_once_with_all_who_rely_on_it(tmp_path):
    more = "".join(VENDOR.replace('"@"', name) for name in ("a", "b", "c", "d"))
    case = Case("", VENDOR + more, ("", ""), agreement("expires: 2026-12-01"), BAA)
    (ending,) = [one for one in found(case, tmp_path) if one.rule is healthcare.AGREEMENT_ENDING]
    assert "dnsauth.yaml:4:3" == str(ending.where)
    assert "in 7 days; on it rely vendor of example.com" in ending.message
    assert ending.message.endswith("and 2 more")


SAFEGUARDS = Document("docs/healthcare.md").table("Safeguards")


def test_the_table_of_safeguards_has_every_rule_with_its_severity():
    told = {row.first[1:7]: row.cells["severity"] for row in SAFEGUARDS}
    assert told == {code: str(every.RULES[code].severity) for code in told}
    assert RULES.keys() <= told.keys()


@pytest.mark.parametrize(
    "row", [row for row in SAFEGUARDS if row.first[1:7] in RULES], ids=lambda row: row.first[1:7]
)
def test_the_page_of_a_rule_names_the_safeguards_of_the_table(row):
    page = " ".join(Document(f"docs/checks/{row.first[1:7]}.md").text.split())
    for safeguard in row.cells["supports evidence for"].split(", "):
        assert safeguard in page, safeguard
    assert "supports evidence for" in page.lower()
    assert "complian" not in page
