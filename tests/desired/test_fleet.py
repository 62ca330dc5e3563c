"""A repository loaded in part has of its zones what the whole one has."""

from __future__ import annotations

import random

import pytest

from dnsauth.cli.choosing import fleet as opened
from dnsauth.desired.load import load, only
from dnsauth.findings import InventoryError
from dnsauth.spf.lookup import NoSuchName, NotLooked
from tests.fleets import fleet, loaded, observed, write


def answer(lookup, name, type):
    try:
        return lookup(name, type)
    except (NoSuchName, NotLooked) as error:
        return str(error)


@pytest.mark.parametrize("seed", range(8))
def test_each_zone_by_itself_is_as_in_the_whole(tmp_path, seed):
    rng = random.Random(seed)
    write(tmp_path, fleet(rng), observed(rng))
    whole = loaded(tmp_path)
    if whole is None:
        pytest.skip("these files contradict one another")
    for zone in whole.inventory.zones:
        part, same = opened(tmp_path).load({zone}), only(whole, {zone})
        assert (same.inventory, same.desired, same.locks) == (part.inventory, part.desired, part.locks)
        domains = [domain.name for domain in same.inventory.zones[zone].domains]
        assert [same.flattened.get(name) for name in domains] == [
            part.flattened.get(name) for name in domains
        ]
        for rrset in (rrset for rrsets in whole.desired.values() for rrset in rrsets):
            key = rrset.owner, rrset.type
            if "._report._dmarc." not in rrset.owner:  # where SPF leads to no name of
                assert answer(whole.lookup, *key) == answer(part.lookup, *key)


def test_what_nobody_publishes_is_what_was_observed(tmp_path):
    rng = random.Random(0)
    write(tmp_path, fleet(rng), observed(rng))
    part = opened(tmp_path).load({"b.example."})
    for name in ("_spf.vendor.example.", "nowhere.a.example.", "nowhere.example."):
        assert answer(load(tmp_path).lookup, name, "TXT") == answer(part.lookup, name, "TXT")


def test_a_lock_without_its_zone_stops_every_part(tmp_path):
    rng = random.Random(0)
    write(tmp_path, fleet(rng), observed(rng))
    (tmp_path / "zones/gone.example.lock.yaml").write_text("version: 1\nzone: gone.example\nrecorded: []\n")
    with pytest.raises(InventoryError, match="this lock has no zone file"):
        opened(tmp_path).load({"b.example."})


def test_a_mistake_elsewhere_stops_no_part(tmp_path):
    (tmp_path / "zones").mkdir()
    (tmp_path / "dnsauth.yaml").write_text("version: 1\n")
    (tmp_path / "zones/a.example.yaml").write_text('version: 1\ndomains: {"@": {parked: true}}\n')
    (tmp_path / "zones/c.example.yaml").write_text("version: 1\ndomains: {nonsense: {nothing: here}}\n")
    with pytest.raises(InventoryError, match=r"zones/c\.example\.yaml"):
        load(tmp_path)
    assert {"a.example."} == opened(tmp_path).load({"a.example."}).desired.keys()
