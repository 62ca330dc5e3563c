"""Why others judge domains of the lab otherwise than dnsauth; *where* is found in the domain's name."""

from __future__ import annotations

from tests.checks.explained import Explained

SPF = (
    Explained("they take it", r"^lagging\.", "RFC 1034 section 4.3.5: all servers of a zone are to have one version; they see that of one, and LIV004 tells both"),
    Explained("they take it", r"^(by-alias\.odd|alias\.signed)\.", "RFC 1034 section 3.6.2: behind a CNAME stands the record of its target, and there it is judged"),
    Explained("they take it", r"^bogus-host\.", "RFC 7208 section 5: a host that fails validation is a temperror, and no match cannot be told from it"),
    Explained("they say nothing found", r"^two(\.void|-voids\.odd|\.voidesp)\.", "RFC 7208 section 4.6.4: two may find nothing; SPF031 tells where a third does"),
    Explained("they say size", r"(^|\.)long\.", "RFC 7208 section 3.4: they measure what is served; TXT001 measures what the inventory asks for"),
    Explained("result", r"^(clinic|odd|of-alias\.odd|acme)\.", "RFC 7208 sections 4.6.4 and 5: an IPv6 client asks for AAAA alone, and a host without is a void lookup; they ask for both"),
    Explained("result", r"macro\.|^_spf\.salesforce\.", "RFC 7208 section 4.6.4: a macro's name that does not exist is void for whom it does not match; they expand no macros"),
)  # fmt: skip
SPF_BESIDE = (
    Explained("we take it", r"^case\.", "RFC 7208 section 12: the version is ABNF, in any case; its grammar alone wants lower case"),
    Explained("they take it", r"^plusall\.", "RFC 7208 section 5.1: `+all` lets everybody pass, which SPF011 calls an error; they call it no fault"),
    Explained("we say ptr", r"^ptr\.", "RFC 7208 section 5.5: `ptr` is not to be published; they have said before that it finds nothing"),
    Explained("they say nothing found", r"^ptr\.", "RFC 7208 section 5.5: `ptr` looks up the client's names, and no address of the domain"),
)  # fmt: skip

DMARC = (
    Explained("we take it", r"^nobody\.|^leads-off\.", "RFC 9989 sections 4.7 and 4.10: the walk begins at names that do not exist, too, which `np` is for"),
    Explained("we take it", r"(^|\.)octets\.", "RFC 9989 section 4.8: what is wrong behind the version is ignored, an address that is no URI among it"),
    Explained("they take it", r"^ring2?\.", "RFC 9989 section 4.10.1: what an error of DNS means is the receiver's to say; whether the name exists, and np or sp holds, is not known"),
    Explained("they say no record below the suffix", r"^other\.psd\.", "RFC 9989 section 4.10.2: the record of the suffix applies, and both say so; the rest is how it came to that"),
)  # fmt: skip

MX = (
    Explained("they say name of the address", r".", "RFC 5321 section 2.3.5: names of addresses are asked for where a host sends, and PTR001 to PTR003 tell them of those"),
    Explained("they say malformed host", r"^underscored\.", "RFC 2181 section 11: DNS takes any label, and the host has an address; senders look it up as it is"),
)  # fmt: skip

SPF_MAILAUTH = (
    Explained("result", r"^(bogus|silent)\.(clinic|spftest)\.|^(of-ring|stripped-in)\.", "RFC 7208 section 5.2: an include that ends in temperror is a temperror; it goes on to the next term"),
    Explained("result", r"^_", "RFC 7208 section 4.3: a domain is malformed by the lengths of its labels, and not by an underscore"),
    Explained("result", r"^manymx\.", "RFC 7208 section 4.6.4: more than ten MX are a permerror; it lets the first ten match before"),
)  # fmt: skip

DMARC_MAILAUTH = (
    Explained("they take it", r"(^|\.)(syntax\.|broken\.odd\.)", "RFC 9989 section 4.10.1: an invalid policy without an address for reports is no policy; it gives the word back"),
    Explained("they take it", r"^ring2?\.", "RFC 9989 section 4.10.1: what an error of DNS means is the receiver's to say; it asks for no name but that of the record"),
)  # fmt: skip
