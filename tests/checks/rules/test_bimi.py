"""BIMI rules: each on the smallest input that has its fault, and on one nearly equal that has not."""

from __future__ import annotations

from datetime import timedelta
from gzip import compress

import pytest

from dnsauth.bimi.logo import BadLogo, Flaw, flaws
from dnsauth.bimi.logotype import BadLogotype, logotype
from dnsauth.checks.rules import bimi
from dnsauth.checks.texts.judge import verdicts
from dnsauth.findings import Outcome, Rule, Where
from dnsauth.live.https import Failed, Fetched, Redirected, Refused, TooLarge, Untrusted
from dnsauth.plan.kind import Kind
from tests.checks.rules.declared import Case, codes
from tests.checks.rules.served import found
from tests.markdown import Document
from tests.servers import certificates
from tests.servers.certificates import BIMI, NOW, issued

LOGO_URL, MARK_URL = "https://www.example.com/logo.svg", "https://www.example.com/mark.pem"
SENDS = '  "@":\n    senders: [{portal: {service: custom, spf: ["ip4:192.0.2.7"]}}]\n'
LOGO_LINE = f"    bimi: {{logo: {LOGO_URL}}}\n"
DMARC = "    dmarc: {policy: reject, rua: 'mailto:a@example.com'}\n"
SOUND = SENDS + DMARC + LOGO_LINE
MARKED = SENDS + DMARC + f"    bimi: {{logo: {LOGO_URL}, certificate: {MARK_URL}}}\n"


def kept(owner: str, *values: str) -> str:
    texts = ", ".join(f'"{value}"' for value in values)
    return f'  "@":\n    keep: [{{owner: {owner}, type: TXT, values: [{texts}]}}]\n'


RECORD = f"v=BIMI1; l={LOGO_URL}"
CASES = (
    Case("BIM001", kept("default._bimi", f"l={LOGO_URL}; v=BIMI1"), (f"l={LOGO_URL}; v=BIMI1", RECORD)),
    Case("BIM002", kept("default._bimi", RECORD, "token"), (', "token"', "")),
    Case("BIM003", kept("_bimi", RECORD), ("owner: _bimi", "owner: default._bimi")),
    Case("BIM004", kept("default._bimi", "v=spf1 -all"), ("v=spf1 -all", RECORD)),
    Case("BIM014", SOUND.replace("reject", "none"), ("none", "quarantine")),
    Case("BIM014", SOUND.replace("reject", "reject, subdomains: none"), (", subdomains: none", "")),
    Case("BIM015", SOUND.replace("reject", "quarantine, testing: true"), (", testing: true", "")),
)

FULL = f"{RECORD}; a={MARK_URL}"
TEXTS = (
    ("BIM005", f"{FULL}; l={LOGO_URL}", FULL),
    ("BIM006", f"{FULL}; s=x", FULL),
    ("BIM007", f"v=BIMI1; a={MARK_URL}", FULL),
    ("BIM008", FULL.replace("l=https", "l=http"), FULL),
    ("BIM008", FULL.replace("a=https", "a=http"), FULL),
    ("BIM008", FULL.replace("a=https://", "a="), FULL),
    ("BIM009", f"{FULL}; avp=company", f"{FULL}; avp=personal"),
    ("BIM010", f"{FULL}; lps=a_b", f"{FULL}; lps=a-b,c"),
    ("BIM011", RECORD, FULL),
    ("BIM012", "v=BIMI1; l=; a=", FULL),
)

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.2"'
    ' baseProfile="tiny-ps" viewBox="0 0 100 100"><title>Example</title>'
    '<defs><linearGradient id="g"><stop offset="0"/></linearGradient></defs>'
    '<path d="M0 0h100v100z" fill="url(#g)"/><use xlink:href="#g"/></svg>'
)


def logo(svg: str = SVG, type: str = "image/svg+xml") -> Fetched:
    return Fetched(svg.encode(), type, NOW)


def changed(old: str, new: str) -> Fetched:
    assert old in SVG
    return logo(SVG.replace(old, new, 1))


def padded(octets: int) -> Fetched:
    return logo(SVG.replace("</svg>", f"<!--{'x' * (octets - len(SVG) - 7)}--></svg>"))


LOGOS = {
    "BIM020": (Redirected(302, "https://cdn.example.com/logo.svg"), logo()),
    "BIM021": (padded(32769), padded(32768)),
    "BIM022": (logo(type="text/plain"), logo()),
    "BIM023": (logo(SVG[:-1]), logo()),
    "BIM024": (changed("tiny-ps", "tiny"), logo()),
    "BIM025": (changed("</title>", "</title><script>1</script>"), logo()),
    "BIM026": (changed("viewBox", 'x="0" viewBox'), logo()),
    "BIM027": (changed("100 100", "100 50"), changed("100 100", "1e2, 100.0")),
    "BIM028": (changed("<title>Example</title>", "<g><title>Example</title></g>"), logo()),
}

