"""Every rule of guards and checks: its code, its severity, and its texts. Codes never change meaning."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

_WAIVE = "; or, if it is meant, add under `waivers:` in dnsauth.yaml:  - {waiver}"

# Guards that nothing waives: they stop an apply whatever anybody says.

ZONE_ABSENT = Rule(
    "PLN001",
    Severity.ERROR,
    "provider {provider} has no zone {zone}",
    "create the zone there, or correct `provider:` in its file; dnsauth creates no zones",
)
BAD_SYNTAX = Rule(
    "PLN002",
    Severity.ERROR,
    "{owner} {type}: the new value '{value}' is refused by its own grammar: {problem}",
    "correct the line that asks for it",
)
SECOND_RECORD = Rule(
    "PLN003",
    Severity.ERROR,
    "{owner} would hold {count} {record} records, and receivers accept only one ({section}): {values}",
    "let one line of the inventory ask for the record, and remove the others",
)
CNAME_BESIDE = Rule(
    "PLN004",
    Severity.ERROR,
    "{owner} would hold {new} beside {others}; a CNAME stands alone (RFC 1034 section 3.6.2)",
    "remove {others} at the provider, or drop from the inventory what asks for {new}",
)
DRIFT = Rule(
    "PLN005",
    Severity.ERROR,
    "{owner} {type} holds '{before}', which nobody recorded; the plan would put {after} in its place",
    "if it may go run `dnsauth plan --adopt`, which adds a line to the lock; else put it into the zone file",
)
REWRITE = Rule(
    "PLN006",
    Severity.ERROR,
    "{owner} {type}: provider {provider} rewrites whole RRsets, and would damage '{value}' of others:"
    " {problem}",
    "use a provider class that writes single values (RFC 2136, Cloudflare), or write the RRset once by hand"
    " and say `spf: {{indirect: true}}`, which keeps later changes out of it",
)

UNREAD = Rule("PLN007", Severity.ERROR, "the zone was not planned: {problem}", "{hint}")
DELEGATED = Rule(
    "PLN008",
    Severity.ERROR,
    "{owner} {type} would stand at or below {cut}, which this zone delegates to other servers; nobody would"
    " see it (RFC 1034 section 4.2.1)",
    "make {cut} a zone of the inventory with a provider of its own",
)

# Guards that a waiver may lift, for one change.

LOOKUPS = Rule(
    "PLN020",
    Severity.ERROR,
    "{owner}: SPF takes {least}{count} lookups of at most {limit}; before it was {before}. Receivers"
    " answer permerror (RFC 7208 section 4.6.4)",
    "remove a sender, or let one use a MAIL FROM domain of its own" + _WAIVE,
)
WEAKENED = Rule(
    "PLN021",
    Severity.ERROR,
    "{owner}: DMARC is weakened for {whom} (RFC 9989 section 4.7): '{before}' becomes '{after}'",
    "keep the policy as strong as it is" + _WAIVE,
)
REJECT_UNSIGNED = Rule(
    "PLN022",
    Severity.ERROR,
    "{owner}: the policy of {domain} becomes reject ('{before}' becomes '{after}') without an aligned DKIM"
    " key of {senders}; forwarded mail would be lost (RFC 9989 section 7.4)",
    "give every sender a DKIM key first" + _WAIVE,
)
LAST_KEY = Rule(
    "PLN023",
    Severity.ERROR,
    "{owner}: the working key '{before}' becomes '{after}', which leaves {senders} of {domain} without any"
    " (RFC 6376 section 6.1.2)",
    "publish the sender's next key before this one goes" + _WAIVE,
)
MX_CHANGED = Rule(
    "PLN024",
    Severity.ERROR,
    "{owner}: the MX held, {before}, becomes {after}; mail would go elsewhere (RFC 5321 section 5.1)",
    "drop `receives:` to leave MX alone" + _WAIVE,
)
NULL_MX = Rule(
    "PLN025",
    Severity.ERROR,
    "{owner}: '{after}' says that no mail is accepted, and the name has {before} (RFC 7505 section 3)",
    "say `sends: false` in place of `parked: true` to leave MX alone" + _WAIVE,
)
TOO_MANY_RRSETS = Rule(
    "PLN026",
    Severity.ERROR,
    "{zone}: {count} of the {base} RRsets dnsauth has claims on would be updated or deleted: {percent} %,"
    " of at most {limit} %",
    "plan in smaller steps" + _WAIVE,
)
TOO_MANY_ZONES = Rule(
    "PLN027",
    Severity.ERROR,
    "{count} zones would lose or change records in one plan (the limit is {limit})",
    "plan some of them at a time with `--zone`" + _WAIVE,
)
MTA_STS_REMOVED = Rule(
    "PLN028",
    Severity.ERROR,
    "{owner}: '{before}' would go, and senders hold its policy for its max_age (RFC 8461 section 8.3)",
    "publish `mta_sts: {{mode: none}}` first, and remove it when the old max_age has passed" + _WAIVE,
)
SENDER_LOSES = Rule(
    "PLN029",
    Severity.ERROR,
    "{owner}: {losing} may no longer send: brought by {who}, which stays{but} (RFC 7208 section 5)",
    "let the sender keep these addresses" + _WAIVE,
)
VOIDS = Rule(
    "PLN030",
    Severity.ERROR,
    "{owner}: SPF takes {least}{count} void lookups of at most {limit}; before it was {before}. Receivers"
    " answer permerror (RFC 7208 section 4.6.4)",
    "remove the terms whose names lead to nothing: `dnsauth explain {owner}` shows them" + _WAIVE,
)
WAIVABLE = frozenset(
    rule.code
    for rule in (
        SENDER_LOSES,
        VOIDS,
        LOOKUPS,
        WEAKENED,
        REJECT_UNSIGNED,
        LAST_KEY,
        MX_CHANGED,
        NULL_MX,
        TOO_MANY_RRSETS,
        TOO_MANY_ZONES,
        MTA_STS_REMOVED,
    )
)

# What a plan says besides.

INTRUDER = Rule(
    "PLN010",
    Severity.INFO,
    "{owner} {type} holds '{value}' where dnsauth has a claim; nobody recorded it, so it stays",
    "remove it at the provider if nobody needs it",
)
WAIVED = Rule("PLN011", Severity.INFO, "waived by {who} until {until} ({why}): {rule}: {message}")
WAIVER_ENDED = Rule(
    "PLN012",
    Severity.WARNING,
    "the waiver of {rule} for this change ended on {until}",
    "remove it, or give it a new date with a new reason",
)
ADDRESSES_LOST = Rule(
    "PLN013",
    Severity.WARNING,
    "{owner}: {losing} may no longer send: brought by {who}{but} (RFC 7208 section 5)",
    "apply it if nothing sends from there any more",
)
ADDRESSES_GAINED = Rule("PLN014", Severity.INFO, "{owner}: {gaining} may send from now on: brought by {who}")
LOOKUPS_CHANGED = Rule(
    "PLN015", Severity.INFO, "{owner}: SPF lookups {before} → {after} of {limit}, {headroom} to spare{by}"
)
ADDRESSES_UNKNOWN = Rule(
    "PLN016",
    Severity.INFO,
    "{owner}: whom {terms} lets pass was never looked up, so addresses and lookups are told without it",
    "run `dnsauth lock --refresh`, which asks and keeps the answers in observed.lock.yaml",
)

# Checks of inventory and desired records.

SPF_OPEN = Rule(
    "SPF010",
    Severity.WARNING,
    "{owner}: SPF ends without `all` or `redirect`, which is neutral for all others (RFC 7208 section 4.7)",
    "end it with ~all or -all",
)
SPF_EVERYBODY = Rule(
    "SPF011",
    Severity.ERROR,
    "{owner}: SPF ends with +all: everybody may send (RFC 7208 section 5.1)",
    "end it with ~all or -all",
)
SPF_NEUTRAL = Rule(
    "SPF012",
    Severity.WARNING,
    "{owner}: SPF ends with ?all, which asks receivers for nothing (RFC 7208 section 8.2)",
    "say `spf: {{all: softfail}}` or `fail`",
)
SPF_LOOKUPS = Rule(
    "SPF013",
    Severity.ERROR,
    "{owner}: SPF takes {least}{count} lookups of at most {limit}: receivers answer permerror"
    " (RFC 7208 section 4.6.4)",
    "remove a sender, or let one use a MAIL FROM domain of its own",
)
SPF_LOOKUPS_NEAR = Rule(
    "SPF014",
    Severity.WARNING,
    "{owner}: SPF takes {least}{count} lookups of at most {limit} (RFC 7208 section 4.6.4); vendors add",
    "keep two to spare",
)
SPF_LONG = Rule(
    "SPF015",
    Severity.WARNING,
    "{owner}: name and record take {size} octets; {limit} are sure to fit an answer (RFC 7208 section 3.4)",
    "remove terms nobody needs, or say `spf: {{indirect: true}}`",
)
SPF_PTR = Rule(
    "SPF016",
    Severity.WARNING,
    "{owner}: SPF uses ptr, which must not be published any more (RFC 7208 section 5.5)",
    "name the networks with ip4 and ip6",
)
SPF_PARKED = Rule(
    "SPF017",
    Severity.WARNING,
    "{owner} sends nothing, and its SPF record is '{value}', not 'v=spf1 -all' (RFC 7208 section 10.1.2)",
    "remove the `keep:` entry, and dnsauth writes it",
)
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
DKIM_MISSING = Rule(
    "DKM010",
    Severity.WARNING,
    "sender {sender} of {domain} has keys of its own to be made, and none is published yet",
    "run `dnsauth rotate step`, which makes them; or adopt one in use with `dnsauth keys import`",
)
KEY_REVEALED = Rule(
    "KEY010",
    Severity.ERROR,
    "sender {sender} of {domain} carries patient data, and says `reveal: true`: whoever has a removed key can"
    " forge mail of that time, and old mail can be denied",
    "drop `reveal:`; or, if it is meant, add a waiver of KEY010 for {domain} with owner, date and reason",
)
DKIM_NONE = Rule(
    "DKM012",
    Severity.WARNING,
    "sender {sender} of {domain} has no DKIM key; service {service} hands one out, and signs with it",
    "paste it as `dkim: {{SELECTOR: KEY}}`: `dnsauth services show {service}` says where it is found",
)
DKIM_SHORT = Rule(
    "DKM011",
    Severity.WARNING,
    "{owner}: the key is {algorithm}{seen}; signers should use 2048 bits at least (RFC 8301 section 3.2)",
    "{longer}",
)
DKIM_FEW = Rule(
    "DKM013",
    Severity.ERROR,
    "sender {sender} of {domain} has {count} of the {needed} selectors that {service} rotates between: mail"
    " signed with another fails (RFC 6376 section 6.1.2)",
    "copy the missing CNAME from the vendor: `dnsauth services show {service}` says where it is found",
)
DMARC_OBSOLETE = Rule(
    "DMA010",
    Severity.WARNING,
    "{owner}: receivers of today ignore {tags} (RFC 9989 section 9.3)",
    "remove them; `testing: true` is what is left of pct",
)
DMARC_UNSIGNED = Rule(
    "DMA011",
    Severity.WARNING,
    "{domain} asks for reject, and sender {sender} has no aligned DKIM key (RFC 9989 section 7.4)",
    "give the sender a DKIM key",
)
DMARC_PARKED = Rule(
    "DMA012",
    Severity.WARNING,
    "{domain} sends nothing, and asks for {policy} where reject would harm nobody (RFC 9989 section 4.7)",
    "say `dmarc: {{policy: reject}}`, or drop `dmarc:`",
)
SERVICE_UNVERIFIED = Rule(
    "INV101",
    Severity.WARNING,
    "sender {sender} of {domain}: what service {service} asks for is supported by no source",
    "compare with the vendor's own page: `dnsauth services show {service}`",
)
KEPT_REFUSED = Rule(
    "INV104",
    Severity.ERROR,
    "{owner} {type}: the value kept, '{value}', is refused by its own grammar: {problem}",
    "correct it; a guard stops whatever would publish it anew",
)
KEPT_TWICE = Rule(
    "INV105",
    Severity.ERROR,
    "{owner} has {count} {record} records, and receivers accept only one ({section})",
    "keep one of them: put what it lacks of the others into it",
)
WAIVER_EXPIRED = Rule(
    "INV102",
    Severity.WARNING,
    "the waiver of {rule} ended on {until}, and counts no more",
    "remove it, or give it a new date with a new reason",
)
WAIVER_UNUSED = Rule(
    "INV103",
    Severity.WARNING,
    "the waiver of {rule} waives nothing: {problem}",
    "remove it",
)
