"""What dnsauth, checkdmarc and mailauth make of the same records, in the same words."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

from dns.nameserver import Nameserver

from dnsauth.checks.texts.judge import verdicts
from dnsauth.plan.kind import Kind
from dnsauth.records import BadRecord, dmarc
from dnsauth.rrset import presentation, txt_value
from dnsauth.spf import Evaluation
from dnsauth.spf.tree import tree
from tests.checks.odd_records import NAMES
from tests.spf import judges
from tests.spf.judges import Limits, evaluated
from tests.spf.worlds import World

CLIENT = "203.0.113.99"  # no record lets it pass by name, so that every term is evaluated
Names: TypeAlias = dict[str, dict[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Opinion:
    """Whether a record is *taken*, what is *said* of it where it is, and what it comes to."""

    taken: bool
    said: frozenset[str] = frozenset()
    result: tuple[object, ...] = ()
    why: str = ""


SAID_OF_SPF: Mapping[str, tuple[str, frozenset[str]]] = {
    "terms behind all": ("text after the all mechanism", frozenset({"SPF065"})),
    "all twice": ("multiple all mechanisms", frozenset({"SPF064"})),
    "redirect beside all": ("redirect modifier was ignored", frozenset({"SPF066"})),
    "unknown modifier": ("unknown modifier", frozenset({"SPF072", "SPF073"})),
    "ptr": ("ptr mechanism should not be used", frozenset({"SPF016"})),
    "a term twice": ("Duplicate include", frozenset({"SPF068"})),
    "no domain name": ("is not a fully-qualified domain", frozenset({"SPF061"})),
    "modifiers of RFC 6652": (r"\((RFC 6652|erratum)|RFC 6652 § 3\)", frozenset()),
    "explanation": ("exp value", frozenset()),
    "malformed name": ("label is empty", frozenset()),
    "nothing found": ("does not have any|does not exist", frozenset()),
    "size": ("450 bytes|over 512", frozenset()),
}
"""What checkdmarc warns of, and our rules on the same, by one name for both."""
SAID_OF_DMARC: Mapping[str, tuple[str, frozenset[str]]] = {
    "unknown tag": ("Unknown DMARC tag", frozenset({"DMA052"})),
    "historic tag": (
        "was removed in RFC 9989|is obsolete in RFC 9989",
        frozenset({"DMA010", "DMA055", "DMA056"}),
    ),
    "no p": ("A missing p tag", frozenset({"DMA053"})),
    "p late": ("does not immediately follow", frozenset({"DMA054"})),
    "p=none": ("A p tag value of none", frozenset({"DMA057"})),
    "sp=none": ("An sp tag value of none", frozenset({"DMA059"})),
    "alignment": ("is not a valid (adkim|aspf) tag value", frozenset({"DMA048"})),
    "fo": ("^fo=", frozenset({"DMA049"})),
    "scheme": ("uses the .* scheme", frozenset({"DMA081"})),
    "many URIs": ("more than two", frozenset({"DMA082"})),
    "no rua": ("rua tag .* not found", frozenset({"no rua"})),
}
ALONE_OF_SPF = frozenset(
    {"SPF010", "SPF011", "SPF012", "SPF058", "SPF063", "SPF067", "SPF069", "SPF070", "SPF071"}
)
"""Rules of which checkdmarc has none alike."""
ALONE_OF_DMARC = frozenset(
    {
        "DMA050",
        "DMA051",
        "DMA045",
        "DMA047",
        "DMA058",
        "DMA060",
        "DMA061",
        "DMA063",
        "DMA083",
        "DMA084",
        "DMA085",
    }
)


def kinds(messages: Iterable[str], table: Mapping[str, tuple[str, frozenset[str]]]) -> frozenset[str]:
    """What *messages* of checkdmarc are about; one that is about nothing known stands for itself."""
    return frozenset(
        next((name for name, (pattern, _) in table.items() if re.search(pattern, message)), message)
        for message in messages
    )


def of_codes(
    codes: set[str], table: Mapping[str, tuple[str, frozenset[str]]], alone: frozenset[str]
) -> frozenset[str]:
    """What rules of ours are about; one without a like in *table* stands for itself, unless it is *alone*."""
    named = {name for name, (_, ours) in table.items() if codes & ours}
    known = alone.union(*(ours for _, ours in table.values()))
    return frozenset(named | (codes - known))


def world(texts: Sequence[str]) -> Names:
    """A name for each of *texts*, and the names they speak of, where nobody else says what is there."""
    names = {name: dict(types) for name, types in NAMES.items()}
    for text in texts:
        names[name(text)] = {"TXT": (value(text),), **NAMES["example.com."]}
        for term in text.split():
            found = re.fullmatch(
                r"[+?~-]?(include|a|mx|redirect|ptr)[:=]([A-Za-z0-9._-]+[A-Za-z])(/.*)?", term
            )
            if found and not found[2].endswith("example.net"):
                types = names.setdefault(f"{found[2].lower()}.", {})
                types |= (
                    NAMES["m1.example.net."]
                    if found[1] in ("a", "mx", "ptr")
                    else {"TXT": ("v=spf1 ip4:192.0.2.1 -all",)}
                )
    return names


def collectors(texts: Sequence[str]) -> Names:
    """A name for each policy of *texts*, and the hosts that take their reports."""
    names: Names = {"example.net.": NAMES["example.net."], "example.com.": NAMES["example.com."]}
    for text in texts:
        names[f"_dmarc.{name(text)}"] = {"TXT": (value(text),)}
        for host in re.findall(r"@([A-Za-z0-9.-]+[A-Za-z])", text):
            names[f"{host.lower()}."] = NAMES["example.net."]
            names[f"*._report._dmarc.{host.lower()}."] = {"TXT": ("v=DMARC1;",)}
    return names


def name(text: str) -> str:
    """Where *text* stands: nowhere else, since checkdmarc keeps answers as long as the process runs."""
    return f"r{sha256(text.encode()).hexdigest()[:12]}.example.com."


def value(text: str) -> str:
    """*text* as `dnsauth.rrset` has it."""
    return txt_value(text.encode())


def zone(names: Names) -> str:
    """*names* as the text of a root zone."""
    lines = ["@ 300 SOA ns1.example. it.example. 1 3600 600 86400 300", "@ 300 NS ns1.example."]
    for owner, types in names.items():
        lines += [
            f"{owner} 300 {type} {presentation(type, one)}"
            for type, values in types.items()
            for one in values
        ]
    return "\n".join([*lines, ""])


def forget() -> None:
    """Take from checkdmarc the answers that it keeps as long as the process runs, whoever gave them."""
    from checkdmarc import dnssec, utils

    for kept in (utils.DNS_CACHE, dnssec.DNSKEY_CACHE, dnssec.DNSSEC_CACHE, dnssec.TLSA_CACHE):
        kept.clear()


def spf_of_checkdmarc(texts: Sequence[str], nameserver: Nameserver) -> list[Opinion]:
    """checkdmarc's, which asks *nameserver*."""
    return [_spf_of_checkdmarc(name(text), nameserver) for text in texts]


