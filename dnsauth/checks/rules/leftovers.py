"""Rules on what stands beside the records of email: names that are alike, leftovers, servers without TCP."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

LOOKALIKE = Rule(
    "DNS020",
    Severity.INFO,
    "{domain} differs by one letter from {other}, which sends mail, and what is asked for here lets anybody"
    " send as {domain}: its DMARC policy is {policy} (RFC 9989 section 4.7); where it sends nothing:"
    " `parked: true`",
)

AUTODISCOVER = Rule(
    "DNS021",
    Severity.INFO,
    "{owner} leads Outlook to {target}, and mailboxes of {domain} are at {service}: unless some are left"
    " there, Outlook asks people for a password that belongs elsewhere",
)

TOKEN = Rule(
    "DNS022",
    Severity.INFO,
    "{owner}: '{value}' proves the domain to {service}, and nothing else that is asked for in {zone} is of"
    " {service}: a token that stays lets its account go on using the name",
)

TYPE_SPF = Rule(
    "SPF097",
    Severity.WARNING,
    "{owner}: a record of the type SPF is kept, and no receiver asks for that type any more (RFC 7208 section"
    " 3.1)",
    "keep the policy as TXT alone, and remove this record",
)

NO_TCP = Rule(
    "DNS023",
    Severity.WARNING,
    "{owner} {type}: {server} cuts its answer off by UDP and gives none by TCP ({why}), while {other} gives"
    " it whole: resolvers that ask this server get nothing (RFC 7766 section 5)",
    "let TCP port 53 through to {address}, or make the RRset smaller than {limit} octets",
    live=True,
)
