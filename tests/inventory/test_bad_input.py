"""What files may say wrongly: each is one line with its reason, and says place, reason and next step."""

from __future__ import annotations

import pytest

from tests.inventory.repository import CONFIG, ZONE, inventory, problems

DOMAIN = [
    ("{senders: ^[]}", "`senders` is empty", "sends: false", "nobody is not said by an empty list"),
    ("{senders: ^}", "`senders` is empty", "sends: false", "nor by nothing"),
    ("{senders: ^{own-mta: {}}}", "'senders' should be a list, and is a mapping", "as a list", "a mapping"),
    ("{senders: [own-mta, ^own-mta]}", "the sender 'own-mta' stands here again", "service:", "one name twice"),
    ("{senders: [^{a: {}, b: {}}]}", "has 2 keys: 'a', 'b'", "NAME: {…}", "two names in one entry"),
    ("{senders: [^{own-mta: , dkim: {}}]}", "has 2 keys: 'own-mta', 'dkim'", "indent", "settings beside the name"),
    ("{senders: [^[own-mta]]}", "should be NAME or `NAME: {…}`, and is a list", "NAME", "a list in the list"),
    ("{senders: [^'own mta']}", "'own mta' is no name to call a thing by", "letters", "a space in a name"),
    ("{senders: [a, b: {formerly: ^a}]}", "'b' says it was formerly 'a'", "delete the old", "renamed, and still there"),
    ("{senders: [a: {baa: ^azw}]}", "'baa' names 'azw'", "declare it there", "no such agreement"),
    ("{senders: [a: {baa: ^aw}]}", "'baa' names 'aw'", "did you mean 'aws'?", "agreement misspelt"),
    ("{senders: [a: {data: ^medical}]}", "none of 'phi', 'personal' or 'public'", "choose", "no such sensitivity"),
    ("{senders: [a: {review: ^2026-02-30}]}", "'2026-02-30', which is no date", "2027-03-01", "no such day"),
    ("{senders: [a: {review: ^20260201}]}", "which is no date", "2027-03-01", "basic form"),
    ("{senders: [a: {ends: ^soon}]}", "'ends' is 'soon', which is no date", "2027-03-01", "no date at all"),
    ("{senders: [a: {owner: ^}]}", "'owner' is empty", "delete the key", "nobody"),
    ("{senders: [a: {dkim: {^_x: k}}]}", "'_x' is no selector", "correct", "an underscore in a selector"),
    ("{senders: [a: {dkim: {s1: k, ^S1: k}}]}", "the selector 'S1' stands here again", "keep one", "case folds"),
    ("{senders: [a: {dkim: {s: {cname: ^v.example}}}]}", "without its final dot", "`v.example.`", "a relative target"),
    ("{senders: [a: {dkim: {s: ^[k]}}]}", "should be a key as the vendor shows it", "cname", "a list of keys"),
    ("{senders: [a: {dkim: ^MIIB}]}", "'dkim' should be a mapping of selectors", "every", "no selector"),
    ("{senders: [a: {dkim: {algorithms: [^rsa-1024], every: 1d}}]}", "none of 'rsa-2048'", "choose", "a weak key"),
    ("{senders: [a: {dkim: ^{algorithms: [ed25519]}}]}", "needs the key 'every'", "add `every:`", "no rotation"),
    ("{senders: [a: {dkim: {algorithms: [ed25519], every: ^1y}}]}", "'1y', which is no duration", "90d", "no unit"),
    ("{senders: [a: {dkim: {algorithms: [ed25519], every: 1d, ^evry: 1d}}]}", "'evry' is no key", "'every'?", "misspelt"),
    ("{senders: [a: {dkim: {algorithms: [ed25519], every: 1d, store: ^x}}]}", "`key_stores`", "declare", "no store"),
    ("{senders: [a: {dkim: {algorithms: [ed25519], every: 1d, signer: ^x}}]}", "`signers`", "declare", "no signer"),
    ("{sends: ^true}", "`sends` takes only `false`", "senders", "true says nothing"),
    ("{sends: ^no}", "'no', which is no boolean", "`true` or `false`", "YAML 1.1's boolean"),
    ("{^sends: false, senders: [a]}", "`sends: false` stands beside `senders`", "who sends, or nobody", "both"),
    ("{^receives: false, senders: [a]}", "RFC 7505 section 4.2", "say who receives", "a sender without a way back"),
    ("{receives: ^true}", "`receives: true` does not say where", "10 mx1", "true says nothing"),
    ("{receives: ^mx1.example.com.}", "should be a list", "10 mx1", "an MX without its list"),
    ("{receives: [^mx1.example.com.]}", "a preference up to 65535 comes first", "`10 mx1.example.com.`", "no preference"),
    ("{receives: [^10 mx1.example.com]}", "without its final dot", "`mx1.example.com.`", "a relative exchange"),
    ("{receives: [^'0 .']}", "the null MX stands alone", "receives: false", "null MX in a list"),
    ("{receives: ^[]}", "'receives' is empty", "delete the key", "no MX"),
    ("{parked: true, ^senders: [a]}", "stands beside 'senders'", "delete one", "parked, and sends"),
    ("{parked: true, ^receives: a}", "stands beside 'receives'", "delete one", "parked, and receives"),
    ("{parked: ^yes}", "'yes', which is no boolean", "`true` or `false`", "YAML 1.1's boolean"),
    ("{^parkd: true}", "'parkd' is no key of `domains.@`", "did you mean 'parked'?", "misspelt"),
    ("{^dmarc: {rua: []}}", "`dmarc` says no policy", "policy: none", "no policy"),
    ("{^dmarc: }", "`dmarc` says no policy", "policy: none", "nothing said"),
    ("{dmarc: {policy: ^rejct}}", "none of 'none', 'quarantine' or 'reject'", "did you mean 'reject'?", "misspelt"),
    ("{dmarc: {policy: none, ^p: none}}", "'p' is no key of `domains.@.dmarc`", "it takes adkim", "a tag for a key"),
    ("{dmarc: {policy: none, rua: ^d@example.com}}", "no mailto or https URI", "`mailto:d@example.com`", "no scheme"),
    ("{dmarc: {policy: none, rua: ^'mailto:d@example.com; p=none'}}", "no mailto or https URI", "`mailto:dmarc@example.com`", "a tag after the URI"),
    ("{dmarc: {cname: ^d.example}}", "without its final dot", "`d.example.`", "a relative target"),
    ("{dmarc: {cname: d.example., ^policy: none}}", "'policy' is no key", "cname", "a policy beside a CNAME"),
    ("{dmarc: ^reject}", "should be a mapping", "{policy: none}", "a text"),
    ("{mta_sts: {mode: ^test, max_age: 7d}}", "none of 'none', 'testing' or 'enforce'", "'testing'?", "misspelt"),
    ("{mta_sts: ^{mode: testing}}", "needs the key 'max_age'", "add `max_age:`", "no age"),
    ("{mta_sts: {mode: testing, max_age: ^-1}}", "'-1', which is no duration", "90d", "a negative age"),
    ("{mta_sts: {mode: testing, max_age: ^99999999d}}", "which is no duration", "90d", "no 32 bits"),
    ("{tls_rpt: ^[]}", "'tls_rpt' is empty", "delete the key", "nobody"),
    ("{tls_rpt: ^'mailto:a b'}", "no mailto or https URI", "mailto:", "a space in a URI"),
    ("{bimi: {logo: ^'http://example.com/l.svg'}}", "which is no https URI", "https://", "plain http"),
    ("{keep: [{owner: x, type: TXT, values: ^[]}]}", "'values' is empty", "a value", "nothing to keep"),
    ("{keep: [^{owner: x.example.com, type: TXT, values: a}]}", "repeats the zone example.com", '"x"', "repeats the name"),
    ("{keep: [{owner: ^x.example.com., type: TXT, values: a}]}", "is relative to the mail domain", "before", "absolute"),
    ("{keep: [{owner: ^'a b', type: TXT, values: a}]}", "may hold letters", "correct", "a space in a name"),
    ("{keep: [{owner: x, type: TXT, values: ^ü}]}", "'values' has 'ü'", r"`\DDD`", "no ASCII"),
    ('{keep: [{owner: x, type: TXT, values: ^"a\\nb"}]}', "'values' has '\\n'", r"`\DDD`", "a line end"),
    ("{keep: [{owner: x, type: TXT, values: ^a\\256}]}", r"'values' has '\\256'", "255", "no octet"),
    ("{keep: [{owner: x, type: ^txt, values: a}]}", "which is no record type", "`TXT`", "lower case"),
    ("{spf: {all: ^hardfail}}", "none of 'fail', 'softfail' or 'neutral'", "did you mean 'fail'?", "another's word"),
    ("{spf: ^[a]}", "should be a mapping, and is a list", "as a mapping", "a list"),
    ("{ttl: ^4294967296}", "which is no duration from 0 to 2147483647 seconds", "90d", "over RFC 2181's limit"),
    ("{ttl: ^1e2}", "'1e2', which is no duration", "90d", "a float"),
    ("^[a]", "'@' should be a mapping, and is a list", "as a mapping", "a list"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "step", "reason"), DOMAIN, ids=[d[0] for d in DOMAIN])
