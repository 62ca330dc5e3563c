"""``dnsauth import``: from what stands to files that ask for it, and nothing else changes."""

from __future__ import annotations

import json

import pytest

from tests.plan.values import KEY
from tests.servers.bind import Named

CONFIG = """\
version: 1
providers: {store: {class: octodns.provider.yaml.YamlProvider, directory: held, escaped_semicolons: false}}
defaults: {provider: store}
"""
MASTER = f"""\
$TTL 300
@ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 300
@ IN NS ns1
ns1 IN A 127.0.0.1
@ IN TXT "v=spf1 include:_spf.google.com ip4:192.0.2.7 -all"
@ IN TXT "somebody-else=1"
@ 60 IN MX 1 smtp.google.com.
google._domainkey IN TXT "{KEY[:100]}" "{KEY[100:]}"
_dmarc 7200 IN TXT "v=DMARC1;p=reject;rua=mailto:d@example.com"
news IN TXT "v=spf1 -all"
em1234.news IN CNAME u1234567.wl042.sendgrid.net.
"""
OCTODNS = """\
---
? ''
: - {type: MX, value: {preference: 1, exchange: smtp.google.com.}}
  - {type: TXT, values: ["v=spf1 include:_spf.google.com include:gone.example.net -all", somebody-else=1]}
_dmarc: {type: TXT, value: v=DMARC1; p=none}
s1._domainkey: {type: CNAME, value: s1.domainkey.u1234567.wl042.sendgrid.net.}
s2._domainkey: {type: CNAME, value: s2.domainkey.u1234567.wl042.sendgrid.net.}
em1234: {type: CNAME, value: u1234567.wl042.sendgrid.net.}
"""


BROKEN = """\
---
? ''
: - {type: MX, value: {preference: 10, exchange: mx.example.com.}}
  - {type: TXT, values: ["v=spf1 nclude:_spf.google.com mx ~all", somebody-else=1]}
_dmarc: {type: TXT, value: v=DMARC1; p=none; pct=50}
"""


def test_a_master_file_becomes_an_inventory(empty):
    empty.write("example.com.zone", MASTER)
    done = empty.run("import", "zonefile", str(empty.path / "example.com.zone"))
    assert done.code == 0, done.err
    assert "example.com: wrote zones/example.com.yaml, 2 mail domains, 2 senders" in done.out
    text = empty.read("zones/example.com.yaml")
    assert "# Google Workspace, by include:_spf.google.com, google._domainkey" in text
    assert "somebody-else" not in text
    assert 0 == empty.run("check").code
    assert 0 == empty.run("lock", "--check").code


def test_it_is_written_once(empty):
    empty.write("example.com.zone", MASTER)
    assert empty.run("import", "zonefile", str(empty.path / "example.com.zone")).code == 0
    before = empty.files()
    again = empty.run("import", "zonefile", str(empty.path / "example.com.zone"))
    assert (0, before) == (again.code, empty.files())
    assert "is as it would be" in again.out


MINE = """\
version: 1
ttl: keep
domains:
  "@":
    # who sends
    senders: [google-workspace]  # and more?
"""


def test_a_file_of_yours_is_merged_into_and_the_difference_is_shown(empty):
    empty.write("example.com.zone", MASTER)
    empty.write("dnsauth.yaml", CONFIG)
    empty.write("zones/example.com.yaml", MINE)
    words = ("import", "zonefile", str(empty.path / "example.com.zone"))
    shown = empty.run(*words, "--dry-run")
    assert (0, MINE) == (shown.code, empty.read("zones/example.com.yaml"))
    assert "would merge into zones/example.com.yaml" in shown.out
    assert "nothing was written" in shown.err
    done = empty.run(*words)
    assert done.code == 0, done.out + done.err
    assert "merged into zones/example.com.yaml" in done.out
    assert shown.out.partition("\n")[2] == done.out.partition("\n")[2]
    assert '+          spf: ["ip4:192.0.2.7"]' not in done.out  # the list in flow style goes on in its line
    text = empty.read("zones/example.com.yaml")
    assert "    # who sends\n    senders: [google-workspace, {unknown: " in text
    assert "  # and more?\n" in text
    assert "example.com TXT: the file and the zone say different things" in done.out  # ~all and -all
    before = empty.files()
    again = empty.run(*words)
    assert (0, before) == (again.code, empty.files())
    assert "is as it would be" in again.out
    assert 0 == empty.run("check").code
    assert 0 == empty.run("lock", "--check").code


