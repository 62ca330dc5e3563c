from __future__ import annotations

import dataclasses

from dnsauth.desired.model import Origin
from dnsauth.findings import Finding, Rule, Severity, Where
from dnsauth.output import markdown, plan
from dnsauth.output.style import Style
from dnsauth.plan.model import Change, Plan, ZonePlan
from dnsauth.rrset import RRset

ZONE = "example.com."
FILE = "zones/example.com.yaml"


def txt(owner: str, *values: str, ttl: int = 3600) -> RRset:
    return RRset(owner, "TXT", ttl, values)


CREATE = Change(
    None,
    txt("_dmarc.example.com.", "v=DMARC1; p=reject"),
    origin=(Origin(FILE, 12),),
)
UPDATE = Change(
    txt(ZONE, "google-site-verification=x", "v=spf1 ip4:192.0.2.10 ~all", ttl=300),
    txt(ZONE, "google-site-verification=x", "v=spf1 ip4:192.0.2.10 include:sendgrid.net ~all"),
    adopts=True,
    origin=(Origin(FILE, 5, "own-mta", "mta"), Origin(FILE, 6, "sendgrid", "sendgrid")),
    meaning=("SPF gains include:sendgrid.net", "keeps 1 value of others"),
)
DELETE = Change(RRset("em1.example.com.", "CNAME", 3600, ("u1.sendgrid.net.",)), None)
GUARD = Finding(
    Rule("PLN009", Severity.ERROR, "the policy is weakened from {old} to {new}", "add the waiver `{waiver}`"),
    Where(FILE, 12, 5),
    "_dmarc.example.com.",
    {"old": "reject", "new": "none", "waiver": "rule: PLN009"},
)
PLAN = Plan(
    "2026-06-01T12:00:00Z",
    "00",
    (
        ZonePlan(ZONE, "ns1", "aa", "b" * 64, (CREATE, UPDATE, DELETE), (GUARD,)),
        ZonePlan("example.net.", "ns1", "aa", "c" * 64),
    ),
)
EMPTY = Plan("2026-06-01T12:00:00Z", "00", (ZonePlan("example.net.", "ns1", "aa", "c" * 64),))

TEXT = """\
example.com at ns1: 1 to create, 1 to update, 1 to delete

  + _dmarc TXT 3600  zones/example.com.yaml:12
      + v=DMARC1; p=reject

  ~ @ TXT 3600  zones/example.com.yaml:5 own-mta (mta); zones/example.com.yaml:6 sendgrid
      - v=spf1 ip4:192.0.2.10 ~all
      + v=spf1 ip4:192.0.2.10 include:sendgrid.net ~all
      TTL 300 → 3600
      SPF gains include:sendgrid.net
      keeps 1 value of others
      takes away a value that was adopted

  - em1 CNAME 3600  nothing asks for it any more
      - u1.sendgrid.net.

  zones/example.com.yaml:12:5: error: the policy is weakened from reject to none [PLN009]
    next: add the waiver `rule: PLN009`

Plan: 1 to create, 1 to update, 1 to delete in 1 zone; 1 zone agrees; 1 zone is stopped.
"""

MARKDOWN = """\
### dnsauth plan

Plan: 1 to create, 1 to update, 1 to delete in 1 zone; 1 zone agrees; 1 zone is stopped.

| zone | at | changes | digest |
| --- | --- | --- | --- |
| `example.com` | `ns1` | 1 to create, 1 to update, 1 to delete · **stopped** | `bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb` |

#### `example.com` at `ns1`: 1 to create, 1 to update, 1 to delete · **stopped**

- **error** PLN009 at `zones/example.com.yaml:12:5`: the policy is weakened from reject to none
  Next: add the waiver `rule: PLN009`

Create `_dmarc` `TXT` · `zones/example.com.yaml:12`

```diff
+ v=DMARC1; p=reject
```

Update `@` `TXT` · `zones/example.com.yaml:5 own-mta (mta); zones/example.com.yaml:6 sendgrid`

```diff
- v=spf1 ip4:192.0.2.10 ~all
+ v=spf1 ip4:192.0.2.10 include:sendgrid.net ~all
```

- TTL 300 → 3600
- SPF gains include:sendgrid.net
- keeps 1 value of others
- takes away a value that was adopted

Delete `em1` `CNAME` · nothing asks for it any more

```diff
- u1.sendgrid.net.
```
"""


def test_a_plan_is_read_in_one_glance():
    assert TEXT == plan.text(PLAN)


def test_zones_that_agree_are_counted_and_shown_only_when_asked_for():
    assert plan.text(EMPTY) == "Plan: 1 zone agrees.\n"
    shown = f"example.net at ns1: no changes\n  digest {'c' * 64}\n\nPlan: 1 zone agrees.\n"
    assert shown == plan.text(EMPTY, verbose=True)


def test_a_plan_of_nothing_says_so():
    assert plan.text(Plan("", "", ())) == "Plan: no zones.\n"


DIGESTS = f'<!-- dnsauth:digests {{"ns1":{{"example.com.":"{"u7" * 20}u7s="}}}} -->\n'


def test_a_pull_request_shows_the_same_plan():
    assert f"{MARKDOWN}\n{DIGESTS}" == markdown.plan(PLAN)


