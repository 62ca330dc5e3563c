"""What one authoritative server says to one question, as a closed union.

Only `Absent` says that a record is not there; whatever kept a server from saying so has a type of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, assert_never

from dnsauth.rrset import RRset, presentation


@dataclass(frozen=True, slots=True)
class Answer:
    """The RRset that was asked for."""

    rrset: RRset


@dataclass(frozen=True, slots=True)
class Alias:
    """A CNAME stands at the owner name instead of the type that was asked for; it is not followed."""

    rrset: RRset


class Absent(StrEnum):
    """The type is not there, or the name is not (RFC 2308 section 2)."""

    NODATA = "NODATA"
    NXDOMAIN = "NXDOMAIN"


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will not answer (REFUSED, RFC 1035 section 4.1.1)."""


@dataclass(frozen=True, slots=True)
class Lame:
    """The server answers without authority over the name (no AA, RFC 1035 section 4.1.1)."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The server answers with another error; *rcode* as in ``SERVFAIL``."""

    rcode: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No answer came; *routed* is False where this host has no route to that address family.

    *cut*: one came by UDP that was cut off, and none by TCP (RFC 7766 section 5).
    """

    why: str
    routed: bool = True
    cut: bool = False


Reply: TypeAlias = Answer | Alias | Absent | Refused | Lame | Failed | Unreachable


def serial(reply: Reply | None) -> int | None:
    """The serial in the answer to a question for SOA (RFC 1035 section 3.3.13), or None."""
    if isinstance(reply, Answer) and reply.rrset.type == "SOA":
        return int(reply.rrset.values[0].split()[2])
    return None


def said(reply: Reply) -> str:
    """*reply* for people, as the end of a sentence that begins with the server."""
    match reply:
        case Answer(rrset):
            return "answers " + ", ".join(presentation(rrset.type, value) for value in rrset.values)
        case Alias(rrset):
            return f"has a CNAME there, to {rrset.values[0]}"
        case Absent():
            return f"has nothing there ({reply.value})"
        case Refused():
            return "refuses to answer (REFUSED)"
        case Lame():
            return "answers without authority: it does not serve this zone"
        case Failed(rcode):
            return f"fails with {rcode}"
        case Unreachable(why):
            return f"cannot be asked: {why}"
        case _:
            assert_never(reply)
