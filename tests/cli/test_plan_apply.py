from __future__ import annotations

import json
from hashlib import sha256

import pytest

PLAN = """\
example.com at store: 1 to create, 1 to update

  ~ @ TXT 3600  zones/example.com.yaml:5 portal (custom)
      + v=spf1 ip4:198.51.100.7 ~all
      keeps 1 value of others

  + _dmarc TXT 3600  zones/example.com.yaml:6
      + v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com

example.net at store: 4 to create

  + *._domainkey TXT 3600  zones/example.net.yaml:2
      + v=DKIM1; p=
      new key: revoked

  + @ MX 3600  zones/example.net.yaml:2
      + 0 .
      no mail is accepted any more

  + @ TXT 3600  zones/example.net.yaml:2
      + v=spf1 -all

  + _dmarc TXT 3600  zones/example.net.yaml:2
      + v=DMARC1; p=reject

Plan: 5 to create, 1 to update in 2 zones.
"""


def test_plan_shows_what_would_change_and_writes_the_locks(repository):
    before = repository.files()
    done = repository.run("plan")
    assert (0, PLAN) == (done.code, done.out)
    assert "wrote zones/example.com.lock.yaml\nwrote zones/example.net.lock.yaml\n" in done.err
    after = repository.files()
    assert {"zones/example.com.lock.yaml", "zones/example.net.lock.yaml"} == after.keys() - before.keys()
    assert all(after[name] == text for name, text in before.items())


def test_plan_exits_3_where_changes_are_pending_and_it_was_asked(repository):
    assert repository.run("plan", "--exit-code").code == 3
    assert repository.run("apply", "--yes", "--timeout", "0").code == 0
    done = repository.run("plan", "--exit-code")
    assert (0, "Plan: 2 zones agree.\n") == (done.code, done.out)


@pytest.mark.parametrize(
    ("variable", "file", "told"), [("true", False, 2), ("false", False, 0), ("true", True, 0)]
)
def test_a_plan_nobody_saw_is_told_of_where_ci_applies_it(repository, variable, file, told):
    saved = [str(repository.path / "plan.json")] if file else []
    assert not file or 0 == repository.run("plan", "--out", *saved).code
    receipt = repository.path / "receipt.json"
    applied = ("apply", *saved, "--yes", "--timeout", "0", "--receipt", str(receipt))
    done = repository.run(*applied, env={"CI": variable})
    assert 0 == done.code
    assert told == done.out.count("nobody saw these changes")
    zones = json.loads(receipt.read_text())["zones"]
    assert told == sum(one["rule"] == "PLN031" for zone in zones for one in zone["findings"])


def test_quiet_leaves_the_answer(repository):
    done = repository.run("plan", "--quiet")
    assert (PLAN, "") == (done.out, done.err)


def test_locked_refuses_and_writes_nothing(repository):
    before = repository.files()
    done = repository.run("plan", "--locked")
    assert (1, "") == (done.code, done.out)
    assert "zones/example.com.lock.yaml" in done.err
    assert "hint: run `dnsauth lock`" in done.err
    assert before == repository.files()
    assert repository.run("lock").code == 0
    assert repository.run("plan", "--locked").code == 0


def test_one_zone_alone(repository):
    done = repository.run("plan", "--zone", "EXAMPLE.net")
    assert "Plan: 4 to create in 1 zone.\n" in done.out
    assert "example.com" not in done.out + done.err
    assert not (repository.path / "zones/example.com.lock.yaml").exists()


def test_json_is_what_out_saves(repository):
    done = repository.run("plan", "--format", "json", "--out", str(repository.path / "plan.json"))
    assert done.out == repository.read("plan.json")
    assert "dnsauth-plan/1" == json.loads(done.out)["format"]


def test_its_digests_follow_from_the_rules_the_design_gives(repository):
    whole = json.loads(repository.run("plan", "--format", "json").out)

    def digest(value):
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()

    for zone in whole["zones"]:
        bare = ("action", "owner", "type", "before", "after")
        changes = [{key: change[key] for key in bare} for change in zone["changes"]]
        named = {key: zone[key] for key in ("zone", "provider", "held")}
        assert digest({**named, "changes": changes}) == zone["digest"]
    # of the names touched, example.com holds one TXT; example.net holds nothing
    token = b"google-site-verification=abc"
    records = [["example.com.", "NS", 3600, [b"\3ns1\7example\3net\0".hex(), b"\3ns2\7example\3net\0".hex()]]]
    records.append(["example.com.", "TXT", 3600, [bytes([len(token), *token]).hex()]])
    assert [digest(records), digest([])] == [zone["held"] for zone in whole["zones"]]
    assert whole.pop("digest") == digest(whole)


