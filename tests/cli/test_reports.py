"""Aggregate reports as a person reads them, and as evidence in the lock."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from dnsauth.lock import file as lock_file
from dnsauth.lock.keys import Key, Reported, Seen, State, Word
from dnsauth.lock.model import Lock
from tests.cli.conftest import Directory
from tests.reports.values import MIDNIGHT, NOW, S1, SIGNATURE, a_row, an_xml, gzipped, mailed

CONFIG = """\
version: 1
providers: {store: {class: octodns.provider.yaml.YamlProvider, directory: held, escaped_semicolons: false}}
defaults: {provider: store, ttl: 3600}
key_stores: {keys: {class: file, directory: private}}
signers: {mta: {class: files, directory: signer, hosts: [mx1.example.com]}}
"""
ZONE = """\
version: 1
domains:
  "@":
    senders:
      - own-mta: {service: mta, ip: [192.0.2.10], dkim: {algorithms: [ed25519], every: 90d}}
    dmarc: {policy: none}
"""
LOCK = "zones/example.com.lock.yaml"
KEY = Key(
    *("example.com.", "s1", "own-mta", "ed25519", State.RETIRING),
    *(MIDNIGHT - timedelta(days=99), MIDNIGHT - timedelta(days=9)),
    *("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "keys", "mta"),
    seen=Seen(MIDNIGHT - timedelta(days=99), ("ns1.example.com",), 3600),
    words=(Word("mx1.example.com", MIDNIGHT - timedelta(days=9), signs=False),),
)
NEWER = replace(
    KEY,
    selector="s2",
    state=State.ACTIVE,
    since=MIDNIGHT,
    made=MIDNIGHT,
    record="v=DKIM1; k=ed25519; p=+movzn9768oHpoJKNBAD4GHZQCq7TxcPce/vPSogFm4=",
    words=(Word("mx1.example.com", MIDNIGHT, signs=True),),
)
END = MIDNIGHT + timedelta(seconds=86399)


@pytest.fixture
def keyed(empty: Directory) -> Directory:
    """A zone with a key that retires and one in use."""
    empty.write("dnsauth.yaml", CONFIG)
    empty.write("zones/example.com.yaml", ZONE)
    empty.write(LOCK, lock_file.write(Lock("example.com.", keys=(KEY, NEWER))))
    assert 0 == empty.run("lock", now=now()).code
    return empty


def now() -> str:
    return NOW.isoformat().replace("+00:00", "Z")


def given(directory: Directory, **files: bytes) -> str:
    for name, octets in files.items():
        file = directory.path / "inbox" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(octets)
    return str(directory.path / "inbox")


def evidence(directory: Directory) -> dict[str, Reported | None]:
    lock, problems = lock_file.read(directory.read(LOCK).encode(), LOCK, "example.com.")
    assert () == problems
    return {key.selector: key.reported for key in lock.keys}


ROWS = a_row(count=1200, spf="pass") + a_row(
    "203.0.113.9",
    4,
    dkim="fail",
    signatures=SIGNATURE.format(domain="example.com", selector="s9", result="fail"),
)
TABLE = """\
example.com  2026-11-20 to 2026-11-21
  reports of google.com (2)

  source       messages    SPF   DKIM  DMARC
  192.0.2.10      2,400  2,400  2,400  2,400
  203.0.113.9         8      0      0      0
  all             2,408  2,400  2,400  2,400

  signed by                       first        last  passed  failed
  s1._domainkey.example.com  2026-11-20  2026-11-21   2,400       0
  s9._domainkey.example.com  2026-11-20  2026-11-21       0       8
