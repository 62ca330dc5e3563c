"""Rules on RRsets of any kind: MX, sizes, TTLs."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

TXT_LARGE = Rule(
    "TXT001",
    Severity.WARNING,
    "{owner}: the TXT RRset takes {size} octets; above {limit} an answer over UDP is cut (RFC 9715)",
    "move records to names of their own, or use shorter keys",
)

TXT_MEDIUM = Rule(
    "TXT002",
    Severity.INFO,
    "{owner}: the TXT RRset takes {size} octets; without EDNS, TCP is needed above {limit} (RFC 6891)",
)

# MX by itself, as desired or served.

MX_NULL_BESIDE = Rule(
    "MX001",
    Severity.ERROR,
    "{owner}: a null MX stands beside {others}, and a name with a null MX has no other MX (RFC 7505 section"
    " 3)",
    "remove the null MX `0 .`, or the others where the name receives nothing",
)

MX_NULL_PREFERENCE = Rule(
    "MX002",
    Severity.WARNING,
    "{owner}: the null MX has preference {preference}, and it is 0 in a null MX (RFC 7505 section 3)",
    "say `receives: false`, which writes `0 .`",
)

MX_SINGLE = Rule(
    "MX003",
    Severity.INFO,
    "{domain}: mail has one way in, {host}; while it is down, senders wait, and give up after some days (RFC"
    " 5321 section 4.5.4.1)",
)

MX_TWICE = Rule(
    "MX004",
    Severity.INFO,
    "{owner}: {host} is named {count} times as MX, and a second time helps nobody (RFC 5321 section 5.1)",
)

MX_LITERAL = Rule(
    "MX005",
    Severity.ERROR,
    "{owner}: the MX {host} is an address, and an MX names a host (RFC 5321 section 5.1)",
    "give the host a name with an address record, and list that name",
)

MX_ALIAS = Rule(
    "MX006",
    Severity.ERROR,
    "{owner}: the MX {host} is a CNAME in this inventory, and an MX names a host with addresses of its own"
    " (RFC 2181 section 10.3)",
    "list {target} as MX, or give {host} address records in place of the CNAME",
)

MX_LEFTOVER = Rule(
    "MX009",
    Severity.INFO,
    "{owner}: the MX {host} was asked for once to prove the domain to Microsoft 365, and receives nothing",
)

MX_WILDCARD = Rule(
    "MX010",
    Severity.WARNING,
    "{owner}: a wildcard MX lets every name that has no records take mail (RFC 4592 section 2.1.1)",
    "name the subdomains that receive mail, each with MX of its own",
)

MX_PARKED = Rule(
    "MX011",
    Severity.WARNING,
    "{domain}: it is parked, and a record that is kept gives it the MX {hosts} (RFC 7505 section 3)",
    "remove the record from `keep:`, or say `sends: false` in place of `parked: true`",
)

MX_UNSAID = Rule(
    "MX012",
    Severity.INFO,
    "{domain}: it sends no mail, and nothing here says whether it receives any; a null MX turns mail away at"
    " once (RFC 7505 section 3): `receives: false`",
)

# MX as the world sees them.

MX_ALIAS_LIVE = Rule(
    "MX020",
    Severity.ERROR,
    "{owner}: the MX {host} is a CNAME to {target}, and an MX names a host with addresses of its own (RFC"
    " 2181 section 10.3)",
    "list {target} as MX, or give {host} address records in place of the CNAME",
    live=True,
)

MX_HOMELESS = Rule(
    "MX021",
    Severity.ERROR,
    "{owner}: the MX {host} {why}, so that no mail is delivered there (RFC 5321 section 5.1)",
    "give the host an A or AAAA record, or remove it from the MX",
    live=True,
)

MX_UNREACHABLE = Rule(
    "MX022",
    Severity.ERROR,
    "{owner}: the MX {host} has the address {address}, which nobody else can reach (RFC 6890 section 2.2)",
    "give the host a public address, or remove it from the MX",
    live=True,
)

MX_UNANSWERABLE = Rule(
    "MX023",
    Severity.WARNING,
    "{domain}: mail is sent in its name, and {why}: answers are lost, bounces too where MAIL FROM has this"
    " name, and some receivers refuse such mail (RFC 5321 section 5.1, RFC 7505 section 4.2)",
    "say who `receives` for it, or give it the MX of the domain that takes its answers",
    live=True,
)

# How long records live in caches.

TTL_SHORT = Rule(
    "DNS001",
    Severity.INFO,
    "{domain}: its records live {ttl} s in caches, so that nearly every message asks for them anew, and"
    " while servers are down they are gone at once (RFC 1912 section 2.2)",
)

TTL_LONG = Rule(
    "DNS002",
    Severity.INFO,
    "{domain}: its records live {ttl} s in caches, so that a mistake in them lasts for days (RFC 1912"
    " section 2.2)",
)

# DNSSEC.

UNSIGNED = Rule(
    "DNS010",
    Severity.INFO,
    "{zone} is not signed: its parent has no DS, so that nobody can tell a forged answer from yours, and"
    " DANE is out of reach (RFC 4033 section 5)",
    live=True,
)

UNVALIDATED = Rule(
    "DNS011",
    Severity.INFO,
    "{zone} has a DS at its parent, and the resolver does not vouch for the answer: it does not validate, or"
    " does not know the algorithm (RFC 4035 section 4.3); whether the signatures hold was not seen",
    live=True,
)

MX_UNSIGNED = Rule(
    "DNS012",
    Severity.INFO,
    "{owner} is signed, and the MX {host} lies in a zone that is not: DANE protects no mail there (RFC 7672"
    " section 2.2.1)",
    live=True,
)
