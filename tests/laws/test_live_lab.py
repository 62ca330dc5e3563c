"""`check --live` over a world of real servers that is wrong in every way there is: each is told, and told right.

Our zones: one at BIND with a frozen Knot as its secondary, the others walked to from a root. Theirs are behind an
Unbound that validates.
"""

from __future__ import annotations

import json
import re

import dns.tsigkeyring
import dns.update
import pytest
from dns.query import tcp

from tests.cli.conftest import Directory, Done
from tests.servers import KEY, SECRET
from tests.servers.bind import Named
from tests.servers.internet import Internet
from tests.servers.knot import Knot
from tests.servers.unbound import Unbound

ESPS = {
    "big": "include:_spf.big.example",
    "ten": "include:_spf.ten.example",
    "void": "include:_spf.void.example",
    "loop": "include:_spf.loop.example",
    "wide": "include:_spf.wide.example",
    "two": "include:two.example",
    "syntax": "include:syntax.example",
    "manymx": "include:manymx.example",
    "nospf": "include:nospf.broken.example",
    "gone": "include:gone.broken.example",
    "lapsed": "include:spf.unregistered.example",
    "bogus": "include:expired.example",
    "silent": "include:deaf.silent.example",
}
"""By the label of a mail domain, and the name of its sender."""
KEYS = ("gone", "lapsed", "empty", "ring", "self", "revoked", "weak", "torn", "bogus", "dark")
"""What is wrong behind ``NAME.dkim.broken.example``, by the selector that points there."""
PARKED = 'version: 1\ndomains: {"@": {sends: false}}\n'
WALKED = (
    "half",
    "lame",
    "bogus",
    "stripped",
    "signed",
    "unsigned",
    "lagging",
    "mismatch",
    "homeless",
    "silent",
)

CONFIG = """\
version: 1
providers:
  r53: {class: octodns_route53.Route53Provider, access_key_id: env/NOT_SET, secret_access_key: env/NOT_SET}
  own: {class: octodns_bind.Rfc2136Provider, host: 192.0.2.1, key_name: k, key_secret: env/NOT_SET}
live: {resolver: "UNBOUND", roots: "ROOT", servers: {practice.example: ["NAMED", "KNOT"]}}
defaults: {provider: own, ttl: 300}
"""
PRACTICE = """\
version: 1
domains:
  "@":
    senders:
      - vendor: {service: custom, spf: ["include:_spf.vendor.example"], dkim: {s1: {cname: s1.customer.dkim.vendor.example.}}}
      - broken: {service: custom, dkim: {KEYS}}
    dmarc: {policy: reject, rua: ["mailto:dmarc@vendor.example"]}
"""


def served() -> str:
    """The zone, in which a TXT record is still to come."""
    keys = "\n".join(f"{name}._domainkey CNAME {name}.dkim.broken.example." for name in KEYS)
    policies = "\n".join(f'{label} TXT "v=spf1 {term} ~all"' for label, term in ESPS.items())
    return f"""\
$TTL 300
@ SOA ns1 hostmaster 1 3600 600 86400 60
@ NS ns1
ns1 A 192.0.2.53
@ TXT "v=spf1 include:_spf.vendor.example ~all"
s1._domainkey CNAME s1.customer.dkim.vendor.example.
{keys}
{policies}
"""


