"""`tests.servers.world` served: a root, its tops and two hosting servers at one port of four addresses."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec
from dns.dnssec import make_dnskey, make_ds, sign_zone
from dns.dnssectypes import Algorithm, DSDigest

from tests.servers.nsd import nsd
from tests.servers.process import free_port
from tests.servers.world import ADDRESSES, NS2, TTL, ZONES, Signing, Zone

ROOT, NIC = "a.root.example.", "a.nic.example."
TOPS = {"example.": Signing.SECURE, "test.": Signing.INSECURE}


@dataclass(frozen=True, slots=True)
class Internet:
    """A running world: ask *root* at *port* and follow the referrals, at the same port.

    *stubs* are the servers each zone is delegated to, for a resolver that knows no other port than 53;
    *anchor* is the DS record of the root, in master file format.
    """

    root: str
    port: int
    stubs: Mapping[str, tuple[tuple[str, int], ...]]
    anchor: str

    @property
    def endpoint(self) -> str:
        """``ADDRESS:PORT`` of the root, as `live.roots` in dnsauth.yaml has it."""
        return f"{self.root}:{self.port}"

    def server(self, name: str) -> tuple[str, int]:
        """Address and port of the server *name*, as in ``ns1.hosting.example.``"""
        return ADDRESSES[name], self.port


@contextlib.contextmanager
def internet(directory: Path) -> Iterator[Internet]:
    """The world of `ZONES`; all files of its servers are in *directory*."""
    port = free_port("0.0.0.0")  # free at each address
    contents, anchor = _contents()
    with contextlib.ExitStack() as servers:
        for address, zones in contents.items():
            (directory / address).mkdir()
            servers.enter_context(nsd(directory / address, zones, address, port))
        stubs = {".": (ROOT,)} | dict.fromkeys(TOPS, (NIC,)) | {each.name: _parent(each) for each in ZONES}
        yield Internet(
            ADDRESSES[ROOT],
            port,
            {
                zone: found
                for zone, names in stubs.items()
                if (found := tuple((ADDRESSES[name], port) for name in names if name in ADDRESSES))
            },
            anchor,
        )


def _contents() -> tuple[dict[str, dict[str, str]], str]:
    """The zones of each address, as master files, and the DS record of the root."""
    served: dict[str, dict[str, str]] = {address: {} for address in ADDRESSES.values()}
    delegations: dict[str, list[str]] = {zone: [] for zone in (".", *TOPS)}
    for zone in ZONES:
        text, ds = _signed(zone.name, _apex(2, zone.ns) + zone.records, zone.signing)
        for name in zone.served:
            old = zone.behind if name == NS2 else ""
            served[ADDRESSES[name]][zone.name] = _apex(1, zone.ns) + old if old else text
        top = zone.name.split(".", 1)[1]
        delegations[top if top in TOPS else "."] += [*(f"{zone.name} NS {ns}" for ns in _parent(zone)), *ds]
    for top, signing in TOPS.items():
        glue = [f"{name} A {address}" for name, address in ADDRESSES.items() if name.endswith(f".{top}")]
        text, ds = _signed(top, _apex(1, (NIC,)) + "\n".join(delegations[top] + glue), signing)
        served[ADDRESSES[NIC]][top] = text
        delegations["."] += [f"{top} NS {NIC}", *ds]
    glue = [f"{name} A {ADDRESSES[name]}" for name in (ROOT, NIC)]
    text, (anchor,) = _signed(".", _apex(1, (ROOT,)) + "\n".join(delegations["."] + glue), Signing.SECURE)
    served[ADDRESSES[ROOT]]["."] = text
    return {address: zones for address, zones in served.items() if zones}, anchor


def _parent(zone: Zone) -> tuple[str, ...]:
    return zone.parent or zone.ns


def _apex(serial: int, ns: tuple[str, ...]) -> str:
    soa = f"@ SOA {ns[0]} hostmaster.example. {serial} 3600 600 86400 60\n"
    return f"$TTL {TTL}\n{soa}" + "".join(f"@ NS {name}\n" for name in ns)


def _signed(zone: str, text: str, signing: Signing) -> tuple[str, list[str]]:
    """*text* as *signing* leaves it, and the DS records at the parent."""
    if signing is Signing.INSECURE:
        return text, []
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    dnskey, other = (make_dnskey(key.public_key(), Algorithm.ECDSAP256SHA256, flags=257) for key in keys)
    ds = make_ds(zone, other if signing is Signing.OTHER_KEY else dnskey, DSDigest.SHA256)
    now = datetime.now(UTC)
    end = now + timedelta(days=-7 if signing is Signing.EXPIRED else 30)
    content = dns.zone.from_text(text, zone, relativize=False)
    if signing is not Signing.STRIPPED:
        sign_zone(content, keys=[(keys[0], dnskey)], inception=now - timedelta(days=30), expiration=end)
    return content.to_text(relativize=False), [f"{zone} {TTL} IN DS {ds}"]
