"""The wire by hand, against dnspython and against servers that mean no good."""

from __future__ import annotations

import struct

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.CAA
import dns.rdtypes.ANY.TXT
import dns.rrset
import pytest
from dns.rdataclass import IN
from dns.rdatatype import CAA, TXT
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.live.wire import RR, Malformed, echoes, query, question, read
from dnsauth.live.wire_codes import RCODES, TYPES
from dnsauth.live.wire_names import read_name
from dnsauth.names import BadName
from tests.live.fuzz_wire import EXPLAINED, RDATA, READ, judged, run, said, theirs, value

QNAME = b"\7example\3com\0"
OWNER = b"\xc0\x0c"


def header(*counts: int, flags: int = 0x8400) -> bytes:
    return struct.pack("!6H", 7, flags, *counts)


def record(
    type: int, rdata: bytes, *, owner: bytes = OWNER, rdclass: int = 1, ttl: int = 300, length: int = -1
) -> bytes:
    return owner + struct.pack("!HHIH", type, rdclass, ttl, len(rdata) if length < 0 else length) + rdata


def answer(*records: bytes, flags: int = 0x8400) -> bytes:
    """A response to a question for TXT with *records* as its answer."""
    return header(1, len(records), 0, 0, flags=flags) + QNAME + b"\0\x10\0\1" + b"".join(records)


def additional(*records: bytes) -> bytes:
    return header(1, 0, 0, len(records)) + QNAME + b"\0\x10\0\1" + b"".join(records)


def opt(options: bytes = b"", *, owner: bytes = b"\0", ttl: int = 0) -> bytes:
    return record(41, options, owner=owner, rdclass=1232, ttl=ttl)


A, NS, SOA, MX, TXT_, AAAA, SRV = 1, 2, 6, 15, 16, 28, 33
DNAME, DS, DNSKEY, TLSA, CAA_ = 39, 43, 48, 52, 257
FIVE = b"\0" * 20
LONG = b"".join(bytes([63]) + bytes([letter]) * 63 for letter in b"abc")  # 192 octets
RDATA_AT = 12 + len(QNAME) + 4 + 12  # of the first record, whose owner is a pointer
POINTERS = b"\0" + b"".join(struct.pack("!H", 0xC000 | RDATA_AT + max(0, 2 * i - 1)) for i in range(17))
DEEP = b"\0" + b"".join(struct.pack("!H", 0xC000 | RDATA_AT + max(0, 2 * i - 1)) for i in range(8000))

SOUND = answer(
    record(MX, b"\0\x0a\3MX1" + OWNER),
    record(TXT_, b'\3a\\b\2"\0'),
    record(SOA, b"\2ns" + OWNER + b"\4h\\.x" + OWNER + FIVE),
)


def test_a_response_is_read_whole():
    message = read(SOUND)

    assert (7, "NOERROR", True, True, False, False, False) == message[:7]
    assert (
        RR("example.com.", "MX", 300, "10 mx1.example.com."),
        RR("example.com.", "TXT", 300, 'a\\092b"\\000'),
        RR("example.com.", "SOA", 300, r"ns.example.com. h\\\.x.example.com. 0 0 0 0 0"),
    ) == message.answer
    assert ((), (), ()) == message[8:]


