"""The checked expressions of service definitions: a subset of Jinja2's grammar, and nothing runs as Jinja2.

A definition is data a pull request may bring. Its strings are read by Jinja2's own parser, and the
syntax tree is checked and translated here node by node: text, names, one attribute, constant
strings as arguments of a few filters. What is not in that list is refused where it stands; no code
is compiled from a template, so there is nothing to escape from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from typing import TypeAlias

from jinja2 import Environment, TemplateSyntaxError, nodes

MAX_SOURCE = 1000  # characters of one string of a definition
MAX_RESULT = 4096  # characters of what it may render to, at every step

Value: TypeAlias = "str | tuple[str | Mapping[str, str], ...] | Mapping[str, str]"
"""A value an expression may name: text, a mapping's texts by attribute, or a list for ``each``."""


class BadExpression(ValueError):
    """The text is no expression of the subset; the message says what of it is not."""


class BadValue(ValueError):
    """A value a filter cannot take, or a result that is too long."""


def _replace(text: str, old: str, new: str) -> str:
    if len(text) + text.count(old) * len(new) > MAX_RESULT:
        raise BadValue(f"replace makes more than {MAX_RESULT:,} characters")
    return text.replace(old, new)


@lru_cache(maxsize=1024)
def _ip_term(text: str) -> str:
    """An address or network as an SPF term (RFC 7208 section 5.6)."""
    try:
        network = ip_network(text)
    except ValueError as error:
        raise BadValue(str(error)) from error
    return f"ip{network.version}:{text}"


FILTERS: Mapping[str, tuple[Callable[..., str], int]] = {
    "lower": (str.lower, 0),
    "upper": (str.upper, 0),
    "replace": (_replace, 2),
    "ip_term": (_ip_term, 0),
}
"""Every filter an expression may use, and how many constant strings it takes."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A name or one attribute of it, and the filters it goes through, left to right."""

    name: str
    attribute: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def render(self, values: Mapping[str, Value]) -> str:
        value = values[self.name]
        text = value[self.attribute] if self.attribute and isinstance(value, Mapping) else value
        if not isinstance(text, str):
            raise BadValue(f"{self.name} is no text")
        for name, arguments in self.filters:
            text = FILTERS[name][0](text, *arguments)
        return text


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked string of a definition: pieces of text and names."""

    parts: tuple[str | _Name, ...]

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """What it speaks of: (name, attribute or empty), in order."""
        return tuple((part.name, part.attribute) for part in self.parts if isinstance(part, _Name))

    def render(self, values: Mapping[str, Value]) -> str:
        """The text with *values*, of at most `MAX_RESULT` characters.

        *values* holds every name of `names`. Raises `BadValue`.
        """
        text = "".join(part if isinstance(part, str) else part.render(values) for part in self.parts)
        if len(text) > MAX_RESULT:
            raise BadValue(f"it makes {len(text):,} characters of at most {MAX_RESULT:,}")
        return text


@lru_cache(maxsize=4096)
def expression(source: str) -> Expression:
    """*source* as a checked expression; raises `BadExpression`."""
    if len(source) > MAX_SOURCE:
        raise BadExpression(f"it has {len(source):,} characters of at most {MAX_SOURCE:,}")
    if not any(opening in source for opening in ("{{", "{%", "{#")):
        return Expression((source,))
    if "{%" in source:
        raise BadExpression("statements ({% … %}) are not part of a definition")
    try:
        tree = _GRAMMAR.parse(source)
    except TemplateSyntaxError as error:
        raise BadExpression(f"no Jinja2 expression: {error.message}") from error
    except RecursionError as error:
        raise BadExpression("nested too deeply") from error
    return Expression(tuple(_part(node) for output in tree.body for node in _pieces(output)))


_GRAMMAR = Environment(keep_trailing_newline=True, autoescape=True)  # only its parser is used


def _pieces(node: nodes.Node) -> list[nodes.Expr]:
    if not isinstance(node, nodes.Output):
        raise _refused(node)
    return node.nodes


def _part(node: nodes.Node) -> str | _Name:
    match node:
        case nodes.TemplateData(data=text):
            return text
        case nodes.Name(name=name):
            return _Name(_public(name))
        case nodes.Getattr(node=nodes.Name(name=name), attr=attribute):
            return _Name(_public(name), _public(attribute))
        case nodes.Filter(node=nodes.Expr() as inner, name=name):
            of = _part(inner)
            if isinstance(of, str):
                raise _refused(inner)
            return _Name(of.name, of.attribute, (*of.filters, (name, _arguments(node))))
        case _:
            raise _refused(node)


def _arguments(node: nodes.Filter) -> tuple[str, ...]:
    if node.name not in FILTERS:
        raise BadExpression(f"the filter {node.name!r} is not one of {', '.join(sorted(FILTERS))}")
    arguments = tuple(a.value for a in node.args if isinstance(a, nodes.Const) and isinstance(a.value, str))
    takes = FILTERS[node.name][1]
    if len(arguments) != takes or len(node.args) != takes or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise BadExpression(f"the filter {node.name!r} takes {takes} constant strings")
    if "" in arguments[:1]:
        raise BadExpression(f"the filter {node.name!r} cannot look for an empty text")
    return arguments


def _public(name: str) -> str:
    if name.startswith("_"):
        raise BadExpression(f"{name!r} begins with an underscore")
    return name


def _refused(node: nodes.Node) -> BadExpression:
    kind = _WORDS.get(type(node).__name__, type(node).__name__)
    return BadExpression(f"{kind} is not part of a definition: names, one attribute and filters are")


_WORDS = {
    "Call": "a call",
    "Const": "a constant outside a filter's arguments",
    "Compare": "a comparison",
    "CondExpr": "a condition",
    "Getattr": "an attribute of an attribute or of a result",
    "Getitem": "a subscript",
    "List": "a list",
    "Dict": "a mapping",
    "Tuple": "a list",
    "Concat": "joining with ~",
    "Test": "a test",
    "Filter": "a filter block",
    **dict.fromkeys(("And", "Or", "Not"), "logic"),
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow", "Neg", "Pos"), "arithmetic"),
}
