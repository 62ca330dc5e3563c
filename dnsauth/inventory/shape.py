"""A tree held against the form of its file: the typed file, or every misfit in people's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dnsauth.documents import Map, Node, Seq
from dnsauth.findings import Finding, Where, nearest
from dnsauth.inventory import rules
from dnsauth.inventory.fields import Form
from dnsauth.inventory.rules import Refused
from dnsauth.inventory.schema import Kind, json_schema

F = TypeVar("F", bound=Form)

MAX_FINDINGS = 1000  # of one file; no person reads more, and guessing what was meant takes time

_ROOT = {"zone": "a zone file", "config": "dnsauth.yaml"}
_EXAMPLES = {"version": " 1", "domains": ' {"@": {parked: true}}, or `domains: {}` to retire what is ours'}


def fitted(tree: Node, form: type[F], kind: Kind, file: str) -> tuple[F | None, tuple[Finding, ...]]:
    """*tree* as *form*, or None and a finding for each misfit, in file order."""
    try:
        return form.model_validate(tree), ()
    except ValidationError as error:
        errors = error.errors(include_url=False)
        found = (_finding(each, tree, kind, file) for each in errors[:MAX_FINDINGS])
        findings = tuple(finding for finding in found if finding is not None)
        if len(errors) > MAX_FINDINGS:
            more = Finding(rules.MORE, Where(file), facts={"count": len(errors) - MAX_FINDINGS})
            findings = (*findings, more)
        return None, findings


def guess(word: str, known: Iterable[str]) -> str:
    """``did you mean …? `` or nothing: the start of a next step."""
    close = nearest(word, known)
    return f"did you mean {close!r}? " if close else ""


def _finding(error: ErrorDetails, tree: Node, kind: Kind, file: str) -> Finding | None:
    steps, node, parent = _walk(error["loc"], tree)
    place = _place(parent, steps[-1]) if steps else (1, 1)
    key = next((step for step in reversed(steps) if isinstance(step, str)), "this file")
    facts: dict[str, object] = {"key": key, "found": _found(node), "value": _short(node)}
    last = str(error["loc"][-1]) if error["loc"] else ""
    match error["type"]:
        case "value_error":
            refused = error["ctx"]["error"]
            rule = refused.rule if isinstance(refused, Refused) else rules.SHAPE
            facts |= refused.facts if isinstance(refused, Refused) else {"wanted": str(refused)}
        case "extra_forbidden":
            known = sorted(_known(json_schema(kind), steps[:-1]))
            rule = rules.UNKNOWN_KEY
            facts |= {"key": last, "of": _of(steps[:-1], kind), "known": ", ".join(known)}
            facts["guess"] = guess(last, known)
            if isinstance(parent, Map):
                place = parent.key_where(last)
        case "missing":
            rule = rules.MISSING_KEY
            facts |= {"key": last, "of": _of(steps, kind), "example": _EXAMPLES.get(last, "")}
        case "literal_error" | "enum":
            rule = rules.NOT_ONE_OF
            values = error["ctx"]["expected"]
            facts |= {"values": values, "guess": guess(str(node), re.findall("'([^']*)'", values))}
        case "too_short" if node:
            return None  # its items are refused one by one
        case "string_too_short" | "too_short":
            rule = rules.EMPTY
        case other:
            rule = rules.SHAPE
            facts["wanted"] = _WANTED.get(other) or error["msg"]
    if last == "[key]" and isinstance(parent, Map):
        place = parent.key_where(str(steps[-1]))
    return Finding(rule, Where(file, *place), facts=facts)


_WANTED = {
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "string_type": "a text",
}


def _walk(loc: tuple[int | str, ...], tree: Node) -> tuple[list[int | str], Node, Node]:
    """The steps of *loc* that the tree has, the node they lead to, and the one that holds it."""
    steps: list[int | str] = []
    node, parent = tree, tree
    for step in loc:
        match node, step:
            case Map(), str() if step in node:
                node, parent = node[step], node
            case Seq(), int():
                node, parent = node[step], node
            case _:
                continue  # the tag of a union, or a key that is missing
        steps.append(step)
    return steps, node, parent


def _place(parent: Node, step: int | str) -> tuple[int, int]:
    match parent, step:
        case Map(), str():
            return parent.where(step)
        case Seq(), int():
            return parent.where(step)
    return (1, 1)


def _of(steps: list[int | str], kind: Kind) -> str:
    names = [f"[{step}]" if isinstance(step, int) else f".{repr(step)[1:-1]}" for step in steps]
    return f"`{''.join(names).removeprefix('.')}`" if names else _ROOT[kind]


def _found(node: Node) -> str:
    match node:
        case Map():
            return "a mapping"
        case Seq():
            return "a list"
        case "":
            return "empty"
    return f"the text {_short(node)!r}"


def _short(node: Node) -> str:
    return rules.cut(node if isinstance(node, str) else _found(node))


def _known(schema: Mapping[str, object], steps: list[int | str]) -> set[str]:
    """The keys the JSON Schema knows at *steps*."""
    level = list(_branches(schema, schema))
    for step in steps:
        level = [
            branch for each in level for inner in _inner(each, step) for branch in _branches(inner, schema)
        ]
    return {key for each in level for key in _mapping(each, "properties")}


def _branches(schema: Mapping[str, object], root: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        schema = _mapping(_mapping(root, "$defs"), reference.rpartition("/")[2])
    yield schema
    for name in ("anyOf", "oneOf"):
        branches = schema.get(name)
        for branch in branches if isinstance(branches, list) else ():
            yield from _branches(branch, root)


def _inner(schema: Mapping[str, object], step: int | str) -> Iterator[Mapping[str, object]]:
    if isinstance(step, int):
        yield _mapping(schema, "items")
        return
    properties = _mapping(schema, "properties")
    if step in properties:
        yield _mapping(properties, step)
        return
    yield _mapping(schema, "additionalProperties")
    for pattern in _mapping(schema, "patternProperties"):
        yield _mapping(_mapping(schema, "patternProperties"), pattern)


def _mapping(schema: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = schema.get(key)
    return value if isinstance(value, Mapping) else {}
