from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth import rrset
from dnsauth.records import BadRecord, bimi, dkim, dmarc, mtasts, mx, spf, tlsrpt
from tests.records import strategies

TXT = (spf, dkim, dmarc, tlsrpt, mtasts, bimi)


@pytest.mark.parametrize(
    ("parse", "records"),
    [
        pytest.param(spf.Record.parse, strategies.spf_records, id="spf"),
        pytest.param(dkim.Record.parse, strategies.dkim_records, id="dkim"),
        pytest.param(dmarc.Record.parse, strategies.dmarc_records, id="dmarc"),
        pytest.param(tlsrpt.Record.parse, strategies.tlsrpt_records, id="tlsrpt"),
        pytest.param(mtasts.Record.parse, strategies.mtasts_records, id="mtasts"),
        pytest.param(mtasts.Policy.parse, strategies.mtasts_policies, id="policy"),
        pytest.param(bimi.Record.parse, strategies.bimi_records, id="bimi"),
        pytest.param(mx.MX.parse, strategies.mxs, id="mx"),
    ],
)
def test_text_and_record_are_inverse(parse, records):
    @settings(max_examples=100, deadline=None)
    @given(records)
    def inverse(record):
        assert record == parse(str(record))

    inverse()


@settings(max_examples=50, deadline=None)
@given(st.one_of(strategies.spf_records, strategies.dkim_records, strategies.dmarc_records))
def test_a_written_record_is_a_txt_value_and_survives_the_wire(record):
    text = str(record)
    assert text == rrset.txt_value(rrset.txt_octets(text))


@settings(max_examples=50, deadline=None)
@given(strategies.spf_records, strategies.dkim_records, strategies.dmarc_records, strategies.bimi_records)
def test_receivers_select_every_written_record_by_its_own_grammar_alone(one, two, three, four):
    for record, module in ((one, spf), (two, dkim), (three, dmarc), (four, bimi)):
        assert [module] == [m for m in TXT if m.selects(str(record))]


HOSTILE = st.text(st.sampled_from(list("v=spf1DMARC; \\09 %{d}:/.a\t\x00é\U0001f600\"'!,-~")), max_size=40)


@pytest.mark.parametrize("module", TXT, ids=lambda module: module.__name__)
@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["", "v=spf1 ", "v=DMARC1; ", "v=DKIM1; ", "v=TLSRPTv1; ", "v=STSv1; ", "v=BIMI1; "]),
    HOSTILE,
)
def test_any_text_parses_or_is_refused_with_a_place_in_it(module, start, text):
    text = start + text
    try:
        written = str(module.Record.parse(text))
    except BadRecord as error:
        refused = error
    else:
        assert module.selects(text)
        assert module.selects(written)
        return
    assert 1 <= refused.column <= len(text) + 1
    assert refused.section


@pytest.mark.parametrize(
    "text",
    [
        "v=spf1 " + "a" * 60_000,
        "v=spf1 " + "a:" + ".-" * 30_000,
        "v=DMARC1; a" + " " * 60_000,
        "v=DKIM1" + ";" * 60_000,
        "v=DMARC1" + " " * 60_000,
        "v=spf1 a:" + "%{d}" * 15_000 + "!",
    ],
    ids=["word", "labels", "blanks", "semicolons", "version", "macros"],
)
def test_a_long_text_is_read_in_linear_time(text):
    start = time.process_time()
    for module in TXT:
        with contextlib.suppress(BadRecord):
            module.Record.parse(text)
    assert time.process_time() - start < 1, "seconds; a quadratic scan takes ten"
