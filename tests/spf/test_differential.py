"""check_host() against other implementations, world by world: every difference is one of named rules.

A rule explains a difference where the change it names, to the world or to the limits, makes both agree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import combinations
from typing import NamedTuple

from dnsauth.spf import Evaluation
from tests.spf import changes, judges
from tests.spf.changes import Change
from tests.spf.judges import Judge, Limits, Verdict, evaluated
from tests.spf.worlds import World, worlds

SEED = 1
COUNT = 4000  # worlds
MOST = 3  # rules at work in one world


class Variant(NamedTuple):
    """A world as some changes make it."""

    of: int
    rules: tuple[Change, ...]
    world: World
    limits: Limits


def test_pyspf_differs_by_known_rules(pyspf):
    differing, why = compared(
        judges.pyspf(pyspf),
        changes.PYSPF,
        lambda ours: Verdict(str(ours.result), ours.explanation),
    )
    assert 0 < differing < 400
    assert {rule.said for rule in changes.PYSPF} == set(why)


def test_mailauth_differs_by_known_rules(mailauth):
    differing, why = compared(
        judges.mailauth(mailauth), changes.MAILAUTH, lambda ours: Verdict(str(ours.result))
    )
    assert 0 < differing < 400
    assert {rule.said for rule in changes.MAILAUTH} == set(why)


@cache
def drawn() -> list[World]:
    return list(worlds(SEED, COUNT))


def counted(ours: Evaluation) -> bool:
    """True where the counts are those of the steps, and the limits what they are: no rule explains that."""
    terms = [
        step for step in ours.steps if re.match(r"[-+?~]?(include|a|mx|ptr|exists|redirect)\b", step.term)
    ]
    voids = sum(any(each.void for each in step.looked) for step in terms)
    exceeded = (" is one more than " in ours.because, " may find nothing " in ours.because)
    return (len(terms), voids) == (ours.lookups, ours.voids) and exceeded == (len(terms) == 11, voids == 3)


def compared(
    judge: Judge, rules: Sequence[Change], verdict: Callable[[Evaluation], Verdict]
) -> tuple[int, Counter[str]]:
    """How many worlds differ, and how often each rule explains it; fails for a world that none explains."""
    cases = [(world, evaluated(world, Limits())) for world in drawn()]
    assert [] == [ours for _, ours in cases if not counted(ours)]
    theirs = judge([(world, Limits()) for world, _ in cases])
    left = {
        number: case
        for number, (case, their) in enumerate(zip(cases, theirs, strict=True))
        if verdict(case[1]) != their
    }
    differing = len(left)
    why: Counter[str] = Counter()
    for size in range(1, MOST + 1):
        if not left:
            break
        variants = [
            variant(number, *case, chosen)
            for number, case in left.items()
            for chosen in combinations(rules, size)
        ]
        agreed = judge([(each.world, each.limits) for each in variants])
        for each, their in zip(variants, agreed, strict=True):
            if each.of in left and verdict(evaluated(each.world, each.limits)) == their:
                del left[each.of]
                why.update(rule.said for rule in each.rules)
    assert {} == {number: (world, ours, theirs[number]) for number, (world, ours) in left.items()}
    return differing, why


def variant(number: int, world: World, ours: Evaluation, rules: tuple[Change, ...]) -> Variant:
    limits = Limits()
    for rule in rules:
        world, limits = rule.world(world, ours), rule.limits(limits)
    return Variant(number, rules, world, limits)
