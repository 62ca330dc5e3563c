"""Hosts and targets of a template as a definition writes them."""

from __future__ import annotations

from dnsauth.domain_connect.variables import DOMAIN, Pieces, Variable, joined, pieces


class Outside(ValueError):
    """A host that is absolute, and not known to lie below the mail domain."""


def host(text: str, *, host_required: bool) -> Pieces:
    """The owner that the host *text* means, relative to the mail domain; ``@`` is the mail domain itself.

    Raises `Outside` ("Host Name Rendering").
    """
    found = pieces(text, host_required=host_required) if text != "@" else ()
    if not found:
        return ("@",)
    last = found[-1]
    if not (isinstance(last, str) and last.endswith(".")):
        return found
    if len(found) == 1 or last != "." or found[-2] != DOMAIN:
        raise Outside("its host is absolute; owners of a definition are relative to the mail domain")
    rest = found[:-2]
    if not rest:
        return ("@",)
    before = rest[-1]
    if not (isinstance(before, str) and before.endswith(".")):
        raise Outside("its host is absolute, and no name below the mail domain")
    return joined((*rest[:-1], before.removesuffix(".")))


def target(text: str, *, host_required: bool) -> Pieces:
    """The name that *text* points to, absolute with the final dot; ``@`` is the mail domain ("Points To")."""
    found = (DOMAIN,) if text == "@" else pieces(text, host_required=host_required)
    last = found[-1] if found else ""
    return found if isinstance(last, str) and last.endswith(".") else joined((*found, "."))


def split_selector(owner: Pieces) -> Pieces | None:
    """The selector of *owner* where it is a key's, directly below the mail domain; else None."""
    last = owner[-1]
    if not isinstance(last, str) or not last.lower().endswith("._domainkey"):
        return None
    return joined((*owner[:-1], last[: -len("._domainkey")]))


def is_policy(owner: Pieces) -> bool:
    """True where *owner* is that of a DMARC record, of the mail domain or of a name below it."""
    first = owner[0]
    return isinstance(first, str) and first.lower().partition(".")[0] == "_dmarc"


def alone(found: Pieces) -> Variable | None:
    """The variable that is all of *found*, or None."""
    only = found[0] if len(found) == 1 else None
    return only if isinstance(only, Variable) and only != DOMAIN else None
