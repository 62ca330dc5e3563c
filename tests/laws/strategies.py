"""Zones that other people live in, and inventories that want the very same names."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

NAMES = [
    *["@", "www", "news", "old", "em1", "_dmarc", "_dmarc.news", "_dmarc.old", "_smtp._tls", "_mta-sts"],
    *["s1._domainkey", "k1._domainkey", "m1._domainkey", "k1._domainkey.news", "*._domainkey.old", "a.b"],
]
"""Half of them are names the inventories below ask for."""

ED25519 = [
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "v=DKIM1; k=ed25519; p=PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=",
]
MAIL = [
    *[
        b"v=spf1 -all",
        b"v=spf1 include:_spf.example.net ~all",
        b"V=SPF1 IP4:192.0.2.1 ?ALL",
        b"v=spf1",
        b"v=spf10 x",
    ],
    *[
        b"v=spf1 ip4:198.51.100.7 ~all",
        b" v=spf1 -all",
        b"v=spf1 mx  include:%{d}.example.net exp=x.example.net -all",
    ],
    *[
        b"v=DMARC1; p=none",
        b"v=DMARC1;p=reject;rua=mailto:d@example.net",
        b"v=DMARC1 ; p=none; pct=50",
        b"v=DMARC12; p=none",
    ],
    *[b"v=DKIM1; p=", b"k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC8", ED25519[0].encode()],
    *[b"v=TLSRPTv1; rua=mailto:t@example.net", b"v=STSv1; id=1;", b"v=BIMI1; l=https://example.net/l.svg"],
]


class Zone(NamedTuple):
    """A zone by name: its text as others wrote it, and the inventory's file for it."""

    name: str
    text: str
    inventory: str

    def __repr__(self) -> str:
        return self.name  # a fleet is too long to show; a failure notes the zone it is about


def _presentation(strings: list[bytes]) -> str:
    return " ".join('"' + "".join(f"\\{octet:03}" for octet in string) + '"' for string in strings)


def _cut(octets: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(octets) + 1) for place in places} | {len(octets)})
    return [octets[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


_octets = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [b'say "hi"; C:\\new', b'"quoted"', b"\\", b'\\"', b"a;b", b"\\; ", b"", "naïve".encode()]
    ),
    st.builds(
        lambda octet, count: bytes([octet]) * count, st.integers(0, 255), st.sampled_from([1, 254, 255])
    ),
)
_cuts = st.lists(st.integers(0, 300), max_size=2)
_txt = st.one_of(
    st.lists(_octets, min_size=1, max_size=3).map(_presentation),
    st.builds(lambda octets, cuts: _presentation(_cut(octets, cuts)), st.sampled_from(MAIL), _cuts),
)
_rdata = {
    "A": st.sampled_from(["192.0.2.1", "192.0.2.2", "198.51.100.1"]),
    "AAAA": st.sampled_from(["2001:db8::1", "2001:db8::2"]),
    "MX": st.sampled_from(["10 mx.example.net.", "20 www", "0 ."]),
    "CAA": st.sampled_from(
        ['0 issue "ca.example.net"', '128 iodef "mailto:a\\"b@example.net"', '0 issue ";"']
    ),
    "SRV": st.sampled_from(["0 0 443 www", "10 60 5060 sip.example.net."]),
    "TXT": _txt,
}
_ttl = st.sampled_from([0, 60, 300, 3600, 86400])


@st.composite
def foreign(draw: st.DrawFn) -> str:
    """The text of a zone without its name."""
    lines = [
        "$TTL 300",
        "@ SOA ns.example.net. hostmaster.example.net. 1 3600 600 86400 60",
        "@ NS ns.example.net.",
    ]
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=6)):
        if name != "@" and draw(st.integers(0, 7)) == 0:
            lines.append(f"{name} {draw(_ttl)} CNAME elsewhere.example.net.")
            continue
        for rdtype in draw(
            st.lists(st.sampled_from(["TXT", "TXT", *_rdata]), unique=True, min_size=1, max_size=2)
        ):
            ttl = draw(_ttl)
            lines += [
                f"{name} {ttl} {rdtype} {rdata}"
                for rdata in draw(st.lists(_rdata[rdtype], unique=True, min_size=1, max_size=3))
            ]
    return "\n".join(lines) + "\n"


_senders = st.lists(
    st.sampled_from(
        [
            f'mta: {{ip: [192.0.2.10, "2001:db8:25::/64"], dkim: {{m1: "{ED25519[0]}"}}}}',
            "sendgrid: {account: u1234567.wl042, return_path: em1}",
            'portal: {service: custom, spf: ["ip4:198.51.100.7"], dkim: {k1: {cname: k1.example.net.}}}',
            'forms: {service: custom, spf: ["include:_spf.example.net"]}',
        ]
    ),
    unique=True,
    min_size=1,
)


@st.composite
def inventories(draw: st.DrawFn) -> str:
    """The text of a zone file: one to three mail domains, which need no guard waived where nobody is in the way."""
    lines = ["version: 1", "domains:", '  "@":', "    senders:"]
    lines += [f"      - {sender}" for sender in draw(_senders)]
    for line in (
        "    dmarc: {policy: none}",
        '    dmarc: {policy: quarantine, rua: ["mailto:d@example.com"]}',
        "    spf: {all: fail}",
        "    receives: [10 mx.example.net.]",
        '    tls_rpt: ["mailto:t@example.com"]',
    ):
        if draw(st.booleans()) and line.split(":")[0] not in {each.split(":")[0] for each in lines}:
            lines.append(line)
    if draw(st.booleans()):
        lines += ["  news:", "    senders:", f"      - {draw(_senders.map(lambda senders: senders[0]))}"]
    if draw(st.booleans()):
        lines.append("  old: {parked: true}")
    return "\n".join(lines) + "\n"


def fleets(size: int) -> st.SearchStrategy[list[Zone]]:
    """*size* zones with names of their own."""
    zone = st.tuples(foreign(), inventories())
    return st.lists(zone, min_size=size, max_size=size).map(
        lambda zones: [Zone(f"z{i}.example.", text, inventory) for i, (text, inventory) in enumerate(zones)]
    )
