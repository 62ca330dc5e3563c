"""Which senders of a mail domain have a working DKIM key in what is desired."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dnsauth.desired.model import Desired, Origin
from dnsauth.inventory.model import MailDomain, Sender
from dnsauth.records import BadRecord, dkim

_KEYS = "._domainkey."


def key_domain(owner: str) -> str | None:
    """The domain whose keys stand at *owner*, or None where no key does (RFC 6376 section 3.6.2.1)."""
    selector, found, domain = owner.partition(_KEYS)
    return domain if found and selector else None


def works(type: str, value: str) -> bool:
    """True for a key that is not revoked, and for a CNAME to one."""
    if type != "TXT":
        return type == "CNAME"
    try:
        return not dkim.Record.parse(value).revoked
    except BadRecord:
        return False


def unsigned(domain: MailDomain, desired: Iterable[Desired], *, strict: bool) -> Iterator[Sender]:
    """The senders of *domain* for which nothing *desired* is a working key of an aligned domain.

    Keys of the same zone are aligned where *strict* is False (RFC 9989 section 4.4.1; the zone stands for
    the organizational domain), else those of *domain* itself.
    """
    signing = {
        _entry(origin)
        for rrset in desired
        if (at := key_domain(rrset.owner)) is not None and (at == domain.name or not strict)
        for value in rrset.values
        if works(rrset.type, value.text)
        for origin in value.origin
    }
    for sender in domain.senders:
        if (sender.where.file, sender.where.line, sender.name) not in signing:
            yield sender


def _entry(origin: Origin) -> tuple[str, int, str]:
    return origin.file, origin.line, origin.sender
