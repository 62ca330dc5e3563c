from __future__ import annotations

import pytest

from dnsauth.catalogue.read import read

OWN = """\
title: Our relay
parameters: {host: {pattern: "[a-z]+", example: relay, help: ask the mail team}}
spf: {envelope: customer, terms: ["a:{{ host }}.example.net"]}
status: unverified
"""


@pytest.fixture
def services(tmp_path):
    directory = tmp_path / "templates" / "services"
    directory.mkdir(parents=True)
    return directory


def test_a_directory_without_templates_has_the_shipped_services(tmp_path):
    catalogue, findings = read(tmp_path)
    assert () == findings
    assert "sendgrid" in catalogue
    assert "relay" not in catalogue
    with pytest.raises(KeyError):
        catalogue["relay"]


def test_a_service_of_ones_own_stands_beside_the_shipped(tmp_path, services):
    (services / "relay.yaml").write_text(OWN)
    catalogue, findings = read(tmp_path)
    assert () == findings
    assert "relay" in list(catalogue)
    assert not catalogue["relay"].shipped
    assert catalogue["sendgrid"].shipped


def test_a_service_of_ones_own_wins_over_the_shipped(tmp_path, services):
    (services / "sendgrid.yaml").write_text(OWN)
    catalogue, findings = read(tmp_path)
    assert () == findings
    assert "Our relay" == catalogue["sendgrid"].title
    assert len(catalogue) == len(list(catalogue))


@pytest.mark.parametrize(
    ("file", "text", "code", "reason"),
    [
        ("relay.yaml", OWN.replace("title", "titel"), "SVC001", "did you mean 'title'?"),
        ("relay.yaml", OWN.replace("{{ host }}", "{{ hots }}"), "SVC002", "did you mean 'host'?"),
        ("relay.yaml", OWN.replace("{{ host }}", "{{ 'a' * 10**9 }}"), "SVC002", "arithmetic"),
        (
            "relay.yaml",
            OWN.replace("example: relay", "example: RELAY"),
            "SVC003",
            "does not match [a-z]+",
        ),
        ("relay.yaml", OWN.replace('"a:{{', '"all:{{'), "SVC003", "RFC 7208"),
        ("relay.yml", OWN, "SVC004", "is no service definition by its name"),
        ("Our Relay.yaml", OWN, "SVC004", "is no service definition by its name"),
        ("relay.yaml", OWN + OWN, "INV008", "stands here again"),
    ],
)
def test_a_bad_definition_of_ones_own_is_told_when_it_is_read(tmp_path, services, file, text, code, reason):
    (services / file).write_text(text)
    catalogue, findings = read(tmp_path)
    assert any(f.rule.code == code and reason in f.message for f in findings), list(map(str, findings))
    assert all(f.where.file == f"templates/services/{file}" and f.next for f in findings)
    assert "sendgrid" in catalogue


def test_every_bad_file_is_told_at_once(tmp_path, services):
    (services / "a.yaml").write_text("title: A\n")
    (services / "b.yaml").write_text("title: B\n")
    (services / "sub").mkdir()
    _, findings = read(tmp_path)
    assert {"a.yaml", "b.yaml", "sub"} == {f.where.file.rsplit("/", 1)[1] for f in findings}
