"""A service definition's file, checked: its form, its expressions, and the places of what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dnsauth.catalogue import model, schema
from dnsauth.catalogue.parameters import guess
from dnsauth.documents import Map, Node, Seq
from dnsauth.findings import Finding, Rule, Severity, Where
from dnsauth.templating import BadExpression, expression

SVC001 = Rule("SVC001", Severity.ERROR, "{problem}", "`dnsauth schema service` prints its form")
SVC002 = Rule(
    "SVC002",
    Severity.ERROR,
    "in `{key}: {text}`, {problem}",
    "an expression names a parameter, `domain` or, beside `each`, `item`, and may end with |lower, |upper, "
    "|replace('a', 'b') or |ip_term",
)

Path = tuple[str | int, ...]


def service(
    name: str, document: Node, file: str, *, shipped: bool
) -> tuple[model.Service | None, tuple[Finding, ...]]:
    """The service that *document* defines, or None, and every problem of form and expressions."""
    try:
        form = schema.Definition.model_validate(document)
    except ValidationError as error:
        return None, tuple(_misfit(document, file, wrong) for wrong in error.errors(include_url=False))
    sections: Mapping[str, tuple[Path, Iterable[schema.Entry]]] = {
        "records": (("records",), form.records),
        "dkim": (("dkim",), form.dkim),
        "spf": (("spf", "terms"), form.spf.terms if form.spf else ()),
        "mx": (("mx",), form.mx),
    }
    findings = tuple(
        Finding(
            SVC002,
            placed(document, file, (*path, index, key)),
            facts={"key": key, "text": f"{text:.200}", "problem": problem},
        )
        for path, entries in sections.values()
        for index, entry in enumerate(entries)
        for key, text, problem in _faults(entry, form.parameters)
    )
    findings += tuple(_command_faults(form.rotation, document, file))
    if findings:
        return None, findings
    return (
        model.Service(
            name=name,
            title=form.title,
            where=Where(file, 1, 1),
            shipped=shipped,
            status=form.status,
            parameters={name: _parameter(name, parameter) for name, parameter in form.parameters.items()},
            template={section: tuple(map(_entry, entries)) for section, (_, entries) in sections.items()},
            envelope=form.spf.envelope if form.spf else None,
            alignment=form.alignment.model_dump() if form.alignment else {},
            rotation=_rotation(form.rotation),
            baa=form.baa.offered if form.baa else None,
            category=form.category or "",
            detect=model.Detect(**{table: tuple(texts) for table, texts in form.detect}),
            sources=tuple(model.Source(source.url, source.seen) for source in form.sources),
            notes=form.notes,
        ),
        (),
    )


def _texts(entry: schema.Entry) -> dict[str, str]:
    return {key: str(text) for key, text in entry if key not in ("each", "when") and text != ""}


def _entry(entry: schema.Entry) -> model.Entry:
    texts = _texts(entry)
    named = {name for text in texts.values() for name, _ in expression(text).names}
    uses = (named | {entry.each, entry.when}) - {"", "domain", "item"}
    return model.Entry(texts, entry.each, entry.when, frozenset(uses))


def _rotation(form: schema.Rotation | None) -> model.Rotation:
    return model.Rotation(form.by, form.selectors or 0, form.command, form.tool) if form else model.Rotation()


def _command_faults(form: schema.Rotation | None, document: Node, file: str) -> Iterator[Finding]:
    if form is None:
        return
    problem = ""
    try:
        if set(expression(form.command).names) - {("domain", "")}:
            problem = "a command may name `domain` alone"
    except BadExpression as error:
        problem = str(error)
    if problem:
        facts = {"key": "command", "text": f"{form.command:.200}", "problem": problem}
        yield Finding(SVC002, placed(document, file, ("rotation", "command")), facts=facts)


def _parameter(name: str, form: schema.TextField) -> model.ServiceParameter:
    plain = model.ServiceParameter(name, form.pattern, help=form.help, default=form.default)
    if not isinstance(form, schema.Parameter):
        return plain
    return replace(
        plain,
        example=form.example,
        required=form.required and form.default is None,
        many=form.many,
        fields={key: _parameter(key, field) for key, field in form.fields.items()},
    )


def _faults(entry: schema.Entry, declared: Mapping[str, schema.Parameter]) -> Iterator[tuple[str, str, str]]:
    """(key, text, problem) of what *entry* names and cannot have."""
    for key, name in (("each", entry.each), ("when", entry.when)):
        if name and name not in declared:
            yield key, name, f"{name!r} is no parameter{guess(name, declared)}"
    if entry.each in declared and not declared[entry.each].many:
        yield "each", entry.each, f"{entry.each!r} is no list: say `many: true` where it is declared"
    for key, text in _texts(entry).items():
        try:
            named = expression(text).names
        except BadExpression as error:
            yield key, text, str(error)
            continue
        for name, attribute in named:
            if problem := _unknown(name, attribute, entry, declared):
                yield key, text, problem


def _unknown(
    name: str, attribute: str, entry: schema.Entry, declared: Mapping[str, schema.Parameter]
) -> str | None:
    fields: Iterable[str] = ()
    match name:
        case "domain":
            pass
        case "item":
            if not entry.each:
                return "`item` stands for nothing without `each`"
            if entry.each not in declared:
                return None  # said already
            fields = declared[entry.each].fields
        case _ if name not in declared:
            return f"{name!r} is no parameter{guess(name, (*declared, 'domain', 'item'))}"
        case _ if declared[name].many:
            return f"{name!r} is a list: say `each: {name}` and name `item`"
        case _:
            fields = declared[name].fields
    if attribute and attribute not in fields:
        return f"{name!r} has no {attribute!r}{guess(attribute, fields)}"
    if fields and not attribute:
        return f"{name!r} is a mapping: name one of {', '.join(fields)}"
    return None


def placed(document: Node, file: str, path: Path, *, key: bool = False) -> Where:
    """The place of what *path* leads to, as far as it leads; with *key* the place of its last key."""
    node, place = document, (1, 1)
    for step in path:
        if isinstance(node, Map) and step in node:
            place = node.key_where(str(step)) if key and step == path[-1] else node.where(str(step))
            node = node[str(step)]
        elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
            place, node = node.where(step), node[step]
    return Where(file, *place)


def _misfit(document: Node, file: str, error: ErrorDetails) -> Finding:
    path = tuple(step for step in error["loc"] if step != "[key]")
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    match error["type"]:
        case "extra_forbidden":
            problem = f"the key {key!r} is unknown{guess(key, _KEYS)}"
        case "missing":
            problem = f"{key!r} is missing"
        case "value_error":
            problem = str(error["ctx"]["error"])
        case _:
            problem = _PROBLEMS.get(error["type"]) or error["msg"][0].lower() + error["msg"][1:]
    if key and error["type"] not in ("extra_forbidden", "missing"):
        problem = f"{key}: {problem}"
    named_by_key = error["type"] == "extra_forbidden" or path != error["loc"]
    return Finding(SVC001, placed(document, file, path, key=named_by_key), facts={"problem": problem})


_KEYS = sorted({key for form in schema.FORMS for key in form.model_fields})
_PROBLEMS = {
    **dict.fromkeys(("model_type", "dict_type"), "a mapping is expected"),
    "list_type": "a list is expected",
    "string_type": "one text is expected",
    "string_too_short": "is empty",
}
