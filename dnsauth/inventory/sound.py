"""What of a zone file with mistakes can still be judged, so that one run names the mistakes of every stage.

A mail domain without a mistake stands whole. Of one with mistakes stay its senders without, and what
bears on their records; the rest goes, for with half of it the next stage would find what nobody did wrong.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import TypeAlias

from pydantic import ValidationError

from dnsauth.documents import Map, Node, Seq, mapping
from dnsauth.findings import Finding
from dnsauth.inventory.zone_form import MailDomain

_BESIDE_SENDERS = ("spf", "keep")  # where SPF stands; what stands in place of a sender's record

_Place: TypeAlias = "tuple[float, float]"  # line and column
_Span: TypeAlias = "tuple[_Place, _Place]"
_END = (inf, inf)


def sound(file: Node | None, findings: Iterable[Finding]) -> Iterator[tuple[str, MailDomain, Map]]:
    """The mail domains of *file* by key, as form and tree, less what the *findings* in it are about."""
    if not isinstance(file, Map) or not isinstance(domains := file.get("domains"), Map):
        return
    marks = sorted((found.where.line, found.where.column) for found in findings)
    for key, (start, end) in _spans(domains, dict(_spans(file, _END))["domains"][1]):
        node = domains[key]
        tree = mapping(node)
        if _any(marks, start, end):
            tree = _senders(tree, marks, end)
        try:
            yield key, MailDomain.model_validate(tree), tree
        except ValidationError:
            continue  # through an alias: its mistakes stand at the anchor


def _senders(domain: Map, marks: Sequence[_Place], end: _Place) -> Map:
    spans = dict(_spans(domain, end))
    right = {key for key, span in spans.items() if not _any(marks, *span)}
    senders = domain.get("senders")
    if not isinstance(senders, Seq) or not domain.keys() & {"keep"} <= right:
        return Map()
    starts = [senders.where(index) for index in range(len(senders))]
    items = _pairs(starts, spans["senders"][1])
    part = domain.only(key for key in domain if key == "senders" or (key in _BESIDE_SENDERS and key in right))
    part["senders"] = senders.only(index for index, span in enumerate(items) if not _any(marks, *span))
    return part


def _spans(mapping: Map, end: _Place) -> Iterator[tuple[str, _Span]]:
    """Each key with its span, the last one up to *end*."""
    return zip(mapping, _pairs([mapping.key_where(key) for key in mapping], end), strict=True)


def _pairs(starts: Sequence[_Place], end: _Place) -> Iterator[_Span]:
    return zip(starts, [*starts[1:], end][: len(starts)], strict=True)


def _any(marks: Sequence[_Place], start: _Place, end: _Place) -> bool:
    """Whether one of *marks*, which are sorted, stands from *start* up to *end*."""
    return bisect_left(marks, start) < bisect_left(marks, end)
