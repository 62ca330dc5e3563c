"""What happens every night: drift is told once, and taken back; what others publish is looked at again."""

from __future__ import annotations

from tests.workflows.world import World


def issue(world: World) -> dict[str, str]:
    (found,) = world.hub.server.issues.values()
    return found


def replaced(world: World, old: str, new: str) -> None:
    text = world.nameserver.zone_text("example.com.")
    assert old in text
    world.nameserver.load("example.com.", text.replace(old, new))


def test_drift_opens_one_issue_keeps_it_up_to_date_and_closes_it(world: World):
    ran = world.run("drift", "schedule")
    assert {"drift": "success"} == ran.results, ran.log
    assert {} == world.hub.server.issues

    replaced(world, "ip4:198.51.100.7", "ip4:203.0.113.9")
    ran = world.run("drift", "schedule")
    assert {"drift": "success"} == ran.results, ran.log
    assert ("open", "DNS is not what the inventory says") == (issue(world)["state"], issue(world)["title"])
    assert "- v=spf1 ip4:203.0.113.9 ~all" in issue(world)["body"]

    replaced(world, "203.0.113.9", "203.0.113.10")
    world.run("drift", "schedule")
    assert "- v=spf1 ip4:203.0.113.10 ~all" in issue(world)["body"]

    replaced(world, "203.0.113.10", "198.51.100.7")
    ran = world.run("drift", "schedule")
    assert ({"drift": "success"}, "closed") == (ran.results, issue(world)["state"]), ran.log


def test_a_server_that_is_silent_is_told_and_is_no_agreement(world: World):
    world.nameserver.unload("example.com.")
    ran = world.run("drift", "schedule")
    assert {"drift": "success"} == ran.results, ran.log
    assert "open" == issue(world)["state"]
    assert "not assessed" in issue(world)["body"]


def test_an_inventory_that_is_wrong_opens_and_closes_nothing(world: World):
    world.commit("main", {"zones/example.com.yaml": "version: 1\ndomains: {@: []}\n"}, lock=False)
    ran = world.run("drift", "schedule")
    assert {"drift": "failure"} == ran.results
    assert {} == world.hub.server.issues


FLAT = """\
version: 1
domains:
  "@":
    senders:
      - portal: {service: custom, spf: ["include:_spf.example.com"], owner: it@example.com}
"""


def including(world: World, text: str) -> None:
    zone = world.nameserver.zone_text("example.com.")
    lines = [line for line in zone.splitlines() if not line.startswith("_spf.")]
    world.nameserver.load("example.com.", "\n".join([*lines, f'_spf.example.com. 300 IN TXT "{text}"', ""]))


def test_what_moved_at_others_is_proposed_and_a_date_alone_is_not(world: World):
    including(world, "v=spf1 ip4:192.0.2.1 -all")
    world.commit("main", {"zones/example.com.yaml": FLAT})
    ran = world.run("lock", "schedule")
    assert {"lock": "success"} == ran.results, ran.log
    (number,) = world.hub.server.pulls
    pull = world.hub.server.pulls[number]
    assert ("dnsauth/lock", "Refresh observed.lock.yaml") == (pull["head"]["ref"], pull["title"])
    assert "observed.lock.yaml" == world.hub.git("diff", "--name-only", "main", "dnsauth/lock")
    world.merge(number)

    world.later(days=1)
    world.run("lock", "schedule")
    assert [number] == [*world.hub.server.pulls]

    including(world, "v=spf1 ip4:192.0.2.1 ip4:198.51.100.0/24 -all")
    ran = world.run("lock", "schedule")
    assert {"lock": "success"} == ran.results, ran.log
    assert 2 == len(world.hub.server.pulls)
    assert "198.51.100.0/24" in [*world.hub.server.pulls.values()][1]["body"]


def test_flattened_addresses_are_proposed_with_their_date(world: World):
    including(world, "v=spf1 ip4:192.0.2.1 -all")
    world.commit("main", {"zones/example.com.yaml": FLAT.replace("owner:", "flatten: true, owner:")})
    world.run("lock", "schedule")
    world.merge(next(iter(world.hub.server.pulls)))
    world.later(days=1)
    world.run("lock", "schedule")
    assert 2 == len(world.hub.server.pulls)
