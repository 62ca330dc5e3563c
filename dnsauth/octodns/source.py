"""`MailAuthSource`: an inventory's records as an octoDNS source."""

from __future__ import annotations

from datetime import UTC, datetime
from logging import getLogger
from pathlib import Path

from octodns.provider import ProviderException
from octodns.source.base import BaseSource
from octodns.zone import Zone

from dnsauth.checks.flattened import flattening
from dnsauth.checks.integrity import integrity
from dnsauth.checks.view import View
from dnsauth.desired.load import load
from dnsauth.desired.locks import updated
from dnsauth.inventory.model import Zone as Declared
from dnsauth.octodns import conversion
from dnsauth.octodns.report import report
from dnsauth.plan.merge import changes


class MailAuthSource(BaseSource):  # type: ignore[misc]  # octoDNS carries no types
    """What the inventory in *directory* desires, merged into what earlier sources brought; name it last.

    Raises `dnsauth.findings.InventoryError` with every problem of every file.

        providers:
          mailauth: {class: dnsauth.octodns.MailAuthSource, directory: .}
        zones:
          "*": {sources: [config, mailauth], targets: [dns]}
    """

    SUPPORTS_GEO = False
    SUPPORTS = frozenset({"A", "AAAA", "CAA", "CNAME", "MX", "SRV", "TLSA", "TXT"})

    def __init__(self, id: str, directory: str) -> None:
        self.log = getLogger(f"MailAuthSource[{id}]")
        super().__init__(id)
        self._repository = load(Path(directory))

    def list_zones(self) -> list[str]:
        """The inventory's zones, for ``"*"`` in octoDNS's configuration."""
        return sorted(self._repository.inventory.zones)

    def populate(self, zone: Zone, target: bool = False, lenient: bool = False) -> bool:
        """Add our records to *zone*, values of an earlier source's RRset kept; False, as of any source.

        Raises `ProviderException` where an earlier source has what no record of ours may stand beside.
        """
        del target
        desired = self._repository.desired.get(zone.name)
        if desired is None:
            self.log.info("populate: %s is no zone of the inventory", zone.decoded_name)
            return False
        lock = updated(self._repository.locks[zone.name], desired)
        held = conversion.held(zone, "the sources before it", exists=True, faithful=True)
        wanted = changes(desired, lock, held)
        declared = self._repository.inventory.zones[zone.name]
        view = View(desired, lock, held, wanted, declared.domains)
        stops = [found for found in integrity(view) if found.stops]
        if stops:
            raise ProviderException(report(f"{self.id}: {zone.decoded_name}", stops))
        self._warn(declared)
        records = {conversion.rrset(record).id: record for record in zone.records}
        for change in wanted:
            existing = records.get(change.rrset.id)
            if change.after is None:
                zone.remove_record(existing)
            else:
                record = conversion.record(zone, change.after, existing, source=self)
                zone.add_record(record, replace=True, lenient=lenient)
        self.log.info("populate: %d of our RRsets in %s", len(desired), zone.decoded_name)
        return False

    def _warn(self, zone: Declared) -> None:
        """Say what is wrong with flattened addresses: no source knows whether it changes them at a target."""
        for found in flattening(
            zone, self._repository.flattened, self._repository.observed, datetime.now(UTC)
        ):
            if found.stops:
                self.log.warning("%s %s (%s)", found.rule.code, found, found.next)
