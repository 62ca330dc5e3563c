"""A DKIM key renewed through its pull requests, day by day."""

from __future__ import annotations

import json
from datetime import timedelta

import pyrage
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dnsauth.records import dkim
from tests.workflows.runner import Ran
from tests.workflows.world import World, configuration

SENDING = """\
version: 1
domains:
  "@":
    senders:
      - own-mta: {service: mta, ip: [192.0.2.10], owner: postmaster@example.com, dkim: {algorithms: [ed25519], every: 90d}}
"""
HOST = "mx1.example.com"


class Team:
    """Who merges, and a mail host that pulls and reports, in a *world*."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.identity = pyrage.x25519.Identity.generate()
        self.signer = world.directory / "signer"
        self.signer.mkdir()
        key = Ed25519PrivateKey.generate()
        pem = world.directory / "old.pem"
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        record = dkim.Record(key=key.public_key().public_bytes_raw(), key_type=dkim.KeyType.ED25519)
        zone = world.nameserver.zone_text("example.com.")
        world.nameserver.load("example.com.", f'{zone}old._domainkey.example.com. 3600 IN TXT "{record}"\n')
        stores = (
            f"key_stores: {{keys: {{class: age, directory: keys, recipients: [{self.identity.to_public()}],"
            " identity: env/AGE_IDENTITY}}\n"
            f"signers: {{mta: {{class: files, directory: {self.signer}, hosts: [{HOST}]}}}}\n"
        )
        world.commit(
            "main",
            {"dnsauth.yaml": configuration(world.nameserver) + stores, "zones/example.com.yaml": SENDING},
        )
        world.dnsauth(
            "keys",
            "import",
            str(pem),
            "--domain",
            "example.com",
            "--selector",
            "old",
            AGE_IDENTITY=str(self.identity),
        )
        world.commit("main", {})
        world.runner.approved.add("dns-unreviewed")
        world.hub.reviewers.add("dns-unreviewed")
        assert "success" == world.run("apply").results["unreviewed"]

    def rotate(self) -> Ran:
        ran = self.world.run("rotate", "schedule")
        assert {"rotate": "success"} == ran.results, ran.log
        return ran

    def deploy(self) -> None:
        """The mail host pulls main, installs, and its report is committed."""
        self.world.git("fetch", "--quiet", "origin")
        self.world.git("checkout", "--quiet", "--detach", "origin/main")
        self.world.dnsauth("keys", "deploy", "--host", HOST, AGE_IDENTITY=str(self.identity))
        report = (self.world.clone / "deployed" / f"{HOST}.json").read_text()
        self.world.commit("main", {f"deployed/{HOST}.json": report})

    @property
    def open(self) -> list[int]:
        return [number for number, pull in self.world.hub.server.pulls.items() if pull["state"] == "open"]

    def body(self) -> str:
        (number,) = self.open
        pull = self.world.hub.server.pulls[number]
        assert ("dnsauth/rotate", "Rotate DKIM keys") == (pull["head"]["ref"], pull["title"])
        return pull["body"]

    def merged(self, *, dns: bool, squash: bool = False) -> None:
        """Merge the one open pull request; where it changes *dns*, by way of its plan, and apply."""
        (number,) = self.open
        if dns:
            assert "Merging this lets dnsauth apply change 1 record." in self.body().replace("`", "")
            ran = self.world.plan(number)
            assert {"success"} == {*ran.results.values()}, ran.log
        else:
            assert "Merging this changes no record." in self.body()
        self.world.merge(number, squash=squash)
        if dns:
            ran = self.world.run("apply")
            assert {"apply": "success", "unreviewed": "skipped"} == ran.results, ran.log

    def states(self) -> list[str]:
        """The states of the keys on main, oldest first."""
        self.world.git("fetch", "--quiet", "origin")
        self.world.git("checkout", "--quiet", "--detach", "origin/main")
        keys = json.loads(self.world.dnsauth("rotate", "status", "--format", "json", "--quiet"))["keys"]
        return [key["state"] for key in sorted(keys, key=lambda key: key["made"])]

    def selectors(self) -> list[str]:
        """The selectors that are served, with their records."""
        rrsets = self.world.nameserver.rrsets("example.com.")
        return sorted(owner.partition(".")[0] for owner, _ in rrsets if "_domainkey" in owner)


@pytest.fixture
def team(world: World) -> Team:
    return Team(world)


def test_a_key_is_renewed_through_its_pull_requests(team: Team):
    world = team.world
    assert ["active"] == team.states()
    team.rotate()
    assert [] == team.open

    world.later(days=90)
    team.rotate()
    assert "**made, generated**" in team.body()
    team.merged(dns=False, squash=True)  # and the branch stays where it is
    assert ["active", "generated"] == team.states()

    world.later(days=1)
    team.rotate()
    assert "**generated → published**\n  - its record is published\n" in team.body()
    team.merged(dns=True)
    assert ["active", "published"] == team.states()
    assert 2 == len(team.selectors())

    world.later(days=1)
    team.rotate()
    at = f"{world.now:%Y-%m-%d %H:%M}Z"
    assert "**still published**" in team.body()
    assert f"answered the key at {at}" in team.body().replace("`", "")
    world.later(days=1)
    team.rotate()  # yesterday's is still open
    assert "**published → visible**\n  - hosts may sign with it\n" in team.body()
    assert f"answered the key at {at}" in team.body().replace("`", "")
    team.merged(dns=False)
    assert ["active", "visible"] == team.states()

    team.deploy()
    world.later(days=1)
    team.rotate()
    body = team.body().replace("`", "")
    assert "**visible → active**" in body
    assert f"{HOST} signs with it since" in body
    assert "**active → retiring**" in body
    assert "hosts stop signing with it" in body
    assert f"next: until {world.now + timedelta(days=7):%Y-%m-%d}" in body
    team.merged(dns=False)
    assert ["retiring", "active"] == team.states()

    world.later(days=8)
    team.rotate()
    assert "**retiring → revoked**\n  - its record says p= without a key\n" in team.body().replace("`", "")
    team.merged(dns=True, squash=True)

    assert world.served("old._domainkey.example.com.")[0].endswith(b"p=")

    world.later(days=1)
    team.rotate()
    team.merged(dns=False)
    world.later(days=31)
    team.rotate()
    assert "**revoked → removed**\n  - its record is removed\n" in team.body()
    team.merged(dns=True)
    assert ["removed", "active"] == team.states()
    assert 1 == len(team.selectors())
    assert "old" not in team.selectors()

    objects = world.hub.git(
        "grep",
        "-l",
        "-e",
        "PRIVATE",
        "-e",
        "AGE-SECRET",
        *world.hub.git("rev-list", "--all").split(),
        "--",
        "zones",
        "keys",
        check=False,
    )
    assert "" == objects


def test_who_pushed_to_the_rolling_branch_meanwhile_loses_nothing(team: Team):
    world = team.world
    world.later(days=90)
    team.rotate()
    (number,) = team.open
    theirs = world.commit("dnsauth/rotate", {"README.md": "a note"}, lock=False)
    world.later(days=1)
    team.rotate()
    assert [number] == team.open
    assert theirs in world.hub.git("rev-list", "dnsauth/rotate")


def test_an_inventory_that_was_merged_meanwhile_loses_no_key_and_no_line(team: Team):
    world = team.world
    stricter = {"zones/example.com.yaml": SENDING + "    dmarc: {policy: quarantine}\n"}
    world.later(days=90)
    team.rotate()
    team.merged(dns=False)
    world.later(days=1)
    team.rotate()
    world.merge(world.propose("topic", stricter))
    (number,) = team.open
    world.later(days=1)
    team.rotate()  # takes main in, by the rule in .gitattributes that GitHub does not know
    ran = world.plan(number)
    assert {"success"} == {*ran.results.values()}, ran.log
    world.merge(number)
    assert ["active", "published"] == team.states()
    assert "_dmarc TXT dmarc" in world.hub.git("show", "main:zones/example.com.lock.yaml")
    assert "lock up to date" in world.dnsauth("lock", "--check")
