"""``dnsauth check --fix``: what is mechanical is mended, comments stay, and a second run finds nothing."""

from __future__ import annotations

import json

import pytest

from dnsauth.output import fixes as output
from tests.cli.test_import import CONFIG

HEAD = "version: 1   # the form\ndomains:\n"


def zone(text: str) -> str:
    return HEAD + text


CASES = [
    (
        "INV030",
        zone('  "@":\n    # who\n    sneders: [google-workspace]  # all\n'),
        zone('  "@":\n    # who\n    senders: [google-workspace]  # all\n'),
    ),
    (
        "INV033",
        zone('  "@":\n    dmarc: {policy: "quarentine"}  # soon reject\n'),
        zone('  "@":\n    dmarc: {policy: "quarantine"}  # soon reject\n'),
    ),
    ("INV035", zone('  "@": {parked: yes}  # ours\n'), zone('  "@": {parked: true}  # ours\n')),
    (
        "INV041",
        zone('  "@":\n    receives:\n      - 10 mx1.example.net  # near\n      - "20 mx2.example.net."\n'),
        zone('  "@":\n    receives:\n      - 10 mx1.example.net.  # near\n      - "20 mx2.example.net."\n'),
    ),
    (
        "INV041",
        zone('  "@":\n    dmarc: {cname: _dmarc.vendor.example}\n'),
        zone('  "@":\n    dmarc: {cname: _dmarc.vendor.example.}\n'),
    ),
    (
        "INV043",
        zone('  "@":\n    dmarc: {policy: none, rua: [d@example.com]}\n'),
        zone('  "@":\n    dmarc: {policy: none, rua: [mailto:d@example.com]}\n'),
    ),
    (
        "INV050",
        zone("  # letters\n  news.example.com: {parked: true}\n"),
        zone("  # letters\n  news: {parked: true}\n"),
    ),
    (
        "INV050",
        zone('  "@":\n    keep:\n      - {owner: x.example.com, type: A, values: 192.0.2.1}  # why\n'),
        zone('  "@":\n    keep:\n      - {owner: x, type: A, values: 192.0.2.1}  # why\n'),
    ),
    (
        "DMA010",
        zone('  "@":\n    keep:\n      # old\n      - {owner: _dmarc, type: TXT, values: "v=DMARC1; p=none; ri=60"}\n'),
        zone('  "@":\n    keep:\n      # old\n      - {owner: _dmarc, type: TXT, values: "v=DMARC1; p=none"}\n'),
    ),
    (
        "",
        zone('  "@":\n    keep:\n      - {owner: "@", type: TXT, values: \'v=spf1 nclude:a.example -all\'}\n'),
        zone('  "@":\n    keep:\n      - {owner: "@", type: TXT, values: \'v=spf1 include:a.example -all\'}\n'),
    ),
    (
        "INV105",
        zone('  "@":\n    keep:\n      - owner: "@"\n        type: TXT   # two\n        values: [v=spf1 mx -all, x=1, v=spf1 a -all]\n'),
        zone('  "@":\n    keep:\n      - owner: "@"\n        type: TXT   # two\n        values: ["v=spf1 mx a -all", "x=1"]\n'),
    ),
    (
        "DMA083",
        zone('  "@":\n    dmarc:\n      policy: none\n      rua:\n        - mailto:d@example.com\n        - mailto:d@example.com  # again\n'),
        zone('  "@":\n    dmarc:\n      policy: none\n      rua:\n        - mailto:d@example.com\n'),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "wrong", "right"), CASES, ids=[f"{i}-{c[0]}" for i, c in enumerate(CASES)])
def test_what_is_mechanical_is_mended(empty, code, wrong, right):
    empty.write("dnsauth.yaml", CONFIG)
    empty.write("zones/example.com.yaml", wrong)
    shown = empty.run("check", "--fix", "--diff")
    assert wrong == empty.read("zones/example.com.yaml")
    assert f"[{code}" in shown.err
    assert "would be mended; nothing was written" in shown.err
    done = empty.run("check", "--fix")
    assert right == empty.read("zones/example.com.yaml"), done.err
    assert "mended" in done.err
    assert "+++ zones/example.com.yaml" in done.err
    again = empty.run("check", "--fix")
    assert "nothing that is mechanical" in again.err
    assert right == empty.read("zones/example.com.yaml")


