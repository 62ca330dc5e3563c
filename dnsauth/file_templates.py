"""The templates of files that dnsauth writes: Jinja2 in its sandbox, and of that a checked subset.

A template may be a user's own, brought by a pull request, and what it makes may be written by root. Its
syntax tree is checked before anything is compiled: text, declared names, loops over declared lists with none
within another, conditions. So its work is bounded by its length times that of a list, and the sandbox is the
second fence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dnsauth.errors import DnsauthError
from dnsauth.findings import nearest

DIRECTORY = "templates"
MAX_SOURCE = 20_000  # characters of one template
MAX_RESULT = 50_000_000  # characters of what it makes; a hundred thousand keys take less

Row: TypeAlias = "Mapping[str, str]"
"""What a loop goes over, one by one: texts by attribute."""

_PACKAGE = Path(__file__).parent
_PACKED = _PACKAGE / DIRECTORY  # in a wheel; a checkout has them beside the package
SHIPPED = _PACKED if _PACKED.is_dir() else _PACKAGE.parent / DIRECTORY
"""The directory of every template that comes with dnsauth."""

_ENVIRONMENT = ImmutableSandboxedEnvironment(  # values are checked where they are given, and no HTML is made
    undefined=StrictUndefined,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_FILTERS = ("lower", "upper")
_LOOP = ("first", "last")


class BadTemplate(DnsauthError):
    """The template is not of the subset; the message names its file, line and reason."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a template may speak of: *texts* by name, and lists by name with the attributes of their rows."""

    texts: frozenset[str]
    lists: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class FileTemplate:
    """A checked template; *file* is where it was read."""

    file: str
    compiled: Template

    def render(self, values: Mapping[str, str | Sequence[Row]]) -> str:
        """The file's text with *values*, which hold every name of its form; raises `BadTemplate`."""
        pieces: list[str] = []
        left = MAX_RESULT
        for piece in self.compiled.generate(values):
            pieces.append(piece)
            left -= len(piece)
            if left < 0:
                raise BadTemplate(f"{self.file} makes more than {MAX_RESULT:,} characters")
        return "".join(pieces)


def read(name: str, directory: Path, form: Form) -> FileTemplate:
    """The template *name* (``signers/files/signing.txt.j2``) as *directory* has it, else the shipped one.

    Raises `BadTemplate` for one that can't be read or says more than *form* and the subset allow.
    """
    for root in (directory / DIRECTORY, SHIPPED):
        path = root / name
        try:
            source = path.read_text("utf-8")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise BadTemplate(
                f"{path} can't be read: {error}", f"mend it, or remove it: dnsauth has a {name} of its own"
            ) from error
        return _checked(str(path), source, form)
    raise BadTemplate(f"there is no template {name}", "install dnsauth again: it comes with one")


def _checked(file: str, source: str, form: Form) -> FileTemplate:
    if len(source) > MAX_SOURCE:
        raise BadTemplate(f"{file} has {len(source):,} characters of at most {MAX_SOURCE:,}")
    try:
        tree = _ENVIRONMENT.parse(source)
        for node in tree.body:
            _statement(node, form, {})
        return FileTemplate(file, _ENVIRONMENT.from_string(tree))
    except TemplateSyntaxError as error:
        raise BadTemplate(f"{file}:{error.lineno}: no Jinja2 template: {error.message}") from error
    except RecursionError as error:
        raise BadTemplate(f"{file} is nested too deeply") from error
    except _Refused as error:
        raise BadTemplate(f"{file}:{error.line}: {error}", error.hint) from error


class _Refused(Exception):
    def __init__(self, node: nodes.Node, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.line, self.hint = node.lineno or 1, hint


_Rows: TypeAlias = "Mapping[str, Collection[str]]"
"""The variables there are within the loop, with their attributes; none outside."""


def _statement(node: nodes.Node, form: Form, rows: _Rows) -> None:
    match node:
        case nodes.Output():
            for part in node.nodes:
                if not isinstance(part, nodes.TemplateData):
                    _expression(part, form, rows)
        case nodes.If():
            _expression(node.test, form, rows)
            for inner in (*node.body, *node.elif_, *node.else_):
                _statement(inner, form, rows)
        case nodes.For(target=nodes.Name(name=name), iter=nodes.Name(name=of), test=None, recursive=False):
            if rows:
                raise _Refused(node, "a loop in a loop is not part of a template")
            if of not in form.lists:
                raise _unknown(node, of, form.lists)
            if name in form.texts or name in form.lists or name == "loop":
                raise _Refused(node, f"the loop's variable may not be called {name}")
            for inner in (*node.body, *node.else_):
                _statement(inner, form, {name: form.lists[of], "loop": _LOOP})
        case _:
            raise _refused(node)


def _expression(node: nodes.Node, form: Form, rows: _Rows) -> None:
    match node:
        case nodes.Const(value=str()):
            inner: tuple[nodes.Node, ...] = ()
        case nodes.Name(name=name):
            if name not in form.texts:
                raise _unknown(node, name, form.texts)
            inner = ()
        case nodes.Getattr(node=nodes.Name(name=name), attr=attribute) if name in rows:
            if attribute not in rows[name]:
                raise _unknown(node, attribute, rows[name])
            inner = ()
        case nodes.Compare(expr=expr, ops=[nodes.Operand(op="eq" | "ne", expr=other)]):
            inner = (expr, other)
        case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right):
            inner = (left, right)
        case nodes.Not(node=one):
            inner = (one,)
        case nodes.Filter(node=nodes.Expr() as one, args=[], kwargs=[], dyn_args=None, dyn_kwargs=None):
            if node.name not in _FILTERS:
                raise _unknown(node, node.name, _FILTERS)
            inner = (one,)
        case _:
            raise _refused(node)
    for each in inner:
        _expression(each, form, rows)


def _unknown(node: nodes.Node, name: str, known: Collection[str]) -> _Refused:
    close = nearest(name, known)
    hint = f"did you mean {close}?" if close else f"there are {', '.join(sorted(known))}"
    return _Refused(node, f"there is no {name} here", hint)


def _refused(node: nodes.Node) -> _Refused:
    kind = type(node).__name__.lower()
    return _Refused(
        node,
        f"{kind} is not part of a template",
        "a template has text, declared names, for, if, ==, !=, and, or, not, lower and upper",
    )
