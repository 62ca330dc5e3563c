"""`Report` ⇄ the JSON that ``dnsauth keys deploy`` writes on a mail host, to be handed over in any way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from dnsauth.errors import DnsauthError
from dnsauth.names import MAX_NAME
from dnsauth.rotation.reports import Report

FORMAT = "dnsauth-deployed/1"
LARGEST = 16 * 2**20  # octets; a report of 10,000 keys has 2 MB


def write(reports: Iterable[Report]) -> str:
    """The text of *reports*, one line for each key, sorted."""
    document = {
        "format": FORMAT,
        "reports": [
            {
                "host": report.host,
                "signer": report.signer,
                "at": report.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
                "keys": [
                    {
                        "domain": domain,
                        "selector": selector,
                        "fingerprint": fingerprint,
                        "signs": (domain, selector) in report.signing,
                    }
                    for (domain, selector), fingerprint in sorted(report.fingerprints.items())
                ],
            }
            for report in reports
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def read(text: str, file: str) -> tuple[Report, ...]:
    """The reports *file* holds; raises `DnsauthError` for anything `write` does not write."""
    try:
        return tuple(_report(each) for each in _document(text)["reports"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise DnsauthError(
            f"{file} is no report of `dnsauth keys deploy`: {reason}",
            "hand over the file as the host wrote it",
        ) from None


def _document(text: str) -> Mapping[str, list[Mapping[str, object]]]:
    if len(text) > LARGEST:
        raise ValueError(f"it has more than {LARGEST:,} characters")
    document = json.loads(text)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"it has no format {FORMAT!r}")
    return document


def _report(each: Mapping[str, object]) -> Report:
    at = datetime.fromisoformat(_text(each["at"]))
    if at.tzinfo is None:
        raise ValueError("its time lacks an offset")
    keys = each["keys"]
    if not isinstance(keys, list):
        raise TypeError("its keys are no list")
    found = {(_text(key["domain"]), _text(key["selector"])): key for key in keys}
    host = _text(each["host"])
    if not (host.isprintable() and 0 < len(host) <= MAX_NAME):
        raise ValueError("its host has no name")
    return Report(
        host,
        _text(each["signer"]),
        at.astimezone(UTC),
        {id: _text(key["fingerprint"]) for id, key in found.items()},
        frozenset(id for id, key in found.items() if key["signs"] is True),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value
