"""The plugin under stock octoDNS: full zones, partial ownership, retirement, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import octodns_bind
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from octodns.manager import Manager
from octodns.processor.base import ProcessorException
from octodns.provider import ProviderException
from octodns.zone import DuplicateRecordException, SubzoneRecordException, Zone

from dnsauth.desired.load import load, rekeyed
from dnsauth.desired.locks import updated
from dnsauth.lock import file as lock_file
from dnsauth.lock import observed_file
from dnsauth.lock.keys import Key, State, Word
from dnsauth.lock.observed import Observed, Published
from dnsauth.octodns import MailAuthOwnership, MailAuthSource
from dnsauth.octodns.conversion import rrset
from tests.octodns.memory import STORE, MemoryProvider

ZONE = "held.example."
SPF, DMARC, DKIM = "v=spf1 ip4:198.51.100.7 ~all", "v=DMARC1; p=reject", "v1.dkim.vendor.example."
CONFIG = "version: 1\nproviders: {ns1: {class: octodns_bind.Rfc2136Provider, host: 127.0.0.1}}\n"
INVENTORY = """\
version: 1
provider: ns1
domains:
  "@":
    senders:
      - portal: {service: custom, spf: ["ip4:198.51.100.7"], dkim: {v1: {cname: v1.dkim.vendor.example.}}, owner: it@example.com}
    dmarc: {policy: reject}
