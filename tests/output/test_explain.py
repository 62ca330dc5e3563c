"""A tree of SPF records as text and as JSON: each record once, and what is notable about each term."""

from __future__ import annotations

import json

import pytest

from dnsauth.explain import Explained
from dnsauth.output import explain
from dnsauth.spf.tree import tree
from tests.spf.strategies import Zone, records

ROOT = "a.example."


def explained(zone: Zone) -> Explained:
    return Explained(ROOT, tree(ROOT, zone), {}, frozenset(), None, None, "nobody was asked", ())


def notes(zone: Zone) -> dict[str, list[str]]:
    """What is notable, by record and term."""
    found = explain.as_json(explained(zone))["spf"]["terms"]
    return {f"{term['domain'][0]} {term['term']}": term["notes"] for term in found if term["notes"]}


@pytest.mark.parametrize(
    ("terms", "said", "reason"),
    [
        ("ip4:192.0.2.0/24 ip4:192.0.2.7", ["shadowed: earlier terms match all it does"], "certain"),
        ("ip4:192.0.2.0/24 include:o.example", ["depends on the message"], "it may match others as well"),
        (
            "exists:%{i}.example exists:%{i}.example",
            ["a duplicate", "depends on the message"],
            "the same twice",
        ),
        ("ip4:192.0.2.0/24 include:e.example", [], "it ends in an error for others"),
        ("include:n.example", ["matches nothing"], "whatever the message"),
        ("ip4:192.0.2.0/24 redirect=n.example", [], "it says what becomes of the others"),
        ("-all mx", ["unreachable: it stands behind `all`"], "behind all"),
        ("-all redirect=n.example", ["ignored: a record with `all` needs no redirect"], "beside all"),
        ("x=1 x=1", [], "receivers ignore both"),
        ("ip4:198.0.0.0/8", ["very wide"], "wider than a sender needs"),
    ],
)
def test_a_term_is_said_to_do_no_work_where_that_is_certain(terms, said, reason):
    zone = records(
        a=f"v=spf1 {terms}",
        e="v=spf1 ip4:192.0.2.1 include:gone.example -all",
        n="v=spf1 -all",
        o="v=spf1 ip4:192.0.2.1 exists:%{i}.x.example -all",
    )
    found = notes(zone)
    assert said == found.get(f"a {terms.split()[-1]}", []), reason


SHARED = records(
    a="v=spf1 include:b.example ?include:d.example include:b.example -all",
    b="v=spf1 include:c.example -all",
    c="v=spf1 ip4:192.0.2.0/24 -all",
    d="v=spf1 ip4:198.51.100.0/24 include:c.example -all",
)


def test_a_record_that_is_brought_in_again_says_so_and_is_shown_once():
    assert """\
SPF: v=spf1 include:b.example ?include:d.example include:b.example -all
  6 of 10 lookups; 256 IPv4 addresses may send
  include:b.example  (2 lookups)
    include:c.example  (1 lookup)
      ip4:192.0.2.0/24
  ?include:d.example  (2 lookups)
    ip4:198.51.100.0/24
    include:c.example  (1 lookup; brought in before)
  include:b.example  (2 lookups; a duplicate)
  -all
""" in explain.text(explained(SHARED), None)
    assert {"d include:c.example": ["brought in before"], "a include:b.example": ["a duplicate"]} == notes(
        SHARED
    )


def test_a_record_that_fans_out_without_end_is_said_in_as_many_lines_as_it_has_terms():
    texts = {
        f"d{level}_{one}": "v=spf1 " + " ".join(f"include:d{level + 1}-{next}.example" for next in range(10))
        for level in range(9)
        for one in range(10)
    }
    found = explained(records(a="v=spf1 include:d0-0.example -all", **texts))
    lines = explain.text(found, None, verbose=True).splitlines()
    assert len(lines) < 1000


def test_a_count_is_a_number():
    found = explain.as_json(explained(records(a="v=spf1 a:none.example -all")))["spf"]["terms"]
    assert "[[1, 1], [0, 0]]" == json.dumps([[term["lookups"], term["voids"]] for term in found])
