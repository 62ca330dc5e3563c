"""What we use of octoDNS is there, and behaves as the modules that use it say (octodns>=1.22,<2)."""

from __future__ import annotations

import inspect
import subprocess
import sys

import octodns_bind
import octodns_cloudflare
import octodns_powerdns
import octodns_route53
import pytest
from octodns import __VERSION__
from octodns.processor.base import BaseProcessor
from octodns.provider.base import BaseProvider
from octodns.provider.plan import Plan
from octodns.provider.yaml import YamlProvider
from octodns.record import Create, Delete, Record, Update
from octodns.record.txt import TxtRecord, TxtValue
from octodns.source.base import BaseSource
from octodns.zone import Zone

import dnsauth
import dnsauth.octodns
from dnsauth.octodns.conversion import internal, txt_text
from dnsauth.octodns.rfc2136 import Rfc2136Provider


def parameters(function) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_the_version_is_one_we_know():
    assert ("1", True) == (__VERSION__.split(".")[0], int(__VERSION__.split(".")[1]) >= 22)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (BaseSource.populate, ["self", "zone", "target", "lenient"]),
        (BaseProvider.apply, ["self", "plan"]),
        (BaseProvider.plan, ["self", "desired", "processors", "lenient"]),
        (BaseProvider._process_existing_zone, ["self", "existing", "desired", "lenient"]),
        (
            BaseProcessor.process_source_and_target_zones,
            ["self", "desired", "existing", "target", "lenient"],
        ),
        (BaseProcessor.process_plan, ["self", "plan", "sources", "target", "lenient"]),
        (
            Plan.__init__,
            [
                "self",
                "existing",
                "desired",
                "changes",
                "exists",
                "update_pcent_threshold",
                "delete_pcent_threshold",
                "meta",
            ],
        ),
        (Record.new, ["zone", "name", "data", "source", "lenient"]),
        (Zone.add_record, ["self", "record", "replace", "lenient"]),
        (
            octodns_cloudflare.CloudflareProvider._record_for,
            ["self", "zone", "name", "_type", "records", "lenient"],
        ),
        (octodns_cloudflare.CloudflareProvider._apply_Update, ["self", "change"]),
        (octodns_cloudflare.CloudflareProvider._apply_Delete, ["self", "change"]),
        (octodns_cloudflare.CloudflareProvider._gen_data, ["self", "record"]),
        (octodns_powerdns.PowerDnsProvider._data_for_TXT, ["self", "rrset"]),
        (octodns_powerdns.PowerDnsProvider._records_for_TXT, ["self", "record"]),
        (octodns_route53.Route53Provider._data_for_TXT, ["self", "rrset"]),
        (YamlProvider._apply, ["self", "plan"]),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_what_we_call_and_override_takes_what_it_took(function, expected):
    assert expected == parameters(function)


def test_our_rfc_2136_target_takes_every_setting_of_octodns_bind_s():
    stock = {*parameters(octodns_bind.AxfrPopulate.__init__)} - {"self", "args", "kwargs"}
    assert stock <= {*parameters(Rfc2136Provider.__init__)}


def test_octodns_orders_a_delete_before_a_create_before_an_update():
    assert Delete.CLASS_ORDERING < Create.CLASS_ORDERING < Update.CLASS_ORDERING


def test_octodns_drops_the_apex_ns_of_what_is_held_which_is_why_our_yaml_target_keeps_it(tmp_path):
    provider = YamlProvider("stock", str(tmp_path), escaped_semicolons=False)
    zone = Zone("held.example.", [])
    zone.add_record(Record.new(zone, "", {"type": "NS", "ttl": 60, "values": ["ns1.example."]}))
    assert None is provider._process_existing_zone(zone.copy(), Zone("held.example.", [])).root_ns
    ours = dnsauth.octodns.YamlProvider("ours", str(tmp_path))
    assert zone.root_ns is ours._process_existing_zone(zone.copy(), Zone("held.example.", [])).root_ns


@pytest.mark.parametrize("text", ['"quoted"', 'a" "b', '""a""'])
def test_octodns_strips_quotes_of_a_value_which_is_why_ours_are_set_and_not_given(text):
    zone = Zone("held.example.", [])
    record = Record.new(zone, "", {"type": "TXT", "ttl": 60, "values": [text]})
    assert [text] != record.values
    assert text == txt_text(internal(text))


@pytest.mark.parametrize("value", ["v=DKIM1; p=", "p=abc=; t=y", "a\\; b", "v=DMARC1 ; p=none"])
def test_a_semicolon_is_escaped_once_whatever_stands_before_it(value):
    assert value.replace(";", "\\;") == TxtValue.normalize_raw_text(value)
    assert value == TxtValue(TxtValue.normalize_raw_text(value)).to_raw_text()


@pytest.mark.parametrize(
    "value", ["", "plain", "a; b", "\\195\\188", "\\200\\173\\000", "back\\092slash", '"q"', "\\092;"]
)
def test_every_value_comes_back_from_octodns_s_text(value):
    assert value == txt_text(internal(value))


def test_legacy_chunking_cuts_a_key_where_the_wire_does_not_which_is_why_no_target_of_ours_uses_it():
    zone = Zone("held.example.", [])
    data = {"type": "TXT", "ttl": 60, "values": [f"v=DKIM1\\; k=rsa\\; p={'A' * 400}"]}
    assert [253, 255] != [
        len(part) for part in TxtRecord(zone, "k", data).chunked_values[0][1:-1].split('" "')
    ]
    assert "chunked_value" not in inspect.getsource(sys.modules["dnsauth.octodns.rfc2136"])


def test_the_package_is_cheap_to_import_and_its_names_come_when_they_are_used():
    code = "import sys, dnsauth.octodns as o; print(sorted({'octodns', 'dns', 'yaml'} & {m.partition('.')[0] for m in sys.modules}), o.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"[] {dnsauth.__version__}\n" == done.stdout


@pytest.mark.parametrize("name", [name for name in dnsauth.octodns.__all__ if name != "__version__"])
def test_every_name_of_the_package_is_there(name):
    assert name == getattr(dnsauth.octodns, name).__name__


def test_a_name_that_is_not_there_is_an_attribute_error_so_that_octodns_says_unknown_class():
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = dnsauth.octodns.Nothing
