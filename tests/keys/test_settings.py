"""Settings of key stores, and the classes they name."""

from __future__ import annotations

import re
import sys
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path

import pytest

from dnsauth import plugins
from dnsauth.errors import DnsauthError
from dnsauth.keys import store
from dnsauth.keys.store import open_store
from tests.keys.conftest import Identity
from tests.markdown import Document


def problems(settings: dict[str, object], environ: dict[str, str] | None = None) -> tuple[str, str]:
    with pytest.raises(DnsauthError) as caught:
        open_store("mail-keys", settings, Path("/base"), environ or {})
    return str(caught.value), caught.value.hint


@pytest.mark.parametrize(
    ("settings", "said", "hint"),
    [
        ({}, "key store mail-keys has no class", "there are age, aws, file, vault"),
        (
            {"class": "aeg"},
            "key store mail-keys: there is no class aeg",
            "did you mean age? there are age, aws, file, vault",
        ),
        ({"class": "pass"}, "key store mail-keys: there is no class pass", "there are age, aws, file, vault"),
    ],
)
def test_an_unknown_class_is_said_with_those_there_are(settings, said, hint):
    assert (said, hint) == problems(settings)


@pytest.mark.parametrize(("kind", "module"), [("vault", "hvac"), ("aws", "boto3.session")])
def test_a_class_whose_library_is_missing_names_its_extra(monkeypatch, kind, module):
    monkeypatch.delitem(sys.modules, f"dnsauth.keys.{kind}", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    said, hint = problems({"class": kind})
    assert f"key store mail-keys: class {kind} can't be loaded" in said
    assert f"pip install 'dnsauth[{kind}]'" == hint


def test_a_class_of_a_plugin_is_found_when_it_is_used(monkeypatch):
    from importlib.metadata import EntryPoint

    found = [
        *entry_points(group=store.GROUP),
        EntryPoint("theirs", f"{__name__}:theirs", store.GROUP),
        EntryPoint("broken", "not_installed.at_all:theirs", store.GROUP),
    ]
    monkeypatch.setattr(plugins, "_known", lambda _: EntryPoints(found))
    assert ("n", {"class": "theirs", "x": 1}, Path("d"), {"E": "1"}) == open_store(
        "n", {"class": "theirs", "x": 1}, Path("d"), {"E": "1"}
    )
    said, hint = problems({"class": "broken"})
    assert "No module named 'not_installed'" in said
    assert "install again what brings it: not_installed.at_all:theirs" == hint


def theirs(*arguments: object) -> object:
    return arguments


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"class": "file"}, ["directory is missing, as in `directory: /var/lib/dnsauth/keys`"]),
        ({"class": "file", "directory": ""}, ["directory is no text"]),
        ({"class": "file", "directory": 7}, ["directory is no text"]),
        ({"class": "file", "directory": ["a"]}, ["directory is no text"]),
        ({"class": "file", "directory": "env/NONE"}, ["variable NONE, which is not set: export NONE=…"]),
        (
            {"class": "file", "directry": "a", "mode": "0600"},
            [
                "directory is missing",
                "no setting directry: did you mean directory?",
                "no setting mode: there are",
            ],
        ),
        ({"class": "age"}, ["directory is missing, as in `directory: keys`", "recipients is missing, as in"]),
        ({"class": "age", "directory": "k", "recipients": []}, ["recipients is no list of texts, as in"]),
        ({"class": "age", "directory": "k", "recipients": [1]}, ["recipients is no list of texts"]),
        ({"class": "age", "directory": "k", "recipients": {"a": 1}}, ["recipients is no list of texts"]),
        (
            {"class": "age", "recipients": ["x", "y"], "identities": "z"},
            ["directory is missing", "recipient 1 is none", "recipient 2 is none", "did you mean identity?"],
        ),
    ],
)
def test_every_problem_is_said_at_once(settings, said):
    text, hint = problems(settings)
    assert [] == [each for each in said if each not in text]
    assert len(said) == len(text.splitlines())
    assert all(line.startswith("key store mail-keys: ") for line in text.splitlines())
    assert "correct `key_stores: {mail-keys: …}` in dnsauth.yaml" == hint


def test_a_path_belongs_to_the_directory_of_dnsauth_yaml(tmp_path: Path, identity: Identity, ed25519):
    name = "s._domainkey.example.com"
    for kind, more in (("file", {}), ("age", {"recipients": identity.recipient})):
        for written in (kind, str(tmp_path / "absolute" / kind), f"env/{kind.upper()}"):
            settings = {"class": kind, "directory": written, **more}
            environ = {"FILE": "f/variable", "AGE": "a/variable"}
            open_store("mail-keys", settings, tmp_path / "base", environ).put(name, ed25519)
    assert [
        "absolute/age",
        "absolute/file",
        "base/a/variable",
        "base/age",
        "base/f/variable",
        "base/file",
    ] == [str(path.parent.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("example.com"))]


@pytest.mark.parametrize("module", ["pyrage", "hvac", "boto3", "cryptography", "requests"])
def test_a_store_is_loaded_without_what_it_does_not_use(module):
    import subprocess

    script = "import sys; from dnsauth.keys.store import open_store; import dnsauth.keys.pair, pathlib;"
    script += " open_store('k', {'class': 'file', 'directory': 'keys'}, pathlib.Path(), {}).names();"
    script += f" sys.exit({module!r} in sys.modules)"
    assert 0 == subprocess.run([sys.executable, "-c", script], check=False).returncode


@pytest.mark.parametrize("kind", ["age", "aws", "file", "vault"])
def test_the_document_names_every_setting_and_no_other(kind):
    told = [row.codes for row in Document("docs/keys.md").table(f"`{kind}`")]
    known = re.search(r"there is no setting \d+: there are (.*)", problems({"class": kind, "00": ""})[0])
    assert known
    assert sorted(known[1].split(", ")) == sorted(code for codes in told for code in codes)