def test_a_file_for_several_zones_is_not_merged_into(empty):
    empty.write("example.com.zone", MASTER)
    empty.write("dnsauth.yaml", CONFIG)
    shared = 'version: 1\nzones: [example.com, example.org]\ndomains: {"@": {parked: true}}\n'
    empty.write("zones/alike.yaml", shared)
    done = empty.run("import", "zonefile", str(empty.path / "example.com.zone"))
    assert (1, shared) == (done.code, empty.read("zones/alike.yaml"))
    assert "serves several zones (example.com, example.org)" in done.out
    assert not (empty.path / "zones/example.com.yaml").exists()


def test_nothing_is_merged_into_files_with_errors(empty):
    empty.write("example.com.zone", MASTER)
    empty.write("dnsauth.yaml", CONFIG)
    wrong = 'version: 1\ndomains: {"@": {perked: true}}\n'
    empty.write("zones/example.com.yaml", wrong)
    done = empty.run("import", "zonefile", str(empty.path / "example.com.zone"))
    assert (1, wrong) == (done.code, empty.read("zones/example.com.yaml"))
    assert "the inventory has errors" in done.out


def test_repair_asks_for_what_was_meant_and_a_plan_shows_it(empty):
    empty.write("dnsauth.yaml", CONFIG)
    empty.write("held/example.com.yaml", BROKEN)
    words = ("import", "octodns", str(empty.path / "held"))
    done = empty.run(*words)
    assert done.code == 0, done.out + done.err
    assert "`nclude:_spf.google.com` is `include:_spf.google.com`" in done.out
    assert f"next: `dnsauth import octodns {empty.path / 'held'} --repair`" in done.err
    assert 0 == empty.run("plan", "--locked", "--exit-code").code
    assert 1 == empty.run("check").code
    mended = empty.run(*words, "--repair")
    assert mended.code == 0, mended.out + mended.err
    assert "repaired: example.com TXT" in mended.out
    assert 0 == empty.run("check").code
    plan = empty.run("plan", "--locked", "--format", "json")
    assert plan.code == 0, plan.out
    (zone,) = json.loads(plan.out)["zones"]
    assert {
        "example.com.": ["somebody-else=1", "v=spf1 include:_spf.google.com mx ~all"],
        "_dmarc.example.com.": ["v=DMARC1; p=none"],
    } == {change["owner"]: change["after"]["values"] for change in zone["changes"]}
    assert [] == [one for one in zone["findings"] if one["severity"] == "error"]


def test_json_tells_what_is_broken_and_what_others_answer_for(empty):
    delegated = BROKEN + "_domainkey: {type: NS, values: [ns1.example.net.]}\n"
    empty.write("held/example.com.yaml", delegated.replace("---\n", ""))
    done = empty.run("import", "octodns", str(empty.path / "held"), "--format", "json")
    (zone,) = json.loads(done.out)["zones"]
    assert ["_dmarc.example.com.", "example.com."] == [one["owner"] for one in zone["repairs"]]
    assert ["_domainkey.example.com."] == zone["delegated"]
    assert not zone["repaired"]


def test_what_is_broken_stays_and_is_told(empty):
    empty.write(
        "example.com.zone",
        f'{MASTER}sub IN TXT "v=spf1 a ~all"\nsub IN TXT "v=spf1 mx ~all"\nold IN TXT "v=spf1 nclude:a.example ~all"\n',
    )
    assert empty.run("import", "zonefile", str(empty.path / "example.com.zone")).code == 0
    done = empty.run("check", "--format", "json")
    assert done.code == 1
    found = [one["owner"] for one in json.loads(done.out)["findings"] if one["severity"] == "error"]
    assert ["old.example.com.", "sub.example.com."] == sorted(found)


@pytest.fixture
def adopted(empty):
    empty.write("dnsauth.yaml", CONFIG)
    empty.write("held/example.com.yaml", OCTODNS)
    done = empty.run("import", "octodns", str(empty.path / "held"))
    assert done.code == 0, done.err
    return empty


def test_the_plan_of_what_was_imported_is_empty(adopted):
    done = adopted.run("plan", "--locked", "--exit-code")
    assert done.code == 0, done.out + done.err


