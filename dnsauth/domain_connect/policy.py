"""DMARC records of a template, which are never taken over: what to write instead, where somebody wants it."""

from __future__ import annotations

import json

from dnsauth.domain_connect.model import Left
from dnsauth.domain_connect.template import Record
from dnsauth.records import tags

_WHY = "a DMARC policy is yours to set, for all senders of the mail domain together"
_KEYS = {"p": "policy", "sp": "subdomains", "np": "nonexistent"}
_POLICIES = ("none", "quarantine", "reject")


def left(record: Record, what: str) -> Left:
    """Why the DMARC *record* is left, and the ``dmarc:`` of a zone file that comes closest to it."""
    instead = ""
    if record.type == "CNAME" and "%" not in record.value:
        instead = f"dmarc: {{cname: {json.dumps(record.value.removesuffix('.') + '.')}}}"
    elif record.type == "TXT":
        instead = _mapping(record.value)
    return Left("DMARC policy", what, _WHY, instead)


def _mapping(text: str) -> str:
    """The tags of *text* that do not vary; a policy that does begins as none."""
    found = {tag.name.lower(): tag.value for tag in tags.split(text) if tag.value}
    keys = {"policy": "none"} | {
        word: found[name].lower() for name, word in _KEYS.items() if found.get(name, "").lower() in _POLICIES
    }
    written = [f"{key}: {value}" for key, value in keys.items()]
    for name in ("rua", "ruf"):
        uris = [uri.strip() for uri in found.get(name, "").split(",")]
        if fixed := [uri for uri in uris if uri.startswith("mailto:") and "%" not in uri]:
            written.append(f"{name}: {json.dumps(fixed)}")
    return f"dmarc: {{{', '.join(written)}}}"