@pytest.fixture(scope="session")
def lab(
    tmp_path_factory: pytest.TempPathFactory, world: Internet, unbound: Unbound, named: Named, knot: Knot
) -> Directory:
    zone = "practice.example."
    named.load(zone, served(), notify=knot.endpoint)
    knot.follow(zone)
    knot.freeze(zone)
    update = dns.update.Update(
        zone, keyring=dns.tsigkeyring.from_text({KEY: SECRET}), keyalgorithm="hmac-sha256"
    )
    update.add("_dmarc", 300, "TXT", '"v=DMARC1; p=reject; rua=mailto:dmarc@vendor.example"')
    assert 0 == tcp(update, named.address, port=named.port, timeout=5).rcode()
    directory = Directory(tmp_path_factory.mktemp("lab"))
    at = {
        "UNBOUND": unbound.endpoint,
        "ROOT": world.endpoint,
        "NAMED": f"{named.address}:{named.port}",
        "KNOT": f"{knot.address}:{knot.port}",
    }
    config = CONFIG
    for word, address in at.items():
        config = config.replace(word, address)
    keys = ", ".join(f"{name}: {{cname: {name}.dkim.broken.example.}}" for name in KEYS)
    domains = "".join(
        f'  {label}:\n    senders:\n      - {label}: {{service: custom, spf: ["{term}"]}}\n'
        for label, term in ESPS.items()
    )
    directory.write("dnsauth.yaml", config)
    directory.write("zones/practice.example.yaml", PRACTICE.replace("{KEYS}", f"{{{keys}}}") + domains)
    for name in WALKED:
        directory.write(f"zones/{name}.example.yaml", PARKED)
    directory.write("zones/clinic.example.yaml", PARKED.replace("version: 1", "version: 1\nprovider: r53"))
    return directory


@pytest.fixture(scope="session")
def text(lab: Directory) -> Done:
    return lab.run("check", "--live")


@pytest.fixture(scope="session")
def found(lab: Directory, unbound: Unbound) -> list[dict]:
    unbound.flush()
    done = lab.run("check", "--live", "--format", "json")
    assert (1, "") == (done.code, done.err)
    return json.loads(done.out)["findings"]


EXPECTED = [
    # servers
    ("LIV004", "_dmarc.practice.example.", "serial 1, has nothing there"),
    ("LIV004", "lagging.example.", "127.0.0.4:PORT), serial 1, has 'v=spf1 -all'"),
    ("LIV001", "half.example.", "ns2.hosting.example (127.0.0.4:PORT)"),
    ("LIV001", "lame.example.", "ns1.hosting.example (127.0.0.3:PORT)"),
    ("LIV001", "lame.example.", "ns2.hosting.example (127.0.0.4:PORT)"),
    ("LIV002?", "silent.example.", "dark.hosting.example (127.0.0.5:PORT) cannot be asked"),
    ("LIV003", "homeless.example.", "is delegated to ns.unregistered.example, which has no address"),
    ("LIV005", "mismatch.example.", "the parent names ns1.hosting.example, ns2.hosting.example"),
    ("LIV006", "clinic.example.", "servers of provider r53 (Route53Provider) are named *.awsdns-*"),
    # DNSSEC
    ("LIV008", "bogus.example.", "DNSKEY Missing (RFC 8914 code 9)"),
    ("LIV009", "stripped.example.", "has a DS at its parent and no DNSKEY"),
    ("LIV010", "signed.example.", "the resolver vouches for it (AD)"),
    # SPF
    ("SPF030", "big.practice.example.", "takes 17 lookups of at most 10"),
    ("SPF031", "void.practice.example.", "takes 3 void lookups of at most 2"),
    (
        "SPF033",
        "loop.practice.example.",
        "_spf.loop.example → a.loop.example → b.loop.example → a.loop.example",
    ),
    ("SPF034", "wide.practice.example.", "'ip4:198.0.0.0/8' lets 16,777,216 addresses pass"),
    ("SPF032", "two.practice.example.", "two.example has 2 SPF records"),
    ("SPF032", "syntax.practice.example.", "the SPF record of syntax.example is wrong"),
    ("SPF032", "manymx.practice.example.", "names 12 hosts of at most 10"),
    ("SPF032", "nospf.practice.example.", "nospf.broken.example has no SPF record"),
    ("SPF032", "gone.practice.example.", "gone.broken.example does not exist"),
    ("LIV021", "lapsed.practice.example.", "unregistered.example is not registered"),
    ("LIV024", "bogus.practice.example.", "Signature Expired (RFC 8914 code 7)"),
    # keys
    ("LIV020", "gone._domainkey.practice.example.", "→ nowhere.vendor.example: the last name does not exist"),
    ("LIV021", "lapsed._domainkey.practice.example.", "unregistered.example is not registered"),
    ("DKM030", "empty._domainkey.practice.example.", "→ out.vendor.example: there is no key"),
    ("LIV022", "ring._domainkey.practice.example.", "→ ring2.dkim.broken.example → ring.dkim.broken.example"),
    ("LIV022", "self._domainkey.practice.example.", "→ self.dkim.broken.example"),
    ("DKM032", "revoked._domainkey.practice.example.", "→ k0.dkim.broken.example: the key is revoked"),
    ("DKM011", "weak._domainkey.practice.example.", "the key is rsa-1024"),
    ("DKM031", "torn._domainkey.practice.example.", "→ torn.dkim.broken.example"),
    ("LIV024", "bogus._domainkey.practice.example.", "it fails DNSSEC validation"),
    ("LIV011?", "dark._domainkey.practice.example.", "dark.dkim.broken.example"),
    ("LIV011?", "silent.practice.example.", "deaf.silent.example"),
    # reports
    (
        "DMA030",
        "_dmarc.practice.example.",
        "practice.example._report._dmarc.vendor.example does not authorise",
    ),
    ("DMA091", "_dmarc.practice.example.", "reports go to 'mailto:dmarc@vendor.example'"),
    # what is served and nobody asked for
    ("DMA057", "_dmarc.bogus.example.", "p=none asks receivers for reports alone"),
]
SOUND = {f"{name}practice.example." for name in ("", "s1._domainkey.", "ten.")}
NOTES = {"LIV012", "SPF039", "DMA011", "DKM012", "DNS010", "MX012", "MX023"}
"""What is so of many zones, and no part of this story."""


