"""The hidden first line by which a text of ours is found again."""

from __future__ import annotations

import re

from dnsauth.errors import DnsauthError

_MARKER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")  # no `--`, which may not stand in an HTML comment
_LONGEST = 40


def line(marker: str) -> str:
    """The line that shows nothing and says *marker*; raises `DnsauthError` where it is not fit for one."""
    if len(marker) > _LONGEST or not _MARKER.match(marker):
        raise DnsauthError(
            f"{marker!r:.60} is no marker", f"say letters a to z, digits and single '-', {_LONGEST} at most"
        )
    return f"<!-- dnsauth:{marker} -->"


def stands_in(body: str, marker: str) -> bool:
    """True where *body* begins with the line of *marker*."""
    return body.partition("\n")[0].strip() == line(marker)
