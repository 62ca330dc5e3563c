"""Which files a signer's keys make: a file for each key, and tables that say who signs with what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from dnsauth import names
from dnsauth.errors import DnsauthError
from dnsauth.file_templates import FileTemplate, Form
from dnsauth.keys.pair import KeyPair
from dnsauth.signers.signer import SigningKey

FORM = Form(
    texts=frozenset({"signer"}),
    lists={"keys": frozenset({"domain", "selector", "algorithm", "name", "path", "first", "last"})},
)
"""What the template of a table may speak of.

*signer* is the signer's id; of each key *name* is its owner name without the final dot, *path* the whole path
of its file; *first* and *last* are no empty text where it is the first or last key of its domain.
"""

_MAX_LINE = 2000  # characters
_LINE = re.compile(r"[\t\x20-\x7e]*")


class Entry(NamedTuple):
    """A key as tables and the manifest know it, without its private half."""

    domain: str
    selector: str
    algorithm: str
    signs: bool

    @property
    def id(self) -> tuple[str, str]:
        """Domain and selector."""
        return self.domain, self.selector


class Table(NamedTuple):
    """A table: its *path* below the signer's directory, the *template* that makes it, the keys it holds."""

    path: str
    template: str
    holds: Callable[[Entry], bool]


class Layout(NamedTuple):
    """The files of one class of signers.

    *key* is the path of a key's file below the directory, of ``{domain}`` and ``{selector}``; *octets* makes
    what stands in it. *tables* are in the order they are written: what one speaks of is there before it.
    *reload* is what makes its software read them, where the settings say nothing; () where it needs none.
    """

    cls: str
    key: str
    octets: Callable[[KeyPair], bytes]
    tables: tuple[Table, ...]
    reload: tuple[str, ...] = ()

    def path(self, entry: Entry) -> str:
        """Where the key of *entry* is, below the directory."""
        return self.key.format(domain=entry.domain, selector=entry.selector)

    def text(
        self, table: Table, template: FileTemplate, signer: str, directory: Path, entries: Sequence[Entry]
    ) -> str:
        """The text of *table* for *entries*, which are sorted, in the *directory* of *signer*.

        Raises `DnsauthError` unless *template* made one line for each key it holds, that names the key.
        """
        held = [entry for entry in entries if table.holds(entry)]
        domains = [entry.domain for entry in held]
        made = template.render(
            {
                "signer": signer,
                "keys": [
                    {
                        "domain": entry.domain,
                        "selector": entry.selector,
                        "algorithm": entry.algorithm,
                        "name": f"{entry.selector}._domainkey.{entry.domain}",
                        "path": f"{directory}/{self.path(entry)}",
                        "first": "" if domains[i - 1 : i] == [entry.domain] else "first",
                        "last": "" if domains[i + 1 : i + 2] == [entry.domain] else "last",
                    }
                    for i, entry in enumerate(held)
                ],
            }
        )
        lines = made.split("\n")
        if lines.pop() or any(len(line) > _MAX_LINE or not _LINE.fullmatch(line) for line in lines):
            raise _bad(template, "it makes no text of printable ASCII lines that end")
        told = [line for line in lines if line.strip() and not line.startswith("#")]
        if len(told) != len(held):
            raise _bad(template, f"it makes {len(told)} lines for {len(held)} keys")
        for entry, line in zip(held, told, strict=True):
            if entry.domain not in line or entry.selector not in line:
                raise _bad(template, f"the line of {entry.selector} of {entry.domain} does not name it")
        return made


def entries(signer: str, keys: Iterable[SigningKey]) -> Mapping[Entry, KeyPair]:
    """*keys* by their entries, sorted; raises `DnsauthError` that tells every problem of them."""
    found: dict[Entry, KeyPair] = {}
    problems: list[str] = []
    ids: set[tuple[str, str]] = set()
    signing: set[tuple[str, str]] = set()
    for key in keys:
        entry = Entry(key.domain, key.selector, key.pair.algorithm, key.signs)
        if reason := misnamed(entry):
            problems.append(reason)
        elif entry.id in ids:
            problems.append(f"{key.domain}: two keys have the selector {key.selector}")
        elif key.signs and (key.domain, entry.algorithm) in signing:
            problems.append(f"{key.domain}: two keys of {entry.algorithm} would sign")
        ids.add(entry.id)
        if key.signs:
            signing.add((key.domain, entry.algorithm))
        found[entry] = key.pair
    if problems:
        raise DnsauthError(
            "\n".join(f"signer {signer}: {problem}" for problem in problems),
            "one key signs for each domain and algorithm, and its names are DNS names",
        )
    return dict(sorted(found.items(), key=lambda item: item[0]))


def misnamed(entry: Entry) -> str:
    """Why the names of *entry* can't be those of a key and its file, or an empty text."""
    owner = f"{entry.selector}._domainkey.{entry.domain}"
    try:
        right = names.selector(entry.selector) == entry.selector and names.absolute(owner) == f"{owner}."
        names.absolute(entry.domain)
    except names.BadName as error:
        return str(error)
    return "" if right else f"{owner!r} is not in lower case, of A-labels and without the final dot"


def _bad(template: FileTemplate, reason: str) -> DnsauthError:
    return DnsauthError(
        f"{template.file}: {reason}",
        "a table has one line for each key, and may have lines that begin with #",
    )


def encoded(pair: KeyPair) -> bytes:
    """The private half of *pair* as PKCS#8 in base64, without armour and line ends."""
    return b"".join(line for line in pair.private.splitlines() if not line.startswith(b"-----"))
