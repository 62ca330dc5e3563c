"""What a change of files concerns: the part planned is the full plan's, and the rest of it did not change."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.cli import choosing
from dnsauth.desired.load import load
from dnsauth.errors import DnsauthError
from dnsauth.lock import observed_file
from dnsauth.lock.observed import Observed, Published
from tests.fleets import (
    EDITS,
    NOW,
    apart_from_lines,
    fleet,
    git,
    hold,
    loaded,
    locked,
    observed,
    planned,
    run_in,
    write,
)

CONFIG = """\
version: 1
providers: {store: {class: octodns.provider.yaml.YamlProvider, directory: held}}
defaults: {provider: store, dmarc: {rua: ["mailto:d@collect.example"]}}
senders:
  own: {service: mta, ip: [192.0.2.10]}
  vendor: {service: custom, spf: ["include:_spf.vendor.example"]}
"""


def zone(*lines: str) -> str:
    return "version: 1\ndomains:\n" + "".join(f"  {line}\n" for line in lines)


class Checkout:
    """A repository in Git, and whom what was written since concerns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        git(path, "init", "-q", "-b", "main")

    def write(self, **texts: str) -> None:
        """Zone files by the first label of their zone."""
        (self.path / "zones").mkdir(exist_ok=True)
        for name, text in texts.items():
            (self.path / f"zones/{name}.example.yaml").write_text(text)

    def observe(self, **records: str) -> None:
        since = NOW - timedelta(days=9)
        spf = {f"{name}.vendor.example.": Published(since, (text,)) for name, text in records.items()}
        seen = Observed(NOW - timedelta(hours=1), "192.0.2.53", spf)
        (self.path / "observed.lock.yaml").write_text(observed_file.write(seen))

    def commit(self) -> None:
        locked(self.path, load(self.path))
        git(self.path, "add", "-A")
        git(self.path, "commit", "-qm", "as it was")

    def concerned(self, **options: str) -> list[str]:
        chosen = choosing.repository(run_in(self.path), only_changed=True, **options)
        return [name.removesuffix(".example.") for name in sorted(chosen.inventory.zones)]


@pytest.fixture
def checkout(tmp_path):
    made = Checkout(tmp_path)
    (tmp_path / "dnsauth.yaml").write_text(CONFIG)
    made.write(
        own=zone('"@": {senders: [own]}'),
        vendor=zone('"@": {senders: [vendor]}'),
        parked=zone('"@": {parked: true}'),
        collect=zone("{}").replace("domains:\n  {}", "domains: {}"),
    )
    made.observe(_spf="v=spf1 ip4:203.0.113.0/24 -all")
    made.commit()
    return made


def test_nothing_changed(checkout):
    assert [] == checkout.concerned()


def test_a_zone_whose_file_or_lock_changed(checkout):
    checkout.write(own=zone('"@": {senders: [own], spf: {all: fail}}'))
    (checkout.path / "zones/parked.example.lock.yaml").write_text(
        "version: 1\nzone: parked.example\nrecorded: []\n"
    )
    assert ["own", "parked"] == checkout.concerned()


def test_what_nobody_committed_counts(checkout):
    checkout.write(new=zone('"@": {parked: true}'))
    assert ["new"] == checkout.concerned()
    git(checkout.path, "add", "-A")
    assert ["new"] == checkout.concerned()


def test_only_zones_that_name_a_sender_whose_entry_changed(checkout):
    (checkout.path / "dnsauth.yaml").write_text(CONFIG.replace("192.0.2.10", "192.0.2.11"))
    assert ["own"] == checkout.concerned()


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("version: 1", "# said by nobody\nversion: 1", []),
        ("senders:", "notify: []\nsenders:", []),
        ("provider: store,", "provider: store, ttl: 60,", ["collect", "own", "parked", "vendor"]),
        ("senders:", "rotation: {queue: 1d}\nsenders:", ["collect", "own", "parked", "vendor"]),
    ],
)
def test_what_all_share_concerns_all(checkout, old, new, names):
    (checkout.path / "dnsauth.yaml").write_text(CONFIG.replace(old, new, 1))
    assert names == checkout.concerned()


