"""The action for workflows of one's own."""

from __future__ import annotations

import subprocess

import yaml

from tests.markdown import ROOT
from tests.workflows.runner import clean
from tests.workflows.world import World


def used(world: World, command: str, directory: str = ".") -> subprocess.CompletedProcess[str]:
    """What the last step of the action does with its inputs."""
    step = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"][-1]
    assert {"COMMAND": "${{ inputs.command }}", "DIRECTORY": "${{ inputs.directory }}"} == step["env"]
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=world.clone,
        env={**clean(), "PATH": world.runner.path, "COMMAND": command, "DIRECTORY": directory},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_runs_a_command_and_ends_as_that_ends(world: World):
    assert "example.com" in used(world, "records --zone example.com --format bind").stdout
    assert 1 == used(world, "plan --locked").returncode
    assert 0 == used(world, "lock  --check", str(world.clone)).returncode


def test_a_command_is_words_and_nothing_else(world: World):
    done = used(world, "check; touch pwned $(touch pwned) `touch pwned` * ")
    assert 2 == done.returncode
    assert [] == [*world.directory.rglob("pwned")]
