"""What a mail domain's own records say of policy, in the words of a zone file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from dnsauth.adopt.evidence import Recogniser
from dnsauth.catalogue.asks import asks
from dnsauth.lock.claims import equal
from dnsauth.lock.model import Grammar
from dnsauth.records import BadRecord, bimi, dkim, dmarc, mx, spf, tlsrpt
from dnsauth.rrset import RRset, RRsetId

Records = set[tuple[str, str, str]]  # owner, type, value
_ORDER = ("parked", "sends", "receives", "spf", "dmarc", "tls_rpt", "bimi")
_ALL = {spf.Qualifier.FAIL: "fail", spf.Qualifier.SOFTFAIL: "", spf.Qualifier.NEUTRAL: "neutral"}
_T = TypeVar("_T")
_WORDS = {dmarc.Alignment.STRICT: "strict"}


class Silence(NamedTuple):
    """A name that is seen not to send: how its file says so, and the records that follow."""

    settings: Mapping[str, object]
    records: Records


def ordered(settings: Mapping[str, object]) -> Mapping[str, object]:
    """*settings* in the order of writing."""
    return {key: settings[key] for key in _ORDER if key in settings}


def sends(term: spf.Term) -> bool:
    """True for a term that lets somebody send: no modifier, and not ``all``."""
    return isinstance(term, spf.Directive) and not isinstance(term.mechanism, spf.All)


def closing(record: spf.Record) -> str | None:
    """How *record* ends, as ``spf.all`` has it, empty for the default; None where that cannot be said."""
    last = record.terms[-1] if record.terms else None
    if not isinstance(last, spf.Directive) or not isinstance(last.mechanism, spf.All):
        return None
    if any(not sends(term) for term in record.terms[:-1]):
        return None
    return _ALL.get(last.qualifier)


def unusual(texts: list[str], record: spf.Record | None, recognised: bool) -> str:
    """Why an SPF record is kept as it stands."""
    if len(texts) > 1:
        return "two SPF records: receivers take neither (RFC 7208 section 4.5)"
    if record is None:
        return "an SPF record with an error: receivers answer permerror (RFC 7208 section 4.6)"
    if closing(record) is None:
        return "SPF that ends in another way than senders would write"
    return "SPF in another order than its senders would write" if recognised else "SPF that names no sender"


def silent(name: str, rrsets: Mapping[RRsetId, RRset]) -> Silence | None:
    """How *name* says that it does not send, where it says so in every record dnsauth would write."""

    def held(owner: str, type: str) -> tuple[str, ...]:
        rrset = rrsets.get(RRsetId(owner, type))
        return rrset.values if rrset else ()

    spoken = [value for value in held(name, "TXT") if spf.selects(value)]
    key = held(f"*._domainkey.{name}", "TXT")
    policies = [value for value in held(f"_dmarc.{name}", "TXT") if dmarc.selects(value)]
    none = "v=spf1 -all"
    if len(spoken) != 1 or not equal(Grammar.SPF, "TXT", spoken[0], none) or len(key) != 1:
        return None
    if not equal(Grammar.RRSET, "TXT", key[0], str(dkim.REVOKED)) or len(policies) != 1:
        return None
    records = {(name, "TXT", spoken[0]), (f"*._domainkey.{name}", "TXT", key[0])}
    reject = equal(Grammar.DMARC, "TXT", policies[0], "v=DMARC1; p=reject")
    if reject:
        records.add((f"_dmarc.{name}", "TXT", policies[0]))
    if held(name, "MX") == (str(mx.NULL),):
        return Silence({"parked": "true"}, {*records, (name, "MX", str(mx.NULL))})
    return Silence({"sends": "false"}, records)


def settings(
    name: str, rrsets: Mapping[RRsetId, RRset], known: Recogniser
) -> Iterator[tuple[str, object, Records]]:
    """(key, value, records) of what *name* says by itself, where its zone file can say the same."""
    for key, owner, type, read in (
        ("dmarc", f"_dmarc.{name}", "CNAME", _target),
        ("dmarc", f"_dmarc.{name}", "TXT", _dmarc),
        ("tls_rpt", f"_smtp._tls.{name}", "TXT", _tls_rpt),
        ("bimi", f"default._bimi.{name}", "TXT", _bimi),
    ):
        rrset = rrsets.get(RRsetId(owner, type))
        for values in [rrset.values] if rrset else []:
            said, text = read(values)
            if said is not None:
                yield key, said, {(owner, type, text)}
    exchangers = rrsets.get(RRsetId(name, "MX"))
    if exchangers:
        records = {(name, "MX", value) for value in exchangers.values}
        if exchangers.values == (str(mx.NULL),):
            yield "receives", "false", records
        elif str(mx.NULL) not in exchangers.values:
            yield "receives", _receives(exchangers.values, name, known), records


def _receives(values: tuple[str, ...], name: str, known: Recogniser) -> object:
    told = [one for value in values for one in known.exchanger(value, name.removesuffix("."))]
    for service in sorted({one.service for one in told}):
        given = {p.name: text for one in told if one.service == service for p, text in one.parameters.items()}
        asked, problems = asks(known.catalogue[service], given, name, receives=True)
        if not problems and sorted(f"{p} {x}" for p, x in asked.mx) == sorted(values):
            return {service: given} if given else service
    return tuple(sorted(values, key=lambda value: (int(value.split()[0]), value)))


def _only(
    values: tuple[str, ...], selects: Callable[[str], bool], parse: Callable[[str], _T]
) -> tuple[str, _T | None]:
    """The one text of *values* that receivers would select, and its record; no record where it is not one."""
    texts = [value for value in values if selects(value)]
    try:
        return (texts[0], parse(texts[0])) if len(texts) == 1 else ("", None)
    except BadRecord:
        return "", None


def _target(values: tuple[str, ...]) -> tuple[object, str]:
    return ({"cname": values[0]}, values[0]) if len(values) == 1 else (None, "")


def _dmarc(values: tuple[str, ...]) -> tuple[object, str]:
    text, record = _only(values, dmarc.selects, dmarc.Record.parse)
    if (
        record is None
        or record.faults
        or record.legacy
        or record.p is None
        or dmarc.Record.parse(str(record)) != record
    ):
        return None, ""
    said: dict[str, object] = {"policy": record.p.value}
    if record.sp:
        said["subdomains"] = record.sp.value
    if record.np:
        said["nonexistent"] = record.np.value
    if record.t:
        said["testing"] = "true"
    for key, uris in (("rua", record.rua), ("ruf", record.ruf)):
        if uris:
            said[key] = tuple(map(str, uris))
    if record.fo:
        said["fo"] = record.fo
    for key, alignment in (("adkim", record.adkim), ("aspf", record.aspf)):
        if alignment in _WORDS:
            said[key] = _WORDS[alignment]
    return said, text


def _tls_rpt(values: tuple[str, ...]) -> tuple[object, str]:
    text, record = _only(values, tlsrpt.selects, tlsrpt.Record.parse)
    return (None, "") if record is None else (record.rua, text)


def _bimi(values: tuple[str, ...]) -> tuple[object, str]:
    text, record = _only(values, bimi.selects, bimi.Record.parse)
    if record is None or not record.location or record != bimi.Record(record.location, record.authority):
        return None, ""
    said = {"logo": record.location}
    return ({**said, "certificate": record.authority} if record.authority else said), text
