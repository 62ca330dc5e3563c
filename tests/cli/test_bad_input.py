"""What a person gets wrong is said with place, reason and next step; nothing is written."""

from __future__ import annotations

import pytest

HEAD = "version: 1\ndomains:\n"
STAGES = [
    (
        '  "@":\n    senders: [sendgird]\n    dmarc: {polcy: none}\n',
        ["4:15 INV201", "5:13 INV030"],
        "a sender beside a key that is wrong",
    ),
    (
        '  "@":\n    dmarc: {polcy: none}\n  b:\n    senders: [sendgird]\n',
        ["4:13 INV030", "6:15 INV201"],
        "a sender of another mail domain",
    ),
    (
        '  "@":\n    senders:\n      - a: {ownr: x, owner: ""}\n      - sendgird\n      - mta: {ip: [x]}\n',
        ["5:29 INV034", "6:9 INV201", "7:9 INV202"],
        "senders beside one that is wrong",
    ),
    (
        '  "@":\n    senders:\n      - a: {service: mta, ip: [192.0.2.1], dkim: {s: {cname: a.}, S: {cname: b.}}}\n      - b: {service: nta}\n',
        ["5:67 INV069", "6:9 INV201"],
        "one sender that is wrong by itself alone",
    ),
    ('  "*": {}\n  b: {senders: [sendgird]}\n', ["3:3 INV052", "4:17 INV201"], "beside a wrong name"),
    ("  b: {senders: [sendgird]}\nzone: x\n", ["3:17 INV201", "4:1 INV030"], "beside a wrong key of the file"),
    ("  b: {senders: [sendgird]}\n  b: {}\n", ["4:3 INV008"], "a mail domain twice: which is meant nobody knows"),
    (
        "  b: &b {senders: [sendgird], dmarc: reject}\n  c: *b\n",
        ["3:20 INV201", "3:38 INV032", "3:38 INV032"],
        "an alias to a mail domain that is wrong",
    ),
    (
        '  "@":\n    receives: google-wrkspace\n    mta_sts: {mode: testing, max_age: 7d}\n',
        ["4:5 INV201"],
        "MX unknown to MTA-STS because their service is",
    ),
    (
        '  "@":\n    receives: [x]\n    mta_sts: {mode: testing, max_age: 7d}\n    senders: [mta]\n',
        ["4:16 INV044", "6:15 INV202"],
        "MX unknown to MTA-STS because they are wrong",
    ),
    (
        '  "@":\n    senders:\n      - a: {service: mta, ip: [192.0.2.1]}\n      - a: {service: custom, dkim: {s: {cname: a.}}}\n      - b: {service: custom, dkim: {s: {cname: b.}}}\n',
        ["6:9 INV067"],
        "a sender whose name is taken does not count",
    ),
    (
        '  "@":\n    senders: [{a: {service: custom, return_path: {owner: b, cname: c.example.}}}]\n    keep: [{owner: b, type: cname, values: [d.example.]}]\n',
        ["5:29 INV046"],
        "what would stand in place of a sender's record",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "reason"), STAGES, ids=[reason for *_, reason in STAGES])
def test_one_run_names_the_mistakes_of_every_stage_and_nothing_that_follows_from_them(
    repository, text, expected, reason
):
    repository.write("zones/example.com.yaml", HEAD + text)
    done = repository.run("check")
    found = [
        line.removeprefix("zones/example.com.yaml:") for line in done.out.splitlines() if ": error: " in line
    ]
    assert (1, expected) == (done.code, [f"{line.split(': ')[0]} {line[-7:-1]}" for line in found]), reason


