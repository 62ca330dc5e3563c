"""Any octoDNS provider behind the adapter: what it holds, what is written, what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.octodns.adapter import Adapter
from dnsauth.plan.errors import Moved
from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRset, RRsetId
from tests.octodns.memory import STORE, MemoryProvider

ZONE = "held.example."
APEX = RRsetId(ZONE, "TXT")


def txt(*values: str, ttl: int = 300, **more: object) -> dict:
    return {"type": "TXT", "ttl": ttl, "values": list(values), **more}


@pytest.fixture
def stored():
    STORE.clear()
    STORE[ZONE] = {
        ("", "TXT"): txt("v=spf1 -all", "weird\\; x", octodns={"healthcheck": {"path": "/x"}}),
        ("", "NS"): {"type": "NS", "ttl": 86400, "values": ["ns1.example.", "ns2.example."]},
        ("", "ALIAS"): {"type": "ALIAS", "ttl": 60, "value": "app.example."},
        ("", "MX"): {"type": "MX", "ttl": 60, "values": [{"preference": 10, "exchange": "mx.example."}]},
        ("www", "CNAME"): {"type": "CNAME", "ttl": 60, "value": "app.example."},
        ("caa", "CAA"): {
            "type": "CAA",
            "ttl": 60,
            "values": [{"flags": 0, "tag": "issue", "value": "ca.example"}],
        },
    }
    return STORE[ZONE]


def adapter(**settings: object) -> Adapter:
    return Adapter("memory", lambda: MemoryProvider("memory", **settings))


@pytest.mark.usefixtures("stored")
def test_every_type_is_held_in_presentation_format_and_a_semicolon_is_a_semicolon():
    held = adapter().read(ZONE)
    assert RRset(ZONE, "TXT", 300, ("v=spf1 -all", "weird; x")) == held.rrsets[APEX]
    assert ("10 mx.example.",) == held.rrsets[RRsetId(ZONE, "MX")].values
    assert ("app.example.",) == held.rrsets[RRsetId(ZONE, "ALIAS")].values
    assert ('0 issue "ca.example"',) == held.rrsets[RRsetId(f"caa.{ZONE}", "CAA")].values
    assert (True, False) == (held.exists, held.faithful)


@pytest.mark.usefixtures("stored")
def test_a_zone_the_provider_does_not_have_is_held_as_absent():
    assert Held("other.example.", "memory", False, {}) == adapter().read("other.example.")


def test_a_second_read_is_not_what_the_first_one_left_in_a_cache(stored):
    provider = adapter()
    provider.read(ZONE)
    stored["", "TXT"] = txt("new")
    assert ("new",) == provider.read(ZONE).rrsets[APEX].values


def test_an_update_keeps_foreign_values_and_the_octodns_section(stored):
    provider = adapter()
    held = provider.read(ZONE)
    after = RRset(ZONE, "TXT", 300, ("v=spf1 mx -all", "weird; x"))
    provider.write(held, (Change(held.rrsets[APEX], after),))
    assert txt("v=spf1 mx -all", "weird\\; x", octodns={"healthcheck": {"path": "/x"}}) == stored["", "TXT"]
    assert after == provider.read(ZONE).rrsets[APEX]


@pytest.mark.parametrize(
    "after",
    [
        RRset(f"new.{ZONE}", "TXT", 60, ("a\\092b", "v=DMARC1; p=reject")),
        RRset(f"new.{ZONE}", "TXT", 60, ('"quoted" "twice"',)),
        RRset(f"new.{ZONE}", "TXT", 60, ("\\195\\188",)),
        RRset(f"new.{ZONE}", "TXT", 60, ("",)),
        RRset(f"new.{ZONE}", "MX", 60, ("0 .",)),
        RRset(f"new.{ZONE}", "CNAME", 60, ("target.example.",)),
        RRset(f"new.{ZONE}", "AAAA", 60, ("2001:db8::1",)),
    ],
    ids=lambda rrset: f"{rrset.type} {rrset.values}",
)
@pytest.mark.usefixtures("stored")
def test_what_is_created_reads_back_and_what_is_deleted_is_gone(after):
    provider = adapter()
    held = provider.read(ZONE)
    seen = []
    provider = Adapter("memory", lambda: Seen(seen))
    provider.write(held, (Change(None, after),))
    provider.write(provider.read(ZONE), (Change(provider.read(ZONE).rrsets[after.id], None),))
    assert [after] == seen
    assert held == adapter().read(ZONE)


class Seen(MemoryProvider):
    """Notes what octoDNS hands to the provider, before octoDNS's own data form can change it."""

    def __init__(self, seen):
        super().__init__("memory")
        self._seen = seen

    def _apply(self, plan):
        from dnsauth.octodns.conversion import rrset

        self._seen.extend(rrset(change.new) for change in plan.changes if change.new)
        super()._apply(plan)


