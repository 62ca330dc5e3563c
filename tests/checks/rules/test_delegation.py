"""Names of mail authentication that the zone's servers refer to others for."""

from __future__ import annotations

from dnsauth.checks.live.judge import judged
from dnsauth.checks.live.view import Asking, Subject
from dnsauth.findings import Outcome
from dnsauth.live.reply import Lame
from dnsauth.live.resolution import Asked
from dnsauth.survey import survey
from tests.checks.live_worlds import DESIRED, FIRST, OBSERVED, SECOND, SINCE, World, checked, codes, findings
from tests.plan.values import ZONE

FIRED = QUIET = frozenset({"INV180", "INV181"})
REFERRED = World(replies={(server, "CNAME"): Lame() for server in (FIRST, SECOND)})


def test_a_record_that_is_asked_for_at_a_name_that_is_delegated():
    (found,) = [one for one in findings(REFERRED) if one.rule.code.startswith("INV18")]
    assert ("INV180", Outcome.FAIL, f"s1._domainkey.{ZONE}") == (found.rule.code, found.outcome, found.owner)
    assert "LIV011?" not in codes(findings(REFERRED)), "the servers did answer"


def test_a_server_that_does_not_serve_the_name_while_another_does_is_no_delegation():
    one = World(replies={(FIRST, "CNAME"): Lame()})
    assert not {"INV180", "INV181"} & set(codes(findings(one)))
    assert not {"INV180", "INV181"} & set(codes(findings(World())))


def test_a_name_that_is_only_looked_at_is_told_of():
    subject = Subject(ZONE, tuple(Asked(*record.id) for record in DESIRED), zone=True)
    asking = Asking({}, {}, {}, {}, OBSERVED, now=SINCE)
    found = checked(one for each in judged(survey([subject], REFERRED), asking) for one in each.findings)
    assert "INV181" in codes(found)
    assert "INV180" not in codes(found)
