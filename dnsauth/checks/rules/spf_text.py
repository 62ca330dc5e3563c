"""Rules on the text of one SPF record; `column` counts from 1, `fix` is what to do in words."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

# Texts that are no SPF record where they stand.

NOT_TAKEN = Rule(
    "SPF050",
    Severity.ERROR,
    "{owner}: {text} is meant for an SPF record, and receivers do not take it for one: {problem}"
    " (RFC 7208 section 4.5)",
    "{fix}",
)
SENDER_ID = Rule(
    "SPF051",
    Severity.WARNING,
    "{owner}: {text} is a Sender ID record, which nobody reads any more (RFC 6686 section 6)",
    "remove it; the SPF record says what it said",
)
MISPLACED = Rule(
    "SPF052",
    Severity.WARNING,
    "{owner}: {text} is an SPF record, and receivers look here for a {record} record and ignore it",
    "remove it here; SPF stands at the name after the @ itself (RFC 7208 section 3)",
)

# Texts the grammar refuses: a permerror for every message.

UNKNOWN_TERM = Rule(
    "SPF053",
    Severity.ERROR,
    "{owner}: {term} at column {column} is no mechanism SPF knows: receivers answer permerror"
    " (RFC 7208 section 4.6.1)",
    "{fix}",
)
UNKNOWN_QUALIFIER = Rule(
    "SPF054",
    Severity.ERROR,
    "{owner}: {term} at column {column} begins with none of +, -, ~ and ?: receivers answer permerror"
    " (RFC 7208 section 4.6.2)",
    "{fix}",
)
NO_VALUE = Rule(
    "SPF055",
    Severity.ERROR,
    "{owner}: {term} at column {column} lacks its value: receivers answer permerror (RFC 7208 section 4.6)",
    "{fix}",
)
BAD_ADDRESS = Rule(
    "SPF056",
    Severity.ERROR,
    "{owner}: {term} at column {column} has no {family} address: receivers answer permerror"
    " (RFC 7208 section 5.6)",
    "{fix}",
)
BAD_PREFIX = Rule(
    "SPF057",
    Severity.ERROR,
    "{owner}: {term} at column {column} has a prefix length that is none: receivers answer permerror"
    " (RFC 7208 section 5.6)",
    "{fix}",
)
JOINED = Rule(
    "SPF058",
    Severity.ERROR,
    "{owner}: a space is missing in {term} at column {column}, so that neither part counts"
    " (RFC 7208 section 4.6.1)",
    "{fix}",
)
BAD_MACRO = Rule(
    "SPF059",
    Severity.ERROR,
    "{owner}: {term} at column {column} has a wrong macro, or one where none may stand: {problem}: receivers"
    " answer permerror (RFC 7208 section 7)",
    "{fix}",
)
MODIFIER_TWICE = Rule(
    "SPF060",
    Severity.ERROR,
    "{owner}: {term} at column {column} is a second {name}: receivers answer permerror (RFC 7208 section 6)",
    "{fix}",
)
BAD_DOMAIN = Rule(
    "SPF061",
    Severity.ERROR,
    "{owner}: {term} at column {column} names no domain, {problem}: receivers answer permerror"
    " (RFC 7208 section 7.1)",
    "{fix}",
)
PUNCTUATION = Rule(
    "SPF062",
    Severity.ERROR,
    "{owner}: {term} at column {column} has a comma or semicolon where only spaces part terms: receivers"
    " answer permerror (RFC 7208 section 4.6.1)",
    "{fix}",
)

# Texts that are right, and say other than they seem to.

HOST_BITS = Rule(
    "SPF063",
    Severity.WARNING,
    "{owner}: {term} names one host and a prefix length; all {size} addresses of {network} pass"
    " (RFC 7208 section 5.6)",
    "write the network's first address where all are meant, else leave the prefix length out",
)
ALL_TWICE = Rule(
    "SPF064",
    Severity.WARNING,
    "{owner}: `all` stands {count} times; the first, {first}, decides (RFC 7208 section 5.1)",
    "leave one, at the end",
)
AFTER_ALL = Rule(
    "SPF065",
    Severity.WARNING,
    "{owner}: behind `all` stands {terms}, which receivers never come to: who is named there does not pass"
    " (RFC 7208 section 5.1)",
    "move `all` to the end, or remove what stands behind it",
)
BESIDE_ALL = Rule(
    "SPF066",
    Severity.WARNING,
    "{owner}: {term} is ignored, since the record has `all` (RFC 7208 section 6.1)",
    "remove `all` where the other record shall decide, else the redirect",
)
MODIFIERS_FIRST = Rule(
    "SPF067",
    Severity.INFO,
    "{owner}: {term} stands before a mechanism; modifiers should come last (RFC 7208 section 6)",
)
REPEATED = Rule(
    "SPF068",
    Severity.WARNING,
    "{owner}: {terms} stands more than once, and costs its lookups each time (RFC 7208 section 4.6.4)",
    "leave it once",
)
OVERLAP = Rule(
    "SPF069",
    Severity.INFO,
    "{owner}: another network of the record holds {terms} already",
)
BROAD = Rule(
    "SPF070",
    Severity.WARNING,
    "{owner}: {term} lets {size} addresses pass, far more than one sender has (RFC 7208 section 11.4)",
    "name the networks that send",
)
PRIVATE = Rule(
    "SPF071",
    Severity.WARNING,
    "{owner}: {term} names addresses from which no mail crosses the Internet (RFC 6890)",
    "name the address that the world sees, or remove the term",
)
ODD_MODIFIER = Rule(
    "SPF072",
    Severity.WARNING,
    "{owner}: {term} is a modifier nobody knows, and receivers ignore it (RFC 7208 section 6)",
    "{fix}",
)
VERSION_TWICE = Rule(
    "SPF073",
    Severity.WARNING,
    "{owner}: 'v=spf1' stands a second time, at column {column}: two records were joined"
    " (RFC 7208 section 3.2)",
    "remove the second 'v=spf1', and each `all` but the last",
)
