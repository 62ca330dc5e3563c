"""What `benchmarks/live.py` looks at: mail domains at one NSD, and an inventory that asks for just what is there.

Each domain is a zone of its own: SPF with three includes of two includes each (nine lookups), DMARC, a key of 2048 bits
and one behind a CNAME, two MX, MTA-STS, TLS-RPT. Forty vendors share the includes. Texts and keys are no two alike.
"""

from __future__ import annotations

import base64
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import dnsauth
from dnsauth.rrset import quoted

VENDORS = 40
HEAD = """\
$ORIGIN {name}
$TTL 3600
@ SOA ns1.ops.example. hostmaster.ops.example. 1 3600 900 604800 300
@ NS ns1.ops.example.
@ NS ns2.ops.example.
"""
DOMAIN = """\
@ A 192.0.2.1
@ MX 10 mx1.ops.example.
@ MX 20 mx2.ops.example.
@ TXT "v=spf1 include:_spf.v{one}.example include:_spf.v{two}.example include:_spf.v{three}.example ip4:192.0.2.{host} ~all"
@ TXT "site-verification={n}"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@{label}.example"
_mta-sts TXT "v=STSv1; id={sts}"
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@{label}.example"
s1._domainkey TXT {key}
s2._domainkey CNAME s2.v{one}.example.
"""
VENDOR = """\
_spf TXT "v=spf1 include:a.{label}.example include:b.{label}.example ~all"
a TXT "v=spf1 {a} ~all"
b TXT "v=spf1 {b} ~all"
s2 TXT {key}
"""
CONFIG = """\
version: 1
live: {{resolver: "{address}", servers: {{{servers}}}}}
defaults: {{ttl: 3600}}
"""
INVENTORY = """\
version: 1
domains:
  "@":
    receives: [10 mx1.ops.example., 20 mx2.ops.example.]
    senders:
      - one:
          service: custom
          spf: ["include:_spf.v{one}.example", "include:_spf.v{two}.example"]
          dkim: {{s2: {{cname: s2.v{one}.example.}}}}
      - two:
          service: custom
          spf: ["include:_spf.v{three}.example", "ip4:192.0.2.{host}"]
          dkim: {{s1: "{public}"}}
    spf: {{all: softfail}}
    dmarc: {{policy: reject, rua: ["mailto:dmarc@{label}.example"]}}
    mta_sts: {{mode: enforce, max_age: 30d}}
    tls_rpt: ["mailto:tls@{label}.example"]
"""


def domain(n: int) -> str:
    """The name of domain *n*."""
    return f"d{n:05}.example."


def own(name: str) -> tuple[tuple[str, str], ...]:
    """The five names that every tool asks a domain for, with their types."""
    owners = (name, f"_dmarc.{name}", f"s1._domainkey.{name}", f"s2._domainkey.{name}")
    return (*((owner, "TXT") for owner in owners), (name, "MX"))


def zones(domains: int) -> dict[str, str]:
    """The zone files of so many domains, of their vendors and of the root, by name."""
    texts = {".": HEAD.format(name="."), "ops.example.": HEAD.format(name="ops.example.")}
    texts["ops.example."] += "\n".join(f"{host} A 192.0.2.1" for host in ("ns1", "ns2", "mx1", "mx2")) + "\n"
    for vendor in range(VENDORS):
        label = f"v{vendor:02}"
        a, b = (
            " ".join(f"ip6:2001:db8:{half}{vendor:02}{i}::/48" for i in range(8)) for half in "ab"
        )  # fmt: skip
        key = quoted(f"v=DKIM1; k=rsa; p={_public(label)}")
        texts[f"{label}.example."] = (HEAD + VENDOR).format(
            name=f"{label}.example.", label=label, a=a, b=b, key=key
        )
    sts = _sts()
    for n in range(domains):
        facts = _facts(n)
        key = quoted(f"v=DKIM1; k=rsa; p={facts['public']}")
        texts[domain(n)] = (HEAD + DOMAIN).format(name=domain(n), key=key, sts=sts, **facts)
    return texts


def inventory(directory: Path, domains: int, address: str) -> None:
    """An inventory of the first so many domains, to be looked at by the server at *address*."""
    (directory / "zones").mkdir()
    servers = ", ".join(f'{domain(n)[:-1]}: ["{address}"]' for n in range(domains))
    (directory / "dnsauth.yaml").write_text(CONFIG.format(address=address, servers=servers))
    for n in range(domains):
        (directory / f"zones/{domain(n)}yaml").write_text(INVENTORY.format(**_facts(n)))


def _facts(n: int) -> dict[str, object]:
    random = Random(n)
    one, two, three = (f"{vendor:02}" for vendor in random.sample(range(VENDORS), 3))
    facts = {"n": n, "label": f"d{n:05}", "one": one, "two": two, "three": three}
    return {**facts, "host": 1 + n % 250, "public": _public(f"d{n:05}")}


def _public(seed: str) -> str:
    """A public key to which there is no private one, which would take its time."""
    modulus = Random(seed).getrandbits(2048) | 1 << 2047 | 1
    key = RSAPublicNumbers(65537, modulus).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def _sts() -> str:
    """The id that dnsauth derives for the one MTA-STS policy of all domains."""
    with TemporaryDirectory() as name:
        inventory(Path(name), 1, "192.0.2.53:53")
        (desired,) = dnsauth.load(Path(name)).desired.values()
        texts = [text for rrset in desired if rrset.owner.startswith("_mta-sts.") for text in rrset.texts]
    return texts[0].partition("id=")[2]
