"""Waiting for a provider that is busy: as long as it asks, in sight, and not for ever.

octodns-cloudflare would sleep five minutes at a time and say nothing, others would not wait at all. So every
HTTP session a provider holds is given a `Patience`, which all threads that use the provider share: where one
is told to slow down, all do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from threading import Event, Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeGuard

from octodns.provider.base import BaseProvider

from dnsauth.octodns.failures import BROKEN, THROTTLED

if TYPE_CHECKING:
    from requests import Session

LIMIT = 600.0  # seconds a provider is waited for in which it does nothing at all; two windows of Cloudflare's
TRIES = 5  # of a request that fails on the provider's side
LONGEST = 60.0  # seconds between two tries where the provider says nothing of its own

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})  # doing it twice is doing it once


class Patience:
    """How long provider *name* is waited for; *say* is told of each wait, *stop* ends them all.

    *clock* and *pause* (seconds; True where it was cut short) are the time.
    """

    def __init__(
        self,
        name: str,
        say: Callable[[str], None],
        stop: Event | None = None,
        *,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        self._name = name
        self._say = say
        self._clock = clock
        self._pause = pause or (stop or Event()).wait
        self._lock = Lock()
        self._until = 0.0
        self._waited = 0.0

    def turn(self) -> None:
        """Return when nobody is waiting any more."""
        while (left := self._until - self._clock()) > 0:
            if self._pause(left):
                return

    def answered(self) -> None:
        """The provider did something: it may be waited for anew."""
        self._waited = 0.0

    def again(self, tries: int, why: str, after: float = 0.0) -> bool:
        """Wait, so that a request that was tried so often may be tried once more; False where it may not.

        *why* is what the provider answered, *after* the seconds it asks for.
        """
        if tries >= TRIES and why not in THROTTLED:
            return False
        delay = max(after, min(2.0 ** (tries - 1), LONGEST))
        with self._lock:
            now = self._clock()
            if self._until <= now:  # else somebody else waits, and this one with him
                if self._waited + delay > LIMIT:
                    return False
                self._until = now + delay
                self._waited += delay
                self._say(
                    f"{self._name} answers {why}, and is asked again in {delay:,.0f} s; it is waited for"
                    f" {LIMIT - self._waited:,.0f} s more at most"
                )
            left = self._until - now
        return not self._pause(left)


def attach(provider: BaseProvider, patience: Patience) -> bool:
    """Give what *provider* asks its API with *patience*; False where it holds nothing that can have it."""
    if hasattr(provider, "retry_count") and hasattr(provider, "retry_period"):
        provider.retry_count = provider.auth_error_retry_count = (
            0  # octodns-cloudflare's own, which is silent
        )
    found = False
    for held in _held(provider):
        if _is_session(held):
            from dnsauth.octodns.http import attach as attach_session

            attach_session(held, patience)
            found = True
        elif hasattr(held, "meta") and hasattr(held.meta, "events"):  # a client of boto3
            service = held.meta.service_model.service_id.hyphenize()
            held.meta.events.register_first(f"needs-retry.{service}", _retrying(patience))
            found = True
    return found


def retriable(code: str, method: str = "GET") -> bool:
    """True where a request of *method* that was answered *code* may be sent once more.

    What is throttled was not done. What failed may have been, and a POST twice makes two.
    """
    return code in THROTTLED or (code in BROKEN and method in _SAFE)


def _held(provider: BaseProvider) -> Iterator[object]:
    """What *provider* holds, and what its client does."""
    for held in tuple(vars(provider).values()):
        yield held
        if not _is_session(held):
            yield from tuple(getattr(held, "__dict__", {}).values())


def _is_session(held: object) -> TypeGuard[Session]:
    requests = sys.modules.get("requests")  # who holds a session has imported it
    return requests is not None and isinstance(held, requests.Session)


def _retrying(patience: Patience) -> Callable[..., float | bool | None]:
    """What botocore asks after each try: the seconds to wait, False for never, None for its own mind."""

    def decided(*, response: Any, attempts: int, **_: object) -> float | bool | None:  # noqa: ANN401  botocore's
        if response is None:
            return None  # no answer at all
        http, parsed = response
        code = str(parsed.get("Error", {}).get("Code", ""))
        known = code if code in THROTTLED else str(http.status_code)
        if not retriable(known):
            patience.answered()
            return None
        return 0 if patience.again(attempts, known) else False

    return decided
