"""HTML pages from Jinja2 templates: everything that is put in is escaped, unless it is markup of our own.

A template may be a user's own, brought by a pull request. Its syntax tree is checked before anything is
compiled: names and what they hold, conditions, loops of which an inner one goes over what the outer one
brings, macros that call no other. So its work is bounded by its length times that of what is shown, nothing
in it switches escaping off, and the sandbox is the second fence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from dnsauth.file_templates import DIRECTORY, SHIPPED, BadTemplate

MAX_SOURCE = 60_000  # characters of one template
MAX_RESULT = 200_000_000  # characters of what it makes; ten thousand domains take a tenth

_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_FILTERS = ("join", "length", "urlencode")
_TESTS = ("defined", "false", "none", "true")
_METHODS = ("date", "get", "isoformat", "items", "partition", "rpartition", "strftime")
_SMALL = ("profiles",)  # what an inner loop may go over whatever the outer one does
_LOOPS = 2


def markup(text: str) -> str:
    """*text* as markup that is put in as it is: it must hold nothing of others that is not escaped."""
    return Markup(text)  # noqa: S704  charts of our own, made as elements


def rendered(name: str, directory: Path, values: Mapping[str, object]) -> str:
    """The page *name* (``audit/report.html.j2``) as *directory* has it, else the shipped one, with *values*.

    Raises `BadTemplate` for one that can't be read or rendered, or says more than the subset allows.
    """
    path = next((root / name for root in (directory / DIRECTORY, SHIPPED) if (root / name).is_file()), None)
    if path is None:
        raise BadTemplate(f"there is no template {name}", "install dnsauth again: it comes with one")
    try:
        return _rendered(path.read_text("utf-8"), values)
    except _Refused as error:
        why = f"line {error.line}: {error}"
    except TemplateSyntaxError as error:
        why = f"line {error.lineno}: {error.message}"
    except RecursionError:
        why = "it is nested too deeply"
    except (OSError, UnicodeDecodeError, TemplateError) as error:
        why = str(error)
    raise BadTemplate(
        f"{path} can't be rendered: {why}", f"mend it, or remove it: dnsauth has a {name} of its own"
    )


def _rendered(source: str, values: Mapping[str, object]) -> str:
    if len(source) > MAX_SOURCE:
        raise TemplateError(f"it has {len(source):,} characters of at most {MAX_SOURCE:,}")
    tree = _ENVIRONMENT.parse(source)
    macros = frozenset(macro.name for macro in tree.find_all(nodes.Macro))
    for node in tree.body:
        _statement(node, _Within(macros))
    pieces: list[str] = []
    left = MAX_RESULT
    for piece in _ENVIRONMENT.from_string(tree).generate(values):
        pieces.append(piece)
        left -= len(piece)
        if left < 0:
            raise TemplateError(f"it makes more than {MAX_RESULT:,} characters")
    return "".join(pieces)


class _Refused(Exception):
    def __init__(self, node: nodes.Node, reason: str = "") -> None:
        super().__init__(reason or f"{type(node).__name__} is not part of a template of a page")
        self.line = node.lineno or 1


class _Within(NamedTuple):
    """Where a node stands: in a *macro*, in a *call* block, in loops, whose variables are in *loops*."""

    macros: frozenset[str]
    macro: bool = False
    call: bool = False
    loops: tuple[frozenset[str], ...] = ()


def _statement(node: nodes.Node, within: _Within) -> None:
    inner: Iterable[nodes.Node] = ()
    match node:
        case nodes.Output():
            for part in node.nodes:
                _expression(part, within)
        case nodes.If():
            _expression(node.test, within)
            inner = (*node.body, *node.elif_, *node.else_)
        case nodes.For(test=None, recursive=False):
            within = _looped(node, within)
            inner = (*node.body, *node.else_)
        case nodes.Assign(target=nodes.Name(), node=value):  # what could grow by being set again is refused
            if any(value.find_all((nodes.Filter, nodes.Dict))) or _calls(value, within.macros):
                raise _Refused(node, "only what is there already may be set")
            _expression(value, within)
        case nodes.Macro(defaults=[]) if within == _Within(within.macros):
            within = within._replace(macro=True)
            inner = node.body
        case nodes.CallBlock(defaults=[]) if not within.macro and not within.call:
            _expression(node.call, within)
            within = within._replace(call=True)
            inner = node.body
        case _:
            raise _Refused(node)
    for one in inner:
        _statement(one, within)


def _looped(node: nodes.For, within: _Within) -> _Within:
    if within.macro or len(within.loops) == _LOOPS:
        raise _Refused(node, "a loop in a macro, or in two others, is not part of a template of a page")
    of = node.iter
    while isinstance(of, nodes.Getattr):
        of = of.node
    if not isinstance(of, nodes.Name):
        raise _Refused(node, "a loop goes over what has a name")
    if within.loops and of.name not in {*_SMALL, *within.loops[-1]}:
        raise _Refused(node, "an inner loop goes over what the outer one brings")
    brought = frozenset(
        name.name for name in (node.target, *node.target.find_all(nodes.Name)) if isinstance(name, nodes.Name)
    )
    return within._replace(loops=(*within.loops, brought))


def _expression(node: nodes.Node, within: _Within) -> None:
    match node:
        case nodes.TemplateData() | nodes.Name() | nodes.Const():
            return
        case nodes.Call(node=nodes.Name(name=name), args=args) if name in within.macros or name == "caller":
            if (within.macro and name != "caller") or any(_calls(one, within.macros) for one in args):
                raise _Refused(node, "a macro that is called within another is not part of a template")
        case nodes.Call(node=nodes.Getattr(attr=method)) if method in _METHODS:
            pass
        case nodes.Filter(name=name, args=args) if (
            name in _FILTERS
            and all(isinstance(one, nodes.Const) for one in args)
            and not any(node.node.find_all(nodes.Filter) if node.node else ())
            and not isinstance(node.node, nodes.Filter)
        ):
            pass
        case nodes.Dict(items=items) if all(
            isinstance(one.key, nodes.Const) and isinstance(one.value, nodes.Const) for one in items
        ):
            pass
        case nodes.Test(name=name) if name in _TESTS:
            pass
        case nodes.Getattr() | nodes.Getitem() | nodes.Slice() | nodes.Compare() | nodes.Operand():
            pass
        case nodes.And() | nodes.Or() | nodes.Not() | nodes.CondExpr() | nodes.Pair():
            pass
        case _:
            raise _Refused(node)
    for inner in node.iter_child_nodes():
        _expression(inner, within)


def _calls(node: nodes.Node, macros: frozenset[str]) -> bool:
    """True where *node* is or has a call of one of *macros*."""
    return any(
        isinstance(call, nodes.Call)
        and isinstance(call.node, nodes.Name)
        and call.node.name in {*macros, "caller"}
        for call in (node, *node.find_all(nodes.Call))
    )
