from __future__ import annotations

import json as stdlib_json
from pathlib import PurePosixPath

import pytest

from dnsauth.findings import Finding, Outcome, Rule, Severity, Where
from dnsauth.output import github, json, markdown, sarif, text

ERROR = Finding(
    Rule("INV001", Severity.ERROR, "unknown key {key!r}", "did you mean {near!r}?"),
    Where("zones/example.com.yaml", 4, 7),
    "example.com.",
    {"key": "sendrs", "near": "senders"},
)
WARNING = Finding(Rule("SPF014", Severity.WARNING, "9 lookups of at most 10"), owner="example.com.")
NOTE = Finding(Rule("PLN010", Severity.INFO, "it stays"), Where("dnsauth.yaml"))
UNKNOWN = Finding(Rule("TLS001", Severity.WARNING, "no server answered"), outcome=Outcome.NOT_ASSESSED)
ALL = (ERROR, WARNING, NOTE, UNKNOWN)

TEXT = """\
zones/example.com.yaml:4:7: error: unknown key 'sendrs' [INV001]
  next: did you mean 'senders'?
example.com: warning: 9 lookups of at most 10 [SPF014]
dnsauth.yaml: info: it stays [PLN010]
not assessed: no server answered [TLS001]
1 error, 1 warning, 1 note, 1 not assessed
"""

MARKDOWN = """\
### dnsauth check

1 error, 1 warning, 1 note, 1 not assessed

- **error** INV001 at `zones/example.com.yaml:4:7`: unknown key 'sendrs'
  Next: did you mean 'senders'?
- **warning** SPF014 at `example.com`: 9 lookups of at most 10
- **info** PLN010 at `dnsauth.yaml`: it stays
- **not assessed** TLS001: no server answered
"""

GITHUB = """\
::error file=dns/zones/example.com.yaml,title=INV001 example.com.,line=4,col=7::unknown key 'sendrs'%0ANext: did you mean 'senders'?
::warning title=SPF014 example.com.::9 lookups of at most 10
::notice file=dns/dnsauth.yaml,title=PLN010::it stays
::error title=TLS001::no server answered
"""

HERE = PurePosixPath("dns")


def test_text():
    assert TEXT == text.findings(ALL)
    assert text.findings(()) == "no findings\n"


def test_markdown():
    assert MARKDOWN == markdown.findings(ALL)


def test_findings_without_end_fit_a_comment_and_are_counted():
    shown = markdown.findings([ERROR] * 2_000)
    lines = shown.splitlines()
    assert len(shown) < 65_536
    assert "2,000 errors" == lines[2]
    told = shown.count("**error**")
    assert 400 < told
    assert f"- and {2_000 - told:,} more; see the output of `dnsauth check`" == lines[-1]


def test_a_line_to_paste_stays_one():
    line = '- {rule: PLN021, where: "example.com", why: "say `why`"}'
    found = Finding(
        Rule("PLN021", Severity.ERROR, "m", "keep it; or add under `waivers:` in dnsauth.yaml:  {line}"),
        facts={"line": line},
    )
    assert f"\n  Next: keep it; or add under `waivers:` in dnsauth.yaml: ``{line}``\n" in markdown.findings(
        [found]
    )


def test_text_is_no_command_of_a_ci_runner():
    hostile = "##[add-mask]x"
    found = Finding(Rule("X1", Severity.ERROR, "{m}", "{m}"), Where(hostile), facts={"m": hostile})
    assert "##[" not in text.findings((found,))


def test_no_text_is_a_link_in_sarif():
    hostile = "[click](https://example.net) [x](1)"
    found = Finding(Rule("X1", Severity.ERROR, "{m}", "{m}"), facts={"m": hostile})
    ((result,),) = (run["results"] for run in sarif.findings((found,), HERE)["runs"])
    shown = "[click\\x5d(https://example.net) [x\\x5d(1)"
    assert f"{shown} Next: {shown}" == result["message"]["text"]


def test_annotations_stand_on_the_lines_of_the_checkout():
    assert GITHUB == github.findings(ALL, HERE)


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        pytest.param("100%25", "100%", id="percent"),
        pytest.param("a%0A::error::b", "a\n::error::b", id="a line end cannot start another command"),
        pytest.param("a\\x0db", "a\rb", id="carriage return"),
        pytest.param("\\x1b[31m", "\x1b[31m", id="escape sequence"),
    ],
)
def test_an_annotation_is_one_command(expected, message):
    found = Finding(Rule("X1", Severity.ERROR, "{m}"), facts={"m": message})
    assert f"::error title=X1::{expected}\n" == github.findings((found,), HERE)


