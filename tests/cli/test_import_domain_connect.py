from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Directory

TEMPLATES = Path(__file__).parents[1] / "domain_connect/templates"
SPF = {"type": "SPFM", "host": "@", "spfRules": "include:spf.mailer.example"}
DMARC = {"type": "TXT", "host": "_dmarc", "data": "v=DMARC1; p=reject"}
WRITTEN = "templates/services/mailer-example-mail.yaml"


def template(*records: object, **more: object) -> str:
    whole = {"providerId": "mailer.example", "serviceId": "mail", "serviceName": "Mail", "records": records}
    return json.dumps(whole | more)


def run(directory: Directory, *arguments: str):
    return directory.run("import", "domain-connect", *arguments)


@pytest.fixture
def repository(empty: Directory) -> Directory:
    empty.write("in/mail.json", template(SPF, DMARC))
    return empty


def test_a_template_becomes_a_service_and_what_is_not_carried_is_said(repository):
    done = run(repository, str(repository.path / "in/mail.json"))
    assert (0, f"wrote {WRITTEN}\n") == (done.code, done.out)
    assert "  TXT at _dmarc: a DMARC policy is yours to set" in done.err
    assert "    instead, where you want one: dmarc: {policy: reject}\n" in done.err
    shown = repository.run("services", "show", "mailer-example-mail")
    assert "SPF terms  include:spf.mailer.example\n" in shown.out


def test_a_sender_of_it_is_planned(repository):
    run(repository, str(repository.path / "in/mail.json"))
    repository.write("dnsauth.yaml", "version: 1\n")
    repository.write(
        "zones/example.com.yaml", 'version: 1\ndomains: {"@": {senders: [mailer-example-mail]}}\n'
    )
    assert "v=spf1 include:spf.mailer.example ~all" in repository.run("records").out


def test_what_is_there_stays_without_force(repository):
    repository.write(WRITTEN, "title: mine\n")
    done = run(repository, str(repository.path / "in/mail.json"))
    assert (1, "title: mine\n") == (done.code, repository.read(WRITTEN))
    assert "mailer-example-mail.yaml is there already, and stays as it is; --force overwrites it" in done.err
    assert 0 == run(repository, "--force", str(repository.path / "in/mail.json")).code
    assert "include:spf.mailer.example" in repository.read(WRITTEN)


def test_a_shipped_service_is_not_replaced_unasked(repository):
    repository.write("in/mail.json", template(SPF, providerId="Amazon", serviceId="SES"))
    done = run(repository, str(repository.path / "in/mail.json"))
    assert (1, "") == (done.code, done.out)
    assert "amazon-ses is a service dnsauth ships; yours would replace it: --force does so" in done.err


def test_two_templates_of_one_name_are_not_both_written(repository):
    repository.write("in/other/mail.json", template({**SPF, "spfRules": "a"}))
    done = run(repository, "--force", str(repository.path / "in"))
    assert 4 == done.code
    assert "it is the same service as" in done.err
    assert "1 written, 1 refused\nrefused: same name 1\n" in done.err
    assert "include:spf.mailer.example" in repository.read(WRITTEN)


def test_a_folder_is_done_as_far_as_it_goes(empty):
    done = run(empty, str(TEMPLATES))
    files = list(TEMPLATES.glob("*.json"))
    refused = sum(file.stem.startswith("refused-") for file in files)
    assert 4 == done.code
    assert len(files) - refused == done.out.count("wrote templates/services/")
    assert f"{len(files) - refused} written, {refused} refused\n" in done.err
    assert "refused: hostile 5, not understood 3, nothing carried 2\n" in done.err
    assert 0 == empty.run("services", "list").code


def test_json_says_the_same(repository):
    repository.write("in/odd.json", "[]")
    done = run(repository, "--format", "json", str(repository.path / "in"))
    said = json.loads(done.out)
    assert (4, "", "dnsauth-import/1") == (done.code, done.err, said["format"])
    good, odd = said["files"]
    assert ("mailer-example-mail", WRITTEN, []) == (good["name"], good["written"], good["reasons"])
    assert ["DMARC policy"] == [left["kind"] for left in good["not_carried"]]
    assert [{"kind": "no template", "text": "it is JSON, and no object"}] == odd["reasons"]
    assert (None, None, []) == (odd["name"], odd["written"], odd["not_carried"])


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://x.example/mail.json", "https://x.example/mail.json"),
        ("https://x.example/all/", "https://x.example/all/mail.json"),
    ],
)
def test_a_source_is_kept_with_its_day(repository, url, page):
    assert 0 == run(repository, "--source", url, str(repository.path / "in/mail.json")).code
    assert f'- {{url: "{page}", seen: 2026-06-01}}\nstatus: reported\n' in repository.read(WRITTEN)


@pytest.mark.parametrize("url", ["http://x.example/", "x", "https://x.example/one.json"])
def test_a_source_that_is_none_is_wrong_usage(repository, url):
    repository.write("in/more.json", template(SPF))
    assert 2 == run(repository, "--source", url, str(repository.path / "in")).code
    assert "templates/services" not in "".join(repository.files())


def test_it_is_written_where_it_is_asked_for(repository):
    out = repository.path / "there"
    assert 0 == run(repository, "--out", str(out), str(repository.path / "in/mail.json")).code
    assert (out / "mailer-example-mail.yaml").is_file()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent.json", "No such file or directory"),
        ("in/none", "holds no file NAME.json"),
    ],
)
def test_what_is_not_there_is_said(repository, name, reason):
    (repository.path / "in/none").mkdir()
    done = run(repository, str(repository.path / name))
    assert 1 == done.code
    assert reason in done.err


def test_a_terminal_and_a_log_obey_nothing_of_a_template(repository):
    repository.write("in/mail.json", template(SPF, {"type": "\x1b[31m", "host": "@"}))
    done = run(repository, str(repository.path / "in/mail.json"))
    assert 1 == done.code
    repository.write("in/mail.json", template(SPF, {"type": "NS", "host": "::error::x"}))
    done = run(repository, str(repository.path / "in/mail.json"))
    assert "\x1b" not in done.out + done.err
    assert not any(line.startswith("::") for line in done.err.splitlines())
