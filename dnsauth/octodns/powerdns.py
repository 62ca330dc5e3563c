"""PowerDNS, whose API replaces whole RRsets: others' TXT values go back as they were stored."""

from __future__ import annotations

from typing import Any

import octodns_powerdns
from octodns.record import Record

from dnsauth.octodns.stored import Remembering, Stored, presented


class PowerDnsProvider(Remembering, octodns_powerdns.PowerDnsProvider):  # type: ignore[misc]  # octoDNS carries no types
    """`octodns_powerdns.PowerDnsProvider`, same settings; a TXT value stays cut, and disabled, as it is."""

    faithful = True

    def _data_for_TXT(self, rrset: dict[str, Any]) -> dict[str, Any]:  # noqa: N802  octoDNS's name
        self._stored[rrset["name"].lower()] = [
            Stored(record["content"], {"content": record["content"], "disabled": record["disabled"]})
            for record in rrset["records"]
        ]
        data: dict[str, Any] = super()._data_for_TXT(rrset)
        return data

    def _records_for_TXT(self, record: Record) -> tuple[list[object], str]:  # noqa: N802  octoDNS's name
        return [
            value.form if isinstance(value, Stored) else {"content": presented(value), "disabled": False}
            for value in record.values
        ], "TXT"
