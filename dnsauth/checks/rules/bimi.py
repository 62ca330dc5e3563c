"""Rules on BIMI: the record, the logo and its mark certificate.

BIMI is of drafts: draft-brand-indicators-for-message-identification-14 (BIMI draft 14),
draft-svg-tiny-ps-abrotman-11 (SVG Tiny PS draft 11), draft-fetch-validation-vmc-wchuang-11 (VMC draft 11).
"""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

BIMI_VERSION = Rule(
    "BIM001",
    Severity.ERROR,
    "{owner}: '{value}' is no BIMI record to receivers: it must begin with 'v=BIMI1;' (BIMI draft 14)",
    "write it as in 'v=BIMI1; l=https://www.example.com/logo.svg', or say `bimi:` and let dnsauth write it",
)
BIMI_STRANGER = Rule(
    "BIM002",
    Severity.INFO,
    "{owner}: '{value}' is no BIMI record, and receivers leave it out (BIMI draft 14)",
)
BIMI_MISPLACED = Rule(
    "BIM003",
    Severity.WARNING,
    "{owner}: a BIMI record stands where nobody looks for it; receivers ask for a selector, `_bimi` and the"
    " domain (BIMI draft 14)",
    "move it to default._bimi.DOMAIN, or say `bimi:` and let dnsauth write it",
)
BIMI_SPF = Rule(
    "BIM004",
    Severity.WARNING,
    "{owner}: an SPF record stands where receivers look for BIMI (BIMI draft 14)",
    "keep SPF at the domain itself; a wildcard TXT answers here as well",
)
BIMI_TWICE = Rule(
    "BIM005",
    Severity.ERROR,
    "{owner}: {tags} stands twice in the BIMI record, which makes it invalid (RFC 6376 section 3.2)",
    "keep one of each",
)
BIMI_UNKNOWN = Rule(
    "BIM006",
    Severity.INFO,
    "{owner}: receivers ignore {tags} of the BIMI record (BIMI draft 14)",
)
BIMI_NO_LOGO = Rule(
    "BIM007",
    Severity.ERROR,
    "{owner}: the BIMI record has no `l`, the logo, and receivers ignore it (BIMI draft 14)",
    "add l=https://HOST/LOGO.svg, or an empty l= to decline",
)
BIMI_NOT_HTTPS = Rule(
    "BIM008",
    Severity.ERROR,
    "{owner}: {uri} of `{tag}` is no https URI, and receivers fetch no other (BIMI draft 14)",
    "write https:// and a host; a comma in it is %2C",
)
BIMI_AVATAR = Rule(
    "BIM009",
    Severity.ERROR,
    "{owner}: `avp` is brand or personal, not {avatar} (BIMI draft 14)",
    "correct it, or leave it out: brand is meant then",
)
BIMI_PREFIX = Rule(
    "BIM010",
    Severity.WARNING,
    "{owner}: {prefix} of `lps` is no prefix of a local part: 1 to 63 letters, digits and '-' (BIMI"
    " draft 14)",
    "correct it, with commas between prefixes",
)
BIMI_NO_CERTIFICATE = Rule(
    "BIM011",
    Severity.INFO,
    "{owner}: the BIMI record has no `a`, the mark certificate, without which Gmail and Apple show no logo"
    " (BIMI draft 14)",
)
BIMI_DECLINED = Rule(
    "BIM012",
    Severity.INFO,
    "{owner}: the BIMI record declines: no logo is to be shown (BIMI draft 14)",
)
BIMI_UNENFORCED = Rule(
    "BIM014",
    Severity.WARNING,
    "{owner}: receivers show no logo, since the DMARC record at {at} does not enforce: {why} (BIMI draft 14"
    " section 2)",
    "say `dmarc: {{policy: quarantine}}` or reject once every sender passes, for subdomains too",
)
BIMI_TESTING = Rule(
    "BIM015",
    Severity.WARNING,
    "{owner}: the DMARC record at {at} is in testing (t=y), which receivers take for less than enforcement"
    " and show no logo (BIMI draft 14 section 2, RFC 9989 section 4.7)",
    "drop `testing: true` from `dmarc:` once every sender passes",
)

