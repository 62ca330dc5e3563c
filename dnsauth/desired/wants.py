"""One value somebody wants at one name, before values of one RRset are put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from sys import intern
from typing import NamedTuple

from dnsauth.desired.model import Origin
from dnsauth.findings import Where
from dnsauth.inventory.model import MailDomain, Sender
from dnsauth.lock.claims import canonical as canonical_text
from dnsauth.lock.claims import digest_of
from dnsauth.lock.claims import grammar as grammar_of
from dnsauth.lock.model import Grammar


class SpfTerm(NamedTuple):
    """A term of a mail domain's SPF record, canonical, and the names of the senders that bring it."""

    text: str
    senders: tuple[str, ...]


class Want(NamedTuple):
    """A value, the grammar it is claimed by, its digest, and who asks for it, in words and as a place.

    *terms* are those of a mail domain's SPF record; with *keeps_ttl*, *ttl* is for an RRset that is new.
    """

    owner: str
    type: str
    grammar: Grammar
    text: str
    digest: str
    ttl: int
    origin: Origin
    column: int = 0
    terms: tuple[SpfTerm, ...] = ()
    keeps_ttl: bool = False

    @property
    def who(self) -> str:
        """The one who asks, for a message."""
        return f"sender {self.origin.sender}" if self.origin.sender else f"line {self.origin.line}"

    @property
    def where(self) -> Where:
        """The place of the one who asks."""
        return Where(self.origin.file, self.origin.line, self.column)


def want(owner: str, type: str, value: object, domain: MailDomain, by: Sender | Where) -> Want:
    """A want of *domain* at *owner* (absolute), asked for by a sender or by a line of policy.

    *value* is a record, whose text is canonical already, or the text of one.
    """
    where = by if isinstance(by, Where) else by.where
    origin = _origin(by)
    text = intern(str(value))  # zones of one fleet ask for many of the same values
    grammar = grammar_of(owner, type, text)
    canonical = canonical_text(grammar, type, text) if isinstance(value, str) else text
    digest = intern(digest_of(canonical))
    return Want(
        owner, type, grammar, text, digest, domain.ttl, origin, where.column, keeps_ttl=domain.keeps_ttl
    )


def also(first: Want, others: Iterable[Sender]) -> Iterator[Want]:
    """*first*, and the same value asked for by *others*."""
    yield first
    for sender in others:
        yield first._replace(origin=_origin(sender), column=sender.where.column)


def _origin(by: Sender | Where) -> Origin:
    if isinstance(by, Where):
        return Origin(by.file, by.line)
    return Origin(by.where.file, by.where.line, by.name, by.service)
