"""Who asks for what does not stand in a zone, or has what cannot be written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from dnsauth import names
from dnsauth.adopt import zone_file
from dnsauth.adopt.draft import SPF, Draft, Part
from dnsauth.desired.model import Desired
from dnsauth.findings import Finding
from dnsauth.plan.model import Change
from dnsauth.rrset import RRsetId

_SETTINGS = {"_dmarc": "dmarc", "_smtp": "tls_rpt", "default": "bimi"}
_NAMING = ("sender", "first", "second")  # facts of a finding that may name a sender
_REPORTS = "._report._dmarc."  # RFC 9990 section 4


def blamed(
    zone: str,
    drafts: Collection[Draft],
    desired: Collection[Desired],
    differing: Collection[Change],
    wrong: Collection[Finding],
    *,
    drafted: bool,
) -> Iterator[Part]:
    """The parts of *drafts* of *zone* that changes and findings come from.

    Lines of findings are those of the drafted text only where the file is *drafted* as a whole.
    """
    by_name = {draft.name: draft for draft in drafts}
    by_id = {rrset.id: rrset for rrset in desired}
    for change in differing:
        yield from _askers(by_name, by_id.get(change.rrset.id), change.rrset.id)
    for finding in wrong:
        draft = zone_file.said_at(finding.where.line, zone, drafts) if drafted else None
        said = {str(finding.facts.get(fact, "")).removeprefix("sender ") for fact in _NAMING}
        for one in (draft,) if draft else drafts:
            senders = [entry.name for entry in one.senders] if draft or not drafted else []
            mine = said.intersection(senders) or (SPF, *one.settings, *senders)
            yield from (Part(one.name, part) for part in mine)


def _askers(by_name: Mapping[str, Draft], rrset: Desired | None, id: RRsetId) -> Iterator[Part]:
    if _REPORTS in id.owner:
        yield Part(id.owner.partition(_REPORTS)[0] + ".", "dmarc")
    name = names.deepest(id.owner, by_name)
    if name is None:
        return
    if id == (name, "TXT"):
        yield Part(name, SPF)  # the SPF record is every sender's
    else:
        askers = {origin.sender for value in rrset.values for origin in value.origin} if rrset else set()
        for draft in by_name.values():
            yield from (Part(draft.name, entry.name) for entry in draft.senders if entry.name in askers)
    if id == (name, "MX"):
        yield Part(name, "receives")
    label = id.owner.partition(".")[0]
    if label in _SETTINGS:
        yield Part(name, _SETTINGS[label])
