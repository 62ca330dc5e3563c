"""Rules on SPF records as they are asked for."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

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
    "{owner}: SPF uses ptr, which should not be published any more (RFC 7208 section 5.5)",
    "name the networks with ip4 and ip6",
)

SPF_PARKED = Rule(
    "SPF017",
    Severity.WARNING,
    "{owner} sends nothing, and its SPF record is '{value}', not 'v=spf1 -all' (RFC 7208 section 10.1.2)",
    "remove the `keep:` entry, and dnsauth writes it",
)

# What mail domains and their senders lack.

SPF_ABSENT = Rule(
    "SPF080",
    Severity.WARNING,
    "{domain} receives mail, and nothing says who sends with it (RFC 7208 section 10.1)",
    "list its `senders`, or say `sends: false`",
)

SPF_MAILBOXES = Rule(
    "SPF081",
    Severity.WARNING,
    "{domain} has its mailboxes at {title}, whose servers are not in its SPF record: what people write"
    " there does not pass (RFC 7208 section 2.4)",
    "add `{service}` to `senders`; where another relay sends all of it, waive this",
)

SPF_NEEDLESS = Rule(
    "SPF082",
    Severity.WARNING,
    "{owner}: {term} is of no use: {title} puts its own name into MAIL FROM, and receivers look there"
    " (RFC 7208 section 2.4){by}",
    "remove the term",
)

SPF_UNDECLARED = Rule(
    "SPF083",
    Severity.INFO,
    "{owner}: {term} is what service {service} brings ({title}), and no sender is declared as that{by}",
    "say `{service}` in its place, so that its keys and facts are looked at too",
)

SPF_ENVELOPE = Rule(
    "SPF084",
    Severity.INFO,
    "sender {sender} of {domain}: without `{parameter}` {title} puts its own name into MAIL FROM: SPF does"
    " not align, and DMARC rests on DKIM alone (RFC 9989 section 4.4.2)",
    "set it up at the vendor, then say `{parameter}:`",
)

SPF_GREEDY = Rule(
    "SPF085",
    Severity.WARNING,
    "{owner}: sender {sender} takes {count} of the {limit} lookups (RFC 7208 section 4.6.4)",
    "let it use a MAIL FROM domain of its own, or say `flatten: true` of it",
)

SPF_TTL = Rule(
    "SPF091",
    Severity.INFO,
    "{owner}: the TTL of the SPF record is {ttl} seconds; from {least} to {most} a correction is soon seen,"
    " and caches still help (RFC 1035 section 3.2.1)",
    "say `ttl: 3600`",
)

SPF_HELO = Rule(
    "SPF092",
    Severity.INFO,
    "sender {sender}: no SPF record stands at the names of its mail servers, {hosts}, by which bounces are"
    " judged (RFC 7208 sections 2.3 and 10.1.3)",
    "name them under `helo:` of the sender",
)

# What a record means together with those it brings in, as they are recorded.

SPF_ANYBODY = Rule(
    "SPF086",
    Severity.ERROR,
    "{owner}: SPF lets {share} of all IPv4 addresses pass, by {term} (RFC 7208 section 11.4)",
    "remove the term, or ask the vendor which networks send",
)

SPF_UNDECIDED = Rule(
    "SPF087",
    Severity.WARNING,
    "{path}: the record SPF redirects to {ends}, which asks receivers for nothing (RFC 7208 sections 4.7 and"
    " 8.2)",
    "end that record with ~all or -all, or ask whose it is",
)

SPF_RING = Rule(
    "SPF088",
    Severity.ERROR,
    "{path}: the last of them brings itself in, and receivers give up (RFC 7208 section 4.6.4)",
    "remove one of these terms",
)

SPF_EXCHANGERS = Rule(
    "SPF089",
    Severity.ERROR,
    "{path}: {problem}: receivers answer permerror",
    "name the networks with ip4 and ip6, or receive at fewer hosts",
)

# As it is live.

SPF_ANYBODY_LIVE = Rule(
    "SPF093",
    Severity.ERROR,
    "{owner}: SPF as it is live lets {share} of all IPv4 addresses pass, by {term} (RFC 7208 section"
    " 11.4){by}",
    "remove the term at once, or ask the vendor which networks send",
    live=True,
)

SPF_UNDECIDED_LIVE = Rule(
    "SPF094",
    Severity.WARNING,
    "{path}: the record SPF redirects to {ends}, as it is live, which asks receivers for nothing (RFC 7208"
    " sections 4.7 and 8.2){by}",
    "end that record with ~all or -all, or ask whose it is",
    live=True,
)

SPF_UNEXPLAINED = Rule(
    "SPF095",
    Severity.WARNING,
    "{owner}: `exp` leads to {name}, {problem}, so that nobody sees the explanation (RFC 7208 section 6.2)",
    "publish one TXT record there, or remove `exp`",
    live=True,
)

SPF_ALIASED = Rule(
    "SPF096",
    Severity.ERROR,
    "{path}: a CNAME stands where the SPF record should, and nothing may stand beside it (RFC 1034 section"
    " 3.6.2)",
    "remove the CNAME, or let the SPF record be that of the name it leads to",
    live=True,
)