def test_a_mail_domain_says_its_mistake(tmp_path, text, message, step, reason):
    """A ``^`` stands before the place."""
    (finding,) = problems(tmp_path, text.replace("^", ""))
    assert f"zones/example.com.yaml:3:{8 + text.index('^')}" == str(finding.where), reason
    assert message in finding.message
    assert step in finding.next
    assert finding.stops


NAMES = [
    ("x.example.com", "'x.example.com' repeats the zone example.com", '`"x"`', "repeats the zone"),
    ("x.example.com.", "repeats the zone example.com", '`"x"`', "repeats it with the dot"),
    ("X.Example.COM", "repeats the zone example.com", '`"x"`', "repeats it in other letters"),
    ("example.com", "repeats the zone example.com", '`"@"`', "the zone itself"),
    ("www.example.org.", "lies outside of the zone example.com", "its own zone", "another zone's"),
    ("'*'", "'*' has a wildcard", "`mail:`", "everything"),
    ("'*.shop'", "'*.shop' has a wildcard", "`shop:`", "everything below"),
    ("_dmarc", "'_dmarc' has an underscore", "derives", "no mail domain"),
    ("''", "a mail domain has an empty name", '`"@":`', "nothing"),
    ("a..b", "has an empty label", "correct", "two dots"),
    ("a b", "may hold letters, digits", "correct", "a space"),
    ('"a;b"', "may hold letters, digits", "correct", "a semicolon"),
    ("'a\"b'", "may hold letters, digits", "correct", "a quote"),
    ("-a", "may hold letters, digits", "correct", "a hyphen first"),
    ("a" * 64, "64 octets of at most 63", "correct", "a long label"),
    (".".join(["a" * 60] * 5), "DNS ends at 253", "correct", "a long name"),
    ("xn--a-ä", "is no IDN", "correct", "a mixed label"),
    ("xn--zzzzzz", "stands for no name", "correct", "a broken A-label"),
    ("ﬀ\u2488", "is no IDN", "correct", "a label IDNA refuses"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "message", "step", "reason"), NAMES, ids=[n[3] for n in NAMES])