def test_markdown_is_for_a_pull_request(repository):
    done = repository.run("plan", "--format", "markdown")
    assert done.out.startswith("### dnsauth plan\n\nPlan: 5 to create, 1 to update in 2 zones.\n")
    assert "```diff\n+ v=DMARC1; p=reject\n```" in done.out


def test_a_saved_plan_is_applied_and_leaves_a_receipt(repository):
    file = str(repository.path / "plan.json")
    repository.run("plan", "--out", file)
    done = repository.run(
        "apply", file, "--timeout", "0", "--locked", "--receipt", str(repository.path / "receipt.json")
    )
    assert done.code == 0
    assert "example.com at store: applied, 1 to create, 1 to update\n" in done.out
    assert "2 zones not served everywhere yet" in done.out
    receipt = json.loads(repository.read("receipt.json"))
    assert ["applied", "applied"] == [zone["outcome"] for zone in receipt["zones"]]
    assert json.loads(repository.read("plan.json"))["digest"] == receipt["plan"]
    assert "google-site-verification=abc" in repository.read("held/example.com.yaml")
    assert "Apply: 2 zones done.\n" == repository.run("apply", file).out


def test_a_receipt_has_a_name_of_its_own(repository):
    repository.run("apply", "--yes", "--timeout", "0")
    (receipt,) = (repository.path / "receipts").iterdir()
    assert receipt.name.startswith("20260601T120000Z-")
    repository.run("apply", "--yes", "--timeout", "0")
    assert [receipt] == list((repository.path / "receipts").iterdir())


def test_apply_prints_the_receipt_as_json(repository):
    done = repository.run("apply", "--yes", "--timeout", "0", "--format", "json", "--quiet")
    assert "dnsauth-receipt/1" == json.loads(done.out)["format"]


def test_apply_without_a_terminal_does_not_guess(repository):
    before = repository.files()
    done = repository.run("apply")
    assert (1, "") == (done.code, done.out)
    assert "--yes" in done.err
    assert before == repository.files()


def test_a_stale_plan_writes_nothing(repository):
    file = str(repository.path / "plan.json")
    repository.run("plan", "--out", file, "--zone", "example.com")
    held = repository.read("held/example.com.yaml").replace("abc", "abd")
    repository.write("held/example.com.yaml", held)
    done = repository.run("apply", file)
    assert done.code == 5
    assert "example.com at store: stale" in done.out
    assert held == repository.read("held/example.com.yaml")


def test_a_stale_zone_does_not_hold_up_the_others(repository):
    file = str(repository.path / "plan.json")
    repository.run("plan", "--out", file)
    repository.write("held/example.com.yaml", repository.read("held/example.com.yaml").replace("abc", "abd"))
    done = repository.run("apply", file, "--timeout", "0")
    assert done.code == 4
    assert "example.net at store: applied" in done.out


def test_an_edited_plan_writes_nothing(repository):
    file = str(repository.path / "plan.json")
    repository.run("plan", "--out", file)
    repository.write("plan.json", repository.read("plan.json").replace("p=reject", "p=none"))
    before = repository.files()
    done = repository.run("apply", file)
    assert (1, "") == (done.code, done.out)
    assert "edited" in done.err
    assert before == repository.files()


def test_a_plan_for_another_directory_writes_nothing(repository):
    file = str(repository.path / "plan.json")
    repository.run("plan", "--out", file)
    for name in ("zones/example.net.yaml", "zones/example.net.lock.yaml"):
        (repository.path / name).unlink()
    before = repository.files()
    done = repository.run("apply", file)
    assert (1, "") == (done.code, done.out)
    assert "is for another directory" in done.err
    assert "example.net" in done.err
    assert before == repository.files()


def test_a_plan_is_told_when_the_inventory_moved_on(repository):
    file = str(repository.path / "plan.json")
    repository.run("plan", "--out", file)
    repository.write("zones/example.com.yaml", repository.read("zones/example.com.yaml") + "# a remark\n")
    done = repository.run("apply", file, "--timeout", "0")
    assert done.code == 0
    assert "the inventory's files changed since that plan was made" in done.err


