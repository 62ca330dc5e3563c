"""A small Internet of reserved names: what is right with it, and what is wrong with it, one zone each.

`tests.servers.internet` serves it. Every zone is delegated from ``example.`` or ``test.``, the reverse zone
from the root.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

TTL = 300  # seconds
NS1 = "ns1.hosting.example."
NS2 = "ns2.hosting.example."
ADDRESSES = {
    "a.root.example.": "127.0.0.1",
    "a.nic.example.": "127.0.0.2",
    NS1: "127.0.0.3",
    NS2: "127.0.0.4",
    "dark.hosting.example.": "127.0.0.5",
    "ns.elsewhere.test.": "127.0.0.3",
}
"""Where each server is; nobody listens at the address of ``dark``."""


class Signing(Enum):
    """What DNSSEC makes of a zone; the parents are signed soundly."""

    INSECURE = auto()
    SECURE = auto()
    OTHER_KEY = auto()  # the parent's DS is of another key
    EXPIRED = auto()  # the signatures were good until a week ago
    STRIPPED = auto()  # the parent's DS promises signatures; there are none


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone, and in a word what is *wrong* with it; *records* are lines of its master file.

    *parent* are the NS records at the parent where they are others than the zone's own; *served* are those of
    the servers that do serve it; *behind* is what the second of them has still to replace by *records*.
    """

    name: str
    wrong: str
    records: str
    ns: tuple[str, ...] = (NS1, NS2)
    parent: tuple[str, ...] = ()
    served: tuple[str, ...] = (NS1, NS2)
    behind: str = ""
    signing: Signing = Signing.INSECURE


def strings(text: str) -> str:
    """*text* as the character-strings of one TXT record."""
    return " ".join(f'"{text[i : i + 255]}"' for i in range(0, len(text), 255))


def includes(zone: str, labels: list[str]) -> str:
    """A policy that includes each of *labels* below *zone*."""
    return strings(f"v=spf1 {' '.join(f'include:{label}.{zone}' for label in labels)} ~all")


RSA = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAj3KXOwHMuPt0f1OsUu95ymtBPnWRNmU3yFtNx4HRv56XdS5+TSq3lI3v"
    "K9fXVqx4rcECE/nf8qsDhyzPV78vx+3qykhVzL+v+dpmGGg6vSreT2xylGt4LrbCD3SBkgbClAiVqmCAnUE10GlSLoVaFoZfEM4t"
    "7R7x35bfCxPYdgsreYfgqEcgfB45fDnSrr4I9XeH+jsMhnNzb77CrXBZeZotTAX5xIxQaXKnNhnQjqazFjPNLEoSW5o6kz3XuTnY"
    "8gTm0A+2i6mFfDtfHjz6BR65RAb8Ks7VyjSDSci2ClBwiPtjVaqpYbGLNt6y1flamajaJPIPs5AI5Hq0WQA3gwIDAQAB"
)
RSA_1024 = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCoM4zcvvBrMrwpMV4LASdQxesvurzzODmNbflGo2eCGHcFom77CejPgembHNSF"
    "ClvWLzybGr82AFeRQs4UdWVv0Pa/3dWT/j71Q+RQV2rv2IzizzJUjkzEJ1jFfzTRcHuqzgikAZw+NU5Sjk5tEgR9NeQIizcomhjX"
    "LHVEdK+jtQIDAQAB"
)
ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
"""Public keys whose private halves nobody has, but for the last: RFC 8463 appendix A."""

DIGEST = "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"
"""Of a certificate that nobody has."""

VENDORS = ["vendor", "big", "ten", "void", "loop", "macro", "wide"]

