"""The judges of a world: check_host() here, pyspf and mailauth; under limits that a test may lift."""

from __future__ import annotations

import json
import subprocess
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias
from unittest.mock import patch

from dnsauth.spf import Evaluation, NoSuchName, TempError, asking, check_host
from tests.spf.worlds import World


class Limits(NamedTuple):
    """The terms that may query, and those that may find nothing (RFC 7208 section 4.6.4)."""

    lookups: int = 10
    voids: int = 2


class Verdict(NamedTuple):
    """A result, and the explanation, which not every judge has."""

    result: str
    explanation: str | None = None


Judge: TypeAlias = Callable[[Sequence[tuple[World, Limits]]], list[Verdict]]


def evaluated(world: World, limits: Limits) -> Evaluation:
    """What check_host() says of *world*."""
    with patch.multiple(asking, MAX_LOOKUPS=limits.lookups, MAX_VOIDS=limits.voids):
        return check_host(world.ip, world.mail_from, world.helo, world)


def pyspf(directory: Path) -> Judge:
    """The judge of the sdist in *directory*."""
    module = _module(directory / "spf.py")

    def judge(cases: Sequence[tuple[World, Limits]]) -> list[Verdict]:
        return [_pyspf(module, *case) for case in cases]

    return judge


def mailauth(directory: Path) -> Judge:
    """The judge of the package in *directory*: one process for all that is asked at once, without explanations."""
    script = Path(__file__).with_name("mailauth.js")

    def judge(cases: Sequence[tuple[World, Limits]]) -> list[Verdict]:
        text = "".join(f"{json.dumps({**_fields(world), **limits._asdict()})}\n" for world, limits in cases)
        command = ("node", str(script), str(directory))
        ended = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=True)
        return [Verdict(line) for line in ended.stdout.splitlines()]

    return judge


def _fields(world: World) -> dict[str, Any]:
    return {field: getattr(world, field) for field in World.__dataclass_fields__}


def _module(path: Path) -> ModuleType:
    spec = spec_from_file_location("pyspf", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    with warnings.catch_warnings(action="ignore"):
        spec.loader.exec_module(module)
    return module


def _pyspf(module: Any, world: World, limits: Limits) -> Verdict:
    module.MAX_LOOKUP, module.MAX_VOID_LOOKUPS, module.MAX_RECURSION = *limits, 1000
    module.DNSLookup = lambda name, type, *_: list(_answered(module, world, name, type))
    query = module.query(i=world.ip, s=world.mail_from, h=world.helo)
    query.set_default_explanation("")
    result, _, explanation = query.check()
    return Verdict(result, (explanation or None) if result == "fail" else None)


def _answered(module: Any, world: World, name: str, type: str) -> Iterator[tuple[tuple[str, str], Any]]:
    try:
        values = world(f"{name.lower()}.", type)
    except NoSuchName:
        return
    except TempError as error:
        raise module.TempError(str(error)) from None
    for value in values:
        yield (name, type), _decoded(type, value)


def _decoded(type: str, value: str) -> Any:
    match type:
        case "TXT":
            return (value.encode(),)
        case "MX":
            preference, exchange = value.split()
            return int(preference), exchange.removesuffix(".")
        case "AAAA":
            return ip_address(value).packed
        case _:
            return value.removesuffix(".")
