"""A new user's repository: what ``dnsauth init --github`` made passes its own workflows."""

from __future__ import annotations

from pathlib import Path

from tests.workflows import hub as hubs
from tests.workflows.conftest import made
from tests.workflows.world import SERVED, ZONE, Server

LIVE = 'live: {{servers: {{example.com: ["{address}:{port}"]}}}}\n'


def test_an_empty_directory_passes_its_own_plan(tmp_path: Path, serving: Server, program: Path):
    serving.load("example.com.", SERVED)
    with hubs.running(tmp_path) as hub:
        world = made(tmp_path, hub, serving, program)
        world.runner.secrets.clear()
        world.begin({}, "example.com")
        # no test asks the Internet who serves example.com
        config = (world.clone / "dnsauth.yaml").read_text() + LIVE.format(
            address=serving.address, port=serving.port
        )
        number = world.propose("first", {"dnsauth.yaml": config})
        ran = world.plan(number)
        assert {"lock": "success", "plan": "success", "review": "success"} == ran.results, ran.log
        assert "1 zone agrees" in world.comments(number)[0]
        world.merge(number)
        for name in ("rotate", "lock", "drift"):
            ran = world.run(name, "schedule")
            assert {name: "success"} == ran.results, ran.log
        assert ([number], {}) == ([*hub.server.pulls], hub.server.issues)

        second = world.propose("second", {"zones/example.com.yaml": ZONE}, lock=False)
        ran = world.plan(second)
        assert {"lock": "success", "plan": "success", "review": "success"} == ran.results, ran.log
        assert "+ v=spf1 ip4:198.51.100.7 ~all" in world.comments(second)[0]
