"""Cloudflare, written value by value.

octodns-cloudflare writes every value of an RRset it updates, with the first value's comment, tags and
TTL, and escapes quotes a second time. Here only the values that differ are written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import octodns_cloudflare
from octodns.provider.plan import Plan
from octodns.record import Delete, Record
from octodns.record.change import Change
from octodns.record.txt import TxtValue
from octodns.zone import Zone

from dnsauth.octodns import conversion
from dnsauth.octodns.stored import Stored
from dnsauth.rrset import quoted, txt_value

_KEPT = ("comment", "tags", "proxied")  # what people set on one value in the console


class CloudflareProvider(octodns_cloudflare.CloudflareProvider):  # type: ignore[misc]  # octoDNS carries no types
    """`octodns_cloudflare.CloudflareProvider`, same settings; leaves every value it need not touch."""

    faithful = True

    def populate(self, zone: Zone, target: bool = False, lenient: bool = False) -> bool:
        """True where the account has *zone*, though it may hold nothing yet."""
        super().populate(zone, target=target, lenient=lenient)
        return zone.name in self.zones

    def _record_for(self, zone: Zone, name: str, _type: str, records: list[Any], lenient: bool) -> Record:
        record = super()._record_for(zone, name, _type, records, lenient)
        if _type == "TXT":
            record.values = sorted(_value(stored.get("content", "")) for stored in records)
        return record

    def _apply(self, plan: Plan) -> None:
        """Write additions before deletions, unless a deletion makes room (RFC 2181 section 10.1)."""
        made = {change.new.name for change in plan.changes if change.existing is None}
        last = [c for c in plan.changes if isinstance(c, Delete) and c.existing.name not in made]
        first = [change for change in plan.changes if change not in last]
        for part in (first, last):
            if part or not plan.changes:
                super()._apply(Plan(plan.existing, plan.desired, part, plan.exists, meta=plan.meta))

    def _apply_Update(self, change: Change) -> None:  # noqa: N802  octoDNS's name
        self._swap(change.existing, change.new)

    def _apply_Delete(self, change: Change) -> None:  # noqa: N802  octoDNS's name
        if change.existing._type == "URLFWD":  # noqa: SLF001  a page rule, not a record
            super()._apply_Delete(change)
        else:
            self._swap(change.existing, None)

    def _swap(self, existing: Record, new: Record | None) -> None:
        path = f"/zones/{self.zones[existing.zone.name]['id']}/dns_records"
        stored = self._stored(existing)
        contents = self._contents(new) if new is not None else {}
        ttl_changes = new is not None and existing.ttl != new.ttl
        going = [
            record
            for text in sorted(set(conversion.values(existing)) - contents.keys())
            for record in stored.pop(text, [])
        ]
        for text, content in sorted(contents.items()):
            if text in stored:
                for record in stored[text] if ttl_changes else ():
                    self._try_request("PATCH", f"{path}/{record['id']}", data={"ttl": content["ttl"]})
            elif going:
                # one request instead of two, and a CNAME can't have both values for a moment
                record = going.pop(0)
                ttl = content["ttl"] if ttl_changes else record["ttl"]
                kept = {key: record[key] for key in _KEPT if record.get(key)}
                self._try_request("PUT", f"{path}/{record['id']}", data={**content, **kept, "ttl": ttl})
            else:
                bare = {key: value for key, value in content.items() if key not in _KEPT[:2]}
                self._try_request("POST", path, data=bare)
        for record in going:
            self._try_request("DELETE", f"{path}/{record['id']}")

    def _stored(self, wanted: Record) -> dict[str, list[Any]]:
        """The API's records of *wanted*'s name and type, by the text of their value."""
        found: dict[str, list[Any]] = defaultdict(list)
        zone = wanted.zone
        for stored in self.zone_records(zone):
            if "targets" in stored or zone.hostname_from_fqdn(stored["name"]) != wanted.name:
                continue
            record = self._record_for(zone, wanted.name, stored["type"], [stored], lenient=True)
            if record._type == wanted._type:  # noqa: SLF001  octoDNS has no other name for it
                found[conversion.values(record)[0]].append(stored)
        return found

    def _contents(self, record: Record) -> dict[str, Any]:
        """What the API takes for each value of *record*, by the value's text."""
        return dict(zip(conversion.values(record), self._gen_data(record), strict=True))

    def _contents_for_TXT(self, record: Record) -> Iterator[dict[str, str]]:  # noqa: N802  octoDNS's name
        for value in conversion.values(record):
            yield {"content": quoted(value)}


def _value(content: str) -> TxtValue:
    """What octoDNS holds of a TXT *content*: in quotes it is presentation format, else the text itself."""
    if len(content) > 1 and content[0] == content[-1] == '"':
        return Stored(content, content)
    return conversion.internal(txt_value(content.encode("utf-8", "backslashreplace")))
