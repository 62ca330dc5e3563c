from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from dnsauth.diff.model import Difference, NotAssessed, Seen, ZoneDiff
from dnsauth.live.servers import Server
from dnsauth.live.standing import State
from dnsauth.output import diff as output
from dnsauth.output import json as answers
from dnsauth.output import markdown
from dnsauth.plan import file as plan_file
from dnsauth.plan.meaning import meaning
from dnsauth.plan.model import Change
from dnsauth.rrset import RRset
from tests.plan.values import ZONE, desired, rrset

SPF, OLD_SPF, FOREIGN = "v=spf1 mx -all", "v=spf1 a -all", "someone-else=1"
FIRST, SECOND, THIRD = (Server(f"ns{i}.example.net.", f"192.0.2.{i}") for i in (1, 2, 3))
V6 = Server(FIRST.name, "2001:db8::1")
ASKED = desired("@", "TXT", SPF, sender="mta").values[0].origin
UPDATE = Change(
    rrset("@", "TXT", OLD_SPF, FOREIGN),
    rrset("@", "TXT", SPF, FOREIGN),
    origin=ASKED,
    meaning=meaning(ZONE, "TXT", [OLD_SPF], [SPF], 1),
)
GONE = Change(rrset("em", "CNAME", "u1.example.org."), None)
WHY = "ns3.example.net (192.0.2.3:53) answers without authority: it does not serve this zone"
LAGGING = ZoneDiff(
    ZONE,
    (
        Seen(FIRST, 7, State.DIFFERS),
        Seen(V6, None, State.UNREACHABLE),
        Seen(SECOND, 6, State.DIFFERS),
        Seen(THIRD, None, State.LAME),
    ),
    (Difference(UPDATE, (SECOND,), (FIRST,)), Difference(GONE, (FIRST, SECOND))),
    tuple(NotAssessed(owner, "TXT", WHY) for owner in (ZONE, *(f"s{i}.{ZONE}" for i in range(4)))),
    ("IPv6",),
    ("ns8.example.net.",),
)
TOO_LONG = "Too long for a comment; see the output of `dnsauth diff`."
AGREEING = ZoneDiff("example.org.", (Seen(FIRST, 3, State.AGREES), Seen(SECOND, 3, State.AGREES)))

TEXT = """\
example.com: 1 to update, 1 to delete; its servers disagree; not assessed in full
  ns1.example.net 192.0.2.1:53 differs, serial 7
  ns2.example.net 192.0.2.2:53 differs, serial 6
  ns3.example.net 192.0.2.3:53 is lame
  ns8.example.net: left out, as `live.ignore` says

  ~ @ TXT 3600  zones/example.com.yaml:7 mta (custom)
      SPF gains mx
      SPF loses a
      keeps 1 value of others
      - v=spf1 a -all
      + v=spf1 mx -all
      only at 192.0.2.2:53 (serial 6); as asked at 192.0.2.1:53 (serial 7)

  - em CNAME 3600  nothing asks for it any more
      - u1.example.org.

  not assessed: ns3.example.net (192.0.2.3:53) answers without authority: it does not serve this zone
      @ TXT, s0 TXT, s1 TXT and 2 more

Diff: 1 to update, 1 to delete in 1 zone; 1 zone agrees; 1 zone not assessed in full.
"""
MARKDOWN = """\
### dnsauth diff

Diff: 1 to update, 1 to delete in 1 zone; 1 zone agrees; 1 zone not assessed in full.

#### `example.com`: 1 to update, 1 to delete; its servers disagree; not assessed in full

- ns1.example.net 192.0.2.1:53 differs, serial 7
- ns2.example.net 192.0.2.2:53 differs, serial 6
- ns3.example.net 192.0.2.3:53 is lame
- ns8.example.net: left out, as `live.ignore` says

Update `@` `TXT` · `zones/example.com.yaml:7 mta (custom)`

- SPF gains mx
- SPF loses a
- keeps 1 value of others

```diff
- v=spf1 a -all
+ v=spf1 mx -all
```

only at 192.0.2.2:53 (serial 6); as asked at 192.0.2.1:53 (serial 7)

Delete `em` `CNAME` · nothing asks for it any more

```diff
- u1.example.org.
```

- **not assessed** ns3.example.net (192.0.2.3:53) answers without authority: it does not serve this zone: `@ TXT, s0 TXT, s1 TXT and 2 more`
"""


def test_what_differs_is_told_in_its_own_terms_first_and_the_servers_that_disagree_are_named():
    assert TEXT == output.text([LAGGING, AGREEING])


def test_verbose_leaves_nothing_out():
    shown = output.text([LAGGING, AGREEING], verbose=True)
    assert "      @ TXT, s0 TXT, s1 TXT, s2 TXT, s3 TXT\n" in shown
    assert (
        "\nexample.org: agrees\n  ns1.example.net 192.0.2.1:53, ns2.example.net 192.0.2.2:53 agree, serial 3\n"
        in shown
    )


@pytest.mark.parametrize(
    ("found", "line"),
    [
        ([], "Diff: no zones."),
        ([AGREEING], "Diff: 1 zone agrees."),
        ([AGREEING, AGREEING], "Diff: 2 zones agree."),
        ([replace(LAGGING, differences=())], "Diff: 1 zone not assessed in full."),
    ],
)
def test_one_line_sums_it_up(found, line):
    assert line == output.summary(found)


def test_an_address_without_a_route_is_no_news_and_a_silent_one_is():
    assert not any("2001:db8::1" in line for line in output.servers(LAGGING))
    assert "ns1.example.net [2001:db8::1]:53 is unreachable" in output.servers(replace(LAGGING, unrouted=()))