HOSTILE = [
    (b"", "ends within", "nothing at all"),
    (header(0, 0, 0, 0)[:-1], "ends within", "less than a header"),
    (header(1, 0, 0, 0), "ends within", "no question where one is counted"),
    (header(0, 1, 0, 0), "ends within", "no record where one is counted"),
    (header(0xFFFF, 0, 0, 0) + b"\0\0\1\0\1" * 13000, "ends within", "more questions than a message holds"),
    (header(1, 0, 0, 0) + QNAME + b"\0\x10\0", "ends at 29", "a question that breaks off"),
    (answer(record(A, b"\xc0\0\2\1")) + b"\0", "has 46 octets and ends at 45", "an octet too many"),
    (answer() + record(A, b"\xc0\0\2\1"), "has 45 octets and ends at 29", "a record that is not counted"),
    (
        header(1, 2, 0, 0) + QNAME + b"\0\x10\0\1" + record(A, b"\xc0\0\2\1"),
        "ends within",
        "one record is missing",
    ),
    (SOUND[:2] + b"\xa4" + SOUND[3:], "opcode", "a NOTIFY"),
    (header(1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1", "leads forward", "a pointer to itself"),
    (header(1, 0, 0, 0) + b"\xc0\x0e\xc0\x0c\0\1\0\1", "leads forward", "a pointer forward, and one back"),
    (header(1, 0, 0, 0) + b"\1a\xc0\x0c\0\1\0\1", "leads forward", "a name that ends in itself"),
    (answer(record(NS, b"\3www\xc0\x2a")), "leads forward", "a pointer into the name it is part of"),
    (answer(record(65280, b"\1a\xc0\x29"), record(NS, b"\xc0\x29")), "leads forward", "a circle off the way"),
    (
        answer(record(65280, b"\3\xc0\x29x\0"), record(NS, b"\xc0\x29"), record(NS, b"\xc0\x2a")),
        "own name",
        "a pointer within the name it leads to",
    ),
    (
        answer(record(65280, POINTERS), record(NS, b"\1a" + struct.pack("!H", 0xC000 | RDATA_AT + 31))),
        "too many",
        "17 pointers",
    ),
    (
        answer(
            record(65280, POINTERS),
            *(record(NS, struct.pack("!H", 0xC000 | RDATA_AT + at)) for at in (29, 31)),
        ),
        "too many",
        "17 pointers, all but one known to lead somewhere",
    ),
    (
        answer(record(65280, DEEP), record(NS, struct.pack("!H", 0xC000 | RDATA_AT + len(DEEP) - 2))),
        "too many",
        "8,000 pointers, more than a stack holds",
    ),
    (answer(record(NS, b"\xff\xff")), "leads forward", "a pointer far behind the message"),
    (answer(record(NS, b"\x41\0\0")), "neither", "a label of the extended type, RFC 6891 section 5"),
    (answer(record(NS, b"\x80\0\0")), "neither", "a label of the reserved type"),
    (
        header(1, 0, 0, 0) + LONG + b"\x3f" + b"d" * 63 + b"\0" + b"\0\1\0\1",
        "255 octets",
        "a name of 257 octets",
    ),
    (header(1, 0, 0, 0) + b"\1a" * 30000 + b"\0\0\1\0\1", "255 octets", "a name of 30,000 labels"),
    (
        answer(record(NS, LONG + b"\x32" + b"d" * 50 + OWNER)),
        "255 octets",
        "a name of 256 octets by its pointer",
    ),
    (
        answer(record(NS, b"\3www", owner=b"\0"), record(A, b"\xc0\0\2\1")),
        "longer than its place",
        "a name that runs out of its RDATA",
    ),
    (answer(record(NS, b"\3www\xc0") + b"\x0c"), "longer than its place", "a pointer half out of its RDATA"),
    (answer(record(NS, OWNER + b"\0")), "not that of a name", "an octet behind a name"),
    (answer(record(NS, b"")), "longer than its place|ends within", "an NS record without a name"),
    (answer(record(TXT_, b"", length=1)), "longer than the message", "RDATA behind the end"),
    (answer(record(TXT_, b"\1a", length=0xFFFF)), "longer than the message", "RDATA far behind the end"),
    (answer(record(A, b"\xc0\0\2")), "not that of A", "an IPv4 address of 3 octets"),
    (answer(record(A, b"\xc0\0\2\1\0")), "not that of A", "an IPv4 address of 5 octets"),
    (answer(record(AAAA, b"\0" * 15)), "not that of AAAA", "an IPv6 address of 15 octets"),
    (answer(record(AAAA, b"\0" * 17)), "not that of AAAA", "an IPv6 address of 17 octets"),
    (answer(record(TXT_, b"")), "ends within", "a TXT record without a string, last"),
    (answer(record(TXT_, b""), record(A, b"\xc0\0\2\1")), "not that of TXT", "a TXT record without a string"),
    (
        answer(record(TXT_, b"\1a\5b"), record(A, b"\xc0\0\2\1")),
        "not that of TXT",
        "a string longer than its RDATA",
    ),
    (answer(record(TXT_, b"\xff")), "not that of TXT", "a string longer than the message"),
    (answer(record(MX, b"\0\x0a")), "ends within", "an MX record without a name"),
    (
        answer(record(MX, b"\0"), record(A, b"\xc0\0\2\1")),
        "longer than its place|ends within",
        "half a preference",
    ),
    (answer(record(MX, b"\0\x0a" + OWNER + b"\0")), "not that of MX", "an octet behind the exchange"),
    (answer(record(SOA, OWNER + OWNER + FIVE[1:])), "not that of SOA", "a SOA record that lacks an octet"),
    (answer(record(SOA, OWNER + OWNER + FIVE + b"\0")), "not that of SOA", "an octet behind a SOA record"),
    (
        answer(record(SOA, OWNER), record(A, b"\xc0\0\2\1")),
        "longer than its place",
        "a SOA record of one name",
    ),
    (answer(record(SRV, b"\0" * 5)), "ends within", "an SRV record without a target"),
    (answer(record(SRV, b"\0" * 6 + OWNER + b"\0")), "not that of SRV", "an octet behind the target"),
    (answer(record(DNAME, b"\1a" + OWNER)), "not compressed", "a DNAME record that is compressed"),
    (answer(record(DNAME, OWNER)), "not compressed", "a DNAME record that is a pointer"),
    (answer(record(CAA_, b"\0")), "ends within", "a CAA record without a tag"),
    (answer(record(CAA_, b"\0\0value")), "not that of CAA", "a CAA record with an empty tag"),
    (answer(record(CAA_, b"\0\5is ue")), "not that of CAA", "a CAA tag with a space"),
    (
        answer(record(CAA_, b"\0\5issue", length=6), b"\0"),
        "ends within|not that of CAA",
        "a tag longer than its RDATA",
    ),
    (answer(record(DS, b"\0\1\x08")), "ends within", "a DS record of three octets, last"),
    (
        answer(record(DS, b"\0\1\x08"), record(A, b"\xc0\0\2\1")),
        "not that of DS",
        "a DS record of three octets",
    ),
    (answer(record(DS, b"\0\1\x08\0" + b"x" * 20)), "not that of DS", "the reserved digest type"),
    (answer(record(DS, b"\0\1\x08\2" + b"x" * 31)), "not that of DS", "SHA-256 of 31 octets"),
    (
        answer(record(DNSKEY, b"\1\1\3"), record(A, b"\xc0\0\2\1")),
        "not that of DNSKEY",
        "a key without algorithm",
    ),
    (
        answer(record(TLSA, b"\3\1"), record(A, b"\xc0\0\2\1")),
        "not that of TLSA",
        "a TLSA record of two octets",
    ),
    (answer(record(TLSA, b"\3\1\1" + b"x" * 33)), "not that of TLSA", "SHA-256 of 33 octets"),
    (answer(opt()), "out of place", "OPT in the answer"),
    (additional(opt(), opt()), "out of place", "OPT twice"),
    (additional(opt(owner=OWNER)), "out of place", "OPT below another name than the root"),
    (additional(opt()[:-1] + b"\5"), "longer than the message", "OPT without the options it counts"),
    (additional(opt(b"\0\x0f\0\5\0\1")), "EDNS option", "an option longer than OPT"),
    (additional(opt(b"\0\x0f\0")), "EDNS option|ends within", "an option without a length"),
    (additional(opt(b"\0\x0f\0\1\0")), "EDNS option", "an extended error of one octet"),
]


@pytest.mark.parametrize(("octets", "says"), [row[:2] for row in HOSTILE], ids=[row[2] for row in HOSTILE])
def test_what_is_no_message_is_refused_with_a_reason_as_dnspython_does(octets, says):
    with pytest.raises(Malformed, match=says):
        read(octets)

    assert judged(octets) in ("refused by both", "opcode")


def test_a_message_cut_off_anywhere_is_refused():
    for octets in (SOUND, additional(opt(b"\0\x0f\0\5\0\1abc"))):
        assert read(octets)
        assert [] == [end for end in range(len(octets)) if judged(octets[:end]) != "refused by both"]


def test_names_that_lead_through_each_other_cost_no_more_than_their_length():
    chain = b"\1a" * 126 + b"\0"
    targets = [RDATA_AT - 1 + i * len(chain) + j for i in range(60) for j in range(0, 252, 2)][:4096]
    names = [record(65280, b"", owner=struct.pack("!H", 0xC000 | target)) for target in targets]
    octets = answer(record(65280, chain * 60, owner=b"\0"), *names)

    assert 4097 == len(read(octets).answer)
    assert 2 * 126 + 1 > max(len(rr.owner) for rr in read(octets).answer) > 250


def test_a_name_may_have_255_octets_and_16_pointers():
    """RFC 1035 section 2.3.4."""
    octets = answer(
        record(65280, POINTERS),
        record(NS, struct.pack("!H", 0xC000 | RDATA_AT + 29)),
        record(NS, LONG + b"\x31" + b"d" * 49 + OWNER),
    )

    assert [".", 254] == [read(octets).answer[1].value, len(read(octets).answer[2].value)]
    assert "accepted by both" == judged(octets)


DIFFERENT = [
    ("class", answer(record(A, b"too long", rdclass=3)), (), "CHAOS"),
    ("class", additional(record(250, b"\0", owner=b"\0", rdclass=255)), (), "a broken TSIG"),
    ("opcode", answer(flags=0xA400), None, "a NOTIFY"),
    ("option", additional(opt(b"\0\x0a\0\1x")), (), "a cookie of one octet, RFC 7873 section 4"),
    ("text", additional(opt(b"\0\x0f\0\3\0\6\xff")), (), "an extended error in latin-1"),
    ("truncated", answer(record(TXT_, b"\1a"), flags=0x8600)[:-1], (), "a record cut in two"),
    ("type", answer(record(65, b"\0")), (RR("example.com.", "HTTPS", 300, r"\# 1 00"),), "a broken HTTPS"),
    (
        "type",
        answer(record(17, OWNER * 2)),
        (RR("example.com.", "RP", 300, r"\# 4 c00cc00c"),),
        "a compressed RP",
    ),
]


@pytest.mark.parametrize(
    ("reason", "octets", "found"), [row[:3] for row in DIFFERENT], ids=[row[3] for row in DIFFERENT]
)
def test_where_dnspython_reads_it_differently_there_is_a_reason(reason, octets, found):
    assert reason in EXPLAINED
    assert reason == judged(octets)
    if found is not None:
        assert found == read(octets).answer


def test_every_explained_difference_has_an_example():
    assert set(EXPLAINED) == {row[0] for row in DIFFERENT}


def test_of_a_truncated_message_the_header_is_read_alone():
    message = read(answer(record(TXT_, b"\1a"), flags=0x8603))

    assert ("NXDOMAIN", True, (), (), ()) == (message.rcode, message.truncated, *message[7:10])


def test_a_ttl_with_its_highest_bit_set_is_zero():
    """RFC 2181 section 8."""
    octets = answer(*(record(TXT_, b"\1a", ttl=ttl) for ttl in (0, 2**31 - 1, 2**31, 2**32 - 1)))

    assert [0, 2**31 - 1, 0, 0] == [rr.ttl for rr in read(octets).answer]


def test_the_response_code_is_extended_by_edns_and_named():
    def rcode(low: int, high: int) -> str:
        octets = additional(opt(ttl=high << 24))
        return read(octets[:3] + bytes([low]) + octets[4:]).rcode

    assert ["NOERROR", "BADVERS", "BADCOOKIE", "RCODE12", "RCODE4095"] == [
        rcode(*each) for each in ((0, 0), (0, 1), (7, 1), (12, 0), (15, 255))
    ]


def test_extended_errors_are_read():
    """RFC 8914 section 2; the text may end in NUL."""
    options = (
        b"\0\x0f\0\2\0\x16" + b"\0\x0a\0\x08cookie.." + b"\0\x0f\0\7\0\6bog\xc3\xbc" + b"\0\x0f\0\4\0\0.\0"
    )

    assert ((22, ""), (6, "bogü"), (0, ".")) == read(additional(opt(options))).errors
    assert ((6, "\\xff"),) == read(additional(opt(b"\0\x0f\0\3\0\6\xff"))).errors


@pytest.mark.parametrize("type", sorted(RDATA))
def test_a_value_is_what_dnspython_writes(type):
    for text in RDATA[type]:
        rdata = dns.rdata.from_text(IN, type, text.format("a.Example.com.", r"q\\\.\255.example."))
        octets = answer(record(rdata.rdtype, rdata.to_wire()))

        assert (value(rdata),) == tuple(rr.value for rr in read(octets).answer)
        assert type == read(octets).answer[0].type


def test_a_type_and_a_response_code_are_named_as_dnspython_names_them():
    def named(number: int) -> str:
        return dns.rdatatype.to_text(number)

    assert {} == {n: named(n) for n in range(2**16) if TYPES.get(n, f"TYPE{n}") != named(n)}
    assert {} == {
        n: dns.rcode.to_text(n) for n in range(4096) if RCODES.get(n, str(n)) != dns.rcode.to_text(n)
    }


def _short(labels: list[bytes]) -> bool:
    return sum(map(len, labels)) + len(labels) < 255


LABEL = st.one_of(
    st.binary(min_size=1, max_size=63), st.sampled_from([b"www", b"_dmarc", b"*", b"Example", b"com"])
)
NAMES = st.lists(LABEL, max_size=8).filter(_short).map(lambda labels: dns.name.Name([*labels, b""]))
STRINGS = st.lists(st.binary(max_size=255), min_size=1, max_size=3)
RECORDS = st.one_of(
    STRINGS.map(lambda strings: dns.rdtypes.ANY.TXT.TXT(IN, TXT, strings)),
    st.binary(max_size=99).map(lambda octets: dns.rdtypes.ANY.CAA.CAA(IN, CAA, 0, b"issue", octets)),
    st.binary(min_size=16, max_size=16).map(lambda octets: dns.rdata.from_wire(IN, "AAAA", octets, 0, 16)),
    st.binary(max_size=200).map(lambda octets: dns.rdata.GenericRdata(IN, 65534, octets)),
    st.builds(
        lambda text, name, other: dns.rdata.from_text(IN, text[0], text[1].format(name, other)),
        st.sampled_from([(type, text) for type in READ for text in RDATA[type]]),
        NAMES,
        NAMES,
    ),
)
RRSETS = st.lists(st.builds(dns.rrset.from_rdata, NAMES, st.integers(0, 2**31 - 1), RECORDS), max_size=4)


@settings(max_examples=100, deadline=None)
@given(NAMES, st.integers(0, 2**16 - 1), st.lists(RRSETS, min_size=3, max_size=3), st.integers(0, 23))
def test_what_dnspython_writes_is_read_as_it_was_meant(name, id, sections, rcode):
    asked = dns.message.make_query(name.canonicalize(), "TXT", id=id, use_edns=0)
    message = dns.message.make_response(asked)
    message.answer, message.authority, message.additional = sections
    message.set_rcode(rcode)
    octets = message.to_wire(max_size=65535)
    assert said(message) == read(octets)

    owner, *_ = read_name(octets, 12, len(octets), {})
    assert echoes(octets, id, question(owner, "TXT"))
    assert said(message) == read(octets, owner, question(owner, "TXT"))


@settings(max_examples=100, deadline=None)
@given(
    NAMES,
    st.sampled_from([*TYPES.values(), "TYPE65280", "TYPE0"]),
    st.integers(0, 2**16 - 1),
    st.booleans(),
    st.booleans(),
)
def test_dnspython_reads_a_query_as_it_was_meant(name, type, id, recurse, unchecked):
    octets = query(id, question(name.to_text(), type), recurse=recurse, unchecked=unchecked)
    message = dns.message.from_wire(octets)

    assert [dns.rrset.RRset(name, IN, dns.rdatatype.from_text(type))] == message.question
    assert (id, dns.opcode.QUERY, 0, 1232, 0, ()) == (
        *(message.id, message.opcode(), message.edns, message.payload, message.ednsflags, message.options),
    )
    expected = recurse * (dns.flags.RD | dns.flags.AD) | unchecked * dns.flags.CD
    assert expected == message.flags
    assert theirs(octets) == read(octets)


@settings(max_examples=100, deadline=None)
@given(NAMES)
def test_a_name_comes_back_as_it_went_out_in_lower_case(name):
    text = name.to_text().lower()
    octets = header(0, 1, 0, 0) + record(A, b"\xc0\0\2\1", owner=question(text, "A")[:-4])

    assert text == read(octets).answer[0].owner


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        (".", b"\0"),
        ("example.com.", QNAME),
        ("*._domainkey.example.com.", b"\1*\x0a_domainkey" + QNAME),
        (r"a\.b.", b"\3a.b\0"),
        (r"\097\\\000\255\".", b'\5a\\\0\xff"\0'),
        (LONG[1:64].decode() + ".", LONG[:64] + b"\0"),
    ],
)
def test_a_question_has_its_name_type_and_class(text, octets):
    assert octets + b"\0\x10\0\1" == question(text, "TXT")
    assert octets + b"\xff\xfe\0\1" == question(text, "TYPE65534")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "absolute"),
        ("example.com", "absolute"),
        (".example.com.", "empty label"),
        ("example..com.", "empty label"),
        ("..", "empty label"),
        ("a\0.", "empty label"),
        ("bücher.example.", "beyond those of A-labels"),
        ("a" * 64 + ".", "more than 63"),
        (r"\000" * 64 + ".", "more than 63"),
        (("a" * 63 + ".") * 4, "257 octets"),
        (r"a\.", "absolute"),
        (r"a\1.", "escape"),
        (r"a\12b.", "escape"),
        (r"a\256.", "beyond"),
        (r"a\ü.", "escape"),
        ("a.\\", "escape"),
        (r"a\...b.", "empty label"),
    ],
)
def test_what_is_no_name_is_not_asked_for(text, says):
    with pytest.raises(BadName, match=says):
        question(text, "TXT")


