"""The guards on what a change does to mail; each may be waived for that one change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from dnsauth import names
from dnsauth.checks.rules.guards import (
    LAST_KEY,
    MTA_STS_REMOVED,
    MX_CHANGED,
    NULL_MX,
    REJECT_UNSIGNED,
    WEAKENED,
)
from dnsauth.checks.senders import key_domain, unsigned, works
from dnsauth.checks.view import RRsets, View
from dnsauth.dmarc import PREFIX
from dnsauth.findings import Finding, Rule
from dnsauth.plan import policy
from dnsauth.plan.digest import change_id
from dnsauth.plan.kind import Kind, kind_at, selects
from dnsauth.plan.model import Change
from dnsauth.plan.sides import added, gone, values
from dnsauth.records import BadRecord, dmarc, mx
from dnsauth.rrset import RRset, RRsetId

SHOWN = 80  # characters of a key; the change shows it whole

_Guard = Callable[[View, Change], Iterator[Finding]]


def mail(view: View, sent: Iterable[Finding]) -> Iterator[Finding]:
    """What the changes of *view* make worse for mail; each finding's facts name its change by id.

    *sent* are findings on those who send, which stand among the others.
    """
    for change in view.changes:
        for guard in _GUARDS:
            yield from guard(view, change)
    yield from sent
    yield from _reject(view)


def _finding(rule: Rule, view: View, change: Change, facts: Mapping[str, object]) -> Finding:
    named = {"owner": names.readable(change.owner), "change": change_id(view.zone, change)}
    return Finding(rule, view.place(change), change.owner, {**named, **facts})


def _weakened(view: View, change: Change) -> Iterator[Finding]:
    if not change.owner.startswith(PREFIX):
        return
    domain = change.owner.removeprefix(PREFIX)
    if change is not _deciding(view, domain):
        return
    # what can't be read may have been as strong as can be, and may become as weak
    before = policy.effective(domain, view.zone, view.before, policy.REJECT)
    after = policy.effective(domain, view.zone, view.after, policy.NOTHING)
    sides = (
        ("the domain", after.domain.below(before.domain)),
        ("its subdomains", after.subdomains.below(before.subdomains)),
        ("names that do not exist", after.nonexistent.below(before.nonexistent)),
    )
    weaker = [whom for whom, lower in sides if lower]
    facts = {
        "whom": ", ".join(weaker),
        "before": _at(view.before, before.owner),
        "after": _at(view.after, after.owner),
    }
    if weaker and facts["before"] != facts["after"]:
        yield _finding(WEAKENED, view, change, facts)


def _deciding(view: View, domain: str) -> Change | None:
    """The change to name where several at ``_dmarc`` make room for one another: the last."""
    owner = PREFIX + domain
    return next((change for change in reversed(view.changes) if change.owner == owner), None)


def _at(rrsets: RRsets, owner: str) -> str:
    found = (rrsets.get(RRsetId(owner, type)) for type in ("CNAME", "TXT"))
    return next((_text(rrset) for rrset in found if rrset), "no record")


def _text(rrset: RRset | None) -> str:
    return ", ".join(values(rrset)) or "nothing"


def _reject(view: View) -> Iterator[Finding]:
    if not any(change.owner.startswith(PREFIX) for change in view.changes):
        return
    for domain in view.domains:
        before = policy.effective(domain.name, view.zone, view.before, policy.NOTHING)
        after = policy.effective(domain.name, view.zone, view.after, policy.NOTHING)
        change = _deciding(view, after.owner.removeprefix(PREFIX))
        if change is None or policy.asks_reject(before.domain) or not policy.asks_reject(after.domain):
            continue
        senders = tuple(unsigned(domain, view.desired, strict=_strict(view.after, after.owner)))
        if senders:
            facts = {
                "domain": names.readable(domain.name),
                "senders": ", ".join(sender.name for sender in senders),
                "before": _at(view.before, before.owner),
                "after": _at(view.after, after.owner),
            }
            yield _finding(REJECT_UNSIGNED, view, change, facts)


def _strict(rrsets: RRsets, owner: str) -> bool:
    for text in values(rrsets.get(RRsetId(owner, "TXT"))):
        if dmarc.selects(text):
            try:
                return dmarc.Record.parse(text).adkim is dmarc.Alignment.STRICT
            except BadRecord:
                return True
    return False


def _last_key(view: View, change: Change) -> Iterator[Finding]:
    at = key_domain(change.owner)
    domain = next((domain for domain in view.domains if domain.name == at), None)
    if domain is None or not any(works(change.type, text) for text in gone(change)):
        return
    here = (view.after.get(RRsetId(change.owner, type)) for type in ("TXT", "CNAME"))
    if any(works(rrset.type, text) for rrset in here if rrset for text in rrset.values):
        return
    own = next((key for key in view.lock.keys if key.owner == change.owner), None)
    if own and own.revocation:
        return  # a person said that it must go, and was told what fails
    senders = tuple(
        sender
        for sender in unsigned(domain, view.desired, strict=False)
        if own is None or sender.name == own.sender
    )
    if senders:
        facts = {
            "domain": names.readable(domain.name),
            "senders": ", ".join(sender.name for sender in senders),
            "before": _short(_text(change.before)),
            "after": _short(_text(change.after)),
        }
        yield _finding(LAST_KEY, view, change, facts)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN // 2]}…{text[-SHOWN // 4 :]}"


def _exchangers(view: View, change: Change) -> Iterator[Finding]:
    if change.type != "MX":
        return
    null = str(mx.NULL)
    if null in added(change):
        here = (view.before.get(RRsetId(change.owner, type)) for type in ("MX", "A", "AAAA"))
        held = [f"{rrset.type} {_text(rrset)}" for rrset in here if rrset]
        if held:
            yield _finding(NULL_MX, view, change, {"before": "; ".join(held), "after": f"MX {null}"})
    elif change.before and (gone(change) or added(change)):
        facts = {"before": _text(change.before), "after": _text(change.after)}
        yield _finding(MX_CHANGED, view, change, facts)


def _mta_sts(view: View, change: Change) -> Iterator[Finding]:
    if kind_at(change.owner, change.type) is not Kind.MTASTS:
        return
    old, new = (
        tuple(text for text in values(side) if selects(Kind.MTASTS, text))
        for side in (change.before, change.after)
    )
    if old and not new and not view.after.get(RRsetId(change.owner, "CNAME")):
        yield _finding(MTA_STS_REMOVED, view, change, {"before": ", ".join(old), "after": "nothing"})


_GUARDS: tuple[_Guard, ...] = (_weakened, _last_key, _exchangers, _mta_sts)
