"""What ``dnsauth keys import`` does: keys that are published and in use become keys of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from dnsauth import names
from dnsauth.cli import console, happened, making, recording, rotating, serving
from dnsauth.cli.alone import alone
from dnsauth.cli.options import Run
from dnsauth.cli.rotating import Rings
from dnsauth.errors import DnsauthError
from dnsauth.keys.pair import KeyPair, from_pem
from dnsauth.keys.pem import BadKey
from dnsauth.live.look import Question
from dnsauth.live.network import Network
from dnsauth.live.reply import Answer, said
from dnsauth.lock.keys import Key, Seen, State
from dnsauth.output import json, safe
from dnsauth.output import keys as output
from dnsauth.records import BadRecord, dkim
from dnsauth.rotate import negative
from dnsauth.rotation.policies import policies
from dnsauth.rotation.ring import Policy

_ENTRY = re.compile(r"\S+\s+([^:\s]+):([^:\s]+):(\S+)\s*\Z")  # OpenDKIM's KeyTable, opendkim.conf(5)
LARGEST = 1 << 20  # octets of a KeyTable or a key


class Found(NamedTuple):
    """A private key somebody has, and where its public half should be."""

    domain: str
    selector: str
    pair: KeyPair


def imported(
    run: Run,
    source: Path,
    *,
    domain: str | None,
    selector: str | None,
    sender: str | None,
    resolver: str | None,
    server: Sequence[str] | None,
) -> None:
    """Adopt the keys in *source*, all or none."""
    with recording.kept(run) as record, alone(run, "keys import"):
        of = rotating.rings(run, resolver, server)
        found = list(_found(source, domain, selector))
        if not found:
            raise DnsauthError(
                f"{source} names no key", "name a PEM file, an OpenDKIM KeyTable or rspamd's keys"
            )
        with serving.network(run, of.repository) as network:
            keys = [
                (zone, key, one) for one in found for zone, key in [_adopted(run, of, network, one, sender)]
            ]
        store = making.stores(run, of)
        for _, key, one in keys:
            store(key.store).put(making.stored(key), one.pair)
        record(of.repository.inventory, *happened.used("imported", (key for _, key, _ in keys)))
        new = [(zone, key) for zone, key, _ in keys if key not in of.keys[zone]]
        rotating.written(
            run, of, {zone: (*of.keys[zone], *(key for at, key in new if at == zone)) for zone, _ in new}
        )
        if run.format == "json":
            console.answer(json.text(output.records_json(key for _, key, _ in keys)))
            return
        for _, key, _ in keys:
            console.answer(
                safe.line(f"{making.stored(key)}  {key.state}  {key.algorithm}  in {key.store}") + "\n"
            )
        if new and not run.quiet:
            console.talk(
                "drop pasted public keys of these selectors from the zone files, and commit the locks"
            )


def _found(source: Path, domain: str | None, selector: str | None) -> Iterator[Found]:
    if source.is_dir():
        for file in sorted(source.glob("*.key")):
            at, _, name = file.name.removesuffix(".key").rpartition(".")
            yield _one(at, name, file)
        return
    octets = _octets(source)
    if b"-----BEGIN" in octets:
        if not domain or not selector:
            raise DnsauthError(
                f"{source} says neither domain nor selector",
                "say --domain NAME and --selector NAME with a PEM file",
            )
        yield _one(domain, selector, source)
        return
    for number, line in enumerate(octets.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _ENTRY.match(line.strip())
        if match is None:
            raise DnsauthError(
                f"{source}:{number}: this is no line of a KeyTable", "a line is NAME DOMAIN:SELECTOR:FILE"
            )
        yield _one(match[1], match[2], source.parent / match[3])


def _octets(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            octets = opened.read(LARGEST + 1)
    except OSError as error:
        raise DnsauthError(f"{file} cannot be read: {error.strerror}", "run it where the keys are") from error
    if len(octets) > LARGEST:
        raise DnsauthError(f"{file} is too large for a key", "name a PEM file or a KeyTable")
    return octets


def _one(domain: str, selector: str, file: Path) -> Found:
    try:
        return Found(names.absolute(domain), names.selector(selector), from_pem(_octets(file)))
    except names.BadName as error:
        raise DnsauthError(f"{file}: {error}", "correct the name") from error
    except BadKey as error:
        raise DnsauthError(f"{file}: {error}", error.hint) from None


def _adopted(run: Run, of: Rings, network: Network, one: Found, sender: str | None) -> tuple[str, Key]:
    """The zone and the key that *one* becomes; raises `DnsauthError` where it is not what is published."""
    owner = f"{one.selector}._domainkey.{one.domain}"
    zone = names.deepest(one.domain, of.repository.inventory.zones)
    if zone is None or zone not in of.keys:
        raise DnsauthError(f"{names.readable(one.domain)} is in no zone here", "declare its zone first")
    known = {key.owner: key for lock in of.repository.locks.values() for key in lock.keys}
    same = [name for name, key in known.items() if dkim.Record.parse(key.record).key == one.pair.public.key]
    if owner in same:
        return zone, known[owner]  # its private half comes back to its store
    if owner in known:
        raise DnsauthError(
            f"{owner.removesuffix('.')} is another key in the lock", "a selector is never used for two keys"
        )
    if same:
        raise DnsauthError(
            f"{owner.removesuffix('.')} is the same key as {same[0].removesuffix('.')}",
            "a key stands under one selector of one domain; `dnsauth keys new` makes another",
        )
    policy = _policy(of, zone, one.domain, sender)
    authority = network.authorities([zone])[zone]
    replies = network.look(
        question
        for each in authority.servers
        for question in (Question(each, owner, "TXT"), Question(each, zone, "SOA"))
    )
    record, ttl = None, 0
    for each in authority.servers:
        reply = replies[Question(each, owner, "TXT")]
        record = _published(reply.rrset.values) if isinstance(reply, Answer) else None
        if record is None or record.key != one.pair.public.key:
            raise DnsauthError(
                f"{owner.removesuffix('.')}: {each.name} {safe.line(said(reply))}, which is not this key",
                "publish its public half first, or import the key that is published",
            )
        ttl = max(
            ttl,
            reply.rrset.ttl if isinstance(reply, Answer) else 0,
            negative(replies[Question(each, zone, "SOA")]),
        )
    if record is None:
        raise DnsauthError(f"{names.readable(zone)} has no server to ask", "say --server ZONE=ADDR:PORT")
    now = run.now.replace(microsecond=0)
    seen = Seen(now, tuple(sorted(each.name for each in authority.servers)), ttl)
    return zone, Key(
        domain=one.domain,
        selector=one.selector,
        sender=policy.sender,
        algorithm=dkim.algorithm(record),
        state=State.ACTIVE,
        made=now,
        since=now,
        record=str(record),
        store=policy.store,
        signer=policy.signer,
        seen=seen,
    )


def _published(values: tuple[str, ...]) -> dkim.Record | None:
    try:
        return dkim.Record.parse(values[0]) if len(values) == 1 else None
    except BadRecord:
        return None


def _policy(of: Rings, zone: str, domain: str, sender: str | None) -> Policy:
    inventory = of.repository.inventory
    found = [
        policy
        for (at, name), policy in policies(inventory.zones[zone], inventory).items()
        if at == domain and sender in (None, name)
    ]
    if len(found) == 1:
        return found[0]
    named = ", ".join(policy.sender for policy in found)
    raise DnsauthError(
        f"{names.readable(domain)} has {'several senders' if found else 'no sender'} with keys of its own",
        f"say --sender with one of {named}"
        if found
        else "say `dkim: {algorithms: [rsa-2048], every: 90d}` where the sender is declared",
    )