"""


def txt(*values: str, ttl: int = 300) -> dict:
    return {"type": "TXT", "ttl": ttl, "values": [value.replace(";", "\\;") for value in values]}


def lock(directory: Path) -> None:
    repository = load(directory)
    for zone, held in repository.locks.items():
        (directory / f"zones/{zone}lock.yaml").write_text(
            lock_file.write(updated(held, repository.desired[zone]))
        )


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "dnsauth.yaml").write_text(CONFIG)
    (tmp_path / "zones").mkdir()
    (tmp_path / "zones/held.example.yaml").write_text(INVENTORY)
    lock(tmp_path)
    STORE.clear()
    STORE[ZONE] = {
        ("", "TXT"): txt("MS=ms1", "weird; x"),
        ("", "NS"): {"type": "NS", "ttl": 86400, "values": ["ns1.example.", "ns2.example."]},
        ("www", "A"): {"type": "A", "ttl": 60, "values": ["192.0.2.1"]},
        ("k9._domainkey", "TXT"): txt("v=DKIM1; p=QQ=="),
    }
    return tmp_path


def production(directory: Path, *, partial: bool = True, **manager: object) -> Path:
    """A stock configuration of octoDNS, in mode B (partial) or mode A (full zones)."""
    document = {
        "manager": manager,
        "providers": {
            "config": {
                "class": "octodns.provider.yaml.YamlProvider",
                "directory": str(directory / "config"),
                "escaped_semicolons": False,
            },
            "mailauth": {"class": "dnsauth.octodns.MailAuthSource", "directory": str(directory)},
            "memory": {"class": "tests.octodns.memory.MemoryProvider"},
        },
        "processors": {"own": {"class": "dnsauth.octodns.MailAuthOwnership", "directory": str(directory)}},
        "zones": {
            "*": {"sources": ["mailauth"], "processors": ["own"], "targets": ["memory"]}
            if partial
            else {"sources": ["config", "mailauth"], "targets": ["memory"]}
        },
    }
    path = directory / "production.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def sync(directory: Path, **given: object) -> int:
    return Manager(str(production(directory, **given))).sync(dry_run=False, force=True)


def held(zone: str = ZONE) -> dict[tuple[str, str], tuple[str, ...]]:
    found = Zone(zone, [])
    MemoryProvider("memory").populate(found, lenient=True)
    return {(record.name, record._type): rrset(record).values for record in found.records}


OURS = {("", "TXT"): (SPF,), ("_dmarc", "TXT"): (DMARC,), ("v1._domainkey", "CNAME"): (DKIM,)}


@pytest.mark.parametrize("manager", [{}, {"max_workers": 4}, {"include_meta": True}], ids=str)
def test_in_a_zone_of_others_only_our_values_change_and_a_second_sync_changes_nothing(directory, manager):
    before = held()
    sync(directory, **manager)
    now = {id: values for id, values in held().items() if id[0] != "octodns-meta"}
    assert before | OURS | {("", "TXT"): ("MS=ms1", SPF, "weird; x")} == now
    assert 300 == STORE[ZONE]["", "TXT"]["ttl"]
    assert 0 == sync(directory, **manager)


def test_what_is_retired_goes_and_the_zone_is_as_it_was(directory):
    before = held()
    sync(directory)
    (directory / "zones/held.example.yaml").write_text("version: 1\nprovider: ns1\ndomains: {}\n")
    sync(directory)
    assert before == held()


def test_what_somebody_published_at_a_retired_name_stays(directory):
    sync(directory)
    STORE[ZONE]["_dmarc", "TXT"] = txt("v=DMARC1; p=none; rua=mailto:other@example.com")
    (directory / "zones/held.example.yaml").write_text("version: 1\nprovider: ns1\ndomains: {}\n")
    sync(directory)
    assert ("v=DMARC1; p=none; rua=mailto:other@example.com",) == held()["_dmarc", "TXT"]


def test_in_full_zones_our_values_join_those_of_the_source_before_and_octodns_owns_the_rest(directory):
    (directory / "config").mkdir()
    (directory / "config/held.example.yaml").write_text(
        "---\n'':\n- type: NS\n  values: [ns1.example., ns2.example.]\n- type: TXT\n  values: [a; b, MS=ms1]\n"
    )
    sync(directory, partial=False)
    assert (
        OURS | {("", "TXT"): ("MS=ms1", "a; b", SPF), ("", "NS"): ("ns1.example.", "ns2.example.")} == held()
    )
    assert 0 == sync(directory, partial=False)


def test_a_zone_outside_the_inventory_is_left_alone(directory):
    STORE["other.example."] = {("www", "A"): {"type": "A", "ttl": 60, "values": ["192.0.2.9"]}}
    path = production(directory)
    document = yaml.safe_load(path.read_text())
    document["zones"] = {"other.example.": document["zones"]["*"]}
    path.write_text(yaml.safe_dump(document))
    assert 0 == Manager(str(path)).sync(dry_run=False)


@pytest.mark.parametrize(
    ("foreign", "said"),
    [
        pytest.param(
            {("", "TXT"): txt("v=spf1 include:old.example -all")}, "PLN.*include:old", id="SPF of others"
        ),
        pytest.param({("_dmarc", "TXT"): txt("v=DMARC1; p=none")}, "PLN.*p=none", id="DMARC of others"),
        pytest.param(
            {("_dmarc", "CNAME"): {"type": "CNAME", "ttl": 60, "value": "x.example."}},
            "PLN.*CNAME",
            id="CNAME",
        ),
        pytest.param(
            {("v1._domainkey", "TXT"): txt("v=DKIM1; p=")}, "PLN.*v1._domainkey", id="data beside CNAME"
        ),
        pytest.param({("", "TXT"): txt('say "hi"')}, "PLN.*quotes", id="a value octoDNS would damage"),
    ],
)
def test_what_nothing_waives_stops_octodns_and_nothing_is_written(directory, foreign, said):
    STORE[ZONE].update(foreign)
    before = held()
    with pytest.raises(ProcessorException, match=said) as caught:
        sync(directory)
    assert before == held()
    assert "held.example" in str(caught.value)


FLAT = INVENTORY.replace('["ip4:198.51.100.7"]', '["include:_spf.vendor.example"], flatten: {max_age: 30d}')
POLICY = "    dmarc: {policy: reject}"


def look_up(directory: Path, *, days: int, record: str = "v=spf1 ip4:203.0.113.0/24 -all") -> None:
    """The observed lock of a refresh so many days ago, and the locks of the zones that follow from it."""
    then = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days)
    observed = Observed(then, "127.0.0.1:53", spf={"_spf.vendor.example.": Published(then, (record,))})
    (directory / "observed.lock.yaml").write_text(observed_file.write(observed))
    lock(directory)


@pytest.fixture
def flattened(directory):
    (directory / "zones/held.example.yaml").write_text(FLAT)
    look_up(directory, days=0)
    sync(directory)
    return directory


def test_addresses_that_were_looked_up_too_long_ago_are_refused_where_the_record_would_change(flattened):
    before = held()
    assert "v=spf1 ip4:203.0.113.0/24 ~all" in before["", "TXT"]
    look_up(flattened, days=31)
    assert 0 == sync(flattened), "nothing would change"
    (flattened / "zones/held.example.yaml").write_text(
        FLAT.replace(POLICY, "    spf: {all: fail}\n" + POLICY)
    )
    look_up(flattened, days=31)
    with pytest.raises(ProcessorException, match=r"SPF044 .* looked up 31 days ago, and may be 30 days old"):
        sync(flattened)
    assert before == held()
    look_up(flattened, days=29)
    assert 0 < sync(flattened)


def test_other_records_change_however_old_the_addresses_are(flattened):
    (flattened / "zones/held.example.yaml").write_text(FLAT.replace("reject", "quarantine"))
    look_up(flattened, days=31)
    assert 0 < sync(flattened)
    assert ("v=DMARC1; p=quarantine",) == held()["_dmarc", "TXT"]


def test_where_octodns_owns_the_zone_what_is_wrong_with_addresses_is_only_said(flattened, caplog):
    (flattened / "config").mkdir()
    (flattened / "config/held.example.yaml").write_text("---\n'':\n  type: TXT\n  value: MS=ms1\n")
    look_up(flattened, days=31)
    assert 0 < sync(flattened, partial=False)
    assert "SPF044" in caplog.text


def test_a_second_spf_record_in_the_source_before_is_refused(directory):
    (directory / "config").mkdir()
    (directory / "config/held.example.yaml").write_text("---\n'':\n  type: TXT\n  value: v=spf1 -all\n")
    with pytest.raises(ProviderException, match="PLN"):
        sync(directory, partial=False)


def test_a_zone_the_target_does_not_have_is_refused_and_not_made(directory):
    del STORE[ZONE]
    with pytest.raises(ProcessorException, match=r"has no zone held\.example"):
        sync(directory)
    assert {} == STORE


def test_values_the_lock_does_not_record_are_not_published(directory):
    (directory / "zones/held.example.lock.yaml").unlink()
    with pytest.raises(ProcessorException, match="dnsauth lock"):
        sync(directory)


@pytest.mark.filterwarnings("ignore:.*from_rrs:DeprecationWarning")  # octodns-bind 1.1 calls it
def test_a_target_that_can_t_be_read_back_is_refused_and_its_file_stays(directory):
    path = production(directory)
    document = yaml.safe_load(path.read_text())
    document["providers"]["memory"] = {"class": "octodns_bind.ZoneFileProvider", "directory": str(directory)}
    path.write_text(yaml.safe_dump(document))
    (directory / "held.example.").write_text("; other people's zone\n")
    with pytest.raises(ProcessorException, match="can't be read back"):
        Manager(str(path)).sync(dry_run=False, force=True)
    assert (directory / "held.example.").read_text() == "; other people's zone\n"


def test_a_stock_target_that_has_a_better_one_here_is_named(directory, caplog):
    own = MailAuthOwnership("own", str(directory))
    stock = octodns_bind.Rfc2136Provider("ns1", "127.0.0.1")
    own.process_source_and_target_zones(Zone(ZONE, []), Zone(ZONE, []), stock)
    assert "dnsauth.octodns.rfc2136.Rfc2136Provider" in caplog.text


def test_a_record_below_a_zone_octodns_has_apart_is_octodns_s_own_error(directory):
    zone = Zone(ZONE, ["_domainkey"])
    with pytest.raises(SubzoneRecordException, match=r"v1\._domainkey"):
        MailAuthSource("mailauth", str(directory)).populate(zone)


def test_the_source_stands_last_and_octodns_says_so_where_it_does_not(directory):
    (directory / "config").mkdir()
    (directory / "config/held.example.yaml").write_text("---\n'':\n  type: TXT\n  value: MS=ms1\n")
    path = production(directory, partial=False)
    document = yaml.safe_load(path.read_text())
    document["zones"]["*"]["sources"].reverse()
    path.write_text(yaml.safe_dump(document))
    with pytest.raises(DuplicateRecordException, match=r"Duplicate record held\.example"):
        Manager(str(path)).sync(dry_run=False)


def test_a_raw_plan_without_the_manager_is_safe_too(directory):
    zone = Zone(ZONE, [])
    MailAuthSource("mailauth", str(directory)).populate(zone)
    plan = MemoryProvider("memory").plan(zone, processors=[MailAuthOwnership("own", str(directory))])
    assert {("", "TXT"), ("_dmarc", "TXT"), ("v1._domainkey", "CNAME"), ("", "NS")} >= {
        (change.record.name, change.record._type) for change in plan.changes
    }


def test_every_change_that_is_not_ours_is_taken_out_of_a_plan(directory):
    zone = Zone(ZONE, [])
    MailAuthSource("mailauth", str(directory)).populate(zone)
    provider, own = MemoryProvider("memory"), MailAuthOwnership("own", str(directory))
    plan = own.process_plan(provider.plan(zone), [], provider)
    assert set(OURS) == {(change.record.name, change.record._type) for change in plan.changes}


def test_the_sources_of_a_change_and_the_zones_are_named_for_octodns(directory):
    source = MailAuthSource("mailauth", str(directory))
    zone = Zone(ZONE, [])
    source.populate(zone)
    assert [ZONE] == source.list_zones()
    assert {"mailauth"} == {record.source.id for record in zone.records}


def test_the_stock_programs_take_the_plugin(directory):
    path = production(directory)
    document = yaml.safe_load(path.read_text())
    del document["providers"]["config"]
    (directory / "target").mkdir()
    (directory / "target/held.example.yaml").write_text(
        "---\n'':\n- ttl: 86400\n  type: NS\n  values: [ns1.example., ns2.example.]\n- type: TXT\n  value: MS=ms1\n"
    )
    document["providers"]["memory"] = {
        "class": "dnsauth.octodns.YamlProvider",
        "directory": str(directory / "target"),
        "escaped_semicolons": False,
    }
    path.write_text(yaml.safe_dump(document))
    root = Path(__file__).resolve().parents[2]

    def run(program: str, *arguments: str) -> str:
        command = f"import sys; from octodns.cmds.{program} import main; sys.exit(main())"
        done = subprocess.run(
            [
                sys.executable,
                "-W",
                "error::DeprecationWarning:dnsauth",
                "-c",
                command,
                "--config-file",
                str(path),
                *arguments,
            ],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        return done.stdout + done.stderr

    run("validate")
    assert "mailauth (dnsauth.octodns" in run("sync", "--doit").replace("provider=", "")
    found = yaml.safe_load((directory / "target/held.example.yaml").read_text())
    assert {"NS", "TXT"} == {record["type"] for record in found[""]}
    assert "No changes were planned" in run("sync")


VALUES = ["google-site-verification=a", "MS=ms1", "weird; x", "v=spf10 no", "v=DKIM1; p=X", SPF, DMARC]
NAMES = ["", "_dmarc", "v1._domainkey", "k9._domainkey", "www", "mail"]
ZONES = st.dictionaries(
    st.sampled_from(NAMES), st.frozensets(st.sampled_from(VALUES), min_size=1, max_size=4), max_size=5
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ZONES)
def test_in_any_zone_foreign_rrsets_and_values_stay_sync_is_idempotent_and_retiring_restores(directory, zone):
    (directory / "zones/held.example.yaml").write_text(INVENTORY)
    STORE[ZONE] = {(name, "TXT"): txt(*sorted(values)) for name, values in zone.items()}
    before, source = held(), MailAuthSource("mailauth", str(directory))
    own = MailAuthOwnership("own", str(directory))

    def go(own: MailAuthOwnership) -> int:
        desired = Zone(ZONE, [])
        source.populate(desired)
        provider = MemoryProvider("memory")
        plan = own.process_plan(provider.plan(desired, processors=[own]), [source], provider)
        return provider.apply(plan) if plan else 0

    try:
        go(own)
    except ProcessorException:
        assert before == held()
        return
    now = held()
    ours = {("", SPF), ("_dmarc", DMARC)}
    for (name, type), values in before.items():
        assert {value for value in values if (name, value) not in ours} <= set(now.get((name, type), ())), (
            name
        )
    assert 0 == go(own)
    (directory / "zones/held.example.yaml").write_text("version: 1\nprovider: ns1\ndomains: {}\n")
    go(MailAuthOwnership("own", str(directory)))
    left = {
        id: kept
        for id, values in before.items()
        if (kept := tuple(value for value in values if (id[0], value) not in ours))
    }
    assert left == held()


OWN_KEY = "v=DKIM1; k=ed25519; p=+movzn9768oHpoJKNBAD4GHZQCq7TxcPce/vPSogFm4="


def keyed(directory: Path, state: State) -> None:
    """The lock with one key of our own in *state*, used until now."""
    now = datetime.now(UTC).replace(microsecond=0)
    stopped = (Word("mx1.example.com", now, signs=False),)
    key = Key(ZONE, "s1", "mta", "ed25519", state, now, now, OWN_KEY, "keys", "", words=stopped)
    repository = load(directory)
    whole = rekeyed(repository, {ZONE: (key,)})
    (directory / f"zones/{ZONE}lock.yaml").write_text(lock_file.write(whole.locks[ZONE]))


def test_a_step_of_a_key_that_is_not_due_is_refused(directory):
    keyed(directory, State.RETIRING)
    sync(directory)
    before = held()
    assert ["s1._domainkey"] == [owner for owner, _ in before if owner.startswith("s1.")]
    keyed(directory, State.REVOKED)
    with pytest.raises(ProcessorException, match=r"PLN009 .*the lock says revoked, which is not due before"):
        sync(directory)
    assert before == held()
