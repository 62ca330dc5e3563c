"""Rules on what the inventory says: who answers for a sender and until when, waivers, what is kept."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

SERVICE_UNVERIFIED = Rule(
    "INV101",
    Severity.WARNING,
    "sender {sender} of {domain}: what service {service} asks for is supported by no source",
    "compare with the vendor's own page: `dnsauth services show {service}`",
)

WAIVER_EXPIRED = Rule(
    "INV102",
    Severity.ERROR,
    "the waiver of {rule} ended on {until}, and counts no more",
    "remove it, or give it a new date with a new reason",
)

WAIVER_UNUSED = Rule(
    "INV103",
    Severity.WARNING,
    "the waiver of {rule} waives nothing: {problem}",
    "remove it",
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

SENDER_UNOWNED = Rule(
    "INV110",
    Severity.INFO,
    "sender {sender} of {domain} names no owner, as others here do",
    "say `owner:` with an address that somebody reads",
)

SENDER_UNREVIEWED = Rule(
    "INV111",
    Severity.INFO,
    "sender {sender} of {domain} has no day of review, as others here have",
    "say `review:` with a date, within a year",
)

REVIEW_OVERDUE = Rule(
    "INV112",
    Severity.WARNING,
    "sender {sender} of {domain} was to be reviewed by {review}",
    "ask {who} whether it still sends and for what, then give `review:` a new date",
)

SENDER_UNCLASSED = Rule(
    "INV113",
    Severity.INFO,
    "sender {sender} of {domain} does not say what its mail carries, as others here do",
    "say `data: public`, `personal` or `phi`",
)

BULK_AT_APEX = Rule(
    "INV114",
    Severity.INFO,
    "sender {sender} sends {stream} from {domain} itself, whose reputation the mail of {others} shares",
    "give it a mail domain of its own below {domain}",
)

WAIVER_ENDING = Rule(
    "INV115",
    Severity.INFO,
    "the waiver of {rule}, owned by {who}, ends on {until}",
    "mend what it is for, or give it a new date with a new reason",
)

WAIVER_LONG = Rule(
    "INV116",
    Severity.WARNING,
    "the waiver of {rule} runs until {until}, more than a year from today: nobody will look at it before",
    "let it end within a year",
)

SERVICE_AGED = Rule(
    "INV118",
    Severity.INFO,
    "what service {service} asks for was last compared with a source on {seen}",
    "compare it with the vendor's own page, or use a newer dnsauth",
)

SENDER_LEFT = Rule(
    "INV119",
    Severity.WARNING,
    "sender {sender} of {domain} was to leave on {ends}, and may still send",
    "remove it, or say `ends:` with the day it really leaves",
)

KEPT_UNDECLARED = Rule(
    "INV120",
    Severity.INFO,
    "{domain}: the SPF record that is kept lets pass whom no sender here declares: {terms}",
    "declare who they are as senders and remove the `keep:` entry; or take the terms out of it",
)

TTL_REFUSED = Rule(
    "INV121",
    Severity.WARNING,
    "{owner}: its records are to have a TTL of {ttl} seconds, and provider {provider} stores none below"
    " {least}: `apply` refuses to write them",
    "say `ttl: {least}` or more for it, or under `defaults` in dnsauth.yaml",
)

DELEGATED_ASKED = Rule(
    "INV180",
    Severity.WARNING,
    "{owner} {type}: the zone's servers refer to others for that name, so nobody sees what is asked for here"
    " (RFC 1034 section 4.2.1)",
    "take it out of the file, and ask whoever runs those servers; or take the NS records out of the zone",
    live=True,
)

DELEGATED_LOOKED = Rule(
    "INV181",
    Severity.INFO,
    "{owner} {type}: the zone's servers refer to others for that name: it cannot be managed or judged here",
    live=True,
)
