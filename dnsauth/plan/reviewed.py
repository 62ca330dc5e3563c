"""Which plans of zones a pull request showed: in its comment, and in the file `apply --reviewed` takes.

Only digests are kept: `apply` plans again, and writes a zone whose new plan has one of them
(docs/decisions/004-apply-plans-again.md).
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dnsauth.errors import DnsauthError
from dnsauth.plan.model import ZonePlan

FORMAT = "dnsauth-reviewed/1"

_OPEN, _CLOSE = "<!-- dnsauth:digests ", " -->"
_MARKUP = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&-"})  # nothing that ends an HTML comment
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_AGAIN = "write it with `dnsauth github reviewed --out FILE`"


class Reviewed(NamedTuple):
    """The plan of one zone at one provider, by the digest that was shown."""

    zone: str
    provider: str
    digest: str


def of(zones: Iterable[ZonePlan]) -> tuple[Reviewed, ...]:
    """What of *zones* can be applied later: changes of what a provider holds."""
    return tuple(
        sorted(
            Reviewed(one.zone, one.provider, one.digest)
            for one in zones
            if one.changes and not one.observed and _SHA256.match(one.digest)
        )
    )


def hidden(reviewed: Iterable[Reviewed]) -> str:
    """The last line of a comment, which shows nothing and holds *reviewed*."""
    by_provider: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for one in reviewed:
        by_provider[one.provider][one.zone] = _base64(one.digest)
    return f"{_OPEN}{_json(by_provider)}{_CLOSE}"


def room(zone: ZonePlan) -> int:
    """The characters *zone* takes in the line of `hidden`, but for its provider, which stands there once."""
    return sum(len(_json({one.zone: _base64(one.digest)})) - 1 for one in of([zone]))  # a comma, no braces


def is_hidden(line: str) -> bool:
    """True where *line* is one that `hidden` writes."""
    return line.startswith(_OPEN) and line.endswith(_CLOSE)


def shown(comment: str) -> tuple[Reviewed, ...]:
    """What the last line of *comment* holds; nothing where it is no line of ours."""
    line = comment.rstrip().rpartition("\n")[2]
    if not is_hidden(line):
        return ()
    try:
        whole = json.loads(line.removeprefix(_OPEN).removesuffix(_CLOSE))
    except (ValueError, RecursionError):
        return ()
    if not isinstance(whole, dict) or not all(isinstance(zones, dict) for zones in whole.values()):
        return ()
    found = [
        Reviewed(zone, name, _hex(text)) for name, zones in whole.items() for zone, text in zones.items()
    ]
    return tuple(sorted(found)) if all(_SHA256.match(one.digest) for one in found) else ()


def write(reviewed: Iterable[Reviewed], commit: str, pull: int | None) -> str:
    """The text of the file: what pull request number *pull*, merged as *commit*, showed."""
    zones = [one._asdict() for one in reviewed]
    return json.dumps({"format": FORMAT, "commit": commit, "pull": pull, "zones": zones}, indent=1) + "\n"


def read(text: str, file: str) -> tuple[Reviewed, ...]:
    """What *text*, written by `write`, holds; raises `DnsauthError` with the name of the *file*."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DnsauthError(f"{file}: this is no JSON: {error}", _AGAIN) from error
    if (
        not isinstance(whole, dict)
        or whole.get("format") != FORMAT
        or not isinstance(whole.get("zones"), list)
    ):
        raise DnsauthError(f"{file}: this is no {FORMAT}", _AGAIN)
    return tuple(_read(item, file) for item in whole["zones"])


def _read(item: object, file: str) -> Reviewed:
    fields = item if isinstance(item, dict) else {}
    found = Reviewed(*(str(fields.get(name, "")) for name in Reviewed._fields))
    if not _SHA256.match(found.digest):
        raise DnsauthError(
            f"{file}: a zone is not `zone`, `provider`, and a `digest` of 64 hex digits", _AGAIN
        )
    return found


def _json(names: Mapping[str, object]) -> str:
    return json.dumps(names, sort_keys=True, separators=(",", ":")).translate(_MARKUP)


def _base64(digest: str) -> str:
    return b64encode(bytes.fromhex(digest)).decode()


def _hex(text: object) -> str:
    try:
        return b64decode(str(text), validate=True).hex()
    except ValueError:
        return ""
