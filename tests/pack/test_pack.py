"""`audit pack`: the files, their manifest, what the page shows, and what it never holds."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from demo.nameserver import Nameserver
from tests.cli.conftest import CONFIG, Directory, fill
from tests.cli.test_status import CONFIG as DATES

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202eevil"


@pytest.fixture
def repository(tmp_path):
    """Two zones, one with a hostile value and patient data, and a trail with an apply."""
    directory = Directory(tmp_path / "dns")
    with Nameserver({}) as server:  # it refuses both zones
        directory.write(
            "dnsauth.yaml",
            CONFIG.replace("SERVER", f"{server.address}:{server.port}") + "audit: {}\n" + DATES,
        )
        yield filled(directory)


def filled(directory):
    fill(directory)
    zone = directory.read("zones/example.com.yaml")
    directory.write(
        "zones/example.com.yaml",
        zone.replace("owner: it@example.com}", 'owner: it@example.com, data: phi, purpose: "results <b>"}')
        + f'    keep: [{{owner: old, type: TXT, values: ["token={HOSTILE.replace(chr(0x202E), "")}"]}}]\n',
    )
    assert 0 == directory.run("apply", "--yes", "--timeout", "0").code
    return directory


def pack(directory, *arguments):
    out = directory.path.parent / "pack"
    done = directory.run("audit", "pack", "--out", str(out), "--profile", "baseline", *arguments)
    return done, {
        path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()
    }


class Links(HTMLParser):
    """Where a page leads, and what of it could run."""

    def __init__(self, text):
        super().__init__()
        self.found, self.tags, self.handlers, self.text = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name in ("href", "src"):
                self.found.append(value)
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_data(self, data):
        self.text.append(data)


def test_every_file_stands_in_the_manifest_with_its_digest(repository):
    done, files = pack(repository)
    assert 0 == done.code, done.err
    manifest = files.pop("MANIFEST.sha256").decode()
    assert {name: sha256(octets).hexdigest() for name, octets in files.items()} == {
        name: digest for digest, name in (line.split("  ") for line in manifest.splitlines())
    }
    assert {
        "index.html",
        "report.json",
        "evidence/files/dnsauth.yaml",
        "evidence/audit/2026-06.jsonl",
    } <= files.keys()


def test_every_link_leads_to_a_file_of_the_pack_or_into_the_page(repository):
    _, files = pack(repository)
    page = files["index.html"].decode()
    links = Links(page).found
    assert 20 < len(links)
    for link in links:
        if link.startswith("#"):
            assert f'id="{link[1:]}"' in page
        else:
            assert link in files, link


def test_foreign_text_is_text_and_nothing_runs(repository):
    _, files = pack(repository)
    page = Links(files["index.html"].decode())
    assert [] == page.handlers
    assert not {"script", "img", "iframe", "link", "object"} & set(page.tags)
    assert "results <b>" in page.text
    assert not re.search(r"https?://(?!www\.w3\.org)", files["index.html"].decode().split("</style>")[0])


def test_the_report_says_what_was_done_and_by_whom(repository):
    _, files = pack(repository)
    report = json.loads(files["report.json"])
    assert "dnsauth-audit/1" == report["format"]
    zones = {
        change["what"].split(" at ")[0]: change for change in report["changes"] if "apply" == change["kind"]
    }
    assert {"example.com", "example.net"} == zones.keys()
    assert "create _dmarc.example.com TXT" in zones["example.com"]["what"]
    assert re.match(r"audit/2026-06\.jsonl:\d+$", zones["example.com"]["line"])
    assert [] == report["trail"]["broken"]
    (domain,) = (one for one in report["domains"] if "example.com" == one["name"])
    assert ("sends", "quarantine") == (domain["does"], domain["policy"])
    assert "baseline" in domain["grades"]


def test_what_was_put_right_stands_between_two_checks(repository):
    zone = repository.read("zones/example.com.yaml")
    repository.write(
        "zones/example.com.yaml", zone.replace("    dmarc:", "    spf: {all: neutral}\n    dmarc:")
    )
    repository.run("check", "--live")
    repository.write("zones/example.com.yaml", zone)
    repository.run("check", "--live", now="2026-06-02T12:00:00Z")
    out = repository.path.parent / "pack"
    assert 0 == repository.run("audit", "pack", "--out", str(out), now="2026-06-03T12:00:00Z").code
    report = json.loads((out / "report.json").read_text())
    assert 2 == len(report["checks"])
    assert all(one["after"] < one["before"] for one in report["remedies"])
    assert "SPF012" in {one["code"] for one in report["remedies"]}
    assert 'aria-label="Errors and warnings over time"' in (out / "index.html").read_text()


def test_what_was_done_before_the_day_is_left_out(repository):
    _, files = pack(repository, "--since", "2026-06-01")
    assert json.loads(files["report.json"])["changes"]
    out = repository.path.parent / "later"
    repository.run("audit", "pack", "--out", str(out), "--since", "2026-06-02", now="2026-06-03T00:00:00Z")
    assert [] == json.loads((out / "report.json").read_text())["changes"]


def test_a_broken_trail_is_told_on_the_page_and_by_the_code(repository):
    trail = repository.path / "audit/2026-06.jsonl"
    trail.write_bytes(trail.read_bytes().replace(b"quarantine", b"none______", 1))
    done, files = pack(repository)
    assert 1 == done.code
    assert "dnsauth audit verify" in done.err
    assert "The audit trail is not whole" in files["index.html"].decode()


def test_what_is_there_stays(repository):
    out = repository.path.parent / "pack"
    out.mkdir()
    (out / "mine").write_text("x")
    done = repository.run("audit", "pack", "--out", str(out))
    assert 1 == done.code
    assert "is not empty" in done.err
    assert ["mine"] == [path.name for path in out.iterdir()]
    assert ["dns", "pack"] == sorted(path.name for path in out.parent.iterdir())


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "2027-01-01"])
def test_a_day_that_is_none_or_to_come_is_refused(repository, day):
    assert 2 == repository.run("audit", "pack", "--out", "x", "--since", day).code


def test_a_users_own_page_wins_and_a_broken_one_is_named(repository):
    repository.write("templates/audit/report.html.j2", "<p>{{ organisation }} {{ findings | length }}</p>\n")
    _, files = pack(repository)
    assert re.fullmatch(rb"<p>dns \d+</p>\n", files["index.html"])
    repository.write("templates/audit/report.html.j2", "{{ nothing_of_this_name }}\n")
    out = repository.path.parent / "again"
    done = repository.run("audit", "pack", "--out", str(out))
    assert 1 == done.code
    assert "templates/audit/report.html.j2 can't be rendered" in done.err
    assert not out.exists()


def test_no_key_store_is_in_it(repository):
    repository.write("keys/secret.pem", "-----BEGIN PRIVATE KEY-----")
    _, files = pack(repository)
    assert not any(b"PRIVATE KEY" in octets for octets in files.values())