def test_a_name_says_its_mistake_and_the_right_spelling(tmp_path, key, message, step, reason):
    text = f"version: 1\ndomains:\n  {key}: {{parked: true}}\n"
    _, (finding,) = inventory(tmp_path, {"example.com": text})
    assert "zones/example.com.yaml:3:3" == str(finding.where), reason
    assert message in finding.message
    assert step in finding.next


def test_two_keys_of_one_name_are_an_error(tmp_path):
    text = "version: 1\ndomains:\n  bücher: {parked: true}\n  xn--bcher-kva: {parked: true}\n"
    _, (finding,) = inventory(tmp_path, {"example.com": text})
    assert (
        "'xn--bcher-kva' is the mail domain bücher.example.com (xn--bcher-kva.example.com) again"
        in finding.message
    )


@pytest.mark.parametrize(("key", "right"), [("shop", "@"), ("mail.shop", "mail")])
def test_a_name_of_another_zone_is_sent_to_its_file(tmp_path, key, right):
    zones = {
        "example.com": f"version: 1\ndomains:\n  {key}: {{parked: true}}\n",
        "shop.example.com": "version: 1\ndomains: {}\n",
    }
    _, (finding,) = inventory(tmp_path, zones)
    assert ("zones/example.com.yaml:3:3", f'write it as `"{right}":` in zones/shop.example.com.yaml') == (
        str(finding.where),
        finding.next,
    )


