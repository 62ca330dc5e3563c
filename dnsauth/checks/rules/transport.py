"""Rules on MTA-STS and TLS reports: records, policies, and what hosts serve (RFC 8461, RFC 8460)."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

STS_NONE = Rule(
    "MTA001",
    Severity.INFO,
    "{domain} receives mail and has no `mta_sts`: whoever sits between can strip TLS from what is sent there"
    " (RFC 8461 section 1)",
)
STS_TESTING = Rule(
    "MTA002",
    Severity.INFO,
    "{domain}: MTA-STS is in mode testing: senders report failures of TLS and deliver all the same (RFC 8461"
    " section 5)",
)
STS_OFF = Rule(
    "MTA003",
    Severity.WARNING,
    "{domain}: MTA-STS is in mode none, which asks nothing of senders (RFC 8461 section 5)",
    "say `mode: testing`; where it is on its way out, remove `mta_sts:` once the old `max_age` is over",
)
STS_HOURS = Rule(
    "MTA004",
    Severity.WARNING,
    "{domain}: `max_age` is {max_age} s, less than a day: a policy that senders forget so soon can be kept"
    " from them (RFC 8461 section 10.2)",
    "say `max_age: 14d`, or more",
)
STS_DAYS = Rule(
    "MTA005",
    Severity.WARNING,
    "{domain}: mode enforce with a `max_age` of {max_age} s; weeks or longer are meant (RFC 8461 section"
    " 3.2)",
    "say `max_age: 14d`, or more",
)
STS_UNCOVERED = Rule(
    "MTA007",
    Severity.ERROR,
    "{domain}: the MX {hosts} matches no `mx` of its MTA-STS policy, and senders that honour it deliver"
    " nothing there (RFC 8461 section 4.1)",
    "add it to `mta_sts: {{mx: […]}}` and to the policy file; without `mx:` those of `receives` are taken",
)
STS_UNTESTED = Rule(
    "MTA008",
    Severity.WARNING,
    "{domain}: the MX {hosts} matches no `mx` of its MTA-STS policy; in mode enforce senders would deliver"
    " nothing there (RFC 8461 section 4.1)",
    "add it to `mta_sts: {{mx: […]}}` and to the policy file; without `mx:` those of `receives` are taken",
)
STS_IDLE = Rule(
    "MTA009",
    Severity.INFO,
    "{domain}: {patterns} of its MTA-STS policy matches no MX (RFC 8461 section 4.1)",
)
STS_NULL_MX = Rule(
    "MTA010",
    Severity.WARNING,
    "{owner}: there is an MTA-STS record, and {domain} receives no mail (RFC 7505 section 3)",
    "serve `mode: none` until the old `max_age` is over, then remove the record",
)

STS_MISPLACED = Rule(
    "MTA011",
    Severity.WARNING,
    "{owner}: an MTA-STS record stands where nobody looks for it; senders ask for `_mta-sts` and the domain"
    " (RFC 8461 section 3.1)",
    "move it to _mta-sts.DOMAIN, or say `mta_sts:` and let dnsauth write it",
)
STS_STRANGER = Rule(
    "MTA012",
    Severity.INFO,
    "{owner}: '{value}' is no MTA-STS record, and senders leave it out (RFC 8461 section 3.1)",
)
STS_VERSION = Rule(
    "MTA013",
    Severity.ERROR,
    "{owner}: '{value}' is no MTA-STS record to senders: it must begin with 'v=STSv1;' (RFC 8461 section"
    " 3.1)",
    "write it as in 'v=STSv1; id=20261124', or say `mta_sts:` and let dnsauth write it",
)
STS_NO_ID = Rule(
    "MTA014",
    Severity.ERROR,
    "{owner}: the MTA-STS record has no `id`, and senders ignore it (RFC 8461 section 3.1)",
    "add one that changes with the policy, or say `mta_sts:` and let dnsauth write it",
)
STS_BAD_ID = Rule(
    "MTA015",
    Severity.ERROR,
    "{owner}: `id` is 1 to 32 letters and digits, not {id}, and senders ignore the record (RFC 8461 section"
    " 3.1)",
    "write a time, as in id=20261124T0800, or say `mta_sts:` and let dnsauth write it",
)

STS_UNFETCHED = Rule(
    "MTA020",
    Severity.ERROR,
    "{domain}: senders find no MTA-STS policy at {url}: {why} (RFC 8461 section 3.3)",
    "serve there {wanted}",
    live=True,
)
STS_REDIRECTED = Rule(
    "MTA021",
    Severity.ERROR,
    "{domain}: {url} redirects to '{location}', and senders must not follow (RFC 8461 section 3.3)",
    "serve the policy at that URL itself",
    live=True,
)
STS_UNTRUSTED = Rule(
    "MTA022",
    Severity.ERROR,
    "{domain}: senders do not trust {host}, and take no policy from it: {why} (RFC 8461 section 3.3)",
    "give the host a certificate of a public CA for {host}; `live: {{ca: FILE}}` names one of your own",
    live=True,
)
STS_MEDIA_TYPE = Rule(
    "MTA023",
    Severity.WARNING,
    "{domain}: {url} is of media type '{media_type}', and senders may want text/plain (RFC 8461 section 3.2)",
    "let the web server say Content-Type: text/plain",
    live=True,
)
STS_POLICY_VERSION = Rule(
    "MTA024",
    Severity.ERROR,
    "{domain}: the policy at {url} has no line 'version: STSv1'{seen} (RFC 8461 section 3.2)",
    "serve {wanted}",
    live=True,
)
STS_POLICY_MODE = Rule(
    "MTA025",
    Severity.ERROR,
    "{domain}: the policy at {url} has no `mode` of enforce, testing or none{seen} (RFC 8461 section 3.2)",
    "serve {wanted}",
    live=True,
)
STS_POLICY_AGE = Rule(
    "MTA026",
    Severity.ERROR,
    "{domain}: the policy at {url} has no `max_age` of 0 to 31557600 seconds{seen} (RFC 8461 section 3.2)",
    "serve {wanted}",
    live=True,
)
STS_POLICY_NO_MX = Rule(
    "MTA027",
    Severity.ERROR,
    "{domain}: the policy at {url} names no `mx` (RFC 8461 section 3.2)",
    "serve {wanted}",
    live=True,
)
STS_POLICY_MX = Rule(
    "MTA028",
    Severity.ERROR,
    "{domain}: the policy at {url} has an `mx` that is no host name{seen} (RFC 8461 section 3.2)",
    "serve {wanted}",
    live=True,
)
STS_POLICY_LINE = Rule(
    "MTA029",
    Severity.ERROR,
    "{domain}: the policy at {url} has a line that is no 'key: value'{seen} (RFC 8461 section 3.2)",
    "serve {wanted}",
    live=True,
)
STS_POLICY_TWICE = Rule(
    "MTA030",
    Severity.WARNING,
    "{domain}: the policy at {url} has a key twice, and senders read the first{seen} (RFC 8461 section 3.2)",
    "serve {wanted}",
    live=True,
)
STS_POLICY_UNKNOWN = Rule(
    "MTA031",
    Severity.INFO,
    "{domain}: the policy at {url} has a key that senders ignore{seen} (RFC 8461 section 3.2)",
    live=True,
)
STS_POLICY_BLANK = Rule(
    "MTA032",
    Severity.WARNING,
    "{domain}: line {line} of the policy at {url} is empty, and senders may refuse the file (RFC 8461 section"
    " 3.2)",
    "take the empty lines out",
    live=True,
)
STS_DIFFERS = Rule(
    "MTA034",
    Severity.WARNING,
    "{domain}: the policy at {url} is not what the inventory asks, and whose digest is the record's `id`:"
    " {difference} (RFC 8461 section 3.3)",
    "serve {wanted}",
    live=True,
)
STS_EXPIRING = Rule(
    "MTA035",
    Severity.WARNING,
    "{domain}: the certificate of {host} ends on {expires}, and without one senders take no policy from it"
    " (RFC 8461 section 3.3)",
    "renew it, and find out why that did not happen by itself",
    live=True,
)

RPT_NONE = Rule(
    "TLS001",
    Severity.INFO,
    "{domain} has `mta_sts` and no `tls_rpt`: nobody tells where TLS fails (RFC 8460 section 3)",
)
RPT_BLIND = Rule(
    "TLS002",
    Severity.WARNING,
    "{domain} has MTA-STS in mode enforce and no `tls_rpt`: where TLS fails mail is lost, and nobody tells"
    " (RFC 8460 section 3)",
    'say `tls_rpt: ["mailto:tls@{bare}"]`, a mailbox that somebody reads',
)
RPT_VERSION = Rule(
    "TLS003",
    Severity.ERROR,
    "{owner}: '{value}' is no TLS-RPT record to senders: it must begin with 'v=TLSRPTv1;' (RFC 8460 section"
    " 3)",
    "write it as in 'v=TLSRPTv1; rua=mailto:tls@example.com', or say `tls_rpt:` and let dnsauth write it",
)
RPT_STRANGER = Rule(
    "TLS004",
    Severity.INFO,
    "{owner}: '{value}' is no TLS-RPT record, and senders leave it out (RFC 8460 section 3)",
)
RPT_NO_RUA = Rule(
    "TLS005",
    Severity.ERROR,
    "{owner}: the TLS-RPT record has no `rua`, so that no report goes anywhere (RFC 8460 section 3)",
    "add rua=mailto:ADDRESS, or say `tls_rpt:` and let dnsauth write it",
)
RPT_BAD_RUA = Rule(
    "TLS006",
    Severity.ERROR,
    "{owner}: {uri} of `rua` takes no report: {problem} (RFC 8460 section 3)",
    "write mailto:ADDRESS or https://HOST/PATH",
)
RPT_OLD_LABEL = Rule(
    "TLS007",
    Severity.WARNING,
    "{owner}: `_smtp-tlsrpt` is the label of a draft, and nobody looks there; it is `_smtp._tls` (RFC 8460"
    " section 3)",
    "remove it, and say `tls_rpt:`",
)
RPT_MISPLACED = Rule(
    "TLS008",
    Severity.WARNING,
    "{owner}: a TLS-RPT record stands where nobody looks for it; senders ask for `_smtp._tls` and the domain"
    " (RFC 8460 section 3)",
    "move it to _smtp._tls.DOMAIN, or say `tls_rpt:` and let dnsauth write it",
)
