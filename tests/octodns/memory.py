"""A real octoDNS provider whose zones are octoDNS data in memory, and which caches as many of them do."""

from __future__ import annotations

from logging import getLogger

from octodns.provider.base import BaseProvider
from octodns.record import Record

STORE: dict[str, dict[tuple[str, str], dict]] = {}
"""By zone, then by name and type: octoDNS record data."""


class MemoryProvider(BaseProvider):
    SUPPORTS = frozenset({"A", "AAAA", "ALIAS", "CAA", "CNAME", "MX", "NS", "TXT"})
    SUPPORTS_GEO = False
    SUPPORTS_ROOT_NS = True

    def __init__(self, id, token="", port=0, min_ttl=0, **settings):
        self.log = getLogger(f"MemoryProvider[{id}]")
        super().__init__(id, root_ns_warnings=False, **settings)
        self.token, self.port, self.min_ttl = token, port, min_ttl
        self._zone_records = {}

    def populate(self, zone, target=False, lenient=False):
        del target
        if zone.name not in STORE:
            return False
        if zone.name not in self._zone_records:
            self._zone_records[zone.name] = dict(STORE[zone.name])
        for (name, _), data in self._zone_records[zone.name].items():
            zone.add_record(Record.new(zone, name, data, source=self, lenient=lenient), lenient=lenient)
        return True

    def _apply(self, plan):
        held = STORE.setdefault(plan.desired.name, {})
        for change in plan.changes:
            key = (change.record.name, change.record._type)
            if change.new is None:
                del held[key]
            else:
                held[key] = {**change.new.data, "type": change.new._type}