LOGO_UNFETCHED = Rule(
    "BIM020",
    Severity.WARNING,
    "{owner}: the logo {url} was not got: {why} (BIMI draft 14)",
    "serve it there, over https and without a redirect",
    live=True,
)
LOGO_LARGE = Rule(
    "BIM021",
    Severity.WARNING,
    "{owner}: the logo {url} has {size} octets; receivers take {limit} at most, says the BIMI Group",
    "simplify paths and remove what an editor left behind",
    live=True,
)
LOGO_MEDIA_TYPE = Rule(
    "BIM022",
    Severity.WARNING,
    "{owner}: {url} is of media type '{media_type}', and not image/svg+xml (BIMI draft 14)",
    "let the web server say Content-Type: image/svg+xml",
    live=True,
)
LOGO_UNREADABLE = Rule(
    "BIM023",
    Severity.WARNING,
    "{owner}: the logo {url} is no SVG that receivers read: {problem} (SVG Tiny PS draft 11 section 2)",
    "export it anew as SVG Tiny PS",
    live=True,
)
LOGO_PROFILE = Rule(
    "BIM024",
    Severity.WARNING,
    "{owner}: the logo {url} is not SVG Tiny PS: {problem} (SVG Tiny PS draft 11 section 2)",
    'let the root say version="1.2" baseProfile="tiny-ps"',
    live=True,
)
LOGO_FORBIDDEN = Rule(
    "BIM025",
    Severity.WARNING,
    "{owner}: the logo {url} holds what SVG Tiny PS forbids: {problem} (SVG Tiny PS draft 11 section 2)",
    "take it out: no script, animation, bitmap, link, or anything from elsewhere",
    live=True,
)
LOGO_OFFSET = Rule(
    "BIM026",
    Severity.WARNING,
    "{owner}: the root of the logo {url} has {problem}, which receivers refuse (SVG Tiny PS draft 11"
    " section 2)",
    "remove these attributes from <svg>",
    live=True,
)
LOGO_SHAPE = Rule(
    "BIM027",
    Severity.WARNING,
    "{owner}: the logo {url} is not square: {problem} (BIMI draft 14)",
    'give <svg> a square viewBox, as in viewBox="0 0 100 100"',
    live=True,
)
LOGO_TITLE = Rule(
    "BIM028",
    Severity.WARNING,
    "{owner}: the logo {url} has no <title>, which names the company (SVG Tiny PS draft 11 section 2)",
    "add <title>NAME</title> as a child of <svg>",
    live=True,
)

MARK_UNFETCHED = Rule(
    "BIM030",
    Severity.WARNING,
    "{owner}: the mark certificate {url} was not got: {why} (VMC draft 11 section 3.2)",
    "serve it there, over https and without a redirect",
    live=True,
)
MARK_UNREADABLE = Rule(
    "BIM031",
    Severity.WARNING,
    "{owner}: {url} holds no chain of certificates in PEM: {problem} (VMC draft 11 section 3.3)",
    "serve the file as the issuer gave it: the mark certificate, then the intermediates",
    live=True,
)
MARK_EXPIRED = Rule(
    "BIM032",
    Severity.WARNING,
    "{owner}: the mark certificate {url} {held}, and receivers show no logo (RFC 5280 section 4.1.2.5)",
    "ask the issuer for a new one, and serve it at that URL",
    live=True,
)
MARK_EXPIRING = Rule(
    "BIM033",
    Severity.WARNING,
    "{owner}: the mark certificate {url} ends on {expires} (RFC 5280 section 4.1.2.5)",
    "ask the issuer for a new one: it validates the mark again, which takes weeks",
    live=True,
)
MARK_CHAIN = Rule(
    "BIM034",
    Severity.WARNING,
    "{owner}: the chain in {url} is broken: {problem} (VMC draft 11 section 3.3)",
    "serve the mark certificate first, then each issuer in turn",
    live=True,
)
MARK_ISSUER = Rule(
    "BIM035",
    Severity.WARNING,
    "{owner}: the mark certificate {url} is issued by '{issuer}', and receivers are known to trust {known}",
    "ask the issuer which mailbox providers accept its mark certificates",
    live=True,
)
MARK_DOMAIN = Rule(
    "BIM036",
    Severity.WARNING,
    "{owner}: the mark certificate {url} is for {names}, and not for {domain} (VMC draft 11 section 5.2)",
    "ask the issuer for one that names {domain}",
    live=True,
)
MARK_LOGO = Rule(
    "BIM037",
    Severity.WARNING,
    "{owner}: the logo {logo} is not the one in the mark certificate {url}, octet by octet (VMC draft 11"
    " section 5.3)",
    "serve at `l=` the file that the issuer validated",
    live=True,
)
MARK_PURPOSE = Rule(
    "BIM038",
    Severity.WARNING,
    "{owner}: the certificate {url} is not for BIMI: it lacks the extended key usage 1.3.6.1.5.5.7.3.31 (VMC"
    " draft 11 section 4.4)",
    "serve the mark certificate, not that of a web server",
    live=True,
)
MARK_NO_LOGO = Rule(
    "BIM039",
    Severity.WARNING,
    "{owner}: the certificate {url} carries no logo (RFC 9399 section 4)",
    "serve the mark certificate as the issuer gave it",
    live=True,
)
