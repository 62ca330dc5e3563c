"""Zone files as a target: read as octoDNS reads them, edited where they change and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from octodns.zone import Zone

from dnsauth.errors import DnsauthError
from dnsauth.octodns import conversion
from dnsauth.octodns.yaml import YamlProvider
from dnsauth.plan.errors import Moved
from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRset, RRsetId

ZONE = "held.example."
FILE = """\
---
# the apex
'':
  - ttl: 86400   # ours since 2011
    type: NS
    values: [ns1.example., ns2.example.]
  - octodns: {healthcheck: {path: /x}}
    type: TXT
    values:
      # owned by marketing
      - google-site-verification=a
      - v=spf1 -all
      - weird; x   # nobody knows

# DKIM of the old days
k1._domainkey:
  type: TXT
  value: v=DKIM1; p=AAAA
www:
  ttl: 60
  type: CNAME
  value: app.example.
# the end
"""
APEX = RRsetId(ZONE, "TXT")


def target(directory: Path, **more: object) -> YamlProvider:
    return YamlProvider("zones", str(directory), **{"escaped_semicolons": False, **more})


@pytest.fixture
def zones(tmp_path):
    (tmp_path / "held.example.yaml").write_text(FILE)
    return tmp_path


def text(zones: Path) -> str:
    return (zones / "held.example.yaml").read_text()


def populated(provider: YamlProvider, zone: str = ZONE) -> Held:
    """What octoDNS itself reads."""
    found = Zone(zone, [])
    exists = provider.populate(found, target=True, lenient=True)
    return conversion.held(found, provider.name, exists=bool(exists), faithful=True)


def rrset(owner: str, type: str, *values: str, ttl: int = 3600) -> RRset:
    return RRset(f"{owner}.{ZONE}" if owner else ZONE, type, ttl, tuple(sorted(values)))


def written(zones: Path, *after: RRset, gone: tuple[RRsetId, ...] = ()) -> str:
    provider = target(zones)
    held = provider.read(ZONE)
    changes = (
        *(Change(held.rrsets[id], None) for id in gone),
        *(Change(held.rrsets.get(each.id), each) for each in after),
    )
    provider.write(held, changes)
    expected = {id: found for id, found in held.rrsets.items() if id not in gone} | {a.id: a for a in after}
    assert expected == provider.read(ZONE).rrsets == populated(provider).rrsets
    return text(zones)


def test_a_file_is_read_as_octodns_reads_it(zones):
    assert populated(target(zones)) == target(zones).read(ZONE)


def test_a_zone_without_a_file_is_held_as_absent(zones):
    assert Held("other.example.", "zones", False, {}, faithful=True) == target(zones).read("other.example.")


def test_a_value_is_swapped_in_its_list_and_every_other_line_stays(zones):
    after = rrset("", "TXT", "google-site-verification=a", "v=spf1 mx -all", "weird; x")
    expected = FILE.replace("      - v=spf1 -all\n", "").replace("knows\n", "knows\n      - v=spf1 mx -all\n")
    assert expected == written(zones, after)


def test_a_single_value_is_swapped_in_place(zones):
    expected = FILE.replace("p=AAAA", "p=BBBB")
    assert expected == written(zones, rrset("k1._domainkey", "TXT", "v=DKIM1; p=BBBB"))


def test_a_second_value_makes_a_list(zones):
    expected = FILE.replace("value: v=DKIM1; p=AAAA", "values:\n  - v=DKIM1; p=AAAA\n  - v=DKIM1; p=BBBB")
    assert expected == written(zones, rrset("k1._domainkey", "TXT", "v=DKIM1; p=AAAA", "v=DKIM1; p=BBBB"))


def test_a_ttl_is_changed_or_put_in(zones):
    expected = FILE.replace("ttl: 60", "ttl: 90").replace("k1._domainkey:\n", "k1._domainkey:\n  ttl: 60\n")
    after = (
        rrset("www", "CNAME", "app.example.", ttl=90),
        rrset("k1._domainkey", "TXT", "v=DKIM1; p=AAAA", ttl=60),
    )
    assert expected == written(zones, *after)


def test_a_new_name_stands_where_octodns_sorts_it(zones):
    new = "_dmarc:\n  type: TXT\n  value: v=DMARC1; p=reject\n"
    assert FILE.replace("knows\n", f"knows\n{new}") == written(
        zones, rrset("_dmarc", "TXT", "v=DMARC1; p=reject")
    )


def test_a_record_joins_the_others_of_its_name(zones):
    new = "  - type: MX\n    value:\n      exchange: mx.example.\n      preference: 10\n"
    assert FILE.replace("knows\n", f"knows\n{new}") == written(zones, rrset("", "MX", "10 mx.example."))


def test_the_second_record_of_a_name_makes_a_list_and_keeps_the_first(zones):
    expected = FILE.replace(
        "k1._domainkey:\n  type: TXT\n  value: v=DKIM1; p=AAAA\n",
        "k1._domainkey:\n  - type: TXT\n    value: v=DKIM1; p=AAAA\n  - type: A\n    value: 192.0.2.1\n",
    )
    assert expected == written(zones, rrset("k1._domainkey", "A", "192.0.2.1"))


def test_the_last_record_of_a_name_goes_with_the_name(zones):
    expected = FILE.replace("k1._domainkey:\n  type: TXT\n  value: v=DKIM1; p=AAAA\n", "")
    assert expected == written(zones, gone=(RRsetId(f"k1._domainkey.{ZONE}", "TXT"),))


def test_one_record_of_several_goes_alone(zones):
    start, end = FILE.index("  - octodns"), FILE.index("\n# DKIM")
    assert FILE[:start] + FILE[end:] == written(zones, gone=(APEX,))


def test_txt_becomes_cname_under_the_same_comment(zones):
    id = RRsetId(f"k1._domainkey.{ZONE}", "TXT")
    expected = FILE.replace(
        "  type: TXT\n  value: v=DKIM1; p=AAAA", "  - type: CNAME\n    value: k1.vendor.example."
    )
    assert expected == written(zones, rrset("k1._domainkey", "CNAME", "k1.vendor.example."), gone=(id,))


def test_mx_values_are_swapped_in_their_list(zones):
    written(zones, rrset("", "MX", "10 a.example.", "20 b.example."))
    after = written(zones, rrset("", "MX", "10 a.example.", "30 c.example."))
    assert ["a.example.", "c.example."] == [
        value["exchange"] for value in yaml.safe_load(after)[""][-1]["values"]
    ]


def test_a_layout_that_is_not_edited_is_rewritten_by_octodns_and_means_the_same(zones):
    (zones / "held.example.yaml").write_text(
        "{'': [{type: TXT, values: ['a; b', v=spf1 -all]}], www: {type: A, value: 192.0.2.1}}\n"
    )
    after = written(zones, rrset("", "TXT", "a; b", "v=spf1 mx -all"))
    assert {"type": "TXT", "values": ["a; b", "v=spf1 mx -all"]} == yaml.safe_load(after)[""]


def test_a_value_that_no_zone_file_can_hold_is_refused_and_the_file_stays(zones):
    provider = target(zones)
    held = provider.read(ZONE)
    with pytest.raises(DnsauthError, match="can't hold the values"):
        provider.write(held, (Change(None, rrset("new", "TXT", 'a" "b')),))
    assert text(zones) == FILE


def test_a_file_that_moved_since_the_plan_is_refused(zones):
    provider = target(zones)
    held = provider.read(ZONE)
    (zones / "held.example.yaml").write_text(FILE.replace("weird", "changed"))
    with pytest.raises(Moved):
        provider.write(held, (Change(held.rrsets[APEX], None),))
    assert "changed" in text(zones)


def test_a_change_elsewhere_in_the_file_is_no_obstacle_and_stays(zones):
    provider = target(zones)
    held = provider.read(ZONE)
    (zones / "held.example.yaml").write_text(FILE.replace("app.example.", "new.example."))
    provider.write(held, (Change(held.rrsets[APEX], None),))
    assert "new.example." in text(zones)


def test_nothing_half_written_is_left_beside_the_file(zones):
    written(zones, rrset("_dmarc", "TXT", "v=DMARC1; p=reject"))
    assert ["held.example.yaml"] == [path.name for path in zones.iterdir()]


@pytest.mark.parametrize("escaped", [True, False])
def test_semicolons_are_written_as_the_setting_says(zones, escaped):
    (zones / "held.example.yaml").write_text("---\nwww:\n  type: TXT\n  value: x\n")
    provider = target(zones, escaped_semicolons=escaped)
    after = rrset("_dmarc", "TXT", "v=DMARC1; p=reject")
    provider.write(provider.read(ZONE), (Change(None, after),))
    assert after == provider.read(ZONE).rrsets[after.id]
    assert (r"v=DMARC1\; p=reject" if escaped else "v=DMARC1; p=reject") == yaml.safe_load(text(zones))[
        "_dmarc"
    ]["value"]


def test_escaped_semicolons_unsaid_is_octodns_1_s_default_without_its_warning(tmp_path):
    assert YamlProvider("zones", str(tmp_path)).escaped_semicolons is True


def test_a_type_octodns_would_stop_at_is_held_as_opaque_text_and_stays(zones):
    ours = "  - type: Other/ALIAS\n    value: {name: x.example., type: A}\n"
    (zones / "held.example.yaml").write_text(FILE.replace("'':\n", f"'':\n{ours}"))
    provider = target(zones)
    held = provider.read(ZONE)
    opaque = rrset("", "Other/ALIAS", '{"name": "x.example.", "type": "A"}')
    assert opaque == held.rrsets[opaque.id]
    provider.write(held, (Change(held.rrsets[APEX], None),))
    assert ours in text(zones)


def test_a_target_without_final_dot_is_absolute_as_it_is_to_octodns(zones):
    (zones / "held.example.yaml").write_text(FILE.replace("app.example.", "app.example"))
    held = target(zones).read(ZONE)
    assert ("app.example.",) == held.rrsets[RRsetId(f"www.{ZONE}", "CNAME")].values
    assert held == populated(target(zones))


def test_split_zones_are_read_and_written_through_octodns(tmp_path):
    directory = tmp_path / "held.example."
    directory.mkdir()
    (directory / "www.yaml").write_text("---\nwww:\n  type: TXT\n  value: x\n")
    provider = target(tmp_path, split_extension=".", disable_zonefile=True)
    held = provider.read(ZONE)
    assert rrset("www", "TXT", "x") == held.rrsets[RRsetId(f"www.{ZONE}", "TXT")]
    after = rrset("_dmarc", "TXT", "v=DMARC1; p=reject")
    provider.write(held, (Change(None, after),))
    assert {**held.rrsets, after.id: after} == provider.read(ZONE).rrsets


def test_a_zone_with_a_unicode_name_is_found_under_either_spelling(tmp_path):
    (tmp_path / "bücher.example.yaml").write_text("---\nwww:\n  type: TXT\n  value: x\n")
    provider = target(tmp_path)
    held = provider.read("xn--bcher-kva.example.")
    assert [("www.xn--bcher-kva.example.", "TXT")] == list(held.rrsets)
    provider.write(held, (Change(next(iter(held.rrsets.values())), None),))
    assert ["bücher.example.yaml"] == [path.name for path in tmp_path.iterdir()]


def test_the_apex_ns_stays_under_octodns_sync_though_no_source_desires_it(zones):
    provider = target(zones)
    desired = Zone(ZONE, [])
    for record in (found := Zone(ZONE, [])) and (
        provider.populate(found, target=True, lenient=True),
        found.records,
    )[1]:
        if record._type != "CNAME":
            desired.add_record(record, lenient=True)
    provider.apply(provider.plan(desired))
    assert (ZONE, "NS") in provider.read(ZONE).rrsets
    assert ["held.example.yaml"] == [path.name for path in zones.iterdir()]