TEMPLATE = """\
{title: T, spf: {envelope: vendor}, status: reported, sources: [{url: "https://example.com/", seen: 2026-01-15}],
 records: [{owner: x, type: TXT, value: "{{ %s }}"}]}
"""
MISTAKES = [
    (
        {"dnsauth.yaml": "senders: {own-mta: {service: mta, ip: [192.0.2.1]}}\n"},
        '  "@": {senders: [own-mtaa]}\n',
        "there is no service 'own-mtaa', and dnsauth.yaml has no sender of that name; did you mean 'own-mta'?",
        "a shared sender misspelt",
    ),
    (
        {"dnsauth.yaml": "senders: {own-mta: {service: mta, ip: [192.0.2.1]}}\n"},
        '  "@": {senders: [{a: {service: own-mta}}]}\n',
        "there is no service 'own-mta'; did you mean 'mta'?",
        "a shared sender taken for a service",
    ),
    (
        {},
        f"  a: &a [{'x, ' * 20}]\n  b: &b [{'*a, ' * 20}]\n  c: [{'*b, ' * 20}]\n",
        "the alias 'b' stands for more than 256 values",
        "a YAML bomb",
    ),
    ({}, "  b: {}\n  b: {}\n", "4:3: error: the key 'b' stands here again; the first is on line 3", "a key twice"),
    ({}, "  b: [parked]\n", "3:6: error: 'b' should be a mapping, and is a list", "a wrong type"),
    ({}, "  b: {sender: [mta]}\n", "next: did you mean 'senders'? it takes bimi, ", "an unknown key"),
    ({}, "  b: {senders: [sendgird]}\n", "3:17: error: sender 'sendgird': there is no service", "an unknown service"),
    (
        {},
        "  b: {senders: [{sendgrid: {acount: u1.wl1, return_path: em1}}]}\n",
        "has no parameter 'acount'; did you mean 'account'?",
        "an unknown parameter",
    ),
    (
        {},
        "  b: {senders: [{sendgrid: {account: u1, return_path: em1}}]}\n",
        "account: 'u1' does not match u\\d+\\.wl\\d*; Settings, Sender Authentication",
        "a parameter that does not match its pattern",
    ),
    ({}, "  b..c: {}\n", "3:3: error: 'b..c' has an empty label", "a name that is none"),
    ({}, "  ☃: {}\n", "3:3: error: '☃': the label '☃' is no IDN", "an IDN that is none"),
    ({}, "  b.example.com: {}\n", 'next: write `"b"`', "a name that repeats the zone"),
    ({}, "  b.example.net.: {}\n", "3:3: error: 'b.example.net.' lies outside of the zone example.com", "outside"),
    (
        {},
        '  b: {senders: [{v: {service: custom, include: "x.example; all"}}]}\n',
        "include: 'x.example; all' is empty or holds a double quote, a semicolon",
        "a semicolon that would end a tag",
    ),
    ({}, '  b: {senders: [{v: {owner: "a\x07"}}]}\n', "holds the control character U+0007", "a control character"),
    (
        {"templates/services/t.yaml": TEMPLATE % "''.__class__"},
        "  b: {}\n",
        "t.yaml:2:41: error: in `value: {{ ''.__class__ }}`, an attribute of an attribute or of a result",
        "a template that reaches for attributes",
    ),
    (
        {"templates/services/t.yaml": TEMPLATE % "'a'*10**9"},
        "  b: {}\n",
        "t.yaml:2:41: error: in `value: {{ 'a'*10**9 }}`, arithmetic is not part of a definition",
        "a template that fills the memory",
    ),
    (
        {"templates/services/t.yaml": TEMPLATE % "x }}{% for x in range(9) %}{{ x"},
        "  b: {}\n",
        "statements ({% … %}) are not part of a definition",
        "a template that loops",
    ),
    (
        {"templates/services/t.yaml": TEMPLATE % ("(" * 1000)},
        "  b: {}\n",
        "it has 1,006 characters of at most 1,000",
        "a template that nests",
    ),
    (
        {"zones/gone.example.lock.yaml": "version: 1\nzone: gone.example\nrecorded: []\n"},
        "  b: {}\n",
        "run `dnsauth lock --release gone.example` to forget them and leave them standing",
        "a lock whose zone file was deleted",
    ),
    (
        {},
        '  "@": {senders: [{v: {service: custom, verification: [{value: "a\\" \\"b"}]}}]}\n',
        "verification: 'a\" \"b' holds a double quote or a backslash; ",
        "character-strings smuggled into one",
    ),
    (
        {},
        "  bücher: {senders: [{a: {service: custom, dkim: {s: {cname: a.}}}}, {b: {service: custom, dkim: {s: {cname: b.}}}}]}\n",
        "s._domainkey.bücher.example.com (s._domainkey.xn--bcher-kva.example.com) CNAME is asked for twice: sender a wants 'a.', sender b",
        "one selector of two senders, below an IDN",
    ),
    (
        {},
        '  "@": {receives: ["10 mx1"]}\n',
        "next: write `mx1.example.com.`",
        "a host without its domain",
    ),
]  # fmt: skip


KEPT = [
    ('{owner: "@", type: TXT, values: "v=spf1 ip4:999.1.1.1 -all"}', "has no IPv4 address: receivers answer permerror (RFC 7208"),
    ('{owner: _dmarc, type: TXT, values: "v=DMARC1; p=rejct"}', "RFC 9989"),
    ('{owner: s1._domainkey, type: TXT, values: "v=DKIM1; p=!"}', "RFC 6376"),
    ('{owner: "@", type: MX, values: mx.example.com.}', "refused"),
    ('{owner: "@", type: A, values: "2001:db8::1"}', "refused"),
]  # fmt: skip


@pytest.mark.parametrize(("keep", "problem"), KEPT, ids=[keep for keep, _ in KEPT])
def test_check_names_what_is_wrong_with_a_kept_record_before_a_guard_stops_it(repository, keep, problem):
    repository.write("zones/example.com.yaml", HEAD + f'  "@":\n    keep: [{keep}]\n')
    done = repository.run("check")
    (line,) = [line for line in done.out.splitlines() if line.startswith("zones/example.com.yaml")]
    assert (1, True, True) == (
        done.code,
        line.startswith("zones/example.com.yaml:4:") and " error: " in line,
        problem in line,
    )
    done = repository.run("plan")
    assert (1, True) == (done.code, "[PLN002]" in done.out)


@pytest.mark.parametrize(("more", "text", "message", "reason"), MISTAKES, ids=[m[-1] for m in MISTAKES])
def test_a_mistake_is_said_in_words_that_help(repository, more, text, message, reason):
    for name, added in more.items():
        repository.write(name, (repository.read(name) if name == "dnsauth.yaml" else "") + added)
    repository.write("zones/example.com.yaml", HEAD + text)
    before = repository.files()
    for command in (["check"], ["apply", "--yes"]):
        done = repository.run(*command)
        assert done.code == 1, reason
        assert message in done.out + done.err
        assert "next: " in done.out + done.err
    assert before == repository.files()
