from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dnsauth.apply.receipt import Entry, Outcome
from dnsauth.checks.live.rules import LAME, NOT_SERVED, UNREACHABLE
from dnsauth.findings import NOWHERE, Finding, Where
from dnsauth.findings import Outcome as Assessed
from dnsauth.inventory.model import (
    Agreement,
    Inventory,
    MailDomain,
    Sender,
    Waiver,
    Zone,
)
from dnsauth.inventory.operations import Event, Notify
from dnsauth.lock.keys import State, Word
from dnsauth.output import notice
from dnsauth.output.notice import MAX_LINES, News, Notice
from dnsauth.plan.model import ZonePlan
from dnsauth.rotation.due import Wait
from dnsauth.rotation.step import Moved
from tests.output.test_diff import AGREEING, LAGGING
from tests.output.test_receipt import RECEIPT, VERIFIED
from tests.rotation.values import HOSTS, NOON, SIGNER, a_key, at

TODAY = date(2026, 6, 1)
APPLY = """\
example.org at ns1: stale
example.com at ns1: applied, 1 to create; not served everywhere yet, waiting for 192.0.2.55:5300, ns2.example.com, ns3.example.com

Receipt: receipts/1.json. Exit code 4."""
EVERYTHING = Notify(("env/HOOK",), frozenset(Event), NOWHERE)


def to(*events: Event, zones: tuple[str, ...] = ()) -> Notify:
    return Notify(("env/HOOK",), frozenset(events), NOWHERE, zones)


def zone(name: str, *, file: str = "", baa: str = "") -> Zone:
    file = file or f"zones/{name}yaml"
    senders = (Sender("app", "custom", NOWHERE, baa=baa),)
    return Zone(name, Where(file), (), (MailDomain(name, NOWHERE, 3600, True, senders),))


def inventory(*zones: Zone, **more: object) -> Inventory:
    return Inventory(Path(), {each.name: each for each in zones}, **more)


def lines(of: Notice) -> list[str]:
    return [one.text for one in of.news]


def test_a_receipt_says_what_was_written_what_was_not_where_it_is_and_how_it_ended():
    told = notice.message("apply", notice.of_receipt(RECEIPT, Path("receipts/1.json")), EVERYTHING)
    assert ("dnsauth apply: 1 applied, 1 failed", APPLY, True) == told


@pytest.mark.parametrize(
    ("events", "title"),
    [
        ([Event.APPLIED], "dnsauth apply: 1 applied"),
        ([Event.FAILED], "dnsauth apply: 1 failed"),
        ([Event.APPLIED, Event.FAILED], "dnsauth apply: 1 applied, 1 failed"),
        ([Event.DRIFT, Event.KEY_DUE, Event.ENDING], None),
    ],
)
def test_somebody_is_told_what_they_asked_for(events, title):
    told = notice.message("apply", notice.of_receipt(RECEIPT, None), to(*events))
    assert title == (told and told.title)
    assert told is None or told.bad == (Event.FAILED in events)


@pytest.mark.parametrize(
    ("zones", "title"),
    [
        (("example.com.",), "dnsauth apply: 1 applied"),
        (("example.org.", "example.net."), "dnsauth apply: 1 failed"),
        (("example.net.",), None),
    ],
)
def test_somebody_is_told_of_their_zones(zones, title):
    told = notice.message("apply", notice.of_receipt(RECEIPT, None), to(*Event, zones=zones))
    assert title == (told and told.title)


def test_what_concerns_no_zone_concerns_everybody():
    assert notice.message("apply", notice.of_failure(), to(Event.FAILED, zones=("example.net.",)))


def test_an_apply_that_does_nothing_is_no_news():
    quiet = replace(RECEIPT, entries=(Entry(ZonePlan("example.net.", "ns1", "", ""), Outcome.DONE),))
    assert notice.message("apply", notice.of_receipt(quiet, None), EVERYTHING) is None


