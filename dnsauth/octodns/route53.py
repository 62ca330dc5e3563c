"""Route 53, whose API replaces whole RRsets, and deletes exact ones only: TXT goes back as it was stored."""

from __future__ import annotations

import copy
import re
from typing import Any

import octodns_route53
from octodns.provider.plan import Plan
from octodns.record import Record
from octodns.record.change import Change
from octodns.record.txt import TxtRecord

from dnsauth.octodns.stored import Remembering, Stored, presented

_OCTAL = re.compile(r"\\([0-7]{3})")  # as the API writes ``*`` and other octets of a name


class Route53Provider(Remembering, octodns_route53.Route53Provider):  # type: ignore[misc]  # octoDNS carries no types
    """`octodns_route53.Route53Provider`, same settings; keeps cuts and escapes of TXT values."""

    faithful = True

    def _data_for_TXT(self, rrset: dict[str, Any]) -> dict[str, Any]:  # noqa: N802  octoDNS's name
        owner = _OCTAL.sub(lambda match: chr(int(match[1], 8)), rrset["Name"]).lower()
        contents = [record["Value"] for record in rrset["ResourceRecords"]]
        self._stored[owner] = [Stored(content, content) for content in contents]
        data: dict[str, Any] = super()._data_for_TXT(rrset)
        return data

    def _apply(self, plan: Plan) -> None:
        changes = [_as_stored(change) for change in plan.changes]
        super()._apply(Plan(plan.existing, plan.desired, changes, plan.exists, meta=plan.meta))


class _AsStored(TxtRecord):  # type: ignore[misc]  # octoDNS carries no types
    """A TXT record whose RDATA texts are those of the API."""

    @property
    def chunked_values(self) -> list[object]:
        """Each value as stored, a new one cut at 255 octets."""
        return [value.form if isinstance(value, Stored) else presented(value) for value in self.values]


def _as_stored(change: Change) -> Change:
    twin = copy.copy(change)
    twin.existing, twin.new = map(_twin, (change.existing, change.new))
    return twin


def _twin(record: Record | None) -> Record | None:
    if not isinstance(record, TxtRecord):
        return record
    twin = copy.copy(record)
    twin.__class__ = _AsStored
    return twin
