"""What files say wrongly, each rule on the smallest file that has its fault and on the same file mended."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from dnsauth.desired.derive import derive
from dnsauth.desired.load import load
from dnsauth.findings import Finding, InventoryError, Where
from dnsauth.inventory.model import Inventory, MailDomain, Zone
from dnsauth.lock.observed import Observed
from dnsauth.profiles import read as profiles
from dnsauth.reports import read as reports
from tests.plan.values import answers
from tests.profiles.test_read import OWN
from tests.profiles.test_read import write as write_profile
from tests.reports.values import NOW, an_xml

CONFIG, ZONE = "dnsauth.yaml", "zones/example.com.yaml"
LOCK, OBSERVED, SERVICE = (
    "zones/example.com.lock.yaml",
    "observed.lock.yaml",
    "templates/services/vendor.yaml",
)
RIGHT = {CONFIG: "version: 1\n", ZONE: 'version: 1\ndomains: {"@": {parked: true}}\n'}
EMPTY = "version: 1\ndomains: {}\n"
OWN_KEY = "senders: [mta: {ip: [192.0.2.1], dkim: {algorithms: [ed25519], every: 90d, MORE}}]"
VENDOR = """\
title: Vendor
parameters: {host: {pattern: "[a-z]+", example: relay, help: ask}}
spf: {envelope: customer, terms: ["a:{{ host }}.example.net"]}
status: unverified
"""


class Case(NamedTuple):
    """A *rule* that fires where *file* beside those of `RIGHT` is *text*, and is quiet where it is mended.

    The first of *mended*, which stands in the text or in the file's name, gives way to the second. A file
    without text is not there.
    """

    rule: str
    file: str
    text: str
    mended: tuple[str, str]

    @property
    def right(self) -> Case:
        """The same, mended."""
        old, new = self.mended
        file, text = self.file.replace(old, new) if old else self.file, self.text.replace(old, new)
        assert (file, text) != (self.file, self.text), "nothing was mended"
        return self._replace(file=file, text=text)


def domain(rule: str, settings: str, *mended: str) -> Case:
    """A case in the *settings* of the apex."""
    return Case(rule, ZONE, f'version: 1\ndomains: {{"@": {{{settings}}}}}\n', mended)


def name(rule: str, key: str, mended: str) -> Case:
    """A case in the name of a mail domain."""
    return Case(rule, ZONE, f"version: 1\ndomains: {{{key}: {{parked: true}}}}\n", (f"{key}:", f"{mended}:"))


CASES = (
    Case("INV001", "zones/example.net.yaml/a", EMPTY, ("/a", "")),
    Case("INV002", ZONE, EMPTY + "#" * 4 * 1024 * 1024, ("#" * 99, "#")),
    Case("INV003", ZONE, EMPTY + "# caf\udce9\n", ("\udce9", "é")),
    Case("INV004", ZONE, EMPTY + "# a\u200b\u202eb\n", ("\u200b\u202e", "")),
    Case("INV005", ZONE, "version: 1\ndomains: {\n", ("{", "{}")),
    Case("INV006", ZONE, EMPTY + "---\na: b\n", ("---\na: b", "")),
    domain("INV007", "keep: " + "[" * 30 + "]" * 30, "[" * 30 + "]" * 30, "[]"),
    domain("INV008", "parked: true, parked: true", ", parked: true", ""),
    domain("INV009", "parked: !!bool true", "!!bool ", ""),
    domain("INV010", "<<: {parked: true}", "<<: {parked: true}", "parked: true"),
    domain("INV011", "parked: *it", "*it", "true"),
    domain("INV012", "[a]: b", "[a]: b", "parked: true"),
    Case(
        "INV013",
        ZONE,
        f"<<<<<<< HEAD\n{EMPTY}=======\n>>>>>>> topic\n",
        (f"<<<<<<< HEAD\n{EMPTY}=======\n>>>>>>> topic\n", EMPTY),
    ),
    Case("INV020", CONFIG, "", ("", "version: 1\n")),
    Case("INV021", ZONE, "", ("", EMPTY)),
    Case("INV022", "zones/a b.yaml", EMPTY, ("a b", "b.example")),
    Case(
        "INV023",
        "zones/more.yaml",
        "version: 1\nzones: [example.com]\ndomains: {}\n",
        ("example.com", "example.org"),
    ),
    Case("INV024", "zones/example.net.yml", EMPTY, (".yml", ".yaml")),
    domain("INV030", "parkd: true", "parkd", "parked"),
    domain("INV031", "mta_sts: {mode: testing, mx: [mx.example.com]}", "testing,", "testing, max_age: 7d,"),
    domain("INV032", "spf: [a]", "[a]", "{all: fail}"),
    domain("INV033", "spf: {all: hardfail}", "hardfail", "fail"),
    domain("INV034", "receives: []", "[]", '["10 mx.example.com."]'),
    domain("INV035", "parked: yes", "yes", "true"),
    domain("INV036", "parked: true, ttl: 1y", "1y", "365d"),
    domain("INV037", "senders: [mta: {ip: [192.0.2.1], review: 2026-02-30}]", "02-30", "02-28"),
    Case("INV038", CONFIG, "version: 2\n", ("2", "1")),
    Case(
        "INV039",
        CONFIG,
        "version: 1\nproviders: {ns1: {host: 192.0.2.53}}\n",
        ("host:", "class: octodns_bind.Rfc2136Provider, host:"),
    ),
    name("INV040", "a..b", "a.b"),
    domain("INV041", "dmarc: {cname: d.example}", "d.example", "d.example."),
    domain("INV042", "senders: ['own mta': {service: mta, ip: [192.0.2.1]}]", "own mta", "own-mta"),
    domain("INV043", "dmarc: {policy: none, rua: d@example.com}", "d@", "mailto:d@"),
    domain("INV044", "receives: [mx.example.com.]", "[mx", "[10 mx"),
    Case("INV045", CONFIG, "version: 1\nlive: {resolver: ns1.example.com}\n", ("ns1.example.com", "192.0.2.1")),
    Case("INV046", CONFIG, "version: 1\nlive: {rate: -1}\n", ("-1", "500")),
    domain(
        "INV047", "keep: [{owner: x.example.com., type: TXT, values: a}]", "x.example.com.", "x"
    ),
    Case("INV048", ZONE, EMPTY + "".join(f"k{i}: 1\n" for i in range(1200)), ("k1", "# k1")),
    domain("INV049", "keep: [{owner: x, type: TXT, values: ü}]", "ü", r"\195\188"),
    name("INV050", "mail.example.com", "mail"),
    name("INV051", "www.example.org.", "www"),
    name("INV052", "'*'", "mail"),
    name("INV053", "_mail", "mail"),
    Case("INV054", ZONE, "version: 1\nzones: [example.com, mail.example.com]\ndomains: {mail: {parked: true}}\n", ("domains: {mail", "domains: {www")),
    name("INV055", "a: {parked: true}, A", "a: {parked: true}, b"),
    name("INV056", "''", '"@"'),
    domain("INV057", f"{OWN_KEY}".replace("MORE", "selector: '{year}'"), "{year}", "{year}{random}"),
    domain("INV060", "senders: []", "senders: []", "sends: false"),
    domain("INV061", "sends: true", "true", "false"),
    domain("INV062", "sends: false, senders: [mta: {ip: [192.0.2.1]}]", "sends: false, ", ""),
    domain("INV063", "receives: false, senders: [mta: {ip: [192.0.2.1]}]", "receives: false, ", ""),
    domain("INV064", "receives: true", "true", "false"),
    domain("INV065", "parked: true, senders: [mta: {ip: [192.0.2.1]}]", "parked: true, ", ""),
    domain("INV066", "senders: [{mta: , ip: [192.0.2.1]}]", "mta: , ip: [192.0.2.1]", "mta: {ip: [192.0.2.1]}"),
    domain("INV067", "senders: [mta: {ip: [192.0.2.1]}, mta: {ip: [192.0.2.2]}]", "}, mta: {", "}, b: {service: mta, "),
    domain("INV068", "senders: [mta: {ip: [192.0.2.1]}, b: {service: mta, ip: [192.0.2.2], formerly: mta}]", "formerly: mta", "formerly: old"),
    domain("INV069", "senders: [a: {service: custom, dkim: {s1: {cname: a.example.}, S1: {cname: a.example.}}}]", "S1", "S2"),
    domain("INV070", "dmarc: {rua: ['mailto:d@example.com']}", "{rua", "{policy: none, rua"),
    domain("INV080", "senders: [mta: {ip: [192.0.2.1], baa: aws}]", ", baa: aws", ""),
    Case("INV081", CONFIG, "version: 1\nproviders: {ns1: {class: octodns_bind.Rfc2136Provider}}\n", ("\nproviders", "\ndefaults: {provider: ns1}\nproviders")),
    Case("INV082", CONFIG, "version: 1\nnotify: [{to: env/HOOK, on: [applied], where: example.org}]\n", ("example.org", "example.com")),
    domain("INV090", "keep: [{owner: x, type: TXT, values: '-----BEGIN PRIVATE KEY-----'}]", "PRIVATE", "PUBLIC"),
    Case("INV091", CONFIG, "version: 1\nnotify: [{to: 'https://hooks.example.com/x', on: [applied]}]\n", ("'https://hooks.example.com/x'", "env/HOOK")),
    Case("INV092", CONFIG, "version: 1\nproviders: {ns1: {class: octodns_bind.Rfc2136Provider, key_secret: c2VjcmV0}}\ndefaults: {provider: ns1}\n", ("c2VjcmV0", "env/TSIG_SECRET")),
    Case("INV093", CONFIG, "version: 1\nproviders: {cf: {class: octodns_cloudflare.CloudflareProvider, token: env/T, email: env/E}}\ndefaults: {provider: cf}\n", (", email: env/E", "")),
    Case("INV094", CONFIG, "version: 1\nproviders: {ns1: {class: octodns_bind.Rfc2136Provider, host: 192.0.2.53}}\ndefaults: {provider: ns1}\n", ("192.0.2.53", "192.0.2.53, key_name: dnsauth., key_secret: env/S")),
    domain("INV201", "senders: [sendgird]", "sendgird", "mta: {ip: [192.0.2.1]}"),
    domain("INV202", "senders: [mta: {ip: [192.0.2.256]}]", "256", "25"),
    domain("INV203", "senders: [a: {service: custom, dkim: {s: {cname: a.example.}}}, b: {service: custom, dkim: {s: {cname: b.example.}}}]", "b.example.", "a.example."),
    domain("INV204", "dmarc: {cname: a.example.}, keep: [{owner: _dmarc, type: TXT, values: x}]", "owner: _dmarc", "owner: _other"),
    domain("INV205", "senders: [a: {service: custom, dkim: {s: 'v=DKIM1; p=!!'}}]", "'v=DKIM1; p=!!'", "{cname: a.example.}"),
    Case("INV206", ZONE, f"version: 1\nzones: [example.com, example.net]\ndomains: {{{'.'.join(['a' * 55] * 4)}: {{dmarc: {{policy: none, rua: 'mailto:d@example.net'}}}}}}\n", ("a.aaaaaaaaa", "a.a")),
    domain("INV207", "mta_sts: {mode: enforce, max_age: 7d}", "mta_sts", "receives: ['10 mx.example.com.'], mta_sts"),
    domain("INV208", "senders: [mta: {ip: [192.0.2.1]}], dmarc: {policy: none, rua: ['https://h/!']}", "!", "x"),
    Case("LCK001", LOCK, "version: 1\nzone: example.org\nrecorded: []\n", (".org", ".com")),
    Case("LCK002", LOCK, "version: 2\nzone: example.com\nrecorded: []\n", ("2", "1")),
    Case("LCK003", "zones/example.net.lock.yaml", "version: 1\nzone: example.net\nrecorded: []\n", (".net", ".com")),
    Case("LCK004", OBSERVED, "version: 2\n", ("2", "1")),
    Case("SVC001", SERVICE, VENDOR.replace("title", "titel"), ("titel", "title")),
    Case("SVC002", SERVICE, VENDOR.replace("{{ host }}", "{{ hots }}"), ("hots", "host")),
    Case("SVC003", SERVICE, VENDOR.replace("relay", "RELAY"), ("RELAY", "relay")),
    Case("SVC004", f"{SERVICE[:-5]}.yml", VENDOR, (".yml", ".yaml")),
)  # fmt: skip
SINGLY = ("INV209", "PRF001", "REP001")
FIRED = QUIET = frozenset([*(case.rule for case in CASES), *SINGLY])


def told(case: Case, directory: Path) -> set[str]:
    """The codes of what is wrong with the files of *case*, written to *directory*."""
    for file, text in {**RIGHT, case.file: case.text}.items():
        if text:
            (directory / file).parent.mkdir(parents=True, exist_ok=True)
            (directory / file).write_bytes(text.encode("utf-8", "surrogateescape"))
    try:
        findings = load(directory).findings
    except InventoryError as error:
        findings = error.findings
    return {one.rule.code for one in findings}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_fires_and_is_quiet_where_its_fault_is_mended(case, tmp_path):
    assert case.rule in told(case, tmp_path / "wrong")
    assert case.rule not in told(case.right, tmp_path / "right")


def test_the_files_the_cases_begin_with_have_no_fault(tmp_path):
    assert set() == told(Case("", CONFIG, RIGHT[CONFIG], ("", "")), tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"), [("mail.example.org.", {"INV209"}), ("mail.example.com.", set())]
)
def test_a_mail_domain_in_no_zone_is_told_whoever_made_the_inventory(name, expected):
    domain = MailDomain(name, Where(ZONE, 3), 3600, sends=False)
    zone = Zone("example.com.", Where(ZONE), (), (domain,))
    made = derive(Inventory(Path(), {zone.name: zone}), {}, Observed(), {}, answers({}))
    assert expected == {one.rule.code for one in made.findings}


def test_a_profile_that_does_not_read_is_told(tmp_path):
    write_profile(tmp_path, "ours", OWN)
    profiles.read(tmp_path, ["ours"])
    write_profile(tmp_path, "ours", OWN.replace("publishes: spf", "publishes: sfp"))
    with pytest.raises(InventoryError) as caught:
        profiles.read(tmp_path, ["ours"])
    assert {"PRF001"} == {one.rule.code for one in caught.value.findings}


def test_a_report_that_does_not_read_is_told(tmp_path):
    (tmp_path / "right.xml").write_bytes(an_xml())
    (tmp_path / "wrong.xml").write_bytes(b"<feedback>")
    found = [one for one in reports.read([tmp_path], NOW) if isinstance(one, Finding)]
    assert [("REP001", f"{tmp_path}/wrong.xml")] == [(one.rule.code, one.where.file) for one in found]
