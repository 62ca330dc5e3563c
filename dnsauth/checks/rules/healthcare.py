"""Rules on patient data: agreements, and what protects the domains that carry it."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

PHI_UNAGREED = Rule(
    "INV130",
    Severity.ERROR,
    "sender {sender} of {domain} carries patient data, and no agreement covers {service}"
    " (45 CFR 164.308(b)(1))",
    "write the signed one under `agreements:` and name it here as `baa: NAME`; send no patient data before",
)

PHI_UNCOVERED = Rule(
    "INV131",
    Severity.ERROR,
    "sender {sender} of {domain} carries patient data under the agreement {agreement}, which covers {covers}"
    " and not {service} (45 CFR 164.308(b)(3))",
    "name the agreement that does, or add {service} to `covers:` where the contract has it",
)

PHI_AGREEMENT_ENDED = Rule(
    "INV132",
    Severity.ERROR,
    "sender {sender} of {domain} carries patient data under the agreement {agreement}, which ended on"
    " {expires} (45 CFR 164.308(b)(1))",
    "sign it anew and change its dates, or let the sender carry no patient data",
)

AGREEMENT_ENDING = Rule(
    "INV133",
    Severity.WARNING,
    "the agreement {agreement} with {partner} ends on {expires}, in {days} days; on it rely {senders}",
    "have it renewed, then change `expires:`",
)

AGREEMENT_REVIEW = Rule(
    "INV134",
    Severity.WARNING,
    "the agreement {agreement} with {partner} {verb} to be reviewed by {review}; on it rely {senders}",
    "review it, then change `review:`",
)

AGREEMENT_UNSIGNED = Rule(
    "INV135",
    Severity.WARNING,
    "sender {sender} of {domain} carries patient data under the agreement {agreement}, which is signed on"
    " {signed}, a day yet to come (45 CFR 164.308(b)(3))",
    "correct `signed:`, or send no patient data before that day",
)

BAA_REFUSED = Rule(
    "INV136",
    Severity.ERROR,
    "sender {sender} of {domain} carries patient data, and {title} signs no business associate agreement,"
    " says the catalogue (45 CFR 164.308(b)(1))",
    "choose a service that does; or correct `baa:` of {service} where a source says otherwise",
)

BAA_UNSAID = Rule(
    "INV137",
    Severity.INFO,
    "no source of the catalogue says whether {title} signs a business associate agreement, which sender"
    " {sender} of {domain} needs",
    "ask the vendor before anything else",
)

PHI_WHOSE = Rule(
    "INV138",
    Severity.WARNING,
    "sender {sender} of {domain} carries patient data, and nothing says who runs it: `custom` is anybody",
    "name the vendor's agreement as `baa: NAME`; or say `service: mta` where the servers are your own",
)

AGREEMENT_UNUSED = Rule(
    "INV139",
    Severity.INFO,
    "no sender relies on the agreement {agreement} with {partner}",
    "name it at the sender it is for as `baa: {agreement}`; or keep it for six years elsewhere and remove it",
)

PHI_WITH_MARKETING = Rule(
    "INV140",
    Severity.WARNING,
    "{domain} carries patient data by {phi} and marketing by {sender}: complaints about one block the other,"
    " and one vendor's keys sign for both",
    "give the marketing a mail domain of its own, as in `news:`",
)

DATA_MIXED = Rule(
    "INV141",
    Severity.INFO,
    "{domain} carries patient data by {phi}, and beside it other data by {others}",
    "give each stream a mail domain of its own where they come from different systems",
)

PHI_UNENFORCED = Rule(
    "INV142",
    Severity.WARNING,
    "{domain} carries patient data, and {policy}: anybody may send mail in its name"
    " (RFC 9989 section 4.7; 45 CFR 164.312(e)(1))",
    "say `dmarc: {{policy: quarantine}}` once reports show that every sender passes, and reject after that",
)

PHI_UNSIGNED = Rule(
    "INV143",
    Severity.ERROR,
    "sender {sender} of {domain} carries patient data, and no DKIM key aligned with {domain} signs it:"
    " nothing shows that a message is as it was sent (RFC 6376 section 1; 45 CFR 164.312(c)(2))",
    "give it a key: `dnsauth services show {service}` says where it is found",
)

PHI_IN_CLEAR = Rule(
    "INV144",
    Severity.WARNING,
    "{domain} takes mail about patients, and {problem}: whoever stands between can have it sent in the clear"
    " (RFC 8461 section 2; 45 CFR 164.312(e)(1))",
    "say `mta_sts: {{mode: enforce, max_age: 30d}}` once reports of TLS are clean; or publish TLSA records",
)

PHI_UNOWNED = Rule(
    "INV145",
    Severity.WARNING,
    "sender {sender} of {domain} carries patient data, and nobody is named who answers for it",
    "say `owner:` with an address that somebody reads",
)

PHI_REVIEW_OVERDUE = Rule(
    "INV146",
    Severity.ERROR,
    "sender {sender} of {domain} carries patient data, and was to be reviewed by {review}"
    " (45 CFR 164.316(b)(2)(iii))",
    "ask {who} whether it still sends, what, and under which agreement; then give `review:` a new date",
)

HEALTH_UNCLASSED = Rule(
    "INV147",
    Severity.INFO,
    "sender {sender} of {domain} does not say what its mail carries; {title} is a service for patient data",
    "say `data: phi`, or `personal` or `public` where that is so",
)

PHI_WAIVED = Rule(
    "INV148",
    Severity.INFO,
    "the waiver of {rule} leaves {domain}, which carries patient data, until {until} without what the rule"
    " looks after",
    "put down with it why that is reasonable and what is done instead (45 CFR 164.306(d)(3)), and let it end"
    " soon",
)