ROOT = issued("Mark Root")
ISSUER = issued("Mark CA", by=ROOT)
CARRIED = certificates.logotype(SVG.encode())


def mark(*names: str, by=ISSUER, chain=(ISSUER, ROOT), **more) -> Fetched:
    said = {"usage": BIMI, "logotype": CARRIED, **more}
    leaf = issued("Example", *(names or ("example.com",)), by=by, **said)
    return Fetched(b"".join(one.pem for one in (leaf, *chain)), "application/x-pem-file", NOW)


UNKNOWN = issued("Other", organisation="Nobody Ltd")
MARKS = {
    "BIM030": (Refused("the host answers 404 Not Found"), mark()),
    "BIM031": (Fetched(b"no certificate", "text/plain", NOW), mark()),
    "BIM032": (mark(days=29), mark(days=90)),
    "BIM033": (mark(days=59), mark(days=61)),
    "BIM034": (mark(chain=(ROOT, ISSUER)), mark()),
    "BIM035": (mark(by=UNKNOWN, chain=(UNKNOWN,)), mark()),
    "BIM036": (mark("example.net"), mark("default._bimi.example.com")),
    "BIM037": (
        mark(logotype=certificates.logotype(b"<svg/>")),
        mark(logotype=certificates.logotype(SVG.encode(), embedded=False)),
    ),
    "BIM038": (mark(usage=None), mark()),
    "BIM039": (mark(logotype=None), mark()),
}
FIRED = QUIET = frozenset(
    [*(case.rule for case in CASES), *(code for code, *_ in TEXTS), *LOGOS, *MARKS],
)
RULES = {one.code for one in vars(bimi).values() if isinstance(one, Rule)}
HOST = {("www.example.com.", "A"): ("192.0.2.80",)}


