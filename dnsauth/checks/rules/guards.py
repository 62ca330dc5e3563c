"""Guards, and what a plan says besides."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

_WAIVE = "; or, if it is meant, add under `waivers:` in dnsauth.yaml:  - {waiver}"

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
    "publish `mta_sts: {{mode: none, max_age: 1d}}` first, and remove it when the old max_age has passed"
    + _WAIVE,
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

UNREVIEWED = Rule(
    "PLN031",
    Severity.WARNING,
    "nobody saw these changes before they are written: `apply --yes` without a plan, in CI",
    "say `dnsauth plan --out plan.json` in one job and `dnsauth apply plan.json --yes` in another, which"
    " somebody approves",
)
