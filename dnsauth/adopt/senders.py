"""The senders a mail domain's records speak of: services with their parameters, and what is left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import NamedTuple

from dnsauth.adopt.evidence import Evidence, Found, Recogniser
from dnsauth.catalogue.asks import asks
from dnsauth.catalogue.model import Service
from dnsauth.names import relative
from dnsauth.records import BadRecord, dkim


class Entry(NamedTuple):
    """An item for ``senders:``; *why* says by what it was recognised, or what is doubtful.

    *records* are those it asks for, and *terms* those of SPF, as they stand.
    """

    name: str
    service: str
    parameters: Mapping[str, object]
    why: str
    records: tuple[Found, ...] = ()
    terms: tuple[str, ...] = ()


class Already(NamedTuple):
    """The names and the SPF terms of senders that a mail domain has."""

    names: Collection[str] = ()
    terms: Collection[str] = ()


@dataclass
class _Work:
    """What of a mail domain nobody has explained yet."""

    domain: str
    terms: list[str]
    records: dict[Found, None]
    taken: set[str]

    def name(self, service: str) -> str:
        """A sender's name no other has."""
        numbered = (f"{service}-{number}" for number in count(2))
        name = next(name for name in chain((service,), numbered) if name not in self.taken)
        self.taken.add(name)
        return name


class _Fit(NamedTuple):
    """A service with parameters, and everything it then explains."""

    service: Service
    parameters: Mapping[str, object]
    terms: tuple[str, ...]
    records: tuple[Found, ...]

    @property
    def weight(self) -> tuple[int, int, int]:
        """What it explains, and how little of that it had to be told."""
        return len(self.records) + len(self.terms), len(self.records), -len(self.parameters)


def senders(
    known: Recogniser,
    domain: str,
    terms: Sequence[str],
    records: Iterable[Found],
    there: Already = Already(),  # noqa: B008  it is frozen
) -> tuple[Entry, ...]:
    """Who sends for *domain* (absolute), in the order of its SPF *terms*, canonical and without ``all``.

    *records* are those at and below *domain* that may be a sender's. What no service explains is left, but
    for terms: each is somebody's, at worst one ``custom`` sender's. *there* is whoever sends already.
    """
    new = [term for term in terms if term not in there.terms]
    work = _Work(domain, new, dict.fromkeys(records), set(there.names))
    placed: list[tuple[int, Entry]] = []
    while (fit := _best(known, work)) is not None:
        at = min((terms.index(term) for term in fit.terms), default=len(terms))
        placed.append((at, _entry(work.name(fit.service.name), fit)))
        work.terms = [term for term in work.terms if term not in fit.terms]
        for record in fit.records:
            work.records.pop(record, None)
    placed += _rest(known, work, terms, _parts(known, work))
    placed.sort(key=lambda one: one[0])
    return tuple(entry for _, entry in placed)


def _best(known: Recogniser, work: _Work) -> _Fit | None:
    """The service that explains the most, among those that would ask for nothing which is not there."""
    evidence: dict[str, list[Evidence]] = {}
    domain = work.domain.removesuffix(".")
    for one in (
        *(each for term in work.terms for each in known.term(term, domain)),
        *(each for record in work.records for each in known.record(record, domain)),
    ):
        evidence.setdefault(one.service, []).append(one)
    fits = [
        fit
        for name, told in sorted(evidence.items())
        for fit in [_fit(known.catalogue[name], told, work)]
        if fit
    ]
    return max(fits, key=lambda fit: fit.weight, default=None)


def _fit(service: Service, told: Iterable[Evidence], work: _Work) -> _Fit | None:
    parameters = _merged(service, told)
    given = _given(service, work)
    asked, problems = asks(service, parameters, work.domain)
    if problems:
        return None
    wanted = {Found(relative(r.owner, work.domain), r.type, r.value) for r in asked.records}
    if not set(asked.spf) <= set(work.terms) or not wanted <= set(map(_plain, work.records)):
        return None
    records = tuple(record for record in work.records if _plain(record) in wanted or record in given.values())
    if not asked.spf and not records:
        return None
    if given:
        parameters = {**parameters, "dkim": {name: _value(record) for name, record in given.items()}}
    return _Fit(service, parameters, tuple(dict.fromkeys(asked.spf)), records)


def _merged(service: Service, told: Iterable[Evidence]) -> dict[str, object]:
    """The parameters all evidence gives together; where two contradict one another the first has it."""
    single: dict[str, object] = {}
    fields: dict[str, dict[str, str]] = {}
    lists: dict[str, dict[object, None]] = {}
    for one in told:
        item: dict[str, str] = {}
        for (name, inner), text in one.parameters.items():
            if name == one.many:
                item[inner] = text
            elif inner:
                fields.setdefault(name, {}).setdefault(inner, text)
            else:
                single.setdefault(name, text)
        if one.many:
            value: object = item[""] if "" in item else tuple(sorted(item.items()))
            lists.setdefault(one.many, {})[value] = None
    for name, items in lists.items():
        single[name] = tuple(dict(item) if isinstance(item, tuple) else item for item in items)
    whole = {**single, **fields}
    return {
        name: whole[name]
        for name, parameter in service.parameters.items()
        if name in whole and whole[name] != parameter.default
    }