def test_servers_that_are_wrong_in_their_own_ways_are_named_with_each_answer():
    other = Change(None, rrset("@", "TXT", SPF), origin=ASKED)
    zone = replace(LAGGING, differences=(Difference(UPDATE, (SECOND,)), Difference(other, (FIRST,))))
    assert ["only at 192.0.2.2:53 (serial 6)", "only at 192.0.2.1:53 (serial 7)"] == [
        output.holders(one, zone) for one in zone.differences
    ]


def test_markdown_says_the_same():
    assert MARKDOWN == markdown.diff([LAGGING, AGREEING])


def test_a_zone_too_long_for_a_comment_is_named():
    many = replace(LAGGING, differences=LAGGING.differences * 1000)
    shown = markdown.diff([many, LAGGING])
    assert len(shown) < 65_536
    assert "Too long for a comment; see the output of `dnsauth diff`." in shown
    assert MARKDOWN.partition("#### ")[2] in shown


def test_zones_that_no_comment_has_room_for_are_counted():
    many = [replace(LAGGING, zone=f"d{number}.example.", not_assessed=()) for number in range(2_000)]
    shown = markdown.diff(many)
    assert len(shown) < 65_536
    assert shown.endswith(" more zones. Too long for a comment; see the output of `dnsauth diff`.\n")


def test_a_silent_server_of_many_zones_is_told_once():
    silent = "192.0.2.9:53 cannot be asked: no answer"
    many = [
        ZoneDiff(zone, (Seen(FIRST, 1, State.AGREES),), not_assessed=(NotAssessed(zone, "TXT", silent),))
        for zone in (f"d{number}.example." for number in range(1_000))
    ]
    gathered = """\
1,000 zones: not assessed in full
  d0.example, d1.example, d2.example and 997 more
  not assessed: 192.0.2.9:53 cannot be asked: no answer

Diff: 1,000 zones not assessed in full.
"""
    assert gathered == output.text(many)
    assert 1_000 == output.text(many, verbose=True).count(f"not assessed: {silent}\n      @ TXT\n")
    assert 3 == output.text(many[:3]).count(f"not assessed: {silent}")
    assert markdown.diff([LAGGING, *many]).endswith(
        "#### 1,000 zones: not assessed in full\n\nd0.example, d1.example, d2.example and 997 more\n\n"
        "- **not assessed** 192.0.2.9:53 cannot be asked: no answer\n"
    )


def test_reasons_without_end_leave_room_for_what_differs():
    many = [
        ZoneDiff(
            zone, (), not_assessed=(NotAssessed(zone, "TXT", f"192.0.2.{host}:53 says {'x' * 40} {host}"),)
        )
        for host in range(2_000)
        for zone in (f"d{number}.h{host}.example." for number in range(4))
    ]
    shown = markdown.diff([LAGGING, *many])
    assert len(shown) < 65_536
    assert MARKDOWN.partition("#### ")[2] in shown
    told = shown.count("#### 4 zones: not assessed in full")
    assert 50 < told
    assert shown.endswith(f"\n\n{8_000 - 4 * told:,} more zones: not assessed in full. {TOO_LONG}\n")


def test_what_dns_says_reaches_no_terminal_and_no_comment_as_it_is():
    evil = "\x1b[2J##[error]::error:: ![x](http://example.net/) @everyone"
    change = Change(RRset(ZONE, "MX", 60, (evil,)), None, meaning=(evil,))
    zone = ZoneDiff(
        ZONE,
        (Seen(FIRST, 1, State.DIFFERS),),
        (Difference(change, (FIRST,)),),
        (NotAssessed(ZONE, "MX", evil),),
        ignored=(evil,),
    )
    shown = (output.text([zone]), markdown.diff([zone]), answers.text(answers.diff([zone])))
    assert not any("\x1b" in one for one in shown)
    assert "##[" not in shown[0]
    outside = shown[1].split("```diff")[0].split("`")[::2]
    assert not any("@everyone" in piece or "](http" in piece for piece in outside)


def test_a_server_whose_name_is_a_command_of_a_log_is_no_command():
    server = Server("::error::x.example.net.", "192.0.2.1")
    zone = ZoneDiff(ZONE, (Seen(server, 1, State.AGREES),))
    assert "  \\x3a:error::x.example.net 192.0.2.1:53 agrees" in output.text([zone], verbose=True)


def test_json_is_of_the_form_programs_read():
    change = plan_file.json_schema()["properties"]["zones"]["items"]["properties"]["changes"]["items"]
    texts = {"type": "array", "items": {"type": "string"}}
    schema = form(
        format={"const": "dnsauth-diff/1"},
        zones=each(
            zone={"type": "string"},
            servers=each(
                address={"type": "string"},
                serial={"type": ["integer", "null"]},
                state={"enum": ["agrees", "differs", "unreachable", "refused", "lame"]},
            ),
            changes=each(**change["properties"], servers=texts),
            not_assessed=each(owner={"type": "string"}, type={"type": "string"}, why={"type": "string"}),
        ),
    )
    document = json.loads(answers.text(answers.diff([LAGGING, AGREEING])))
    jsonschema.validate(document, schema)
    zone = document["zones"][0]
    assert [("update", ["192.0.2.2:53"]), ("delete", ["192.0.2.1:53", "192.0.2.2:53"])] == [
        (one["action"], one["servers"]) for one in zone["changes"]
    ]
    assert {"address": "[2001:db8::1]:53", "serial": None, "state": "unreachable"} == zone["servers"][1]


def form(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def each(**properties: object) -> dict[str, object]:
    return {"type": "array", "items": form(**properties)}
