"""DKIM and key rules: each on the smallest input that has its fault, and on one nearly equal that has not."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256

from dnsauth.catalogue.read import read as read_catalogue
from dnsauth.checks.live.own_keys import own_keys as own_keys_served
from dnsauth.checks.live.view import Asking, LiveView, Subject
from dnsauth.checks.offline.key_stores import KeyFile, open_files
from dnsauth.checks.offline.keys import GRACE, own_keys
from dnsauth.checks.rotation import not_due, overdue
from dnsauth.checks.rules import dkim, keys
from dnsauth.checks.texts.judge import verdicts
from dnsauth.checks.vendor_keys import vendor_keys
from dnsauth.checks.view import View
from dnsauth.checks.weak_rsa import are_close, common_factors, is_roca, small_factor
from dnsauth.cli.key_files import listed
from dnsauth.findings import Rule, Where
from dnsauth.inventory.model import Inventory, MailDomain, OwnKeys, Sender, Zone
from dnsauth.live.resolution import Asked
from dnsauth.lock.keys import Seen, State, Word
from dnsauth.lock.model import Lock
from dnsauth.lock.observed import Key as VendorKey
from dnsauth.lock.observed import NoKey, Observed
from dnsauth.lock.observed import Seen as VendorSeen
from dnsauth.plan.kind import Kind
from dnsauth.plan.model import Change
from dnsauth.records import dkim as record
from dnsauth.survey import survey
from tests.checks.live_worlds import OTHERS, OURS, TARGET, World, delegation, findings
from tests.checks.rules.declared import KEY, SERVICE, Case, codes
from tests.checks.rules.rsa_keys import (
    a_prime,
    ed25519,
    factors,
    next_prime,
    numbers,
    private,
    roca,
    rsa_record,
)
from tests.markdown import Document
from tests.plan.values import OTHER_KEY, ZONE, desired, held, rrset
from tests.rotation.values import NOON, SENDER, SIGNER, a_key

RSA = rsa_record()
BITS = RSA.partition("p=")[2]
ED25519 = ed25519()
P, Q = factors()
CATALOGUE, _ = read_catalogue(Path("/nowhere"))

TEXTS = {
    "DKM011": (rsa_record(1024), RSA, "1024 bits"),
    "DKM040": (RSA.replace("DKIM1", "DKIM2"), RSA, "a version there is not"),
    "DKM041": ("v=DKIM1; k=rsa", RSA, "no key, and none withdrawn"),
    "DKM042": (RSA[:-40], RSA, "cut off"),
    "DKM043": (RSA.replace("k=rsa", "k=rsa256"), RSA, "no key type"),
    "DKM044": (ED25519.replace("k=ed25519", "k=rsa"), ED25519, "another key than it says"),
    "DKM045": (f"{RSA}; p={BITS}", RSA, "a tag twice"),
    "DKM046": (RSA.replace(BITS, f'{BITS[:200]}" "{BITS[200:]}'), RSA, "quotes in the middle"),
    "DKM047": (numbers(a_prime(256) * a_prime(256)), rsa_record(1024), "512 bits"),
    "DKM048": (numbers(math.prod((P, *factors(1), *factors(2)))), RSA, "5120 bits"),
    "DKM049": (numbers(P * Q, 1), RSA, "exponent 1"),
    "DKM050": (rsa_record(2048, 3), RSA, "exponent 3"),
    "DKM051": (numbers(P * Q * 1999), RSA, "a small factor"),
    "DKM052": (numbers(roca()), RSA, "a chip's key"),
    "DKM053": (f"v=DKIM1; h=sha1; p={BITS}", f"v=DKIM1; h=sha256; p={BITS}", "SHA-1 alone"),
    "DKM054": (f"v=DKIM1; h=sha1:sha256; p={BITS}", f"v=DKIM1; h=sha256; p={BITS}", "SHA-1 too"),
    "DKM055": (f"v=DKIM1; t=y:s; p={BITS}", f"v=DKIM1; t=s; p={BITS}", "a test"),
    "DKM056": (f"v=DKIM1; t=s:x; p={BITS}", f"v=DKIM1; t=s; p={BITS}", "an unknown flag"),
    "DKM057": (f"v=DKIM1; s=other; p={BITS}", f"v=DKIM1; s=other:email; p={BITS}", "not for mail"),
    "DKM058": (f"v=DKIM1; g=; p={BITS}", f"v=DKIM1; g=*; p={BITS}", "for some local parts"),
    "DKM059": (f"nk=rsa; t=s; p={BITS}", f"k=rsa; t=s; p={BITS}", "a letter too many"),
    "DKM060": (f"v=DKIM1; n={'x' * 65}; p={BITS}", f"v=DKIM1; n={'x' * 64}; p={BITS}", "long notes"),
    "DKM070": (numbers(P * next_prime(P)), RSA, "primes beside one another"),
}


def of_text(text: str) -> list[str]:
    return [verdict.rule.code for verdict in verdicts(Kind.DKIM, text)]


@pytest.mark.parametrize("code", TEXTS)
def test_a_text_is_judged(code):
    wrong, right, reason = TEXTS[code]
    assert code in of_text(wrong), reason
    assert code not in of_text(right), reason
    assert not (set(of_text(right)) - {"DKM011"})


OWN_FAULTS = [
    (RSA, [], "as dnsauth makes them"),
    (ED25519, [], "as dnsauth makes them"),
    (f"p={BITS}", [], "no version: that is a default"),
    ("v=DKIM1; p=", [], "revoked"),
    (f"v=DKIM1; k=rsa; s=tlsrpt; p={BITS}", [], "RFC 8460 section 3"),
    (f"v=DKIM1; k=rsa; t=s; n=core; p={BITS};", [], "every tag there is"),
    (rsa_record(4096), [], "as large as everybody takes"),
    (f"k=rsa; v=DKIM1; p={BITS}", ["DKM040"], "the version last"),
    (f"v=DKIM1\\092; k=rsa; p={BITS}", ["DKM046"], "semicolons escaped into the record"),
    (f'"v=DKIM1; k=rsa; p={BITS}"', ["DKM046"], "quotes around it"),
    ("dkim-record-goes-here", ["DKM041"], "no record at all"),
    (RSA.replace(BITS, BITS[:50] + "_" + BITS[51:]), ["DKM042"], "a character of another alphabet"),
    (f"v=DKIM1; k=ed25519; p={BITS}", ["DKM044"], "an RSA key"),
    (f"v=DKIM1; k; p={BITS}", [], "that a tag has no value only the grammar says"),
    (numbers(P * Q, 65538), ["DKM049"], "an even exponent"),
    (numbers(P * Q, (1 << 31) + 11), ["DKM050"], "an exponent of 32 bits"),
    (numbers(P * Q + 1), ["DKM051"], "a character changed"),
    (f"v=DKIM1; h=md5; p={BITS}", ["DKM053"], "a hash nobody knows"),
    (f"v=DKIM1; h=\\255; p={BITS}", [], "no word: the grammar's to say"),
]


@pytest.mark.parametrize(
    ("text", "expected", "reason"), OWN_FAULTS, ids=[reason for *_, reason in OWN_FAULTS]
)
def test_a_text_has_the_fault_that_is_its_own(text, expected, reason):
    assert expected == of_text(text), reason


def test_a_key_with_exponent_three_is_legal_and_told_of():
    key = private(2048, 3)
    key.public_key().verify(
        key.sign(b"mail", padding.PKCS1v15(), SHA256()), b"mail", padding.PKCS1v15(), SHA256()
    )
    assert ["DKM050"] == of_text(rsa_record(2048, 3))


def test_a_prime_in_common_is_found_and_breaks_both_keys():
    fresh = [math.prod(factors(which)) for which in range(1, 6)]
    first, second = P * factors(6)[0], P * factors(7)[1]
    (pair,) = common_factors((fresh[0], first, *fresh[1:], second))
    assert {first, second} == set(pair)
    prime = math.gcd(*pair)
    other = first // prime
    secret = pow(65537, -1, (prime - 1) * (other - 1))
    assert pow(pow(2, secret, first), 65537, first) == 2, "its signatures verify"
    assert () == common_factors(fresh)
    assert () == common_factors(())


def test_fresh_keys_have_no_mark_of_weakness():
    for which in range(8):
        modulus = private(1024, 65537, which).public_key().public_numbers().n
        assert 0 == small_factor(modulus)
        assert not is_roca(modulus)
        assert not are_close(modulus)
    assert is_roca(roca(1024))
    assert not is_roca(roca(1024) + 2)


VENDOR = '  "@":\n    senders: [vendor: {dkim: {SELECTORS}}]\n'
SAME = f'v1: "{KEY}", v2: "{KEY}"'
PORTAL = '  "@":\n    senders: [portal: {service: custom, dkim: {KEYS}}]\n'
KEPT = f'  "@":\n    senders: [vendor: {{dkim: {{v1: "{KEY}"}}}}]\n    keep: [ENTRY]\n'
OWN = '  "@":\n    senders: [mta: {ip: [192.0.2.10], MORE}]\n'
STORE = "key_stores: {mine: {class: file, directory: /var/lib/keys}}\nsigners: {mta: {class: files, directory: s}}\n"
CNAME = SERVICE.replace("{selector: v1, given: key}", "{selector: v1, cname: v1.vendor.example.}")
SENDGRID = '  "@":\n    senders: [vendor]\n    keep: [{owner: v1._domainkey, type: CNAME, values: TARGET}]\n'


FIRST, SECOND = (numbers(P * factors(which)[0]) for which in (6, 7))

CLOUDFLARE = STORE + (
    "providers: {cf: {class: octodns_cloudflare.CloudflareProvider, token: env/TOKEN}}\nrotation: {first_ttl: 60}\n"
)
FILES = (
    Case(
        "DKM010",
        OWN.replace("MORE", "dkim: {algorithms: [rsa-2048], every: 90d}"),
        ("dkim: {algorithms: [rsa-2048], every: 90d}", f'dkim: {{v1: "{KEY}"}}'),
        STORE,
    ),
    Case("DKM012", '  "@":\n    senders: [vendor]\n', ("[vendor]", f'[vendor: {{dkim: {{v1: "{KEY}"}}}}]')),
    Case("DKM061", PORTAL.replace("KEYS", f'v1: "{ED25519}"'), (f'"{ED25519}"', f'"{ED25519}", v2: "{KEY}"')),
    Case(
        "DKM061",
        OWN.replace("MORE", "dkim: {algorithms: [ed25519], every: 90d}"),
        ("[ed25519]", "[rsa-2048, ed25519]"),
        STORE,
    ),
    Case(
        "DKM062",
        KEPT.replace("ENTRY", f'{{owner: "*._domainkey", type: TXT, values: "{RSA}"}}'),
        (f'"{RSA}"', '"v=DKIM1; p="'),
    ),
    Case(
        "DKM063",
        KEPT.replace("ENTRY", '{owner: _domainkey, type: TXT, values: "o=~; r=dns@example.com"}'),
        ("owner: _domainkey", "owner: elsewhere"),
    ),
    Case(
        "DKM064",
        KEPT.replace("ENTRY", '{owner: _adsp._domainkey, type: TXT, values: "dkim=all"}'),
        ("_adsp._domainkey", "_adsp"),
    ),
    Case(
        "DKM065",
        KEPT.replace("ENTRY", "{owner: _domainkey, type: NS, values: ns1.vendor.example.}"),
        ("owner: _domainkey", "owner: elsewhere"),
    ),
    Case("DKM066", PORTAL.replace("KEYS", SAME), (f'v2: "{KEY}"', f'v2: "{RSA}"')),
    Case(
        "DKM067",
        PORTAL.replace("KEYS", f'v1: "{FIRST}", v2: "{SECOND}"'),
        (SECOND, rsa_record(2048, 65537, 3)),
    ),
    Case("DKM068", SENDGRID.replace("TARGET", "old.vendor.example."), ("old.", "v1."), service=CNAME),
    Case(
        "KEY010",
        OWN.replace("MORE", "data: phi, dkim: {algorithms: [rsa-2048], every: 90d, reveal: true}"),
        ("data: phi", "data: personal"),
        STORE,
    ),
    Case(
        "KEY021",
        OWN.replace("MORE", "dkim: {algorithms: [rsa-2048], every: 90d}") + "provider: cf\n",
        ("first_ttl: 60", "first_ttl: 120"),
        CLOUDFLARE,
    ),
    Case(
        "KEY018",
        OWN.replace("MORE", "dkim: {algorithms: [rsa-2048], every: 90d}"),
        ("directory: keys", "directory: ../keys"),
        STORE.replace("/var/lib/keys", "keys"),
    ),
)


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.rule)
def test_files_are_judged(case, tmp_path):
    assert case.rule in codes(case, tmp_path / "wrong")
    assert case.rule not in codes(case.right, tmp_path / "right")


SEEN = Seen(NOON, ("ns1.example.net.",), 300)
MTA = Where("zones/example.com.yaml", 7)
YEAR = 366 * 86400


def own(**fields: object) -> OwnKeys:
    return OwnKeys(
        **{"algorithms": ("rsa-2048",), "every": 90 * 86400, "store": "", "signer": SIGNER, **fields}
    )


def zone(*senders: Sender) -> Zone:
    domain = MailDomain(ZONE, Where("zones/example.com.yaml", 4), 3600, True, senders)
    return Zone(ZONE, Where("zones/example.com.yaml"), ("ns1",), (domain,))


SIGNS = zone(Sender(SENDER, "mta", MTA, own_keys=own()))
SIGNERS = Inventory(Path(), {ZONE: SIGNS}, signers={SIGNER: {"hosts": ["mx1"]}})
ACTIVE = a_key(state=State.ACTIVE, seen=SEEN)
REMOVED = replace(ACTIVE, state=State.REMOVED)
DAY = timedelta(days=1)


def of_lock(*held, days: float = 1, at: Zone = SIGNS, wanted=()) -> list[str]:
    """What is said of the keys *held* in the lock so many days after noon."""
    inventory = replace(SIGNERS, zones={ZONE: at})
    return [one.rule.code for one in own_keys(at, held, wanted, inventory, NOON + timedelta(days=days))]


def key_at(ttl: int = 3600, text: str = ACTIVE.record):
    return desired("new._domainkey", "TXT", text, ttl=ttl, sender=SENDER)


LOCKS = {
    "KEY012": (lambda: of_lock(REMOVED, wanted=(key_at(text=OTHER_KEY),)), lambda: of_lock(REMOVED)),
    "KEY013": (
        lambda: of_lock(ACTIVE, replace(ACTIVE, selector="newer"), days=15),
        lambda: of_lock(ACTIVE, replace(ACTIVE, selector="newer"), days=14),
    ),
    "KEY014": (lambda: of_lock(a_key(), days=15), lambda: of_lock(a_key(), days=14)),
    "KEY015": (lambda: of_lock(ACTIVE, at=zone()), lambda: of_lock(ACTIVE)),
    "KEY016": (lambda: of_lock(replace(ACTIVE, seen=None)), lambda: of_lock(ACTIVE)),
    "KEY017": (
        lambda: of_lock(ACTIVE, wanted=(key_at(ttl=86401),)),
        lambda: of_lock(ACTIVE, wanted=(key_at(ttl=86400),)),
    ),
    "KEY020": (
        lambda: of_lock(at=zone(Sender(SENDER, "mta", MTA, own_keys=own(every=YEAR + 1)))),
        lambda: of_lock(at=zone(Sender(SENDER, "mta", MTA, own_keys=own(every=YEAR)))),
    ),
}


@pytest.mark.parametrize("code", LOCKS)
def test_keys_of_the_lock_are_judged(code):
    fires, quiet = LOCKS[code]
    assert [code] == fires()
    assert [] == quiet()


@pytest.mark.parametrize(
    ("fields", "expected", "reason"),
    [
        ({"state": State.GENERATED}, ["KEY014"], "its step was never applied"),
        ({"state": State.VISIBLE, "seen": SEEN}, ["KEY014"], "a host does not report"),
        ({"state": State.RETIRING, "seen": SEEN}, [], "it drains"),
        ({"state": State.REVOKED}, [], "it stands empty for a month"),
        ({"state": State.REMOVED}, [], "it is gone"),
        ({"state": State.ACTIVE, "seen": SEEN, "sender": "old-mta"}, [], "its sender was renamed"),
    ],
)
def test_a_key_that_goes_its_way_is_not_told_of(fields, expected, reason):
    renamed = zone(Sender(SENDER, "mta", MTA, own_keys=own(), formerly="old-mta"))
    assert expected == of_lock(a_key(**fields), at=renamed, days=20), reason


def test_a_key_that_should_have_been_replaced_is_told_of():
    def told(days: float) -> list[str]:
        return [one.rule.code for one in overdue(SIGNS, (ACTIVE,), SIGNERS, NOON + timedelta(days=days))]

    assert ["KEY011"] == told(90 + GRACE.days + 1)
    assert [] == told(90 + GRACE.days)


def test_a_step_that_is_not_due_is_stopped():
    def told(now: datetime) -> list[str]:
        revoked = a_key(state=State.REVOKED, words=(Word("mx1", NOON, signs=False),))
        before, after = (rrset("new._domainkey", "TXT", text) for text in (revoked.record, "v=DKIM1; p="))
        change = Change(before, after)
        view = View((), Lock(ZONE, keys=(revoked,)), held(before), (change,))
        return [one.rule.code for one in not_due(view, SIGNERS, now)]

    assert ["PLN009"] == told(NOON + DAY)
    assert [] == told(NOON + 60 * DAY)


SENDGRID = tuple(
    delegation(f"s{i}._domainkey", f"s{i}.domainkey.u1.wl042.sendgrid.net.", "sendgrid") for i in (1, 2)
)
GOOD = VendorKey("rsa-2048", "a" * 64)


def of_vendor(second: VendorKey | NoKey, days: float = 1, wanted=SENDGRID) -> set[str]:
    """What observed.lock.yaml tells where the first selector leads to a key, and the second to this."""
    targets = [value.text for one in wanted for value in one.values]
    since = NOON - timedelta(days=days)
    seen = {at: VendorSeen(key, since) for at, key in zip(targets, (GOOD, second), strict=False)}
    return {one.rule.code for one in vendor_keys(wanted, CATALOGUE, Observed(NOON, keys=seen))}


def behind(*texts: str) -> set[str]:
    """What is found live where the vendor's name holds these."""
    others = {at: values for at, values in OTHERS.items() if at != (TARGET, "TXT")}
    return {
        one.rule.code
        for one in findings(World(others={**others, **({(TARGET, "TXT"): texts} if texts else {})}))
    }