def _given(service: Service, work: _Work) -> Mapping[str, Found]:
    """The key records at the selectors the sender itself would name, by selector."""
    found = {}
    for entry in service.template.get("dkim", ()):
        if "given" not in entry.texts:
            continue
        type = "CNAME" if entry.texts["given"] == "cname" else "TXT"
        owner = f"{entry.texts['selector']}._domainkey"
        here = [record for record in work.records if record.owner == owner and record.type == type]
        if len(here) == 1 and (type == "CNAME" or written(here[0].value)):
            found[entry.texts["selector"]] = here[0]
    return found


def written(value: str) -> bool:
    """True where a key record stands as it would be written again."""
    try:
        return str(dkim.Record.parse(value)) == str(dkim.from_vendor(value))
    except BadRecord:
        return False


def _value(record: Found) -> object:
    return {"cname": record.value} if record.type == "CNAME" else record.value


def _plain(record: Found) -> Found:
    """*record* as a definition that is rendered has it."""
    if record.type == "TXT" and "._domainkey" in record.owner:
        try:
            return record._replace(value=str(dkim.Record.parse(record.value)))
        except BadRecord:
            return record
    return record if record.type == "TXT" else record._replace(value=record.value.lower())


def _entry(name: str, fit: _Fit) -> Entry:
    proofs = [
        *fit.terms,
        *sorted({record.owner for record in fit.records}, key=lambda owner: (owner == "@", owner)),
    ]
    why = f"{fit.service.title}, by {', '.join(proofs)}"
    return Entry(name, fit.service.name, fit.parameters, why, fit.records, fit.terms)


def _parts(known: Recogniser, work: _Work) -> dict[str, list[Found]]:
    """CNAMEs of services of which not all that they ask for is there, by service."""
    domain, found = work.domain.removesuffix("."), dict[str, list[Found]]()
    for record in work.records:
        if record.type == "CNAME":
            told = [one.service for one in known.record(record, domain)]
            if service := min(told, default="") or known.told("cname", record.value):
                found.setdefault(service, []).append(record)
    # a return path or a link alone may be anything; where a key is delegated, mail is signed
    return {
        service: records
        for service, records in found.items()
        if any(record.owner.endswith("._domainkey") for record in records)
    }


def _listed(records: Iterable[Found]) -> dict[str, object]:
    """*records* as a ``custom`` sender lists them."""
    keys = [record for record in records if record.owner.endswith("._domainkey")]
    others = [record for record in records if record not in keys]
    listed: dict[str, object] = {}
    if others:
        listed["records"] = tuple({"owner": r.owner, "type": r.type, "value": r.value} for r in others)
    if keys:
        listed["dkim"] = {record.owner.removesuffix("._domainkey"): _value(record) for record in keys}
    return listed


def _rest(
    known: Recogniser, work: _Work, terms: Sequence[str], parts: Mapping[str, list[Found]]
) -> Iterator[tuple[int, Entry]]:
    """A ``custom`` sender for each run of terms that no definition yields, and for *parts* of services."""
    left_over = dict(parts)
    run: list[str] = []
    who = ""
    start = 0

    def ended() -> Iterator[tuple[int, Entry]]:
        if run:
            why = f"{known.title(who)}, in a form its definition does not write" if who else "not recognised"
            records = tuple(left_over.pop(who, ()))
            given = {"spf": tuple(run), **_listed(records)}
            yield start, Entry(work.name(who or "unknown"), "custom", given, why, records, tuple(run))

    left = set(work.terms)
    for at, term in enumerate(terms):
        here = known.brings(term, work.domain.removesuffix(".")) if term in left else None
        if here is None or here != who:
            yield from ended()
            run, who, start = [], here or "", at
        if here is not None:
            run.append(term)
    yield from ended()
    for service, records in left_over.items():
        why = f"{known.title(service)}: not all that it asks for is there"
        yield len(terms), Entry(work.name(service), "custom", _listed(records), why, tuple(records))


def described(known: Recogniser, record: Found) -> str:
    """The title of the service whose record *record* seems to be, or the empty text."""
    table = {"CNAME": "cname", "MX": "mx", "TXT": "txt"}.get(record.type, "")
    if not table:
        return ""
    value = record.value.rpartition(" ")[2] if record.type == "MX" else record.value
    told = known.told(table, value)
    if not told:
        told = next((one.service for one in known.record(record, "")), "")
    return known.title(told) if told else ""
