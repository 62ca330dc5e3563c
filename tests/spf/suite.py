"""The test suites of openspf.org, as the pyspf sdist carries them: cases, and their zones as lookups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dnsauth.rrset import txt_value
from dnsauth.spf import NoSuchName, TempError

HOPS = 8  # of CNAMEs, which a resolver follows


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    ip: str
    mail_from: str
    helo: str
    results: tuple[str, ...]  # any is right, the first preferred
    explanation: str | None
    zone: Zone


class Zone:
    """The zonedata of a scenario; TIMEOUT is what a name answers for every type that it does not have."""

    def __init__(self, zonedata: Mapping[str, Sequence[Any]]) -> None:
        self.names = {f"{name.lower()}.": list(_records(entries)) for name, entries in zonedata.items()}

    def __call__(self, name: str, type: str) -> tuple[str, ...]:
        for _ in range(HOPS):
            if name not in self.names:
                raise TempError("timeout") if name.startswith("error.") else NoSuchName(name)
            records = self.names[name]
            if values := tuple(value for of, value in records if of == type):
                return values
            if ("TIMEOUT", "") in records:
                raise TempError("timeout")
            targets = [value for of, value in records if of == "CNAME"]
            if not targets:
                return ()
            name = targets[0].lower()
        raise TempError("a CNAME loop")


def cases(path: Path) -> Iterator[Case]:
    for scenario in yaml.safe_load_all(path.read_bytes()):
        zone = Zone(scenario["zonedata"])
        for id, test in scenario["tests"].items():
            result = test["result"]
            yield Case(
                id,
                test["host"],
                test["mailfrom"],
                test["helo"],
                tuple(result) if isinstance(result, list) else (result,),
                test.get("explanation"),
                zone,
            )


def _records(entries: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Types and values; an SPF record stands for a TXT record where the name has none of its own."""
    typed = [("TIMEOUT", "") if entry == "TIMEOUT" else next(iter(entry.items())) for entry in entries]
    own = any(type == "TXT" for type, _ in typed)
    for type, value in typed:
        if value != "NONE" and not (type == "SPF" and own):
            yield ("TXT" if type == "SPF" else type), _value(type, value)


def _value(type: str, value: Any) -> str:
    match type:
        case "TXT" | "SPF":
            return txt_value("".join(value).encode())
        case "MX":
            return f"{value[0]} {_absolute(value[1])}"
        case "PTR" | "CNAME":
            return _absolute(value)
        case _:
            return str(value)


def _absolute(name: str) -> str:
    return name.removesuffix(".") + "."
