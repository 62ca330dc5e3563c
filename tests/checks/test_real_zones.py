"""The zones of a large public body: what is found in them, rule by rule, and every error looked at by hand."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from dnsauth.adopt.adopt import Adopted, Around, adopted
from dnsauth.checks.check import check
from dnsauth.checks.live.judge import judged
from dnsauth.checks.live.view import Asking, Subject
from dnsauth.desired.load import load
from dnsauth.findings import Finding, Outcome, Severity
from dnsauth.live.resolution import Asked, Looping, Resolution, Resolved, Unanswered
from dnsauth.names import deepest
from dnsauth.octodns.yaml import YamlProvider
from dnsauth.plan.kind import kind_at
from dnsauth.rrset import RRset, RRsetId
from dnsauth.survey import survey
from tests.adopt.zones import recogniser

NOW = datetime(2026, 11, 24, tzinfo=UTC)
Held = Mapping[str, Mapping[RRsetId, RRset]]


@pytest.fixture(scope="module")
def held(shared) -> Held:
    """What each zone holds."""
    pytest.importorskip("octodns_route53")
    folder = shared / "data/moj-dns/zones"
    provider = YamlProvider("zones", str(folder), supports_root_ns=True)
    names = sorted(file.name.removesuffix("yaml") for file in folder.glob("*.yaml"))
    return {zone: provider.read(zone).rrsets for zone in names if zone.count(".") > 1}


@pytest.fixture(scope="module")
def offline(held, tmp_path_factory) -> list[Finding]:
    """What every offline rule finds, once the zones are imported together."""
    directory: Path = tmp_path_factory.mktemp("imported")
    (directory / "zones").mkdir()
    (directory / "dnsauth.yaml").write_text("version: 1\n")
    for one in adopted(held, recogniser(), Around()):
        assert isinstance(one, Adopted), one
        (directory / "zones" / f"{one.zone}yaml").write_text(one.text)
    made = load(directory)
    return list(check(made.inventory, made.catalogue, made.desired, lookup=made.lookup, today=NOW.date()))


@dataclass(frozen=True)
class Served:
    """A world in which the zones are served as they stand, and nobody else could be asked."""

    held: Held

    def __post_init__(self) -> None:
        everything = {id: rrset for rrsets in self.held.values() for id, rrset in rrsets.items()}
        names = {id.owner for id in everything}
        names |= {name.split(".", n)[n] for name in names for n in range(1, name.count("."))}
        object.__setattr__(self, "everything", everything)
        object.__setattr__(self, "names", names)

    def resolve(self, asked: Iterable[Asked]) -> Mapping[Asked, Resolution]:
        return {each: self._resolved(each) for each in asked}

    def validated(self, asked: Iterable[Asked]) -> Mapping[Asked, Resolution]:
        return dict.fromkeys(asked, Unanswered("there is no resolver"))

    def _resolved(self, asked: Asked) -> Resolution:
        chain: tuple[str, ...] = ()
        name = asked.name
        while (alias := self.everything.get(RRsetId(name, "CNAME"))) and asked.type != "CNAME":
            (name,) = alias.values
            if name in chain:
                return Looping((*chain, name))
            chain = (*chain, name)
        if deepest(name, self.held) is None:
            return Unanswered("nobody else is asked")
        rrset = self.everything.get(RRsetId(name, asked.type))
        return Resolved(
            rrset.values if rrset else (), 300, chain, exists=rrset is not None or name in self.names
        )


@pytest.fixture(scope="module")
def live(held) -> list[Finding]:
    """What every live rule finds, that needs nothing but the zones as they are served."""
    subjects = [
        Subject(zone, tuple(Asked(*id) for id in rrsets if _looked_at(id))) for zone, rrsets in held.items()
    ]
    surveys = survey(subjects, Served(held))
    found = [one for each in judged(surveys, Asking(now=NOW)) for one in each.findings]
    return [one for one in found if one.outcome is Outcome.FAIL]


def _looked_at(id: RRsetId) -> bool:
    return id.type == "MX" or (id.type in ("TXT", "CNAME") and kind_at(id.owner, "TXT") is not None)


OFFLINE = {
    "DKM011": 14,
    "DKM012": 4,
    "DKM046": 3,
    "DKM059": 2,
    "DKM066": 2,
    "DMA010": 1,
    "DMA011": 5,
    "DMA057": 7,
    "DMA058": 2,
    "DMA062": 1,
    "DMA069": 6,
    "DMA070": 2,
    "DMA080": 2,
    "DMA082": 2,
    "DMA086": 2,
    "DMA091": 2,
    "INV114": 2,
    "MTA001": 12,
    "MX012": 1,
    "SPF080": 1,
    "SPF082": 1,
    "SPF083": 1,
    "SPF084": 4,
    "TXT002": 3,
}
LIVE = {
    "DKM011": 14,
    "DKM046": 3,
    "DKM059": 2,
    "DMA010": 2,
    "DMA041": 1,
    "DMA057": 7,
    "DMA058": 2,
    "DMA082": 2,
    "DMA084": 1,
    "SPF032": 1,
}
COURTS, RECRUITMENT = "court-transcription.service.justice.gov.uk.", "recruitment.service.justice.gov.uk."
QUOTED = {  # two strings of a zone file, pasted with the quotes between them, so that these are of the key
    ("DKM046", f"courttran._domainkey.{COURTS}"),
    ("DKM046", f"courttrans._domainkey.{COURTS}"),
    ("DKM046", f"dkim2048._domainkey.{RECRUITMENT}"),
}
BROKEN = {
    *QUOTED,
    ("DMA041", "_dmarc.email.prisonvisits.service.gov.uk."),  # it begins with nv=DMARC1
    ("SPF032", "devl.justice.gov.uk."),  # an include of a name below a zone that is here, and has it not
}
OBSOLETE = {"_dmarc.producttracker.justice.gov.uk.": "pct, ri", f"_dmarc.{RECRUITMENT}": "pct, rf"}


def errors(found: list[Finding]) -> set[tuple[str, str]]:
    return {(one.rule.code, one.owner) for one in found if one.rule.severity is Severity.ERROR}


def test_what_is_found_in_the_zones_as_they_are_imported(offline):
    assert OFFLINE == Counter(one.rule.code for one in offline)
    assert QUOTED == errors(offline)


def test_what_is_found_in_the_zones_as_they_are_served(live):
    assert LIVE == Counter(one.rule.code for one in live)
    assert BROKEN == errors(live)


def test_every_key_that_is_short_by_another_measure_is_found_and_no_other(held, offline, live):
    short = {id.owner for id, text in texts(held) if bits(id, text) == 1024}
    assert 14 == len(short)
    for found in (offline, live):
        assert short == {one.owner for one in found if one.rule.code == "DKM011"}


def bits(id: RRsetId, text: str) -> int:
    """The length of an RSA key, by OpenSSL; 0 where *text* at *id* is none."""
    key = re.search(r"(?:^|;)\s*p=([A-Za-z0-9+/=]+)(?:;|$)", text)
    if "._domainkey." not in id.owner or not key:
        return 0
    loaded = load_der_public_key(b64decode(key[1]))
    return loaded.key_size if isinstance(loaded, RSAPublicKey) else 0


def test_every_policy_with_a_historic_tag_is_found_and_no_other(held, live):
    told = {one.owner: one.facts["tags"] for one in live if one.rule.code == "DMA010"}
    assert OBSOLETE == told
    tagged = {id.owner for id, text in texts(held) if re.match(r"v=DMARC1\b.*;\s*(pct|rf|ri)=", text)}
    assert OBSOLETE.keys() == tagged


def test_every_text_that_wants_to_be_a_policy_or_a_record_of_spf_is_one_or_is_found(held, live):
    found = errors(live)
    for id, text in texts(held):
        if "dmarc1" in text.lower() and "._report." not in id.owner:
            assert text.startswith("v=DMARC1;") is (("DMA041", id.owner) not in found)
        if "spf1" in text.lower():
            assert text.startswith("v=spf1 ")


def texts(held: Held) -> Iterator[tuple[RRsetId, str]]:
    """Every TXT value."""
    for rrsets in held.values():
        for id, rrset in rrsets.items():
            yield from ((id, text) for text in rrset.values if id.type == "TXT")
