"""A line under ``keys:`` and the key are inverse, and a bad line is refused with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dnsauth import documents
from dnsauth.lock import keys_file
from dnsauth.lock.keys import Key, Reported, Revocation, Seen, State, Word

ZONE = "example.com."
RSA = (
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt"
    "IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi"
    "tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
)
ED25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
RECORDS = {"rsa-1024": RSA, "ed25519": ED25519}
TIME = datetime(2026, 3, 1, 12, tzinfo=UTC)

times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda time: time.replace(microsecond=0)
)
texts = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), min_size=1, max_size=30)
plain = st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True)
selectors = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,9}[a-z0-9])?(\.[a-z0-9]{1,9})?", fullmatch=True)
hosts = st.sampled_from(["mx1", "mx2.example.net", "no", "1e3", "host: {a}", "☃", "- x", "~"])
words = st.lists(
    st.builds(Word, hosts, times, st.booleans(), st.just("") | texts), unique_by=lambda word: word.host
).map(lambda found: tuple(sorted(found)))
seen = st.builds(Seen, times, st.lists(texts, max_size=3).map(tuple), st.integers(0, 2**31))
keys = st.sampled_from(sorted(RECORDS)).flatmap(
    lambda algorithm: st.builds(
        Key,
        domain=st.sampled_from([ZONE, "mail.example.com.", "xn--bcher-kva.example.com."]),
        selector=selectors,
        sender=plain,
        algorithm=st.just(algorithm),
        state=st.sampled_from(State),
        made=times,
        since=times,
        record=st.just(RECORDS[algorithm]),
        store=st.just("") | plain,
        signer=st.just("") | plain,
        seen=st.none() | seen,
        words=words,
        revocation=st.none() | st.builds(Revocation, times, texts, texts),
        reported=st.none() | st.builds(Reported, times, st.just("") | texts),
    )
)


def _read(text):
    document, problems = documents.load(f"- {text}\n".encode(), "zones/example.com.lock.yaml")
    assert () == problems
    return keys_file.key(document[0], ZONE)


@given(keys)
@settings(max_examples=100, deadline=None)
def test_the_line_and_the_key_are_inverse(key):
    line = keys_file.line(key, ZONE)
    assert "\n" not in line
    assert key == _read(line)
    assert line == keys_file.line(_read(line), ZONE)


@given(st.text(st.characters(), min_size=1))
@settings(max_examples=100, deadline=None)
@example("\x1b[2J\x85\u2028\u202e\ufeff\ufffe\ud800 and so on")
def test_whatever_a_person_or_a_reporter_says_the_line_can_be_read_again(text):
    key = replace(
        A_KEY,
        revocation=Revocation(TIME, text, text),
        words=(Word(text, TIME, signs=True),),
        reported=Reported(TIME, text),
    )
    line = keys_file.line(key, ZONE)
    assert line == keys_file.line(_read(line), ZONE)


A_KEY = Key(
    ZONE,
    "a",
    "own-mta",
    "ed25519",
    State.ACTIVE,
    TIME,
    TIME,
    ED25519,
    "vault",
    "opendkim",
    Seen(TIME, ("ns1.example.net.",), 60),
)
LINE = keys_file.line(A_KEY, ZONE)


def test_a_line_is_read_by_people():
    key = replace(
        A_KEY,
        words=(Word("mx1", TIME, signs=True), Word("mx2", TIME, signs=False, by="jo")),
        revocation=Revocation(TIME, "jo", "the backup of mx1 is gone"),
        reported=Reported(TIME, "google.com"),
    )
    assert (
        '{selector: a, domain: "@", sender: own-mta, algorithm: ed25519, state: active,'
        ' since: "2026-03-01T12:00:00Z", made: "2026-03-01T12:00:00Z",'
        ' seen: {at: "2026-03-01T12:00:00Z", ttl: 60, servers: [ns1.example.net.]},'
        ' hosts: {mx1: {signs: "2026-03-01T12:00:00Z"}, mx2: {stopped: "2026-03-01T12:00:00Z", by: jo}},'
        ' reported: {end: "2026-03-01T12:00:00Z", org_name: google.com},'
        ' revoked: {at: "2026-03-01T12:00:00Z", by: jo, reason: "the backup of mx1 is gone"},'
        f' store: vault, signer: opendkim, record: "{ED25519}"}}'
    ) == keys_file.line(key, ZONE)


def test_another_offset_is_the_same_time():
    assert A_KEY == _read(LINE.replace("2026-03-01T12:00:00Z", "2026-03-01T14:00:00+02:00"))


def test_lines_are_sorted_by_domain_sender_algorithm_and_age():
    old = replace(A_KEY, selector="z", made=TIME.replace(year=2025))
    other = replace(A_KEY, sender="a-portal")
    below = replace(A_KEY, domain="mail.example.com.")
    rsa = replace(A_KEY, algorithm="rsa-1024", record=RSA)
    expected = [keys_file.line(key, ZONE) for key in (other, old, A_KEY, rsa, below)]
    assert expected == keys_file.lines([below, rsa, A_KEY, old, other], ZONE)


SEEN = 'seen: {at: "2026-03-01T12:00:00Z", ttl: 60, servers: [ns1.example.net.]}, '
AT = '"2026-03-01T12:00:00Z"'


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (LINE, "a text", "no mapping"),
        (LINE, "[a, list]", "no mapping"),
        ("selector: a, ", "", "no 'selector'"),
        ('domain: "@", ', "", "no 'domain'"),
        ("sender: own-mta, ", "", "no 'sender'"),
        ("algorithm: ed25519, ", "", "no 'algorithm'"),
        ("state: active, ", "", "no 'state'"),
        (f"since: {AT}, ", "", "no 'since'"),
        (f"made: {AT}, ", "", "no 'made'"),
        ("store: vault, ", "", "no 'store'"),
        ("signer: opendkim, ", "", "no 'signer'"),
        (f', record: "{ED25519}"', "", "no 'record'"),
        ("selector: a", "selector: {a: b}", "no 'selector'"),
        ("selector: a", "selector: a_b", "no selector"),
        ("selector: a", "selector: A", "no selector"),
        ("selector: a", 'selector: ""', "no selector"),
        ("selector: a", "selector: ä", "no selector"),
        ("selector: a", f"selector: {'a.' * 120}a", "DNS ends at 253"),
        ('domain: "@"', "domain: a..b", "an empty label"),
        ('domain: "@"', "domain: example.org.", "not in the zone"),
        ("state: active", "state: used", "used"),
        ("algorithm: ed25519", "algorithm: rsa-2048", "no key of algorithm rsa-2048"),
        (ED25519, RSA, "no key of algorithm ed25519"),
        (ED25519, "v=DKIM1; p=", "no key of algorithm ed25519"),
        (ED25519, "v=spf1 -all", "v"),
        (ED25519, ED25519[:-4], "32 octets"),
        (f"since: {AT}", "since: 2026", "'since' is no time"),
        (f"made: {AT}", 'made: "2026-03-01T12:00:00"', "'made' lacks its offset"),
        (f"made: {AT}", 'made: "0001-01-01T00:00:00+14:00"', "'made' is no time"),
        (f"{{at: {AT}, ttl", "{ttl", "no 'at'"),
        ("ttl: 60, ", "", "no 'ttl'"),
        ("ttl: 60", "ttl: -1", "'seen' lacks its ttl"),
        ("ttl: 60", "ttl: 1.5", "'seen' lacks its ttl"),
        ("ttl: 60", "ttl: ⁶", "'seen' lacks its ttl"),
        ("ttl: 60", f"ttl: {'9' * 5000}", "'seen' lacks its ttl"),
        ("servers: [ns1.example.net.]", "servers: ns1.example.net.", "'seen' lacks its ttl or its servers"),
        ("servers: [ns1.example.net.]", "servers: [{a: b}]", "'seen' lacks its ttl or its servers"),
        (SEEN, "seen: [a], ", "'seen' is no mapping"),
        ("store:", "hosts: [mx1], store:", "'hosts' is no mapping"),
        ("store:", "hosts: {mx1: signs}, store:", "'mx1' says is neither"),
        ("store:", "hosts: {mx1: {}}, store:", "'mx1' says is neither"),
        ("store:", f"hosts: {{mx1: {{signs: {AT}, stopped: {AT}}}}}, store:", "'mx1' says is neither"),
        ("store:", "hosts: {mx1: {signs: today}}, store:", "'signs' is no time"),
        ("store:", f"hosts: {{mx1: {{signs: {AT}, by: [a]}}}}, store:", "no 'by'"),
        ("store:", "reported: yes, store:", "'reported' has not"),
        ("store:", f"reported: {{end: {AT}}}, store:", "'reported' has not"),
        ("store:", "reported: {org_name: google.com}, store:", "'reported' has not"),
        ("store:", f"reported: {{end: {AT}, org_name: a, by: b}}, store:", "'reported' has not"),
        ("store:", "reported: {end: today, org_name: a}, store:", "'end' is no time"),
        ("store:", f"reported: {{end: {AT}, org_name: [a]}}, store:", "no 'org_name'"),
        ("store:", "revoked: yes, store:", "'revoked' is no mapping"),
        ("store:", f"revoked: {{at: {AT}, by: jo}}, store:", "no 'reason'"),
        ("store:", f"revoked: {{at: {AT}, reason: none}}, store:", "no 'by'"),
        ("store:", "revoked: {by: jo, reason: none}, store:", "no 'at'"),
    ],
)
def test_a_bad_line_is_refused(old, new, reason):
    text = LINE.replace(old, new, 1)
    assert text != LINE
    with pytest.raises(keys_file.BadLine, match=reason):
        _read(text)