def test_a_mistake_of_look_alike_zones_is_said_once(tmp_path):
    text = "version: 1\nzones: [a.example, b.example]\ndomains: {'*': {}, x: {keep: [{owner: 'x', type: T, values: a}]}}\n"
    assert 1 == len(inventory(tmp_path, {"two": text})[1])


FILES = [
    ({"example.com": ""}, "zones/example.com.yaml:1:1: 'this file' should be a mapping, and is empty"),
    ({"example.com": "- a\n"}, "zones/example.com.yaml:1:1: 'this file' should be a mapping, and is a list"),
    ({"example.com": "domains: {}\n"}, "zones/example.com.yaml:1:1: a zone file needs the key 'version'"),
    ({"example.com": "version: 1\n"}, "zones/example.com.yaml:1:1: a zone file needs the key 'domains'"),
    ({"example.com": "version: 1\ndomains:\n"}, "zones/example.com.yaml:2:9: 'domains' should be a mapping, and is empty"),
    ({"example.com": "version: 2\ndomains: {}\n"}, "zones/example.com.yaml:1:10: this file is of version '2'"),
    ({"example.com": "version: 1\nzone: x\ndomains: {}\n"}, "zones/example.com.yaml:2:1: 'zone' is no key of a zone file"),
    ({"a b": "version: 1\ndomains: {}\n"}, "zones/a b.yaml: the file's name says no zone"),
    ({"x": "version: 1\nzones: []\ndomains: {}\n"}, "zones/x.yaml:2:8: 'zones' is empty"),
    ({"a b": "version: 1\nzones: a.example\ndomains: {}\n"}, "zones/a b.yaml:2:8: 'zones' should be a list"),
    ({"x": "version: 1\nzones: ['a b']\ndomains: {}\n"}, "zones/x.yaml:2:9: 'a b': the label 'a b' may hold"),
    ({"x": "version: 1\nprovider: ns2\ndomains: {}\n"}, "zones/x.yaml:2:11: 'provider' names 'ns2'"),
    ({"x": "version: 1\nprovider: [ns1, ns2]\ndomains: {}\n"}, "zones/x.yaml:2:17: 'provider' names 'ns2'"),
    ({"x": 'version: 1\nreports: {accept: "a.example"}\ndomains: {}\n'}, "zones/x.yaml:2:19: 'accept' is 'a.example'"),
    (
        {"a.example": "version: 1\ndomains: {}\n", "b": "version: 1\nzones: [A.example]\ndomains: {}\n"},
        "zones/b.yaml:2:9: the zone a.example is declared here again; zones/a.example.yaml declares it",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("zones", "expected"), FILES, ids=[expected for _, expected in FILES])
def test_a_zone_file_says_its_mistake(tmp_path, zones, expected):
    _, (finding,) = inventory(tmp_path, zones)
    assert str(finding).startswith(expected)
    assert finding.next


def test_a_zone_file_with_another_ending_is_not_passed_over_silently(tmp_path):
    inventory(tmp_path, {})
    (tmp_path / "zones/example.com.yml").write_text(ZONE, encoding="utf-8")
    _, (finding,) = inventory(tmp_path, {})
    assert ("zones/example.com.yml", "rename it to example.com.yaml") == (str(finding.where), finding.next)


def test_a_file_name_never_reaches_a_message_raw(tmp_path):
    _, findings = inventory(tmp_path, {"a\x1b[2J": "version: 1\ndomains: {}\n"})
    assert "\x1b" not in "".join(map(str, findings))


CONFIGS = [
    ("ttl: 3600", "ttl: yes", "8:32: 'ttl' is 'yes', which is no duration"),
    ("provider: ns1, ttl", "provider: ns2, ttl", "8:22: 'provider' names 'ns2'"),
    ("{class: octodns_bind.Rfc2136Provider, ", "{", "3:8: 'ns1' says no `class`"),
    ("class: age", "class: [age]", "9:25: 'mail-keys' says no `class`"),
    ("resolver: 127.0.0.1:5353", "resolver: ns1.example.com", "5:13: 'resolver' is 'ns1.example.com', which is no IP"),
    ("resolver: 127.0.0.1:5353", "roots: [ns1]", "5:11: 'roots' is 'ns1', which is no IP address"),
    ("resolver: 127.0.0.1:5353", "roots: []", "5:10: 'roots' is empty"),
    ("resolver: 127.0.0.1:5353", "rate: 0", "5:9: 'rate' is '0', which is no number of queries a second"),
    ("resolver: 127.0.0.1:5353", "rate: -1", "5:9: 'rate' is '-1', which is no number of queries"),
    ("resolver: 127.0.0.1:5353", "rate: 1e3", "5:9: 'rate' is '1e3', which is no number of queries"),
    ("resolver: 127.0.0.1:5353", "rate: [1]", "5:9: 'rate' should be a number of queries a second"),
    ("127.0.0.2:5300", "127.0.0.2:0", "6:45: 'example.com' is '127.0.0.2:0', which is no IP address"),
    ("127.0.0.2:5300", "127.0.0.999", "6:45: 'example.com' is '127.0.0.999', which is no IP address"),
    ("until: 2027-02-01, ", "", "7:12: `live.ignore[0]` needs the key 'until'"),
    ("with: Amazon", "wiht: Amazon", "12:9: 'wiht' is no key of `agreements.aws`"),
    ("store: mail-keys", "store: mail-key", "19:65: 'store' names 'mail-key'"),
    ("baa: aws", "baa: gcp", "16:22: 'baa' names 'gcp'"),
    ("rule: SPF021", "rule: spf21", "21:18: 'rule' is 'spf21', which is no rule"),
    ('why: "vendor migration"', 'why: ""', "'why' is empty"),
    ('why: "vendor migration"', "why: x, change: abc", "'change' is 'abc', which is no change"),
    ("where: example.com, ", "", "21:11: `waivers[0]` needs the key 'where'"),
    ("profiles:", "profile:", "20:1: 'profile' is no key of dnsauth.yaml"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), CONFIGS, ids=[expected for *_, expected in CONFIGS])
def test_the_configuration_says_its_mistake(tmp_path, old, new, expected):
    assert old in CONFIG
    _, findings = inventory(tmp_path, {}, CONFIG.replace(old, new, 1))
    assert any(expected in str(finding) for finding in findings), list(map(str, findings))
    assert all("dnsauth.yaml" == finding.where.file and finding.next for finding in findings)


def test_references_are_not_judged_where_the_configuration_cannot_be_read(tmp_path):
    _, (finding,) = inventory(tmp_path, {"example.com": ZONE}, "version: [")
    assert str(finding).startswith("dnsauth.yaml:2:1: is no YAML")


def test_values_in_messages_are_escaped_and_cut(tmp_path):
    (finding,) = problems(tmp_path, '{sends: "' + "a\\tb" + "x" * 500 + '"}')
    assert "'a\\tbx" in finding.message
    assert len(finding.message) < 300


def test_a_flood_of_problems_ends(tmp_path):
    text = "version: 1\ndomains: {}\n" + "".join(f"k{i}: 1\n" for i in range(20_000))
    _, findings = inventory(tmp_path, {"example.com": text})
    assert "zones/example.com.yaml: has 19000 more problems" == str(findings[-1])
