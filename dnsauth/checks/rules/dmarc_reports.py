"""Rules on where DMARC reports go: RFC 9990 for aggregate reports, RFC 9991 for failure reports."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

NO_REPORTS = Rule(
    "DMA080",
    Severity.WARNING,
    "{owner}: the record has no rua, and nobody tells you who sends in your name (RFC 9989 section 5.1.3)",
    'say `rua: ["mailto:dmarc@example.com"]` under `dmarc:`, or for all zones under `defaults: dmarc:` of'
    " dnsauth.yaml",
)

NOT_MAILTO = Rule(
    "DMA081",
    Severity.WARNING,
    "{owner}: receivers may ignore {uri}: they have to know mailto alone (RFC 9989 section 4.7)",
    "say `mailto:` and an address",
)

MANY_URIS = Rule(
    "DMA082",
    Severity.INFO,
    "{owner}: {tag} has {count} addresses; receivers may send to the first two alone (RFC 7489 section 6.2)",
)

URI_TWICE = Rule(
    "DMA083",
    Severity.INFO,
    "{owner}: {tag} has {uri} twice (RFC 9989 section 4.6)",
)

FO_ALONE = Rule(
    "DMA084",
    Severity.INFO,
    "{owner}: fo says which failures are reported, and without ruf nobody reports any (RFC 9989 section 4.7)",
)

FO_ABSENT = Rule(
    "DMA085",
    Severity.INFO,
    "{owner}: without fo a failure is reported only where SPF and DKIM both fail to align (RFC 9989 section"
    " 4.7)",
    'say `fo: ["1"]` under `dmarc:` where the others are wanted',
)

FAILURE_REPORTS = Rule(
    "DMA086",
    Severity.INFO,
    "{owner}: ruf asks for copies of messages that fail, personal data among them; few receivers send any"
    " (RFC 9989 section 10.2)",
    "drop `ruf:`; aggregate reports show what fails as well",
)

FAILURE_REPORTS_PHI = Rule(
    "DMA087",
    Severity.ERROR,
    "{owner}: ruf asks strangers to send messages that fail to {uri}, and sender {sender} carries patient"
    " data (RFC 9989 section 10.2)",
    "drop `ruf:`; aggregate reports show what fails, and hold no message",
)

COLLECTOR_SILENT = Rule(
    "DMA088",
    Severity.ERROR,
    "{owner}: reports go to {uri}, and {host} receives no mail by this inventory (RFC 7505 section 3)",
    "let reports go to a domain with MX, or say `receives:` at {host}",
)

COLLECTOR_UNAUTHORISED = Rule(
    "DMA089",
    Severity.ERROR,
    "{owner}: no report goes to {uri}, since the inventory asks for no record at {record} (RFC 9990 section"
    " 4)",
    'say `dmarc:` in place of `keep:`, which writes it; or `reports: {{accept: "*"}}` in the zone of {host}',
)

AUTHORISATION_STALE = Rule(
    "DMA090",
    Severity.INFO,
    "{owner}: {host} accepts reports about {domain}, whose record sends none there (RFC 9990 section 4)",
)

COLLECTOR_UNKNOWN = Rule(
    "DMA091",
    Severity.INFO,
    "{owner}: reports go to {uri}, a domain that is neither of this inventory nor of a report service it"
    " knows (RFC 9989 section 11.6)",
)

COLLECTOR_ABSENT = Rule(
    "DMA092",
    Severity.ERROR,
    "{owner}: reports go to {uri}, and {host} {why} (RFC 5321 section 5.1)",
    "let reports go to a domain with MX",
    live=True,
)
