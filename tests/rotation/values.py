"""Keys, facts and times the tests of rotation share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dnsauth.lock.keys import Key, Reported, Revocation, Seen, State, Word
from dnsauth.records import dkim
from dnsauth.rotation.due import Answer, Facts, Served
from dnsauth.rotation.ring import Policy
from dnsauth.rotation.timing import Timing

DOMAIN = "example.com."
SENDER = "own-mta"
SIGNER = "mail-hosts"
HOSTS = ("mx1", "mx2")
SERVERS = ("ns1.example.net.", "ns2.example.net.")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEAKED = Revocation(NOON, "me", "it leaked")
TIMING = Timing(every=90 * 86400)


def at(**after: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(**after)


@cache
def record(algorithm: str) -> str:
    """The key record of a key made for this run, the same whenever it is asked for."""
    if algorithm == "ed25519":
        raw = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return str(dkim.Record(raw, dkim.KeyType.ED25519))
    public = generate_private_key(65537, int(algorithm.removeprefix("rsa-"))).public_key()
    return str(dkim.Record(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)))


def a_key(selector: str = "new", state: State = State.PUBLISHED, **fields: object) -> Key:
    """A key that was made and came to *state* at noon, with *fields* otherwise."""
    algorithm = str(fields.get("algorithm", "rsa-2048"))
    given = {
        "domain": DOMAIN,
        "selector": selector,
        "sender": SENDER,
        "algorithm": algorithm,
        "state": state,
        "made": NOON,
        "since": NOON,
        "record": record(algorithm),
        "store": "vault",
        "signer": SIGNER,
    }
    return Key(**{**given, **fields})


def some_keys(*texts: str) -> list[Key]:
    """Keys from "SELECTOR STATE [ALGORITHM] [leaked]", each made a day after the one before it."""
    found = []
    for day, text in enumerate(texts):
        selector, state, *more = text.split()
        found.append(
            a_key(
                selector,
                State(state),
                algorithm=next((each for each in more if each != "leaked"), "rsa-2048"),
                made=at(days=day),
                since=at(days=day),
                words=signs(*HOSTS),
                revocation=LEAKED if "leaked" in more else None,
            )
        )
    return found


def seen(ttl: int = 3600, **after: float) -> Seen:
    """That both servers answered so long after noon."""
    return Seen(at(**after), SERVERS, ttl)


def signs(*hosts: str, **after: float) -> tuple[Word, ...]:
    """That *hosts* said so long after noon that they sign."""
    return tuple(Word(host, at(**after), signs=True) for host in hosts)


def stopped(*hosts: str, **after: float) -> tuple[Word, ...]:
    """That *hosts* said so long after noon that they do not sign."""
    return tuple(Word(host, at(**after), signs=False) for host in hosts)


def reported(org_name: str = "google.com", **after: float) -> Reported:
    """That reports saw mail pass until so long after noon."""
    return Reported(at(**after), org_name)


def facts(*answers: Answer, ttl: int = 3600, hosts: Sequence[str] = HOSTS, **told: bool) -> Facts:
    """That the servers give these *answers*, one each."""
    served = {name: Served(answer) for name, answer in zip(SERVERS, answers, strict=False)}
    return Facts(served, ttl, tuple(hosts), **told)


def policy(algorithms: Iterable[str] = ("rsa-2048",), sender: str = SENDER, formerly: str = "") -> Policy:
    """What a sender asks for."""
    return Policy(DOMAIN, sender, tuple(algorithms), TIMING, "vault", SIGNER, "{random}", formerly)