"""


def test_reports_are_a_table_and_need_no_repository(empty):
    inbox = given(empty, a=an_xml(ROWS), b=mailed(gzipped(an_xml(ROWS, day=1))), c=an_xml(ROWS))
    done = empty.run("reports", inbox, now=now())
    assert (0, TABLE, "") == done


def test_zone_picks_policy_domains(empty):
    inbox = given(empty, a=an_xml(), b=an_xml(domain="mail.example.com"), c=an_xml(domain="example.net"))
    done = empty.run("reports", inbox, "--zone", "example.com", now=now())
    assert ["example.com", "mail.example.com"] == [
        line.split()[0] for line in done.out.splitlines() if line and line[0] != " "
    ]
    assert 1 == empty.run("reports", inbox, "--zone", "a..b", now=now()).code


def test_a_long_table_is_cut_and_verbose_has_all_of_it(empty):
    rows = "".join(a_row(f"192.0.2.{number}", number) for number in range(1, 31))
    selectors = "".join(
        SIGNATURE.format(domain="example.com", selector=f"k{n}", result="pass") for n in range(25)
    )
    inbox = given(empty, a=an_xml(rows + a_row(signatures=selectors)))
    short, long = (empty.run("reports", inbox, *more, now=now()).out for more in ((), ("--verbose",)))
    assert "  10 more" in short
    assert "  and 6 others" in short
    assert 30 == long.count("192.0.2.")
    assert 26 == long.count("_domainkey")


def test_a_bad_file_is_told_and_the_others_are_read(empty):
    inbox = given(empty, a=an_xml(ROWS), b=an_xml(ROWS, day=1), c=b"<feedback>", d=an_xml(day=9))
    done = empty.run("reports", inbox, now=now())
    assert (1, TABLE) == (done.code, done.out)
    assert [
        f"{inbox}/c: error: its XML is broken: no element found: line 1, column 10 [REP001]",
        "  next: leave it out, or ask who sent it; whatever else was named is read",
        f"{inbox}/d: error: its period ends 2026-11-29 23:59Z, which is not yet [REP001]",
        "  next: leave it out, or ask who sent it; whatever else was named is read",
    ] == done.err.splitlines()


def test_an_empty_directory_has_no_report(empty):
    (empty.path / "inbox").mkdir()
    assert (0, "no report\n", "") == empty.run("reports", str(empty.path / "inbox"), now=now())


def test_nothing_at_all_is_wrong_usage(empty):
    assert 2 == empty.run("reports").code


def test_json_has_every_source_and_selector(empty):
    inbox = given(empty, a=an_xml(ROWS), b=b"hello")
    done = empty.run("reports", inbox, "--format", "json", now=now())
    assert (1, "") == (done.code, done.err)
    answer = json.loads(done.out)
    assert {
        "domain": "example.com.",
        "begin": "2026-11-20T00:00:00Z",
        "end": "2026-11-20T23:59:58Z",
        "reporters": [{"org_name": "google.com", "reports": 1}],
        "messages": 1204,
        "spf": 1200,
        "dkim": 1200,
        "dmarc": 1200,
        "sources": [
            {"source": "192.0.2.10", "messages": 1200, "spf": 1200, "dkim": 1200, "dmarc": 1200},
            {"source": "203.0.113.9", "messages": 4, "spf": 0, "dkim": 0, "dmarc": 0},
        ],
        "selectors": [
            {
                "domain": "example.com.",
                "selector": selector,
                "passed": passed,
                "failed": failed,
                "first": "2026-11-20T00:00:00Z",
                "last": "2026-11-20T23:59:58Z",
            }
            for selector, passed, failed in (("s1", 1200, 0), ("s9", 0, 4))
        ],
    } == answer["domains"][0]
    assert [("REP001", f"{inbox}/b")] == [(one["rule"], one["where"]["file"]) for one in answer["findings"]]
    assert [] == answer["recorded"]


def test_what_strangers_write_reaches_no_terminal(empty):
    org = "::error::\u202eevil\u009b2J"
    signature = SIGNATURE.format(domain="example.com", selector="::add-mask::x", result="pass")
    inbox = given(
        empty, a=an_xml(a_row(signatures=S1 + signature), org=org), b=an_xml(domain="\u202ex", day=1)
    )
    for form in ("text", "json"):
        done = empty.run("reports", inbox, "--format", form, now=now())
        assert (done.out + done.err).replace("\n", "").isprintable()
        assert not any(line.lstrip().startswith("::") for line in (done.out + done.err).splitlines())


# Evidence


def test_a_key_that_was_seen_waits_and_shows_it(keyed):
    inbox = given(keyed, a=an_xml(day=3), b=an_xml(day=1))
    before = json.loads(keyed.run("rotate", "status", "--format", "json", now=now()).out)["keys"][0]
    assert (None, "now") == (before["reported"], before["next"]["due"])
    done = keyed.run("reports", inbox, "--record", now=now())
    assert 0 == done.code
    assert done.out.endswith(
        "\ns1._domainkey.example.com  verified until 2026-11-23 23:59Z, says google.com\n"
    )
    assert f"wrote {LOCK}\n" == done.err
    end = MIDNIGHT + timedelta(days=3, seconds=86399)
    assert {"s1": Reported(end, "google.com"), "s2": None} == evidence(keyed)
    status = keyed.run("rotate", "status", now=now())
    assert (
        "until 2026-11-29 00:59Z: reports of google.com saw mail signed with it until 2026-11-23 23:59Z"
        in status.out
    )
    assert "(last seen in reports 2026-11-23)" in status.out
    after = json.loads(keyed.run("rotate", "status", "--format", "json", now=now()).out)["keys"][0]
    assert {"end": "2026-11-23T23:59:59Z", "org_name": "google.com"} == after["reported"]
    assert "2026-11-29T00:59:59Z" == after["next"]["due"]


def test_it_is_recorded_once_and_never_goes_back(keyed):
    inbox = given(keyed, a=an_xml(day=2))
    assert 0 == keyed.run("reports", inbox, "--record", now=now()).code
    text = keyed.read(LOCK)
    again = keyed.run("reports", inbox, "--record", now=now())
    assert (0, "nothing is new: no key of your own was seen later than the locks know\n") == (
        again.code,
        again.err,
    )
    given(keyed, a=an_xml(day=1))
    assert 0 == keyed.run("reports", inbox, "--record", "--quiet", now=now()).code
    assert text == keyed.read(LOCK)


def test_one_line_of_the_lock_changes_and_no_other_file(keyed):
    files = keyed.files()
    inbox = given(keyed, a=an_xml(org=""))
    assert 0 == keyed.run("reports", inbox, now=now()).code
    assert files.items() <= keyed.files().items()
    assert 0 == keyed.run("reports", inbox, "--record", now=now()).code
    old, new = (text.splitlines() for text in (files[LOCK].decode(), keyed.read(LOCK)))
    assert 1 == sum(a != b for a, b in zip(old, new, strict=True))
    assert 'reported: {end: "2026-11-20T23:59:59Z", org_name: ""}' in keyed.read(LOCK)


def test_what_did_not_verify_or_is_of_others_is_no_evidence(keyed):
    failed = SIGNATURE.format(domain="example.com", selector="s1", result="fail")
    other = SIGNATURE.format(domain="example.net", selector="s1", result="pass")
    inbox = given(keyed, a=an_xml(a_row(signatures=failed + other)))
    assert 0 == keyed.run("reports", inbox, "--record", now=now()).code
    assert {"s1": None, "s2": None} == evidence(keyed)


def test_a_report_of_the_future_is_told_and_nothing_is_recorded_of_it(keyed):
    inbox = given(keyed, a=an_xml(day=4), b=an_xml(day=0))
    done = keyed.run("reports", inbox, "--record", now=now())
    assert 4 == done.code
    assert "its period ends 2026-11-24 23:59Z, which is not yet" in done.err
    assert Reported(END, "google.com") == evidence(keyed)["s1"]
    assert 1 == keyed.run("reports", inbox, "--record", now=now()).code


def test_json_says_what_was_recorded(keyed):
    inbox = given(keyed, a=an_xml())
    done = keyed.run("reports", inbox, "--record", "--format", "json", now=now())
    recorded = {
        "domain": "example.com.",
        "selector": "s1",
        "end": "2026-11-20T23:59:59Z",
        "org_name": "google.com",
    }
    assert [recorded] == json.loads(done.out)["recorded"]
