"""Profiles are read as services are: a user's own over the shipped ones, and every mistake has its line."""

from __future__ import annotations

from datetime import date

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.file_templates import SHIPPED
from dnsauth.findings import InventoryError
from dnsauth.profiles import form
from dnsauth.profiles.read import names, read
from tests.markdown import Document

SHIPPED_NAMES = sorted(path.stem for path in (SHIPPED / "profiles").glob("*.yaml"))
OWN = """\
title: Ours
about: What we ask.
requirements:
  - id: spf
    says: an SPF record
    publishes: spf
    source: our handbook
    url: https://example.com/handbook
    seen: 2026-01-01
"""


def write(directory, name, text):
    folder = directory / "templates/profiles"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text(text)


@pytest.mark.parametrize("name", SHIPPED_NAMES)
def test_shipped_profiles_are_sound_and_say_their_sources(name, tmp_path):
    (profile,) = read(tmp_path, [name])
    assert profile.shipped
    ids = [one.id for one in profile.requirements]
    assert sorted(set(ids)) == sorted(ids)
    for one in profile.requirements:
        assert date(2024, 1, 1) < one.seen <= date(2026, 12, 31)
        assert one.publishes or one.policy or one.closing or one.reports_to or one.broken_by


def test_a_users_own_profile_wins(tmp_path):
    write(tmp_path, "baseline", OWN)
    write(tmp_path, "ours", OWN)
    own, ours = read(tmp_path, ["baseline", "ours", "baseline"])
    assert ("Ours", False) == (own.title, own.shipped)
    assert "ours" == ours.name
    assert {"ours", *SHIPPED_NAMES} == set(names(tmp_path))


def test_a_name_that_is_none_gets_the_nearest(tmp_path):
    with pytest.raises(DnsauthError, match="no profile 'basline'") as caught:
        read(tmp_path, ["basline"])
    assert "did you mean baseline?" in caught.value.hint


@pytest.mark.parametrize("name", ["../secret", "", ".hidden", "a/b"])
def test_a_name_is_no_path(name, tmp_path):
    with pytest.raises(DnsauthError, match="no profile"):
        read(tmp_path, [name])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("publishes: spf", "publishes: sfp", "6:16"),
        ("publishes: spf", "broken_by: [SPF999]", "there is no rule 'SPF999'"),
        ("url: https:", "url: http:", "url"),
        ("seen: 2026-01-01", "seen: yesterday", "a day is written YYYY-MM-DD"),
        ("about: What we ask.\n", "", "about"),
        ("id: spf", "id: SPF!", "id"),
    ],
)
def test_mistakes_have_their_line_and_reason(old, new, said, tmp_path):
    write(tmp_path, "ours", OWN.replace(old, new))
    with pytest.raises(InventoryError) as caught:
        read(tmp_path, ["ours"])
    assert said in str(caught.value)
    assert str(caught.value).startswith("templates/profiles/ours.yaml:")


def test_the_documentation_names_every_shipped_profile_and_every_key():
    document = Document("docs/profiles.md")
    assert SHIPPED_NAMES == sorted(code for row in document.table("Those shipped") for code in row.codes)
    told = {code for row in document.table("Keys of a requirement") for code in row.codes}
    assert set(form.Requirement.model_fields) == told


def test_a_profile_of_too_many_requirements_is_refused(tmp_path):
    head, one = OWN.split("  - id: spf\n")
    write(
        tmp_path, "endless", head + "".join(f"  - id: spf{number}\n{one}" for number in range(form.MOST + 1))
    )
    with pytest.raises(InventoryError) as caught:
        read(tmp_path, ["endless"])
    assert "requirements" in str(caught.value.findings[0])
