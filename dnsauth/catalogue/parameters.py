"""What a sender gives, held against what a service declares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dnsauth.catalogue.model import Service, ServiceParameter
from dnsauth.catalogue.patterns import MAX_MATCHED, PLAIN, pattern
from dnsauth.documents.write import flow
from dnsauth.findings import nearest
from dnsauth.templating import MAX_RESULT, Value

_QUOTING = re.compile(r'["\\]')


class _Unfit(ValueError):
    """A value is not of the declared shape or pattern."""


def guess(word: str, known: Iterable[str]) -> str:
    """``; did you mean '…'?`` where one of *known* is close to *word*, else nothing."""
    close = nearest(word, known)
    return f"; did you mean {close!r}?" if close else ""


def values(service: Service, given: Mapping[str, object]) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The values of *service*'s parameters by name, defaults filled in, and what is wrong with *given*.

    A parameter that was not given and has no default is not in the mapping; whether it is missed is
    for the one who renders to say.
    """
    found: dict[str, Value] = {}
    problems = [
        f"has no parameter {name!r}{guess(name, service.parameters)}"
        for name in given
        if name not in service.parameters
    ]
    for name, parameter in service.parameters.items():
        value = given.get(name, parameter.default)
        if value is not None:
            try:
                found[name] = _value(parameter, value)
            except _Unfit as error:
                problems.append(f"{name}: {error}; {about(parameter)}")
    return found, tuple(problems)


def about(parameter: ServiceParameter) -> str:
    """Where a person finds the value, and an example, in one line."""
    return f"{parameter.help}, as in {flow(parameter.example)}"


def _value(parameter: ServiceParameter, given: object) -> Value:
    if not parameter.many:
        return _single(parameter, given)
    items = given if isinstance(given, list | tuple) else (given,)
    if not items:
        raise _Unfit("the list is empty")
    return tuple(_single(parameter, item) for item in items)


def _single(parameter: ServiceParameter, given: object) -> str | Mapping[str, str]:
    if not parameter.fields:
        return _text(parameter, given)
    if not isinstance(given, Mapping):
        raise _Unfit(f"a mapping of {', '.join(parameter.fields)} is expected")
    for name in given:
        if name not in parameter.fields:
            raise _Unfit(f"unknown key {name!r}{guess(name, parameter.fields)}")
    found = {}
    for name, field in parameter.fields.items():
        text = given.get(name, field.default)
        if text is None:
            raise _Unfit(f"{name!r} is missing ({field.help})")
        found[name] = _text(field, text)
    return found


def _text(parameter: ServiceParameter, given: object) -> str:
    if not isinstance(given, str):
        raise _Unfit("one text is expected")
    if not (given.isascii() and given.isprintable()):
        raise _Unfit(f"{given[:40]!a} holds a control character or one outside ASCII")
    limit = MAX_MATCHED if parameter.pattern else MAX_RESULT
    if len(given) > limit:
        raise _Unfit(f"{given[:40]!r}… has {len(given):,} characters of at most {limit:,}")
    if parameter.pattern and not pattern(parameter.pattern).fullmatch(given):
        if pattern(parameter.pattern).fullmatch(_QUOTING.sub("", given)):
            raise _Unfit(f"{given!r} holds a double quote or a backslash")
        raise _Unfit(f"{given!r} does not match {parameter.pattern}")
    if not parameter.pattern and not PLAIN.fullmatch(given):
        raise _Unfit(f"{given!r} is empty or holds a double quote, a semicolon, a backslash or outer spaces")
    return given
