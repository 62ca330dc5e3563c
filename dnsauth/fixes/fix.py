"""The files that findings are about, mended as far as that is mechanical."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from dnsauth import documents
from dnsauth.documents import Node
from dnsauth.documents.edit import Edit, Path, Rename, Unedited, edited
from dnsauth.findings import Finding, Where
from dnsauth.fixes.places import paths
from dnsauth.fixes.table import edits

Problems: TypeAlias = Callable[[bytes], Iterable[Finding]]
"""What is wrong in a file with these octets."""


class Fixed(NamedTuple):
    """A *file* that findings were about, *before* and *after* the edits that mend those *done*."""

    file: str
    before: bytes
    after: bytes
    done: tuple[Finding, ...]


def fixed(file: str, octets: bytes, findings: Iterable[Finding], problems: Problems) -> Fixed:
    """*file*, whose content is *octets*, with its *findings* mended, those alone that bring no new problem.

    Everything else in it, comments and order too, stays as it was.
    """
    done: list[Finding] = []
    after = octets
    known = Counter(one.rule.code for one in problems(octets))
    # the last first: what stands above a place does not move by an edit of it
    for finding in sorted(findings, key=lambda one: one.where, reverse=True):
        mended, some = _mended(after, finding)
        if not some:
            continue
        now = list(problems(mended))
        # what stood below a misspelt key was not looked at before
        below = tuple((*edit.path[:-1], edit.key) for edit in some if isinstance(edit, Rename))
        tree, _ = documents.load(mended, file)
        brought = Counter(one.rule.code for one in now if tree is None or not _within(tree, one.where, below))
        if not brought - known:
            after, known = mended, Counter(one.rule.code for one in now)
            done.append(finding)
    return Fixed(file, octets, after, tuple(reversed(done)))


def _mended(octets: bytes, finding: Finding) -> tuple[bytes, tuple[Edit, ...]]:
    """*octets* after the edits that mend *finding*, and these."""
    tree, wrong = documents.load(octets, finding.where.file)
    if tree is None or wrong or not finding.where.line:
        return octets, ()
    for path in paths(tree, finding.where):
        if some := edits(finding, tree, path):
            try:
                return edited(octets, some), some
            except Unedited:
                break
    return octets, ()


def _within(tree: Node, where: Where, renamed: Iterable[Path]) -> bool:
    return any(path[: len(one)] == one for one in renamed for path in paths(tree, where))
