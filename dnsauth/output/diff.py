"""Differences between the inventory and what authoritative servers answer, as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dnsauth.diff.model import Difference, NotAssessed, ZoneDiff
from dnsauth.live.servers import Server
from dnsauth.live.standing import State
from dnsauth.names import readable, relative
from dnsauth.output import safe
from dnsauth.output.plan import actions, head, remarks, sides
from dnsauth.output.style import PLAIN, Style
from dnsauth.output.text import counted

FEW = 3  # RRsets that are named where they could not be assessed; the rest are counted

_VERBS = {
    State.AGREES: ("agrees", "agree"),
    State.DIFFERS: ("differs", "differ"),
    State.UNREACHABLE: ("is unreachable", "are unreachable"),
    State.REFUSED: ("refuses", "refuse"),
    State.LAME: ("is lame", "are lame"),
}


def text(found: Sequence[ZoneDiff], style: Style = PLAIN, *, verbose: bool = False) -> str:
    """*found*, zone by zone, and one line that sums it up; with *verbose* also the zones that agree."""
    shown, alike = (found, {}) if verbose else gathered(found)
    blocks = ["\n".join(_zone(zone, style, verbose=verbose)) for zone in shown]
    blocks += ["\n".join(_alike(zones, whys, style)) for whys, zones in alike.items()]
    return "\n\n".join([*blocks, summary(found)]) + "\n"


def gathered(
    found: Sequence[ZoneDiff],
) -> tuple[Sequence[ZoneDiff], Mapping[tuple[str, ...], Sequence[ZoneDiff]]]:
    """The zones to show one by one, and by reason those that were not assessed for the same ones.

    One server that is silent is no news ten thousand times: zones without a difference are gathered where
    more than `FEW` have their reasons in common.
    """
    groups: dict[tuple[str, ...], list[ZoneDiff]] = {}
    for zone in found:
        if zone.not_assessed and not zone.differences:
            groups.setdefault(tuple(why for why, _ in unheard(zone)), []).append(zone)
    alike = {whys: zones for whys, zones in groups.items() if len(zones) > FEW}
    told = {zone.zone for zones in alike.values() for zone in zones}
    return [z for z in found if (z.differences or z.not_assessed) and z.zone not in told], alike


def summary(found: Sequence[ZoneDiff]) -> str:
    """How many differences in how many zones, how many agree, how many are not assessed in full."""
    differing = [zone for zone in found if zone.differences]
    agree = sum(1 for zone in found if not zone.differences and not zone.not_assessed)
    unknown = sum(1 for zone in found if zone.not_assessed)
    parts = []
    if differing:
        tally = actions(one.change for zone in differing for one in zone.differences)
        parts.append(f"{tally} in {counted(len(differing), 'zone')}")
    if agree:
        parts.append(f"{counted(agree, 'zone')} {'agrees' if agree == 1 else 'agree'}")
    if unknown:
        parts.append(f"{counted(unknown, 'zone')} not assessed in full")
    return "Diff: " + ("; ".join(parts) or "no zones") + "."


def outcome(zone: ZoneDiff) -> str:
    """How *zone* stands: what is to do, whether its servers disagree, and whether some were not heard."""
    parts = [actions(one.change for one in zone.differences)] if zone.differences else []
    if zone.disagrees:
        parts.append("its servers disagree")
    if zone.not_assessed:
        parts.append("not assessed in full")
    return "; ".join(parts) or "agrees"


def servers(zone: ZoneDiff) -> Iterator[str]:
    """The servers of *zone* with a route from here, one line for a state and serial; then those left out."""
    groups: dict[tuple[State, int | None], list[Server]] = {}
    for seen in zone.servers:
        if seen.state is State.UNREACHABLE and seen.server.family in zone.unrouted:
            continue
        groups.setdefault((seen.state, seen.serial), []).append(seen.server)
    for (state, serial), same in groups.items():
        verb = _VERBS[state][len(same) > 1]
        yield f"{', '.join(map(_named, same))} {verb}" + ("" if serial is None else f", serial {serial}")
    if zone.ignored:
        yield f"{', '.join(map(readable, zone.ignored))}: left out, as `live.ignore` says"


def holders(one: Difference, zone: ZoneDiff) -> str:
    """Which servers answer so and which as asked, with serials; empty where all that were heard are alike."""
    alike = sum(one.change.rrset.id == other.change.rrset.id for other in zone.differences)
    if alike == 1 and not one.agreeing:
        return ""
    serials = {seen.server: seen.serial for seen in zone.servers}

    def listed(servers: Sequence[Server]) -> str:
        return ", ".join(
            server.address + ("" if serials[server] is None else f" (serial {serials[server]})")
            for server in servers
        )

    asked = f"; as asked at {listed(one.agreeing)}" if one.agreeing else ""
    return f"only at {listed(one.servers)}{asked}"


def first(zones: Sequence[ZoneDiff]) -> str:
    """The first of *zones* by name, and how many more they are."""
    named = ", ".join(readable(zone.zone) for zone in zones[:FEW])
    return f"{named} and {len(zones) - FEW:,} more"


def unheard(zone: ZoneDiff, *, few: int | None = FEW) -> Iterator[tuple[str, str]]:
    """Why something of *zone* was not assessed, and what: *few* RRsets by name, or all for None."""
    groups: dict[str, list[NotAssessed]] = {}
    for one in zone.not_assessed:
        groups.setdefault(one.why, []).append(one)
    for why, same in groups.items():
        named = ", ".join(f"{relative(one.owner, zone.zone)} {one.type}" for one in same[:few])
        more = 0 if few is None else len(same) - few
        yield why, named + (f" and {more:,} more" if more > 0 else "")


def _named(server: Server) -> str:
    return f"{readable(server.name)} {server.address}" if server.name.endswith(".") else server.address


def _alike(zones: Sequence[ZoneDiff], whys: Sequence[str], style: Style) -> Iterator[str]:
    yield f"{style.paint(counted(len(zones), 'zone'), 'bold')}: not assessed in full"
    yield f"  {safe.line(first(zones))}"
    yield from (f"  {style.paint('not assessed', 'yellow')}: {safe.line(why)}" for why in whys)


def _zone(zone: ZoneDiff, style: Style, *, verbose: bool) -> Iterator[str]:
    yield f"{style.paint(safe.line(readable(zone.zone)), 'bold')}: {outcome(zone)}"
    yield from ("  " + safe.line(line) for line in servers(zone))
    for one in zone.differences:
        yield ""
        yield "  " + head(one.change, zone.zone, style)
        yield from ("      " + remark for remark in remarks(one.change))
        yield from ("      " + line for line in sides(one.change, style))
        if at := holders(one, zone):
            yield f"      {safe.line(at)}"
    if zone.not_assessed:
        yield ""
    for why, what in unheard(zone, few=None if verbose else FEW):
        yield f"  {style.paint('not assessed', 'yellow')}: {safe.line(why)}"
        yield f"      {safe.line(what)}"