def test_a_sender_that_is_taken_away_takes_its_own_records_with_it_and_no_others(adopted):
    text = adopted.read("zones/example.com.yaml")
    head, _, rest = text.partition("      # Twilio SendGrid")
    kept = rest.partition("    receives:")[2]
    adopted.write("zones/example.com.yaml", f"{head}    receives:{kept}")
    done = adopted.run("plan", "--format", "json")
    (zone,) = json.loads(done.out)["zones"]
    assert [
        ("delete", "em1234.example.com.", "CNAME"),
        ("delete", "s1._domainkey.example.com.", "CNAME"),
        ("delete", "s2._domainkey.example.com.", "CNAME"),
    ] == [(change["action"], change["owner"], change["type"]) for change in zone["changes"]]


def test_json_names_who_sends_and_why(empty):
    empty.write("held/example.com.yaml", OCTODNS)
    done = empty.run("import", "octodns", str(empty.path / "held"), "--format", "json")
    answer = json.loads(done.out)
    assert "dnsauth-adopted/1" == answer["format"]
    (domain,) = answer["zones"][0]["domains"]
    assert ["google-workspace", "unknown", "sendgrid"] == [one["name"] for one in domain["senders"]]


def test_what_is_no_zone_is_told_and_the_others_are_written(empty):
    empty.write("held/example.com.yaml", OCTODNS)
    empty.write("held/broken.example.yaml", "a: [")
    done = empty.run("import", "octodns", str(empty.path / "held"))
    assert done.code == 4
    assert "broken.example.yaml: not imported" in done.out
    assert (empty.path / "zones/example.com.yaml").is_file()


def test_a_type_of_a_provider_that_is_not_installed_names_what_to_install(empty):
    quoted = "txt: {type: TXT, value: 'a\"b'}\n"  # which octoDNS itself has to read
    empty.write("held/example.com.yaml", f"{quoted}www: {{type: OtherProvider/ALIAS, value: {{name: x}}}}\n")
    done = empty.run("import", "octodns", str(empty.path / "held"))
    assert 0 != done.code
    assert (
        "install the octoDNS package of OtherProvider, as with pip install 'dnsauth[route53]'"
        in done.out + done.err
    )


def test_a_live_zone_becomes_an_inventory(empty, named: Named):
    named.load("example.com.", f"$ORIGIN example.com.\n{MASTER}")
    served = f"{named.address}:{named.port}"
    done = empty.run(
        "import", "example.com", "--name", "news.example.com", "--server", f"example.com={served}"
    )
    assert done.code == 0, done.out + done.err
    text = empty.read("zones/example.com.yaml")
    assert "google-workspace" in text
    assert "\n  news:\n" in text
    diff = empty.run("diff", "--exit-code", "--server", f"example.com={served}")
    assert diff.code == 0, diff.out + diff.err


def test_names_that_others_answer_for_are_told_from_servers_that_do_not_answer(empty, named: Named):
    delegated = "_domainkey IN NS ns1.vendor.example.\n_dmarc.news IN NS ns1.vendor.example.\n"
    zone = MASTER.replace("google._domainkey", ";")
    named.load("example.com.", f"$ORIGIN example.com.\n{zone}{delegated}", checked=False)
    served = ("--server", f"example.com={named.address}:{named.port}")
    done = empty.run("import", "example.com", "--name", "news.example.com", *served)
    assert done.code == 0, done.out + done.err
    assert "_domainkey.example.com is delegated to other servers" in done.out
    assert "_dmarc.news.example.com is delegated to other servers" in done.out
    text = empty.read("zones/example.com.yaml")
    assert "# _domainkey.example.com is delegated: other servers answer from there on\n" in text
    assert "# _dmarc.news.example.com is delegated: other servers answer from there on\n" in text
    before = empty.files()
    assert 0 == empty.run("import", "example.com", "--name", "news.example.com", *served).code
    assert before == empty.files()


REPORT = """\
<feedback><report_metadata><org_name>mail.example.net</org_name><email>d@example.net</email><report_id>1</report_id>
<date_range><begin>1700000000</begin><end>1700086399</end></date_range></report_metadata>
<policy_published><domain>example.com</domain><p>none</p></policy_published>
<record><row><source_ip>192.0.2.7</source_ip><count>1</count>
<policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>
<identifiers><header_from>example.com</header_from></identifiers>
<auth_results><dkim><domain>example.com</domain><selector>odd2024</selector><result>pass</result></dkim></auth_results>
</record></feedback>
"""


