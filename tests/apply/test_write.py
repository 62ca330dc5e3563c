"""One zone at one provider: an answer without an error proves nothing."""

from __future__ import annotations

import pytest

from dnsauth.apply.receipt import Difference, Outcome
from dnsauth.apply.write import said, write
from dnsauth.plan.model import Change
from dnsauth.rrset import RRset, RRsetId
from tests.apply.providers import (
    Breaking,
    Liar,
    Mangling,
    Refusing,
    Stored,
    Vanishing,
    adding,
    planned,
    txt,
)

ZONE = "example.com."
BEFORE = txt(ZONE, 'a "foreign" value')
AFTER = txt(ZONE, 'a "foreign" value', "v=spf1 -all")


def written(provider: Stored):
    held = provider.read(ZONE)
    return write(adding(provider, ZONE), held, provider)


def test_a_write_that_reads_back_as_written_is_applied():
    provider = Stored("ns1", {ZONE: [BEFORE]})
    entry = written(provider)

    assert (Outcome.APPLIED, True, "", ()) == (entry.outcome, entry.written, entry.message, entry.unlike)
    assert AFTER == provider.read(ZONE).rrsets[RRsetId(ZONE, "TXT")]


def test_a_server_that_ignored_the_update_is_found_out_and_nothing_was_written():
    entry = written(Liar("ns1", {ZONE: [BEFORE]}))

    assert (Outcome.FAILED, False) == (entry.outcome, entry.written)
    assert (Difference(AFTER.id, AFTER, BEFORE),) == entry.unlike
    assert "ns1 took the changes without an error, and holds otherwise: example.com. TXT" == entry.message
    assert entry.next


def test_a_delete_that_matched_nothing_is_found_out():
    provider = Liar("ns1", {ZONE: [BEFORE]})
    held = provider.read(ZONE)

    assert (Difference(BEFORE.id, None, BEFORE),) == write(
        planned(held, Change(BEFORE, None)), held, provider
    ).unlike


def test_a_foreign_value_damaged_in_storage_is_found_out_and_something_was_written():
    entry = written(Mangling("ns1", {ZONE: [BEFORE]}))

    assert (Outcome.FAILED, True) == (entry.outcome, entry.written)
    assert (RRset(ZONE, "TXT", 300, ("a foreign value", "v=spf1 -all")),) == tuple(
        u.found for u in entry.unlike
    )


def test_a_provider_that_holds_something_else_by_now_makes_the_zone_stale():
    provider = Stored("ns1", {ZONE: [BEFORE]})
    held, plan = provider.read(ZONE), adding(provider, ZONE)
    provider.zones[ZONE][BEFORE.id] = txt(ZONE, "somebody was quicker")
    entry = write(plan, held, provider)

    assert (Outcome.STALE, False) == (entry.outcome, entry.written)
    assert ("example.com. changed in between", "make a new plan") == (entry.message, entry.next)


def test_a_refused_write_is_said_with_its_next_step():
    entry = written(Refusing("ns1", {ZONE: [BEFORE]}))

    assert (Outcome.FAILED, False) == (entry.outcome, entry.written)
    assert ("ns1 refused 1 changes of example.com.", "look into its log") == (entry.message, entry.next)


@pytest.mark.parametrize(("after", "left"), [(0, False), (1, True)])
def test_a_library_that_breaks_is_named_without_its_text_and_looked_behind(after, left):
    entry = written(Breaking("ns1", {ZONE: [BEFORE]}, after))

    assert (Outcome.FAILED, left) == (entry.outcome, entry.written)
    assert "it failed with ConnectionError at providers.py:" in entry.message
    assert "hunter2" not in repr(entry)


def test_a_write_that_cannot_be_read_back_may_have_been_written():
    entry = written(Vanishing("ns1", {ZONE: [BEFORE]}))

    assert (Outcome.FAILED, True) == (entry.outcome, entry.written)
    assert "it was written, and can't be read back: ns1 does not answer" == entry.message


def test_a_write_that_failed_and_cannot_be_looked_behind_may_have_been_written():
    class Gone(Refusing):
        def read(self, zone):
            raise OSError(f"no route to read {zone}")

    held = Stored("ns1", {ZONE: [BEFORE]}).read(ZONE)
    entry = write(planned(held, Change(BEFORE, AFTER)), held, Gone("ns1", {}))

    assert (Outcome.FAILED, True) == (entry.outcome, entry.written)


def test_an_error_that_was_never_raised_has_no_place():
    assert (
        "it failed with KeyError; its text is withheld, since it may hold a secret"
        == said(KeyError("token"))[0]
    )
