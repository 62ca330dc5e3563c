"""What a provider says where it refuses a write for the reason a plan is refused: it holds something else."""

from __future__ import annotations

from dnsauth.errors import DnsauthError


class Moved(DnsauthError):
    """The provider no longer holds what the changes were made against, and nothing was written.

    Raised by `dnsauth.plan.model.Provider.write` where the provider compares before it swaps, as RFC 2136
    section 2.4 prerequisites do; an apply calls such a zone stale.
    """
