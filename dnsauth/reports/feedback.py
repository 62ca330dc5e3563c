"""The ``feedback`` element of an aggregate report, read as it comes in.

It is the same in RFC 9990 and in RFC 7489 Appendix C but for its namespace, and most reporters use none.
Elements of other namespaces are extensions, and nothing to us. A document type has no place in a report:
one that declares it is refused at the declaration, before any entity could be defined or fetched. That is
all that wrappers of expat would add; how much it may read, and how deep, nobody but us can say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address
from xml.parsers import expat

from dnsauth import names
from dnsauth.reports.model import BadReport, Report, Row, Signature, SpfResult
from dnsauth.reports.unpack import JSON

MAX_VALUES = 300_000  # rows, and results of SPF and DKIM in them
MAX_DEPTH = 20
MAX_TEXT = 1000  # characters of one element we want
MAX_TOKEN = 2**20  # octets of a tag, comment or instruction; expat begins it anew with each piece

_OURS = re.compile(r"(?:urn:ietf:params:xml:ns:dmarc-2\.0|http://dmarc\.org/dmarc-xml/[\d.]*) ")
_RECORD = "feedback/record"
_AUTH = f"{_RECORD}/auth_results"
_POLICY = f"{_RECORD}/row/policy_evaluated"
_WANTED = frozenset(
    {
        *(f"feedback/report_metadata/{name}" for name in ("org_name", "report_id")),
        *(f"feedback/report_metadata/date_range/{name}" for name in ("begin", "end")),
        "feedback/policy_published/domain",
        *(f"{_RECORD}/row/{name}" for name in ("source_ip", "count")),
        *(f"{_POLICY}/{name}" for name in ("disposition", "dkim", "spf")),
        f"{_RECORD}/identifiers/header_from",
        f"{_RECORD}/identities/header_from",  # of the drafts before RFC 7489
        *(f"{_AUTH}/dkim/{name}" for name in ("domain", "selector", "result")),
        *(f"{_AUTH}/spf/{name}" for name in ("domain", "scope", "result")),
    }
)
_NUMBER = re.compile(r"[0-9]{1,12}\Z")


def read(xml: Iterable[bytes]) -> Report:
    """The report in the pieces of *xml*; raises `BadReport`.

    What follows the end of the element is left: some reporters wrap it in a schema they never close.
    """
    reader = _Reader()
    for number, piece in enumerate(xml):
        if not number and piece.lstrip().startswith(b"{"):
            raise BadReport(JSON)
        reader.feed(piece)
    return reader.report()


class _Reader:
    """What was read so far: the open elements as paths, and the texts in them that are wanted."""

    def __init__(self) -> None:
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        self._fed = 0
        self._open: list[str] = []
        self._done = False
        self._text: list[str] | None = None
        self._length = 0
        self._texts: dict[str, str] = {}
        self._values = 0
        self._signatures: list[Signature] = []
        self._envelopes: list[SpfResult] = []
        self._rows: list[Row] = []

    def feed(self, piece: bytes) -> None:
        if self._done:
            return
        self._parse(piece, final=False)
        self._fed += len(piece)
        if self._fed - self._parser.CurrentByteIndex > MAX_TOKEN:
            raise BadReport("its XML has a tag or a comment that does not end")

    def report(self) -> Report:
        if not self._done:
            self._parse(b"", final=True)
        begin, end = (self._time(name) for name in ("begin", "end"))
        if end < begin:
            raise BadReport("its period ends before it begins")
        domain = self._texts.get("feedback/policy_published/domain", "")
        if not name(domain):
            raise BadReport(f"it has no policy_published/domain: {_cut(domain)} is no name")
        org_name, id = (
            self._texts.get(f"feedback/report_metadata/{each}", "") for each in ("org_name", "report_id")
        )
        return Report(org_name, id, begin, end, name(domain), tuple(self._rows))

    def _parse(self, piece: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(piece, final)
        except BadReport:
            raise
        except expat.ExpatError as error:
            if not self._done:
                raise BadReport(f"its XML is broken: {error}") from None
        except (LookupError, ValueError) as error:  # an encoding that Python does not know, or not as one
            raise BadReport(f"its XML is in an encoding that is not read: {error}") from None

    def _doctype(self, *_: object) -> None:
        raise BadReport("its XML declares a document type, which no report has")

    def _start(self, tag: str, _: object) -> None:
        if self._done:
            return
        element = _local(tag)
        if not self._open and element == "schema":
            return
        if not self._open and element != "feedback":
            raise BadReport(f"its XML is {_cut(tag.rpartition(' ')[2])}, and no feedback (RFC 9990)")
        path = f"{self._open[-1]}/{element}" if self._open else element
        self._open.append(path)
        if len(self._open) > MAX_DEPTH:
            raise BadReport("its XML is nested too deeply")
        self._text, self._length = ([], 0) if path in _WANTED else (None, 0)

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)
            self._length += len(text)
            if self._length > MAX_TEXT:
                raise BadReport(f"{self._open[-1]} has more than {MAX_TEXT} characters")

    def _end(self, _: str) -> None:
        if self._done or not self._open:
            return
        path = self._open.pop()
        if self._text is not None:
            self._texts[path] = " ".join("".join(self._text).split())
            self._text = None
        match path:
            case "feedback":
                self._done = True
            case "feedback/record":
                self._counted()
                self._rows.append(self._row())
            case "feedback/record/auth_results/dkim":
                self._counted()
                domain, selector = name(self._taken(f"{path}/domain")), self._taken(f"{path}/selector")
                self._signatures.append(
                    Signature(domain, _selector(selector, domain), self._word(f"{path}/result"))
                )
            case "feedback/record/auth_results/spf":
                self._counted()
                domain = name(self._taken(f"{path}/domain"))
                self._envelopes.append(
                    SpfResult(domain, self._word(f"{path}/scope"), self._word(f"{path}/result"))
                )

    def _counted(self) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            raise BadReport(f"it has more than {MAX_VALUES:,} rows and results")

    def _row(self) -> Row:
        source, count = (self._taken(f"{_RECORD}/row/{each}") for each in ("source_ip", "count"))
        if not _NUMBER.match(count):
            raise BadReport(f"record {len(self._rows) + 1}: the count {_cut(count)} is no number")
        try:
            source = str(ip_address(source))
        except ValueError:
            raise BadReport(
                f"record {len(self._rows) + 1}: the source_ip {_cut(source)} is no address"
            ) from None
        author = [self._taken(f"{_RECORD}/{each}/header_from") for each in ("identifiers", "identities")]
        row = Row(
            source,
            int(count),
            name(max(author)),
            self._word(f"{_POLICY}/disposition"),
            self._word(f"{_POLICY}/spf") == "pass",
            self._word(f"{_POLICY}/dkim") == "pass",
            tuple(self._signatures),
            tuple(self._envelopes),
        )
        self._signatures, self._envelopes = [], []
        return row

    def _taken(self, path: str) -> str:
        return self._texts.pop(path, "")

    def _word(self, path: str) -> str:
        return _lower(self._taken(path))

    def _time(self, which: str) -> datetime:
        text = self._texts.get(f"feedback/report_metadata/date_range/{which}", "")
        try:
            if _NUMBER.match(text):
                return datetime.fromtimestamp(int(text), UTC)
        except (OverflowError, ValueError, OSError):
            pass
        raise BadReport(f"the {which} of its date_range {_cut(text)} is no time in seconds since 1970")


def _cut(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


@lru_cache(512)
def _local(tag: str) -> str:
    """The name of an element without its namespace; empty for an extension, which is none of ours."""
    found = _OURS.match(tag)
    if " " not in tag:
        return tag
    if found:
        return tag[found.end() :]
    return "schema" if tag.endswith(" schema") else ""


@lru_cache(4096)
def name(text: str) -> str:
    """*text* as an absolute owner name, or an empty text where it is none."""
    try:
        return names.absolute(text)
    except names.BadName:
        return ""


@lru_cache(4096)
def _selector(text: str, domain: str) -> str:
    """*text* as a selector below *domain*; wider than RFC 6376 section 3.1, as signers are."""
    try:
        names.absolute(f"{text}._domainkey.{domain or 'invalid.'}")
    except names.BadName:
        return ""
    return text.lower()


@lru_cache(4096)
def _lower(text: str) -> str:
    return text.lower()
