"""What ``dnsauth keys deploy`` does on one host: keys from their stores into the signer, and a report."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from dnsauth.cli import making
from dnsauth.cli.options import Run
from dnsauth.cli.rotating import Rings
from dnsauth.errors import DnsauthError
from dnsauth.keys.store import KeyStore
from dnsauth.lock.keys import Key
from dnsauth.records import dkim
from dnsauth.rotation.policies import policies
from dnsauth.rotation.reports import Report
from dnsauth.rotation.states import EFFECTS
from dnsauth.rotation.step import signs
from dnsauth.signers.signer import SigningKey, open_signer


class Deployed(NamedTuple):
    """What one signer was given, and what it changed."""

    report: Report
    changes: tuple[str, ...]


def deployed(
    run: Run, of: Rings, keys: Mapping[str, tuple[Key, ...]], host: str, signer: str | None = None
) -> tuple[Deployed, ...]:
    """*keys* installed at each signer of *host*, or at *signer* alone, with a report of each.

    Raises `DnsauthError` where a private key that signs can't be read, or one is not that of the lock, before
    that signer is touched, and where the signer refuses.
    """
    inventory = of.repository.inventory
    mine: defaultdict[str, list[tuple[Key, bool]]] = defaultdict(list)
    for zone, each in keys.items():
        chosen = signs(each, policies(inventory.zones[zone], inventory))
        for key in each:
            if EFFECTS[key.state].installed:
                mine[key.signer].append((key, (key.domain, key.selector) in chosen))
    names = [signer] if signer else _of_host(inventory.signers, host)
    found = []
    store = making.stores(run, of)
    for name in names:
        if name not in inventory.signers:
            raise DnsauthError(
                f"dnsauth.yaml has no signer {name!r}", f"it has {', '.join(inventory.signers) or 'none'}"
            )
        signing, notes = _signing(store, mine[name])
        changes = open_signer(name, inventory.signers[name], run.directory, os.environ).install(signing)
        installed = {(f"{key.domain}.", key.selector): key for key in signing}
        report = Report(
            host,
            name,
            run.now.replace(microsecond=0),
            {at: dkim.fingerprint(key.pair.public) for at, key in installed.items()},
            frozenset(at for at, key in installed.items() if key.signs),
        )
        changes = (*notes, *changes)
        found.append(Deployed(report, changes))
    return tuple(found)


def _signing(
    store: Callable[[str], KeyStore], keys: Iterable[tuple[Key, bool]]
) -> tuple[list[SigningKey], tuple[str, ...]]:
    """*keys* with their private halves; one that can't be read and need not sign is left out, with a note."""
    found, notes = [], []
    for key, uses in keys:
        name = making.stored(key)
        try:
            pair = store(key.store).get(name)
        except DnsauthError as error:
            if uses or not store(key.store).reads:
                raise
            notes.append(f"left out {name}, which need not sign: {error}")
            continue
        if pair.public.key != dkim.Record.parse(key.record).key:
            raise DnsauthError(
                f"the private key of {name} in store {key.store} is not that of the lock",
                "put the right one into the store, or `dnsauth rotate revoke` it; nothing was installed",
            )
        found.append(SigningKey(key.domain.removesuffix("."), key.selector, pair, uses))
    return found, tuple(notes)


def _of_host(signers: Mapping[str, Mapping[str, object]], host: str) -> list[str]:
    """The signers *host* is one of; those without ``hosts`` are of any."""
    found = [
        name
        for name, settings in signers.items()
        if not (listed := settings.get("hosts")) or host in _texts(listed)
    ]
    if not found:
        known = sorted({each for settings in signers.values() for each in _texts(settings.get("hosts"))})
        raise DnsauthError(
            f"{host} is a host of no signer in dnsauth.yaml",
            f"say --host with one of {', '.join(known)}" if known else "declare one under `signers:`",
        )
    return found


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),) if value else ()
