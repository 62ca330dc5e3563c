"""A service definition as text that people want to read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from dnsauth.documents.write import flow
from dnsauth.domain_connect.model import Entry, Left
from dnsauth.domain_connect.parameters import switches, when
from dnsauth.domain_connect.template import Template, visible
from dnsauth.domain_connect.variables import DOMAIN, PATTERNS, Parameter, Pieces, Variable

_COLUMNS = 110
_SPEAKS_NOT = (
    "A template says what to publish. Whose domain stands in MAIL FROM, how the mail aligns and what was "
    "agreed it does not say, so nothing of that is here."
)
_BELOW = "Made for a name below the apex of its zone (hostRequired): a mail domain like `news`, never `@`."
_AT_APEX = (
    "`%domain%` and `%host%` are those of the apex: below it, `domain` is the mail domain, not its zone."
)
_RECEIVES = "Its MX records are asked for by a mail domain that `receives` by this service."
_TERMS = "SPF terms are of use to a MAIL FROM of the mail domain alone."


def text(
    template: Template,
    entries: Sequence[Entry],
    parameters: Mapping[Variable, Parameter],
    left: Sequence[Left] = (),
    source: tuple[str, str] | None = None,
) -> str:
    """The definition of *entries* as YAML, with what is *left* in its head; *source* is URL and day."""
    lines = [*_head(template, entries, left), f"title: {flow(template.title)}"]
    if parameters:
        lines.append("parameters:")
        for parameter in parameters.values():
            lines += _parameter(parameter)
    for section in ("records", "dkim"):
        found = [_entry(entry, entries, parameters) for entry in entries if entry.section == section]
        lines += [f"{section}:", *found] if found else []
    terms = [_entry(entry, entries, parameters) for entry in entries if entry.section == "spf"]
    if terms:
        lines += [f"# {_TERMS}", "spf:", "  envelope: customer", "  terms:", *(f"  {term}" for term in terms)]
    exchanges = [_entry(entry, entries, parameters) for entry in entries if entry.section == "mx"]
    lines += ["mx:", *exchanges] if exchanges else []
    if source:
        lines += ["sources:", f"  - {{url: {json.dumps(source[0])}, seen: {source[1]}}}", "status: reported"]
    else:
        lines.append("status: unverified")
    return "\n".join([*lines, ""])


def _head(template: Template, entries: Sequence[Entry], left: Sequence[Left]) -> Iterator[str]:
    version = f", version {template.version}" if template.version else ""
    yield from _comment(
        f"From the Domain Connect template {template.service} of {template.provider}{version}. {_SPEAKS_NOT}"
    )
    if template.host_required:
        yield from _comment(_BELOW)
    elif any(
        built_in in f"{record.host} {record.value}" for record in template.records for built_in in _NAMED
    ):
        yield from _comment(_AT_APEX)
    if any(entry.section == "mx" for entry in entries):
        yield from _comment(_RECEIVES)
    if left:
        yield "#"
        yield "# Not carried:"
    for one in left:
        yield from _comment(f"- {one}", "  ")
        if one.instead:
            yield "#   where you want one, write in the zone file:"
            yield f"#     {visible(one.instead)}"
    yield ""


_NAMED = ("%domain%", "%host%")


def _comment(words: str, indent: str = "") -> Iterator[str]:
    for line in wrap(
        visible(words), _COLUMNS - 2, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ):
        yield f"# {line}"


def _parameter(parameter: Parameter) -> Iterator[str]:
    yield f"  {parameter.name}:"
    if parameter.many:
        yield "    many: true"
    if pattern := PATTERNS[parameter.kind]:
        yield f"    pattern: '{pattern}'"
    yield f"    example: {flow([parameter.example] if parameter.many else parameter.example)}"
    if not parameter.required:
        yield "    required: false"
    yield f"    help: {json.dumps(parameter.help, ensure_ascii=False)}"


def _entry(entry: Entry, entries: Sequence[Entry], parameters: Mapping[Variable, Parameter]) -> str:
    keys = {}
    if entry.each and parameters[entry.each].many:
        keys["each"] = parameters[entry.each].name
    bringing = when(entry, switches(entries))
    if bringing and parameters[bringing].name != keys.get("each"):
        keys["when"] = parameters[bringing].name
    if entry.preference:
        keys["preference"] = entry.preference
    for key, value in entry.texts.items():
        keys[key] = "{{ item }}" if "each" in keys else _expression(value, parameters)
    if entry.given:
        unnamed = [one for one in entries if one.given and not one.texts["selector"]]
        keys["selector"] = keys["selector"] or f"s{unnamed.index(entry) + 1}"
        keys["given"] = entry.given
    if keys.keys() == {"term"}:
        return f"  - {flow(keys['term'])}"
    return f"  - {flow(keys)}"


def _expression(value: Pieces, parameters: Mapping[Variable, Parameter]) -> str:
    return "".join(
        piece
        if isinstance(piece, str)
        else "{{ domain }}"
        if piece == DOMAIN
        else f"{{{{ {parameters[piece].name} }}}}"
        for piece in value
    )
