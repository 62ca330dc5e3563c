"""DMARC policy records, RFC 9989, read as receivers read them and written so that older ones agree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from dnsauth.records import BadRecord, tags
from dnsauth.records.tags import Tag
from dnsauth.records.text import characters, moved, shown
from dnsauth.records.uri import Uri

__all__ = ["Alignment", "Policy", "Psd", "Record", "Uri", "selects"]

_FORMAT = "RFC 9989 section 4.8"
_VERSION = tags.version("DMARC1", name="[vV]")
_NAMES = re.compile(r"[A-Za-z]+")
_VALUES = re.compile(r"[\t\x20-\x3a\x3c-\x7e]+")  # a list of URIs may hold tabs
_SIZE = re.compile(r"!\d+[kmgt]?\Z", re.ASCII | re.IGNORECASE)
_POLICIES = ("p", "sp", "np")
_OLD_DEFAULTS = {"pct": "100", "rf": "afrf", "ri": "86400"}  # RFC 7489 section 6.3

_Choice = TypeVar("_Choice", bound=StrEnum)


class Policy(StrEnum):
    """What the domain owner asks of failing mail, section 4.7."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class Alignment(StrEnum):
    """How near an authenticated domain must be to the author domain, section 4.4."""

    RELAXED = "r"
    STRICT = "s"


class Psd(StrEnum):
    """Whether the domain is a public suffix domain, section 4.7."""

    YES = "y"
    NO = "n"
    UNKNOWN = "u"


class _YesOrNo(StrEnum):
    YES = "y"
    NO = "n"


