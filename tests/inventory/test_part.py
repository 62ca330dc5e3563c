"""An inventory read in part says of its zones what the whole one says."""

from __future__ import annotations

import random

import pytest

from dnsauth.inventory.files import is_zone_file
from dnsauth.inventory.part import Part, telling, texts
from dnsauth.inventory.read import read
from tests.fleets import fleet, observed, write


@pytest.mark.parametrize("seed", range(6))
def test_all_of_it_is_the_whole(tmp_path, seed):
    rng = random.Random(seed)
    write(tmp_path, fleet(rng), observed(rng))
    if seed % 2:  # with problems of every kind
        (tmp_path / "zones/again.yaml").write_text("version: 1\nzones: [b.example, d.example]\ndomains: {}\n")
        (tmp_path / "zones/not a name.yaml").write_text("version: 1\ndomains: {}\n")
        (tmp_path / "zones/old.yml").write_text("version: 1\n")
        (tmp_path / "zones/broken.example.yaml").write_text("version: [\n")
        config = tmp_path / "dnsauth.yaml"
        config.write_text(
            f"{config.read_text()}notify: [{{to: env/CHAT, on: [failed], where: gone.example}}]\n"
        )
    whole, findings = read(tmp_path)
    part = Part(texts(tmp_path))
    again, same = part.inventory(part.zones)
    assert whole == again
    assert sorted(findings, key=str) == sorted(same, key=str)


def test_a_part_has_every_zone_by_name_and_place(tmp_path):
    rng = random.Random(1)
    write(tmp_path, fleet(rng), observed(rng))
    whole, _ = read(tmp_path)
    part, findings = Part(texts(tmp_path)).inventory({"b.example."})
    assert ((), whole.digest) == (findings, part.digest)
    assert [(zone.name, zone.where) for zone in whole.zones.values()] == [
        (zone.name, zone.where) for zone in part.zones.values()
    ]
    assert whole.zones["b.example."] == part.zones["b.example."]
    assert ["b.example."] == [zone.name for zone in part.zones.values() if zone.domains]


def test_the_same_with_other_files_is_what_they_say(tmp_path):
    rng = random.Random(2)
    write(tmp_path, fleet(rng), observed(rng))
    part = Part(texts(tmp_path))
    changed = {
        "zones/b.example.yaml": None,
        "zones/x.example.yaml": b"version: 1\nzones: [y.example]\ndomains: {}\n",
    }
    other = part.otherwise(changed)
    assert {"y.example."} == other.zones.keys() - part.zones.keys()
    assert {"b.example."} == part.zones.keys() - other.zones.keys()
    assert part.config is not None
    assert other.otherwise({"dnsauth.yaml": None}).config is None


@pytest.mark.parametrize("count", [1, 500])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"include:_spf.Example.com", True),
        (b"include:_spf.example.com.", True),
        (b"- '@ ~a:_spf.example.com/24 portal'", True),
        (b"include:spf.example.com", False),
        (b"", False),
    ],
)
def test_few_words_and_many_are_found_alike(text, told, count):
    words = {"_spf.example.com", *(f"z{n}.example" for n in range(count - 1))}
    assert told == telling(words)(text)


def test_without_a_word_nothing_is_found():
    assert not telling(())(b"anything")


def test_an_escape_may_hide_any_word(tmp_path):
    (tmp_path / "zones").mkdir()
    (tmp_path / "zones/a.example.yaml").write_text('version: 1\ndomains: {"\\x40": {parked: true}}\n')
    (tmp_path / "zones/b.example.yaml").write_text('version: 1\ndomains: {"@": {parked: true}}\n')
    assert ["zones/a.example.yaml"] == list(texts(tmp_path).speaking_of({"own"}))


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("zones/a.example.yaml", True),
        ("zones/a.example.lock.yaml", False),
        ("zones/.a.example.yaml", False),
        ("zones/README.md", False),
        ("zones/below/a.example.yaml", False),
        ("dnsauth.yaml", False),
    ],
)
def test_zone_files_are_told_by_their_names(name, is_one):
    assert is_one == is_zone_file(name)