def served(directory, image=None, certificate=None, **more):
    documents = {LOGO_URL: image or logo(), MARK_URL: certificate}
    whole = found(MARKED if certificate else SOUND, directory, documents, ours=HOST, **more)
    return [one for one in whole if one.rule.code != "SPF039"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_fires_and_is_quiet_where_its_fault_is_mended(case, tmp_path):
    assert case.rule in codes(case, tmp_path / "wrong")
    assert case.rule not in codes(case.right, tmp_path / "right")


@pytest.mark.parametrize(("code", "wrong", "right"), TEXTS)
def test_a_text_has_its_fault(code, wrong, right):
    assert code in [one.rule.code for one in verdicts(Kind.BIMI, wrong)]
    assert [] == list(verdicts(Kind.BIMI, right))


@pytest.mark.parametrize("code", LOGOS)
def test_a_logo_has_its_fault(code, tmp_path):
    wrong, right = LOGOS[code]
    assert [code] == [one.rule.code for one in served(tmp_path, wrong)]
    assert [] == served(tmp_path, right)


@pytest.mark.parametrize("code", MARKS)
def test_a_mark_certificate_has_its_fault(code, tmp_path):
    wrong, right = MARKS[code]
    assert [code] == [one.rule.code for one in served(tmp_path, certificate=wrong)]
    assert [] == served(tmp_path, certificate=right)


def test_a_finding_names_the_line_and_the_file(tmp_path):
    (one,) = served(tmp_path, changed("</title>", "</title><image xlink:href='https://example.net/a.png'/>"))
    assert Where("zones/example.com.yaml", 6) == one.where
    assert (
        f"the logo {LOGO_URL} holds what SVG Tiny PS forbids: <image>, a reference to 'https://example.net/a.png'"
        in one.message
    )


@pytest.mark.parametrize(
    ("fetch", "why"),
    [
        (Untrusted("certificate has expired"), "its host is not to be trusted: certificate has expired"),
        (TooLarge(262144), "it has more than 262144 octets"),
        (Redirected(302, "https://cdn.example.com/"), "it redirects (302) to 'https://cdn.example.com/'"),
    ],
)
def test_a_file_that_was_not_got_is_told_with_its_reason(fetch, why, tmp_path):
    (one,) = served(tmp_path, fetch)
    assert f"the logo {LOGO_URL} was not got: {why}" in one.message


def test_a_host_that_nobody_reached_is_not_assessed(tmp_path):
    found = served(tmp_path, Failed("192.0.2.80 did not answer in time"), Failed("the same"))
    assert [("BIM020", Outcome.NOT_ASSESSED), ("BIM030", Outcome.NOT_ASSESSED)] == [
        (one.rule.code, one.outcome) for one in found
    ]


def test_a_record_that_declines_has_nothing_to_fetch(tmp_path):
    zone = kept("default._bimi", "v=BIMI1; l=; a=")
    assert [] == found(zone, tmp_path, {})


def test_of_several_records_none_leads_anywhere(tmp_path):
    many = tuple(f"v=BIMI1; l=https://victim.example.net/{number}.svg" for number in range(500))
    ours = {("default._bimi.example.com.", "TXT"): many}
    assert found(SOUND, tmp_path, {}, ours=ours), "and nothing was fetched"


@pytest.mark.parametrize("packed", [True, False])
def test_a_compressed_logo_is_the_same_logo(packed, tmp_path):
    carried = certificates.logotype(SVG.encode(), packed=packed)
    image = Fetched(compress(SVG.encode()), "image/svg+xml", NOW)
    assert [] == served(tmp_path, image, mark(logotype=carried))


def test_the_policy_of_the_domain_above_counts(tmp_path):
    zone = f'  "@":\n    dmarc: {{policy: reject, subdomains: none}}\n  news:\n{LOGO_LINE}'
    assert "BIM014" in codes(Case("", zone, ("", "")), tmp_path / "none")
    assert "BIM014" not in codes(Case("", zone.replace("none", "quarantine"), ("", "")), tmp_path / "some")


def test_a_policy_that_is_not_ours_is_not_judged(tmp_path):
    assert "BIM014" not in codes(Case("", f'  "@":\n{LOGO_LINE}', ("", "")), tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("</title>", "</title><a/>", "<a>"),
        ("</title>", "</title><animate/>", "<animate>"),
        ("</title>", "</title><foreignObject/>", "<foreignObject>"),
        ("</title>", "</title><style/>", "<style>"),
        ("<path", "<path onclick='1'", "the attribute onclick"),
        ("url(#g)", "url(https://example.net/x#g)", "a reference to 'https://example.net/x#g'"),
        (
            'xlink:href="#g"',
            'xlink:href="data:image/png;base64,AA=="',
            "a reference to 'data:image/png;base64,AA=='",
        ),
        ("<path", "<path xml:base='https://example.net/'", "the attribute xml:base"),
    ],
)
def test_what_comes_from_elsewhere_or_acts_is_forbidden(old, new, what):
    (one,) = flaws(SVG.replace(old, new, 1).encode())
    assert (Flaw.FORBIDDEN, what) == one


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "its XML is broken"),
        (b"<svg/>", "its root is <svg>, and not <svg> of the namespace"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "its root is <html>"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG.encode(), "it declares a document type"),
        (b'<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + SVG.encode(), "it declares a document type"),
        (b"<?xml version='1.0' encoding='utf-7'?>" + SVG.encode(), "its XML is in an encoding"),
        (SVG.replace("</svg>", "<g>" * 200 + "</g>" * 200 + "</svg>").encode(), "nested too deeply"),
        (compress(b"x" * (1 << 21)), "it is too large when unpacked"),
        (b"\x1f\x8b\x00", "it cannot be unpacked"),
    ],
)
def test_what_is_no_logo_is_refused(octets, why):
    with pytest.raises(BadLogo, match=why):
        flaws(octets)


@pytest.mark.parametrize(
    "octets",
    [CARRIED[:-1], b"\x30", b"\x30\x89" + bytes(20), b"\x30\x80", CARRIED[:1] + b"\x84\xff\xff\xff\xff"],
)
def test_an_extension_that_is_not_der_is_refused(octets):
    with pytest.raises(BadLogotype):
        logotype(octets)


def test_an_extension_without_image_and_hash_says_nothing():
    assert logotype(b"\x30\x00").shows(b"") is None


def test_a_certificate_with_a_broken_logo_is_told(tmp_path):
    (one,) = served(tmp_path, certificate=mark(logotype=CARRIED[:-1]))
    assert "BIM031" == one.rule.code


def test_a_mark_of_the_future_is_not_valid_yet(tmp_path):
    (one,) = served(tmp_path, certificate=mark(begins=NOW + timedelta(days=1)))
    assert "is valid from 2026-11-25 on" in one.message


def test_a_certificate_that_stands_alone_is_told(tmp_path):
    (one,) = served(tmp_path, certificate=mark(chain=()))
    assert "the certificate stands alone, without its issuer's" in one.message


def test_every_rule_of_the_area_is_seen():
    assert RULES <= FIRED


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_has_its_page(code):
    page = Document(f"docs/checks/{code}.md")
    assert page.headings[0].startswith(f"{code}: ")
    assert ["Why", "Fix"] == list(page.headings[1:])