def test_a_property_ends_where_it_should():
    found = Finding(Rule("X1", Severity.ERROR, "m"), Where("a,b:c%d", 1, 1), "x::y,z=1")
    assert "::error file=dns/a%2Cb%3Ac%25d,title=X1 x%3A%3Ay%2Cz=1,line=1,col=1::m\n" == github.findings(
        (found,), HERE
    )


def test_json_keeps_every_field():
    assert {
        "format": "dnsauth-findings/1",
        "findings": [
            {
                "rule": "INV001",
                "severity": "error",
                "message": "unknown key 'sendrs'",
                "where": {"file": "zones/example.com.yaml", "line": 4, "column": 7},
                "owner": "example.com.",
                "facts": {"key": "sendrs", "near": "senders"},
                "next": "did you mean 'senders'?",
                "outcome": "fail",
            }
        ],
    } == json.findings((ERROR,))


def test_json_text_is_ascii_so_that_no_terminal_obeys_it():
    shown = json.text({"value": "\x1b\u202e\x9b\x7f"})
    assert shown.isascii()
    assert {"value": "\x1b\u202e\x9b\x7f"} == stdlib_json.loads(shown)
    assert not any((ord(c) < 0x20 and c != "\n") or ord(c) == 0x7F for c in shown)


def test_sarif_says_where_and_how_bad():
    log = sarif.findings(ALL, HERE)
    (run,) = log["runs"]
    assert ["INV001", "PLN010", "SPF014", "TLS001"] == [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ["error", "warning", "note", "error"] == [result["level"] for result in run["results"]]
    assert [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "dns/zones/example.com.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 4, "startColumn": 7},
            }
        }
    ] == run["results"][0]["locations"]
    assert "locations" not in run["results"][1]


SARIF = {
    # The parts of the SARIF 2.1.0 schema that the log uses, each closed, so that a stray field fails.
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"enum": ["2.1.0"]},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "additionalProperties": False,
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string"},
                                    "semanticVersion": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "additionalProperties": False,
                                            "properties": {
                                                "id": {"type": "string"},
                                                "shortDescription": {"type": "object", "required": ["text"]},
                                                "help": {"type": "object", "required": ["text"]},
                                                "defaultConfiguration": {
                                                    "type": "object",
                                                    "properties": {
                                                        "level": {
                                                            "enum": ["none", "note", "warning", "error"]
                                                        }
                                                    },
                                                },
                                            },
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"type": "object", "required": ["text"]},
                                "properties": {"type": "object"},
                                "locations": {
                                    "type": "array",
                                    "items": {"type": "object", "required": ["physicalLocation"]},
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


@pytest.mark.parametrize("found", [(), ALL], ids=["none", "some"])
def test_sarif_is_valid(found):
    import jsonschema

    jsonschema.validate(sarif.findings(found, HERE), SARIF)


@pytest.mark.parametrize("found", [(), ALL], ids=["none", "some"])
def test_sarif_is_what_another_model_of_the_standard_reads(found):
    from sarif_pydantic import Sarif

    log = sarif.findings(found, HERE)
    read = Sarif.model_validate(log).model_dump(by_alias=True, exclude_none=True, mode="json")
    assert [] == list(lost(log, read))


def lost(log, read, path=""):
    """The places of *log* that *read* has not, or not so."""
    if isinstance(log, dict):
        for key, value in log.items():
            yield from lost(value, read.get(key), f"{path}/{key}")
    elif isinstance(log, list):
        for index, value in enumerate(log):
            yield from lost(value, read[index], f"{path}/{index}")
    elif log != read:
        yield path


def test_what_fires_often_is_told_three_times_and_notes_are_counted():
    often = [Finding(Rule("SPF014", Severity.WARNING, "w{n}"), facts={"n": n}) for n in range(9)]
    told = text.calm([*often, NOTE, ERROR])
    assert told.splitlines() == [
        "warning: w0 [SPF014]",
        "warning: w1 [SPF014]",
        "warning: w2 [SPF014]",
        "… and 6 more of SPF014",
        *TEXT.splitlines()[:2],
        "1 error, 9 warnings, 1 note; --verbose shows everything",
    ]
    assert text.calm([ERROR, UNKNOWN]) == text.findings([ERROR, UNKNOWN])