LONE = tuple(each for each in SENDGRID[:1])
NODATA = World(
    others={
        **{at: each for at, each in OTHERS.items() if at != (TARGET, "TXT")},
        (TARGET, "A"): ("192.0.2.1",),
    }
)
VENDORS = {
    "DKM013": (lambda: of_vendor(GOOD, wanted=LONE), lambda: of_vendor(GOOD)),
    "DKM030": (lambda: {one.rule.code for one in findings(NODATA)}, lambda: behind(OTHERS[TARGET, "TXT"][0])),
    "DKM031": (lambda: behind("v=DKIM1; p=MIIB"), lambda: behind(OTHERS[TARGET, "TXT"][0])),
    "DKM032": (lambda: behind("v=DKIM1; p="), lambda: behind(OTHERS[TARGET, "TXT"][0])),
    "DKM034": (lambda: of_vendor(NoKey.NODATA), lambda: of_vendor(GOOD)),
    "DKM035": (lambda: behind(OTHER_KEY), lambda: behind(OTHERS[TARGET, "TXT"][0])),
    "DKM036": (lambda: of_vendor(GOOD, days=365), lambda: of_vendor(GOOD, days=364)),
    "DKM047": (lambda: behind(numbers(a_prime(256) * a_prime(256))), lambda: behind(rsa_record(1024))),
    "DKM052": (lambda: behind(numbers(roca())), lambda: behind(RSA)),
}


