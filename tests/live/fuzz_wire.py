"""Broken messages read by `dnsauth.live.wire` and by dnspython, which must agree or differ for a known reason.

``python -m tests.live.fuzz_wire 1000000 [SEED]`` reads so many, and stops at the first difference.
"""

from __future__ import annotations

import random
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterable

import dns.edns
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
from dns.flags import AA, AD, QR, RA, TC
from dns.rdata import Rdata
from dns.rdataclass import IN
from dns.rdtypes.txtbase import TXTBase

from dnsauth.live.wire import RR, Malformed, Message, read
from dnsauth.rrset import txt_value

LOWER = frozenset({"CNAME", "DNAME", "MX", "NS", "PTR", "SOA", "SRV"})  # RDATA with names
READ = LOWER | {"A", "AAAA", "CAA", "DNSKEY", "DS", "SPF", "TLSA", "TXT"}

EXPLAINED = {
    "class": "RDATA of another class than IN is passed over, TSIG too: we ask for IN alone and sign nothing",
    "opcode": "a message with another opcode is none to a query of ours",
    "option": "an EDNS option other than an extended error is passed over: none changes an answer",
    "text": "an extended error that is no UTF-8 is kept, escaped: it must not cost the answer (RFC 8914 section 2)",
    "truncated": "a truncated message is read no further than its header (RFC 2181 section 9)",
    "type": "RDATA of a type nobody asks for is octets (RFC 3597 section 5), also where dnspython knows better",
}


class Differs(AssertionError):
    """The two readers say different things, and no reason explains it."""


def value(rdata: Rdata) -> str:
    """The oracle of values: what dnsauth took from dnspython before it read RDATA itself."""
    type = dns.rdatatype.to_text(rdata.rdtype)
    if type not in READ:
        return rdata.to_generic().to_text()
    if isinstance(rdata, TXTBase):
        return txt_value(b"".join(rdata.strings))
    return rdata.to_text().lower() if type in LOWER else rdata.to_text()


def said(message: dns.message.Message, rcode: int | None = None) -> Message:
    """The oracle of messages."""
    text = dns.rcode.to_text(message.rcode() if rcode is None else rcode)
    return Message(
        message.id,
        f"RCODE{text}" if text.isdigit() else text,
        *(bool(message.flags & flag) for flag in (QR, AA, TC, RA, AD)),
        *map(_records, (message.answer, message.authority, message.additional)),
        tuple((int(e.code), e.text or "") for e in message.extended_errors()),
    )


def _records(section: Iterable[dns.rrset.RRset]) -> tuple[RR, ...]:
    return tuple(
        RR(rrset.name.to_text().lower(), dns.rdatatype.to_text(rrset.rdtype), rrset.ttl, value(rdata))
        for rrset in section
        if rrset.rdclass == IN
        for rdata in rrset
    )


def ours(octets: bytes) -> Message | None:
    try:
        return read(octets)
    except Malformed:
        return None


def theirs(octets: bytes) -> Message | None:
    try:
        return said(dns.message.from_wire(octets, keyring=False, one_rr_per_rrset=True))
    except dns.exception.DNSException:
        return None


def judged(octets: bytes) -> str:
    """How the readers agree: on a message, on refusing it, or which of `EXPLAINED` keeps them apart."""
    mine = ours(octets)
    if mine == theirs(octets):
        return "accepted by both" if mine else "refused by both"
    expected, reasons = reference(octets)
    if not reasons or mine != expected:
        raise Differs(f"{octets.hex()}\nours:   {mine}\ntheirs: {theirs(octets)}\n{reasons}: {expected}")
    return "/".join(sorted(reasons))


def reference(octets: bytes) -> tuple[Message | None, frozenset[str]]:
    """What dnspython's parts make of the message once the reasons that are returned beside it are respected."""
    reasons: set[str] = set()
    try:
        return _reference(octets, reasons), frozenset(reasons)
    except (dns.exception.DNSException, struct.error):
        return None, frozenset(reasons)