def test_selectors_come_from_aggregate_reports(empty, named: Named):
    named.load("example.com.", f'$ORIGIN example.com.\n{MASTER}odd2024._domainkey IN TXT "{KEY}"\n')
    served = ("--server", f"example.com={named.address}:{named.port}")
    empty.write("reports/one.xml", REPORT)
    assert empty.run("import", "example.com", *served, "--reports", str(empty.path / "reports")).code == 0
    assert "odd2024._domainkey" in empty.read("zones/example.com.yaml")


def soa(zone: str, records: str) -> str:
    return f"$ORIGIN {zone}\n$TTL 300\n@ SOA ns1.example.net. h 1 7200 900 1209600 300\n@ NS ns1.example.net.\n{records}"


def test_three_domains_become_a_repository_that_is_right(empty, named: Named):
    """Google Workspace, SendGrid and servers of one's own; Microsoft 365 and Mailchimp; a parked name."""
    zones = {
        "example.com.": f"""\
@ TXT "v=spf1 include:_spf.google.com ip4:192.0.2.10 ip6:2001:db8:25::/64 ~all"
@ MX 1 smtp.google.com.
google._domainkey TXT "{KEY[:100]}" "{KEY[100:]}"
em1234 CNAME u1234567.wl042.sendgrid.net.
s1._domainkey CNAME s1.domainkey.u1234567.wl042.sendgrid.net.
s2._domainkey CNAME s2.domainkey.u1234567.wl042.sendgrid.net.
_dmarc TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com"
""",
        "example.org.": """\
@ TXT "v=spf1 include:spf.protection.outlook.com -all"
@ MX 0 example-org.mail.protection.outlook.com.
selector1._domainkey CNAME selector1-example-org._domainkey.example.n-v1.dkim.mail.microsoft.
selector2._domainkey CNAME selector2-example-org._domainkey.example.n-v1.dkim.mail.microsoft.
k2._domainkey CNAME dkim2.mcsv.net.
k3._domainkey CNAME dkim3.mcsv.net.
_dmarc TXT "v=DMARC1; p=reject"
""",
        "example.net.": """\
ns1 A 127.0.0.1
@ TXT "v=spf1 -all"
@ MX 0 .
_dmarc TXT "v=DMARC1; p=reject"
*._domainkey TXT "v=DKIM1; p="
""",
    }
    for zone, records in zones.items():
        named.load(zone, soa(zone, records))
    at = f"{named.address}:{named.port}"
    servers = [word for zone in zones for word in ("--server", f"{zone.removesuffix('.')}={at}")]
    done = empty.run("init", *(zone.removesuffix(".") for zone in zones), *servers)
    assert done.code == 0, done.out + done.err
    services = {
        zone: [
            line.split()[1].strip(":")
            for line in empty.read(f"zones/{zone}yaml").splitlines()
            if line.startswith("      - ")
        ]
        for zone in zones
    }
    assert {
        "example.com.": ["google-workspace", "unknown", "sendgrid"],
        "example.org.": ["microsoft-365", "mailchimp"],
        "example.net.": [],
    } == services
    assert "parked: true" in empty.read("zones/example.net.yaml")
    checked = empty.run("check", "--format", "json")
    assert [] == [one for one in json.loads(checked.out)["findings"] if one["severity"] == "error"]
    assert 0 == empty.run("lock", "--check").code
    diff = empty.run("diff", "--exit-code", *servers)
    assert diff.code == 0, diff.out + diff.err


def test_a_server_that_does_not_answer_gives_no_file(empty):
    done = empty.run("import", "example.com", "--server", "example.com=127.0.0.1:9", "--timeout", "1")
    assert done.code == 1
    assert "not imported" in done.out
    assert not (empty.path / "zones").exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("exa mple.com",), "may hold letters"),
        (("example.com", "--name", "other.example"), "is in none of the domains"),
        (("example.com", "--selector", "a_b"), "a_b"),
    ],
)
def test_a_wrong_word_is_told(empty, words, reason):
    done = empty.run("import", *words)
    assert done.code == 2
    assert reason in " ".join(done.err.split())
