"""The pipeline of docs/gitlab.md, run from its YAML."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.markdown import Document
from tests.servers import SECRET
from tests.workflows.runner import checkout
from tests.workflows.world import STRICTER, World

OWN = STRICTER.replace(
    "    dmarc:",
    "      - mta: {ip: [192.0.2.10], owner: postmaster@example.com, dkim: {algorithms: [ed25519], every: 90d}}\n    dmarc:",
)
FILE = "zones/example.com.yaml"
(TEXT,) = (fence.text for fence in Document("docs/gitlab.md").fences if fence.language == "yaml")
PIPELINE = yaml.safe_load(TEXT.replace("DNS_SECRET", "TSIG_SECRET"))
RULE = re.compile(r"\$(\w+) == (\"[^\"]*\"|\$\w+)")


class Pipeline:
    """Jobs of one pipeline, which hand on their artifacts."""

    def __init__(self, world: World, ref: str, **variables: str) -> None:
        self.world, self.ref = world, ref
        self.variables = {"CI_DEFAULT_BRANCH": "main", **variables}
        self.artifacts: dict[str, Path] = {}

    @property
    def jobs(self) -> list[str]:
        """Those whose rules hold."""
        return [
            name
            for name, job in PIPELINE.items()
            if name not in {"default", "stages"} and any(self._holds(rule["if"]) for rule in job["rules"])
        ]

    def _holds(self, rule: str) -> bool:
        sides = [(self.variables.get(name, ""), other) for name, other in RULE.findall(rule)]
        assert rule == " && ".join(f"${name} == {other}" for name, other in RULE.findall(rule))
        return all(
            value == (self.variables.get(other[1:], "") if other[0] == "$" else other[1:-1])
            for value, other in sides
        )

    def run(self, name: str, **secrets: str) -> str:
        """What the job printed; raises `subprocess.CalledProcessError` where it failed."""
        job = PIPELINE[name]
        self.world.runner.count += 1
        place = self.world.runner.directory / f"{name}{self.world.runner.count}"
        place.mkdir()
        depth = [] if job.get("variables", {}).get("GIT_DEPTH") == "0" else ["--depth=20"]
        checkout(self.world.hub.remote, place, self.ref, *depth)
        for file in self.artifacts.values():
            shutil.copy(file, place)
        environ = {"PATH": self.world.runner.path, "HOME": str(place), **self.variables, **secrets}
        script = "set -eo pipefail\n" + "\n".join(job["script"])
        try:
            done = subprocess.run(
                ["bash", "-c", script],
                cwd=place,
                env=environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=True,
            )
        finally:
            for path in job.get("artifacts", {}).get("paths", ()):
                if (place / path).exists():
                    self.artifacts[path] = place / path
        return done.stdout


def request(world: World, number: int) -> Pipeline:
    ref = world.head(number)
    return Pipeline(
        world, ref, CI_PIPELINE_SOURCE="merge_request_event", CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main"
    )


def on_main(world: World, source: str) -> Pipeline:
    ref = world.hub.git("rev-parse", "main")
    return Pipeline(world, ref, CI_PIPELINE_SOURCE=source, CI_COMMIT_BRANCH="main")


def test_from_merge_request_to_receipt(world: World):
    number = world.propose("topic", {FILE: STRICTER})
    review = request(world, number)
    assert ["check", "plan"] == review.jobs
    assert "1 lock up to date" in review.run("check")
    assert "+ v=DMARC1; p=quarantine" in review.run("plan", TSIG_SECRET=SECRET)
    assert "Compared with public DNS" in review.run("plan")
    world.merge(number)
    main = on_main(world, "push")
    assert ["plan", "apply"] == main.jobs
    main.run("plan", TSIG_SECRET=SECRET)
    assert "Apply: 1 zone applied." in main.run("apply", TSIG_SECRET=SECRET)
    assert world.served("_dmarc.example.com.")
    assert "applied" == json.loads(main.artifacts["receipt.json"].read_text())["zones"][0]["outcome"]


def test_a_foreign_change_after_the_plan_stops_the_apply(world: World):
    world.commit("main", {FILE: STRICTER})
    main = on_main(world, "push")
    main.run("plan", TSIG_SECRET=SECRET)
    zone = world.nameserver.zone_text("example.com.")
    world.nameserver.load("example.com.", f"{zone}_dmarc.example.com. 60 IN TXT theirs\n")
    with pytest.raises(subprocess.CalledProcessError) as stopped:
        main.run("apply", TSIG_SECRET=SECRET)
    assert 5 == stopped.value.returncode
    assert (b"\x06theirs",) == world.served("_dmarc.example.com.")


def test_the_schedule(world: World):
    world.hub.git("config", "receive.advertisePushOptions", "true")
    nightly = on_main(world, "schedule")
    assert ["drift", "rotate"] == nightly.jobs
    assert "1 zone agrees" in nightly.run("drift")
    nightly.run("rotate", PUSH_URL=str(world.hub.remote))
    assert "" == world.hub.git("for-each-ref", "refs/heads/dnsauth-rotate")
    config = (
        world.clone / "dnsauth.yaml"
    ).read_text() + "key_stores: {mine: {class: file, directory: ../private}}\n"
    world.commit(
        "main", {"dnsauth.yaml": config + "signers: {mta: {class: files, directory: ../signer}}\n", FILE: OWN}
    )
    for _ in range(2):
        on_main(world, "schedule").run("rotate", PUSH_URL=str(world.hub.remote))
    assert "Rotate DKIM keys\nRotate DKIM keys" == world.hub.git("log", "--format=%s", "main..dnsauth-rotate")
    assert "state: published" in world.hub.git("show", "dnsauth-rotate:zones/example.com.lock.yaml")
    with pytest.raises(subprocess.CalledProcessError):
        on_main(world, "schedule").run("drift")
