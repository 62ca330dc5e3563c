"""Charts as inline SVG without script or style: the page has the colours, dark where it is dark."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

WIDTH, ROW, FRAME, HIGH = 720, 34, 76, 280  # CSS pixels
TICKS = 6
_LEFT_OUT = frozenset({"script", "style", "defs", "title", "desc"})


def stacked(title: str, labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> str:
    """A bar for each of *labels*, made of the *series* by name, as an SVG element."""
    pygal = _pygal()
    longest = max(map(sum, zip(*series.values(), strict=True)), default=0)
    chart = pygal.HorizontalStackedBar(**_options(FRAME + ROW * len(labels), longest))
    chart.x_labels = list(reversed(labels))
    for name, values in series.items():
        chart.add(name, list(reversed(values)))
    return _svg(chart, title)


def over_time(title: str, at: Sequence[datetime], series: Mapping[str, Sequence[int]]) -> str:
    """A line for each of *series* through its values at the times *at*, as an SVG element."""
    pygal = _pygal()
    longest = max((value for values in series.values() for value in values), default=0)
    chart = pygal.DateTimeLine(
        **_options(HIGH, longest),
        x_value_formatter=lambda when: f"{when:%Y-%m-%d}",
        x_labels=[at[0], at[-1]],
        margin_bottom=24,
    )
    for name, values in series.items():
        chart.add(name, list(zip(at, values, strict=True)))
    return _svg(chart, title)


def _pygal() -> Any:  # noqa: ANN401  pygal carries no types
    """pygal, without the finder of plugins it adds: of each module that is not there it makes a warning."""
    import pygal

    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return pygal


def _options(height: int, most: int) -> dict[str, Any]:
    least = max(1, -(-most // TICKS))
    step = next(unit * 10**power for power in count() for unit in (1, 2, 5) if unit * 10**power >= least)
    return {
        "js": [],
        "width": WIDTH,
        "height": height,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": 4,
        "margin": 8,
        "range": (0, max(most, 1)),
        "y_labels": list(range(0, most + step, step)),
    }


def _svg(chart: Any, title: str) -> str:  # noqa: ANN401  pygal carries no types
    root: Element = chart.render_tree()
    _bare(root)
    for element in root.iter():
        element.attrib.pop("id", None)
    root.attrib |= {"role": "img", "aria-label": title, "class": "chart"}
    SubElement(root, "title").text = title
    return tostring(root, encoding="unicode")


def _bare(element: Element) -> None:
    """Take out what runs, what a pointer shows, and comments."""
    for child in list(element):
        if child.tag in _LEFT_OUT or callable(child.tag):  # a comment's tag is the function that makes it
            element.remove(child)
        else:
            _bare(child)
