"""Zone files of any content: what is read is what octoDNS reads, and what is written reads back."""

from __future__ import annotations

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dnsauth.octodns.yaml_records import rrsets
from dnsauth.plan.model import Change
from dnsauth.rrset import RRset, RRsetId
from tests.octodns.test_yaml import FILE, ZONE, populated, target, text

AMBIGUOUS = [
    "no",
    "0123",
    "1_000",
    "1.10",
    "1e3",
    "12:30",
    "2026-01-01",
    "~",
    "",
    "=",
    "<<",
    "null",
    "0x1f",
    "on",
]
TEXTS = st.one_of(
    st.sampled_from(
        [*AMBIGUOUS, "v=spf1 -all", "a; b", "a\\; b", "a\\b", '"q"', 'a "q" b', "ü", "x: y", "# x", "- x"]
    ),
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=20),
)
NAMES = st.sampled_from(
    ["", "www", "WWW2", "*", "a.b", "_dmarc", "s1._domainkey", "bücher", "no", "2024", "1.5", "x y"]
)
TTLS = st.one_of(st.none(), st.sampled_from([60, 3600, "300", "0300", 1.5]))


@st.composite
def records(draw) -> dict[str, object]:
    type = draw(st.sampled_from(["TXT", "TXT", "MX", "CNAME", "NS", "A", "AAAA", "CAA", "SRV", "ALIAS"]))
    hosts = st.sampled_from(["mx.example.", "Mx.Example.", "mx", ".", "bücher.example.", "no", "1.2"])
    values = {
        "TXT": TEXTS,
        "MX": st.fixed_dictionaries({"exchange": hosts, "preference": st.sampled_from([0, 10, "10", "010"])}),
        "A": st.sampled_from(["192.0.2.1", "192.0.2.01", "x"]),
        "AAAA": st.sampled_from(["2001:db8::1", "2001:DB8:0::1", "::ffff:192.0.2.1"]),
        "CAA": st.fixed_dictionaries(
            {"flags": st.sampled_from([0, "0", 128]), "tag": st.sampled_from(["issue", "no"]), "value": TEXTS}
        ),
        "SRV": st.fixed_dictionaries(
            {"priority": st.just(1), "weight": st.just("2"), "port": st.just(25), "target": hosts}
        ),
    }.get(type, hosts)
    many = type not in ("CNAME", "ALIAS") and draw(st.booleans())
    record = {"type": type} | (
        {"values": draw(st.lists(values, max_size=3))} if many else {"value": draw(values)}
    )
    ttl = draw(TTLS)
    return record if ttl is None else {**record, "ttl": ttl}


FILES = st.dictionaries(NAMES, st.one_of(records(), st.lists(records(), max_size=3)), max_size=4)
STYLES = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([True, False, None]),
        "default_style": st.sampled_from([None, '"', "'"]),
    }
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, STYLES, st.booleans())
def test_whatever_is_read_without_octodns_is_what_octodns_reads(tmp_path, data, style, escaped):
    file = tmp_path / "held.example.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True, **style))
    found = rrsets(file.read_bytes(), ZONE, 3600, escaped=escaped)
    if found is not None:
        assert populated(target(tmp_path, escaped_semicolons=escaped, enforce_order=False)).rrsets == found


PLAIN = st.text(
    st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"\\'), min_size=1, max_size=40
)
CHANGES = st.dictionaries(
    st.tuples(st.sampled_from(["", "_dmarc", "www", "z9", "k1._domainkey"]), st.sampled_from(["TXT", "MX"])),
    st.one_of(
        st.none(),
        st.tuples(st.sampled_from([60, 3600]), st.frozensets(PLAIN, min_size=1, max_size=3)),
    ),
    min_size=1,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHANGES)
def test_whatever_is_written_reads_back_and_foreign_records_with_their_comments_stay(tmp_path, wanted):
    (tmp_path / "held.example.yaml").write_text(FILE)
    provider = target(tmp_path)
    held = provider.read(ZONE)
    changes = []
    for (owner, type), after in wanted.items():
        id = RRsetId(f"{owner}.{ZONE}" if owner else ZONE, type)
        before = held.rrsets.get(id)
        new = None
        if after is not None:
            ttl, texts = after
            values = texts if type == "TXT" else {f"{len(text)} mx.example." for text in texts}
            new = RRset(*id, ttl, tuple(sorted(values)))
        if before != new:
            changes.append(Change(before, new))
    provider.write(held, tuple(changes))
    expected = dict(held.rrsets)
    for change in changes:
        expected.pop(change.rrset.id, None)
        if change.after:
            expected[change.after.id] = change.after
    assert expected == provider.read(ZONE).rrsets == populated(provider).rrsets
    assert {"# the apex", "# ours since 2011", "# DKIM of the old days", "# the end"} <= {
        "#" + line.partition("#")[2] for line in text(tmp_path).splitlines()
    }


def test_every_real_zone_is_read_as_octodns_reads_it(shared):
    directory = shared / "data/moj-dns/zones"
    files = sorted(directory.glob("*.yaml"))
    assert files
    provider = target(directory, escaped_semicolons=True, enforce_order=False)
    stock = [file for file in files if "Route53Provider/" not in file.read_text()]
    held = {
        file: rrsets(file.read_bytes(), f"{file.stem}.", provider.default_ttl, escaped=True) for file in stock
    }
    quick = {file: found for file, found in held.items() if found is not None}
    assert len(quick) > 0.9 * len(stock)
    for file, found in quick.items():
        assert populated(provider, f"{file.stem}.").rrsets == found, file
