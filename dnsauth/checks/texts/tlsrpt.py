"""What a TLS-RPT record says by itself (RFC 8460 section 3)."""

from __future__ import annotations

from collections.abc import Iterator

from dnsauth.checks.rules.transport import RPT_BAD_RUA, RPT_NO_RUA
from dnsauth.checks.texts.text import Text, Verdict
from dnsauth.records import BadRecord, tags
from dnsauth.records.text import shown
from dnsauth.records.uri import Uri

_SCHEMES = ("mailto", "https")


def judged(text: Text) -> Iterator[Verdict]:
    """What is doubtful in *text*."""
    lists = [tag for tag in tags.split(text.text) if tag.name == "rua"]
    uris = [uri for tag in lists for uri, _ in tags.items(tag, ",") if uri]
    if not uris:
        yield Verdict(RPT_NO_RUA, {})
    for uri in dict.fromkeys(uris):
        if problem := _problem(uri):
            yield Verdict(RPT_BAD_RUA, {"uri": shown(uri), "problem": problem})


def _problem(text: str) -> str:
    try:
        uri = Uri.parse(text)
    except BadRecord as error:
        return error.reason
    return "" if uri.scheme in _SCHEMES else f"reports go by mailto and https, not by {shown(uri.scheme)}"