@dataclass(frozen=True, slots=True)
class Record:
    """A DMARC policy record by its tags, section 4.7; *p* is None where the tag is absent, which means none.

    *legacy* holds RFC 7489's ``pct``, ``rf`` and ``ri`` where they differ from their defaults then: receivers
    of that time obey them, nobody else does, and ``str`` never writes them. *obsolete* names everything of
    RFC 7489 that was read, ``!size`` included. *faults* are the errors receivers step over (section 4.8).

    Raises `BadRecord` where *fo* is no set of options.
    """

    p: Policy | None = None
    sp: Policy | None = None
    np: Policy | None = None
    t: bool = False
    psd: Psd = Psd.UNKNOWN
    adkim: Alignment = Alignment.RELAXED
    aspf: Alignment = Alignment.RELAXED
    rua: tuple[Uri, ...] = ()
    ruf: tuple[Uri, ...] = ()
    fo: tuple[str, ...] = ()
    legacy: tuple[tuple[str, str], ...] = ()
    obsolete: tuple[str, ...] = field(default=(), compare=False)
    faults: tuple[BadRecord, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if self.fo:
            object.__setattr__(self, "fo", _options(self.fo))

    @classmethod
    def parse(cls, text: str) -> Record:
        """The record as receivers take it: a value that is none is left out and told in *faults*.

        Raises `BadRecord` where the version is not first, where a tag stands twice, and where a policy's
        value is none and no report can be sent: receivers then apply no DMARC at all (section 4.10.1).
        """
        return _parsed(text)

    def __str__(self) -> str:
        written = {
            "p": self.p,
            "sp": self.sp,
            "np": self.np,
            "t": "y" if self.t else None,
            "psd": None if self.psd is Psd.UNKNOWN else self.psd,
            "adkim": None if self.adkim is Alignment.RELAXED else self.adkim,
            "aspf": None if self.aspf is Alignment.RELAXED else self.aspf,
            "rua": ",".join(map(str, self.rua)),
            "ruf": ",".join(map(str, self.ruf)),
            "fo": ":".join(self.fo),
        }
        return "; ".join(("v=DMARC1", *(f"{name}={text}" for name, text in written.items() if text)))

    @property
    def policy(self) -> Policy:
        """The policy for the domain itself, section 4.7."""
        return self.p or Policy.NONE

    @property
    def subdomain_policy(self) -> Policy:
        """The policy for subdomains that exist."""
        return self.sp or self.policy

    @property
    def nonexistent_policy(self) -> Policy:
        """The policy for subdomains that do not exist."""
        return self.np or self.subdomain_policy


def selects(text: str) -> bool:
    """True where receivers take this TXT value for a DMARC record (sections 4.8 and 4.10)."""
    return _VERSION.match(text) is not None


@lru_cache(maxsize=4096)  # zones of one fleet ask for much the same, rule after rule
def _parsed(text: str) -> Record:
    if not selects(text):
        raise BadRecord("a DMARC record begins with 'v=DMARC1' and ';'", 1, "RFC 9989 section 4.7")
    found, faults = _found(text)
    obsolete = [name for name in _OLD_DEFAULTS if name in found]
    no_policies: list[BadRecord] = []
    p, sp, np = (_choice(found.get(name), Policy, no_policies) for name in _POLICIES)
    rua, ruf = (_uris(found.get(name), faults, obsolete) for name in ("rua", "ruf"))
    if no_policies:
        if not rua:
            raise no_policies[0]
        p, sp, np = Policy.NONE, None, None
        faults += no_policies
    try:
        fo = _options(found["fo"].value.lower().split(":")) if "fo" in found else ()
    except BadRecord as error:
        faults.append(moved(error, found["fo"].value_column - 1))
        fo = ()
    return Record(
        p=p,
        sp=sp,
        np=np,
        t=_choice(found.get("t"), _YesOrNo, faults) is _YesOrNo.YES,
        psd=_choice(found.get("psd"), Psd, faults) or Psd.UNKNOWN,
        adkim=_choice(found.get("adkim"), Alignment, faults) or Alignment.RELAXED,
        aspf=_choice(found.get("aspf"), Alignment, faults) or Alignment.RELAXED,
        rua=rua,
        ruf=ruf,
        fo=fo,
        legacy=tuple(
            (name, found[name].value)
            for name, default in _OLD_DEFAULTS.items()
            if name in found and found[name].value.lower() != default
        ),
        obsolete=tuple(obsolete),
        faults=tuple(sorted(faults, key=lambda error: error.column)),
    )


def _found(text: str) -> tuple[dict[str, Tag], list[BadRecord]]:
    """The tags behind the version by their names in lower case, and what is wrong with the rest."""
    found: dict[str, Tag] = {}
    faults = []
    for tag in tags.split(characters(text)):
        name = tag.name.lower()
        error = tags.fault(tag, _NAMES, _VALUES, _FORMAT)
        if error and name not in _POLICIES:  # a policy that is none is more than a fault
            faults.append(error)
            continue
        if name in found:
            raise tags.repeated(tag)
        found[name] = tag
    return found, faults


def _choice(tag: Tag | None, kind: type[_Choice], faults: list[BadRecord]) -> _Choice | None:
    if tag is None:
        return None
    try:
        return kind(tag.value.lower())
    except ValueError:
        reason = f"{tag.name!r} is one of {', '.join(kind)}, not {shown(tag.value)}"
        faults.append(BadRecord(reason, tag.value_column, _FORMAT))
        return None


def _uris(tag: Tag | None, faults: list[BadRecord], obsolete: list[str]) -> tuple[Uri, ...]:
    if tag is None:
        return ()
    uris = []
    for item, column in tags.items(tag, ","):
        size = _SIZE.search(item)
        if size and "!size" not in obsolete:
            obsolete.append("!size")
        try:
            uris.append(Uri.parse(item[: size.start()] if size else item))
        except BadRecord as error:
            faults.append(moved(error, column - 1))
    return tuple(uris)


def _options(fo: Iterable[str]) -> tuple[str, ...]:
    """Failure reporting options in one order; the default ``0`` alone is none (section 4.7)."""
    options = tuple(fo)
    if (
        not set(options) <= {"0", "1", "d", "s"}
        or len(set(options)) < len(options)
        or {"0", "1"} <= set(options)
    ):
        reason = f"'fo' is 0 or 1, d and s, each once and between ':', not {shown(':'.join(options))}"
        raise BadRecord(reason, 1, _FORMAT)
    return () if options == ("0",) else tuple(sorted(options))
