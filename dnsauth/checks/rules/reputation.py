"""Rules on what others think of our addresses: PTR, block lists."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

# Reverse names of addresses we send from.

PTR_MISSING = Rule(
    "PTR001",
    Severity.WARNING,
    "{owner}: {address} has no PTR record, and large receivers refuse mail from such an address (RFC 1912"
    " section 2.1){by}",
    "ask whoever gave you the address to name it after the mail server",
    live=True,
)

PTR_UNCONFIRMED = Rule(
    "PTR002",
    Severity.WARNING,
    "{owner}: {address} is called {names} by its PTR record, and {which} has that address: the name proves"
    " nothing (RFC 8601 section 3, `iprev`){by}",
    "let the name have the address, or the PTR record name a host that has it",
    live=True,
)

PTR_GENERIC = Rule(
    "PTR003",
    Severity.WARNING,
    "{owner}: {address} is called {name}, as providers name the addresses of their customers ({why}), and"
    " receivers take mail from such hosts for spam (RFC 8601 section 3){by}",
    "ask whoever gave you the address for a PTR record with the mail server's own name",
    live=True,
)

HELO_HOMELESS = Rule(
    "PTR010",
    Severity.WARNING,
    "{owner}: {sender} says this name in HELO, and it {why} (RFC 5321 section 4.1.4)",
    "give the name an A or AAAA record of the server, or correct `helo:`",
    live=True,
)

HELO_ELSEWHERE = Rule(
    "PTR011",
    Severity.WARNING,
    "{owner}: {sender} says this name in HELO, and its addresses {addresses} are none that it sends from:"
    " SPF of that name fails (RFC 7208 section 2.3)",
    "give the name the address of the server, or correct `helo:` or `ip:`",
    live=True,
)

# DNS block lists, RFC 5782.

LISTED = Rule(
    "BLK001",
    Severity.WARNING,
    "{owner}: {address} is on {list} ({codes}){reason}, and who asks that list may refuse its mail{by}",
    "see why on the pages of {list}, end the cause, then ask to be taken off",
    live=True,
)

DOMAIN_LISTED = Rule(
    "BLK002",
    Severity.WARNING,
    "{owner}: the domain is on {list} ({codes}){reason}, and who asks that list may refuse mail in its name",
    "see why on the pages of {list}, end the cause, then ask to be taken off",
    live=True,
)

UNFIT = Rule(
    "BLK003",
    Severity.WARNING,
    "{list} was not asked: {why}, so that nothing it says counts (RFC 5782 section 5)",
    "see whether the list is still there, and correct or remove it under `reputation:`",
    live=True,
)

REFUSED = Rule(
    "BLK004",
    Severity.WARNING,
    "{list} does not say what it knows of {entry}: {why}",
    "{hint}",
    live=True,
)

STANDING = Rule(
    "BLK005",
    Severity.INFO,
    "{zone}: {list} was asked about {asked} of its {what}, and has {listed}{unknown}",
    live=True,
)