@pytest.mark.parametrize(("code", "owner", "part"), EXPECTED, ids=str)
def test_each_wrong_is_told_by_its_rule(found, text, world, code, owner, part):
    part = part.replace("PORT", str(world.port))
    mine = [one for one in found if one["owner"] == owner and _code(one) == code and part in one["message"]]
    assert 1 == len(mine), [(_code(one), one["message"]) for one in found if one["owner"] == owner]
    (one,) = mine
    assert one["where"]["file"].startswith("zones/")
    assert one["next"] or one["severity"] == "info"
    if one["severity"] != "info":
        # which of its errors a resolver tells may change from one time to the next
        assert re.split(r": \S+ says ", one["message"])[0] in text.out
        assert f"[{code.removesuffix('?')}]" in text.out


def test_nothing_else_is_told(found):
    told = {(_code(one), one["owner"]) for one in found if one["rule"] not in NOTES}
    assert told == {(code, owner) for code, owner, _ in EXPECTED}
    assert SOUND.isdisjoint(owner for _, owner in told)


def test_senders_are_named_at_their_lines(found, lab):
    lines = lab.read("zones/practice.example.yaml").splitlines()
    for label in ("big", "void", "loop", "gone", "lapsed"):
        (one,) = (
            one for one in found if one["owner"] == f"{label}.practice.example." and one["rule"] not in NOTES
        )
        assert f"- {label}:" in lines[one["where"]["line"] - 1]
        assert label in (one["facts"]["senders"])


def test_vouched_for_is_told_to_whoever_wants_to_know(lab, text):
    assert "LIV010" not in text.out
    assert "[LIV010]" in lab.run("check", "--live", "--verbose", "--zone", "signed.example").out
    assert "LIV008" not in lab.run("check", "--live", "--verbose", "--zone", "unsigned.example").out


def test_the_exit_code_says_whether_something_is_wrong(lab, text):
    assert 1 == text.code
    assert 0 == lab.run("check", "--live", "--zone", "signed.example").code


def _code(one: dict) -> str:
    return one["rule"] + "?" * (one["outcome"] == "not_assessed")
