"""What is new at others, for a reader: what needs somebody first, long lists cut, nothing unescaped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from dnsauth.lock.observed import Key, Looked, NoKey, Observed, Seen
from dnsauth.lock.observed_changes import Change, Changes, KeyChange, Kind, Shift, User
from dnsauth.output import refresh
from dnsauth.output.style import Style
from dnsauth.spf.addresses import EMPTY, Addresses

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=400)
AFTER = Observed(NOW, "192.0.2.53:53")
MANY = Addresses.of(ip_network((198 << 24 | 18 << 16 | host << 8, 32)) for host in range(40))
USERS = tuple(User(f"z{number}.example.", ("esp",)) for number in range(1200))


def test_nothing_new_is_one_line():
    assert "Refresh: nothing is new.\n" == refresh.text(Changes(), AFTER, {})


def test_long_lists_are_cut_and_all_is_shown_where_it_is_asked():
    found = Changes(shifts=(Shift("include:v.example", MANY, EMPTY, USERS),))
    short, long = (refresh.text(found, AFTER, {}, all=all) for all in (False, True))
    assert (
        "    + 16 more networks\n    used by sender esp of z0.example, z1.example, z2.example and 1,197 more\n"
        in short
    )
    assert 24 == short.count("/32\n")
    assert 40 == long.count("/32\n")
    assert "z1199.example\n" in long


def test_what_needs_somebody_stands_first():
    names = [
        Change(Looked(f"{kind.value}.example.", "TXT"), kind, ("v=spf1 -all",), after, USERS[:1])
        for kind, after in {
            Kind.CHANGED: ("v=spf1 ~all",),
            Kind.GONE: None,
            Kind.LOST: None,
            Kind.NEW: ("v=spf1 -all",),
            Kind.REPLACED: ("v=spf1 a -all",),
        }.items()
    ]
    heads = [
        line
        for line in refresh.text(Changes(tuple(names)), AFTER, {}).splitlines()
        if line[:1] in "!~+-" and line[:1]
    ]
    assert [
        "! lost.example TXT  has lost its record (NXDOMAIN)",
        "! replaced.example TXT  has no address and no term left of what it had: somebody else may have the name now",
        "~ changed.example TXT",
        "+ new.example TXT",
        "- gone.example TXT  nothing of yours leads there any more",
    ] == heads


def test_a_key_that_went_needs_somebody():
    key = Seen(Key("rsa-2048", "ab" * 32), NOW)
    revoked, other = Seen(NoKey.REVOKED, LATER), Seen(Key("ed25519", "cd" * 32), LATER)
    found = Changes(
        keys=(
            KeyChange("a.example.", key, revoked, USERS[:1]),
            KeyChange("b.example.", None, key, ()),
            KeyChange("c.example.", key, None, ()),
            KeyChange("d.example.", key, other, ()),
            KeyChange("e.example.", key, other, (), in_place=True),
        )
    )
    assert [
        "! key at a.example  rsa-2048 abababababababab → revoked",
        "+ key at b.example  rsa-2048 abababababababab",
        "- key at c.example  nothing of yours leads there any more",
        "~ key at d.example  rsa-2048 abababababababab → ed25519 cdcdcdcdcdcdcdcd",
        "! key at e.example  rsa-2048 abababababababab → ed25519 cdcdcdcdcdcdcdcd",
    ] == [line for line in refresh.text(found, AFTER, {}).splitlines() if " key at " in line]


def test_a_key_that_is_another_is_told_with_the_age_of_the_one_before():
    old, new = Seen(Key("rsa-2048", "ab" * 32), NOW), Seen(Key("rsa-2048", "cd" * 32), LATER)
    found = Changes(keys=(KeyChange("e.example.", old, new, USERS[:1], in_place=True),))
    assert [
        "! key at e.example  rsa-2048 abababababababab → rsa-2048 cdcdcdcdcdcdcdcd",
        "    the one before was seen since 2026-06-01: 400 days",
        "    replaced in place: mail signed before verifies no more (RFC 6376 section 3.1)",
        "    used by sender esp of z0.example",
    ] == refresh.text(found, AFTER, {}).splitlines()[:4]
    (key,) = refresh.document(found, AFTER, {})["keys"]
    assert ("2026-06-01T12:00:00Z", "2027-07-06T12:00:00Z", True) == (
        key["before"]["since"],
        key["after"]["since"],
        key["in_place"],
    )


def test_strangers_write_nothing_into_a_terminal():
    hostile = "::set-output name=x\x1b[31m\u202e"
    change = Change(Looked(hostile, "TXT"), Kind.NEW, None, (hostile,), (User(hostile, (hostile,)),))
    unanswered = {Looked(hostile, "A"): hostile}
    text = refresh.text(
        Changes((change,), (Shift(hostile, MANY, EMPTY, ()),)), AFTER, unanswered, Style(colour=False)
    )
    assert text.replace("\n", "").isascii()
    assert text.replace("\n", "").isprintable()
    assert not any(line.startswith("::") for line in text.splitlines())
    assert "not assessed: " in text
    assert "    the file has nothing of it\n" in text
