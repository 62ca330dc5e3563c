"""Files and directories: each report once, each reason with its file, and the field's own files."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from dnsauth.findings import Finding
from dnsauth.reports.model import Report
from dnsauth.reports.read import UNREAD, files, read
from tests.reports.values import MIDNIGHT, NOW, an_xml, gzipped, mailed, zipped


@pytest.fixture
def inbox(tmp_path):
    """A directory of reports in every form, of things that are none, and of what is passed by."""
    for name, octets in {
        "a.xml": an_xml(),
        "b/one.gz": gzipped(an_xml(day=1)),
        "b/two.zip": zipped(an_xml(day=2)),
        "c.eml": mailed(gzipped(an_xml(day=3)), b"<html><body/></html>"),
        "d-again.eml": mailed(gzipped(an_xml())),
        "e-broken.xml": b"<feedback>",
        "f-ahead.xml": an_xml(day=4),
        ".hidden/a.xml": an_xml(day=-1),
        ".DS_Store": b"\0",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(octets)
    return tmp_path


def test_a_directory_is_walked_and_each_report_given_once(inbox):
    found = list(read([inbox, inbox / "a.xml"], NOW))
    assert ["0", "3", "1", "2"] == [one.id for one in found if isinstance(one, Report)]
    problems = [one for one in found if isinstance(one, Finding)]
    assert [
        (f"{inbox}/c.eml, part 3", "its XML is 'html', and no feedback (RFC 9990)"),
        (f"{inbox}/e-broken.xml", "its XML is broken: no element found: line 1, column 10"),
        (f"{inbox}/f-ahead.xml", "its period ends 2026-11-24 23:59Z, which is not yet"),
    ] == [(one.where.file, one.message) for one in problems]
    assert {UNREAD} == {one.rule for one in problems}


def test_files_are_in_order_and_no_link_leads_out(inbox):
    (inbox / "up").symlink_to("/")
    (inbox / "g.xml").symlink_to(inbox / "nowhere")
    names = [str(file.relative_to(inbox)) for file in files(inbox)]
    assert [
        "a.xml",
        "c.eml",
        "d-again.eml",
        "e-broken.xml",
        "f-ahead.xml",
        "g.xml",
        "b/one.gz",
        "b/two.zip",
    ] == names


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_one_may_not_read_is_told(tmp_path):
    (tmp_path / "a.xml").write_bytes(an_xml())
    (tmp_path / "a.xml").chmod(0)
    (found,) = read([tmp_path], NOW)
    assert "it cannot be read: Permission denied" == found.message


def test_what_is_not_there_and_what_is_no_file_are_told(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    found = list(read([tmp_path / "none.xml", tmp_path], NOW))
    assert ["it cannot be read: No such file or directory", "it is no file"] == [one.message for one in found]


def test_a_report_that_ends_now_is_heard(tmp_path):
    (tmp_path / "a.xml").write_bytes(an_xml())
    end = MIDNIGHT + timedelta(seconds=86399)
    assert [True, False] == [
        isinstance(one, Report) for now in (end, end - timedelta(seconds=1)) for one in read([tmp_path], now)
    ]


def _row(name: str, expected: str):
    return pytest.param(name, expected, id=name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        _row("!example.com!1538204542!1538463818.xml", "|example.com.|1 row"),
        _row("!large-example.com!1711897200!1711983600.xml", "|example.com.|2286 rows"),
        _row(
            "Report domain- borschow.com Submitter- google.com Report-ID- 949348866075514174.eml",
            "google.com|borschow.com.|1 row",
        ),
        _row("addisonfoods.com!example.com!1536105600!1536191999.xml", "addisonfoods.com|example.com.|1 row"),
        _row("empty_reason.xml", "example.org|example.com.|1 row|example example.com. pass"),
        _row(
            "estadocuenta1.infonacot.gob.mx!example.com!1536853302!1536939702!2940.xml.zip",
            "XYZ Corporation|example.com.|1 row",
        ),
        _row("example.net!example.com!1529366400!1529452799.xml", "example.net|example.com.|1 row"),
        _row(
            "fastmail.com!example.com!1516060800!1516147199!102675056.xml.gz",
            "FastMail Pty Ltd|indemed.com.|1 row",
        ),
        _row("ikea.com!example.de!1538690400!1538776800.xml", "ikea.com|example.de.|1 row| example.de. pass"),
        _row(
            "invalid_utf_8.xml",
            "its XML is broken: not well-formed (invalid token): line 31, column 24",
        ),
        _row(
            "invalid_xml.xml",
            "its XML is broken: not well-formed (invalid token): line 5, column 17",
        ),
        _row("mimecast-weird-gzip.eml", "Mimecast|ab.id.au.|1 row|selector1 ab.id.au. pass"),
        _row("old_draft_from_wiki.xml", "acme.com|example.com.|1 row| example.com. fail"),
        _row(
            "protection.outlook.com!example.com!1711756800!1711843200.xml", "Outlook.com|example.com.|1 row"
        ),
        _row(
            "rfc9990-example.net!example.com!1700000000!1700086399.xml",
            "example.net|example.com.|2 rows|selector1 example.com. pass",
        ),
        _row("rfc9990-sample.xml", "Sample Reporter|example.com.|1 row|abc123 example.com. pass"),
        _row("twilight.eml", "google.com|twlnet.com.|1 row|201810 twlnet.com. pass"),
        _row("usssa.com!example.com!1538784000!1538870399.xml", "usssa.com|example.com.|2 rows"),
        _row("veeam.com!example.com!1530133200!1530219600.xml", "veeam.com|example.com.|1 row"),
    ],
)
def test_what_the_field_sends_is_read_or_refused_with_its_reason(shared, name, expected):
    (found,) = read([shared / "data/reports/aggregate" / name], NOW)
    assert expected == _told(found)


def _told(found: Report | Finding) -> str:
    """Who reports of what, how much, and each signature of the policy's domain."""
    if isinstance(found, Finding):
        return found.message
    rows = f"{len(found.rows)} row" + "s" * (len(found.rows) > 1)
    ours = sorted(
        f"{one.selector} {one.domain} {one.result}"
        for row in found.rows
        for one in row.signatures
        if one.domain == found.domain
    )
    return "|".join((found.org_name, found.domain, rows, *ours))


def test_no_file_of_the_field_is_left_out(shared):
    directory = shared / "data/reports/aggregate"
    (mark,) = [
        mark
        for mark in test_what_the_field_sends_is_read_or_refused_with_its_reason.pytestmark
        if mark.name == "parametrize"
    ]
    assert {file.name for file in files(directory)} == {row.values[0] for row in mark.args[1]}


def test_tls_reports_are_named_as_what_they_are(shared):
    found = list(read([shared / "data/reports/smtp_tls"], NOW))
    assert found
    assert {"it is JSON as TLS reports are (RFC 8460), and no aggregate report"} == {
        one.message for one in found
    }