def test_a_txt_that_becomes_a_cname_is_handed_over_as_delete_then_create(stored):
    provider = adapter()
    held = provider.read(ZONE)
    cname = RRset(f"k1._domainkey.{ZONE}", "CNAME", 60, ("k1.vendor.example.",))
    stored["k1._domainkey", "TXT"] = txt("v=DKIM1\\; p=")
    held = provider.read(ZONE)
    provider.write(held, (Change(held.rrsets[RRsetId(cname.owner, "TXT")], None), Change(None, cname)))
    now = provider.read(ZONE).rrsets
    assert cname == now[cname.id]
    assert RRsetId(cname.owner, "TXT") not in now


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param(
            lambda held: held.update({("", "TXT"): txt("v=spf1 -all", "other")}), id="another value"
        ),
        pytest.param(
            lambda held: held.update({("", "TXT"): txt("v=spf1 -all", "weird\\; x", ttl=1)}), id="TTL"
        ),
        pytest.param(lambda held: held.pop(("", "TXT")), id="gone"),
    ],
)
def test_an_rrset_that_moved_since_the_plan_is_refused_and_nothing_is_written(stored, foreign):
    provider = adapter()
    held = provider.read(ZONE)
    foreign(stored)
    before = dict(stored)
    with pytest.raises(Moved, match="not what the plan was made against"):
        provider.write(held, (Change(held.rrsets[APEX], RRset(ZONE, "TXT", 300, ("v=spf1 mx -all",))),))
    assert before == stored


@pytest.mark.usefixtures("stored")
def test_a_ttl_the_provider_would_raise_in_silence_is_refused():
    provider = adapter(min_ttl=120)
    held = provider.read(ZONE)
    with pytest.raises(DnsauthError, match="no TTL below 120 s"):
        provider.write(held, (Change(None, RRset(f"new.{ZONE}", "TXT", 60, ("x",))),))


def test_apply_disabled_is_no_silent_success(stored):
    provider = adapter(apply_disabled=True)
    held = provider.read(ZONE)
    with pytest.raises(DnsauthError, match="apply_disabled"):
        provider.write(held, (Change(held.rrsets[APEX], None),))
    assert ("", "TXT") in stored


@pytest.mark.usefixtures("stored")
def test_a_type_octodns_does_not_know_is_refused_by_name():
    provider = adapter()
    with pytest.raises(DnsauthError, match="no records of type TYPE65280"):
        provider.write(provider.read(ZONE), (Change(None, RRset(ZONE, "TYPE65280", 60, ("\\# 0",))),))


class Broken(MemoryProvider):
    def populate(self, *_, **__):
        raise ConnectionRefusedError(f"no route with {self.token}")


@pytest.mark.usefixtures("stored")
def test_what_a_library_raises_is_said_with_provider_zone_and_next_step_and_without_the_secret():
    provider = Adapter("memory", lambda: Broken("memory", token="s3cr3t-token"), {"s3cr3t-token"})
    with pytest.raises(DnsauthError, match=r"memory can't be reached while reading held\.example") as caught:
        provider.read(ZONE)
    assert "s3cr3t" not in str(caught.value)
    assert "host and port" in caught.value.hint


def test_many_zones_are_read_and_written_by_several_threads_each_its_own():
    STORE.clear()
    zones = [f"z{i}.example." for i in range(60)]
    for zone in zones:
        STORE[zone] = {("", "TXT"): txt(zone)}
    provider = adapter()

    def work(zone: str) -> tuple[str, ...]:
        held = provider.read(zone)
        after = RRset(zone, "TXT", 300, (*held.rrsets[RRsetId(zone, "TXT")].values, "~ours"))
        provider.write(held, (Change(held.rrsets[after.id], after),))
        return provider.read(zone).rrsets[after.id].values

    with ThreadPoolExecutor(8) as threads:
        assert [(zone, "~ours") for zone in zones] == list(threads.map(work, zones))