def _spf_of_checkdmarc(domain: str, nameserver: Nameserver) -> Opinion:
    from checkdmarc.spf import SPFError, parse_spf_record, query_spf_record
    from checkdmarc.utils import DNSException

    try:
        found = query_spf_record(domain, nameservers=[nameserver])
        made = parse_spf_record(found["record"], domain, nameservers=[nameserver])
    except (SPFError, DNSException) as error:
        return Opinion(taken=False, why=f"{type(error).__name__}: {error}")
    messages = (*found["warnings"], *made["warnings"])
    result = (made["dns_lookups"], made["void_dns_lookups"])
    return Opinion(taken=True, said=kinds(messages, SAID_OF_SPF), result=result, why="; ".join(messages))


def dmarc_of_checkdmarc(texts: Sequence[str], nameserver: Nameserver) -> list[Opinion]:
    """checkdmarc's, which asks *nameserver*."""
    return [_dmarc_of_checkdmarc(name(text), nameserver) for text in texts]


def _dmarc_of_checkdmarc(domain: str, nameserver: Nameserver) -> Opinion:
    from checkdmarc.dmarc import DMARCError, parse_dmarc_record, query_dmarc_record

    asked: dict[str, Any] = {"nameservers": [nameserver], "ignore_unrelated_records": True}
    try:
        record = query_dmarc_record(domain, **asked)["record"]
        made = parse_dmarc_record(record, domain, **asked)
    except DMARCError as error:
        return Opinion(taken=False, why=f"{type(error).__name__}: {error}")
    tags, messages = made["tags"], made["warnings"]
    result = tuple(tags[tag]["value"] for tag in ("p", "sp", "np", "adkim", "aspf"))
    return Opinion(taken=True, said=kinds(messages, SAID_OF_DMARC), result=result, why="; ".join(messages))


