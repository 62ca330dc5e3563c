"""Keys to install, each pair made once."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from dnsauth.keys.pair import KeyPair, generate
from dnsauth.signers.signer import Signer, SigningKey, open_signer

ENVIRON = {"PATH": os.environ["PATH"]}


@cache
def pair(algorithm: str = "rsa-2048", which: str = "") -> KeyPair:  # noqa: ARG001  the cache tells them apart
    """A key pair of *algorithm*, another one for each *which*."""
    return generate(algorithm)


def key(domain: str, selector: str, algorithm: str = "rsa-2048", *, signs: bool = False) -> SigningKey:
    """A key whose pair is the same where the selector's last character is."""
    return SigningKey(domain, selector, pair(algorithm, selector[-1]), signs)


S1 = key("example.com", "s1", signs=True)
S2 = key("example.com", "s2", signs=True)
E1 = key("example.com", "e1", "ed25519", signs=True)
OTHER = key("example.org", "s1", signs=True)


def signer(base: Path, cls: str = "opendkim", name: str = "mta", **settings: object) -> Signer:
    """A signer with the directory ``signer`` below *base*; nothing is reloaded unless *settings* say so."""
    (base / "signer").mkdir(exist_ok=True)
    told = {"class": cls, "directory": "signer", "reload": [], **settings}
    return open_signer(name, {key: value for key, value in told.items() if value is not None}, base, ENVIRON)


def files(base: Path) -> dict[str, bytes]:
    """Every file below *base*/signer by its path there."""
    root = base / "signer"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
