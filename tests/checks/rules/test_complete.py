"""Every rule is seen to fire, and seen not to: the modules beside this one say which, from their tables."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from dnsauth.output.rule_pages import rules
from tests.checks import rules as here


def modules() -> Iterator[ModuleType]:
    """The modules of tests beside this one."""
    for one in iter_modules(here.__path__, f"{here.__name__}."):
        if one.name.rpartition(".")[2].startswith("test_") and one.name != __name__:
            yield import_module(one.name)


def test_every_rule_is_seen_to_fire_and_not_to():
    known, tests = rules().keys(), list(modules())
    fired, quiet = (frozenset().union(*(getattr(one, of) for one in tests)) for of in ("FIRED", "QUIET"))
    assert set() == known - fired, "no test fires these"
    assert set() == known - quiet, "no test shows an input on which these do not fire"
    assert set() == (fired | quiet) - known, "there are no such rules"
    assert len(known) >= 200
