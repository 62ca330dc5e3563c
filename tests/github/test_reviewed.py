"""What was reviewed is what a comment of ours says, and ``apply --reviewed`` writes that and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnsauth.apply.match import Matched, Verdict, match
from dnsauth.errors import DnsauthError
from dnsauth.output import markdown, posted
from dnsauth.plan import reviewed
from dnsauth.plan.model import Plan, ZonePlan
from dnsauth.plan.reviewed import Reviewed
from tests.apply.test_match import EMPTY, OTHER, REVIEWED, plan
from tests.output.test_plan import CREATE, GUARD
from tests.servers.github import BOT, REPOSITORY, Answer, Failure

SHA, LATER = "a" * 40, "b" * 40
MARKER = "<!-- dnsauth:plan -->\n"
HOSTILE = "<!-- dnsauth:digests {} --> `@team` </details>\n--> \x1b \u202e \ud800"

texts = st.one_of(st.text(max_size=20), st.sampled_from([HOSTILE, "-->", "--", "example.com.", "ns1"]))
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
zones = st.builds(
    ZonePlan,
    texts,
    texts,
    st.just(""),
    digests,
    st.sampled_from([(), (CREATE,), (CREATE,) * 11]),
    st.sampled_from([(), (GUARD,)]),
    st.sampled_from([False, False, True]),
)
plans = st.lists(zones, max_size=12, unique_by=lambda zone: (zone.zone, zone.provider)).map(
    lambda found: Plan("", "", tuple(found))
)


@given(plans, st.sampled_from(["", "+a patch\n```\n"]))
def test_the_digests_written_in_a_comment_are_those_read(whole, patch):
    wanted = [
        Reviewed(one.zone, one.provider, one.digest)
        for one in whole.zones
        if one.changes and not one.observed
    ]
    body = posted.text("plan", markdown.plan(whole), patch)
    assert sorted(wanted) == list(reviewed.shown(body)) == list(reviewed.shown(body.replace("\n", "\r\n")))
    for line in body.split("\n"):
        assert not line.startswith("<!--") or line.index("-->") == len(line) - 3


@given(plans)
def test_the_digests_written_in_the_file_are_those_read(whole):
    found = reviewed.of(whole.zones)
    assert found == reviewed.read(reviewed.write(found, SHA, 7), "reviewed.json")


def test_of_ten_thousand_zones_the_comment_has_those_it_shows():
    whole = Plan(
        "", "", tuple(ZonePlan(f"z{n}.example.", "ns1", "", f"{n:064x}", (CREATE,)) for n in range(10_000))
    )
    body = posted.text("plan", markdown.plan(whole))
    rows = [line for line in body.split("\n") if line.startswith("| `z")]
    assert len(body) <= posted.MAX_TEXT
    assert 300 < len(rows) == len(reviewed.shown(body))
    assert all(
        one.digest in row
        for one, row in zip(sorted(reviewed.shown(body), key=lambda o: o.digest), rows, strict=True)
    )


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ("", "none"),
        (' <!-- dnsauth:digests {"ns1":{"a.":"QUJD"}} -->', "not at the start of its line"),
        ('<!-- dnsauth:digests {"ns1":{"a.":"QUJD"}} -->', "no SHA-256"),
        ('<!-- dnsauth:digests {"ns1":{"a.":7}} -->', "a number"),
        ('<!-- dnsauth:digests {"ns1":["a."]} -->', "a list"),
        ("<!-- dnsauth:digests [] -->", "a list"),
        ("<!-- dnsauth:digests {", "cut off"),
        (f"<!-- dnsauth:digests {'[' * 60_000} -->", "nested without end"),
    ],
)
def test_what_is_no_line_of_ours_says_nothing(last, reason):
    assert () == reviewed.shown(f"### dnsauth plan\n\n{last}\n"), reason


def test_a_line_of_ours_that_is_not_the_last_says_nothing():
    line = reviewed.hidden([Reviewed("a.", "ns1", "0" * 64)])
    assert 1 == len(reviewed.shown(f"x\n{line}\n\n"))
    assert () == reviewed.shown(f"{line}\nand more")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no JSON"),
        ("[]", "no dnsauth-reviewed/1"),
        ('{"format": "dnsauth-reviewed/2", "zones": []}', "no dnsauth-reviewed/1"),
        ('{"format": "dnsauth-reviewed/1", "zones": [7]}', "64 hex digits"),
        (
            '{"format": "dnsauth-reviewed/1", "zones": [{"zone": "a.", "provider": "b", "digest": "c"}]}',
            "64 hex",
        ),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_file_that_is_none_is_refused(text, problem):
    with pytest.raises(DnsauthError, match=problem) as error:
        reviewed.read(text, "reviewed.json")
    assert "dnsauth github reviewed" in error.value.hint


@pytest.mark.parametrize(
    ("fresh", "known", "verdict", "reason"),
    [
        (REVIEWED, REVIEWED.digest, Verdict.AGREED, "the same plan"),
        (REVIEWED, OTHER.digest, Verdict.STALE, "another plan"),
        (REVIEWED, None, Verdict.STALE, "nobody reviewed it"),
        (EMPTY, OTHER.digest, Verdict.DONE, "somebody did it already"),
        (EMPTY, None, Verdict.DONE, "nothing to do"),
    ],
)
def test_a_zone_is_written_where_its_digest_was_reviewed(fresh, known, verdict, reason):
    held = () if known is None else (Reviewed(fresh.zone, fresh.provider, known),)
    assert (Matched(fresh, verdict),) == match(plan(fresh), held), reason


def test_a_zone_that_was_reviewed_and_is_no_more_is_absent():
    (found,) = match(plan(), (Reviewed("example.org.", "ns1", "0" * 64),))
    assert (Verdict.ABSENT, "example.org.") == (found.verdict, found.plan.zone)


# from the pull request to what is written


@pytest.fixture
def merged(hub, repository):
    """A pull request with its plan in a comment, merged as SHA."""
    repository.run("lock")
    number = hub.add_pull()
    hub.add_comment(number, "alice", "looks good")
    shown = repository.run("plan", "--locked", "--format", "markdown").out
    comment = hub.add_comment(number, BOT, posted.text("plan", shown))
    hub.merge(number, SHA)
    return comment


@pytest.fixture
def step(hub, repository, tmp_path):
    """The commands of a step that runs for SHA."""

    def dnsauth(*arguments):
        return repository.run(*arguments, env=hub.environ(tmp_path, GITHUB_SHA=SHA))

    return dnsauth


def look(repository, step, *more):
    done = step("github", "reviewed", "--out", str(repository.path / "reviewed.json"), *more)
    assert done.code == 0
    return done, json.loads(repository.read("reviewed.json"))


def apply(repository, step, *more):
    file = str(repository.path / "reviewed.json")
    return step("apply", "--reviewed", file, "--locked", "--timeout", "0", *more)


@pytest.mark.usefixtures("merged")
def test_what_the_merged_pull_request_showed_is_applied(repository, step):
    done, file = look(repository, step)
    assert f"2 zones reviewed in pull request {file['pull']}\n" == done.out
    assert {"dnsauth-reviewed/1", SHA} <= {file["format"], file["commit"]}
    plans = json.loads(repository.run("plan", "--format", "json").out)["zones"]
    assert [{key: zone[key] for key in ("zone", "provider", "digest")} for zone in plans] == file["zones"]
    assert f"pull={file['pull']}\nzones=2\n" == repository.read("output")
    done = apply(repository, step)
    assert 0 == done.code
    assert "Apply: 2 zones applied." in done.out
    assert "Apply: 2 zones done.\n" == apply(repository, step).out


@pytest.mark.usefixtures("merged")
def test_a_zone_that_moved_since_is_stale_and_the_other_is_written(repository, step):
    look(repository, step)
    held = repository.read("held/example.com.yaml").replace("abc", "abd")
    repository.write("held/example.com.yaml", held)
    done = apply(repository, step)
    assert 4 == done.code
    assert "example.com at store: stale" in done.out
    assert "example.net at store: applied" in done.out
    assert held == repository.read("held/example.com.yaml")


@pytest.mark.usefixtures("merged")
def test_a_zone_that_moved_since_alone_is_5(repository, step):
    look(repository, step)
    repository.write("held/example.com.yaml", repository.read("held/example.com.yaml").replace("abc", "abd"))
    assert 5 == apply(repository, step, "--zone", "example.com").code


@pytest.mark.usefixtures("merged")
def test_an_inventory_that_says_more_than_was_reviewed_is_stale(repository, step):
    look(repository, step)
    repository.write("zones/example.net.yaml", 'version: 1\ndomains: {"@": {sends: false}}\n')
    repository.run("lock")
    done = apply(repository, step)
    assert 4 == done.code
    assert "example.net at store: stale" in done.out
    assert "--- {}\n" == repository.read("held/example.net.yaml")


def forged(body: str) -> str:
    """*body* with digests of the zones as somebody else would have them."""
    zones = [one._replace(digest="0" * 64) for one in reviewed.shown(body)]
    return body.rpartition("<!--")[0] + reviewed.hidden(zones)


@pytest.mark.parametrize(
    ("pull", "comment", "why"),
    [
        ({}, {"user": {"login": "mallory"}}, "has no comment of github-actions[bot] with a plan"),
        ({}, {"user": None}, "has no comment of github-actions[bot] with a plan"),
        ({}, {"editor": "mallory"}, "somebody else than github-actions[bot] edited https://github.com/"),
        ({}, {"editor": "github-actions"}, "somebody else than github-actions[bot] edited"),
        ({}, {"body": MARKER + "no digests"}, "shows no plan that can be applied"),
        ({}, {"body": "### no marker"}, "has no comment of github-actions[bot] with a plan"),
        ({"merge_commit_sha": LATER}, {}, f"no pull request was merged as {SHA}"),
        ({"merge_commit_sha": LATER, "with": SHA}, {}, f"no pull request was merged as {SHA}"),
        ({"merged_at": None}, {}, f"no pull request was merged as {SHA}"),
    ],
)
def test_what_nobody_of_ours_showed_there_is_not_believed(hub, repository, step, merged, pull, comment, why):
    hub.pulls[1].update(pull)
    merged.update(comment)
    done, file = look(repository, step)
    assert [] == file["zones"]
    assert "nothing was reviewed: " in done.err
    assert why in done.err
    before = repository.files()
    done = apply(repository, step)
    assert 5 == done.code
    assert "nothing was reviewed: a zone that would change is stale" in done.err
    assert before == {
        name: text for name, text in repository.files().items() if not name.startswith("receipts/")
    }


def test_a_strangers_comment_does_not_stand_before_ours(hub, repository, step, merged):
    (number,) = hub.comments
    hub.comments[number].insert(0, {**merged, "user": {"login": "mallory"}, "body": forged(merged["body"])})
    _, file = look(repository, step)
    assert list(reviewed.shown(merged["body"])) == [Reviewed(**zone) for zone in file["zones"]]


def test_an_edit_of_our_own_is_believed(repository, step, merged):
    merged["editor"] = BOT
    assert 2 == len(look(repository, step)[1]["zones"])


def test_a_direct_push_has_nothing_to_show_and_a_plan_without_changes_is_done(repository, step):
    repository.run("apply", "--yes", "--timeout", "0")
    done, file = look(repository, step, "--commit", LATER)
    assert "0 zones reviewed in no pull request\n" == done.out
    assert (None, []) == (file["pull"], file["zones"])
    assert 0 == apply(repository, step).code


def test_a_plan_against_public_dns_is_nothing_to_apply():
    zone = ZonePlan("example.com.", "ns1", "", "0" * 64, (CREATE,), observed=True)
    assert "dnsauth:digests" not in markdown.plan(Plan("", "", (zone,)))


def test_a_saved_plan_and_what_was_reviewed_are_two_ways(repository):
    assert 2 == repository.run("apply", "plan.json", "--reviewed", "reviewed.json").code


def test_a_file_that_is_not_there_is_said(repository):
    done = repository.run("apply", "--reviewed", str(repository.path / "reviewed.json"))
    assert 1 == done.code
    assert "hint: make it with `dnsauth github reviewed --out FILE`" in done.err


@pytest.mark.usefixtures("merged")
def test_github_that_fails_is_no_empty_review(hub, repository, step):
    hub.failures = [Failure("GET", Answer(404, {"message": "Not Found"}))]
    done = step("github", "reviewed", "--out", str(repository.path / "reviewed.json"))
    assert 1 == done.code
    assert not (repository.path / "reviewed.json").exists()
    assert f"/repos/{REPOSITORY}/commits/{SHA}/pulls" in done.err
