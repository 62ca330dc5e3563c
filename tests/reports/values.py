"""Reports the tests share, as XML and as they are sent."""

from __future__ import annotations

import gzip
import io
import zipfile
from base64 import encodebytes
from datetime import UTC, datetime, timedelta

from dnsauth.reports.model import Report, Row, Signature

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
NOW = MIDNIGHT + timedelta(days=4)
ROW = (
    "<record><row><source_ip>{source}</source_ip><count>{count}</count><policy_evaluated>"
    "<disposition>none</disposition><dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated></row>"
    "<identifiers><header_from>{author}</header_from></identifiers>"
    "<auth_results>{signatures}<spf><domain>example.com</domain><scope>mfrom</scope><result>{spf}</result></spf>"
    "</auth_results></record>"
)
XML = (
    '<?xml version="1.0"?><feedback{xmlns}><version>1.0</version><report_metadata><org_name>{org}</org_name>'
    "<email>noreply@example.net</email><report_id>{id}</report_id>"
    "<date_range><begin>{begin}</begin><end>{end}</end></date_range></report_metadata>"
    "<policy_published><domain>{domain}</domain><p>none</p></policy_published>{rows}</feedback>"
)
SIGNATURE = "<dkim><domain>{domain}</domain><selector>{selector}</selector><result>{result}</result></dkim>"
S1 = SIGNATURE.format(domain="example.com", selector="s1", result="pass")


def a_row(
    source: str = "192.0.2.10",
    count: object = 3,
    author: str = "example.com",
    signatures: str = S1,
    dkim: str = "pass",
    spf: str = "fail",
) -> str:
    """A record; *signatures* are XML."""
    return ROW.format(source=source, count=count, author=author, signatures=signatures, dkim=dkim, spf=spf)


def an_xml(rows: str | None = None, day: int = 0, **other: object) -> bytes:
    """A report of the day so many after the first, of one row unless others are given."""
    begin = int((MIDNIGHT + timedelta(days=day)).timestamp())
    given = {"xmlns": "", "org": "google.com", "id": f"{day}", "domain": "example.com"}
    given |= {"begin": begin, "end": begin + 86399, **other}
    return XML.format(rows=a_row() if rows is None else rows, **given).encode()


def a_report(*rows: Row, day: int = 0, org_name: str = "google.com", domain: str = "example.com.") -> Report:
    """A report of the day so many after the first."""
    begin = MIDNIGHT + timedelta(days=day)
    return Report(org_name, f"{day}", begin, begin + timedelta(seconds=86399), domain, rows)


def row(
    *signatures: Signature,
    source: str = "192.0.2.10",
    messages: int = 1,
    spf: bool = False,
    dkim: bool = True,
) -> Row:
    """So many messages with *signatures*."""
    return Row(source, messages, "example.com.", "none", spf, dkim, signatures, ())


def signed(selector: str = "s1", result: str = "pass", domain: str = "example.com.") -> Signature:
    """What a verifier says of a signature."""
    return Signature(domain, selector, result)


def zipped(*members: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of *members*."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for number, octets in enumerate(members):
            archive.writestr(f"{number}.xml", octets)
    return file.getvalue()


def mailed(*parts: bytes, type: str = "application/gzip") -> bytes:
    """A mail with *parts* attached behind a note."""
    lines = [
        "From: noreply@example.net",
        'Content-Type: multipart/mixed; boundary="x"',
        "",
        "--x",
        "",
        "hello",
    ]
    for octets in parts:
        lines += ["--x", f"Content-Type: {type}", "Content-Transfer-Encoding: base64", ""]
        lines.append(encodebytes(octets).decode())
    return "\n".join([*lines, "--x--", ""]).encode()


def gzipped(octets: bytes) -> bytes:
    """*octets* as gzip."""
    return gzip.compress(octets)
