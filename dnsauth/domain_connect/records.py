"""Each record of a template as entries of a definition, or as what is left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dnsauth.domain_connect import policy, sending
from dnsauth.domain_connect.model import Entry, Left, described
from dnsauth.domain_connect.names import Outside, alone, host, is_policy, split_selector, target
from dnsauth.domain_connect.template import Record, Template
from dnsauth.domain_connect.variables import Kind, Pieces, Variable, joined, name_kinds, own, pieces

RSA = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyUFxQRPOCECjtXPjzLazxxw4eX6xmDf95zf/YuVSkHBA7z"
    "+fqaf7OeKhbUNOEYrNX+8F0vogbV1u7P6/X8fbLCZcSW6np38ZvLG1CS/FKmmlJE7WhmjNxAPtd9SeQxmXvrP36LHs"
    "hjBqbmIQQeeoA0X6QTIbzI+J7OtxVkktw4Lo7y5cgd2CMNGuvsjnbSIiesKTPTrOQ5lc45o5JvN4zFLSJXaCtqzNMt"
    "bASKAie4aws3Cf5eR2NIgeaPlZYQt1K2LZeJnJn5ZoGiM/ae9V3PVyvv+9evGuaczTATs+/UAEp+aZZtMRg75bhWlw"
    "+Hb6BKGAUN2dFzmOCI+gkXZSbQIDAQAB"
)
"""An example of a key, whose private half nobody has."""
ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="  # RFC 8463 appendix A.2

_EXAMPLES = (
    (re.compile(r"k=ed25519\b.*\bp=\Z", re.IGNORECASE), ED25519),
    (re.compile(r"(?:\A|[;\s])p=\Z", re.IGNORECASE), RSA),
    (re.compile(r"mailto:\Z", re.IGNORECASE), "reports@vendor.example"),
    (re.compile(r"https://\Z", re.IGNORECASE), "vendor.example/logo.svg"),
    (re.compile(r"v=BIMI1.*\b[la]=\Z", re.IGNORECASE), "https://vendor.example/logo.svg"),
    (re.compile(r"v=TLSRPTv1.*\brua=\Z", re.IGNORECASE), "mailto:reports@vendor.example"),
    (re.compile(r"v=STSv1.*\bid=\Z", re.IGNORECASE), "20260101"),
)
"""What fits behind a text, where a plain word would not."""
_WHY_NOT: Mapping[str, str] = {
    "NS": "a delegation is made where the zone is hosted",
    "SRV": "it is no record of email authentication",
    "CAA": "it is no record of email authentication",
    "APEXCNAME": "it is no DNS record: each provider answers it in a way of its own",
    "REDIR301": "it is a redirection of web pages, and no DNS record",
    "REDIR302": "it is a redirection of web pages, and no DNS record",
    "NS1": "the name servers of a zone are set at its registrar",
    "NS2": "the name servers of a zone are set at its registrar",
    "DS": "it is set at the registrar",
}
_UNKNOWN = "a definition holds A, AAAA, CNAME, MX and TXT records"
_NUMBER = re.compile(r"\d{1,5}", re.ASCII)
_KEY_NAME = re.compile(r"dkim|domain_?key", re.IGNORECASE)


def entries(template: Template) -> Iterator[Entry | Left]:
    """What becomes of each record of *template*, in its order; SPF of one name below stands together."""
    at: list[sending.Rule] = []
    below: dict[Pieces, list[Record]] = {}
    for record in template.records:
        what = described(record)
        if record.wrong:
            yield Left("not readable", what, record.wrong)
            continue
        try:
            owner = host(record.host, host_required=template.host_required)
        except Outside as error:
            yield Left("outside the mail domain", what, str(error))
            continue
        if is_policy(owner) or (record.type == "TXT" and record.value.lower().startswith("v=dmarc1")):
            yield policy.left(record, what)
        elif record.type == "SPFM" or (record.type == "TXT" and sending.is_record(record.value)):
            if owner == ("@",):
                terms, left = sending.rules(record, what, host_required=template.host_required)
                yield from left
                at += terms
            else:
                below.setdefault(owner, []).append(record)
        else:
            yield from _entries(record, owner, what, host_required=template.host_required)
    yield from sending.own_terms(at)
    for owner, records in below.items():
        yield from _below(owner, records, host_required=template.host_required)


def _below(owner: Pieces, records: list[Record], *, host_required: bool) -> Iterator[Entry | Left]:
    """One SPF record for a name below: a single whole one as it is, else the terms of all."""
    what = described(records[0])
    groups = {record.group for record in records}
    group = groups.pop() if len(groups) == 1 else ""
    if len(records) == 1 and records[0].type == "TXT":
        value = pieces(records[0].value, host_required=host_required)
        yield _txt(owner, value, what, group)
        return
    terms: list[sending.Rule] = []
    for record in records:
        found, left = sending.rules(record, what, host_required=host_required)
        terms += found
        yield from (one for one in left if one.kind != "SPF ending")
    yield sending.record_below(owner, terms, what, group)


def _entries(record: Record, owner: Pieces, what: str, *, host_required: bool) -> Iterator[Entry | Left]:
    selector = split_selector(owner)
    match record.type:
        case "CNAME" if selector:
            cname = target(record.value, host_required=host_required)
            kinds = _kinds(name_kinds(selector, Kind.SELECTOR), name_kinds(cname))
            yield Entry("dkim", what, {"selector": selector, "cname": cname}, kinds, group=record.group)
        case "CNAME":
            value = target(record.value, host_required=host_required)
            yield from _record(record, owner, value, name_kinds(value), what)
        case "TXT":
            yield from _text(record, owner, selector, what, host_required=host_required)
        case "MX":
            yield from _exchange(record, owner, what, host_required=host_required)
        case "A" | "AAAA":
            value = pieces(record.value, host_required=host_required)
            kind = Kind.TEXT if not alone(value) else Kind.IP4 if record.type == "A" else Kind.IP6
            yield from _record(record, owner, value, dict.fromkeys(own(value), kind), what)
        case _:
            yield Left("record type", what, _WHY_NOT.get(record.type, _UNKNOWN))


def _record(
    record: Record, owner: Pieces, value: Pieces, kinds: Mapping[Variable, Kind], what: str
) -> Iterator[Entry | Left]:
    texts = {"owner": owner, "type": (record.type,), "value": value}
    yield Entry("records", what, texts, _kinds(name_kinds(owner), kinds), group=record.group)
    if record.on_apply:
        yield Left("settings", f"`essential: OnApply` of {what}", _LET_GO)


_LET_GO = "the vendor needs it at the start alone; take its entry away then"
_STAYS = "dnsauth takes away no value that it did not publish"


def _text(
    record: Record, owner: Pieces, selector: Pieces | None, what: str, *, host_required: bool
) -> Iterator[Entry | Left]:
    value = pieces(record.value, host_required=host_required)
    variable = alone(value)
    if not value:
        yield Left("not readable", what, "its data is empty")
    elif variable and selector:
        yield _given(what, () if own(selector) else selector, record.group)
    elif variable and owner == ("@",) and sending.is_called_record(variable):
        yield from sending.own_terms((sending.Rule(value, what, record.group),))
    elif variable and (whole := alone(owner)) and _KEY_NAME.search(whole.name):
        yield _given(what, (), record.group)
    elif variable and "_domainkey." in record.host.lower():
        why = (
            "the record is all one variable; make the name below `_domainkey` a mail domain and list the key"
        )
        yield Left("key below", what, why)
    elif selector:
        found = _txt(owner, value, what, record.group)
        kinds = _kinds(name_kinds(selector, Kind.SELECTOR), {one: found.kinds[one] for one in own(value)})
        texts = {"selector": selector, "key": value}
        yield Entry("dkim", what, texts, kinds, found.examples, record.group)
    else:
        yield _txt(owner, value, what, record.group)
        if record.on_apply:
            yield Left("settings", f"`essential: OnApply` of {what}", _LET_GO)
        if record.conflict in ("All", "Prefix"):
            yield Left("settings", f"`txtConflictMatchingMode: {record.conflict}` of {what}", _STAYS)


def _given(what: str, selector: Pieces, group: str) -> Entry:
    return Entry("dkim", what, {"selector": selector}, group=group, given="key")


def _txt(owner: Pieces, value: Pieces, what: str, group: str) -> Entry:
    examples: dict[Variable, str] = {}
    before = ""
    for piece, after in zip(value, (*value[1:], ""), strict=True):
        if isinstance(piece, str):
            before += piece
            continue
        for pattern, example in _EXAMPLES:
            if pattern.search(before):
                is_local = isinstance(after, str) and after.startswith("@")
                examples.setdefault(piece, example.partition("@")[0] if is_local else example)
        before += "x"
    kinds = _kinds(name_kinds(owner), dict.fromkeys(own(value), Kind.TEXT))
    return Entry("records", what, {"owner": owner, "type": ("TXT",), "value": value}, kinds, examples, group)


def _exchange(record: Record, owner: Pieces, what: str, *, host_required: bool) -> Iterator[Entry | Left]:
    exchange = target(record.value, host_required=host_required)
    priority = pieces(record.priority, host_required=host_required)
    if not _NUMBER.fullmatch(record.priority) and not alone(priority):
        yield Left("not readable", what, "its priority is no number of 16 bits and no variable")
    elif owner == ("@",) and own(priority):
        why = "a preference that varies; list the exchangers under `receives` of the mail domain"
        yield Left("varying preference", what, why)
    elif owner == ("@",):
        texts = {"exchange": exchange}
        yield Entry(
            "mx", what, texts, name_kinds(exchange), group=record.group, preference=str(int(record.priority))
        )
    else:
        kinds = _kinds(name_kinds(exchange), dict.fromkeys(own(priority), Kind.NUMBER))
        yield from _record(record, owner, joined((*priority, " ", *exchange)), kinds, what)


def _kinds(*found: Mapping[Variable, Kind]) -> dict[Variable, Kind]:
    """What each variable must fit, the narrowest of its places."""
    kinds: dict[Variable, Kind] = {}
    for one in found:
        for variable, kind in one.items():
            kinds[variable] = min(kind, kinds.get(variable, kind))
    return kinds
