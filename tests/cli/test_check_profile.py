"""`check --profile` shows each domain beside what an authority asks; `--explain` prints a rule's page."""

from __future__ import annotations

import json

from dnsauth.output import rule_pages

OURS = """\
title: Ours
about: What we ask.
requirements:
  - {id: reject, says: a policy of reject, policy: reject, source: our handbook, url: "https://example.com/", seen: 2026-01-01}
  - {id: rua, says: reports, level: should, reports_to: "mailto:dmarc@example.org", applies: sends, source: our handbook,
     url: "https://example.com/", seen: 2026-01-01}
"""


def test_each_domain_stands_beside_the_profile(repository):
    repository.write("templates/profiles/ours.yaml", OURS)
    done = repository.run("check", "--profile", "ours")
    head, first, second, *_ = done.out.splitlines()
    assert ["domain", "ours"] == head.split()
    assert ["example.com", "0/2"] == first.split()
    assert ["example.net", "1/1"] == second.split()
    assert "make nobody compliant" in done.out
    assert (
        "zones/example.com.yaml:3:3: error: example.com: ours asks for a policy of reject (our handbook): its policy is"
        " quarantine [PRF002]\n  next: https://example.com/ says how\n" in done.out
    )
    assert "ours advises reports" in done.out
    assert 1 == done.code


def test_profiles_of_the_file_are_looked_at_without_being_named(repository):
    repository.write("templates/profiles/ours.yaml", OURS)
    repository.write("dnsauth.yaml", repository.read("dnsauth.yaml") + "profiles: [ours]\n")
    document = json.loads(repository.run("check", "--format", "json").out)
    assert [("example.com.", "ours", False), ("example.net.", "ours", True)] == [
        (one["domain"], one["profile"], one["met"]) for one in document["profiles"]
    ]
    (reject, rua) = document["profiles"][0]["requirements"]
    assert ("reject", "must", "unmet", "its policy is quarantine") == (
        reject["id"], reject["level"], reject["answer"], reject["why"],
    )  # fmt: skip
    assert "unmet" == rua["answer"]
    assert "| example.com | 0/2 |" in repository.run("check", "--format", "markdown").out


def test_without_a_profile_nothing_is_said_of_one(repository):
    done = repository.run("check", "--format", "json")
    assert "profiles" not in json.loads(done.out)
    assert "compliant" not in repository.run("check").out


def test_a_profile_that_is_none_gets_the_nearest(repository):
    done = repository.run("check", "--profile", "basline")
    assert 1 == done.code
    assert "there is no profile 'basline'" in done.err
    assert "did you mean baseline?" in done.err


def test_explain_prints_the_page(empty):
    done = empty.run("check", "--explain", "spf013")
    assert 0 == done.code
    assert rule_pages.explained("SPF013") == done.out
    assert "\n## Why\n" in done.out
    assert "\n## Fix\n" in done.out


def test_explain_as_json_has_the_rule_too(empty):
    document = json.loads(empty.run("check", "--explain", "SPF013", "--format", "json").out)
    assert ("dnsauth-rule/1", "SPF013", "error", False) == (
        document["format"], document["code"], document["severity"], document["live"],
    )  # fmt: skip
    assert document["page"].startswith(f"# SPF013: {document['title']}\n")


def test_a_rule_that_is_none_gets_the_nearest(empty):
    done = empty.run("check", "--explain", "SPF01")
    assert 2 == done.code
    assert "did you mean SPF0" in done.err
    for code in ("../README", "README", ""):
        assert 2 == empty.run("check", "--explain", code).code
