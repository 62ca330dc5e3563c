"""The root of every error dnsauth raises on purpose."""

from __future__ import annotations


class DnsauthError(Exception):
    """Something the user can mend; *hint* is the next step, in one line."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