@pytest.mark.parametrize("code", VENDORS)
def test_keys_of_vendors_are_judged(code):
    fires, quiet = VENDORS[code]
    assert code in fires()
    assert code not in quiet()


def test_what_a_vendor_may_do_as_it_likes_is_not_told_of():
    told = behind(f"g=x; t=y; n={'x' * 99}; p={BITS}")
    assert {"DKM035"} == {code for code in told if code.startswith("DKM")}, "another key; no word of its tags"


PAIR = tuple(delegation(f"selector{i}._domainkey", f"s{i}.tenant.example.", "microsoft-365") for i in (1, 2))


def test_one_of_a_pair_that_changes_is_a_rotation():
    first, second = (one.values[0].text for one in PAIR)
    known = {
        at: VendorSeen(VendorKey("ed25519", record.fingerprint(record.Record.parse(text))), NOON)
        for at, text in ((first, ED25519), (second, OTHER_KEY))
    }

    def told(of_second: str) -> set[str]:
        selectors = {(one.owner, "CNAME"): (one.values[0].text,) for one in PAIR}
        others = {(first, "TXT"): (ED25519,), (second, "TXT"): (of_second,)}
        observed = Observed(NOON, keys=known)
        world = World({**OURS, **selectors}, others={**OTHERS, **others})
        return {one.rule.code for one in findings(world, PAIR, observed=observed, catalogue=CATALOGUE)}

    assert "DKM033" in told(RSA)
    assert "DKM033" not in told(OTHER_KEY)


