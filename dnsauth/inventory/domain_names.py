"""Names of zones, from file names and ``zones:``; Names of mail domains, from the keys of ``domains``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dnsauth import names
from dnsauth.documents import Map, Node, Seq
from dnsauth.findings import Finding, Where, nearest
from dnsauth.inventory import rules
from dnsauth.inventory.model import Inventory, Zone
from dnsauth.inventory.rules import Refused

SUFFIX = ".yaml"


def zones(tree: Node | None, file: str) -> Iterator[tuple[str, Where] | Finding]:
    """The zones a file serves, absolute, each with its place; what is wrong with the file's name."""
    if isinstance(tree, Map) and "zones" in tree:
        said = tree["zones"]
        listed = said if isinstance(said, Seq) else Seq()
        for index, item in enumerate(listed):
            try:
                yield names.absolute(str(item)), Where(file, *listed.where(index))
            except names.BadName:
                continue  # the form of the file says so
        return
    stem = file.rpartition("/")[2].removesuffix(SUFFIX)
    try:
        yield names.absolute(stem), Where(file)
    except names.BadName as error:
        yield Finding(rules.FILE_NAME, Where(file), facts={"reason": str(error)})


def mail_domains(domains: Map, zone: str, file: str) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """The mail domains of *zone*: absolute names by key, and what is wrong with the other keys."""
    by_key: dict[str, str] = {}
    first: dict[str, str] = {}
    findings: list[Finding] = []
    for key in domains:
        try:
            name = _mail_domain(key, zone, first)
        except Refused as refused:
            facts = {"key": rules.cut(key), **refused.facts}
            findings.append(Finding(refused.rule, Where(file, *domains.key_where(key)), zone, facts))
            continue
        by_key[key] = name
        first[name] = key
    return by_key, tuple(findings)


def strays(zones: Mapping[str, Zone]) -> Iterator[Finding]:
    """Mail domains that belong to another zone of the inventory: a record goes to the deepest zone."""
    for zone in zones.values():
        for domain in zone.domains:
            home = names.deepest(domain.name, zones)
            if home is None or home == zone.name:
                continue
            facts = {
                "key": names.relative(domain.name, zone.name),
                "name": names.readable(domain.name),
                "zone": names.readable(home),
                "right": names.relative(domain.name, home),
                "file": zones[home].where.file,
            }
            yield Finding(rules.OTHER_ZONE, domain.where, domain.name, facts)


def unknown(inventory: Inventory) -> Iterator[Finding]:
    """Each zone that `notify:` names and that is not there: nobody would ever be told of it."""
    for one in inventory.notify:
        for zone in one.zones:
            if zone not in inventory.zones:
                close = nearest(zone, inventory.zones)
                guess = f"did you mean {names.readable(close)}? " if close else ""
                facts = {"key": "where", "zone": names.readable(zone), "guess": guess}
                yield Finding(rules.NO_ZONE, one.where, facts=facts)


def repeated(name: str, ancestor: str) -> str:
    """How *name*, which was written relative to *ancestor* and repeats it, is spelled; else empty."""
    return names.relative(name, ancestor) if names.within(name, ancestor) else ""


def _mail_domain(key: str, zone: str, first: Mapping[str, str]) -> str:
    if key == "@":
        return zone
    if not key:
        raise Refused(rules.NO_KEY)
    if "*" in key:
        right = key.replace("*.", "").strip("*") or "mail"
        raise Refused(rules.WILDCARD, right=right)
    try:
        written = names.absolute(key)
        if spelling := repeated(written, zone):
            raise Refused(rules.REPEATS_ZONE, zone=names.readable(zone), right=spelling)
        if key.endswith("."):
            raise Refused(rules.OUTSIDE, zone=names.readable(zone))
        name = names.absolute(key, zone)
    except names.BadName as error:
        raise Refused(rules.NAME, reason=str(error)) from error
    if "_" in key:
        raise Refused(rules.UNDERSCORE)
    if name in first:
        raise Refused(rules.SAME_DOMAIN, name=names.readable(name), first=first[name])
    return name
