"""What third parties published is written a thing a line, read strictly, and answered as DNS would."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnsauth.documents import read_file
from dnsauth.lock import observed_file
from dnsauth.lock.observed import Key, Looked, NoKey, Observed, Published, Retired, Seen, vendor_key
from dnsauth.lock.observed_parse import FILE, parse
from dnsauth.records import dkim
from dnsauth.spf import NoSuchName, NotLooked
from dnsauth.spf.addresses import Addresses
from tests.plan.values import KEY, OTHER_KEY

THEN = datetime(2026, 6, 1, 12, tzinfo=UTC)
NET = Addresses.of([ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")])
VENDOR = Observed(
    THEN,
    "192.0.2.53:53",
    spf={
        "_spf.vendor.example.": Published(THEN, ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all",), NET),
        "gone.vendor.example.": Published(THEN, None),
        "silent.vendor.example.": Published(THEN, ()),
        "two.vendor.example.": Published(THEN, ("v=spf1 -all", "v=spf1 mx -all")),
    },
    hosts={
        Looked("mail.vendor.example.", "A"): ("192.0.2.9",),
        Looked("mail.vendor.example.", "AAAA"): (),
        Looked("vendor.example.", "MX"): ("10 mail.vendor.example.", "20 mx.vendor.example."),
    },
    keys={
        "s1.vendor.example.": Seen(Key("rsa-2048", "a" * 64), THEN),
        "s2.vendor.example.": Seen(NoKey.NXDOMAIN, THEN),
    },
    stale={Looked("silent.vendor.example.", "TXT"): THEN - timedelta(days=3)},
    retired={"_spf-0123abcd.example.com.": Retired(THEN, "v=spf1 ip4:192.0.2.9 -all")},
)
TEXT = """\
# `dnsauth lock --refresh` writes this file; review it and commit it. docs/files.md tells its form.
version: 1
refreshed: 2026-06-01T12:00:00Z
resolver: '192.0.2.53:53'
spf:
  '_spf.vendor.example':
    since: 2026-06-01T12:00:00Z
    digest: DIGEST
    records:
    - 'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all'
    addresses:
    - '192.0.2.0/24'
    - '2001:db8::/32'
  'gone.vendor.example':
    since: 2026-06-01T12:00:00Z
    digest: DIGEST
    absent: NXDOMAIN
  'silent.vendor.example':
    since: 2026-06-01T12:00:00Z
    digest: DIGEST
    absent: NODATA
  'two.vendor.example':
    since: 2026-06-01T12:00:00Z
    digest: DIGEST
    records:
    - 'v=spf1 -all'
    - 'v=spf1 mx -all'
hosts:
  'mail.vendor.example A':
  - '192.0.2.9'
  'mail.vendor.example AAAA': NODATA
  'vendor.example MX':
  - '10 mail.vendor.example.'
  - '20 mx.vendor.example.'
keys:
  's1.vendor.example': rsa-2048 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 2026-06-01T12:00:00Z
  's2.vendor.example': NXDOMAIN 2026-06-01T12:00:00Z
stale:
  'silent.vendor.example TXT': 2026-05-29T12:00:00Z
retired:
  '_spf-0123abcd.example.com': '2026-06-01T12:00:00Z v=spf1 ip4:192.0.2.9 -all'