def test_a_long_value_is_cut_in_its_middle_on_a_terminal():
    long = "v=DKIM1; p=" + "A" * 400 + "IDAQAB"
    narrow = plan.text(_only(txt("s._domainkey.example.com.", long)), Style(width=60))
    line = next(line for line in narrow.splitlines() if "DKIM1" in line)
    assert len(line) == 60
    assert line.startswith("      + v=DKIM1; p=AAA")
    assert line.endswith("AIDAQAB")
    assert long in plan.text(_only(txt("s._domainkey.example.com.", long)))


def test_colour_marks_what_comes_and_goes():
    coloured = plan.text(PLAN, Style(colour=True))
    assert "\x1b[32m+ v=DMARC1; p=reject\x1b[0m" in coloured
    assert "\x1b[31m- u1.sendgrid.net.\x1b[0m" in coloured


def test_hostile_dns_content_reaches_neither_terminal_nor_pull_request():
    hostile = "\x1b[2J\u202e```</details><img src=x onerror=alert(1)> @team ::error::x\n::x ##[add-mask]x"
    change = Change(
        txt(ZONE, hostile),
        txt(ZONE, hostile + "2"),
        origin=(Origin(hostile, 1, hostile),),
        meaning=(hostile,),
    )
    finding = dataclasses.replace(
        GUARD, where=Where(hostile), facts={"old": hostile, "new": "", "waiver": hostile}
    )
    whole = Plan("", "", (ZonePlan(ZONE, hostile, "", hostile, (change,) * 11, (finding,)),))
    for shown in (plan.text(whole, verbose=True), markdown.plan(whole)):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    assert "##[" not in plan.text(whole, verbose=True)
    blocks, fence = [], ""
    for line in markdown.plan(whole).splitlines():
        if fence:
            fence = "" if line == fence else fence
        elif line.endswith("diff") and line.startswith("```"):
            fence = line.removesuffix("diff")
        else:
            blocks.append(line)
    assert not fence
    assert sum("<details>" in line for line in blocks) == 1


LIMIT = 65_536  # characters of a comment, at GitHub


def many(count: int, changes: int, size: int, findings: tuple[Finding, ...] = ()) -> Plan:
    return Plan(
        "",
        "",
        tuple(
            ZonePlan(
                f"example{n}.com.",
                "ns1",
                "",
                f"{n:064}",
                tuple(Change(None, txt(f"{i}.example{n}.com.", "x" * size)) for i in range(changes)),
                findings,
            )
            for n in range(count)
        ),
    )


def test_many_changes_are_collapsed_and_those_that_exceed_a_comment_are_counted():
    shown = markdown.plan(many(30, 20, 250))
    whole = shown.count("\n#### ")
    assert len(shown) < LIMIT
    assert (
        0 < whole == shown.count("<details><summary>20 to create</summary>") == shown.count("</details>") < 30
    )
    assert shown.rpartition("\n\n<!-- dnsauth:digests ")[0].endswith(
        f"The changes of {30 - whole} zones ({(30 - whole) * 20} to create) do not fit a comment;"
        " `dnsauth plan merge FILE` prints them from the saved plan."
    )
    assert all(f"{n:064}" in shown for n in range(30))


def test_a_zone_too_long_for_a_comment_keeps_no_other_from_being_shown():
    long, short = many(1, 300, 250).zones[0], many(2, 1, 9).zones[1]
    shown = markdown.plan(Plan("", "", (long, short)))
    assert ["#### `example1.com` at `ns1`: 1 to create"] == [
        line for line in shown.splitlines() if line.startswith("####")
    ]
    assert "The changes of 1 zone (300 to create) do not fit a comment" in shown


def test_three_thousand_zones_fit_a_comment_with_as_many_digests_as_there_is_room_for():
    stopped = many(3000, 2, 40, (GUARD,))
    zones = (*many(2900, 2, 40).zones, *stopped.zones[2900:])
    shown = markdown.plan(Plan("", "", zones), [GUARD] * 500)
    rows = [line for line in shown.splitlines() if line.startswith("| `example")]
    assert 50_000 < len(shown) < LIMIT
    assert [f"{n:064}" for n in range(len(rows))] == [row[-67:-3] for row in rows]
    assert 300 < len(rows)
    left = 3000 - len(rows)
    assert (
        f"and {left:,} more zones: {2 * left:,} to create; 100 of them are stopped;"
        " `dnsauth plan merge FILE` prints them from the saved plan.\n"
    ) in shown
    assert (
        "The changes of 3,000 zones (6,000 to create) do not fit a comment;"
        " `dnsauth plan merge FILE` prints them from the saved plan."
    ) in shown
    assert "check: 500 errors" in shown


def test_findings_without_end_leave_room_for_the_plan():
    endless = dataclasses.replace(GUARD, facts={"old": "x " * 40_000, "new": "", "waiver": ""})
    shown = markdown.plan(PLAN, [GUARD, endless, GUARD])
    assert len(shown) < LIMIT
    assert MARKDOWN.rstrip() in shown
    assert "- and 2 more; see the output of `dnsauth check`" in shown


def test_a_bar_in_a_name_makes_no_cell():
    zone = ZonePlan(ZONE, "a|b", "", "c" * 64, (CREATE,))
    assert r"| `example.com` | `a\|b` | 1 to create |" in markdown.plan(Plan("", "", (zone,)))


def _only(after: RRset) -> Plan:
    return Plan("", "", (ZonePlan(ZONE, "ns1", "", "", (Change(None, after),)),))
