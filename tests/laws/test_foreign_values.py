"""Nothing foreign changes: whatever stands in a zone, whatever the inventory asks, whatever is done by hand later."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.txtbase
import dns.tsigkeyring
import dns.update
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from demo.nameserver import Nameserver, RRsets
from dnsauth.cli.app import app
from dnsauth.desired.load import load
from dnsauth.lock import claims
from dnsauth.rrset import txt_value
from tests.laws.strategies import Zone, fleets
from tests.servers import KEY, SECRET

CONFIGURATION = """\
version: 1
providers:
  ns1: {{class: octodns_bind.Rfc2136Provider, host: {address}, port: {port}, key_name: {key}, key_secret: env/TSIG_SECRET,
    key_algorithm: hmac-sha256}}
live: {{servers: {{{servers}}}}}
defaults: {{provider: ns1, ttl: 3600}}
waivers: [{waivers}]
"""
RETIRED = "version: 1\ndomains: {}\n"
WRITES = {0, 1, 4}  # exit codes of an apply in which guards may stop zones
PARTS, FLEETS, SIZE = 4, 25, 20  # 2,000 zones in all
PATIENT = settings(
    max_examples=FLEETS, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)


class Directory(NamedTuple):
    """A repository on disk, and the command line in it."""

    path: Path
    server: object
    fleet: list[Zone]

    def write(self, inventories: dict[str, str], waivers: Sequence[str] = ()) -> None:
        servers = ", ".join(
            f'{zone.name}: ["{self.server.address}:{self.server.port}"]' for zone in self.fleet
        )
        text = CONFIGURATION.format(
            address=self.server.address,
            port=self.server.port,
            key=KEY,
            servers=servers,
            waivers=", ".join(waivers),
        )
        (self.path / "dnsauth.yaml").write_text(text)
        (self.path / "zones").mkdir(exist_ok=True)
        for zone, inventory in inventories.items():
            (self.path / "zones" / f"{zone}yaml").write_text(inventory)

    def run(self, *arguments: str, exits: set[int]) -> str:
        done = CliRunner().invoke(app, ["-C", str(self.path), *arguments], env={"TSIG_SECRET": SECRET})
        assert done.exit_code in exits, (
            f"{arguments}: exit {done.exit_code}\n{done.output}\n{done.exception!r}"
        )
        return done.stdout

    def plan(self) -> dict[str, dict]:
        """The JSON plan by zone."""
        document = json.loads(self.run("--format", "json", "plan", exits={0, 1}))
        return {zone["zone"]: zone for zone in document["zones"]}

    def standing(self) -> dict[str, RRsets]:
        """Every zone as it stands, without the SOA."""
        return {
            zone.name: {id: rrset for id, rrset in self.server.rrsets(zone.name).items() if id[1] != "SOA"}
            for zone in self.fleet
        }


def stopped(plan: dict) -> bool:
    return any(finding["severity"] == "error" for finding in plan["findings"])


def expect_kept(foreign: dict[str, RRsets], now: dict[str, RRsets]) -> None:
    """Every foreign value stands to the octet, with its TTL."""
    for zone, rrsets in foreign.items():
        for id, (ttl, rdatas) in rrsets.items():
            ttl_now, rdatas_now = now[zone].get(id, (None, ()))
            assert (ttl, set()) == (ttl_now, {*rdatas} - {*rdatas_now}), f"{id} of somebody else changed"


def expect_only(foreign: dict[str, RRsets], now: dict[str, RRsets]) -> None:
    """Foreign values stand to the octet, and nothing else does."""
    for zone, rrsets in foreign.items():
        for id in sorted(rrsets.keys() | now[zone].keys()):
            ttl, rdatas = rrsets.get(id, (None, ()))
            ttl_now, rdatas_now = now[zone].get(id, (None, ()))
            assert (ttl, {*rdatas}) == (ttl_now, {*rdatas_now}), f"{id} is not as it was before we came"


def by_hand(server: object, zone: str, edits: list[tuple[str, str, str, int, bytes]]) -> None:
    """Another hand with the right to write: (action, owner, type, TTL, RDATA octets)."""
    message = dns.update.UpdateMessage(zone, keyring=dns.tsigkeyring.from_text({KEY: SECRET}))
    for action, owner, rdtype, ttl, octets in edits:
        name, type = dns.name.from_text(owner), dns.rdatatype.from_text(rdtype)
        rdata = dns.rdata.from_wire(dns.rdataclass.IN, type, octets, 0, len(octets))
        message.add(name, ttl, rdata) if action == "add" else message.delete(name, rdata)
    if edits:
        assert (
            dns.rcode.NOERROR == dns.query.tcp(message, server.address, port=server.port, timeout=5).rcode()
        )


def edit_ours(directory: Directory, foreign: dict[str, RRsets], choices: list[int]) -> None:
    """One of our TXT values in each zone is edited, or gets a second beside it; *foreign* then has it."""
    for choice, (zone, rrsets) in zip(choices, directory.standing().items(), strict=True):
        ours = [
            (id, ttl, octets)
            for id, (ttl, rdatas) in rrsets.items()
            for octets in rdatas
            if id[1] == "TXT" and octets not in foreign[zone].get(id, (0, ()))[1] and len(octets) < 200
        ]
        if not ours or choice % 3 == 0:
            continue
        id, ttl, octets = ours[choice % len(ours)]
        edited = bytes([octets[0] + 4]) + octets[1:] + b" x=1"
        gone = [("delete", *id, ttl, octets)] if choice % 3 == 1 else []
        by_hand(directory.server, zone, [*gone, ("add", *id, ttl, edited)])
        foreign[zone][id] = (ttl, (*foreign[zone].get(id, (0, ()))[1], edited))


def occupy(directory: Directory, used: dict[str, RRsets], foreign: dict[str, RRsets]) -> None:
    """A CNAME of somebody else where we once had records, and nobody has any now."""
    for zone, rrsets in directory.standing().items():
        taken = {owner for owner, _ in rrsets}
        free = sorted({owner for owner, _ in used[zone]} - taken)
        octets = dns.name.from_text("somebody.example.net.").to_wire()
        by_hand(directory.server, zone, [("add", owner, "CNAME", 60, octets) for owner in islice(free, 2)])
        foreign[zone] |= {(owner, "CNAME"): (60, (octets,)) for owner in islice(free, 2)}


def waivers(plans: dict[str, dict]) -> list[str]:
    """The lines that the findings print ready to paste."""
    found = (
        re.search(r"- (\{rule: .*\})", each["next"]) for plan in plans.values() for each in plan["findings"]
    )
    return [match[1] for match in found if match]


def without_recorded(directory: Directory, before: dict[str, RRsets]) -> dict[str, RRsets]:
    """*before* without what others had published just as we do: we asked for it, so it was ours, and is retired."""
    locks = load(directory.path).locks

    def recorded(zone: str, owner: str, rdtype: str, octets: bytes) -> bool:
        rdata = dns.rdata.from_wire(
            dns.rdataclass.IN, dns.rdatatype.from_text(rdtype), octets, 0, len(octets)
        )
        text = (
            txt_value(b"".join(rdata.strings))
            if isinstance(rdata, dns.rdtypes.txtbase.TXTBase)
            else rdata.to_text()
        )
        return any(
            claims.covers(claim, text) and claims.recorded(locks[zone], claim, text)
            for claim in locks[zone].claims
            if (claim.owner, claim.type) == (owner, rdtype)
        )

    left: dict[str, RRsets] = {}
    for zone, rrsets in before.items():
        left[zone] = {}
        for (owner, rdtype), (ttl, rdatas) in rrsets.items():
            if kept := tuple(octets for octets in rdatas if not recorded(zone, owner, rdtype, octets)):
                left[zone][owner, rdtype] = (ttl, kept)
    return left


def hold(
    server: object, fleet: list[Zone], choices: list[int], load_zone: Callable[[str, str], None]
) -> None:
    """The law itself, over the life of a fleet; a failure notes the zone it is about."""
    with tempfile.TemporaryDirectory() as path:
        try:
            live(Directory(Path(path), server, fleet), choices, load_zone)
        except AssertionError as error:
            for zone in fleet:
                if zone.name in str(error):
                    error.add_note(f"{zone.text}\n{zone.inventory}")
            raise


def live(directory: Directory, choices: list[int], load_zone: Callable[[str, str], None]) -> None:
    asked = {zone.name: zone.inventory for zone in directory.fleet}
    for zone in directory.fleet:
        load_zone(zone.name, zone.text)
    before = directory.standing()

    directory.write(asked)
    directory.run("apply", "--yes", exits=WRITES)
    applied, plans = directory.standing(), directory.plan()
    foreign = without_recorded(directory, before)
    expect_kept(foreign, applied)
    for zone, plan in plans.items():
        if stopped(plan):
            assert before[zone] == applied[zone], f"{zone}: stopped, and written all the same"
        else:
            assert [] == plan["changes"], f"{zone}: a second plan is not empty"

    retire(directory)
    expect_only(foreign, directory.standing())

    directory.write(asked)
    directory.run("apply", "--yes", exits=WRITES)
    used = directory.standing()
    edit_ours(directory, foreign, choices)
    directory.run("apply", "--yes", exits=WRITES)
    expect_kept(foreign, directory.standing())
    retire(directory)
    expect_only(foreign, directory.standing())

    occupy(directory, used, foreign)
    directory.write(asked)
    directory.run("apply", "--yes", exits=WRITES)
    expect_kept(foreign, directory.standing())


def retire(directory: Directory) -> None:
    """Ask for nothing any more, and waive the guards as their findings say."""
    nothing = dict.fromkeys((zone.name for zone in directory.fleet), RETIRED)
    directory.write(nothing)
    directory.write(nothing, waivers(directory.plan()))
    directory.run("apply", "--yes", exits={0})


def choices(size: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, 8), min_size=size, max_size=size)


@pytest.mark.parametrize("part", range(PARTS))  # so that two workers share them
@given(fleet=fleets(SIZE), choices=choices(SIZE))
@PATIENT
def test_foreign_values_survive_everything_on_the_nameserver_of_the_demo(part, fleet, choices):  # noqa: ARG001  each part has zones of its own
    with Nameserver({}, {KEY: SECRET}) as server:
        hold(server, fleet, choices, server.load)


@given(fleet=fleets(10), choices=choices(10))
@settings(PATIENT, max_examples=5)
def test_foreign_values_survive_everything_on_bind(named, fleet, choices):
    hold(named, fleet, choices, partial(named.load, checked=False))
