"""A signer is what dnsauth.yaml says: every problem of its settings at once, and nothing is touched before."""

from __future__ import annotations

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.signers.signer import open_signer
from tests.signers.values import S1, key, pair


def refused(tmp_path, **settings: object) -> tuple[list[str], str]:
    with pytest.raises(DnsauthError) as caught:
        open_signer("mta", settings, tmp_path, {})
    return str(caught.value).splitlines(), caught.value.hint


@pytest.mark.parametrize("cls", ["opendkim", "rspamd", "files"])
def test_hosts_and_class_are_not_settings_of_the_class(cls, tmp_path):
    open_signer("mta", {"class": cls, "directory": "d", "hosts": ["mx1.example.com"]}, tmp_path, {})


@pytest.mark.parametrize(
    ("cls", "hint"),
    [
        ("opendikm", "did you mean opendkim? there are files, opendkim, rspamd, ses"),
        ("exchange", "there are files, opendkim, rspamd, ses"),
    ],
)
def test_an_unknown_class_is_told_with_the_nearest(cls, hint, tmp_path):
    assert ([f"signer mta: there is no class {cls}"], hint) == refused(tmp_path, **{"class": cls})


def test_a_signer_has_a_class(tmp_path):
    assert ["signer mta has no class"] == refused(tmp_path)[0]


def test_every_problem_of_the_settings_is_told_at_once(tmp_path):
    problems, hint = refused(
        tmp_path,
        **{
            "class": "opendkim",
            "directry": "/etc/opendkim",
            "mode": "0666",
            "owner": "../root",
            "check": "a",
        },
        reload=["a", 1],
    )
    assert [
        "signer mta: there is no setting directry: did you mean directory?",
        "signer mta: directory is missing: say where its keys and tables go",
        "signer mta: owner is no user or group",
        "signer mta: mode is not one of 0400, 0600, 0440, 0640: a key is nobody else's to read",
        "signer mta: check is no list of a program and its arguments: [systemctl, reload, …]",
        "signer mta: reload is no list of a program and its arguments: [systemctl, reload, …]",
    ] == problems
    assert "correct `signers: {mta: …}` in dnsauth.yaml" == hint


@pytest.mark.parametrize(
    "directory",
    ["/etc/open dkim", "/etc/a:b", "/etc/a,b", '/etc/a"b', "/etc/a\nb", "/etc/é", "/etc/a$b", "/etc/#"],
)
def test_a_directory_that_would_mean_more_in_a_table_is_refused(directory, tmp_path):
    (problem,) = refused(tmp_path, **{"class": "opendkim", "directory": directory})[0]
    assert "tables can hold" in problem


def test_a_name_that_is_no_file_name_is_refused(tmp_path):
    with pytest.raises(DnsauthError, match="its name is not of letters"):
        open_signer("../mta", {"class": "files", "directory": "d"}, tmp_path, {})


def test_ses_has_other_settings(tmp_path):
    problems, _ = refused(tmp_path, **{"class": "ses", "regoin": "eu-central-1", "directory": "d"})
    assert [
        "signer mta: there is no setting regoin: did you mean region?",
        "signer mta: there is no setting directory: there are profile, region",
    ] == problems


def test_no_text_of_a_key_shows_its_private_half():
    body = pair().private.splitlines()[1].decode()
    assert body not in repr(S1)
    assert body not in str(S1)


def test_a_key_says_what_it_is():
    assert ("example.com", "s1", "rsa-2048", True) == (S1.domain, S1.selector, S1.pair.algorithm, S1.signs)
    assert "ed25519" == key("example.com", "e1", "ed25519").pair.algorithm
