"""An aggregate report as frozen values."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple


class Signature(NamedTuple):
    """What a verifier says of one DKIM signature; *result* is a word of RFC 8601 section 2.7.1.

    *domain* is absolute, *selector* in lower case; each is empty where the report has none that is a name.
    """

    domain: str
    selector: str
    result: str

    @property
    def passed(self) -> bool:
        """True where the signature verified."""
        return self.result == "pass"


class SpfResult(NamedTuple):
    """What SPF said of *domain*, the one of MAIL FROM or, by *scope* ``helo``, of HELO."""

    domain: str
    scope: str
    result: str


class Row(NamedTuple):
    """What became of so many *messages* from the IP address *source*, alike in all a report tells.

    *spf* and *dkim* are True where one passed that is aligned with *header_from*, the author domain.
    """

    source: str
    messages: int
    header_from: str
    disposition: str
    spf: bool
    dkim: bool
    signatures: tuple[Signature, ...]
    envelopes: tuple[SpfResult, ...]

    @property
    def passed(self) -> bool:
        """True where the messages pass DMARC: RFC 9989 section 4.4 asks for one of the two."""
        return self.spf or self.dkim


class Report(NamedTuple):
    """One aggregate report: what *org_name* saw from *begin* to *end* under the policy of *domain*.

    Nobody vouches for any of it: whoever knows where reports go can send one (RFC 9989 section 11.2).
    """

    org_name: str
    id: str
    begin: datetime
    end: datetime
    domain: str
    rows: tuple[Row, ...]

    @property
    def last(self) -> datetime:
        """The last moment it tells of; some reporters end a period with the first of the next one."""
        return max(self.begin, self.end - timedelta(seconds=1))


class BadReport(ValueError):
    """Why some octets are no aggregate report."""
