"""Any octoDNS provider as a `dnsauth.plan.model.Provider`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import count
from threading import Lock

from octodns.provider.base import BaseProvider
from octodns.provider.plan import Plan
from octodns.zone import Zone

from dnsauth.errors import DnsauthError
from dnsauth.names import readable
from dnsauth.octodns import conversion
from dnsauth.octodns.failures import explained, status
from dnsauth.octodns.patience import Patience, attach, retriable
from dnsauth.plan.errors import Moved
from dnsauth.plan.model import Change, Held


class Adapter:
    """One octoDNS provider; may be used by several threads, one zone each.

    *build* makes the octoDNS provider. Many of them keep what they have read of a zone, so a zone is read
    only once through each instance, and a second read makes a new one. One that is busy is waited for with
    *patience*, where there is any.
    """

    local = False

    def __init__(
        self,
        name: str,
        build: Callable[[], BaseProvider],
        secrets: Collection[str] = (),
        patience: Patience | None = None,
    ) -> None:
        self.name = name
        self._build = build
        self._secrets = secrets
        self._patience = patience
        self._waits = False
        self._lock = Lock()
        self._instance: BaseProvider | None = None
        self._read: set[str] = set()

    def read(self, zone: str) -> Held:
        """What the provider stores of *zone* now; raises `DnsauthError`."""
        return self._populated(zone)[2]

    def write(self, held: Held, changes: tuple[Change, ...]) -> None:
        """Write *changes*, made against *held*; raises `Moved` where a touched RRset reads otherwise now.

        octoDNS providers compare nothing on their own, so the zone is read once more right before.
        """
        provider, zone, now = self._populated(held.zone)
        if getattr(provider, "apply_disabled", False):
            raise DnsauthError(
                f"provider {self.name} has apply_disabled: true, so nothing is written",
                "take apply_disabled out of the provider in dnsauth.yaml",
            )
        if not now.exists:
            raise Moved(f"{readable(held.zone)} is gone from {self.name}", "run `dnsauth plan` again")
        for change in changes:
            if now.rrsets.get(change.rrset.id) != change.before:
                raise Moved(
                    f"{change.owner} {change.type} at {self.name} is not what the plan was made against",
                    "run `dnsauth plan` again",
                )
            _refuse_ttl(self.name, provider, change)
        escaped = conversion.escapes(provider)
        records = {conversion.rrset(r, escaped=escaped).id: r for r in zone.records}
        wanted = conversion.changes(zone, records, changes, escaped=escaped)
        after = zone.copy()
        after.apply(wanted)
        try:
            provider.apply(Plan(zone, after, wanted, True))
        except Exception as error:  # noqa: BLE001  each provider's library has its own errors
            raise explained(error, self.name, f"writing {readable(held.zone)}", self._secrets) from None

    def _populated(self, zone: str) -> tuple[BaseProvider, Zone, Held]:
        for tries in count(1):
            try:
                provider = self._fresh(zone)
                populated = conversion.empty(zone)
                # lenient: what others wrote need not please octoDNS to be kept
                exists = provider.populate(populated, target=True, lenient=True)
                break
            except Exception as error:  # noqa: BLE001  see write
                if not self._again(tries, error):
                    raise explained(error, self.name, f"reading {readable(zone)}", self._secrets) from None
        if exists is None:
            exists = bool(populated.records)
        held = conversion.held(
            populated,
            self.name,
            exists=bool(exists),
            escaped=conversion.escapes(provider),
            faithful=getattr(provider, "faithful", False),
        )
        return provider, populated, held

    def _again(self, tries: int, error: Exception) -> bool:
        """Wait, and True, where *error* says that the provider is busy and its own requests do not wait."""
        answer = status(error)
        if self._patience is None or self._waits or not retriable(answer):
            return False
        return self._patience.again(tries, answer)

    def _fresh(self, zone: str) -> BaseProvider:
        with self._lock:
            if self._instance is None or zone in self._read:
                self._instance = self._build()
                self._waits = self._patience is not None and attach(self._instance, self._patience)
                self._read = set()
            self._read.add(zone)
            return self._instance


def _refuse_ttl(name: str, provider: BaseProvider, change: Change) -> None:
    """Stop a TTL the provider would raise in silence: it would differ in every later plan."""
    least = getattr(provider, "min_ttl", 0)
    if change.after is not None and change.after.ttl < least:
        before = change.before
        if before is None or before.ttl != change.after.ttl:
            raise DnsauthError(
                f"{name} stores no TTL below {least} s; {change.owner} {change.type} asks {change.after.ttl}",
                f"say `ttl: {least}` or more under `defaults` in dnsauth.yaml",
            )
