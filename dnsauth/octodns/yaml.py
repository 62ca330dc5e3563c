"""octoDNS zone files as a target that leaves alone what it need not change.

octoDNS rewrites a whole file: comments go, and so does the apex NS that no source desires. Here the text
is edited in place, or where its layout forbids that, rewritten by octoDNS; either way the result is read
back before it takes the file's place.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import octodns.provider.yaml
from octodns.idna import idna_decode
from octodns.provider.plan import Plan
from octodns.zone import Zone

from dnsauth.errors import DnsauthError
from dnsauth.files import write_atomically
from dnsauth.names import readable
from dnsauth.octodns import conversion
from dnsauth.octodns.failures import explained
from dnsauth.octodns.yaml_edit import edited
from dnsauth.octodns.yaml_records import rrsets
from dnsauth.plan.errors import Moved
from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRset, RRsetId


class YamlProvider(octodns.provider.yaml.YamlProvider):  # type: ignore[misc]  # octoDNS carries no types
    """`octodns.provider.yaml.YamlProvider`, same settings, and a `dnsauth.plan.model.Provider`.

    *escaped_semicolons* is octoDNS 1's default where it is not said.
    """

    faithful = True
    local = True

    def __init__(
        self, id: str, directory: str, *, escaped_semicolons: bool | None = None, **settings: object
    ) -> None:
        if escaped_semicolons is None:
            escaped_semicolons = True  # said for octoDNS 1; octoDNS 2 has it otherwise
        super().__init__(id, directory, escaped_semicolons=escaped_semicolons, **settings)
        self.name = id

    def read(self, zone: str) -> Held:
        """What the zone's file holds; ``exists`` is False where there is none. Raises `DnsauthError`."""
        if self._plain:
            path = self._file(zone)
            try:
                with open(path, "rb") as file:  # noqa: PTH123  a Path costs as much as the reading
                    text = file.read()
            except FileNotFoundError:
                return Held(zone, self.name, exists=False, rrsets={}, faithful=True)
            except OSError as error:
                raise DnsauthError(f"{path} can't be read: {error.strerror}") from None
            found = rrsets(text, zone, self.default_ttl, escaped=self.escaped_semicolons)
            if found is not None:
                return Held(zone, self.name, exists=True, rrsets=found, faithful=True)
        populated, exists = self._populated(zone)
        return conversion.held(populated, self.name, exists=exists, faithful=True)

    def write(self, held: Held, changes: tuple[Change, ...]) -> None:
        """Write *changes* into the zone's file, which is there whole or not at all; raises `Moved`."""
        if self.apply_disabled:
            raise DnsauthError(
                f"provider {self.name} has apply_disabled: true, so nothing is written",
                "take apply_disabled out of the provider in dnsauth.yaml",
            )
        now = self.read(held.zone)
        if not now.exists or any(now.rrsets.get(change.rrset.id) != change.before for change in changes):
            raise Moved(
                f"the file of {readable(held.zone)} is not what the plan was made against",
                "run `dnsauth plan` again",
            )
        if not self._plain:
            self.apply(self._plan(held.zone, changes))
            return
        path, wanted = Path(self._file(held.zone)), _after(now, changes)
        text = edited(path.read_text(), held.zone, changes, self.default_ttl, escaped=self.escaped_semicolons)
        if text is None or self._means(text, held.zone) != wanted:
            text = self._rewritten(self._plan(held.zone, changes))
            if self._means(text, held.zone) != wanted:
                raise DnsauthError(
                    f"an octoDNS zone file can't hold the values of {readable(held.zone)} unchanged",
                    f"edit {path} by hand",
                )
        write_atomically(path, text)

    @property
    def _plain(self) -> bool:
        """True for one file for each zone, and nothing else to read."""
        return not (self.split_extension or self.shared_filename or self.disable_zonefile)

    def _file(self, zone: str) -> str:
        """Where octoDNS looks for *zone*'s file, or would make it."""
        named = f"{self.directory}/{zone}yaml"
        if "xn--" not in zone or Path(named).exists():
            return named
        return f"{self.directory}/{idna_decode(zone)}yaml"

    def _populated(self, zone: str) -> tuple[Zone, bool]:
        populated = conversion.empty(zone)
        try:
            exists = self.populate(populated, target=True, lenient=True)
        except Exception as error:  # noqa: BLE001  octoDNS raises what YAML, its records and Python raise
            raise explained(error, self.name, f"reading {readable(zone)}") from None
        return populated, bool(exists)

    def _plan(self, zone: str, changes: tuple[Change, ...]) -> Plan:
        existing, _ = self._populated(zone)
        records = {conversion.rrset(record).id: record for record in existing.records}
        wanted = conversion.changes(existing, records, changes, escaped=False)
        after = existing.copy()
        after.apply(wanted)
        return Plan(existing, after, wanted, True)

    @contextmanager
    def _elsewhere(self) -> Iterator[Self]:
        """This provider on an empty directory."""
        other = copy.copy(self)
        with TemporaryDirectory() as directory:
            other.directory = directory
            yield other

    def _rewritten(self, plan: Plan) -> str:
        """The file as octoDNS itself writes it."""
        with self._elsewhere() as other:
            super(YamlProvider, other)._apply(plan)
            return Path(other._file(plan.desired.name)).read_text()  # noqa: SLF001  it is of this class

    def _means(self, text: str, zone: str) -> Mapping[RRsetId, RRset] | None:
        """What *text* holds, or None where octoDNS refuses it."""
        found = rrsets(text.encode(), zone, self.default_ttl, escaped=self.escaped_semicolons)
        if found is not None:
            return found
        with self._elsewhere() as other:
            Path(other.directory, f"{zone}yaml").write_text(text)
            try:
                populated, _ = other._populated(zone)  # noqa: SLF001  it is of this class
            except DnsauthError:
                return None
            return conversion.held(populated, self.name, exists=True).rrsets

    def _process_existing_zone(self, existing: Zone, desired: Zone, lenient: bool = False) -> Zone:
        """*existing* with its apex NS, which octoDNS would drop, and with it the line in the file."""
        del desired, lenient
        return existing

    def _apply(self, plan: Plan) -> None:
        if not self._plain:
            super()._apply(plan)
            return
        Path(self.directory).mkdir(parents=True, exist_ok=True)
        write_atomically(Path(self._file(plan.desired.name)), self._rewritten(plan))


def _after(held: Held, changes: tuple[Change, ...]) -> Mapping[RRsetId, RRset]:
    rrsets = dict(held.rrsets)
    for change in changes:
        rrsets.pop(change.rrset.id, None)
    return rrsets | {change.after.id: change.after for change in changes if change.after}