def test_what_may_have_been_written_is_said():
    failed = Entry(ZonePlan("example.net.", "ns1", "", ""), Outcome.FAILED, written=True)
    receipt = replace(RECEIPT, entries=(failed,), unverified="no route")
    assert [
        "example.net at ns1: failed, and something may have been written",
        "what was written could not be verified",
    ] == lines(notice.of_receipt(receipt, None))


def test_a_stopped_zone_names_its_guards():
    stops = Finding(LAME, owner="example.com.", facts={})
    stopped = Entry(ZonePlan("example.com.", "ns1", "", "", (), (stops,)), Outcome.STOPPED)
    assert ["example.com at ns1: stopped by LIV001"] == lines(
        notice.of_receipt(replace(RECEIPT, entries=(stopped,)), None)
    )


def test_a_zone_that_is_not_served_as_asked_names_its_servers():
    agreeing = replace(VERIFIED, zone="example.net.", standings=VERIFIED.standings[:1], missing=())
    assert [
        "example.com: not served as asked, waiting for 192.0.2.55:5300, ns2.example.com, ns3.example.com"
    ] == lines(notice.of_verified([VERIFIED, agreeing]))


def test_a_diff_tells_drift_and_what_it_does_not_know_apart():
    of = notice.of_diff([LAGGING, AGREEING])
    assert [
        (Event.DRIFT, "example.com: 2 RRsets not as the inventory asks"),
        (Event.FAILED, "example.com: 5 RRsets not assessed"),
    ] == [(one.event, one.text) for one in of.news]


def test_a_live_check_tells_errors_and_drift_by_zone():
    zones = (
        zone("example.com."),
        zone("a.example.", file="zones/look-alikes.yaml"),
        zone("b.example.", file="zones/look-alikes.yaml"),
    )
    found = [
        Finding(LAME, owner="mail.example.com.", facts={}),
        Finding(NOT_SERVED, Where("zones/example.com.yaml", 4), facts={}),
        Finding(UNREACHABLE, owner="a.example.", facts={}, outcome=Assessed.NOT_ASSESSED),
        Finding(UNREACHABLE, owner="b.example.", facts={}),
        Finding(LAME, Where("zones/look-alikes.yaml", 1), facts={}),
    ]
    of = notice.of_check(found, inventory(*zones), TODAY, live=True)
    assert [
        (Event.DRIFT, (), "the inventory: 1 finding, LIV001"),
        (Event.FAILED, ("a.example.",), "a.example: 1 not assessed, LIV002"),
        (Event.DRIFT, ("example.com.",), "example.com: 2 findings, LIV001, LIV012"),
    ] == [*of.news]
    assert () == notice.of_check(found, inventory(*zones), TODAY, live=False).news


@pytest.mark.parametrize(
    ("days", "verb"),
    [(31, None), (30, "ends"), (0, "ends"), (-1, "ended"), (-400, "ended")],
)
def test_what_ends_is_told_a_month_ahead(days, verb):
    day = TODAY + timedelta(days)
    waiver = Waiver("SPF021", "mail.example.com.", day, "dns@example.com", "why", NOWHERE)
    agreement = Agreement("aws", "Amazon", ("amazon-ses",), TODAY, expires=day)
    of = notice.of_check(
        (),
        inventory(
            zone("example.com."),
            zone("example.net.", baa="aws"),
            waivers=(waiver,),
            agreements={"aws": agreement},
        ),
        TODAY,
        live=False,
    )
    assert [*of.news] == (
        [
            (Event.ENDING, ("example.net.",), f"the agreement aws with Amazon {verb} on {day}"),
            (Event.ENDING, ("example.com.",), f"the waiver of SPF021 for mail.example.com {verb} on {day}"),
        ]
        if verb
        else []
    )


