"""What a change means in the record's own terms: terms gained and lost, tags changed, keys replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dnsauth.plan.kind import Kind, kind_at, selects
from dnsauth.records import BadRecord, dkim, mx, spf, tags

_LISTS = ("rua", "ruf")
_FINGERPRINT = 16  # hex digits tell keys apart for a reader
_CLOSING = {
    spf.Qualifier.PASS: "pass",
    spf.Qualifier.FAIL: "fail",
    spf.Qualifier.SOFTFAIL: "softfail",
    spf.Qualifier.NEUTRAL: "neutral",
    None: "nothing said",
}


def meaning(owner: str, type: str, gone: Sequence[str], added: Sequence[str], others: int) -> tuple[str, ...]:
    """What it means that values *gone* give way to *added* at *owner*, where *others*' values stay.

    One line a fact; () where the values speak for themselves.
    """
    said = list(_said(owner, type, gone, added))
    if others:
        said.append(f"keeps {others} value{'s' * (others > 1)} of others")
    return tuple(said)


def _said(owner: str, type: str, gone: Sequence[str], added: Sequence[str]) -> Iterator[str]:
    if type == "MX":
        yield from _exchangers(gone, added)
        return
    kind = kind_at(owner, type)
    if kind is None:
        return
    if kind is Kind.DKIM:
        yield from _keys(gone, added)
        return
    old, new = (tuple(text for text in side if selects(kind, text)) for side in (gone, added))
    if not old or not (new or kind is Kind.SPF):
        return
    if kind is Kind.SPF:
        yield from _terms(old, new)
    else:
        yield from _tags(old[0], new[0])


def _terms(gone: Iterable[str], added: Iterable[str]) -> Iterator[str]:
    old: list[spf.Record] = []
    new: list[spf.Record] = []
    for texts, records in ((gone, old), (added, new)):
        for text in texts:
            try:
                records.append(spf.Record.parse(text))
            except BadRecord as error:
                yield f"an SPF record of these could not be read: {error}"
    before, after = (
        tuple(dict.fromkeys(term for record in side for term in map(str, _sending(record))))
        for side in (old, new)
    )
    yield from (f"SPF gains {term}" for term in after if term not in before)
    yield from (f"SPF loses {term}" for term in before if term not in after)
    if new and old and before != after and sorted(before) == sorted(after):
        yield "SPF has the same terms in another order"
    if new and old and old[0].closing != new[0].closing:
        yield f"everybody else: {_CLOSING[old[0].closing]} → {_CLOSING[new[0].closing]}"


def _sending(record: spf.Record) -> Iterator[spf.Term]:
    for term in record.terms:
        match term:
            case spf.Directive(spf.All()):
                pass
            case _:
                yield term


def _tags(gone: str, added: str) -> Iterator[str]:
    old, new = ({tag.name.lower(): tag.value for tag in tags.split(text)} for text in (gone, added))
    for name in dict.fromkeys((*new, *old)):
        before, after = old.get(name, ""), new.get(name, "")
        if before == after:
            continue
        if name in _LISTS and before and after:
            one, other = ([item.strip() for item in side.split(",")] for side in (before, after))
            yield from (f"{name} gains {item}" for item in other if item not in one)
            yield from (f"{name} loses {item}" for item in one if item not in other)
        else:
            yield f"{name}: {before or 'absent'} → {after or 'absent'}"


def _keys(gone: Sequence[str], added: Sequence[str]) -> Iterator[str]:
    old, new = ([_key(text) for text in side] for side in (gone, added))
    if old and new:
        yield f"key: {', '.join(old)} → {', '.join(new)}"
    else:
        yield from (f"new key: {key}" for key in new)
        yield from (f"key goes: {key}" for key in old)


def _key(text: str) -> str:
    try:
        record = dkim.Record.parse(text)
    except BadRecord:
        return "unreadable"
    return (
        f"{dkim.algorithm(record)} {dkim.fingerprint(record)[:_FINGERPRINT]}"
        if not record.revoked
        else "revoked"
    )


def _exchangers(gone: Sequence[str], added: Sequence[str]) -> Iterator[str]:
    if str(mx.NULL) in added:
        yield "no mail is accepted any more"
        return
    if gone and added:
        yield f"mail is delivered to {_hosts(added)} instead of {_hosts(gone)}"


def _hosts(values: Iterable[str]) -> str:
    return ", ".join(value.partition(" ")[2].removesuffix(".") or "nobody" for value in values)
