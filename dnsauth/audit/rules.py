"""What can be wrong with the audit trail."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

_ERROR = Severity.ERROR
_RESTORE = (
    "see who changed the file with `git log -p`, and take it back from a commit before that;"
    " what came after stays to be told by hand"
)

NO_ENTRY = Rule("AUD001", _ERROR, "this is no entry of the trail: {reason}", _RESTORE)
EDITED = Rule(
    "AUD002",
    _ERROR,
    "the entry was edited after it was written: it states the digest {stated}, and its text has {found}",
    _RESTORE,
)
UNCHAINED = Rule(
    "AUD003",
    _ERROR,
    "the entry does not follow the one before it: it names {named} as its digest, which is {before}",
    "one of the two was written anew, or put there; " + _RESTORE,
)
MISSING = Rule(
    "AUD004",
    _ERROR,
    "entries are missing here: this one is number {number}, and the one before is number {before}",
    _RESTORE,
)
TWICE = Rule("AUD005", _ERROR, "the entry stands here again: it is {first} already", _RESTORE)
UNORDERED = Rule(
    "AUD006", _ERROR, "the entry is out of order: it is number {number}, behind number {before}", _RESTORE
)
FORKED = Rule(
    "AUD007",
    _ERROR,
    "the entry follows the same one as {other} does: two writers who did not know of each other",
    "keep the trail of one branch, and start that of the other anew, as docs/audit.md says of branches;"
    " if none was merged, one of the two was put there",
)
MERGED = Rule(
    "AUD008",
    _ERROR,
    "Git left a conflict here: two branches wrote to the trail",
    "keep one side, as with `git checkout --ours FILE`; docs/audit.md says of branches who may write",
)
BEGINNING = Rule(
    "AUD009",
    _ERROR,
    "the trail begins with number {number}, and no entry says that those before were pruned",
    _RESTORE,
)
HALF = Rule(
    "AUD010",
    _ERROR,
    "the file ends in a half-written entry of {octets} octets",
    "the next command that writes an entry cuts it off, and says so in an entry of its own;"
    " where no command was killed, see what it was in Git",
)
STRAY = Rule(
    "AUD011",
    _ERROR,
    "this is no file of the trail, whose files are named YYYY-MM.jsonl",
    "give it its name back, or move it to another folder",
)
MONTH = Rule(
    "AUD012",
    _ERROR,
    "the file was renamed: its first entry is of {month}, and the name is not",
    "give it its name back: {month}.jsonl",
)
NONE = Rule(
    "AUD013",
    _ERROR,
    "there is no entry in {directory}",
    "the first command that does something writes one, where dnsauth.yaml says `audit:`;"
    " if there were any, see where they went with `git log`",
)
SHORTER = Rule(
    "AUD014",
    _ERROR,
    "the trail ends with number {number}, and {anchor} holds it up to {last}: its end was cut off",
    _RESTORE,
)
OTHER = Rule(
    "AUD015",
    _ERROR,
    "number {number} is not what {anchor} holds there: its digest is {here}, and there it is {there}",
    _RESTORE,
)
NO_HEAD = Rule(
    "AUD016",
    _ERROR,
    "no entry has the digest {digest}: the end was cut off, or what comes before was written anew",
    _RESTORE,
)
UNKNOWN = Rule(
    "AUD017",
    _ERROR,
    "the entry is as it was written, and this dnsauth cannot read it: {reason}",
    "read it with the dnsauth of version {version}, or a later one",
)
