"""Expressions of GitHub Actions, as far as our workflows use them; anything else is an error.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<sign>==|!=|&&|\|\||[!().,\[\]]))"
)
_INSERTED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
STATUS = re.compile(r"\b(?:success|failure|cancelled|always)\(\)")

Functions = Mapping[str, Callable[..., Any]]


class Expression:
    """One expression with what it may speak of."""

    def __init__(self, text: str, contexts: Mapping[str, Any], functions: Functions) -> None:
        self.contexts, self.functions = contexts, {**FUNCTIONS, **functions}
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if not found:
                raise SyntaxError(f"{text!r} at {text[at:]!r}")
            at = found.end()
            self.tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))

    def value(self) -> Any:
        found = self._either()
        if self.tokens:
            raise SyntaxError(f"left over: {self.tokens}")
        return found

    def _next(self, *signs: str) -> str:
        if self.tokens and self.tokens[0][0] == "sign" and self.tokens[0][1] in signs:
            return self.tokens.pop(0)[1]
        return ""

    def _either(self) -> Any:
        left = self._both()
        while self._next("||"):
            right = self._both()
            left = left if truthy(left) else right
        return left

    def _both(self) -> Any:
        left = self._equal()
        while self._next("&&"):
            right = self._equal()
            left = right if truthy(left) else left
        return left

    def _equal(self) -> Any:
        left = self._not()
        while sign := self._next("==", "!="):
            left = equal(left, self._not()) is (sign == "==")
        return left

    def _not(self) -> Any:
        return not truthy(self._not()) if self._next("!") else self._primary()

    def _primary(self) -> Any:
        if self._next("("):
            found = self._either()
            assert self._next(")")
            return found
        kind, text = self.tokens.pop(0)
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return int(text)
        assert kind == "name", text
        if text in {"true", "false", "null"}:
            return json.loads(text)
        if self._next("("):
            return self._called(text)
        return self._looked_up(text)

    def _called(self, name: str) -> Any:
        arguments = []
        while not self._next(")"):
            arguments.append(self._either())
            self._next(",")
        return self.functions[name](*arguments)

    def _looked_up(self, name: str) -> Any:
        found = self.contexts[
            name
        ]  # a context that is not there is a mistake, a property that is not is null
        while sign := self._next(".", "["):
            if sign == ".":
                key = self.tokens.pop(0)[1]
            else:
                key = self._either()
                assert self._next("]")
            found = found.get(key) if isinstance(found, Mapping) else None
        return found


def truthy(value: Any) -> bool:
    return value not in (None, False, 0, "")


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return _number(one) == _number(other)


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except ValueError:
        return math.nan


def shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case _:
            return str(value)


FUNCTIONS: Functions = {
    "contains": lambda where, what: any(equal(each, what) for each in where),
    "fromJSON": json.loads,
}


def evaluated(text: str, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """What *text* is: the value of an expression that is all of it, else a text with expressions put in."""
    if whole := re.fullmatch(r"\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*", text, re.DOTALL):
        return Expression(whole[1], contexts, functions).value()
    return _INSERTED.sub(lambda found: shown(Expression(found[1], contexts, functions).value()), text)


def condition(text: str, contexts: Mapping[str, Any], functions: Functions) -> bool:
    """Whether ``if: text`` holds; one that asks for no status holds after success alone."""
    inner = text.strip().removeprefix("${{").removesuffix("}}")
    if not STATUS.search(inner):
        inner = f"success() && ({inner})"
    return truthy(Expression(inner, contexts, functions).value())
