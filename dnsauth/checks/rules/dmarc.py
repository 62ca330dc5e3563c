"""Rules on DMARC records: how they are written, and what they ask for."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

DMARC_OBSOLETE = Rule(
    "DMA010",
    Severity.INFO,
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

# Texts that receivers do not take for a record, or not where they stand.

DMARC_BLANKS = Rule(
    "DMA040",
    Severity.ERROR,
    "{owner}: blanks stand before v=DMARC1, so that receivers ignore the whole record (RFC 9989 section 4.7)",
    "remove the blanks before v=DMARC1",
)

DMARC_VERSION = Rule(
    "DMA041",
    Severity.ERROR,
    "{owner}: receivers ignore {value}: it does not begin with 'v=DMARC1', in these letters, and ';'"
    " (RFC 9989 section 4.7)",
    "let the record begin with 'v=DMARC1; p='",
)

DMARC_UNRELATED = Rule(
    "DMA042",
    Severity.WARNING,
    "{owner}: the TXT value {value} is no DMARC record; every receiver has to step over it (RFC 9989 section"
    " 4.10)",
    "remove it here, and publish it at the name it is for",
)

DMARC_MISPLACED = Rule(
    "DMA043",
    Severity.WARNING,
    "{owner}: a DMARC record stands at the domain itself; receivers look at {right} alone (RFC 9989 section"
    " 4.5)",
    "say `dmarc:` at the mail domain, and remove this value",
)

DMARC_WILDCARD = Rule(
    "DMA044",
    Severity.WARNING,
    "{owner}: this wildcard TXT record also answers for _dmarc, _mta-sts and every other name below that has"
    " no record (RFC 4592 section 2.2.1)",
    "give the value to the names that need it",
)

# How the tags are written.

DMARC_SYNTAX = Rule(
    "DMA045",
    Severity.WARNING,
    "{owner}: receivers step over a part of the DMARC record: {problem}",
    "correct it at that column",
)

DMARC_TAG_TWICE = Rule(
    "DMA046",
    Severity.ERROR,
    "{owner}: the tag {tag} stands twice, at column {column} again, which makes the DMARC record invalid"
    " (RFC 6376 section 3.2)",
    "keep one of them",
)

DMARC_POLICY_INVALID = Rule(
    "DMA047",
    Severity.ERROR,
    "{owner}: {problem}; receivers then apply {effect} (RFC 9989 section 4.10.1)",
    "write {tag}=none, {tag}=quarantine or {tag}=reject",
)

DMARC_ALIGNMENT_INVALID = Rule(
    "DMA048",
    Severity.ERROR,
    "{owner}: {problem}; receivers take {tag} for r, relaxed (RFC 9989 section 4.7)",
    "write {tag}=s where you mean strict, or remove the tag",
)

DMARC_FO_INVALID = Rule(
    "DMA049",
    Severity.WARNING,
    "{owner}: {problem}; receivers take fo for 0 (RFC 9989 section 4.7)",
    "write fo=1, or remove the tag",
)

DMARC_URI_INVALID = Rule(
    "DMA050",
    Severity.ERROR,
    "{owner}: no report is sent by {tag}: {problem}",
    "write mailto: and an address, as in {tag}=mailto:dmarc@example.com; encode ',', '!' and ';' inside",
)

DMARC_FLAG_INVALID = Rule(
    "DMA051",
    Severity.ERROR,
    "{owner}: {problem}; receivers take {tag} for {default} (RFC 9989 section 4.7)",
    "correct the value, or remove the tag",
)

DMARC_TAG_UNKNOWN = Rule(
    "DMA052",
    Severity.WARNING,
    "{owner}: receivers ignore {tag}, which is no tag of DMARC (RFC 9989 section 9.3)",
    "{fix}",
)

DMARC_P_MISSING = Rule(
    "DMA053",
    Severity.WARNING,
    "{owner}: the record has no p, which means p=none; without rua older receivers find no record at all"
    " (RFC 9989 section 4.7, RFC 7489 section 6.6.3)",
    "say `dmarc: {{policy: none}}`, which writes it",
)

DMARC_P_LATE = Rule(
    "DMA054",
    Severity.INFO,
    "{owner}: p does not follow v=DMARC1, where receivers of RFC 7489 look for it (section 6.4 there)",
)

DMARC_PCT_INVALID = Rule(
    "DMA055",
    Severity.WARNING,
    "{owner}: pct={value} is no number from 0 to 100; nobody acts by it (RFC 7489 section 6.3)",
    "remove it; `testing: true` is what is left of pct",
)

DMARC_PCT_PART = Rule(
    "DMA056",
    Severity.WARNING,
    "{owner}: pct={value}: receivers of RFC 7489 spare the rest of the mail that fails, those of today none"
    " of it (RFC 9989 section 9.3)",
    "remove it, and say `testing: true` where the policy is not to be applied yet",
)

# What is asked for.

DMARC_NONE = Rule(
    "DMA057",
    Severity.INFO,
    "{owner}: p=none asks receivers for reports alone, and mail in your name is delivered (RFC 9989 section"
    " 4.7)",
    "once every sender is aligned say `dmarc: {{policy: quarantine}}`, then reject",
)

DMARC_QUARANTINE = Rule(
    "DMA058",
    Severity.INFO,
    "{owner}: p=quarantine lets mail that fails reach the spam folder (RFC 9989 section 4.7)",
    "where reports show no mail of yours that fails say `dmarc: {{policy: reject}}`",
)

DMARC_SP_NONE = Rule(
    "DMA059",
    Severity.WARNING,
    "{owner}: sp=none leaves every subdomain open to forgery, while p is {policy} (RFC 9989 section 4.7)",
    "say `subdomains: {policy}` under `dmarc:`, and give a subdomain that needs none a record of its own",
)

DMARC_SP_WEAKER = Rule(
    "DMA060",
    Severity.WARNING,
    "{owner}: sp={subdomains} asks for less of subdomains than p={policy} of the domain (RFC 9989 section"
    " 4.7)",
    "say `subdomains: {policy}` under `dmarc:`",
)

DMARC_NP_WEAKER = Rule(
    "DMA061",
    Severity.WARNING,
    "{owner}: np={nonexistent} asks for less of subdomains that do not exist than {subdomains} of those that"
    " do (RFC 9989 section 4.7)",
    "say `nonexistent: reject` under `dmarc:`",
)

DMARC_NP_ABSENT = Rule(
    "DMA062",
    Severity.INFO,
    "{owner}: subdomains that do not exist are asked {policy} for; reject would harm no mail of yours"
    " (RFC 9989 section 4.7)",
    "say `nonexistent: reject` under `dmarc:`",
)

DMARC_TESTING = Rule(
    "DMA063",
    Severity.WARNING,
    "{owner}: with t=y receivers act one level milder than {policy} (RFC 9989 section 4.7)",
    "drop `testing: true` once reports show no mail of yours that fails",
)

DMARC_PSD = Rule(
    "DMA064",
    Severity.WARNING,
    "{owner}: psd=y says that others register names below {domain}, so that no subdomain aligns with it"
    " (RFC 9989 section 4.10.2)",
    "remove psd=y, which is for registries",
)

DMARC_SP_IDLE = Rule(
    "DMA065",
    Severity.INFO,
    "{owner}: {tags} of a record below the organizational domain {organizational} has no effect (RFC 9989"
    " section 4.7)",
    "say it at {organizational}",
)

DMARC_PUBLIC_SUFFIX = Rule(
    "DMA066",
    Severity.WARNING,
    "{domain} is a public suffix: receivers count the names below it as others' (RFC 9989 section 3.2.15)",
    "send from a name below it; where the public suffix list is wrong, have it corrected",
)

DMARC_MILDER = Rule(
    "DMA067",
    Severity.WARNING,
    "{owner}: the record asks for {policy}, and {organizational} for {above} of its subdomains (RFC 9989"
    " section 4.10.1)",
    "remove it, or say `dmarc: {{policy: {above}}}` at {domain}",
)

DMARC_DIFFERS = Rule(
    "DMA068",
    Severity.WARNING,
    "{domain}: receivers that walk the tree find the record of {walk}, those with a suffix list {suffix}"
    " (RFC 9989 section 4.10, RFC 7489 section 6.6.3)",
    "say `dmarc:` at {domain} itself, or at its organizational domain",
)

DMARC_ALIAS = Rule(
    "DMA069",
    Severity.INFO,
    "{owner} is a CNAME to {target}: whoever has that name says what receivers do with your mail"
    " (RFC 1034 section 3.6.2)",
)

DMARC_ABSENT = Rule(
    "DMA070",
    Severity.WARNING,
    "{domain} has senders, and the inventory asks for no DMARC record there or above; Google, Microsoft and"
    " Yahoo refuse bulk mail without one (RFC 9989 section 5.1.4)",
    'say `dmarc: {{policy: none, rua: ["mailto:dmarc@example.com"]}}` at {domain}, with an address of yours',
)

DMARC_UNFOUND = Rule(
    "DMA071",
    Severity.WARNING,
    "{domain} has senders, and DNS has no DMARC record there or above (RFC 9989 section 4.10)",
    'say `dmarc: {{policy: none, rua: ["mailto:dmarc@example.com"]}}` at {domain}, with an address of yours',
    live=True,
)

# Senders beside the policy.

DMARC_NEITHER = Rule(
    "DMA072",
    Severity.ERROR,
    "{domain} asks for {policy}, and mail of sender {sender} passes neither with SPF ({spf}) nor with DKIM"
    " ({dkim}) (RFC 9989 section 4.4)",
    "give the sender a DKIM key of {domain}: `dnsauth services show {service}`",
)

DMARC_NEVER = Rule(
    "DMA073",
    Severity.WARNING,
    "mail of sender {sender} of {domain} cannot pass DMARC: SPF: {spf}; DKIM: {dkim} (RFC 9989 section 4.4)",
    "give the sender a DKIM key of {domain} before the policy is enforced: `dnsauth services show {service}`",
)

DMARC_SPF_STRICT = Rule(
    "DMA074",
    Severity.INFO,
    "{domain} has aspf=s, and sender {sender} puts a subdomain into MAIL FROM: only DKIM is left to pass by"
    " (RFC 9989 section 4.4.2)",
)

DMARC_DKIM_STRICT = Rule(
    "DMA075",
    Severity.WARNING,
    "{domain} has adkim=s, and no key of sender {sender} is one of {domain} itself (RFC 9989 section 4.4.1)",
    "let the sender sign with {domain}, or drop `adkim: strict`",
)
