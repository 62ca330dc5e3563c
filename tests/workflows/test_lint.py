"""What zizmor and actionlint say of the workflows: nothing; and of bad ones what they should."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dnsauth import documents, init
from tests.markdown import ROOT

BIN = Path(sys.executable).parent
HERE = Path(__file__).parent
TEMPLATES = sorted((ROOT / "templates" / "workflows").glob("*.yml"))
OURS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = [
    ROOT / "action.yml",
    ROOT / "templates/workflows/setup/action.yml",
    ROOT / ".github/actions/dnsauth/action.yml",
]


def zizmor(*files: Path) -> list[str]:
    """The audits that found something."""
    argv = [BIN / "zizmor", "--offline", "--no-config", "--format=json-v1", *files]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    found = [one for one in json.loads(done.stdout) if not one["ignored"]]
    assert bool(found) == bool(done.returncode), done.stderr
    return sorted({one["ident"] for one in found})


def actionlint(*files: Path) -> str:
    argv = [
        BIN / "actionlint",
        "-no-color",
        "-shellcheck",
        BIN / "shellcheck",
        "-format",
        "{{json .}}",
        *files,
    ]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=ROOT)
    found = json.loads(done.stdout)
    assert bool(found) == bool(done.returncode), done.stderr
    return "\n".join(f"{one['filepath']}: {one['kind']}: {one['message']}" for one in found)


def test_zizmor_says_nothing():
    assert [] == zizmor(*TEMPLATES, *OURS, *ACTIONS)


def test_actionlint_says_nothing():
    assert "" == actionlint(*TEMPLATES, *OURS)


def test_zizmor_catches_what_it_should():
    said = zizmor(HERE / "bad.yml")
    assert ["artipacked", "dangerous-triggers", "template-injection", "unpinned-uses"] == said


def test_actionlint_catches_what_it_should():
    said = actionlint(HERE / "bad.yml")
    for kind in ("expression", "shellcheck", "runner-label"):
        assert f" {kind}: " in said


@pytest.mark.parametrize("path", [*TEMPLATES, *OURS], ids=str)
def test_a_workflow_says_in_three_lines_at_most_what_it_may_do_and_with_which_secret(path: Path):
    comment = [line for line in path.read_text().partition("\nname:")[0].splitlines() if line]
    assert 1 <= len(comment) <= 3
    assert all(line.startswith("# ") for line in comment)
    text = " ".join(comment)
    assert "DNS" in text
    assert "ecret" in text
    assert {*re.findall(r"\bsecrets\.(\w+)", path.read_text())} == {*re.findall(r"\b\w+_SECRET\b", text)}


@pytest.mark.parametrize("path", [*TEMPLATES, *OURS], ids=str)
def test_a_workflow_may_nothing_but_what_its_jobs_say(path: Path):
    workflow = yaml.safe_load(path.read_text())
    assert {} == workflow["permissions"]
    assert "pull_request_target" not in workflow[True]
    for job in workflow["jobs"].values():
        assert job["permissions"]
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", init.WORKFLOWS)
def test_this_repository_uses_what_it_gives_away(name: str):
    config, _ = documents.read_file(ROOT / "dnsauth.yaml", "dnsauth.yaml")
    assert init.workflow(name, config) == (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()
