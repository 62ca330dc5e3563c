"""Logos: whether a file is SVG Tiny Portable/Secure (draft-svg-tiny-ps-abrotman-11).

Parsed with expat: no document type and no entity of its own, nothing fetched, and no deeper than a logo is.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from xml.parsers import expat

OCTETS = 32 * 1024  # what receivers take
MAX_DEPTH = 100
_MAX_OCTETS = 1 << 20  # of a logo that is no more compressed

_UNREAD = "its XML is in an encoding that is not read"
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML_BASE = "http://www.w3.org/XML/1998/namespace base"
_FORBIDDEN = frozenset(
    {
        *("script", "handler", "listener", "image", "foreignObject", "a", "audio", "video", "animation"),
        *("animate", "animateColor", "animateMotion", "animateTransform", "mpath", "set", "discard"),
        *("prefetch", "style"),
    }
)
_ENCODING = re.compile(r"utf-?8|utf-?16|(?:us-)?ascii|iso-8859-[0-9]{1,2}|windows-125[0-9]", re.IGNORECASE)
_EVENT = re.compile(r"on[a-z]+")
_URL = re.compile(r"url\(\s*['\"]?([^)'\"\s]*)")
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_VIEW_BOX = re.compile(
    rf"\s*{_NUMBER}[\s,]+{_NUMBER}[\s,]+(?P<width>{_NUMBER})[\s,]+(?P<height>{_NUMBER})\s*"
)


class BadLogo(ValueError):
    """The file is no SVG that receivers read; the message says why."""


class Flaw(StrEnum):
    """How a logo fails the profile, or what receivers ask of one."""

    PROFILE = "profile"
    FORBIDDEN = "forbidden"
    OFFSET = "offset"
    SHAPE = "shape"
    TITLE = "title"


class Found(NamedTuple):
    """A *flaw*, and *what* it consists in."""

    flaw: Flaw
    what: str = ""


@dataclass
class _Drawing:
    """What was read of a file."""

    root: Mapping[str, str] | None = None
    titled: bool = False
    forbidden: dict[str, None] = field(default_factory=dict)


def unpacked(octets: bytes) -> bytes:
    """The logo *octets*, not compressed any more where they were (RFC 6170 section 5.2); raises `BadLogo`."""
    if octets[:2] != b"\x1f\x8b":
        return octets
    unpacking = zlib.decompressobj(wbits=31)
    try:
        whole = unpacking.decompress(octets, _MAX_OCTETS)
    except zlib.error as error:
        raise BadLogo(f"it cannot be unpacked: {error}") from None
    if unpacking.unconsumed_tail:
        raise BadLogo("it is too large when unpacked")
    if not unpacking.eof:
        raise BadLogo("it cannot be unpacked: its end is missing")
    return whole


def flaws(octets: bytes) -> tuple[Found, ...]:
    """What keeps the logo *octets* from being SVG Tiny PS; raises `BadLogo` for what is no SVG at all."""
    drawing = _read(octets)
    assert drawing.root is not None  # noqa: S101  as _read says
    return tuple(_flaws(drawing, drawing.root))


def _flaws(drawing: _Drawing, root: Mapping[str, str]) -> Iterator[Found]:
    wanted = {"version": "1.2", "baseProfile": "tiny-ps"}
    if wrong := [_has(name, root.get(name)) for name, value in wanted.items() if root.get(name) != value]:
        yield Found(Flaw.PROFILE, ", ".join(wrong))
    if drawing.forbidden:
        yield Found(Flaw.FORBIDDEN, ", ".join(drawing.forbidden))
    if offset := [name for name in ("x", "y") if name in root]:
        yield Found(Flaw.OFFSET, " and ".join(offset))
    if shape := _shape(root.get("viewBox")):
        yield Found(Flaw.SHAPE, shape)
    if not drawing.titled:
        yield Found(Flaw.TITLE)


def _has(name: str, value: str | None) -> str:
    return f"it has no {name}" if value is None else f"{name} is '{value[:40]}'"


def _shape(view_box: str | None) -> str:
    if view_box is None:
        return "it has no viewBox"
    box = _VIEW_BOX.fullmatch(view_box)
    if box is None:
        return f"its viewBox is '{view_box[:40]}'"
    square = float(box["width"]) == float(box["height"]) > 0
    return "" if square else f"its viewBox is {box['width'][:20]} by {box['height'][:20]}"


def _read(octets: bytes) -> _Drawing:
    reader = _Reader()
    try:
        reader.parser.Parse(unpacked(octets), True)
    except expat.ExpatError as error:
        raise BadLogo(f"its XML is broken: {error}") from None
    except (LookupError, ValueError) as error:  # an encoding that Python does not know, or not as one
        if isinstance(error, BadLogo):
            raise
        raise BadLogo(_UNREAD) from None
    return reader.drawing


class _Reader:
    """Fills a drawing as expat reads; raises `BadLogo`."""

    def __init__(self) -> None:
        self.drawing = _Drawing()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self._open: list[str] = []

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and not _ENCODING.fullmatch(encoding):  # Python has codecs that are none of texts
            raise BadLogo(_UNREAD)

    def _doctype(self, *_: object) -> None:
        raise BadLogo("it declares a document type, whose entities nobody expands")

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        if not self._open:
            if name != "svg" or namespace != _SVG:
                raise BadLogo(f"its root is <{name[:20]}>, and not <svg> of the namespace {_SVG}")
            self.drawing.root = dict(attributes)
        self._open.append(name if namespace == _SVG else "")
        if len(self._open) > MAX_DEPTH:
            raise BadLogo("its elements are nested too deeply")
        if namespace == _SVG and name in _FORBIDDEN:
            self._forbid(f"<{name}>")
        for key, value in attributes.items():
            self._attribute(key, value)

    def _attribute(self, key: str, value: str) -> None:
        if _EVENT.fullmatch(key):
            self._forbid(f"the attribute {key}")
        elif key in (f"{_XLINK} href", "href") and not value.strip().startswith("#"):
            self._forbid(f"a reference to '{value[:60]}'")
        elif key == _XML_BASE:
            self._forbid("the attribute xml:base")
        for target in _URL.findall(value):
            if not target.startswith("#"):
                self._forbid(f"a reference to '{target[:60]}'")

    def _forbid(self, what: str) -> None:
        if len(self.drawing.forbidden) < 10:  # that many say it
            self.drawing.forbidden[what] = None

    def _characters(self, text: str) -> None:
        if text.strip() and self._open == ["svg", "title"]:
            self.drawing.titled = True

    def _end(self, _: str) -> None:
        self._open.pop()