def _reference(octets: bytes, reasons: set[str]) -> Message:
    id, flags, questions, *counts = struct.unpack_from("!6H", octets)
    message = dns.message.Message(id)
    message.flags = flags
    if flags & 0x7800:
        reasons.add("opcode")
        raise dns.exception.FormError
    if flags & TC:
        reasons.add("truncated")
        return said(message)
    at = 12
    for _ in range(questions):
        at += dns.name.from_wire(octets, at)[1] + 4
    opt = None
    errors = []
    for section, count in zip((message.answer, message.authority, message.additional), counts, strict=True):
        for _ in range(count):
            owner, used = dns.name.from_wire(octets, at)
            number, rdclass, ttl, length = struct.unpack_from("!HHIH", octets, at + used)
            at += used + 10
            if at + length > len(octets):
                raise dns.exception.FormError
            type = dns.rdatatype.to_text(number)
            rdata = None
            if type == "OPT":
                if opt is not None or section is not message.additional or owner != dns.name.root:
                    raise dns.exception.FormError
                opt = ttl
                errors = _errors(octets[at : at + length], reasons)
            elif rdclass != IN:
                reasons.add("class")
            elif type in READ:
                rdata = dns.rdata.from_wire(IN, number, octets, at, length)
            else:
                reasons.add("type")
                rdata = dns.rdata.GenericRdata(IN, number, octets[at : at + length])
            if rdata:
                section.append(dns.rrset.from_rdata(owner, ttl if ttl < 2**31 else 0, rdata))
            at += length
    if at != len(octets):
        raise dns.message.TrailingJunk
    return said(message, flags & 15 | (opt or 0) >> 24 << 4)._replace(errors=tuple(errors))


def _errors(options: bytes, reasons: set[str]) -> list[tuple[int, str]]:
    errors = []
    while options:
        code, length = struct.unpack_from("!HH", options)
        option, options = options[4 : 4 + length], options[4 + length :]
        if len(option) != length or (code == dns.edns.EDE and length < 2):
            raise dns.exception.FormError
        if code != dns.edns.EDE:
            reasons.add("option")
            continue
        text = option[2:-1] if option[2:].endswith(b"\0") else option[2:]
        try:
            errors.append((option[0] << 8 | option[1], text.decode()))
        except UnicodeDecodeError:
            reasons.add("text")
            errors.append((option[0] << 8 | option[1], text.decode(errors="backslashreplace")))
    return errors


RDATA = {
    "A": ("192.0.2.1",),
    "AAAA": ("2001:db8::1", "::", "::ffff:192.0.2.1", "::192.0.2.7", "2001:db8:0:1:1:0:0:1", "fe80:0:0:1::"),
    "CAA": (
        '0 issue "ca.example"',
        r'128 iodef "mailto:\"x\"\\\200@example.com"',
        '0 issue "ca.example; account=1"',
        '0 issue ""',
    ),
    "CNAME": ("{}",),
    "DNAME": ("{}",),
    "DNSKEY": ("257 3 13 " + "mdsswUyr3DPW132mOi8V9xESWE8jTo0d" * 2, "256 3 8 AwEAAQ=="),
    "DS": (f"2371 13 2 {'1f' * 32}", f"2371 13 1 {'1f' * 20}", f"1 8 4 {'00' * 48}", f"1 8 9 {'ab' * 70}"),
    "MX": ("10 {}", "0 ."),
    "NS": ("{}",),
    "PTR": ("{}",),
    "SOA": ("{} {} 2026010100 3600 600 86400 300", "{} {} 4294967295 1 2 3 4"),
    "SPF": ('"v=spf1 -all"',),
    "SRV": ("0 1 5269 {}",),
    "TLSA": (f"3 1 1 {'0d' * 32}", f"3 1 2 {'0d' * 64}", f"3 0 0 {'0d' * 80}"),
    "TXT": ('"v=spf1 include:_spf.example.net -all"', '"a" "" "b"', r'"\"\\\000\255"', '""'),
    "HTTPS": ("1 . alpn=h2 ipv4hint=192.0.2.1", "0 {}"),
    "HINFO": ('"a" "b"',),
    "LOC": ("52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m",),
    "NAPTR": ('100 10 "u" "E2U+sip" "!^.*$!sip:x@example.com!" {}',),
    "NSEC": ("{} A MX RRSIG NSEC TYPE1234",),
    "RP": ("{} {}",),
    "RRSIG": ("A 8 2 300 20260101000000 20250101000000 1 {} " + "AwEA" * 8,),
    "SSHFP": (f"4 2 {'0d' * 32}",),
    "TYPE65534": (r"\# 5 0102030405", r"\# 0", rf"\# 80 {'0161' * 40}"),
    "URI": ('10 1 "https://www.example.com/"',),
}
LABELS = (
    b"www",
    b"_dmarc",
    b"*",
    b"MX1",
    b"a.b",
    b"q\\",
    b'"x";',
    b"\0\xff ",
    b"x" * 63,
    b"selector1",
    b"_domainkey",
)
PARENTS = ("example.com.", "Example.net.", "com.", ".")


