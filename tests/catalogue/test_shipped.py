from __future__ import annotations

from pathlib import Path

import pytest

from dnsauth import documents
from dnsauth.catalogue import schema
from dnsauth.catalogue.asks import asks, examples, rotation_command
from dnsauth.catalogue.model import Envelope, Status
from dnsauth.catalogue.patterns import pattern
from dnsauth.catalogue.read import example, read
from dnsauth.records import BadRecord, dkim, spf
from dnsauth.rrset import rdata

CATALOGUE, _ = read(Path("/nonexistent"))
NAMES = (
    "amazon-ses",
    "brevo",
    "custom",
    "google-workspace",
    "hubspot",
    "mailchimp",
    "mailgun",
    "mailjet",
    "mandrill",
    "microsoft-365",
    "mimecast",
    "mta",
    "postmark",
    "proofpoint",
    "resend",
    "salesforce",
    "sendgrid",
    "stripe",
    "zendesk",
)


def test_the_catalogue_knows_what_it_promises():
    assert NAMES == tuple(CATALOGUE)
    assert len(NAMES) == len(CATALOGUE)


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_renders_with_its_examples_and_every_record_parses(name):
    found, problems = asks(CATALOGUE[name], examples(CATALOGUE[name]), "mail.example.com.")
    assert () == problems
    assert found.spf or found.records or _given(name)
    spf.Record.parse(" ".join(("v=spf1", *found.spf, "~all")))
    for record in found.records:
        assert record.owner.endswith("mail.example.com.")
        assert rdata(record.type, record.value)


def _given(name):
    return [entry for entry in CATALOGUE[name].template["dkim"] if "given" in entry.texts]


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_says_where_its_facts_come_from(name):
    service = CATALOGUE[name]
    assert service.shipped
    assert (service.status is not Status.UNVERIFIED) == bool(service.sources)
    assert service.baa is None or service.sources
    assert not (service.envelope is Envelope.VENDOR and service.template["spf"])
    for parameter in service.parameters.values():
        assert parameter.help
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
    ((shown, given),) = item.items()
    assert name == shown
    given = dict(given) if given else {}
    keys = given.pop("dkim", {})
    assert len(_given(name)) == len(keys)
    required = {key: p.example for key, p in service.parameters.items() if p.required}
    assert required == given
    assert () == asks(service, given, "example.com.")[1]


def test_what_a_vendor_needs_together_is_what_the_definition_asks_for():
    needed = {name: one.rotation.selectors for name, one in CATALOGUE.items() if one.rotation.selectors}
    assert {"amazon-ses": 3, "microsoft-365": 2, "sendgrid": 2}.items() <= needed.items()
    for name in needed.keys() - {"mailgun"}:  # one key that is given, or two CNAMEs
        asked, _ = asks(CATALOGUE[name], examples(CATALOGUE[name]), "example.com.")
        delegated = [one for one in asked.records if one.type == "CNAME" and "._domainkey." in one.owner]
        assert needed[name] == len(delegated) + len(_given(name)), name


def test_the_command_that_renews_a_key_names_the_mail_domain():
    assert {
        "microsoft-365": "Rotate-DkimSigningConfig -KeySize 2048 -Identity mg.example.com",
        "mailgun": "PUT /v1/dkim_management/domains/mg.example.com/rotation rotation_enabled=true",
    } == {
        name: command
        for name, one in CATALOGUE.items()
        if (command := rotation_command(one, "mg.example.com."))
    }


def test_sample_keys_are_not_taken_for_keys():
    (line,) = [line for line in example(CATALOGUE["google-workspace"]).splitlines() if "google:" in line]
    with pytest.raises(BadRecord):
        dkim.from_vendor(line.split(": ")[1])


def test_the_schema_names_every_key_it_takes():
    assert set(schema.json_schema()["properties"]) == set(schema.Definition.model_fields)