def spf_of_mailauth(texts: Sequence[str], names: Names, directory: Path) -> list[Opinion]:
    """mailauth's: a receiver's result alone."""
    worlds = [(_message(text, names), Limits()) for text in texts]
    return [Opinion(taken=True, result=(said.result,)) for said in judges.mailauth(directory)(worlds)]


def dmarc_of_mailauth(texts: Sequence[str], directory: Path) -> list[Opinion]:
    """mailauth's: the tags as they are written."""
    command = ("node", str(Path(__file__).with_name("mailauth_dmarc.js")), str(directory))
    given = "".join(f"{json.dumps(text)}\n" for text in texts)
    ended = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=True)
    return [_tags(json.loads(line)) for line in ended.stdout.splitlines()]


def _tags(found: dict[str, Any] | None) -> Opinion:
    if found is None:
        return Opinion(taken=False)
    p = found.get("p")
    result = (p, found.get("sp") or p, *("s" if found.get(tag) == "s" else "r" for tag in ("adkim", "aspf")))
    return Opinion(taken=True, result=result, why=found["rr"])


def spf_here(texts: Sequence[str], names: Names) -> list[Opinion]:
    """Ours: a record is taken where a receiver comes to a result, and its result are the lookups, and the void ones."""
    return [_spf_here(text, names) for text in texts]


def results_here(texts: Sequence[str], names: Names) -> list[Opinion]:
    """Ours, as a receiver has it: its result alone."""
    return [Opinion(taken=True, result=(str(_evaluated(text, names).result),)) for text in texts]


def _evaluated(text: str, names: Names) -> Evaluation:
    return evaluated(_message(text, names), Limits())


def _message(text: str, names: Names) -> World:
    return World(CLIENT, f"user@{name(text)[:-1]}", "mx.example.org", names)


def _spf_here(text: str, names: Names) -> Opinion:
    made = _evaluated(text, names)
    if made.result in ("permerror", "none"):
        return Opinion(taken=False, why=made.because)
    whole = tree(name(text), _message(text, names))
    codes = {one.rule.code for one in verdicts(Kind.SPF, value(text))}
    said = of_codes(codes, SAID_OF_SPF, ALONE_OF_SPF)
    return Opinion(taken=True, said=said, result=(whole.lookups, whole.voids))


def dmarc_here(texts: Sequence[str]) -> list[Opinion]:
    """Ours: the policies of the domain, its subdomains and names that do not exist, and the alignments."""
    return [_dmarc_here(value(text)) for text in texts]


def _dmarc_here(text: str) -> Opinion:
    try:
        record = dmarc.Record.parse(text)
    except BadRecord as error:
        return Opinion(taken=False, why=str(error))
    codes = {one.rule.code for one in verdicts(Kind.DMARC, text)} | (set() if record.rua else {"no rua"})
    return Opinion(
        taken=True,
        said=of_codes(codes, SAID_OF_DMARC, ALONE_OF_DMARC),
        result=tuple(
            map(
                str,
                (
                    record.policy,
                    record.subdomain_policy,
                    record.nonexistent_policy,
                    record.adkim,
                    record.aspf,
                ),
            )
        ),
    )
