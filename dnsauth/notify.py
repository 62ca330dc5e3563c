"""Notifications, sent by apprise: every target is tried, and none is waited for longer than it may take.

A target's URL is a secret. Neither what goes wrong nor what a service answers is repeated, since either may
hold it; apprise's own log is silenced for the same reason.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable
from importlib.util import find_spec
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from apprise import NotifyBase

TIMEOUT = 10.0  # seconds for one target


class Message(NamedTuple):
    """What somebody is told, both plain text; *bad*: something failed."""

    title: str
    body: str
    bad: bool = False


def installed() -> bool:
    """True where apprise is there, which ``dnsauth[notify]`` brings."""
    return find_spec("apprise") is not None


def send(messages: Iterable[tuple[str, Message]], timeout: float = TIMEOUT) -> tuple[str, ...]:
    """Why each message did not arrive, or an empty text where it did, in the order of *messages*.

    Each stands beside the URL it goes to. All are sent at once, and each may take *timeout* seconds.
    """
    logging.getLogger("apprise").disabled = True
    why: dict[int, str] = {}
    under_way = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # apprise uses what the standard library is about to drop
        for number, (url, message) in enumerate(messages):
            why[number] = f"no answer within {timeout:g} s"
            target = _target(url, timeout)
            if target is None:
                why[number] = "its value is no URL that apprise knows"
                continue
            # whoever does not answer must not keep the process from ending
            thread = Thread(target=_sent, args=(target, message, why, number), daemon=True)
            thread.start()
            under_way.append(thread)
        deadline = monotonic() + timeout
        for thread in under_way:
            thread.join(max(deadline - monotonic(), 0))
    return tuple(why[number] for number in sorted(why))


def _target(url: str, timeout: float) -> NotifyBase | None:
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(storage_mode="memory")
    asset.app_id = asset.app_desc = "dnsauth"
    asset.app_url = ""
    asset.pgp_autogen = asset.pem_autogen = False  # it makes no keys and writes no files
    found = Apprise.instantiate(url, asset=asset)
    if found is not None:
        found.socket_connect_timeout = found.socket_read_timeout = timeout
    return found


def _sent(target: NotifyBase, message: Message, why: dict[int, str], number: int) -> None:
    from apprise import NotifyFormat, NotifyType

    kind = NotifyType.FAILURE if message.bad else NotifyType.INFO
    try:
        done = target.notify(
            body=message.body, title=message.title, notify_type=kind, body_format=NotifyFormat.TEXT
        )
    except Exception as error:  # noqa: BLE001  a plugin of apprise may raise anything
        why[number] = f"apprise raised {type(error).__name__}"
        return
    why[number] = "" if done else "the service could not be reached, or did not take it"