ZONES = (
    Zone(
        "hosting.example.",
        "nothing: it serves all the others",
        f"ns1 A {ADDRESSES[NS1]}\nns2 A {ADDRESSES[NS2]}\ndark A {ADDRESSES['dark.hosting.example.']}",
    ),
    Zone(
        "elsewhere.test.",
        "nothing: it lies below another top",
        f"ns A {ADDRESSES[NS1]}",
        ns=("ns.elsewhere.test.",),
    ),
    Zone(
        "clinic.example.",
        "nothing: a customer of the vendor; and a mail domain for each vendor there is",
        """
@              MX    10 mail
@              TXT   "v=spf1 mx include:_spf.vendor.example -all"
@              TXT   "verification=0123456789abcdef"
_dmarc         TXT   "v=DMARC1; p=reject; rua=mailto:dmarc@clinic.example"
s1._domainkey  CNAME s1.customer.dkim.vendor.example.
mail           A     192.0.2.25
bogus          TXT   "v=spf1 include:bogus.example -all"
silent         TXT   "v=spf1 include:silent.example -all"
nospf          TXT   "v=spf1 include:nospf.broken.example -all"
gone           TXT   "v=spf1 include:gone.broken.example -all"
"""
        + "".join(f'{vendor} TXT "v=spf1 include:_spf.{vendor}.example -all"\n' for vendor in VENDORS),
    ),
    Zone(
        "vendor.example.",
        "nothing: nested includes, and keys behind a CNAME",
        f"""
@                   TXT   "v=spf1 include:_spf.vendor.example -all"
_spf                TXT   "v=spf1 include:_spf1.vendor.example include:_spf2.vendor.example ~all"
_spf1               TXT   "v=spf1 ip4:192.0.2.0/28 ip4:192.0.2.16/28 ~all"
_spf2               TXT   "v=spf1 ip6:2001:db8:25::/48 include:_spf3.vendor.example ~all"
_spf3               TXT   "v=spf1 a:out.vendor.example ~all"
out                 A     198.51.100.25
out                 AAAA  2001:db8:26::25
192-0-2-27          A     192.0.2.27
s1.customer.dkim    CNAME k1.dkim
s2.customer.dkim    CNAME k2.dkim
k1.dkim             TXT   {strings(f"v=DKIM1; k=rsa; p={RSA}")}
k2.dkim             TXT   "v=DKIM1; k=ed25519; p={ED25519}"
_dmarc              TXT   "v=DMARC1; p=reject"
clinic.example._report._dmarc TXT "v=DMARC1"
""",
    ),
    Zone(
        "big.example.",
        "its policy takes 16 lookups, 17 by an include",
        f"_spf TXT {includes('big.example', ['r1', 'r2', 'r3', 'r4'])}\n"
        + "".join(
            f"r{i} TXT {includes('big.example', [f'r{i}n{j}' for j in (1, 2, 3)])}\n"
            + "".join(f'r{i}n{j} TXT "v=spf1 ip4:203.0.113.{16 * i + j} ~all"\n' for j in (1, 2, 3))
            for i in (1, 2, 3, 4)
        ),
    ),
    Zone(
        "ten.example.",
        "nothing yet: its policy takes 9 lookups, 10 by an include",
        f"_spf TXT {includes('ten.example', [f'r{i}' for i in range(9)])}\n"
        + "".join(f'r{i} TXT "v=spf1 ip4:203.0.113.{200 + i} ~all"\n' for i in range(9)),
    ),
    Zone(
        "void.example.",
        "its policy takes three void lookups: two NXDOMAIN, one NODATA",
        """
_spf   TXT "v=spf1 a:gone1.void.example a:gone2.void.example mx:nodata.void.example ip4:203.0.113.9 ~all"
two    TXT "v=spf1 a:gone1.void.example mx:nodata.void.example ip4:203.0.113.9 ~all"
nodata TXT "no address, and no MX"
""",
    ),
    Zone(
        "loop.example.",
        "its policies include one another, and themselves",
        """
_spf  TXT "v=spf1 include:a.loop.example ~all"
a     TXT "v=spf1 include:b.loop.example ~all"
b     TXT "v=spf1 include:a.loop.example ~all"
self  TXT "v=spf1 include:self.loop.example ~all"
to    TXT "v=spf1 redirect=fro.loop.example"
fro   TXT "v=spf1 redirect=to.loop.example"
""",
    ),
    Zone(
        "macro.example.",
        "nothing: whom its policy lets pass depends on the message",
        """
_spf                      TXT "v=spf1 exists:%{ir}.%{v}._spf.macro.example -all"
7.113.0.203.in-addr._spf  A   127.0.0.2
""",
    ),
    Zone(
        "wide.example.", "its policy lets 16 million addresses pass", '_spf TXT "v=spf1 ip4:198.0.0.0/8 ~all"'
    ),
    Zone(
        "broken.example.",
        "what customers are told to include and to point at is not there",
        f"""
nospf        TXT   "an include of this name finds no policy"
gone.dkim    CNAME nowhere.vendor.example.           ; NXDOMAIN in a zone that is there
lapsed.dkim  CNAME k1.dkim.unregistered.example.     ; NXDOMAIN up to a name anybody may register
empty.dkim   CNAME out.vendor.example.               ; NODATA
ring.dkim    CNAME ring2.dkim
ring2.dkim   CNAME ring.dkim
self.dkim    CNAME self.dkim
revoked.dkim CNAME k0.dkim
k0.dkim      TXT   "v=DKIM1; k=rsa; p="
weak.dkim    TXT   {strings(f"v=DKIM1; k=rsa; p={RSA_1024}")}
torn.dkim    TXT   {strings(f"v=DKIM1; k=rsa; p={RSA[:200]}")} ; half a key
bogus.dkim   CNAME k1.dkim.bogus.example.
dark.dkim    CNAME k1.dkim.silent.example.
""",
    ),
    Zone(
        "two.example.",
        "two SPF records, two DMARC records",
        """
@      TXT "v=spf1 ip4:203.0.113.1 -all"
@      TXT "v=spf1 ip4:203.0.113.2 -all"
_dmarc TXT "v=DMARC1; p=none"
_dmarc TXT "v=DMARC1; p=reject"
""",
    ),
    Zone(
        "syntax.example.",
        "its policies are misspelt",
        """
@      TXT "v=spf1 ipv4:203.0.113.1 inclde:_spf.vendor.example -all"
prefix TXT "v=spf1 ip4:203.0.113.0/33 -all"
joined TXT "v=spf1 ip4:203.0.113.4" "include:_spf.vendor.example -all"   ; no space where they meet
_dmarc TXT "v=DMARC1; p=rejekt"
""",
    ),
    Zone(
        "manymx.example.",
        "12 MX, where SPF looks at 10 (RFC 7208 section 4.6.4)",
        '@ TXT "v=spf1 mx -all"\n'
        + "".join(f"@ MX {i} mx{i}\nmx{i} A 203.0.113.{i}\n" for i in range(1, 13)),
    ),
    Zone(
        "nullmx.example.",
        "nothing: it takes no mail (RFC 7505), and sends none",
        '@ MX 0 .\n@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=reject"\n*._domainkey TXT "v=DKIM1; p="',
    ),
    Zone(
        "wildcard.example.",
        "every name has TXT and MX, _dmarc and selectors too",
        '@ TXT "v=spf1 -all"\n* TXT "verification=fedcba9876543210"\n* MX 10 mail.clinic.example.',
    ),
    Zone(
        "xn--bcher-kva.example.",
        "nothing: an internationalized name",
        '@ TXT "v=spf1 include:_spf.xn--bcher-kva.example -all"\n_spf TXT "v=spf1 ip4:192.0.2.77 ~all"',
    ),
    Zone(
        "long.example.",
        "its TXT needs TCP, at one name nearly the 64 KiB a message holds",
        f"@ TXT {strings('v=spf1 ' + ' '.join(f'ip4:203.0.113.{i}' for i in range(1, 120)) + ' -all')}\n"
        f"huge TXT {strings('v=spf1 ' + ' '.join(['ip4:203.0.113.7'] * 3900) + ' -all')}",
    ),
    Zone(
        "octets.example.",
        "its TXT has control octets, quotes, backslashes and what is no UTF-8",
        r"""
@      TXT "v=spf1 ip4:203.0.113.1 exp=\027[31mred\127\007.octets.example -all"
@      TXT "\000\009\010\013\027]0;title\007\128\255 \"quoted\" back\\slash; \226\128\174"
_dmarc TXT "v=DMARC1; p=none; rua=mailto:\027[2J@octets.example"
a\.b\027 TXT "a dot and an escape in the owner name"
""",
    ),
    Zone(
        "unsigned.example.",
        "it is not signed, and says so; what it has for DANE is in vain",
        f'@ TXT "v=spf1 -all"\n@ MX 10 mail\nmail A 192.0.2.30\n_25._tcp.mail TLSA 3 1 1 {DIGEST}',
    ),
    Zone(
        "signed.example.",
        "nothing: it is signed",
        f'@ TXT "v=spf1 -all"\n@ MX 10 mail\nmail A 192.0.2.20\n*.wild TXT "synthesized"\n'
        f"_25._tcp.mail TLSA 3 0 1 {DIGEST}\n_25._tcp.mail2 CNAME _25._tcp.mail\nmail2 A 192.0.2.21\n"
        f'alias CNAME unsigned.example.\nk1._domainkey TXT "v=DKIM1; k=ed25519; p={ED25519}"',
        signing=Signing.SECURE,
    ),
    Zone(
        "bogus.example.",
        "the DS is of another key",
        f'@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=none"\nk1.dkim TXT "v=DKIM1; k=ed25519; p={ED25519}"',
        signing=Signing.OTHER_KEY,
    ),
    Zone("expired.example.", "its signatures have expired", '@ TXT "v=spf1 -all"', signing=Signing.EXPIRED),
    Zone("stripped.example.", "it has a DS and no keys", '@ TXT "v=spf1 -all"', signing=Signing.STRIPPED),
    Zone("lame.example.", "neither of its servers serves it", '@ TXT "v=spf1 -all"', served=()),
    Zone(
        "half.example.", "the second of its servers does not serve it", '@ TXT "v=spf1 -all"', served=(NS1,)
    ),
    Zone(
        "silent.example.",
        "nobody listens at the address of its server",
        '@ TXT "v=spf1 -all"',
        ns=("dark.hosting.example.",),
        served=(),
    ),
    Zone(
        "homeless.example.",
        "the name of its server has no address",
        '@ TXT "v=spf1 -all"',
        ns=("ns.unregistered.example.",),
        served=(),
    ),
    Zone(
        "glueless.example.",
        "nothing: its server's name lies below another top, so the referral has no glue",
        '@ TXT "v=spf1 -all"',
        ns=("ns.elsewhere.test.",),
    ),
    Zone(
        "mismatch.example.",
        "the parent names a server that the zone does not",
        '@ TXT "v=spf1 -all"',
        ns=(NS1,),
        parent=(NS1, NS2),
    ),
    Zone(
        "lagging.example.",
        "its second server is one serial behind",
        '@ TXT "v=spf1 include:_spf.vendor.example -all"\nnew TXT "here"',
        behind='@ TXT "v=spf1 -all"',
    ),
    Zone(
        "2.0.192.in-addr.arpa.",
        "it names two hosts, one of them by two addresses, and one after its address",
        "25 PTR mail.clinic.example.\n20 PTR mail.signed.example.\n26 PTR mail.clinic.example.\n"
        "27 PTR 192-0-2-27.vendor.example.",
    ),
)
