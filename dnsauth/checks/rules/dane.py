"""Rules on DANE for hosts that receive mail: TLSA records, RFC 6698, RFC 7671, RFC 7672."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

# A record by itself, as kept or served.

TLSA_USAGE = Rule(
    "DAN001",
    Severity.WARNING,
    "{owner}: the TLSA record '{record}' has the certificate usage {usage}, which mail servers take for no"
    " record at all: they know 3 and 2 (RFC 7672 section 3.1.3)",
    "publish `3 1 1` with the digest of the server's public key",
)

TLSA_CERTIFICATE = Rule(
    "DAN002",
    Severity.WARNING,
    "{owner}: the TLSA record '{record}' holds the server's certificate and not its key, so that mail stops"
    " at the next renewal unless the record is changed before (RFC 7671 section 5.1)",
    "publish `3 1 1`, the digest of the public key, and keep the key when you renew",
)

TLSA_FORM = Rule(
    "DAN003",
    Severity.WARNING,
    "{owner}: the TLSA record '{record}' has {what}; `3 1 1`, or `2 0 1` and `2 1 1`, are what every mail"
    " server can use (RFC 7672 section 3.1)",
    "publish `3 1 1` with the digest of the server's public key",
)

TLSA_LENGTH = Rule(
    "DAN004",
    Severity.ERROR,
    "{owner}: the TLSA record '{record}' has {octets} octets of data, and a digest of matching type"
    " {matching} has {needed}: no certificate ever matches (RFC 6698 section 2.1.3)",
    "compute the digest anew, and publish it whole",
)

TLSA_ALONE = Rule(
    "DAN005",
    Severity.INFO,
    "{owner}: one TLSA record stands alone; before the key is replaced the next one must be there for as"
    " long as the TTL, or mail stops (RFC 7671 section 8.1)",
)

# What the world sees.

TLSA_INSECURE = Rule(
    "DAN010",
    Severity.ERROR,
    "{owner}: it has TLSA records, and its zone is not signed, so that senders ignore them and TLS stays"
    " unauthenticated (RFC 7672 section 2.2)",
    "sign the zone and let its parent have the DS, or remove the records",
    live=True,
)

TLSA_BOGUS = Rule(
    "DAN011",
    Severity.ERROR,
    "{owner}: the TLSA records fail DNSSEC validation, and senders that know DANE deliver nothing to the"
    " host (RFC 7672 section 2.1.2): {why}",
    "let the parent's DS and the zone's keys and signatures agree",
    live=True,
)

TLSA_ABSENT = Rule(
    "DAN012",
    Severity.INFO,
    "{owner}: the zone is signed and has no TLSA record for this MX, so that senders need not insist on TLS"
    " (RFC 7672 section 2.2)",
    live=True,
)

TLSA_PARTIAL = Rule(
    "DAN013",
    Severity.WARNING,
    "{owner}: {without} has no usable TLSA record, and other MX of this domain have: who can force a sender"
    " to that host reads the mail (RFC 7672 section 2.2.1)",
    "publish TLSA records for every MX host, at `_25._tcp.` before its name",
    live=True,
)

TLSA_ALIAS = Rule(
    "DAN014",
    Severity.INFO,
    "{owner}: the TLSA records stand behind a CNAME, at {target}; who runs that name decides which"
    " certificate is yours (RFC 7671 section 6)",
    live=True,
)