def built(rng: random.Random) -> bytes:
    """A sound message, compressed, as dnspython writes it."""
    message = dns.message.make_query(_name(rng), rng.choice(sorted(RDATA)), id=rng.getrandbits(16))
    message.flags = rng.choice((*[QR | AA] * 12, *[QR | RA | AD] * 6, QR, QR | TC, 0))
    for section, most in ((message.answer, 4), (message.authority, 2), (message.additional, 3)):
        for _ in range(rng.randint(0, most)):
            owner = message.question[0].name if rng.random() < 0.6 else _name(rng)
            type = rng.choice(sorted(RDATA))
            text = rng.choice(RDATA[type]).format(_name(rng), _name(rng))
            section.append(dns.rrset.from_text(owner, rng.choice((0, 300, 86400)), IN, type, text))
    if rng.random() < 0.7:
        message.use_edns(0, payload=1232, options=rng.sample(_options(), rng.choice((0, 0, 1, 3))))
    message.set_rcode(
        rng.choice((0, 0, 0, 2, 3, 5, 12)) if message.edns < 0 else rng.choice((0, 0, 0, 3, 16, 23, 99))
    )
    return message.to_wire(max_size=65535)


def _name(rng: random.Random) -> dns.name.Name:
    labels = rng.choices(LABELS, k=rng.choice((0, 1, 1, 2, 2, 3)))
    return dns.name.Name(labels).concatenate(dns.name.from_text(rng.choice(PARENTS)))


def _options() -> list[dns.edns.Option]:
    return [
        dns.edns.EDEOption(6, "bogus\\ ü"),
        dns.edns.EDEOption(22),
        dns.edns.NSIDOption(b"ns1"),
        dns.edns.CookieOption(b"12345678", b"abcdefgh"),
        dns.edns.ECSOption("192.0.2.0", 24, 0),
        dns.edns.GenericOption(12, b"\0" * 20),
    ]


def mutated(rng: random.Random, octets: bytes, other: bytes) -> bytes:
    """*octets* with some flipped, put in, taken out, cut off, or taken from *other*; a few times as they are."""
    changed = bytearray(octets)
    for _ in range(rng.choice((0, 1, 1, 1, 1, 1, 2, 2, 3, 8))):
        at = rng.randrange(len(changed) + 1)
        few = rng.choice((1, 1, 2, 4))
        match rng.randrange(9):
            case 0 | 1:
                changed[at : at + 1] = bytes(
                    [octet ^ 1 << rng.randrange(8) for octet in changed[at : at + 1]]
                )
            case 2:
                changed[at : at + few] = rng.randbytes(len(changed[at : at + few]))
            case 3:
                changed[at:at] = rng.randbytes(few)
            case 4:
                del changed[at : at + few]
            case 5:
                pointers = [i for i, octet in enumerate(changed[12:], 13) if octet == 0xC0]
                at = rng.choice(pointers or [at])
                changed[at : at + 1] = bytes(
                    [rng.choice((12, at - 3 & 255, rng.randrange(len(changed) + 1) & 255))]
                )
            case 6:
                changed[at : at + few * 4] = other[at : at + few * 4]
            case 7:
                soup = b"\0\1\2\3\x3fa\x0c\xc0\xc0\xc0" + bytes([at - back & 255 for back in (0, 1, 2, 4, 6)])
                changed[at : at + few * 8] = bytes(rng.choices(soup, k=len(changed[at : at + few * 8])))
            case _:
                if rng.random() < 0.5:
                    del changed[at:]
                else:
                    changed[at : at + 1] = bytes([rng.choice((0, 1, 2, 4, 12, 63, 64, 191, 192, 255))])
    return bytes(changed)


def run(count: int, seed: int) -> Counter[str]:
    """The judgements on *count* messages. Raises `Differs`, and whatever a reader should not."""
    rng = random.Random(seed)
    pool = [built(rng) for _ in range(min(400, count // 10 + 1))]
    found: Counter[str] = Counter()
    for i in range(count):
        if i % 10 == 0:
            pool[rng.randrange(len(pool))] = built(rng)
        found[judged(mutated(rng, rng.choice(pool), rng.choice(pool)))] += 1
    return found


if __name__ == "__main__":
    start = time.monotonic()
    for outcome, times in run(int(sys.argv[1]), int((*sys.argv, 0)[2])).most_common():
        print(f"{times:9} {outcome}")
    print(f"{time.monotonic() - start:.0f} s")
