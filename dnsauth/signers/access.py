"""Whose a key file is to be, on this machine."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Callable

from dnsauth.errors import DnsauthError
from dnsauth.signers.place import Access


def access(mode: int, owner: str, group: str) -> Access:
    """*mode* with *owner* and *group*, names or numbers, none where empty.

    Raises `DnsauthError` for one this machine does not know, or that only root could give away to.
    """
    uid = _number(owner, "user", lambda: pwd.getpwnam(owner).pw_uid)
    gid = _number(group, "group", lambda: grp.getgrnam(group).gr_gid)
    ours = os.geteuid()
    if ours and (uid not in (None, ours) or gid not in (None, os.getegid(), *os.getgroups())):
        raise DnsauthError(
            f"only root may give a key to {':'.join(filter(None, (owner, group)))}",
            "run it as root, or leave `owner` and `group` of the signer out",
        )
    return Access(mode, uid, gid)


def _number(name: str, kind: str, look: Callable[[], int]) -> int | None:
    if not name:
        return None
    if name.isdecimal():
        return int(name)
    try:
        return look()
    except KeyError:
        raise DnsauthError(
            f"there is no {kind} {name} on this machine", f"correct the signer's {kind}, or add it here"
        ) from None
