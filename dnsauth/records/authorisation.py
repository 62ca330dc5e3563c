"""Authorisation of reports to another organisation, RFC 9990 section 4.

The record is a DMARC record without a policy, so `dnsauth.records.dmarc` parses and selects it; one with
``rua`` overrides where on its own host the reports go.
"""

from __future__ import annotations

from dnsauth.records.dmarc import selects

__all__ = ["TEXT", "owner", "selects"]

TEXT = "v=DMARC1;"  # receivers of RFC 7489 want the semicolon


def owner(policy_domain: str, collector_host: str) -> str:
    """The owner name by which *collector_host* accepts reports about *policy_domain*.

    ``*`` accepts them about every domain. The final dot is *collector_host*'s.
    """
    return f"{policy_domain.removesuffix('.')}._report._dmarc.{collector_host}"
