"""Opinions side by side: what they differ in, and which explanations that needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tests.checks.explained import Explained
from tests.checks.opinions import Opinion


def differences(ours: Opinion, theirs: Opinion) -> Iterator[str]:
    """The kinds of difference."""
    if ours.taken != theirs.taken:
        yield "we take it" if ours.taken else "they take it"
    elif ours.taken:
        yield from (f"we say {one}" for one in sorted(ours.said - theirs.said))
        yield from (f"they say {one}" for one in sorted(theirs.said - ours.said))
        if ours.result != theirs.result:
            yield "result"


def explained(
    texts: Sequence[str], ours: Sequence[Opinion], theirs: Sequence[Opinion], known: Sequence[Explained]
) -> set[Explained]:
    """Those of *known* that are of use; fails for a difference that none of them explains."""
    used, left = set(), []
    for text, mine, other in zip(texts, ours, theirs, strict=True):
        for each in differences(mine, other):
            why = [one for one in known if one.kind == each and re.search(one.where, text)]
            used.update(why)
            if not why:
                left.append((text, each, mine, other))
    assert not left, "\n".join(map(str, left))
    return used