def test_a_waiver_concerns_its_zone_when_it_moves_to_another_line(checkout):
    waiver = '{rule: SPF012, where: own.example, until: 2026-12-31, owner: a@example.com, why: "so"}'
    config = CONFIG + f"waivers:\n- {waiver}\n"
    (checkout.path / "dnsauth.yaml").write_text(config)
    assert ["own"] == checkout.concerned()
    checkout.commit()
    (checkout.path / "dnsauth.yaml").write_text(f"# a line more\n{config}")
    assert ["own"] == checkout.concerned()


def test_a_service_concerns_the_zones_that_use_it(checkout):
    folder = checkout.path / "templates/services"
    folder.mkdir(parents=True)
    source = "sources: [{url: 'https://www.example.com/', seen: 2026-01-01}]"
    text = f"title: House\nstatus: verified\n{source}\nrecords: [{{owner: em, type: CNAME, value: a.vendor.example.}}]\nspf: {{envelope: vendor}}\n"
    (folder / "house.yaml").write_text(text)
    checkout.write(own=zone('"@": {senders: [own, house]}'))
    checkout.commit()
    (folder / "house.yaml").write_text(text.replace("a.vendor", "b.vendor"))
    assert ["own"] == checkout.concerned()


def test_answers_of_others_concern_whose_spf_leads_there(checkout):
    checkout.observe(_spf="v=spf1 ip4:203.0.113.0/25 -all")
    assert ["vendor"] == checkout.concerned()


def test_another_time_of_asking_concerns_what_is_flattened_alone(checkout):
    (checkout.path / "dnsauth.yaml").write_text(
        CONFIG.replace('vendor.example"]', 'vendor.example"], flatten: true')
    )
    checkout.commit()
    path = checkout.path / "observed.lock.yaml"
    path.write_text(path.read_text().replace("refreshed: 2026-06-01T11", "refreshed: 2026-06-01T12"))
    assert ["vendor"] == checkout.concerned()


def test_spf_that_leads_to_another_zone_by_way_of_strangers(checkout):
    checkout.observe(_spf="v=spf1 include:far.vendor.example -all", far="v=spf1 include:own.example -all")
    checkout.commit()
    checkout.write(own=zone('"@": {senders: [own], dmarc: {policy: none}}'))
    assert ["collect", "own"] == checkout.concerned()
    checkout.write(own=zone('"@": {senders: [own], spf: {all: fail}}'))
    assert ["own", "vendor"] == checkout.concerned()


def test_a_collector_is_concerned_by_who_begins_to_report_and_not_by_a_line_that_moves(checkout):
    checkout.write(parked=zone('"@": {parked: true, dmarc: {policy: reject}}'))
    assert ["collect", "parked"] == checkout.concerned()
    checkout.commit()
    checkout.write(parked="# a line more\n" + zone('"@": {parked: true, dmarc: {policy: reject}}'))
    assert ["parked"] == checkout.concerned()


def test_a_collector_that_accepts_all_stays_as_it_is(checkout):
    checkout.write(collect='version: 1\nreports: {accept: "*"}\ndomains: {"@": {parked: true}}\n')
    checkout.commit()
    checkout.write(parked=zone('"@": {parked: true, dmarc: {policy: reject}}'))
    assert ["parked"] == checkout.concerned()


def test_whether_a_collector_accepts_all_is_known_of_one_that_is_not_concerned(checkout):
    """An authorisation for this one name would be too long for DNS."""
    checkout.write(collect='version: 1\nreports: {accept: "*"}\ndomains: {"@": {parked: true}}\n')
    checkout.commit()
    name = ".".join(["a" * 60] * 3)
    checkout.write(
        parked=zone(f"{name}.a2345678901234567890123456: {{parked: true, dmarc: {{policy: reject}}}}")
    )
    assert ["parked"] == checkout.concerned()


def test_a_zone_that_comes_takes_names_from_the_one_above(checkout):
    checkout.write(own=zone('"@": {senders: [own]}', "news: {parked: true}"))
    checkout.commit()
    checkout.write(own=zone('"@": {senders: [own]}'), **{"news.own": zone('"@": {parked: true}')})
    assert ["news.own", "own"] == checkout.concerned()


