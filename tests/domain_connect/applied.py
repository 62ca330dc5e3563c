"""What the specification says a template yields: written from its text, and of nothing of dnsauth.

draft-ietf-dconn-domainconnect: "Group Filtering", "Variable substitution", "Host Name Rendering" and
"SPF Record Merging". Only the record types that DNS has and a definition may hold are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_VARIABLE = re.compile("%([A-Za-z0-9_-]+)%")
_RESTRICTIVE = "+?~-"


def applied(
    records: list[Mapping[str, Any]], variables: Mapping[str, str], domain: str, host: str = ""
) -> set[tuple[str, str, str]]:
    """(owner, type, value) of each record that *records* yield for *host* below *domain*."""
    fqdn = f"{host}.{domain}" if host else domain
    known = {**variables, "domain": domain, "host": host, "fqdn": fqdn}

    def resolved(text: str) -> str:
        return _VARIABLE.sub(lambda match: known[match[1]], text)

    def absolute(text: str) -> str:
        return f"{fqdn}." if text == "@" else resolved(text).rstrip(".") + "."

    def owner(text: str) -> str:
        name = resolved(text)
        if name in ("", "@"):
            return f"{fqdn}."
        return (name if name.endswith(".") else f"{name}.{fqdn}.").lower()

    found = set()
    rules: dict[str, list[str]] = {}
    for record in records:
        at, type = owner(record["host"]), record["type"].upper()
        match type:
            case "CNAME":
                found.add((at, type, absolute(record["pointsTo"]).lower()))
            case "MX":
                preference = resolved(str(record["priority"]))
                found.add((at, type, f"{preference} {absolute(record['pointsTo']).lower()}"))
            case "A" | "AAAA":
                found.add((at, type, resolved(record["pointsTo"])))
            case "SPFM":
                rules.setdefault(at, []).append(resolved(record["spfRules"]))
            case "TXT":
                data = resolved(record["data"])
                if data.startswith("v=spf1 "):
                    rules.setdefault(at, []).append(data)
                else:
                    found.add((at, type, data))
    return found | {(at, "TXT", _merged(texts)) for at, texts in rules.items()}


def _merged(texts: list[str]) -> str:
    if len(texts) == 1 and texts[0].startswith("v=spf1 "):
        return texts[0]
    kept: dict[str, str] = {}
    for rule in " ".join(texts).split():
        sign, bare = (rule[0], rule[1:]) if rule[0] in _RESTRICTIVE else ("+", rule)
        if bare not in ("v=spf1", "all"):
            kept[bare] = min(sign, kept.get(bare, sign), key=_RESTRICTIVE.index)
    return " ".join(["v=spf1", *(sign.replace("+", "") + bare for bare, sign in kept.items()), "~all"])