@pytest.mark.parametrize(("days", "verb"), [(31, None), (30, "is"), (-1, "was")])
def test_a_review_is_told_a_month_ahead(days, verb):
    day = TODAY + timedelta(days)
    agreement = Agreement("aws", "Amazon", ("amazon-ses",), TODAY, review=day)
    of = notice.of_check((), inventory(agreements={"aws": agreement}), TODAY, live=False)
    assert ([f"the agreement aws with Amazon {verb} to be reviewed by {day}"] if verb else []) == lines(of)


KEYS = [
    (a_key(state=State.ACTIVE), a_key(state=State.VISIBLE), {"days": 9}, "new._domainkey.example.com: visible → active", "it moved"),
    (None, a_key(state=State.VISIBLE), {"days": 3}, None, "it waits for three days"),
    (None, a_key(state=State.VISIBLE), {"days": 3, "seconds": 1}, "new._domainkey.example.com: visible, has waited 3 days for mx1, mx2", "it waits for more"),
    (None, a_key(state=State.VISIBLE, words=(Word("mx1", NOON, signs=True),)), {"days": 4}, "new._domainkey.example.com: visible, has waited 4 days for mx2", "one host has it"),
    (None, a_key(state=State.RETIRING, words=(Word("mx1", NOON, signs=True),)), {"days": 4}, "new._domainkey.example.com: retiring, has waited 4 days for mx1, mx2", "no host has stopped"),
    (None, a_key(state=State.RETIRING, words=tuple(Word(host, NOON, signs=False) for host in HOSTS)), {"days": 4}, None, "all have"),
    (None, a_key(state=State.PUBLISHED), {"days": 40}, None, "it waits for servers"),
    (None, a_key(state=State.ACTIVE), {"days": 40}, None, "it is in use"),
]  # fmt: skip


@pytest.mark.parametrize(("after", "before", "span", "text", "reason"), KEYS, ids=[key[4] for key in KEYS])
def test_a_key_is_told_where_it_moved_or_waits_too_long_for_a_host(after, before, span, text, reason):
    moved = Moved(before, after or before, Wait(None, reason))
    of = notice.of_step([("example.com.", moved)], (), signed(), at(**span))
    assert [(Event.KEY_DUE, ("example.com.",), text)] * bool(text) == [*of.news]


def test_a_key_that_was_made_is_told():
    of = notice.of_step((), [("example.com.", a_key(state=State.GENERATED))], signed(), NOON)
    assert ["new._domainkey.example.com: made, rsa-2048, for own-mta"] == lines(of)


def signed() -> Inventory:
    return inventory(signers={SIGNER: {"class": "files", "hosts": [*HOSTS]}})


def test_a_long_text_is_cut_at_a_line_and_what_failed_stands_first():
    many = [News(Event.DRIFT, ("example.com.",), f"{number}") for number in range(30)]
    last = News(Event.FAILED, ("example.com.",), "the last")
    told = notice.message("diff", Notice((*many, last), "Look."), EVERYTHING)
    assert ["the last", *map(str, range(MAX_LINES - 1)), "and 11 more", "", "Look."] == told.body.split("\n")
    assert "dnsauth diff: 1 failed, 30 drift" == told.title


def test_no_text_commands_a_terminal_or_another_line():
    hostile = Notice((News(Event.DRIFT, (), "a\x1b[31m\n\u202eb"),), "\u200bc")
    assert "a\\x1b[31m\\x0a\\u{202e}b\n\n\\u{200b}c" == notice.message("diff", hostile, EVERYTHING).body


def test_no_value_of_dns_and_no_message_is_told():
    for of in (notice.of_receipt(RECEIPT, None), notice.of_diff([LAGGING]), notice.of_verified([VERIFIED])):
        assert "v=" not in str(of)
        assert "does not serve this zone" not in str(of)


def test_a_command_that_could_not_do_its_work_is_told_without_its_error():
    told = notice.message("apply", notice.of_failure(), EVERYTHING)
    assert ("dnsauth apply: 1 failed", "it could not be done\n\nIts log says why.", True) == told
