"""One zone that is being imported: what it lacks, what is drafted of that, and how the text differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dnsauth.adopt import merge, zone_file
from dnsauth.adopt.draft import Draft, Part, RRsets, drafts
from dnsauth.adopt.evidence import Recogniser
from dnsauth.adopt.merge import Lacking, Standing
from dnsauth.adopt.model import Adopted, Around
from dnsauth.adopt.places import delegated
from dnsauth.adopt.repair import Repair, after, repairs
from dnsauth.adopt.senders import Already
from dnsauth.adopt.unkeep import without
from dnsauth.desired.locks import updated
from dnsauth.desired.model import Desired
from dnsauth.lock.claims import digest, grammar, recorded, with_values
from dnsauth.lock.model import Claim, Lock, Recorded
from dnsauth.plan.merge import changes
from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRset, RRsetId


@dataclass
class Work:
    """A zone on its way: *own* are its RRsets as they are to be, *lacking* those to draft of.

    *before* are the changes that a file which was there asks for anyway; *without* is kept verbatim.
    """

    name: str
    own: RRsets
    lacking: Lacking
    standing: Standing | None
    shared: tuple[str, ...]
    repairs: tuple[Repair, ...]
    lock: Lock
    delegated: tuple[str, ...]
    before: Mapping[RRsetId, RRset | None] = field(default_factory=dict)
    without: set[Part] = field(default_factory=set)
    drafts: tuple[Draft, ...] = ()
    text: str = ""

    def draft(self, known: Recogniser) -> None:
        """Draft, and write the text; raises `Unedited`."""
        found = drafts(self.name, self.lacking.rrsets, known, self.without, self._already)
        self.drafts = self.lacking.less(found)
        if self.standing is None:
            self.text = zone_file.text(self.name, self.drafts, self.delegated)
        else:
            octets = merge.merged(self.standing, self.drafts, self.own, known.catalogue)
            self.text = octets.decode()

    def _already(self, domain: str) -> Already:
        """Who sends for *domain*; a name that dnsauth.yaml has a sender for means that one."""
        there = self.lacking.senders.get(domain, Already())
        return there._replace(names=(*there.names, *self.shared))

    def differing(self, desired: Sequence[Desired]) -> tuple[Change, ...]:
        """The changes that what is *desired* asks for, and no file that was there asked for before.

        Such a file has its say on TTLs.
        """
        spf = {
            RRsetId(f"{label}{name}", "TXT") for name in self.lacking.stands_for for label in ("", "_spf.")
        }
        return tuple(
            change
            for change in self.changes(desired)
            if change.rrset.id not in self.before
            or _values(self.before[change.rrset.id]) != _values(change.after)
            if self.standing is None
            or not (change.rrset.id in spf or _values(change.before) == _values(change.after))
        )

    def result(self, desired: Sequence[Desired]) -> Adopted:
        """What became of it."""
        pending = self.changes(desired) if self.standing else ()
        lock = updated(self.lock, desired)
        return Adopted(self.name, self.drafts, self.text, lock, pending, self.repairs, self.delegated)

    def changes(self, desired: Sequence[Desired]) -> tuple[Change, ...]:
        """The changes from what stands to what is *desired*."""
        held = Held(self.name, "", exists=True, rrsets=self.own)
        return changes(desired, updated(self.lock, desired), held)


def _values(rrset: RRset | None) -> tuple[str, ...]:
    return rrset.values if rrset else ()


def begun(zone: str, own: RRsets, known: Recogniser, around: Around, *, repair: bool) -> Work:
    """The zone whose RRsets are *own*, before anything is drafted; raises `Unedited`."""
    standing = around.standing.get(zone)
    lock = standing.lock if standing else Lock(zone)
    found = repairs(zone, own)
    if standing:
        found = tuple(one for one in found if _concerns(standing, one))
    if repair:
        standing = without(standing, found) if standing else None
        lock = with_values(lock, tuple(_consented(found)))
        own = after(own, found)
    work = Work(
        name=zone,
        own=own,
        lacking=merge.lacking(standing, own, known.catalogue) if standing else Lacking(own, {}, {}),
        standing=standing,
        shared=tuple(around.config.shared),
        repairs=found,
        lock=lock,
        delegated=delegated(zone, own),
    )
    if standing:
        work.before = {change.rrset.id: change.after for change in work.changes(standing.desired)}
    return work


def _concerns(standing: Standing, repair: Repair) -> bool:
    """True where the file keeps what is broken, or neither it nor the lock speaks of it."""
    kept = {(rrset.owner, value.text) for rrset in standing.desired for value in rrset.values}
    if any((repair.owner, value) in kept for value in repair.before):
        return True
    if all(recorded(standing.lock, claim, value.adopted) for claim, value in _consented((repair,))):
        return False
    asked = {value.claim for rrset in standing.desired for value in rrset.values}
    meant = Claim(repair.to, "TXT", grammar(repair.to, "TXT", repair.after))
    return repair.to != repair.owner or meant not in asked


def _consented(repairs: Iterable[Repair]) -> Iterable[tuple[Claim, Recorded]]:
    """The values that *repairs* take away, as a lock records them with their texts."""
    for one in repairs:
        for value in one.before:
            claim = Claim(one.owner, "TXT", grammar(one.owner, "TXT", value))
            yield claim, Recorded(digest(claim.grammar, "TXT", value), value)
