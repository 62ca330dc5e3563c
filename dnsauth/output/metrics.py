"""Gauges in OpenMetrics text, for the textfile collector of node_exporter.

What is written is also Prometheus's own text form: gauges alone, and no sample with a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from dnsauth.output import safe

Labels: TypeAlias = tuple[str, ...]
"""The values of a family's labels, in their order."""


@dataclass(frozen=True, slots=True)
class Family:
    """What a gauge is called, the *unit* its name ends in (or none), what it says, and its labels' names."""

    name: str
    help: str
    labels: tuple[str, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Gauge:
    """The samples of a *family*, one for each set of labels."""

    family: Family
    samples: Mapping[Labels, float]


def text(gauges: Iterable[Gauge]) -> str:
    """*gauges* as OpenMetrics 1.0, section 3.2, sorted by labels; a family without samples is left out."""
    lines = [line for gauge in gauges if gauge.samples for line in _lines(gauge)]
    return "".join(f"{line}\n" for line in [*lines, "# EOF"])


def _lines(gauge: Gauge) -> Iterator[str]:
    family = gauge.family
    yield f"# TYPE {family.name} gauge"
    if family.unit:
        yield f"# UNIT {family.name} {family.unit}"
    yield f"# HELP {family.name} {_escaped(family.help)}"
    for labels, value in sorted(gauge.samples.items()):
        named = zip(family.labels, labels, strict=True)
        said = ",".join(f'{name}="{_escaped(safe.plain(label))}"' for name, label in named)
        yield f"{family.name}{{{said}}} {_number(value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
