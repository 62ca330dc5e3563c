"""From a template to a service definition that loads and renders, or the reasons why there is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dnsauth import documents
from dnsauth.catalogue import definition as catalogue
from dnsauth.catalogue.asks import asks, examples
from dnsauth.domain_connect.definition import text
from dnsauth.domain_connect.model import Entry, Left
from dnsauth.domain_connect.parameters import parameters, switches
from dnsauth.domain_connect.records import entries
from dnsauth.domain_connect.template import Refused, Template
from dnsauth.domain_connect.variables import Pieces, shown

DOMAIN = "example.com."
"""The mail domain a definition is rendered for before it is written."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A service definition's name and text, and what of the template it does not carry."""

    name: str
    text: str
    left: tuple[Left, ...] = ()


def convert(template: Template, source: tuple[str, str] | None = None) -> Conversion:
    """The definition of *template*; *source* is the URL that supports it, and the day it was seen.

    Raises `Refused` where nothing of it can be carried.
    """
    name = re.sub(r"[^a-z0-9]+", "-", f"{template.provider}.{template.service}".lower()).strip("-")
    if not name:
        raise Refused("no name", "providerId and serviceId hold no letter a to z and no digit")
    kept: list[Entry] = []
    left: list[Left] = []
    for found in entries(template):
        if isinstance(found, Left):
            left.append(found)
        else:
            kept.append(found)
    kept = _once(kept, left)
    kept = _sound(template, kept, left)
    if not kept:
        raise Refused("nothing carried", _nothing(left))
    left += _always(kept)
    left = list(dict.fromkeys(left))
    written = text(template, kept, parameters(kept, template), left, source)
    if problems := _problems(written):
        raise Refused("not rendered", "; ".join(problems[:3]))
    return Conversion(name, written, tuple(left))


def _nothing(left: Sequence[Left]) -> str:
    if not left:
        return "it has no records"
    more = f"; and {len(left) - 3} more" if len(left) > 3 else ""
    return "nothing of it can be carried: " + "; ".join(map(str, left[:3])) + more


def _once(found: Sequence[Entry], left: list[Left]) -> list[Entry]:
    """*found* without what stands twice, and without what a CNAME at the same name rules out."""
    same: dict[object, Entry] = {}
    for entry in found:
        key = (entry.section, tuple(entry.texts.items()), entry.preference, _unnamed(entry) and entry.what)
        if key not in same:
            same[key] = entry
        elif same[key].group != entry.group:
            same[key] = replace(entry, group="")
    aliases: dict[str, Pieces] = {}
    types: dict[str, str] = {}
    kept = []
    for entry in same.values():
        owner, type, value = _rrset(entry)
        if (owner in aliases and aliases[owner] != value) or (
            type == "CNAME" and types.get(owner, "CNAME") != type
        ):
            left.append(
                Left("conflict", entry.what, "a name with a CNAME has nothing else (RFC 2181 section 10.1)")
            )
            continue
        if owner and type == "CNAME":
            aliases[owner] = value
        if owner:
            types.setdefault(owner, type)
        kept.append(entry)
    return kept


def _unnamed(entry: Entry) -> bool:
    """True for a key whose selector the sender gives with it."""
    return bool(entry.given) and not entry.texts["selector"]


def _rrset(entry: Entry) -> tuple[str, str, Pieces]:
    """Owner, type and value of *entry* as far as a CNAME beside it matters; the owner may be empty."""
    texts = entry.texts
    match entry.section:
        case "dkim" if "cname" in texts:
            return f"{shown(texts['selector']).lower()}._domainkey", "CNAME", texts["cname"]
        case "dkim":
            selector = shown(texts["selector"]).lower()
            return f"{selector}._domainkey" if selector else "", "TXT", ()
        case "records":
            return shown(texts["owner"]).lower(), shown(texts["type"]), texts["value"]
        case _:
            return "@", "TXT", ()


def _always(kept: Sequence[Entry]) -> list[Left]:
    """The groups that cannot be left out by leaving a parameter or a key out."""
    if len({entry.group for entry in kept}) == 1:
        return []
    asked = dict.fromkeys(
        entry.group for entry in kept if entry.group and entry.section != "mx" and not entry.given
    )
    optional = switches(kept)
    if not (always := [f"`{group}`" for group in asked if group not in optional]):
        return []
    why = "they have no variable of their own, so all of it is asked for; take away what you do not want"
    return [Left("group", f"the choice of the groups {', '.join(always)}", why)]


def _sound(template: Template, kept: list[Entry], left: list[Left]) -> list[Entry]:
    """*kept* without the entries that do not load and render, each beside those before it.

    One variable may be asked for what no value is, as the address of an A and of an AAAA record.
    """
    if not kept or not _problems(text(template, kept, parameters(kept, template))):
        return kept
    sound: list[Entry] = []
    for entry in kept:
        with_it = [*sound, entry]
        problems = _problems(text(template, with_it, parameters(with_it, template)))
        if problems:
            left.append(Left("not rendered", entry.what, problems[0]))
        else:
            sound.append(entry)
    return sound


def _problems(written: str) -> tuple[str, ...]:
    """Every problem of a definition: its YAML, its form, its expressions, what its examples make of it."""
    document, found = documents.load(written.encode(), "")
    if document is None or found:
        return tuple(finding.message for finding in found) or ("it is no YAML",)
    service, found = catalogue.service("imported", document, "", shipped=False)
    if service is None:
        return tuple(finding.message for finding in found)
    given = examples(service)
    problems = asks(service, given, DOMAIN)[1]
    if service.template["mx"]:
        problems += asks(service, given, DOMAIN, receives=True)[1]
    return problems
