r"""TXT values as the characters a grammar reads, and back (``\DDD`` is how a value writes other octets)."""

from __future__ import annotations

from dnsauth.records import BadRecord
from dnsauth.records.private_key import hidden
from dnsauth.rrset import txt_octets, txt_value

_SHOWN = 40  # characters of a stranger's text in a reason


def characters(value: str) -> str:
    """The characters of a TXT value, one per octet, so that a column counts octets.

    Raises `BadRecord` where an escape names no octet (RFC 1035 section 5.1).
    """
    if "\\" not in value:
        return value
    try:
        return txt_octets(value).decode("latin-1")
    except UnicodeEncodeError as error:
        raise BadRecord(
            "a character of a TXT record is one octet", error.start + 1, "RFC 1035 section 5.1"
        ) from None


def value(text: str) -> str:
    """The TXT value whose characters are *text*; the inverse of `characters`."""
    return txt_value(text.encode("latin-1"))


def shown(text: str) -> str:
    """*text* for a reason: `hidden`, quoted, cut, and every character that does not print escaped."""
    text = hidden(text)
    return ascii(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")


def moved(error: BadRecord, columns: int) -> BadRecord:
    """*error* of a part that begins *columns* further right."""
    return BadRecord(error.reason, error.column + columns, error.section)
