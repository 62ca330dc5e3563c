"""Which DMARC policy receivers apply to a domain: by RFC 9989's tree walk, and by RFC 7489's suffix list.

Both kinds of receivers are about, and they may find different records for the same domain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeAlias

from dnsauth.records import BadRecord
from dnsauth.records.dmarc import Policy, Psd, Record, selects
from dnsauth.spf.lookup import Lookup, NoSuchName

PREFIX = "_dmarc."
MAX_LABELS = 8  # RFC 9989 section 4.10: no walk asks more often
_MILDER = {Policy.REJECT: Policy.QUARANTINE, Policy.QUARANTINE: Policy.NONE, Policy.NONE: Policy.NONE}

Organizational: TypeAlias = Callable[[str], str]
"""An absolute name to the name a registrant registered, by a public suffix list; empty for a suffix."""


@dataclass(frozen=True, slots=True)
class Found:
    """The record that decides, *found_at* an absolute domain (empty where there is none), and what it asks.

    *policy* is None where receivers apply no DMARC; *tag* is the one it comes from. *organizational* is the
    organizational domain, which relaxed alignment compares.
    """

    found_at: str
    organizational: str
    text: str = ""
    record: Record | None = None
    policy: Policy | None = None
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What either kind of receiver finds for *domain*; *exists* is False for a name DNS does not have."""

    domain: str
    exists: bool
    by_tree_walk: Found
    by_suffix_list: Found

    @property
    def differs(self) -> bool:
        """True where they apply different policies, or compare different organizational domains."""
        walk, suffix = self.by_tree_walk, self.by_suffix_list
        return (walk.policy, walk.organizational) != (suffix.policy, suffix.organizational)


def walk(domain: str) -> Iterator[str]:
    """The names a tree walk from *domain* (absolute) asks, at most eight (RFC 9989 section 4.10)."""
    yield domain
    labels = domain.removesuffix(".").split(".")
    for count in range(min(len(labels), MAX_LABELS) - 1, 0, -1):
        yield ".".join(labels[-count:]) + "."


def discover(domain: str, lookup: Lookup, organizational: Organizational | None = None) -> Discovery:
    """The policies for *domain* (absolute) by both ways (RFC 9989 section 4.10.1, RFC 7489 section 6.6.3).

    *organizational* is the public suffix list, that of the package publicsuffixlist where it is not given.
    Raises `dnsauth.spf.TempError` where a name could not be asked: a policy may stand there.
    """
    exists = _exists(domain, lookup)
    return Discovery(
        domain,
        exists,
        _by_tree_walk(domain, exists, lookup),
        _by_suffix_list(domain, exists, lookup, organizational or suffix_list()),
    )


def by_tree_walk(domain: str, lookup: Lookup) -> Found:
    """The policy for *domain* (absolute) by the tree walk alone, as `discover` finds it."""
    return _by_tree_walk(domain, _exists(domain, lookup), lookup)


def selected(values: Iterable[str]) -> str:
    """The record receivers take from TXT *values*; empty where there is none, or more (section 4.10)."""
    texts = [value for value in values if selects(value)]
    return texts[0] if len(texts) == 1 else ""


def _exists(domain: str, lookup: Lookup) -> bool:
    try:
        lookup(domain, "A")
    except NoSuchName:
        return False
    return True


def _by_tree_walk(domain: str, exists: bool, lookup: Lookup) -> Found:
    records: dict[str, tuple[str, Record | None]] = {}
    for name in walk(domain):
        if found := _record(name, lookup):
            records[name] = found
            if found[1] and found[1].psd is not Psd.UNKNOWN:
                break
    home = _organizational(domain, records)
    at = next((name for name in (domain, home, *list(records)[-1:]) if name in records), "")
    if not at:
        return Found("", home)
    text, record = records[at]
    if record is None:
        return Found("", home)
    policy, tag = _applied(record, own=at == domain, exists=exists, modern=True)
    return Found(at, home, text, record, policy, tag)


def _organizational(domain: str, records: dict[str, tuple[str, Record | None]]) -> str:
    """The organizational domain of *domain*, section 4.10.2; *records* go from the longest name up."""
    for name, (_, record) in records.items():
        psd = record.psd if record else Psd.UNKNOWN
        if psd is Psd.NO:
            return name
        if psd is Psd.YES and name != domain:
            labels = domain.removesuffix(f".{name}").split(".")
            return f"{labels[-1]}.{name}"
    return list(records)[-1] if records else domain


def _by_suffix_list(domain: str, exists: bool, lookup: Lookup, organizational: Organizational) -> Found:
    home = organizational(domain) or domain
    for name in dict.fromkeys((domain, home)):
        if found := _record(name, lookup):
            text, record = found
            if record is None:
                break
            policy, tag = _applied(record, own=name == domain, exists=exists, modern=False)
            return Found(name, home, text, record, policy, tag)
    return Found("", home)


def _record(name: str, lookup: Lookup) -> tuple[str, Record | None] | None:
    """What stands at *name*; a record that is refused is one all the same, and then no DMARC is applied."""
    try:
        text = selected(lookup(PREFIX + name, "TXT"))
    except NoSuchName:
        return None
    try:
        return (text, Record.parse(text)) if text else None
    except BadRecord:
        return text, None


def _applied(record: Record, *, own: bool, exists: bool, modern: bool) -> tuple[Policy, str]:
    """The policy and its tag; *modern* receivers know ``np`` and ``t`` (RFC 9989 section 4.7)."""
    if own:
        policy, tag = record.policy, "p"
    elif modern and not exists and record.np:
        policy, tag = record.np, "np"
    else:
        policy, tag = record.subdomain_policy, "sp" if record.sp else "p"
    if modern and record.t:
        return _MILDER[policy], f"{tag} and t=y"
    return policy, tag


@cache
def suffix_list() -> Organizational:
    """The public suffix list that the package publicsuffixlist carries."""
    from publicsuffixlist import PublicSuffixList

    registered = PublicSuffixList().privatesuffix

    @lru_cache(maxsize=16384)
    def organizational(domain: str) -> str:
        found = registered(domain.removesuffix("."))
        return f"{found}." if found else ""

    return organizational
