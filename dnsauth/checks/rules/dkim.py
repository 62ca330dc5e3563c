"""Rules on DKIM keys as they are asked for."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

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

# What a key record's text says by itself: first what receivers refuse.

DKIM_VERSION = Rule(
    "DKM040",
    Severity.ERROR,
    "{owner}: {problem}; receivers discard the whole key record (RFC 6376 section 3.6.1)",
    "let the record begin with 'v=DKIM1;', or leave `v=` away",
)

DKIM_NO_KEY = Rule(
    "DKM041",
    Severity.ERROR,
    "{owner}: the key record has no `p=`, so there is no key in it (RFC 6376 section 3.6.1)",
    "publish the whole record as the signer shows it; one whose key is withdrawn says 'v=DKIM1; p='",
)

DKIM_UNREADABLE = Rule(
    "DKM042",
    Severity.ERROR,
    "{owner}: the key in `p=` cannot be read: {problem}; mail signed with it fails (RFC 6376 section 6.1.2)",
    "copy the key from the signer once more, whole and without line ends",
)

DKIM_KEY_TYPE = Rule(
    "DKM043",
    Severity.ERROR,
    "{owner}: {type} is no key type, and receivers ignore the record (RFC 6376 section 3.6.1)",
    "say 'k=rsa' or 'k=ed25519', whichever the key is",
)

DKIM_OTHER_KEY = Rule(
    "DKM044",
    Severity.ERROR,
    "{owner}: the record says its key is {said}, and it is {found}; mail signed with it fails (RFC 8463"
    " section 4.2)",
    "say 'k={found}'",
)

DKIM_TWICE = Rule(
    "DKM045",
    Severity.ERROR,
    "{owner}: the tag '{tag}' stands twice, and receivers discard the whole record (RFC 6376 section 3.2)",
    "keep one of the two",
)

DKIM_ESCAPED = Rule(
    "DKM046",
    Severity.ERROR,
    "{owner}: {mark} is published as a part of the record: it was escaped once too often, and receivers"
    " refuse it (RFC 6376 section 3.2)",
    "publish the text without {mark}; in a zone file quotes stand around it, in most web forms nowhere",
)

# Then what they take, and should not be asked to.

DKIM_TINY = Rule(
    "DKM047",
    Severity.ERROR,
    "{owner}: the key is {algorithm}{seen}; receivers reject keys of less than 1024 bits, which anybody can"
    " break (RFC 8301 section 3.2)",
    "{longer}",
)

DKIM_HUGE = Rule(
    "DKM048",
    Severity.WARNING,
    "{owner}: the key is {algorithm}; receivers need not take keys of more than 4096 bits (RFC 8301 section"
    " 3.2)",
    "use one of 2048 bits",
)

DKIM_FORGEABLE = Rule(
    "DKM049",
    Severity.ERROR,
    "{owner}: the public exponent is {exponent}, with which no RSA key works: it has to be odd and greater"
    " than 1 (RFC 8017 section 3.1); with 1 anybody can sign",
    "revoke the key, and let the signer make another with the exponent 65537",
)

DKIM_EXPONENT = Rule(
    "DKM050",
    Severity.WARNING,
    "{owner}: the public exponent is {exponent}; {harm} (FIPS 186-5 appendix A.1.1 asks for one above 65536)",
    "let the signer make a key with the exponent 65537",
)

DKIM_DIVISIBLE = Rule(
    "DKM051",
    Severity.ERROR,
    "{owner}: the modulus is divisible by {factor}, which no RSA key's is: the text is damaged, or anybody"
    " can sign with the key (RFC 8017 section 3.1)",
    "copy the key from the signer once more; if it is the same, let the signer make another",
)

DKIM_ROCA = Rule(
    "DKM052",
    Severity.ERROR,
    "{owner}: the key bears the marks of a chip that makes keys others can break (ROCA, CVE-2017-15361)",
    "revoke the key, and let the signer make another in software",
)

DKIM_CLOSE = Rule(
    "DKM070",
    Severity.ERROR,
    "{owner}: the two primes of the key lie so close together that anybody can compute them (CVE-2022-26320;"
    " FIPS 186-5 appendix A.1.1)",
    "revoke the key, and let the signer make another",
)

DKIM_HASHES = Rule(
    "DKM053",
    Severity.ERROR,
    "{owner}: `h=` lets signatures use {hashes}, and receivers take SHA-256 alone (RFC 8301 section 3.1)",
    "leave `h=` away, or say 'h=sha256'",
)

DKIM_OLD_HASH = Rule(
    "DKM054",
    Severity.INFO,
    "{owner}: `h=` also names {hashes}, which receivers do not take (RFC 8301 section 3.1)",
    "leave `h=` away, or say 'h=sha256'",
)

DKIM_TESTING = Rule(
    "DKM055",
    Severity.WARNING,
    "{owner}: `t=y` says that DKIM is only tried out, and receivers may take mail for unsigned (RFC 6376"
    " section 3.6.1)",
    "remove `t=y` once mail verifies",
)

DKIM_FLAG = Rule(
    "DKM056",
    Severity.WARNING,
    "{owner}: receivers know no flag {flags} in `t=`, and ignore it (RFC 6376 section 3.6.1)",
    "remove it; 'y' is for tests, and 's' keeps subdomains out",
)

DKIM_SERVICES = Rule(
    "DKM057",
    Severity.WARNING,
    "{owner}: `s=` gives the key to {services}, not to email, so receivers of mail do not use it (RFC 6376"
    " section 3.6.1)",
    "leave `s=` away, or say 's=email'",
)

DKIM_GRANULARITY = Rule(
    "DKM058",
    Severity.WARNING,
    "{owner}: `g=` was to limit the key to some local parts; receivers of today ignore it, old ones refuse"
    " mail that does not match it (RFC 6376 appendix E)",
    "remove `g=`",
)

DKIM_UNKNOWN = Rule(
    "DKM059",
    Severity.WARNING,
    "{owner}: receivers know no tag {tags} in a key record, and ignore it (RFC 6376 section 3.2)",
    "remove it, or correct its name: v, h, k, n, p, s and t are those there are",
)

DKIM_NOTES = Rule(
    "DKM060",
    Severity.INFO,
    "{owner}: `n=` holds {count} characters of notes that every receiver fetches (RFC 6376 section 3.6.1)",
    "keep notes in the inventory",
)

# Beside one another.

DKIM_ED25519_ALONE = Rule(
    "DKM061",
    Severity.WARNING,
    "sender {sender} of {domain} signs with Ed25519 alone; receivers that know only RSA take its mail for"
    " unsigned (RFC 8463 section 6)",
    "sign with an RSA key too, under a selector of its own{example}",
)

DKIM_WILDCARD = Rule(
    "DKM062",
    Severity.WARNING,
    "{owner} answers with a key for every selector there is not (RFC 4592 section 3.3.1): no selector can be"
    " withdrawn any more",
    "publish the key under its own selector alone; a wildcard may say 'v=DKIM1; p='",
)

DKIM_POLICY = Rule(
    "DKM063",
    Severity.INFO,
    "{owner} holds a policy record of DomainKeys, which nobody reads any more (RFC 4870, historic)",
    "remove it; what receivers read is `_dmarc`",
)

DKIM_ADSP = Rule(
    "DKM064",
    Severity.INFO,
    "{owner} holds an ADSP record, which is historic, and nobody reads it (RFC 5617 section 4.1)",
    "remove it; what receivers read is `_dmarc`",
)

DKIM_DELEGATED = Rule(
    "DKM065",
    Severity.INFO,
    "{owner} is delegated to {servers}: every key of the domain is published there, and none from here"
    " (RFC 1034 section 4.2.1)",
)

DKIM_SAME = Rule(
    "DKM066",
    Severity.WARNING,
    "{count} key records hold one and the same {algorithm} key: {owners}; whoever gets it signs for all of"
    " them{shared}",
    "let the signer make a key for each mail domain; a selector's key is no other selector's",
)

DKIM_COMMON_FACTOR = Rule(
    "DKM067",
    Severity.ERROR,
    "{owner} and {other}: the two RSA keys have a prime in common, so that anybody can compute both private"
    " keys (RFC 8017 section 3.1)",
    "revoke both, and make others where there is enough randomness",
)

DKIM_ELSEWHERE = Rule(
    "DKM068",
    Severity.WARNING,
    "{owner}: sender {sender}, service {service}, asks for CNAME {wanted}, and `keep:` publishes {kept}"
    " instead",
    "remove the `keep:` entry, or compare both with what the vendor shows",
)

DKIM_NOT_SERVED = Rule(
    "DKM069",
    Severity.ERROR,
    "{owner}: hosts may sign with this key, which the lock has as {state}, and servers {said}; such mail"
    " fails (RFC 6376 section 6.1.2)",
    "`dnsauth plan` shows what puts the key back, `dnsauth apply` does it",
    live=True,
)
