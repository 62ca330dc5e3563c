"""Values a zone file keeps verbatim, taken out of it so that what was meant can be asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from dnsauth import documents, names
from dnsauth.adopt.merge import Standing
from dnsauth.adopt.repair import Repair
from dnsauth.desired.model import Desired
from dnsauth.documents import Map, Seq
from dnsauth.documents.edit import Edit, Put, Remove, edited
from dnsauth.inventory.model import MailDomain


def without(standing: Standing, repairs: Iterable[Repair]) -> Standing:
    """*standing* as if its file did not keep what *repairs* replace; raises `Unedited`."""
    gone: dict[str, tuple[str, ...]] = {}
    for one in repairs:
        gone[one.owner] = (*gone.get(one.owner, ()), *one.before)
    edits = tuple(_edits(standing, gone))
    if not edits:
        return standing
    zone = replace(standing.zone, domains=tuple(_domain(each, gone) for each in standing.zone.domains))
    desired = tuple(left for each in standing.desired if (left := _desired(each, gone)).values)
    return replace(standing, octets=edited(standing.octets, edits), zone=zone, desired=desired)


def _domain(domain: MailDomain, gone: Mapping[str, tuple[str, ...]]) -> MailDomain:
    kept = (
        replace(each, values=tuple(value for value in each.values if value not in gone.get(each.owner, ())))
        for each in domain.keep
    )
    return replace(domain, keep=tuple(each for each in kept if each.values))


def _desired(rrset: Desired, gone: Mapping[str, tuple[str, ...]]) -> Desired:
    if rrset.type != "TXT" or rrset.owner not in gone:
        return rrset
    return replace(rrset, values=tuple(v for v in rrset.values if v.text not in gone[rrset.owner]))


def _edits(standing: Standing, gone: Mapping[str, tuple[str, ...]]) -> Iterator[Edit]:
    """The edits that take *gone* out of ``keep:``, the last item first, so that paths stay right."""
    tree, _ = documents.load(standing.octets, standing.file)
    domains = tree.get("domains") if isinstance(tree, Map) else None
    for key, node in domains.items() if isinstance(domains, Map) else ():
        items = node.get("keep") if isinstance(node, Map) else None
        if not isinstance(items, Seq):
            continue
        path = ("domains", key, "keep")
        home = standing.zone.name if key == "@" else names.absolute(key, standing.zone.name)
        left = len(items)
        for at, item in reversed(list(enumerate(items))):
            if not isinstance(item, Map) or item.get("type") != "TXT":
                continue
            said = item["values"]
            values = [str(value) for value in said] if isinstance(said, Seq) else [str(said)]
            owner = names.absolute(str(item["owner"]), home, wildcard=True)
            stay = [value for value in values if value not in gone.get(owner, ())]
            if not stay:
                left -= 1
                yield Remove((*path, at))
            elif len(stay) < len(values):
                yield Put((*path, at, "values"), stay if len(stay) > 1 else stay[0])
        if not left:
            yield Remove(path)
