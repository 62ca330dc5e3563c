"""What can be wrong with a file before anybody asks what it means."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

UNREADABLE = Rule(
    "INV001", Severity.ERROR, "cannot be read: {reason}", "make it a plain file that may be read"
)
TOO_LARGE = Rule(
    "INV002", Severity.ERROR, "has more than {limit} octets", "split it: one file for each zone will do"
)
NOT_UTF8 = Rule("INV003", Severity.ERROR, "is not UTF-8: {reason}", "save the file as UTF-8")
CONTROL = Rule(
    "INV004",
    Severity.ERROR,
    "holds the control character {character}, which an eye cannot see",
    "delete it; write the line again if you cannot find it",
)
SYNTAX = Rule("INV005", Severity.ERROR, "is no YAML: {problem}", "{step}")
SECOND_DOCUMENT = Rule(
    "INV006", Severity.ERROR, "holds a second document", "keep one document, without `---` in between"
)
TOO_DEEP = Rule(
    "INV007", Severity.ERROR, "nests deeper than {limit} levels", "flatten it; no setting goes that deep"
)
DUPLICATE = Rule(
    "INV008",
    Severity.ERROR,
    "the key {key!r} stands here again; the first is on line {first}",
    "keep one of the two",
)
TAG = Rule(
    "INV009",
    Severity.ERROR,
    "has the tag {tag!r}; every value is text until its key gives it a type",
    "delete the tag; quote a value that starts with `!`",
)
MERGE = Rule(
    "INV010",
    Severity.ERROR,
    "has a merge key `<<`",
    "write the keys out, or share them as a sender in dnsauth.yaml",
)
ALIAS = Rule("INV011", Severity.ERROR, "the alias {name!r} {problem}", "write the value out here")
KEY = Rule(
    "INV012",
    Severity.ERROR,
    "has a {kind} where a key is expected",
    "write `name: value`; quote a text that starts with `{{`, `[` or `*`",
)
CONFLICT = Rule(
    "INV013",
    Severity.ERROR,
    "holds a merge that Git left to you",
    "keep the lines that should stand, of a lock those of both sides, and delete the `<<<<<<<`, `=======` and"
    " `>>>>>>>` lines",
)
