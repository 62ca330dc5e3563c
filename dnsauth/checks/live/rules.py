"""The rules of `check --live`: what the world answers, beside what the inventory asks for."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

# Zones and their servers.

LAME = Rule(
    "LIV001",
    Severity.ERROR,
    "{zone}: {server} is named as its server and does not serve it: it {why} (RFC 9499 section 7)",
    "load the zone there, or take the server out of the delegation; `live.ignore` leaves it out until a date",
    live=True,
)
UNREACHABLE = Rule(
    "LIV002",
    Severity.WARNING,
    "{zone}: {server} cannot be asked: {why}",
    "try again; where the server is gone, take it out of the delegation",
    live=True,
)
NO_ADDRESS = Rule(
    "LIV003",
    Severity.ERROR,
    "{zone} is delegated to {server}, {why} (RFC 1034 section 4.2.1)",
    "give the server an address, or take it out of the delegation",
    live=True,
)
DISAGREE = Rule(
    "LIV004",
    Severity.ERROR,
    "{owner} {type}: its servers disagree: {answers}",
    "find out why a server lags: notify, transfer and serial; `dnsauth verify` waits until all agree",
    live=True,
)
DELEGATION = Rule(
    "LIV005",
    Severity.WARNING,
    "{zone}: the parent names {parent} and the zone itself {own} as its servers (RFC 1034 section 4.2.2)",
    "let registrar and zone name the same servers",
    live=True,
)
ELSEWHERE = Rule(
    "LIV006",
    Severity.WARNING,
    "{zone} is delegated to {names}, and servers of provider {provider} ({kind}) are named {known}: what is"
    " applied there nobody sees",
    "change the delegation at the registrar, or `provider:` in the zone's file; waive it where the servers"
    " have names of your own",
    live=True,
)
UNDELEGATED = Rule(
    "LIV007",
    Severity.ERROR,
    "{zone} leads to no server: {why}",
    "let the registrar delegate it; for a zone the world is not to see say `live: {{servers: …}}`",
    live=True,
)
BOGUS = Rule(
    "LIV008",
    Severity.ERROR,
    "{zone} fails DNSSEC validation, so that resolvers that validate answer nothing in it (RFC 4035 section"
    " 5.5): {why}",
    "let the parent's DS and the zone's keys and signatures agree, or remove the DS",
    live=True,
)
NO_KEYS = Rule(
    "LIV009",
    Severity.ERROR,
    "{zone} has a DS at its parent and no DNSKEY, so that resolvers that validate answer nothing in it"
    " (RFC 4035 section 5.2){why}",
    "sign the zone, or let the registrar remove the DS",
    live=True,
)
SECURE = Rule("LIV010", Severity.INFO, "{zone} is signed, and the resolver vouches for it (AD)", live=True)
UNASSESSED = Rule(
    "LIV011",
    Severity.WARNING,
    "{owner} {type}: {why}",
    "try again; another resolver may be named with --resolver",
    live=True,
)
UNLOOKED = Rule(
    "LIV015",
    Severity.WARNING,
    "{zone} was not looked at: the time for this run was up",
    "give it more with --timeout SECONDS",
    live=True,
)
NOT_SERVED = Rule(
    "LIV012",
    Severity.WARNING,
    "{owner} {type} is served otherwise than the inventory asks{servers}",
    "`dnsauth diff` shows it, and `dnsauth plan` what would be changed",
    live=True,
)
BAD_SYNTAX = Rule(
    "LIV013",
    Severity.ERROR,
    "{owner} {type}: the {record} record that is served is refused by its own grammar: {problem}",
    "`dnsauth plan` shows what would be published in its place",
    live=True,
)
SEVERAL = Rule(
    "LIV014",
    Severity.ERROR,
    "{owner} {type}: {count} {record} records are served, and receivers accept only one ({section})",
    "remove the others at the provider",
    live=True,
)

# Where names of ours lead.

DANGLING = Rule(
    "LIV020",
    Severity.ERROR,
    "{path}: the last name does not exist (NXDOMAIN){seen}",
    "correct the target, or remove the record; where the vendor removed it, ask whether you still send there",
    live=True,
)
REGISTRABLE = Rule(
    "LIV021",
    Severity.ERROR,
    "{path}: {domain} is not registered, and whoever registers it answers here in your name{by}",
    "remove the record or term at once",
    live=True,
)
RING = Rule(
    "LIV022",
    Severity.ERROR,
    "{path}: these CNAMEs lead to no record (RFC 1034 section 3.6.2)",
    "correct the target, or ask the vendor for the right one",
    live=True,
)
REREGISTERED = Rule(
    "LIV023",
    Severity.ERROR,
    "{path}: {domain} was at {before} by observed.lock.yaml, and is at {after}; another may have it now",
    "ask the vendor; if it moved its servers, `dnsauth lock --refresh` records them",
    live=True,
)
BOGUS_TARGET = Rule(
    "LIV024",
    Severity.ERROR,
    "{path}: {why}, so that receivers that validate do not find it (RFC 4035 section 5.5)",
    "tell the vendor",
    live=True,
)

# SPF as it is live.

LOOKUPS = Rule(
    "SPF030",
    Severity.ERROR,
    "{owner}: SPF as it is live takes {count} lookups of at most {limit}: receivers answer permerror"
    " (RFC 7208 section 4.6.4){by}",
    "remove a sender, let one use a MAIL FROM domain of its own, or say `flatten: true` of one",
    live=True,
)
VOIDS = Rule(
    "SPF031",
    Severity.ERROR,
    "{owner}: SPF as it is live takes {count} void lookups of at most {limit}: receivers answer permerror"
    " (RFC 7208 section 4.6.4): {terms}{by}",
    "remove these terms, whose names lead to nothing",
    live=True,
)
BROKEN = Rule(
    "SPF032",
    Severity.ERROR,
    "{path}: {problem}{by}",
    "correct the term, remove its sender, or ask the vendor",
    live=True,
)
LOOP = Rule(
    "SPF033",
    Severity.ERROR,
    "{path}: the last of them brings itself in, and receivers give up (RFC 7208 section 4.6.4){by}",
    "take the term out of the record where it is yours, or ask the vendor",
    live=True,
)
WIDE = Rule(
    "SPF034",
    Severity.WARNING,
    "{path}: '{term}' lets {size} addresses pass, far more than one sender has{by}",
    "name the networks that send, or ask the vendor which do",
    live=True,
)
USELESS = Rule(
    "SPF035",
    Severity.WARNING,
    "{owner}: '{term}' is of no use: {title} puts its own name into MAIL FROM, and receivers look there{by}",
    "remove the term; it costs {cost[lookups]} of {cost[limit]} lookups",
    live=True,
)
IDLE = Rule("SPF036", Severity.INFO, "{owner}: SPF has terms without effect: {terms}", live=True)
DRIFT = Rule(
    "SPF037",
    Severity.WARNING,
    "{name} lets others pass than observed.lock.yaml says: {moved}{by}",
    "`dnsauth lock --refresh` records it, for review",
    live=True,
)
GROWTH = Rule(
    "SPF038",
    Severity.WARNING,
    "{name} lets {factor} times as many addresses pass as observed.lock.yaml says: {moved}{by}",
    "ask the vendor whether that is meant; `dnsauth lock --refresh` records it, for review",
    live=True,
)
UNOBSERVED = Rule(
    "SPF039",
    Severity.INFO,
    "observed.lock.yaml does not have {name}, so that nobody sees what changes there{by}",
    "run `dnsauth lock --refresh`, and commit what it writes",
    live=True,
)
DEARER = Rule(
    "SPF047",
    Severity.WARNING,
    "{owner}: SPF takes {count} lookups of at most {limit}, and took {before} by observed.lock.yaml"
    " (RFC 7208 section 4.6.4): {terms}{by}",
    "let one sender use a MAIL FROM domain of its own, or say `flatten: true` of one, before others add more;"
    " `dnsauth lock --refresh` records it, for review",
    live=True,
)

# Keys behind CNAMEs, and reports.

KEY_MISSING = Rule(
    "DKM030",
    Severity.ERROR,
    "{path}: there is no key{seen} (RFC 6376 section 3.6.2)",
    "finish the set-up at the vendor, who publishes it; or remove the record",
    live=True,
)
KEY_INVALID = Rule(
    "DKM031",
    Severity.ERROR,
    "{path}: {problem}{seen} (RFC 6376 section 3.6.1)",
    "ask the vendor: mail signed with this selector fails",
    live=True,
)
KEY_REVOKED = Rule(
    "DKM032",
    Severity.WARNING,
    "{path}: the key is revoked{seen} (RFC 6376 section 3.6.1)",
    "ask the vendor whether it signs with another selector, and remove the record if it does",
    live=True,
)
KEY_CHANGED = Rule(
    "DKM033",
    Severity.WARNING,
    "{path}: the key is {after}, and observed.lock.yaml has {before}, since {since}",
    "a vendor may rotate it; `dnsauth lock --refresh` records it, for review",
    live=True,
)
KEY_ALONE = Rule(
    "DKM034",
    Severity.WARNING,
    "{path}: there is no key{seen}, and {service} signs for {domain} with {needed} selectors in turn: once it"
    " signs with this one its mail fails (RFC 6376 section 6.1.2); {present} leads to one",
    "compare the target with what the vendor shows; some make its key only when they rotate",
    live=True,
)
KEY_REPLACED = Rule(
    "DKM035",
    Severity.WARNING,
    "{path}: the key was replaced in place: it is {after}, and observed.lock.yaml has {before}, since"
    " {since}; mail signed before verifies no more (RFC 6376 section 3.1)",
    "ask the vendor whether that was meant, and for two selectors it rotates between;"
    " `dnsauth lock --refresh` records it, for review",
    live=True,
)
KEY_OLD = Rule(
    "DKM036",
    Severity.WARNING,
    "{path}: the key has been {key} for {days} days, since {since}; keys should be replaced routinely"
    " (RFC 6376 section 3.1)",
    "{renewal}",
    live=True,
)
UNAUTHORISED = Rule(
    "DMA030",
    Severity.ERROR,
    "{owner}: no report goes to {uri}, since {record} does not authorise it (RFC 9990 section 4)",
    "let {host} publish a TXT record 'v=DMARC1;' at that name, or collect the reports elsewhere",
    live=True,
)
