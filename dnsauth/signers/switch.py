"""Files of a signer that change together: written, checked and loaded, or put back as they were.

Key files come first. Then tables, of which none ever speaks of what is not there, so that a daemon that
starts in between signs with the old key or the new one. The manifest is written before all of it and says
that a run began; where it is not put right after, the next run loads again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from dnsauth.errors import DnsauthError
from dnsauth.signers import command
from dnsauth.signers.place import Access, Held, Place
from dnsauth.signers.terms import Terms

TABLE = Access(0o644)
MANIFEST = Access(0o600)


@dataclass(frozen=True, slots=True)
class Switch:
    """What is written over what was *held*: the *manifest*, key files, tables.

    *keys* are the key files that differ. Tables with a line for each key that goes are *between*, those
    without one *after*, in the order they are written. *held* has every path of them.
    """

    place: Place
    held: Mapping[str, Held | None]
    manifest: tuple[str, bytes]
    keys: Mapping[str, bytes]
    key_access: Access
    between: Mapping[str, bytes]
    after: Mapping[str, bytes]
    _undo: list[tuple[str, Held | None]] = field(default_factory=list)

    def make(self, terms: Terms, environ: Mapping[str, str]) -> None:
        """Write it, check and load it as *terms* say.

        Raises `DnsauthError` where that fails, with all as it was; or with what of that failed too, and then
        the manifest says that a run began.
        """
        reload: tuple[str, ...] = ()
        try:
            self._write()
            self._run(terms.check, environ)
            reload = terms.reload
            self._run(reload, environ)
        except BaseException as error:  # Ctrl-C too leaves the old keys signing
            problem = self._put_back(reload, environ)
            if not isinstance(error, DnsauthError):
                raise
            state = f"what was there could not be put back: {problem}\n" if problem else "all is as it was: "
            raise DnsauthError(f"{state}{error}", error.hint) from None

    def _write(self) -> None:
        path, octets = self.manifest
        self._replace(path, octets, MANIFEST)
        for path, octets in self.keys.items():
            self._replace(path, octets, self.key_access)
        for path, octets, access in self._tables():
            self._replace(path, octets, access)

    def _tables(self) -> Iterator[tuple[str, bytes, Access]]:
        """The tables to write, in order; the same path may come twice."""
        now = {path: held.octets for path, held in self.held.items() if held}
        for path, octets in chain(self.between.items(), self.after.items()):
            if octets != now.get(path):
                now[path] = octets
                held = self.held[path]
                yield path, octets, held.access if held else TABLE

    def _replace(self, path: str, octets: bytes, access: Access) -> None:
        self._undo.append((path, self.place.read(path)))
        self.place.write(path, octets, access)

    def _put_back(self, reload: tuple[str, ...], environ: Mapping[str, str]) -> str:
        """Undo what was written, with *reload* after the tables; what of that failed, or an empty text."""
        tables = [done for done in self._undo if done[0] in self.after]
        others = [done for done in self._undo if done[0] not in self.after]
        problem = ""
        try:
            self._undone(tables)
            try:
                self._run(reload, environ)
            except command.Failed as error:
                problem = str(error)
                if others[0][1] is not None:
                    del others[0]  # the manifest, which is to say that this load failed
            self._undone(others)
        except DnsauthError as error:
            problem = str(error)
        return problem

    def _undone(self, done: list[tuple[str, Held | None]]) -> None:
        for path, held in reversed(done):
            if held is None:
                self.place.remove(path)
            else:
                self.place.write(path, held.octets, held.access)

    def _run(self, argv: tuple[str, ...], environ: Mapping[str, str]) -> None:
        if argv:
            held = (file.octets for path, file in self.held.items() if file and path not in self.after)
            command.run(argv, environ, secrets=(*self.keys.values(), *held))
