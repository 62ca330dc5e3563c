"""`MailAuthOwnership`: lets octoDNS change our values in zones that belong to others."""

from __future__ import annotations

from datetime import UTC, datetime
from logging import getLogger
from pathlib import Path

from octodns.processor.base import BaseProcessor, ProcessorException
from octodns.provider.base import BaseProvider
from octodns.provider.plan import Plan
from octodns.source.base import BaseSource
from octodns.zone import Zone

from dnsauth.checks.flattened import flattening, refused
from dnsauth.checks.integrity import integrity
from dnsauth.checks.rotation import not_due
from dnsauth.checks.view import View
from dnsauth.desired.load import load
from dnsauth.desired.locks import updated
from dnsauth.octodns import conversion
from dnsauth.octodns.report import report
from dnsauth.octodns.settings import ours
from dnsauth.plan.merge import changes
from dnsauth.plan.model import Change
from dnsauth.rrset import RRsetId

_META = "octodns-meta"  # octoDNS's own record, which its meta processor puts in after us


class Refused(ProcessorException):  # type: ignore[misc]  # octoDNS carries no types
    """A guard that nothing waives stops the zone; the message lists the findings."""


class MailAuthOwnership(BaseProcessor):  # type: ignore[misc]  # octoDNS carries no types
    """Reduces every plan to what the inventory and the locks in *directory* call ours.

    Whatever sources brought, a zone is desired as its target holds it, but for our values. A recorded value
    that is no longer desired goes (retirement). octoDNS does not stop at what `dnsauth plan` lets a waiver
    lift; what nothing lifts is stopped here too.

        processors:
          own: {class: dnsauth.octodns.MailAuthOwnership, directory: .}
        zones:
          "*": {sources: [mailauth], processors: [own], targets: [dns]}
    """

    def __init__(self, id: str, directory: str, lenient: bool = False) -> None:
        super().__init__(id, lenient=lenient)
        self.log = getLogger(f"MailAuthOwnership[{id}]")
        self._repository = load(Path(directory))

    def process_source_and_target_zones(
        self, desired: Zone, existing: Zone, target: BaseProvider, lenient: bool = False
    ) -> tuple[Zone, Zone]:
        """*desired* as *existing* with our changes made; raises `Refused`."""
        del lenient
        better = ours(target)
        if better:
            self.log.warning("%s writes whole RRsets, others' values too: use class %s", target.id, better)
        escaped = conversion.escapes(target)
        wanted = self._changes(existing, target, escaped=escaped)
        records = {conversion.rrset(record, escaped=escaped).id: record for record in existing.records}
        for record in desired.records:
            desired.remove_record(record)
        for record in existing.records:
            if record.name != _META:
                desired.add_record(record, lenient=True)  # the very object: no difference
        desired.apply(conversion.changes(desired, records, wanted, escaped=escaped))
        return desired, existing

    def process_plan(
        self, plan: Plan | None, sources: list[BaseSource], target: BaseProvider, lenient: bool = False
    ) -> Plan | None:
        """*plan* without any change that is not ours; raises `Refused` where the target has no such zone."""
        del sources, lenient
        if plan is None:
            return None
        if not plan.exists:
            raise Refused(
                f"{self.id}: {target.id} has no zone {plan.desired.decoded_name}, or can't be read back; "
                "create the zone there first, or correct its name"
            )
        ours = self._ours(plan.desired.name)
        kept = [
            change
            for change in plan.changes
            if RRsetId(change.record.fqdn, change.record._type) in ours  # noqa: SLF001  octoDNS's only name
            or (change.record.name == _META and change.new is not None)
        ]
        if len(kept) == len(plan.changes):
            return plan
        if not kept and not plan.meta:
            return None
        return Plan(
            plan.existing,
            plan.desired,
            kept,
            plan.exists,
            update_pcent_threshold=plan.update_pcent_threshold,
            delete_pcent_threshold=plan.delete_pcent_threshold,
            meta=plan.meta,
        )

    def _changes(self, existing: Zone, target: BaseProvider, *, escaped: bool) -> tuple[Change, ...]:
        desired = self._repository.desired.get(existing.name)
        if desired is None:
            self.log.warning("%s is no zone of the inventory: nothing in it is ours", existing.decoded_name)
            return ()
        on_disk = self._repository.locks[existing.name]
        lock = updated(on_disk, desired)
        if lock != on_disk:
            raise Refused(
                f"{self.id}: the lock of {existing.decoded_name} does not record what would be published, "
                "so nobody could take it away again; run `dnsauth lock` and commit the file"
            )
        held = conversion.held(
            existing, target.id, exists=True, escaped=escaped, faithful=getattr(target, "faithful", False)
        )
        wanted = changes(desired, lock, held)
        zone = self._repository.inventory.zones[existing.name]
        now = datetime.now(UTC)
        view = View(desired, lock, held, wanted, zone.domains)
        addresses = flattening(zone, self._repository.flattened, self._repository.observed, now)
        found = (
            *integrity(view),
            *not_due(view, self._repository.inventory, now),
            *refused(wanted, addresses),
        )
        stops = [one for one in found if one.stops]
        if stops:
            raise Refused(report(f"{self.id}: {target.id}: {existing.decoded_name}", stops))
        return wanted

    def _ours(self, zone: str) -> set[RRsetId]:
        lock = self._repository.locks.get(zone)
        claimed = {RRsetId(claim.owner, claim.type) for claim in lock.claims} if lock else set()
        return claimed | {rrset.id for rrset in self._repository.desired.get(zone, ())}