def served(*texts: str, state: State = State.ACTIVE) -> list[str]:
    """What is found where the lock has a key in *state*, and its servers answer *texts*."""
    owner = ACTIVE.owner
    others = {(owner, "TXT"): texts} if texts else {}
    subject = Subject(ZONE, (Asked(owner, "TXT"),), zone=True)
    (surveyed,) = survey([subject], World({**OURS, **others}))
    asking = Asking({ZONE: SIGNS}, own={ZONE: (replace(ACTIVE, state=state),)})
    return [str(one.facts["said"]) for one in own_keys_served(LiveView(surveyed, asking))]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((ACTIVE.record,), []),
        ((), ["have no record there"]),
        ((OTHER_KEY,), ["answer another key"]),
        (("v=DKIM1; p=",), ["answer that it is revoked"]),
        (("verification=1",), ["answer something else"]),
    ],
)
def test_a_key_in_use_has_to_be_served(texts, expected):
    assert expected == served(*texts)
    assert [] == served(*texts, state=State.PUBLISHED), "nobody may sign with it yet"


def test_a_key_file_that_everybody_may_read_is_told_of(tmp_path):
    path = tmp_path / "keys/example.com/s1.pem"
    path.parent.mkdir(parents=True)
    path.write_text("")
    inventory = Inventory(tmp_path, {}, key_stores={"mine": {"class": "file", "directory": "keys"}})

    def told(mode: int, directory: int = 0o755) -> list[str]:
        path.chmod(mode)
        path.parent.chmod(directory)
        return [one.message for one in open_files(listed(inventory))]

    assert [] == told(0o600)
    assert [] == told(0o640), "the group may be the signer's"
    assert [] == told(0o644, 0o700), "nobody gets there"
    (message,) = told(0o644)
    assert message.startswith("keys/example.com/s1.pem: everybody on this machine may read it (mode 0644)")
    assert [] == list(listed(replace(inventory, key_stores={"mine": {"class": "age", "directory": "keys"}})))
    assert [] == list(
        listed(replace(inventory, key_stores={"mine": {"class": "file", "directory": "env/KEYS"}}))
    )
    both = KeyFile("mine", "keys/example.com/s1.pem", 0o100666)
    (found,) = open_files([both])
    assert "run `chmod 0600 keys/example.com/s1.pem`" in found.next
    assert "read and change" in found.message


SINGLY = ("DKM033", "DKM069", "KEY011", "KEY019", "PLN009")
FIRED = QUIET = frozenset([*TEXTS, *(case.rule for case in FILES), *LOCKS, *VENDORS, *SINGLY])
RULES = {one.code: one for home in (dkim, keys) for one in vars(home).values() if isinstance(one, Rule)}


def test_every_rule_of_the_area_is_seen():
    assert set(RULES) <= FIRED


@pytest.mark.parametrize("code", sorted(FIRED))
def test_a_rule_has_its_page(code):
    page = Document(f"docs/checks/{code}.md")
    assert page.headings[0].startswith(f"{code}: ")
    assert ["Why", "Fix"] == list(page.headings[1:])
