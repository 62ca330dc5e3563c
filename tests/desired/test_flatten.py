"""Addresses stand in place of terms that ask DNS: exactly those that passed, or the term stays and says why."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnsauth.catalogue.read import read as read_catalogue
from dnsauth.desired.derive import Derived, derive
from dnsauth.desired.flatten import Basis, Why, flattened
from dnsauth.desired.locks import updated
from dnsauth.desired.senders import spf_terms
from dnsauth.desired.wants import SpfTerm
from dnsauth.findings import NOWHERE
from dnsauth.inventory.model import Inventory, Keep, MailDomain, Sender, Spf, Zone
from dnsauth.lock.model import Lock
from dnsauth.lock.observed import Looked, Observed, Published, Retired
from dnsauth.names import absolute
from dnsauth.plan.merge import changes
from dnsauth.plan.model import Held
from dnsauth.plan.order import ordered
from dnsauth.records import spf
from dnsauth.rrset import RRset, RRsetId
from dnsauth.spf import Lookup, NoSuchName, check_host, overlaid
from dnsauth.spf.addresses import Addresses
from dnsauth.spf.flatten import is_chunk
from tests.plan.values import applied
from tests.spf.strategies import DOMAINS, FOUR, zones

CATALOGUE, _ = read_catalogue(Path())
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAYS = 86400
ZONE = "example.com."


def sender(name: str, *terms: str, flatten: int | None = 30 * DAYS) -> Sender:
    return Sender(name, "custom", NOWHERE, parameters={"spf": terms}, flatten=flatten)


def inventory(*senders: Sender, indirect: bool = False, keep: tuple[Keep, ...] = ()) -> Inventory:
    domain = MailDomain(ZONE, NOWHERE, 3600, True, senders, spf=Spf(indirect=indirect), keep=keep)
    return Inventory(Path(), {ZONE: Zone(ZONE, NOWHERE, ("store",), (domain,))})


def seen(
    dns: Mapping[str, Mapping[str, Sequence[str]]], retired: Mapping[str, Retired] | None = None
) -> Observed:
    """What a refresh would have found; a type that is not named is not there."""
    names = {absolute(name): types for name, types in dns.items()}
    return Observed(
        NOW,
        spf={name: Published(NOW, tuple(types.get("TXT", ()))) for name, types in names.items()},
        hosts={
            Looked(name, type): tuple(types.get(type, ()))
            for name, types in names.items()
            for type in ("A", "AAAA", "MX")
        },
        retired=retired or {},
    )


def records(derived: Derived) -> dict[str, str]:
    assert () == derived.findings
    return {
        rrset.owner: text for rrset in derived.desired[ZONE] if rrset.type == "TXT" for text in rrset.texts
    }


def passes(address: object, lookup: Lookup, domain: str = "example.com") -> bool:
    return "pass" == check_host(str(address), f"a@{domain}", "mail.example.net", lookup).result


def served(texts: Mapping[str, str], dns: Lookup) -> Lookup:
    return overlaid(dns, {(owner, "TXT"): (text,) for owner, text in texts.items()})


def edges(addresses: Addresses) -> set[object]:
    """Where membership turns: the first and last address of each network, and their neighbours."""
    found = set()
    for network in addresses.networks():
        for at in (network[0], network[-1]):
            found |= {at, *(ip_address(int(at) + step) for step in (-1, 1) if 0 < int(at) + step < 2**32)}
    return found


VENDORS = {
    "the last term is not all": {"v.example": {"TXT": ["v=spf1 ip4:192.0.2.1 ip4:192.0.2.129"]}},
    "there are no terms": {"v.example": {"TXT": ["v=spf1"]}},
    "a blank is all there is": {"v.example": {"TXT": ["v=spf1 "]}},
    "terms stand behind all": {"v.example": {"TXT": ["v=spf1 ip4:192.0.2.1 -all ip4:192.0.2.9"]}},
    "a redirect in place of all": {
        "v.example": {"TXT": ["v=spf1 ip4:192.0.2.1 redirect=w.example"]},
        "w.example": {"TXT": ["v=spf1 a ip4:192.0.2.128/25"], "A": ["198.51.100.1"]},
    },
    "a redirect beside all": {
        "v.example": {"TXT": ["v=spf1 redirect=w.example ~all"]},
        "w.example": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]},
    },
    "a and mx mean the vendor": {
        "v.example": {"TXT": ["v=spf1 a mx -all"], "A": ["192.0.2.1"], "AAAA": ["2001:db8::1"], "MX": ["5 m.example."]},
        "m.example": {"A": ["192.0.2.9"]},
        "example.com": {"A": ["203.0.113.1"], "MX": ["5 own.example.com."]},
        "own.example.com": {"A": ["203.0.113.2"]},
    },
    "a and mx have prefixes": {
        "v.example": {"TXT": ["v=spf1 a/24//48 mx:m.example/30"], "A": ["192.0.2.77"], "AAAA": ["2001:db8::1"]},
        "m.example": {"MX": ["5 m.example."], "A": ["198.51.100.7"]},
    },
    "a qualifier stands before the wider network": {
        "v.example": {"TXT": ["v=spf1 -ip4:192.0.2.8 ?ip4:192.0.2.16/28 ~ip4:192.0.2.77 ip4:192.0.2.0/24 -all"]}
    },
    "an include is qualified": {
        "v.example": {"TXT": ["v=spf1 -include:w.example ?include:x.example ip4:192.0.2.0/24 ~all"]},
        "w.example": {"TXT": ["v=spf1 ip4:192.0.2.0/28 -all"]},
        "x.example": {"TXT": ["v=spf1 ip4:192.0.2.32/28 -all"]},
    },
    "all passes but for some": {"v.example": {"TXT": ["v=spf1 -ip4:192.0.2.0/24 -ip6:2001:db8::/32 ?ip6:::/0 all"]}},
    "names hold the word all": {
        "v.example": {"TXT": ["v=spf1 include:_spf.valleyhealth.example a:all.example ip4:192.0.2.1 -all"]},
        "_spf.valleyhealth.example": {"TXT": ["v=spf1 ip4:198.51.100.0/24 -all"]},
        "all.example": {"A": ["203.0.113.9"]},
    },
    "upper case, and a final dot": {
        "v.example": {"TXT": ["V=SPF1 INCLUDE:W.Example. IP4:192.0.2.1 -ALL"]},
        "w.example": {"TXT": ["v=spf1 A ~all"], "A": ["192.0.2.200"]},
    },
    "one is included twice, and four deep": {
        "v.example": {"TXT": ["v=spf1 include:w.example include:x.example -all"]},
        "w.example": {"TXT": ["v=spf1 include:x.example ip4:192.0.2.1 -all"]},
        "x.example": {"TXT": ["v=spf1 include:y.example -all"]},
        "y.example": {"TXT": ["v=spf1 ip6:2001:db8:7::/48 ip4:192.0.2.64/26 -all"]},
    },
    "modifiers nobody knows": {"v.example": {"TXT": ["v=spf1 ip4:192.0.2.1 op=auth exp=why.v.example -all"]}},
    "IPv4 in IPv6": {"v.example": {"TXT": ["v=spf1 ip4:192.0.2.1 ip6:::ffff:198.51.100.0/120 -all"]}},
    "another text beside the record": {"v.example": {"TXT": ["v=spf1 ip4:192.0.2.1 -all", "v=spf10 +all", "x=1"]}},
}  # fmt: skip


@pytest.mark.parametrize("dns", VENDORS.values(), ids=VENDORS)
def test_who_passed_passes_and_nobody_else(dns):
    observed = seen({"example.com": {}, **dns})
    terms = ("include:v.example", "ip4:203.0.113.77")
    plain, flat = (records(derive(inventory(sender("esp", *terms)), CATALOGUE, o)) for o in (None, observed))
    assert "v=spf1 include:v.example ip4:203.0.113.77 ~all" == plain[ZONE]
    assert all("include:v" not in text for text in flat.values())
    wanted, found = (served(texts, observed.lookup) for texts in (plain, flat))
    own = Addresses.of(
        map(ip_network, ("203.0.113.0/29", "203.0.113.77/32", "192.0.2.0/24", "198.51.100.0/24"))
    )
    networks = [
        term.mechanism.network
        for text in flat.values()
        for term in spf.Record.parse(text).terms
        if hasattr(term.mechanism, "network")
    ]
    tried = edges(own | Addresses.of(networks)) | {ip_address("2001:db8::1"), ip_address("2001:db8:7::9")}
    assert {at for at in tried if passes(at, wanted)} == {at for at in tried if passes(at, found)}
    assert any(passes(at, found) for at in tried)


@given(
    zones(),
    st.lists(
        st.one_of(
            st.sampled_from(DOMAINS).map(lambda name: f"include:{name[:-1]}"),
            st.sampled_from(["a:h1.example", "mx:a.example/31", "a:six.example//64", "mx:b.example"]),
        ),
        min_size=1,
        max_size=3,
        unique=True,
    ),
)
def test_whatever_vendors_publish_who_passed_passes_and_nobody_else(zone, terms):
    """Term by term, for all of them together may be more lookups than receivers take, which is why we flatten."""

    def of(text: str) -> Lookup:
        return overlaid(zone, {(ZONE, "TXT"): (text,)})

    domain = MailDomain(ZONE, NOWHERE, 3600, True, (sender("esp", *terms),))
    record = of(" ".join(("v=spf1", *terms, "~all")))
    flat = flattened(
        domain, ZONE, tuple(SpfTerm(term, ("esp",)) for term in terms), Basis(record, {}, {}, {})
    )
    stay = [one.term.text for one in flat.stays]
    gone = [term for term in terms if term not in stay]
    assert [*stay] == [
        term.text for term in flat.terms if not term.text.startswith(("ip4", "ip6", "include:_spf-"))
    ]
    texts = {piece.chunk.owner: piece.chunk.text for piece in flat.pieces}
    brought = [term.text for term in flat.terms if term.text not in stay]
    after = served({**texts, ZONE: " ".join(("v=spf1", *brought, "~all"))}, zone)
    for host in (*FOUR, 6, 7, 129):
        for address in (f"192.0.2.{host}", f"2001:db8::{host:x}"):
            assert any(passes(address, of(f"v=spf1 {term} ~all")) for term in gone) == passes(address, after)


VENDOR = {
    "v.example": {"TXT": ["v=spf1 ip4:192.0.2.0/24 -all"]},
    "m.example": {"MX": ["1 m.example."], "A": ["198.51.100.1"]},
}
BIG = {
    "v.example": {
        "TXT": ["v=spf1 " + " ".join(f"ip4:198.18.{host}.0/24" for host in range(0, 60, 2)) + " -all"]
    }
}


def test_few_addresses_stand_in_the_record_itself():
    found = records(
        derive(inventory(sender("esp", "include:v.example", "mx:m.example")), CATALOGUE, seen(VENDOR))
    )
    assert {ZONE: "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.1 ~all"} == found


def test_many_stand_in_chunks_that_the_record_includes():
    derived = derive(inventory(sender("esp", "include:v.example")), CATALOGUE, seen(BIG))
    found = records(derived)
    one, two = sorted(owner for owner in found if owner != ZONE)
    assert is_chunk(one) and is_chunk(two)  # noqa: PT018
    assert found[ZONE] in {
        f"v=spf1 include:{a[:-1]} include:{b[:-1]} ~all" for a, b in ((one, two), (two, one))
    }
    assert all(450 >= len(owner) + len(text) for owner, text in found.items())
    assert {60 // 2} == {sum(text.count("ip4:") for text in found.values())}
    origins = {value.origin[0].sender for rrset in derived.desired[ZONE] for value in rrset.values}
    assert {"esp"} == origins


def test_without_an_observed_lock_nothing_is_flattened():
    assert {ZONE: "v=spf1 include:v.example ~all"} == records(
        derive(inventory(sender("esp", "include:v.example")), CATALOGUE)
    )


def test_who_does_not_say_flatten_keeps_its_terms_in_their_order():
    senders = (
        sender("own", "ip4:203.0.113.1", "a:m.example", flatten=None),
        sender("esp", "include:v.example"),
        sender("last", "mx:m.example", flatten=None),
    )
    assert {ZONE: "v=spf1 ip4:203.0.113.1 a:m.example ip4:192.0.2.0/24 mx:m.example ~all"} == records(
        derive(inventory(*senders), CATALOGUE, seen(VENDOR))
    )


def test_a_term_two_bring_is_flattened_where_both_want_it():
    other = sender("crm", "include:v.example", flatten=None)
    assert {ZONE: "v=spf1 include:v.example ~all"} == records(
        derive(inventory(sender("esp", "include:v.example"), other), CATALOGUE, seen(VENDOR))
    )
    both = derive(
        inventory(sender("esp", "include:v.example"), sender("crm", "include:v.example")),
        CATALOGUE,
        seen(VENDOR),
    )
    assert (SpfTerm("ip4:192.0.2.0/24", ("esp", "crm")),) == both.flattened[ZONE].terms


def test_each_address_is_of_those_whose_terms_match_it():
    senders = (sender("esp", "include:v.example"), sender("crm", "mx:m.example", "ip4:192.0.2.0/24"))
    derived = derive(inventory(*senders), CATALOGUE, seen(VENDOR))
    terms = (SpfTerm("ip4:192.0.2.0/24", ("esp", "crm")), SpfTerm("ip4:198.51.100.1", ("crm",)))
    assert terms == derived.flattened[ZONE].terms
    assert [terms] == [value.terms for rrset in derived.desired[ZONE] for value in rrset.values]


def test_each_chunk_is_of_those_whose_addresses_it_holds():
    dns = {**BIG, "w.example": {"TXT": ["v=spf1 ip4:203.0.113.7 -all"]}}
    derived = derive(
        inventory(sender("esp", "include:v.example"), sender("crm", "include:w.example")),
        CATALOGUE,
        seen(dns),
    )
    assert [("esp",), ("esp", "crm")] == [piece.senders for piece in derived.flattened[ZONE].pieces]
    assert [("esp",), ("esp", "crm")] == [term.senders for term in derived.flattened[ZONE].terms]


def test_an_indirect_record_is_flattened_where_its_terms_stand():
    senders = inventory(sender("esp", "include:v.example", "mx"), indirect=True)
    dns = {**VENDOR, "example.com": {"MX": ["1 m.example."]}}
    assert {
        ZONE: "v=spf1 include:_spf.example.com ~all",
        f"_spf.{ZONE}": "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.1 ~all",
    } == records(derive(senders, CATALOGUE, seen(dns)))


def test_what_another_zone_of_ours_asks_for_is_what_it_will_be():
    """Our own record is not what was observed, but what is desired; and it is never asked for."""
    one = inventory(sender("esp", "include:example.net"))
    other = MailDomain("example.net.", NOWHERE, 3600, True, (sender("own", "ip4:203.0.113.9", flatten=None),))
    both = Inventory(Path(), {**one.zones, "example.net.": Zone("example.net.", NOWHERE, (), (other,))})
    assert {ZONE: "v=spf1 ip4:203.0.113.9 ~all"} == records(derive(both, CATALOGUE, seen({})))


def test_a_kept_record_is_left_alone():
    keep = Keep(ZONE, "TXT", ("v=spf1 include:v.example -all",), NOWHERE)
    found = records(derive(inventory(sender("esp", "include:v.example"), keep=(keep,)), CATALOGUE, seen(BIG)))
    assert {ZONE: "v=spf1 include:v.example -all"} == found


def test_terms_are_told_with_their_senders():
    senders = (sender("esp", "include:v.example", "mx"), sender("crm", "MX", "ip4:192.0.2.1/32"))
    domain = inventory(*senders).zones[ZONE].domains[0]
    assert (
        ("include:v.example", ("esp",)),
        ("mx", ("esp", "crm")),
        ("ip4:192.0.2.1", ("crm",)),
    ) == spf_terms(domain, CATALOGUE)


STAYS = {
    "a macro": ("include:%{d}.v.example", VENDOR, Why.MESSAGE, "include:%{d}.v.example"),
    "a macro below": ("include:w.example", {"w.example": {"TXT": ["v=spf1 a:%{i}.v.example -all"]}}, Why.MESSAGE, "a:%{i}.v.example"),
    "exists": ("exists:%{i}.v.example", VENDOR, Why.MESSAGE, "exists:%{i}.v.example"),
    "exists below": ("include:w.example", {"w.example": {"TXT": ["v=spf1 exists:x.example -all"]}}, Why.MESSAGE, "exists:x.example"),
    "ptr": ("ptr", VENDOR, Why.MESSAGE, "ptr"),
    "nobody has asked": ("include:w.example", VENDOR, Why.UNKNOWN, "w.example TXT"),
    "nobody has asked what is below": ("include:w.example", {"w.example": {"TXT": ["v=spf1 mx:x.example -all"]}}, Why.UNKNOWN, "x.example MX"),
    "no record": ("include:w.example", {"w.example": {}}, Why.BROKEN, "no SPF record"),
    "no record below": ("include:w.example", {"w.example": {"TXT": ["v=spf1 ip4:192.0.2.1 include:x.example -all"]}, "x.example": {}}, Why.BROKEN, "no SPF record"),
    "two records": ("include:w.example", {"w.example": {"TXT": ["v=spf1 -all", "v=spf1 mx -all"]}}, Why.BROKEN, "2 SPF records"),
    "a wrong record": ("include:w.example", {"w.example": {"TXT": ["v=spf1 ip4:192.0.2 -all"]}}, Why.BROKEN, "192.0.2"),
    "a loop": ("include:w.example", {"w.example": {"TXT": ["v=spf1 include:w.example -all"]}}, Why.BROKEN, "brings itself in"),
    "too many hosts": ("mx:w.example", {"w.example": {"MX": [f"1 m{host}.example." for host in range(11)]}}, Why.BROKEN, "11 hosts"),
    "a qualifier": ("?include:v.example", VENDOR, Why.QUALIFIED, ""),
    "more than ten chunks": ("include:w.example", {"w.example": {"TXT": ["v=spf1 " + " ".join(f"ip4:198.18.{host}.{low}" for host in range(120) for low in (1, 3)) + " -all"]}}, Why.SIZE, "networks in 11 records of at most 10"),
}  # fmt: skip


@pytest.mark.parametrize(("term", "dns", "why", "what"), STAYS.values(), ids=STAYS)
def test_what_cannot_be_addresses_stays_and_says_why(term, dns, why, what):
    derived = derive(inventory(sender("esp", term, "include:v.example")), CATALOGUE, seen({**VENDOR, **dns}))
    (stays,) = derived.flattened[ZONE].stays if why is not Why.SIZE else derived.flattened[ZONE].stays[:1]
    assert (term, why) == (stays.term.text, stays.why)
    assert what in stays.what
    others = "include:v.example" if why is Why.SIZE else "ip4:192.0.2.0/24"
    assert {ZONE: f"v=spf1 {term} {others} ~all"} == records(derived)


def test_a_vendor_of_more_lookups_than_receivers_take_is_not_flattened():
    """Whom it lets pass depends on how far a receiver gets."""
    dns = {
        f"v{n}.example": {"TXT": [f"v=spf1 include:v{n + 1}.example ip4:192.0.2.{n} -all"]} for n in range(12)
    }
    dns["v12.example"] = {"TXT": ["v=spf1 -all"]}
    derived = derive(inventory(sender("esp", "include:v0.example")), CATALOGUE, seen(dns))
    assert [Why.BROKEN] == [one.why for one in derived.flattened[ZONE].stays]


def test_terms_that_pass_do_not_change_places_with_others():
    """The first match decides, RFC 7208 section 4.6.2."""
    terms = ("-ip4:192.0.2.9", "include:v.example", "?a:m.example", "mx:m.example")
    derived = derive(inventory(sender("esp", *terms)), CATALOGUE, seen(VENDOR))
    assert {ZONE: "v=spf1 -ip4:192.0.2.9 ip4:192.0.2.0/24 ?a:m.example mx:m.example ~all"} == records(derived)
    assert [Why.QUALIFIED, Why.QUALIFIED] == [one.why for one in derived.flattened[ZONE].stays]


def test_a_name_without_room_for_chunks_keeps_its_terms():
    long = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 48]) + "."
    domain = MailDomain(long, NOWHERE, 3600, True, (sender("esp", "include:v.example"),))
    derived = derive(Inventory(Path(), {long: Zone(long, NOWHERE, (), (domain,))}), CATALOGUE, seen(BIG))
    assert [Why.SIZE] == [one.why for one in derived.flattened[long].stays]
    assert 1 == len(derived.desired[long])


def test_a_chunk_that_was_included_stays_for_caches_that_hold_the_old_record():
    gone = {
        f"_spf-00000001.{ZONE}": Retired(NOW, "v=spf1 ip4:192.0.2.1 -all"),
        "_spf-00000002.example.org.": Retired(NOW, "v=spf1 -all"),
    }
    observed = seen(VENDOR, gone)
    found = records(derive(inventory(sender("esp", "include:v.example")), CATALOGUE, observed))
    assert {
        ZONE: "v=spf1 ip4:192.0.2.0/24 ~all",
        f"_spf-00000001.{ZONE}": "v=spf1 ip4:192.0.2.1 -all",
    } == found
    plain = inventory(sender("esp", "include:v.example", flatten=None))
    assert {ZONE: "v=spf1 include:v.example ~all"} == records(derive(plain, CATALOGUE, observed))


# What apply does in between.


def held(derived: Derived, foreign: RRset) -> Held:
    rrsets = {rrset.id: rrset.rrset for rrset in derived.desired[ZONE]}
    own = rrsets[RRsetId(ZONE, "TXT")]
    rrsets[own.id] = RRset(own.owner, own.type, own.ttl, tuple(sorted((*own.values, *foreign.values))))
    return Held(ZONE, "store", exists=True, rrsets=rrsets, faithful=True)


def answering(state: Held) -> Lookup:
    def lookup(name: str, type: str) -> tuple[str, ...]:
        if all(name != id.owner for id in state.rrsets):
            raise NoSuchName(name)
        rrset = state.rrsets.get(RRsetId(name, type))
        return rrset.values if rrset else ()

    return lookup


def vendor(chance: random.Random, count: int) -> Addresses:
    return Addresses.of(
        ip_network((chance.getrandbits(32), chance.randint(20, 32)), strict=False) for _ in range(count)
    )


@pytest.mark.parametrize("seed", range(40))
def test_at_every_step_of_an_apply_who_passes_before_and_after_passes(seed):
    """Chunks come before the record includes them, and go after; an atomic provider has no steps at all."""
    chance = random.Random(seed)
    old = vendor(chance, chance.choice([0, 3, 20, 60, 120]))
    new = (old - Addresses.of(chance.sample(old.networks(), len(old.networks()) // 4))) | vendor(
        chance, chance.choice([0, 1, 30])
    )
    senders = inventory(sender("esp", "include:v.example"), sender("own", "ip4:203.0.113.9", flatten=None))
    before, after = (
        derive(
            senders,
            CATALOGUE,
            seen(
                {"v.example": {"TXT": [" ".join(["v=spf1", *(f"ip4:{n}" for n in side.networks()), "-all"])]}}
            ),
        )
        for side in (old, new)
    )
    assert () == before.findings == after.findings
    foreign = RRset(ZONE, "TXT", 300, ("token=1",))
    state = held(before, foreign)
    lock = updated(updated(Lock(ZONE), before.desired[ZONE]), after.desired[ZONE])
    steps = ordered(changes(after.desired[ZONE], lock, state))
    both = [network[0] for network in (old & new).networks()] or [ip_address("203.0.113.9")]
    tried = [*chance.sample(both, min(8, len(both))), ip_address("203.0.113.9")]
    for step in (None, *steps):
        state = applied(state, [step] if step else [])
        assert all(passes(address, answering(state)) for address in tried)
    assert held(after, foreign).rrsets == state.rrsets
    assert all(passes(network[0], answering(state)) for network in new.networks()[:8])
    assert not any(passes(network[0], answering(state)) for network in (old - new).networks()[:8])
