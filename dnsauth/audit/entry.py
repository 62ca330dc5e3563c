"""One line of the trail ⇄ `Entry`: canonical JSON, with the digest of the line before and one of its own."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Annotated, NamedTuple

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from dnsauth.audit.events import Event, Waiver
from dnsauth.plan.digest import digest as digest_of

ZEROS = "0" * 64
"""What the first entry names as the digest of the one before."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who did it, as far as can be told.

    *user* is user@host, *actor* who started the workflow at GitHub, *author* who wrote the *commit* that was
    checked out; each empty where there is none.
    """

    user: str = ""
    actor: str = ""
    author: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: *at* is UTC, *command* the verb without its arguments, *version* that of dnsauth.

    *inventory* is the digest of the files it worked from, *waivers* that of the waivers that stood,
    *previous* the digest of the entry before, *digest* that of this one without its digest.
    """

    sequence: int
    at: AwareDatetime
    who: Who
    command: str
    version: str
    inventory: str
    waivers: str
    event: Annotated[Event, Field(discriminator="kind")]
    previous: str
    digest: str = ""


class Seal(NamedTuple):
    """What holds an entry in its place, whatever it says."""

    sequence: int
    previous: str
    digest: str


class NoEntry(Exception):
    """The text is no line of a trail."""


class Edited(Exception):
    """The line is not as it was written; *found* is the digest its text has, *seal* what it states."""

    def __init__(self, seal: Seal, found: str) -> None:
        super().__init__(found)
        self.seal, self.found = seal, found


class Unknown(Exception):
    """The line is as it was written by *version*, and says something this dnsauth does not know."""

    def __init__(self, reason: str, version: str) -> None:
        super().__init__(reason)
        self.version = version


def sealed(entry: Entry) -> Entry:
    """*entry* with its digest."""
    return replace(entry, digest=digest_of(_body(entry)))


def line(entry: Entry) -> bytes:
    """The line of *entry*, which is sealed, with its line end; printable ASCII alone."""
    return _text({**_body(entry), "digest": entry.digest}) + b"\n"


def seal(text: bytes) -> Seal:
    """What holds the entry *text*, a line without its end, in its place; raises `NoEntry` or `Edited`."""
    return _checked(text)[0]


def read(text: bytes) -> Entry:
    """The entry *text* is, a line without its end; raises `NoEntry`, `Edited` or `Unknown`."""
    _, whole = _checked(text)
    try:
        return _adapter().validate_python(whole)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise Unknown(reason, str(whole.get("version"))) from None


def waivers_digest(waivers: tuple[Waiver, ...]) -> str:
    """The digest of *waivers*, in whatever order they stand."""
    return digest_of([asdict(one) for one in sorted(waivers, key=repr)])


def _checked(text: bytes) -> tuple[Seal, dict[str, object]]:
    try:
        whole = json.loads(text.decode("ascii"))
        body = dict(whole)
        stated = body.pop("digest")
        found = digest_of(body)
        exact = _text(whole) == text
        here = Seal(int(whole["sequence"]), str(whole["previous"]), str(stated))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NoEntry(f"{type(error).__name__}: {error}") from error
    if not exact or stated != found:
        raise Edited(here, found)
    return here, whole


def _text(whole: dict[str, object]) -> bytes:
    return json.dumps(whole, sort_keys=True, separators=(",", ":")).encode("ascii")


def _body(entry: Entry) -> dict[str, object]:
    whole: dict[str, object] = _adapter().dump_python(entry, mode="json")
    del whole["digest"]
    return whole


@cache
def _adapter() -> TypeAdapter[Entry]:
    return TypeAdapter(Entry)
