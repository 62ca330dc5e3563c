r"""octoDNS records to RRsets and back.

octoDNS holds a TXT value as text with every ``;`` written ``\;``, and strips quotes from whatever it is
given, so a value must pass `internal` exactly once on its way in and `txt_text` once on its way out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from octodns.record import Create, Delete, Record, Update
from octodns.record.change import Change as OctodnsChange
from octodns.record.rr import Rrset
from octodns.record.txt import TxtValue
from octodns.source.base import BaseSource
from octodns.zone import Zone

from dnsauth.errors import DnsauthError
from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRset, RRsetId, presentation, txt_octets, txt_value

_ESCAPED = re.compile(rb"\\(?:(25[0-5]|2[0-4][0-9]|[01][0-9]{2})|(.))", re.DOTALL)
TARGETS = frozenset({"ALIAS", "CNAME", "DNAME", "MX", "NS", "PTR", "SRV"})
_ESCAPING = ("octodns_powerdns", "octodns_route53")  # their TXT text is presentation format without quotes


def escapes(provider: object) -> bool:
    """True where *provider*'s TXT text still holds the escapes of RFC 1035 section 5.1."""
    return not getattr(provider, "faithful", False) and any(
        base.__module__.partition(".")[0] in _ESCAPING for base in type(provider).__mro__
    )


def unescaped(text: str) -> bytes:
    """The octets of *text*, with the escapes of RFC 1035 section 5.1."""
    return _ESCAPED.sub(lambda m: bytes((int(m[1]),)) if m[1] else m[2], _octets(text))


def txt_text(internal: str, *, escaped: bool = False) -> str:
    """TXT text of octoDNS's as a value; *escaped* says that it holds presentation escapes."""
    return txt_value(unescaped(internal) if escaped else _octets(internal.replace("\\;", ";")))


def internal(value: str, *, escaped: bool = False) -> TxtValue:
    """A TXT value as octoDNS's text; the inverse of `txt_text`.

    Not by way of ``Record.new``, which would strip quotes that belong to the value.
    """
    text = value.replace('"', '\\"') if escaped else txt_octets(value).decode("utf-8", "surrogateescape")
    return TxtValue(TxtValue.normalize_raw_text(text))


def _octets(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a surrogate pair in somebody's JSON stands for no octets
        return text.encode("utf-8", "backslashreplace")


def values(record: Record, *, escaped: bool = False) -> tuple[str, ...]:
    """The values of an octoDNS *record*, in its order; those of a type nobody can print as opaque text."""
    if record._type == "TXT":  # noqa: SLF001  octoDNS has no other name for it
        return tuple(txt_text(value, escaped=escaped) for value in record.values)
    try:
        texts = tuple(record.to_rrset().rdatas)
    except Exception:  # noqa: BLE001  a third party's record type may raise anything
        texts = tuple(str(value) for value in getattr(record, "values", [getattr(record, "value", "")]))
    return tuple(map(absolute, texts)) if record._type in TARGETS else texts  # noqa: SLF001  see above


def absolute(text: str) -> str:
    """RDATA *text* that ends with a name, which octoDNS takes as absolute with and without the final dot."""
    return text if text.endswith(".") else f"{text}."


def rrset(record: Record, *, escaped: bool = False) -> RRset:
    """An octoDNS *record* as an RRset."""
    texts = tuple(sorted(set(values(record, escaped=escaped))))
    return RRset(record.fqdn.lower(), record._type, record.ttl, texts)  # noqa: SLF001  see above


def held(zone: Zone, provider: str, *, exists: bool, escaped: bool = False, faithful: bool = False) -> Held:
    """An octoDNS *zone*, populated from *provider*, as what that provider holds."""
    rrsets = {found.id: found for found in (rrset(r, escaped=escaped) for r in zone.records)}
    return Held(zone.name, provider, exists, rrsets, faithful=faithful)


def record(
    zone: Zone,
    after: RRset,
    existing: Record | None = None,
    *,
    source: BaseSource | None = None,
    escaped: bool = False,
) -> Record:
    """*after* as an octoDNS record of *zone*.

    Values that *existing* has are taken over as they are, and so is its ``octodns`` section. Raises
    `DnsauthError` where octoDNS would change a value on the way.
    """
    kept: dict[str, list[object]] = defaultdict(list)
    if existing is not None:
        for text, inside in zip(values(existing, escaped=escaped), _inside(existing), strict=True):
            kept[text].append(inside)
    made = Record.new(zone, _name(zone, after.owner), _template(after), source=source, lenient=True)
    if existing is not None:
        made.octodns = existing.octodns
    taken = [each for text, new in _new(after, made, escaped=escaped) for each in kept.get(text, [new])]
    if hasattr(made, "values"):
        # set, not given to Record.new: that would strip quotes from values that were stripped already
        made.values = sorted(taken)
    else:
        made.value = taken[0]
    if tuple(sorted(set(values(made, escaped=escaped)))) != after.values:
        raise DnsauthError(
            f"octoDNS can't carry the values of {after.owner} {after.type} unchanged: {after.values}",
            "write them at the provider by hand, or use a provider that dnsauth writes by value (RFC 2136)",
        )
    return made


def _inside(record: Record) -> list[Any]:
    return list(record.values) if hasattr(record, "values") else [record.value]


def _name(zone: Zone, owner: str) -> str:
    return "" if owner == zone.name else owner.removesuffix(f".{zone.name}")


def _template(after: RRset) -> dict[str, Any]:
    """Data octoDNS makes a record of; TXT values are put in afterwards."""
    if after.type == "TXT":
        return {"type": "TXT", "ttl": after.ttl, "values": ["-"]}
    if after.type not in Record.registered_types():
        raise DnsauthError(f"octoDNS knows no records of type {after.type} ({after.owner})")
    texts = [presentation(after.type, value) for value in after.values]
    carrier = Rrset(after.owner, after.type, after.ttl, texts)
    data: dict[str, Any] = Record.registered_types()[after.type].data_from_rrset(carrier)
    return data


def _new(after: RRset, made: Record, *, escaped: bool) -> Iterable[tuple[str, Any]]:
    if after.type == "TXT":
        return [(text, internal(text, escaped=escaped)) for text in after.values]
    return list(zip(values(made), _inside(made), strict=True))


def changes(
    zone: Zone, existing: Mapping[RRsetId, Record], wanted: Iterable[Change], *, escaped: bool
) -> list[OctodnsChange]:
    """*wanted* as octoDNS changes on *zone*, whose records are *existing*."""
    found: list[OctodnsChange] = []
    for change in wanted:
        stands = existing.get(change.rrset.id)
        if change.after is None:
            found.append(Delete(stands))
            continue
        new = record(zone, change.after, stands, escaped=escaped)
        found.append(Create(new) if stands is None else Update(stands, new))
    return found


def empty(zone: str) -> Zone:
    """An octoDNS zone without records and sub-zones, for which octoDNS validates nothing.

    What others hold needs no opinion, and ours are checked before; where a ``Manager`` of octoDNS's has
    chosen validators, they stay.
    """
    if not Record.validators.configured:
        Record.enable_validators(())
    return Zone(zone, [])
