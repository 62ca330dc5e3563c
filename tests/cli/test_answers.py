from __future__ import annotations

import json

import jsonschema
import pytest


def test_check_finds_nothing_wrong(repository):
    assert (0, "2 notes; --verbose shows everything\n", "") == repository.run("check")
    assert (0, "no findings\n", "") == repository.run("check", "--zone", "example.net")


def test_check_names_the_line_the_reason_and_the_next_step(repository):
    repository.write(
        "zones/example.com.yaml", repository.read("zones/example.com.yaml").replace("senders:", "sendrs:")
    )
    done = repository.run("check")
    assert (1, "") == (done.code, done.err)
    first, following, *_ = done.out.splitlines()
    assert first.startswith("zones/example.com.yaml:4:5: error: 'sendrs' is no key of")
    assert following.startswith("  next: did you mean 'senders'?")


@pytest.mark.parametrize("format", ["json", "github", "sarif", "markdown"])
def test_check_prints_errors_in_every_format(repository, format):
    repository.write("zones/example.com.yaml", "version: 1\ndomains: []\n")
    done = repository.run("check", "--format", format)
    assert (1, "") == (done.code, done.err)
    assert "zones/example.com.yaml" in done.out
    if format in ("json", "sarif"):
        json.loads(done.out)


def test_other_commands_print_the_same_findings_on_stderr(repository):
    repository.write("zones/example.com.yaml", "version: 1\ndomains: []\n")
    before = repository.files()
    for verb in ("plan", "records", "lock", "verify"):
        done = repository.run(verb)
        assert (1, "") == (done.code, done.out)
        assert "zones/example.com.yaml:2:10: error:" in done.err
    assert before == repository.files()


def test_no_repository_at_all_says_how_to_begin(empty):
    done = empty.run("check")
    assert done.code == 1
    assert "there is no dnsauth.yaml" in done.out
    assert "next: say where it is with -C DIR, or begin one" in done.out


RECORDS = """\
example.net

  *._domainkey TXT 3600  zones/example.net.yaml:2
      v=DKIM1; p=

  @ MX 3600  zones/example.net.yaml:2
      0 .

  @ TXT 3600  zones/example.net.yaml:2
      v=spf1 -all

  _dmarc TXT 3600  zones/example.net.yaml:2
      v=DMARC1; p=reject
"""


def test_records_are_the_desired_ones_and_nothing_else(repository):
    done = repository.run("records", "--zone", "example.net")
    assert (0, "") == (done.code, done.err)
    assert sorted(RECORDS.strip().split("\n\n")) == sorted(done.out.strip().split("\n\n"))


@pytest.mark.parametrize("format", ["json", "bind", "octodns"])
def test_records_in_every_format_write_nothing(repository, format):
    before = repository.files()
    done = repository.run("--format", format, "records")
    assert (0, "") == (done.code, done.err)
    assert "v=spf1 -all" in done.out
    assert before == repository.files()


def test_services_are_listed_shown_and_searched(repository):
    done = repository.run("services", "list")
    assert done.code == 0
    assert any(line.startswith("sendgrid ") for line in done.out.splitlines())
    shown = repository.run("services", "show", "sendgrid")
    assert shown.code == 0
    assert "s1._domainkey CNAME s1.domainkey." in shown.out
    assert "  - sendgrid:" in shown.out
    found = repository.run("services", "search", "sendgrid.net")
    assert "sendgrid" == found.out.split()[0], "and then whoever sends by it"
    one = json.loads(repository.run("services", "show", "sendgrid", "--format", "json").out)
    assert ["sendgrid"] == [service["name"] for service in one["services"]]


def test_an_unknown_service_is_guessed(repository):
    done = repository.run("services", "show", "sendgird")
    assert (1, "") == (done.code, done.out)
    assert "did you mean sendgrid?" in done.err


def test_nothing_found_is_exit_1(repository):
    assert repository.run("services", "search", "nobody-has-this").code == 1


@pytest.mark.parametrize("kind", ["zone", "config", "service", "plan"])
def test_schemas_are_schemas(empty, kind):
    done = empty.run("schema", kind)
    assert done.code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(done.out))


def test_the_plan_schema_describes_plans(repository):
    repository.run("plan", "--out", str(repository.path / "plan.json"))
    schema = json.loads(repository.run("schema", "plan").out)
    jsonschema.validate(json.loads(repository.read("plan.json")), schema)
