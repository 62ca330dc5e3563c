"""Report URIs as DMARC and TLS-RPT records list them: RFC 3986 with ``,``, ``!`` and ``;`` encoded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from dnsauth.records import BadRecord
from dnsauth.records.text import shown

_URI = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<rest>(?:[A-Za-z0-9\-._~:/?#\[\]@$&'()*+=]|%[0-9A-Fa-f]{2})+)"
)
_MAILBOX = re.compile(r"[^@?]+@(?P<host>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)(?:\?.*)?")  # RFC 6068
_AUTHORITY = re.compile(
    r"//(?:[^/?#@]*@)?(?P<host>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?)(?::[0-9]*)?(?:[/?#].*)?"
)


@dataclass(frozen=True, slots=True)
class Uri:
    """Where reports go, as written.

    Raises `BadRecord` for what is no URI, ``mailto:`` without one mailbox, and ``https:`` without a host
    (RFC 9989 section 4.8, RFC 8460 section 3).
    """

    text: str
    host: str = field(init=False, compare=False, repr=False)
    """The domain reports go to, lower case without final dot; empty where the scheme has none we know."""

    def __post_init__(self) -> None:
        uri = _URI.fullmatch(self.text)
        if uri is None:
            reason = (
                f"{shown(self.text)} is no URI such as mailto:reports@example.com (',', '!', ';' encoded)"
            )
            raise BadRecord(reason, 1, "RFC 3986 section 3")
        scheme = self.scheme
        found = (_MAILBOX if scheme == "mailto" else _AUTHORITY).fullmatch(uri["rest"])
        object.__setattr__(self, "host", found["host"].lower().removesuffix(".") if found else "")
        if scheme in ("mailto", "https") and not self.host:
            raise BadRecord(f"{shown(self.text)} names no host", 1, "RFC 3986 section 3.2.2")

    @classmethod
    @lru_cache(maxsize=1024)
    def parse(cls, text: str) -> Uri:
        """The URI *text*; raises `BadRecord`."""
        return cls(text)

    def __str__(self) -> str:
        return self.text

    @property
    def scheme(self) -> str:
        """The scheme, lower case."""
        return self.text.partition(":")[0].lower()