def test_a_part_reads_what_it_needs(checkout):
    for n in range(30):
        checkout.write(**{f"z{n}": zone('"@": {parked: true}')})
    checkout.commit()
    checkout.write(z7=zone('"@": {parked: true, tls_rpt: "mailto:t@example.com"}'))
    now = choosing.fleet(checkout.path)
    now.load({"z7.example."})
    assert {"zones/z7.example.yaml"} == now.part._known.keys()


def test_the_base_is_where_head_left_main(checkout):
    git(checkout.path, "checkout", "-q", "-b", "topic")
    checkout.write(parked=zone('"@": {sends: false}'))
    checkout.commit()
    git(checkout.path, "checkout", "-q", "main")
    checkout.write(own=zone('"@": {parked: true}'))
    checkout.commit()
    git(checkout.path, "checkout", "-q", "topic")
    assert ["parked"] == checkout.concerned()
    assert ["own", "parked"] == checkout.concerned(base="main")


def test_below_the_top_of_a_checkout(checkout, tmp_path):
    inner = tmp_path / "dns"
    inner.mkdir()
    for name in ("zones", "dnsauth.yaml", "observed.lock.yaml"):
        (tmp_path / name).rename(inner / name)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "moved")
    checkout.path = inner
    assert [] == checkout.concerned()
    checkout.write(parked=zone('"@": {sends: false}'))
    assert ["parked"] == checkout.concerned()


def test_a_link_may_change_elsewhere(checkout):
    (checkout.path / "elsewhere.yaml").write_text(zone('"@": {parked: true}'))
    (checkout.path / "zones/link.example.yaml").symlink_to("../elsewhere.yaml")
    checkout.commit()
    (checkout.path / "elsewhere.yaml").write_text(zone('"@": {sends: false}'))
    assert [] == checkout.concerned(), "nothing below zones/ changed"
    checkout.write(own=zone('"@": {parked: true}'))
    assert ["collect", "link", "own", "parked", "vendor"] == checkout.concerned()


def test_where_the_base_cannot_be_read_everything_is_concerned(checkout):
    (checkout.path / "zones/own.example.yaml").write_text("version: [\n")
    git(checkout.path, "commit", "-qam", "broken")
    checkout.write(own=zone('"@": {senders: [own]}'))
    assert ["collect", "own", "parked", "vendor"] == checkout.concerned()


def test_outside_git_nobody_can_tell(checkout):
    (checkout.path / ".git").rename(checkout.path / "gone")
    with pytest.raises(DnsauthError, match="in no Git repository"):
        checkout.concerned()
    with pytest.raises(DnsauthError, match="in no Git repository"):
        checkout.concerned(base="HEAD")


def test_without_main_the_base_has_to_be_said(checkout):
    git(checkout.path, "branch", "-m", "trunk")
    with pytest.raises(DnsauthError, match="no commit in common with origin/main or main"):
        checkout.concerned()
    assert [] == checkout.concerned(base="trunk")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), edits=st.lists(st.sampled_from(EDITS), min_size=0, max_size=3))
def test_the_part_planned_is_the_full_plans_and_the_rest_did_not_change(tmp_path_factory, seed, edits):
    rng = random.Random(seed)
    directory = tmp_path_factory.mktemp("fleet")
    files, seen = fleet(rng), observed(rng)
    write(directory, files, seen)
    base = loaded(directory)
    if base is None:
        return
    locked(directory, base)
    hold(directory, rng, base)
    before = planned(directory, load(directory))
    git(directory, "init", "-q")
    git(directory, "add", "-A")
    git(directory, "commit", "-qm", "base")
    for edit in edits:
        edit(rng, files)
    write(directory, files, observed(rng) if rng.random() < 0.2 else seen)
    for path in (directory / "zones").glob("*.lock.yaml"):
        if not any(path.name.removesuffix(".lock.yaml") in str(data) + name for name, data in files.items()):
            path.unlink()
    now = loaded(directory)
    if now is None:
        return
    if rng.random() < 0.5:
        locked(directory, now)
    after = planned(directory, load(directory))
    part = planned(directory, choosing.repository(run_in(directory), only_changed=True, base="HEAD"))
    assert {zone: after[zone] for zone in part} == part
    others = after.keys() - part.keys()
    assert {zone: apart_from_lines(before[zone]) for zone in others} == {
        zone: apart_from_lines(after[zone]) for zone in others
    }
