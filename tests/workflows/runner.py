"""Workflows of GitHub Actions run from their YAML, job by job and step by step, by bash.

What a runner gives a step is given here: environment, outputs, summaries, artifacts, secrets of a repository
and of environments, a token with the permissions of its job. The few actions our workflows use have
stand-ins; whatever else they say is an error.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from tests.workflows.expressions import condition, evaluated, shown
from tests.workflows.hub import Hub

SETUP = "$/.github/actions/dnsauth"


@dataclass
class Step:
    """What became of a step, and what it printed."""

    name: str
    outcome: str
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Job:
    """What became of a job."""

    result: str
    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    """Those its steps were given."""


@dataclass
class Ran:
    """What became of a workflow: its jobs, what it left, and what it printed."""

    jobs: dict[str, Job] = field(default_factory=dict)
    artifacts: dict[str, Path] = field(default_factory=dict)
    summary: str = ""
    sarif: list[dict[str, Any]] = field(default_factory=list)

    @property
    def log(self) -> str:
        return "".join(f"## {step.name}\n{step.log}" for job in self.jobs.values() for step in job.steps)

    @property
    def results(self) -> dict[str, str]:
        return {name: job.result for name, job in self.jobs.items()}


@dataclass
class Runner:
    """One repository at GitHub, and a machine that runs its workflows in *directory* with *path* as PATH."""

    directory: Path
    path: str
    hub: Hub
    secrets: dict[str, str] = field(default_factory=dict)
    environments: dict[str, dict[str, str]] = field(default_factory=dict)
    """Secrets by environment; a job in one that is not there gets those of the repository."""
    approved: set[str] = field(default_factory=set)
    """Environments that have reviewers, and whose reviewers say yes; without it a job there waits."""
    variables: dict[str, str] = field(default_factory=dict)
    private: bool = False
    count: int = 0

    def run(self, name: str, event: str, payload: dict[str, Any], *, sha: str, fork: bool = False) -> Ran:
        """Run the workflow *name* as the commit *sha* has it, for *event*."""
        text = self.hub.git("show", f"{sha}:.github/workflows/{name}.yml")
        workflow = yaml.safe_load(text)
        assert event in workflow[True]  # `on` is a boolean to YAML 1.1
        pull = payload.get("pull_request", {})
        github = {
            "event_name": event,
            "event": {**payload, "repository": {"private": self.private}},
            "sha": sha,
            "ref": f"refs/pull/{pull['number']}/merge" if pull else "refs/heads/main",
            "head_ref": pull["head"]["ref"] if pull else "",
            "base_ref": pull["base"]["ref"] if pull else "",
            "repository": self.hub.repository,
            "workflow": name,
        }
        ran = Ran()
        contexts = {"github": github, "vars": self.variables, "secrets": {}, "needs": {}}
        for id, job in workflow["jobs"].items():
            assert workflow["permissions"] == {}
            self._job(ran, id, job, contexts, workflow, fork=fork)
        return ran

    def _job(
        self,
        ran: Ran,
        id: str,
        job: dict[str, Any],
        contexts: dict[str, Any],
        workflow: dict[str, Any],
        *,
        fork: bool,
    ) -> None:
        needs = job.get("needs", [])
        needs = [needs] if isinstance(needs, str) else needs
        results = [ran.jobs[need].result for need in needs]
        here = {
            **contexts,
            "needs": {
                need: {"result": ran.jobs[need].result, "outputs": ran.jobs[need].outputs} for need in needs
            },
        }
        if not condition(job.get("if", "success()"), here, _status(results, all_must_succeed=True)):
            ran.jobs[id] = Job("skipped")
            return
        environment = job.get("environment")
        if environment and environment in self.hub.reviewers and environment not in self.approved:
            ran.jobs[id] = Job("waiting")
            return
        secrets = {} if fork else self.secrets | self.environments.get(environment or "", {})
        matrix = job.get("strategy", {}).get("matrix", {})
        combinations = [{}]
        for name, values in matrix.items():
            listed = evaluated(values, here, {}) if isinstance(values, str) else values
            combinations = [{**one, name: value} for one in combinations for value in listed]
        found = Job("success")
        for one in combinations:
            token = self.hub.token(job.get("permissions", {}), fork=fork)
            inside = {
                **here,
                "github": {**here["github"], "token": token},
                "secrets": _Secrets(secrets, found.secrets),
                "matrix": one,
                "runner": {"temp": str(self.directory / f"job{self.count + 1}")},
                "strategy": {"job-total": len(combinations)},
                "steps": {},
            }
            inside["env"] = _texts(workflow.get("env", {}), inside) | _texts(job.get("env", {}), inside)
            self._steps(ran, found, job, inside)
            self.hub.revoke(token)
        ran.jobs[id] = found

    def _steps(self, ran: Ran, found: Job, job: dict[str, Any], contexts: dict[str, Any]) -> None:
        self.count += 1
        place = self.directory / f"job{self.count}"
        workspace = place / "work"
        workspace.mkdir(parents=True)
        for step in job["steps"]:
            name = step.get("name") or step.get("uses", "").partition("@")[0] or step["run"].splitlines()[0]
            if not condition(step.get("if", "true"), contexts, _status([found.result])):
                done = Step(name, "skipped")
            elif "uses" in step:
                done = self._used(ran, name, step, contexts, workspace)
            else:
                done = self._executed(ran, name, step, contexts, place)
            found.steps.append(done)
            if "id" in step:
                contexts["steps"][step["id"]] = {"outcome": done.outcome, "outputs": done.outputs}
            if done.outcome == "failure":
                found.result = "failure"
        outputs = {
            name: shown(evaluated(text, contexts, {})) for name, text in job.get("outputs", {}).items()
        }
        found.outputs |= outputs

    def _executed(
        self, ran: Ran, name: str, step: dict[str, Any], contexts: dict[str, Any], place: Path
    ) -> Step:
        assert "${{" not in step["run"]
        files = {key: place / key for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        (place / "event.json").write_text(json.dumps(contexts["github"]["event"]))
        (place / "script").write_text(step["run"])
        environ = {
            "PATH": self.path,
            "HOME": str(place),
            "LANG": "C.UTF-8",
            "CI": "true",
            "RUNNER_TEMP": contexts["runner"]["temp"],
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.hub.url,
            "GITHUB_EVENT_NAME": contexts["github"]["event_name"],
            "GITHUB_EVENT_PATH": str(place / "event.json"),
            "GITHUB_REPOSITORY": contexts["github"]["repository"],
            "GITHUB_RUN_ID": "77",
            "GITHUB_SERVER_URL": self.hub.url,
            "GITHUB_SHA": contexts["github"]["sha"],
            **{key: str(file) for key, file in files.items()},
            **contexts["env"],
            **_texts(step.get("env", {}), contexts),
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", str(place / "script")],
            cwd=place / "work",
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
            check=False,
        )
        ran.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        outputs = dict(line.split("=", 1) for line in lines)
        return Step(name, "failure" if done.returncode else "success", done.stdout, outputs)

    def _used(
        self, ran: Ran, name: str, step: dict[str, Any], contexts: dict[str, Any], workspace: Path
    ) -> Step:
        given = {key: shown(evaluated(str(text), contexts, {})) for key, text in step.get("with", {}).items()}
        action, _, version = step["uses"].partition("@")
        if action == SETUP:  # dnsauth is in PATH
            self.hub.git("cat-file", "-e", f"{contexts['github']['sha']}:.github/actions/dnsauth/action.yml")
            return Step(name, "success")
        assert len(version) == 40, step["uses"]
        outcome = "success"
        match action:
            case "actions/checkout":
                assert given["persist-credentials"].lower() == "false"
                depth = [] if given.get("fetch-depth") == "0" else ["--depth=1"]
                checkout(self.hub.remote, workspace, given.get("ref") or contexts["github"]["sha"], *depth)
            case "actions/upload-artifact":
                files = [file for file in workspace.glob(given["path"]) if file.is_file()]
                kept = self.directory / f"artifact{self.count}" / given["name"]
                kept.mkdir(parents=True)
                for file in files:
                    shutil.copy(file, kept)
                assert given["name"] not in ran.artifacts
                ran.artifacts[given["name"]] = kept
            case "actions/download-artifact":
                pattern = given.get("pattern") or given["name"]
                there = workspace / given.get("path", ".")
                there.mkdir(exist_ok=True)
                for artifact, kept in ran.artifacts.items():
                    if fnmatch(artifact, pattern):
                        for file in kept.iterdir():
                            shutil.copy(file, there)
            case "github/codeql-action/upload-sarif":
                document = json.loads((workspace / given["sarif_file"]).read_text())
                assert document["version"] == "2.1.0"
                ran.sarif.append(document)
            case _:
                raise AssertionError(f"no stand-in for {action}")
        return Step(name, outcome)


def checkout(remote: Path, workspace: Path, ref: str, *depth: str) -> None:
    """What actions/checkout makes of *ref*: a commit, detached; with the whole history every branch too."""
    refs = [] if depth else ["+refs/heads/*:refs/remotes/origin/*"]
    for arguments in (
        ["init", "--quiet"],
        ["remote", "add", "origin", f"file://{remote}"],
        ["fetch", "--quiet", "--no-tags", *depth, "origin", ref, *refs],
        ["checkout", "--quiet", "--detach", "FETCH_HEAD"]
        if depth
        else ["checkout", "--quiet", "--detach", ref],
    ):
        subprocess.run(["git", *arguments], cwd=workspace, env=clean(), check=True, capture_output=True)


def clean() -> dict[str, str]:
    """An environment in which Git knows nobody."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "LANG": "C.UTF-8"}


class _Secrets(dict[str, str]):
    """Secrets that note who was given which; one that is not there is an empty text."""

    def __init__(self, secrets: Mapping[str, str], given: dict[str, str]) -> None:
        super().__init__(secrets)
        self._given = given

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ARG002
        if found := super().get(key, ""):
            self._given[key] = found
        return found


def _texts(written: Mapping[str, Any], contexts: Mapping[str, Any]) -> dict[str, str]:
    return {name: shown(evaluated(str(text), contexts, {})) for name, text in written.items()}


def _status(results: list[str], *, all_must_succeed: bool = False) -> dict[str, Any]:
    good = [result == "success" for result in results]
    succeeded = all(good) if all_must_succeed else "failure" not in results
    return {
        "success": lambda: succeeded,
        "failure": lambda: "failure" in results,
        "cancelled": lambda: False,
        "always": lambda: True,
    }