"""


def undigested(text: str) -> str:
    head, *rest = text.split("    digest: ")
    return head + "".join("    digest: DIGEST" + part[64:] for part in rest)


def test_no_file_is_nothing_recorded(tmp_path):
    assert (Observed(), ()) == observed_file.read(tmp_path)
    assert Observed().age(THEN) is None


def test_one_thing_stands_on_a_line():
    assert TEXT == undigested(observed_file.write(VENDOR))


def test_the_file_is_read_back(tmp_path):
    (tmp_path / FILE).write_text(observed_file.write(VENDOR))
    assert (VENDOR, ()) == observed_file.read(tmp_path)


def test_it_answers_as_dns_did():
    assert ("10 mail.vendor.example.", "20 mx.vendor.example.") == VENDOR.lookup("vendor.example.", "MX")
    assert () == VENDOR.lookup("mail.vendor.example.", "AAAA")
    assert ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all",) == VENDOR.lookup("_spf.vendor.example.", "TXT")
    with pytest.raises(NoSuchName):
        VENDOR.lookup("gone.vendor.example.", "TXT")
    for unasked in (("vendor.example.", "TXT"), ("mail.vendor.example.", "MX")):
        with pytest.raises(NotLooked):
            VENDOR.lookup(*unasked)


def test_age_counts_from_the_refresh_and_for_what_could_not_be_asked_from_before():
    now = THEN + timedelta(days=1)
    assert timedelta(days=1) == VENDOR.age(now)
    assert timedelta(days=1) == VENDOR.age(now, [Looked("vendor.example.", "MX")])
    names = [Looked("vendor.example.", "MX"), Looked("silent.vendor.example.", "TXT")]
    assert timedelta(days=4) == VENDOR.age(now, names)


def test_a_key_is_as_old_as_it_was_seen_from_the_first_look_to_the_last():
    target, since = "s1.vendor.example.", THEN - timedelta(days=400)
    seen = replace(VENDOR, keys={target: Seen(Key("rsa-2048", "a" * 64), since)})
    assert timedelta(days=400) == seen.unchanged(target)
    unasked = replace(seen, stale={Looked(target, "TXT"): THEN - timedelta(days=300)})
    assert timedelta(days=100) == unasked.unchanged(target)
    assert timedelta(0) == replace(seen, refreshed=None).unchanged(target)


@pytest.mark.parametrize(
    ("values", "expected", "reason"),
    [
        (None, NoKey.NXDOMAIN, "there is no such name"),
        ((), NoKey.NODATA, "there is no TXT"),
        (("v=DKIM1; p=",), NoKey.REVOKED, "an empty key"),
        (("v=DKIM1; p=MIIB",), NoKey.UNREADABLE, "a key cut off"),
        (("some text",), NoKey.UNREADABLE, "no key record"),
        ((KEY, OTHER_KEY), NoKey.UNREADABLE, "which of two counts nobody says"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_why_a_target_has_no_key(values, expected, reason):
    assert expected == vendor_key(values), reason


def test_the_key_of_a_target_is_told_by_algorithm_and_fingerprint():
    assert Key("ed25519", dkim.fingerprint(dkim.Record.parse(KEY))) == vendor_key((KEY,))


times = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)
hostile = st.text("".join(chr(i) for i in range(0x21, 0x7F)), min_size=1, max_size=60).map(
    lambda text: text.lower() + "."
)
texts = st.text("".join(chr(i) for i in range(0x20, 0x7F)), max_size=80).map("v=spf1 {}".format)
networks = st.one_of(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)),
    st.tuples(st.integers(0, 2**128 - 1), st.integers(0, 128)),
).map(lambda pair: ip_network(pair, strict=False))
records = st.one_of(
    st.none(), st.lists(texts, max_size=3, unique=True).map(lambda found: tuple(sorted(found)))
)
policies = st.builds(Published, times, records, st.lists(networks, max_size=6).map(Addresses.of))
hosts = st.one_of(
    st.tuples(
        hostile.map(lambda name: Looked(name, "A")),
        st.sampled_from([None, (), ("192.0.2.1",), ("192.0.2.1", "192.0.2.2")]),
    ),
    st.tuples(hostile.map(lambda name: Looked(name, "AAAA")), st.sampled_from([None, (), ("2001:db8::1",)])),
    st.tuples(
        hostile.map(lambda name: Looked(name, "MX")),
        st.one_of(
            st.none(),
            st.lists(hostile.map("10 {}".format), max_size=3, unique=True).map(lambda v: tuple(sorted(v))),
        ),
    ),
)
keys = st.builds(
    Seen,
    st.one_of(
        st.sampled_from(NoKey), st.builds(Key, st.sampled_from(["rsa-2048", "ed25519"]), st.just("0f" * 32))
    ),
    times,
)
observations = st.builds(
    Observed,
    st.one_of(st.none(), times),
    st.sampled_from(["", "127.0.0.1:53", "[::1]:53"]),
    st.dictionaries(hostile, policies, max_size=4),
    st.lists(hosts, max_size=4).map(dict),
    st.dictionaries(hostile, keys, max_size=3),
    st.dictionaries(st.builds(Looked, hostile, st.sampled_from(["TXT", "A"])), times, max_size=3),
    st.dictionaries(hostile, st.builds(Retired, times, texts), max_size=3),
)


@given(observations)
def test_whatever_strangers_publish_is_read_back(observed):
    text = observed_file.write(observed)
    assert (observed, ()) == parse(text.encode())
    assert text == observed_file.write(parse(text.encode())[0])


BAD = {
    "a newer version": ("version: 1", "version: 2", "dnsauth lock", "no observed lock of version 1"),
    "a key twice": ("keys:", "hosts:", "hosts:", "again"),
    "an unknown section": ("keys:", "kyes:", "kyes:", "none of version"),
    "a section that is a text": ("stale:\n", "stale: 2026\nx:\n", "stale:", "no mapping"),
    "no time": ("refreshed: 2026-06-01T12:00:00Z", "refreshed: yesterday", "refreshed:", "no time"),
    "a time that cannot be": ("TXT': 2026-05", "TXT': 2026-13", "TXT'", "no time"),
    "a record of a hand": ("ip4:192.0.2.0/24 ip6", "ip4:192.0.0.0/16 ip6", "_spf.vendor", "hand or a merge"),
    "an address of a hand": ("    - '192.0.2.0/24'\n", "", "_spf.vendor", "hand or a merge"),
    "an address that is none": ("- '192.0.2.0/24'", "- '192.0.2.1/24'", "_spf.vendor", "host bits"),
    "a record that is none": ("- 'v=spf1 mx -all'", "- 'v=spf2 mx -all'", "two.vendor", "no such value"),
    "records and absent": ("absent: NXDOMAIN", "absent: NXDOMAIN\n    records: []", "gone.", "either records"),
    "a third way of being absent": ("absent: NXDOMAIN", "absent: SERVFAIL", "gone.", "NODATA"),
    "no digest": ("digest:", "digits:", "_spf.vendor", "since, digest"),
    "an upper-case name": ("'gone.vendor.example'", "'Gone.vendor.example'", "Gone.", "lower case"),
    "a type nobody asks": ("'vendor.example MX'", "'vendor.example TXT'", "'vendor.example TXT", "none of A, AAAA, MX"),
    "a host's address that is none": ("- '192.0.2.9'", "- '192.0.2.900'", "mail.vendor.example A'", "no such value"),
    "an MX without preference": ("'10 mail.", "'mail.", "'vendor.example MX", "no such value"),
    "no values": ("AAAA': NODATA", "AAAA': []", "AAAA", "nothing is said"),
    "a key cut off": ("rsa-2048 a", "rsa-2048 ", "s1.vendor", "no algorithm"),
    "a key that nobody says when it was seen": ("a 2026-06-01T12:00:00Z", "a", "s1.vendor", "before a time"),
    "no key, at no time": ("NXDOMAIN 2026-06-01T12", "NXDOMAIN 2026-06-31T12", "s2.vendor", "no time"),
    "a third way of having no key": ("NXDOMAIN 2026", "SERVFAIL 2026", "s2.vendor", "no algorithm"),
    "a chunk without its record": ("v=spf1 ip4:192.0.2.9", "x=spf1 ip4:192.0.2.9", "_spf-0123abcd", "no time with an SPF record"),
}  # fmt: skip


def first_line(text: str, holding: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if holding in line)


@pytest.mark.parametrize(("old", "new", "place", "reason"), BAD.values(), ids=BAD)
def test_what_does_not_belong_is_named_with_its_line(old, new, place, reason):
    assert old in observed_file.write(VENDOR)
    text = observed_file.write(VENDOR).replace(old, new, 1)
    _, findings = parse(text.encode())
    said = [finding for finding in findings if reason in finding.message]
    if reason == "again":  # the place of the second
        text = text.replace(place, "", 1)
    assert [(FILE, first_line(text, place))] == [(one.where.file, one.where.line) for one in said]
    assert all(finding.stops and finding.next for finding in findings)


def test_every_problem_is_named_at_once():
    text = observed_file.write(VENDOR).replace("rsa-2048", "rot-13").replace("absent", "missing")
    places = [first_line(text, place) for place in ("gone.", "silent.", "s1.")]
    assert places == [finding.where.line for finding in parse(text.encode())[1]]


@pytest.mark.parametrize("text", ["version: 2", "[]", "", "version: 1\nversion: 1"])
def test_what_is_no_observed_lock_is_named(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    observed, findings = observed_file.read(tmp_path)
    assert Observed() == observed
    assert [FILE] == [finding.where.file for finding in findings]


def test_any_yaml_reader_takes_the_file(tmp_path):
    (tmp_path / FILE).write_text(observed_file.write(VENDOR))
    document, findings = read_file(tmp_path / FILE, FILE)
    assert () == findings
    assert ["192.0.2.0/24", "2001:db8::/32"] == document["spf"]["_spf.vendor.example"]["addresses"]