def test_fixes_follow_one_another_and_the_rest_is_told(empty):
    """A key that is wrong hides what stands below it; each round sees more."""
    empty.write("dnsauth.yaml", CONFIG)
    wrong = zone(
        '  "@":\n    dmrac: {polici: none}  # one\n    keep: []\n  news.example.com:\n    sends: no\n    who: knows\n'
    )
    empty.write("zones/example.com.yaml", wrong)
    done = empty.run("check", "--fix", "--format", "json")
    text = empty.read("zones/example.com.yaml")
    assert "    dmarc: {policy: none}  # one\n" in text
    assert "  news:\n    sends: false\n    who: knows\n" in text
    assert ["INV030"] == [one["rule"] for one in json.loads(done.out)["findings"]]
    assert done.code == 1


def test_waivers_of_nothing_go(empty):
    waivers = """\
waivers:
  # nobody knows why
  - {rule: SPF012, where: example.com, until: 2026-08-01, owner: dns@example.com, why: "migration"}
  # still true
  - {rule: DMA057, where: example.com, until: 2026-08-01, owner: dns@example.com, why: "it begins"}
"""
    empty.write("dnsauth.yaml", CONFIG + waivers)
    empty.write("zones/example.com.yaml", zone('  "@":\n    dmarc: {policy: none}\n'))
    found = {one["rule"] for one in json.loads(empty.run("check", "--format", "json").out)["findings"]}
    assert "INV103" in found
    empty.run("check", "--fix")
    text = empty.read("dnsauth.yaml")
    assert "nobody knows why" not in text
    assert "  # still true\n  - {rule: DMA057" in text


@pytest.mark.parametrize(
    "text",
    [
        zone('  "@":\n    sent: {all: fail}\n'),  # sends, or senders
        zone('  "@": {parked: maybe}\n'),
        zone('  "@":\n    receives: ["10 mx"]\n'),
        zone("  news.example.com: {parked: true}\n  news: {parked: true}\n"),  # would be the same twice
        zone('  "@":\n    keep: [{owner: _dmarc, type: TXT, values: "v=DMARC1; p=perhaps"}]\n'),
        'version: 1\ndomains: {"@": {parked: yes}\n',  # no YAML
    ],
)  # fmt: skip
def test_what_people_must_say_stays(empty, text):
    empty.write("dnsauth.yaml", CONFIG)
    empty.write("zones/example.com.yaml", text)
    done = empty.run("check", "--fix")
    assert "nothing that is mechanical" in done.err
    assert text == empty.read("zones/example.com.yaml")
    assert done.code == 1


def test_line_ends_stay(empty):
    empty.write("dnsauth.yaml", CONFIG)
    path = empty.path / "zones/example.com.yaml"
    path.parent.mkdir()
    path.write_bytes(b"\xef\xbb\xbfversion: 1\r\ndomains:\r\n  '@': {parked: yes}  # ours\r\n")
    empty.run("check", "--fix")
    assert path.read_bytes() == b"\xef\xbb\xbfversion: 1\r\ndomains:\r\n  '@': {parked: true}  # ours\r\n"


def test_a_difference_alone_is_of_a_fix(empty):
    done = empty.run("check", "--diff")
    assert done.code == 2
    assert "--fix" in done.err


def test_a_file_that_a_link_leads_out_to_stays(empty, tmp_path_factory):
    outside = tmp_path_factory.mktemp("elsewhere") / "theirs.yaml"
    outside.write_text(zone('  "@": {parked: yes}\n'))
    empty.write("dnsauth.yaml", CONFIG)
    empty.write("zones/README", "")
    (empty.path / "zones/example.com.yaml").symlink_to(outside)
    done = empty.run("check", "--fix")
    assert 1 == done.code
    assert "INV035" in done.out
    assert zone('  "@": {parked: yes}\n') == outside.read_text()


def test_what_somebody_writes_meanwhile_stays(empty, monkeypatch):
    empty.write("dnsauth.yaml", CONFIG)
    empty.write("zones/example.com.yaml", zone('  "@": {parked: yes}\n'))
    theirs = zone('  "@": {parked: yes}\n  news: {parked: true}\n')
    text = output.text

    def slowly(one):
        empty.write("zones/example.com.yaml", theirs)
        return text(one)

    monkeypatch.setattr(output, "text", slowly)
    done = empty.run("check", "--fix")
    assert 1 == done.code
    assert "zones/example.com.yaml was changed meanwhile" in done.err
    assert theirs == empty.read("zones/example.com.yaml")