@pytest.mark.parametrize("type", ["", "txt", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "TYPE²", "SPAM"])
def test_what_is_no_type_is_not_asked_for(type):
    with pytest.raises(ValueError, match="is no type"):
        question("example.com.", type)


ASKED = question("example.com.", "TXT")


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (SOUND, "an answer"),
        (SOUND[:40], "an answer that breaks off: reading it is another matter"),
        (header(0, 0, 0, 0, flags=0x8401), "FORMERR without the question, RFC 6891 section 7"),
        (header(0, 0, 0, 0, flags=0x8002), "SERVFAIL without the question"),
        (header(0, 0, 0, 0, flags=0x8004), "NOTIMP without the question"),
        (header(0, 0, 0, 0, flags=0x8005), "REFUSED without the question"),
    ],
)
def test_a_response_to_the_query_is_told(octets, why):
    assert echoes(octets, 7, ASKED), why


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "nothing"),
        (SOUND[:11], "less than a header"),
        (SOUND[:20], "a question that breaks off"),
        (b"\0\6" + SOUND[2:], "another id"),
        (query(7, ASKED), "the query itself"),
        (SOUND[:2] + b"\xac" + SOUND[3:], "another opcode"),
        (SOUND.replace(b"example", b"exbmple"), "another name"),
        (SOUND.replace(b"\0\x10\0\1", b"\0\x0f\0\1", 1), "another type"),
        (SOUND.replace(b"\0\x10\0\1", b"\0\x10\0\3", 1), "another class"),
        (SOUND[:5] + b"\2" + SOUND[6:], "two questions"),
        (header(0, 0, 0, 0), "no question and no error"),
        (header(0, 0, 0, 0, flags=0x8003), "NXDOMAIN of nobody knows what"),
    ],
)
def test_what_is_no_response_to_the_query_is_told(octets, why):
    assert not echoes(octets, 7, ASKED), why


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_any_octets_are_a_message_or_malformed(octets):
    judged(octets)
    judged(header(1, 1, 1, 1) + octets)


def test_broken_messages_are_read_as_dnspython_reads_them_or_differ_for_a_reason():
    found = run(6000, seed=3)

    assert 6000 == found.total()
    assert found["accepted by both"] > 1500
    assert found["refused by both"] > 1500
    assert set(EXPLAINED) == {reason for each in found if " " not in each for reason in each.split("/")}
