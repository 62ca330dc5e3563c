"""What hosts say, taken into the locks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from dnsauth.cli.options import Run
from dnsauth.cli.rotating import Rings
from dnsauth.errors import DnsauthError
from dnsauth.lock.keys import Key
from dnsauth.records import dkim
from dnsauth.rotation import report_file
from dnsauth.rotation.policies import policies
from dnsauth.rotation.reports import Mismatch, Report, confirmed
from dnsauth.rotation.step import signs

AHEAD = timedelta(minutes=5)  # a host's clock may be so much ahead


def reports(files: Sequence[Path]) -> tuple[Report, ...]:
    """What *files* report; raises `DnsauthError`."""
    found: list[Report] = []
    for file in files:
        try:
            text = file.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            raise DnsauthError(
                f"{file} cannot be read: {error.strerror}", "name a report that `dnsauth keys deploy` wrote"
            ) from error
        found += report_file.read(text, str(file))
    return tuple(sorted(found, key=lambda each: each.at))


def word(run: Run, of: Rings, host: str, by: str) -> tuple[Report, ...]:
    """The word of *by* that *host* signs as the locks say, for each signer it is one of."""
    inventory = of.repository.inventory
    fingerprints: dict[str, dict[tuple[str, str], str]] = {}
    signing: set[tuple[str, str]] = set()
    for zone, keys in of.keys.items():
        signing |= signs(keys, policies(inventory.zones[zone], inventory))
        for key in keys:
            if not key.signer or host in _hosts(inventory.signers.get(key.signer, {}), host):
                record = dkim.Record.parse(key.record)
                fingerprints.setdefault(key.signer, {})[key.domain, key.selector] = dkim.fingerprint(record)
    if not fingerprints:
        raise DnsauthError(
            f"{host} is a host of no signer that has keys",
            "`signers:` in dnsauth.yaml lists the hosts of each",
        )
    now = run.now.replace(microsecond=0)
    return tuple(
        Report(host, signer, now, known, frozenset(signing & known.keys()), by)
        for signer, known in fingerprints.items()
    )


def _hosts(signer: Mapping[str, object], host: str) -> tuple[str, ...]:
    listed = signer.get("hosts")
    return tuple(map(str, listed)) if isinstance(listed, list | tuple) else (host,)


def taken(
    run: Run, of: Rings, keys: Mapping[str, tuple[Key, ...]], said: Iterable[Report]
) -> dict[str, tuple[Key, ...]]:
    """*keys* with what was *said*; raises `DnsauthError` where a host or its key is not the one meant."""
    inventory = of.repository.inventory
    found = dict(keys)
    for report in said:
        if report.signer and report.signer not in inventory.signers:
            raise DnsauthError(
                f"{report.host} reports of signer {report.signer!r}, which dnsauth.yaml does not have",
                "hand over a report of this repository's hosts",
            )
        listed = _hosts(inventory.signers.get(report.signer, {}), report.host)
        if report.host not in listed:
            raise DnsauthError(
                f"{report.host} is no host of signer {report.signer}: {', '.join(listed)}",
                f"add it under `signers: {{{report.signer}: {{hosts: …}}}}`, or deploy there with --host",
            )
        if report.at > run.now + AHEAD:
            raise DnsauthError(
                f"the report of {report.host} is of {report.at:%Y-%m-%d %H:%M}Z, which is not yet",
                "set the clock of that host, or of this one, and deploy again",
            )
        try:
            found = {zone: confirmed(mine, report) for zone, mine in found.items()}
        except Mismatch as error:
            raise DnsauthError(
                f"{report.host} holds another key than the lock as {error.key.owner.removesuffix('.')}",
                "nothing was taken over; deploy there again, and revoke the key if that does not help",
            ) from None
    return found
