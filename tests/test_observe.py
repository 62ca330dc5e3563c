"""Public DNS in the place of a provider; a dict of RRsets stands for each server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from dnsauth import names
from dnsauth.desired.load import Repository, load
from dnsauth.desired.model import Desired
from dnsauth.diff.observe import Public
from dnsauth.errors import DnsauthError
from dnsauth.live.look import Question
from dnsauth.live.reply import Absent, Alias, Answer, Lame, Refused, Reply, Unreachable
from dnsauth.live.servers import Authority, Missing, Server
from dnsauth.lock.model import Lock
from dnsauth.plan.merge import changes
from dnsauth.rrset import RRset, RRsetId
from dnsauth.spf.lookup import NotLooked
from tests.plan.values import KEY, OTHER_KEY, REVOKED, ZONE, at, desired, held, lock, rrset
from tests.plan.worlds import HELD, INVENTORY

FIRST, SECOND = (Server(f"ns{i}.example.net.", f"192.0.2.{i}") for i in (1, 2))
V6 = Server(FIRST.name, "2001:db8::1")
SILENT = Unreachable("no answer")
NO_ROUTE = Unreachable("there is no route for IPv6 from here", routed=False)
SPF = "v=spf1 mx -all"

Serves = Callable[[str, str], Reply]


def serving(*rrsets: RRset, serial: int = 1) -> Serves:
    """A server of `ZONE` with *rrsets*: CNAMEs, delegations and wildcards as RFC 1034 section 4.3.2 has them."""
    soa = RRset(ZONE, "SOA", 300, (f"ns1.example.net. it.example.net. {serial} 3600 600 86400 300",))
    zone = {one.id: one for one in (soa, *rrsets)}
    exists = {above for id in zone for above in upwards(id.owner)}

    def answer(owner: str, type: str) -> Reply:
        if any(RRsetId(above, "NS") in zone for above in upwards(owner) if above != ZONE):
            return Lame()
        source = owner
        if owner not in exists:
            source = "*." + next(above for above in upwards(owner) if above in exists)
        if found := zone.get(RRsetId(source, type)):
            return Answer(replace(found, owner=owner))
        if found := zone.get(RRsetId(source, "CNAME")):
            return Alias(replace(found, owner=owner))
        return Absent.NODATA if source in exists else Absent.NXDOMAIN

    return answer


def upwards(owner: str) -> Iterable[str]:
    while owner != ZONE:
        yield owner
        owner = owner.partition(".")[2]
    yield ZONE


class World:
    """Servers by what they serve, and how many looks were taken."""

    def __init__(self, servers: Mapping[Server, Serves], missing: tuple[Missing, ...] = ()) -> None:
        self.servers = servers
        self.missing = missing
        self.looks = 0
        self.asked: set[tuple[str, str]] = set()

    def authorities(self, zones: Iterable[str]) -> dict[str, Authority]:
        return {zone: Authority(zone, tuple(self.servers), self.missing) for zone in zones}

    def look(self, questions: Iterable[Question]) -> dict[Question, Reply]:
        self.looks += 1
        asked = tuple(questions)
        self.asked |= {(one.owner, one.type) for one in asked}
        return {one: self.servers[one.server](one.owner, one.type) for one in asked}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    directory = tmp_path_factory.mktemp("observe")
    write(directory, "dnsauth.yaml", "version: 1\n")
    write(directory, "zones/example.com.yaml", 'version: 1\ndomains: {"@": {dmarc: {policy: none}}}\n')
    return load(directory)


def write(directory: Path, name: str, text: str) -> None:
    (directory / name).parent.mkdir(exist_ok=True)
    (directory / name).write_text(text)


def observing(empty: Repository, world: World, wanted: Iterable[Desired], known: Lock) -> Public:
    def lookup(name: str, type: str) -> tuple[str, ...]:
        assert not names.within(name, ZONE)
        raise NotLooked(f"{name} {type}")

    repository = replace(empty, desired={ZONE: tuple(wanted)}, locks={ZONE: known}, lookup=lookup)
    return Public(repository, authorities=world.authorities, look=world.look)


def planned(empty, served, wanted, known=None):
    """The changes against what one server with *served* answers."""
    known = known or lock(*wanted)
    return changes(
        wanted, known, observing(empty, World({FIRST: serving(*served)}), wanted, known).read(ZONE)
    )


@given(INVENTORY, INVENTORY, HELD)
def test_where_a_server_tells_what_a_provider_holds_the_plans_have_the_same_changes(
    empty, wanted, before, rrsets
):
    known = lock(*before, *wanted)
    assert changes(wanted, known, held(*rrsets)) == planned(empty, rrsets, wanted, known)


def test_it_says_what_it_is_and_can_not_be_written(empty):
    public = observing(empty, World({FIRST: serving()}), [], Lock(ZONE))
    found = public.read(ZONE)
    assert (True, True, True) == (found.observed, found.faithful, found.exists)
    with pytest.raises(DnsauthError, match=r"example\.com can't be written to public DNS"):
        public.write(found, ())


APEX = [desired("@", "TXT", SPF)]
SERVED = [one.rrset for one in APEX]


@pytest.mark.parametrize(
    ("servers", "problem"),
    [
        (
            {FIRST: serving(*SERVED), SECOND: SILENT},
            "ns2.example.net (192.0.2.2:53) cannot be asked: no answer",
        ),
        ({FIRST: serving(*SERVED), SECOND: Refused()}, "ns2.example.net (192.0.2.2:53) refuses"),
        ({FIRST: serving(*SERVED), SECOND: Lame()}, "answers without authority"),
        ({FIRST: Absent.NXDOMAIN}, "ns1.example.net (192.0.2.1:53) serves no such zone"),
        ({FIRST: Absent.NODATA, SECOND: Absent.NODATA}, "(192.0.2.2:53) serve no such zone"),
        ({FIRST: serving(*SERVED), V6: Refused()}, "ns1.example.net ([2001:db8::1]:53) refuses"),
        ({FIRST: NO_ROUTE}, "no route for IPv6"),
        (
            {FIRST: serving(*SERVED, serial=2), SECOND: serving()},
            "ns2.example.net (192.0.2.2:53) (serial 1) answers otherwise than ns1.example.net",
        ),
        (
            {FIRST: serving(*SERVED), SECOND: serving(rrset("@", "TXT", SPF, ttl=60))},
            "its servers disagree",
        ),
    ],
)
def test_a_zone_whose_servers_are_not_of_one_mind_is_not_read(empty, servers, problem):
    world = World({server: replying(said) for server, said in servers.items()})
    with pytest.raises(DnsauthError) as refused:
        observing(empty, world, APEX, lock(*APEX)).read(ZONE)
    assert problem in str(refused.value)
    assert "`dnsauth diff`" in refused.value.hint


def replying(said: Serves | Reply) -> Serves:
    return said if callable(said) and not isinstance(said, Absent) else lambda _owner, _type: said


def test_a_server_without_an_address_is_named(empty):
    world = World({}, (Missing("ns9.example.net.", "it has no address"),))
    with pytest.raises(DnsauthError, match=r"\Ans9\.example\.net: it has no address\Z"):
        observing(empty, world, APEX, lock(*APEX)).read(ZONE)


@pytest.mark.parametrize("silent", [SILENT, NO_ROUTE])
def test_another_address_of_the_same_server_stands_in(empty, silent):
    world = World({FIRST: serving(*SERVED), V6: replying(silent)})
    assert () == changes(APEX, lock(*APEX), observing(empty, world, APEX, lock(*APEX)).read(ZONE))


def test_absent_is_absent_whichever_way_it_is_told(empty):
    world = World({FIRST: serving(), SECOND: serving(rrset("x.s1._domainkey", "A", "192.0.2.1"))})
    wanted = [desired("s1._domainkey", "TXT", KEY)]
    (change,) = changes(wanted, lock(*wanted), observing(empty, world, wanted, lock(*wanted)).read(ZONE))
    assert None is change.before


def test_a_zone_that_agrees_costs_one_look(empty):
    world = World({FIRST: serving(*SERVED)})
    observing(empty, world, APEX, lock(*APEX)).read(ZONE)
    assert 1 == world.looks


def test_zones_are_asked_together(empty):
    zones = [f"z{i}.example." for i in range(1_200)]
    zone = empty.inventory.zones[ZONE]
    inventory = replace(empty.inventory, zones={name: replace(zone, name=name) for name in zones})
    repository = replace(
        empty,
        inventory=inventory,
        desired=dict.fromkeys(zones, ()),
        locks={name: Lock(name) for name in zones},
    )
    soa = Answer(RRset("", "SOA", 300, ("ns. it. 1 3600 600 86400 300",)))
    world = World({FIRST: replying(soa)})
    public = Public(repository, authorities=world.authorities, look=world.look)
    assert zones == [public.read(name).zone for name in zones]
    assert 3 == world.looks, "500 each"


WILD = rrset("*", "TXT", "v=spf1 -all")


@pytest.mark.parametrize(
    ("wild", "label", "wanted"),
    [
        (WILD, "_dmarc", "v=DMARC1; p=reject"),
        (WILD, "s1._domainkey", KEY),
        (rrset("*._domainkey", "TXT", REVOKED), "s1._domainkey", KEY),
        (rrset("*", "CNAME", "host.example.net."), "_dmarc", "v=DMARC1; p=reject"),
    ],
)
def test_what_a_wildcard_says_stands_at_no_other_name(empty, wild, label, wanted):
    wants = [desired(label, "TXT", wanted)]
    world = World({FIRST: serving(wild)})
    found = observing(empty, world, wants, lock(*wants)).read(ZONE)
    (change,) = changes(wants, lock(*wants), found)
    assert (None, (wanted,)) == (change.before, change.after.values)
    assert {} == found.rrsets


def test_a_revoked_key_that_went_is_not_seen_in_the_wildcard_that_follows_it(empty):
    wild = desired("*._domainkey", "TXT", REVOKED)
    known = lock(wild, desired("s1._domainkey", "TXT", REVOKED))
    assert () == planned(empty, [wild.rrset], [wild], known)


def test_another_record_beside_the_wildcard_is_one(empty):
    wants = [desired("s1._domainkey", "TXT", KEY)]
    known = lock(*wants, desired("s1._domainkey", "TXT", OTHER_KEY))
    served = [rrset("*._domainkey", "TXT", REVOKED), rrset("s1._domainkey", "TXT", OTHER_KEY)]
    (change,) = planned(empty, served, wants, known)
    assert (OTHER_KEY,) == change.before.values


CHILD = rrset("mail", "NS", "ns1.example.org.")


def test_a_delegation_is_found_above_a_name_that_is_referred(empty):
    wants = [desired("s1._domainkey.mail", "TXT", KEY)]
    found = observing(empty, World({FIRST: serving(CHILD)}), wants, lock(*wants)).read(ZONE)
    assert [RRsetId(at("mail"), "NS")] == [*found.rrsets]
    (change,) = changes(wants, lock(*wants), found)
    assert None is change.before


def test_what_the_child_zone_has_at_the_same_server_is_not_the_parents(empty):
    both = serving(CHILD, rrset("s1._domainkey.mail", "TXT", OTHER_KEY))
    parent = serving()

    def answer(owner: str, type: str) -> Reply:  # with authority over either zone
        inner = serving(rrset("s1._domainkey.mail", "TXT", OTHER_KEY))
        if (owner, type) == (CHILD.owner, "NS"):
            return Answer(CHILD)
        return inner(owner, type) if isinstance(both(owner, type), Lame) else parent(owner, type)

    wants = [desired("s1._domainkey.mail", "TXT", KEY)]
    found = observing(empty, World({FIRST: answer}), wants, lock(*wants)).read(ZONE)
    assert {CHILD.id: RRset(*CHILD.id, 0, CHILD.values)} == {
        id: replace(one, ttl=0) for id, one in found.rrsets.items()
    }


@pytest.mark.parametrize(
    ("wanted", "served", "beside", "reason"),
    [
        (
            desired("em1", "CNAME", "u1.vendor.example."),
            rrset("em1", "MX", "10 mx.vendor.example."),
            "MX",
            "a CNAME stands alone",
        ),
        (desired("www", "MX", "0 ."), rrset("www", "A", "192.0.2.1"), "A", "the null MX beside an address"),
        (
            desired("_dmarc.mail", "TXT", "v=DMARC1; p=none"),
            rrset("_dmarc", "TXT", "v=DMARC1; p=reject"),
            "TXT",
            "the policy above is weakened below",
        ),
    ],
)
def test_what_guards_look_at_is_asked_for(empty, wanted, served, beside, reason):
    world = World({FIRST: serving(served)})
    found = observing(empty, world, [wanted], lock(wanted)).read(ZONE)
    assert served == found.rrsets[RRsetId(served.owner, beside)], reason


def test_nobody_asks_what_stands_beside_where_the_name_is_not(empty):
    wanted = desired("em1", "CNAME", "u1.vendor.example.")
    world = World({FIRST: serving()})
    observing(empty, world, [wanted], lock(wanted)).read(ZONE)
    assert {"SOA", "CNAME", "NS"} == {type for _, type in world.asked}


def test_what_spf_leads_to_in_the_zone_is_asked_for_before_and_after(empty):
    old, new = (
        desired("@", "TXT", "v=spf1 a:old.example.com -all"),
        desired("@", "TXT", "v=spf1 include:_spf.example.com mx -all"),
    )
    served = [
        old.rrset,
        rrset("old", "A", "192.0.2.1"),
        rrset("_spf", "CNAME", "spf.example.com."),
        rrset("spf", "TXT", "v=spf1 a:new.example.com include:vendor.example -all"),
        rrset("new", "A", "192.0.2.2"),
        rrset("@", "MX", "10 mx.example.com."),
        rrset("mx", "AAAA", "2001:db8::2"),
    ]
    world = World({FIRST: serving(*served)})
    found = observing(empty, world, [new], lock(old, new)).read(ZONE)
    assert {one.id: one for one in served} == found.rrsets
    assert world.looks < 8
