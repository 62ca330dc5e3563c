"""Rules on keys of our own: what the inventory asks of them, what the lock says, where they are kept."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

SELECTOR_REUSED = Rule(
    "KEY012",
    Severity.WARNING,
    "{owner} was a key of sender {sender}, removed on {since}, and now holds another value: mail of then"
    " fails against the key of now (RFC 6376 section 3.1)",
    "publish it under a selector that was never used",
)

TWO_ACTIVE = Rule(
    "KEY013",
    Severity.WARNING,
    "{owner} and {other} are both active since {since} or before: hosts sign with one {algorithm} key of"
    " sender {sender}, and the other stays open to misuse",
    "run `dnsauth rotate step`, which retires the older one; `dnsauth rotate status` says what it waits for",
)

STANDS_STILL = Rule(
    "KEY014",
    Severity.WARNING,
    "{owner} is {state} since {since}, {days} days: {waits}",
    "`dnsauth rotate status` says what it waits for; a host that does not report is told by"
    " `dnsauth rotate confirm`",
)

SENDER_GONE = Rule(
    "KEY015",
    Severity.INFO,
    "{owner} is {state}, and sender {sender} of {domain} is declared no more: the key stands until it was"
    " retired and revoked",
    "run `dnsauth rotate step` every day; a sender that was renamed says `formerly: {sender}`",
)

NEVER_SEEN = Rule(
    "KEY016",
    Severity.ERROR,
    "{owner}: the lock has the key as {state}, so hosts may sign with it, and no evidence that any server"
    " answered it; mail signed before the world sees the key fails (RFC 6376 section 6.1.2)",
    "take the key's line back to what `dnsauth rotate step` wrote; states are moved by that command alone",
)

TTL_LONG = Rule(
    "KEY017",
    Severity.WARNING,
    "{owner}: caches may hold the key for {ttl} seconds, so that one that was stolen stays good for {hours}"
    " hours after it is revoked (RFC 1035 section 3.2.1)",
    "say `ttl: 1h` for the mail domain",
)

STORE_IN_CLEAR = Rule(
    "KEY018",
    Severity.WARNING,
    "key store {store} keeps private keys unencrypted in {directory}, beside the inventory: one `git add`"
    " puts them into every clone",
    "name a directory outside of the repository, or use a store of class age, whose files may stand in Git",
)

FILE_OPEN = Rule(
    "KEY019",
    Severity.ERROR,
    "{path}: everybody on this machine may {what} it (mode {mode}), and key store {store} keeps private keys"
    " there unencrypted",
    "run `chmod {right} {path}`, and `dnsauth rotate revoke` where somebody may have read a key",
)

SELDOM = Rule(
    "KEY020",
    Severity.WARNING,
    "sender {sender} of {domain} asks for a new key every {every} days; keys should be replaced routinely,"
    " and at least once a year (RFC 6376 section 3.1)",
    "say `every: 180d`, or less; `dnsauth rotate step` does the work",
)

TTL_RAISED = Rule(
    "KEY021",
    Severity.WARNING,
    "new keys are to have a TTL of {ttl} seconds (`rotation: first_ttl`), and provider {provider} stores none"
    " below {least}: `apply` refuses to write them",
    "say `rotation: {{first_ttl: {least}}}` or more",
)
