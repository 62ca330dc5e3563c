"""What an SPF record means: who passes, what it costs to find out, and why (RFC 7208)."""

from __future__ import annotations

from dnsauth.spf.evaluate import check_host
from dnsauth.spf.lookup import Lookup, NoSuchName, NotLooked, TempError, overlaid
from dnsauth.spf.result import Evaluation, Looked, Result, Step

__all__ = [
    "Evaluation",
    "Looked",
    "Lookup",
    "NoSuchName",
    "NotLooked",
    "Result",
    "Step",
    "TempError",
    "check_host",
    "overlaid",
]