def test_drift_stops_its_zone_until_it_is_adopted(repository):
    held = repository.read("held/example.com.yaml").replace(
        "value: google-site-verification=abc", 'value: "v=spf1 mx -all"'
    )
    repository.write("held/example.com.yaml", held)
    done = repository.run("plan")
    assert done.code == 1
    assert "would take away a value that dnsauth did not publish" in done.out
    assert "[PLN005]" in done.out
    assert "1 zone is stopped" in done.out
    assert repository.run("apply", "--yes", "--timeout", "0").code == 4
    assert held == repository.read("held/example.com.yaml")
    done = repository.run("plan", "--adopt")
    assert done.code == 0
    assert "takes away a value that was adopted" in done.out
    assert "adopted v=spf1 mx -all" in repository.read("zones/example.com.lock.yaml")
    assert repository.run("apply", "--yes", "--timeout", "0").code == 0
    assert "v=spf1 mx -all" not in repository.read("held/example.com.yaml")


def test_a_zone_the_provider_does_not_have_stops_and_the_others_go_on(repository):
    (repository.path / "held/example.net.yaml").unlink()
    done = repository.run("plan")
    assert done.code == 1
    assert "[PLN001]" in done.out
    assert "example.com at store: 1 to create, 1 to update" in done.out


def test_a_zone_that_cannot_be_read_is_named_and_the_others_go_on(repository):
    repository.write("held/example.net.yaml", "a: [\n")
    done = repository.run("plan")
    assert done.code == 1
    assert "example.net at store: not planned" in done.out
    assert "zones/example.net.yaml: not assessed: the zone was not planned: " in done.out
    assert "example.com at store: 1 to create, 1 to update" in done.out
    assert not (repository.path / "zones/example.net.lock.yaml").exists()


def test_a_saved_plan_is_applied_but_for_the_zone_that_could_not_be_read(repository):
    file = str(repository.path / "plan.json")
    repository.write("held/example.net.yaml", "a: [\n")
    assert repository.run("plan", "--out", file).code == 1
    repository.write("held/example.net.yaml", "--- {}\n")
    done = repository.run("apply", file, "--timeout", "0")
    assert (4, "--- {}\n") == (done.code, repository.read("held/example.net.yaml"))
    assert "example.com at store: applied, 1 to create, 1 to update\n" in done.out
    assert "example.net at store: stale" in done.out


def test_a_plan_of_zones_without_a_provider_is_none(repository):
    repository.write("dnsauth.yaml", "version: 1\n")
    before = repository.files()
    for command in (["plan"], ["apply", "--yes"]):
        done = repository.run(*command)
        assert (1, "") == (done.code, done.out)
        assert "none of these zones has a provider" in done.err
        assert "hint: say `providers:`" in done.err
    assert before == repository.files()
    assert 0 == repository.run("records").code


def test_a_missing_secret_is_named_and_nothing_is_written(repository, monkeypatch):
    monkeypatch.delenv("DNSAUTH_TEST_SECRET", raising=False)
    config = repository.read("dnsauth.yaml").replace(
        "providers:\n",
        "providers:\n  ns1: {class: octodns_bind.Rfc2136Provider, host: 127.0.0.1, port: 1, key_name: k., key_secret: env/DNSAUTH_TEST_SECRET}\n",
    )
    repository.write("dnsauth.yaml", config.replace("provider: store", "provider: ns1"))
    before = repository.files()
    done = repository.run("plan")
    assert (1, "") == (done.code, done.out)
    assert "environment variable DNSAUTH_TEST_SECRET, which is not set" in done.err
    assert before == repository.files()


def test_a_secret_is_never_shown(repository):
    secret = "c2VjcmV0LW9mLXRlc3Rz"
    config = repository.read("dnsauth.yaml").replace(
        "providers:\n",
        "providers:\n  ns1: {class: octodns_bind.Rfc2136Provider, host: 127.0.0.1, port: 1, key_name: k., key_secret: env/DNSAUTH_TEST_SECRET}\n",
    )
    repository.write("dnsauth.yaml", config.replace("provider: store", "provider: ns1"))
    for verb in (("plan", "-v"), ("apply", "--yes", "-v", "--timeout", "0")):
        done = repository.run(*verb, env={"DNSAUTH_TEST_SECRET": secret})
        assert done.code == 1
        assert "can't be reached" in done.out
        assert secret not in done.out + done.err
    assert all(secret.encode() not in text for text in repository.files().values())


@pytest.mark.parametrize("hostile", ["\\e[2J", "\\u202e", "\\x9b31m"])
def test_what_others_put_in_dns_never_reaches_the_terminal_raw(repository, hostile):
    held = repository.read("held/example.com.yaml").replace(
        "value: google-site-verification=abc", f'value: "v=spf1 {hostile} -all"'
    )
    repository.write("held/example.com.yaml", held)
    for format in ("text", "markdown", "json"):
        done = repository.run("plan", "--format", format)
        assert "v=spf1" in done.out
        for text in (done.out, done.err):
            assert all(c.isprintable() or c == "\n" for c in text)
