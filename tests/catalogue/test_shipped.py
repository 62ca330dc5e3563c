"""Every shipped definition: it renders, parses, has a source, and its page tells what it says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dnsauth import documents
from dnsauth.catalogue import schema
from dnsauth.catalogue.asks import asks, examples, rotation_command
from dnsauth.catalogue.check import check
from dnsauth.catalogue.marks import OWN
from dnsauth.catalogue.model import Envelope, Status
from dnsauth.catalogue.patterns import pattern
from dnsauth.catalogue.read import example, places, read
from dnsauth.findings import Severity
from dnsauth.output import service_pages
from dnsauth.records import BadRecord, dkim, spf
from dnsauth.rrset import rdata
from tests.markdown import ROOT

FILES = ROOT / "templates/services"
PAGES = ROOT / "docs/services"
STALE = "run `make services` and commit what it writes"
NAMES = sorted(path.stem for path in FILES.iterdir())
CATALOGUE, _ = read(Path("/nonexistent"))


def test_every_file_is_a_definition():
    assert {f"{name}.yaml" for name in NAMES} == {path.name for path in FILES.iterdir()}
    assert NAMES == list(CATALOGUE)


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_renders_with_its_examples_and_every_record_parses(name):
    service = CATALOGUE[name]
    found = rendered(service, examples(service))
    reports = service.category == "dmarc"  # it is told where reports go, and may ask for nothing else
    assert found.spf or found.records or found.mx or given(service) or reports


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_renders_without_what_is_optional(name):
    service = CATALOGUE[name]
    rendered(service, {key: p.example for key, p in service.parameters.items() if p.required})


def rendered(service, parameters):
    found, problems = asks(service, parameters, "mail.example.com.")
    assert () == problems
    spf.Record.parse(" ".join(("v=spf1", *found.spf, "~all")))
    for record in found.records:
        assert record.owner.endswith("mail.example.com.")
        assert rdata(record.type, record.value)
    return found


def given(service):
    return [entry for entry in service.template["dkim"] if "given" in entry.texts]


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_says_where_its_facts_come_from(name):
    service = CATALOGUE[name]
    assert service.shipped
    assert (service.status is not Status.UNVERIFIED) == bool(service.sources)
    assert service.baa is None or service.sources
    assert service.category
    assert not (service.envelope is Envelope.VENDOR and service.template["spf"])


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_says_what_it_looks_like_and_where_to_find_it(name):
    service = CATALOGUE[name]
    for parameter in service.parameters.values():
        assert parameter.help, parameter.name
        assert parameter.example, parameter.name
        # a vendor has a form for what it hands out; your own, and what anybody may write, has its grammar's
        assert parameter.pattern or parameter.fields or service.category == OWN, parameter.name
        assert all(field.help for field in parameter.fields.values()), parameter.name
        assert pattern(parameter.pattern)


@pytest.mark.parametrize("name", NAMES)
def test_the_example_to_paste_is_yaml_that_says_what_it_shows(name):
    service = CATALOGUE[name]
    document, problems = documents.load(f"senders:\n{example(service)}".encode(), "example.yaml")
    assert () == problems
    (item,) = document["senders"]
    if isinstance(item, str):
        assert name == item
        return
    ((shown, said),) = item.items()
    assert name == shown
    said = dict(said) if said else {}
    assert len(given(service)) == len(said.pop("dkim", {}))
    assert {key: p.example for key, p in service.parameters.items() if p.required} == said
    assert () == asks(service, said, "example.com.")[1]


@pytest.mark.parametrize("name", [*NAMES, "README"])
def test_the_page_of_a_service_is_up_to_date(name):
    text = (
        service_pages.index(CATALOGUE.values()) if name == "README" else service_pages.page(CATALOGUE[name])
    )
    path = PAGES / f"{name}.md"
    assert path.is_file(), f"docs/services/{name}.md is not there: {STALE}"
    assert text == path.read_text(), f"docs/services/{name}.md is stale: {STALE}"


def test_no_page_is_of_no_service():
    assert {f"{name}.md" for name in (*NAMES, "README")} == {path.name for path in PAGES.iterdir()}, STALE


def test_no_service_is_taken_for_another():
    findings = check(CATALOGUE.values(), date(2026, 11, 24), places(ROOT))
    assert [] == [str(one) for one in findings if one.rule.severity is Severity.ERROR]


def test_what_a_vendor_needs_together_is_what_the_definition_asks_for():
    needed = {name: one.rotation.selectors for name, one in CATALOGUE.items() if one.rotation.selectors}
    assert {"amazon-ses": 3, "microsoft-365": 2, "sendgrid": 2}.items() <= needed.items()
    for name in needed.keys() - {"mailgun"}:  # one key that is given, or two CNAMEs
        asked, _ = asks(CATALOGUE[name], examples(CATALOGUE[name]), "example.com.")
        delegated = [one for one in asked.records if one.type == "CNAME" and "._domainkey." in one.owner]
        assert needed[name] == len(delegated) + len(given(CATALOGUE[name])), name


def test_the_command_that_renews_a_key_names_the_mail_domain():
    commands = {name: rotation_command(one, "mg.example.com.") for name, one in CATALOGUE.items()}
    assert "Rotate-DkimSigningConfig -KeySize 2048 -Identity mg.example.com" == commands["microsoft-365"]
    rotation = "PUT /v1/dkim_management/domains/mg.example.com/rotation rotation_enabled=true"
    assert rotation == commands["mailgun"]


def test_sample_keys_are_not_taken_for_keys():
    (line,) = [line for line in example(CATALOGUE["google-workspace"]).splitlines() if "google:" in line]
    with pytest.raises(BadRecord):
        dkim.from_vendor(line.split(": ")[1])


def test_the_schema_names_every_key_it_takes():
    assert set(schema.json_schema()["properties"]) == set(schema.Definition.model_fields)
