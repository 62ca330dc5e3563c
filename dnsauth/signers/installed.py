"""A signer whose software reads files: key files, tables, and a manifest of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dnsauth import file_templates
from dnsauth.errors import DnsauthError
from dnsauth.file_templates import FileTemplate
from dnsauth.signers import layout, manifest
from dnsauth.signers.access import access
from dnsauth.signers.changes import changes
from dnsauth.signers.layout import FORM, Entry, Layout
from dnsauth.signers.manifest import Manifest
from dnsauth.signers.place import Held, Place
from dnsauth.signers.signer import SigningKey
from dnsauth.signers.switch import MANIFEST, Switch
from dnsauth.signers.terms import Terms, terms


@dataclass(frozen=True, slots=True)
class FileSigner:
    """The signer *name*; *templates* are those of its tables, by their paths."""

    name: str
    layout: Layout
    terms: Terms
    templates: Mapping[str, FileTemplate]
    environ: Mapping[str, str]

    def install(self, keys: Sequence[SigningKey]) -> tuple[str, ...]:
        """Bring the directory to *keys*, as `dnsauth.signers.signer.Signer` says."""
        pairs = layout.entries(self.name, keys)
        wanted = tuple(pairs)
        files = {self.layout.path(entry): self.layout.octets(pair) for entry, pair in pairs.items()}
        after = self._tables(wanted)
        whose = access(self.terms.mode, self.terms.owner, self.terms.group)
        place = Place(self.terms.directory)
        with place.locked(self.name):
            before = self._manifest(place)
            gone = before.without(wanted)
            held = {path: place.read(path) for path in (*files, *after)}
            self._refuse_foreign(before, held)
            stale = {
                path: octets
                for path, octets in files.items()
                if not ((file := held[path]) and file.is_as(octets, whose))
            }
            differ = [
                path for path, octets in after.items() if not ((file := held[path]) and file.octets == octets)
            ]
            news = changes(self.layout, before, wanted, held=held, stale=stale, tables=differ)
            if not news and not before.pending:
                return ()
            began = str(before.changing(wanted, after)).encode()
            between = self._tables(sorted((*wanted, *gone))) if gone else after
            switch = Switch(place, held, (self._recorded, began), stale, whose, between, after)
            self._make(switch)
            for entry in gone:
                place.remove(self.layout.path(entry))
            done = Manifest(self.layout.cls, wanted, frozenset(after))
            place.write(self._recorded, str(done).encode(), MANIFEST)
        return (*news, f"loaded with: {' '.join(self.terms.reload)}") if self.terms.reload else news

    def _make(self, switch: Switch) -> None:
        try:
            switch.make(self.terms, self.environ)
        except DnsauthError as error:
            raise DnsauthError(f"signer {self.name}: {error}", error.hint) from None

    @property
    def _recorded(self) -> str:
        return f".dnsauth-{self.name}.json"

    def _manifest(self, place: Place) -> Manifest:
        held = place.read(self._recorded)
        if held is None:
            return Manifest(self.layout.cls)
        found = manifest.parse(held.octets, f"{place.directory}/{self._recorded}")
        if found.cls != self.layout.cls:
            raise DnsauthError(
                f"signer {self.name}: {place.directory} holds what it wrote as class {found.cls}",
                "take another directory, and remove the old one when no daemon reads it any more",
            )
        return found

    def _tables(self, entries: Sequence[Entry]) -> Mapping[str, bytes]:
        texts = (
            (
                table.path,
                self.layout.text(table, self.templates[table.path], self.name, self.terms.directory, entries),
            )
            for table in self.layout.tables
        )
        return {path: text.encode("ascii") for path, text in texts}

    def _refuse_foreign(self, before: Manifest, held: Mapping[str, Held | None]) -> None:
        ours = {*before.tables, *map(self.layout.path, before.entries)}
        if foreign := [path for path, file in held.items() if file and path not in ours]:
            raise DnsauthError(
                f"signer {self.name}: somebody else wrote {', '.join(foreign)} in {self.terms.directory}",
                "move that away, or take another `directory` for the signer",
            )


def file_signer(
    name: str, settings: Mapping[str, object], directory: Path, environ: Mapping[str, str], layout: Layout
) -> FileSigner:
    """Signer *name* with the *layout* of its class; `dnsauth.signers.signer.open_signer` has the rest."""
    told = terms(name, settings, directory, layout.reload)
    templates = {
        table.path: file_templates.read(f"signers/{layout.cls}/{table.template}", directory, FORM)
        for table in layout.tables
    }
    return FileSigner(name, layout, told, templates, environ)
