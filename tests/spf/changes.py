"""Why another implementation differs: changes to a world after which both agree, each named by its rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from dnsauth.records import BadRecord, spf
from dnsauth.spf import Evaluation
from tests.spf.judges import Limits
from tests.spf.worlds import EXPLAIN, TIMEOUT, Types, World

Word = Callable[[str, str], str]
"""(domain, word of its record) to what stands there instead; nothing where it is empty."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is *said* of a difference, the *section* of RFC 7208 that decides it, and what removes it."""

    said: str
    section: str
    world: Callable[[World, Evaluation], World] = lambda world, _: world
    limits: Callable[[Limits], Limits] = lambda limits: limits


def types(change: Callable[[str, Types], Types], world: World) -> World:
    """*world* with what stands at every name changed."""
    return replace(world, names={name: change(name, types) for name, types in world.names.items()})


def texts(change: Callable[[str, str], str], world: World) -> World:
    """*world* with every TXT value changed."""
    return types(
        lambda name, types: types | {"TXT": tuple(change(name, text) for text in types.get("TXT", ()))}, world
    )


def words(change: Word, world: World) -> World:
    """*world* with every word of its SPF records changed."""

    def record(name: str, text: str) -> str:
        if not spf.selects(text):
            return text
        version, *terms = text.split()
        return " ".join((version, *filter(None, (change(name.removesuffix("."), term) for term in terms))))

    return texts(record, world)


def word(change: Word) -> Callable[[World, Evaluation], World]:
    return lambda world, _: words(change, world)


def postmaster(world: World, _: Evaluation) -> World:
    return replace(world, mail_from=re.sub("^@", "postmaster@", world.mail_from))


def tolerated(world: World, ours: Evaluation) -> World:
    """The errors that did not decide are not there."""
    asked = [looked for step in ours.steps for looked in step.looked if looked.error]
    decided = {(each.name, each.type) for each in asked[-1:] if ours.result == "temperror"}
    return types(
        lambda name, types: {
            type: values for type, values in types.items() if TIMEOUT not in values or (name, type) in decided
        },
        world,
    )


def own_include(world: World, _: Evaluation) -> World:
    """Includes of a record's own domain are in capitals."""
    sender = world.mail_from.rpartition("@")[2] or world.helo

    def capitals(domain: str, word: str) -> str:
        qualifier, include, target = word.partition("include:")
        expanded = {"%{d}": domain, "%{o}": sender, "%{h}": world.helo}.get(target, target)
        return f"{qualifier}include:{domain.upper()}" if include and expanded.lower() == domain else word

    return words(capitals, world)


def known(_: str, word: str) -> str:
    """No modifier but ``redirect`` and ``exp``."""
    modifier = re.match(r"([a-z][a-z0-9_.-]*)=", word, re.IGNORECASE)
    return word if modifier is None or modifier[1] in ("redirect", "exp") else ""


def right(_: str, word: str) -> str:
    """No word that the grammar refuses."""
    try:
        spf.term(word)
    except BadRecord:
        return ""
    return word


def meaning(domain: str, word: str) -> str:
    """No macro d, implied by a bare ``ptr`` too, no p, and none in capitals."""
    word = re.sub("^([-+?~]?)ptr$", rf"\1ptr:{domain}", word)
    word = re.sub(r"%\{[dp][^}]*\}", "macro.example.com", word, flags=re.IGNORECASE)
    return re.sub(r"%\{[A-Z]", lambda found: found[0].lower(), word)


def absent(world: World, _: Evaluation) -> World:
    """No name that DNS cannot hold, or that ends in no top-level label: not in HELO, and not in a record."""
    world = words(lambda _, word: "" if ".." in word or 64 * "a" in word else word, world)
    return replace(world, helo=world.helo if re.search(r"\.[a-z]+$", world.helo) else "mx1.example.com")


def ended(_: str, text: str) -> str:
    return re.sub("%%$", "%% ", text)


def brief(name: str, text: str) -> str:
    """An explanation of a few words."""
    return " ".join((*text.split(" ")[:4], ".")) if name == f"{EXPLAIN}." else text


def hosts(world: World, _: Evaluation) -> World:
    return types(lambda _, types: types | ({"MX": types["MX"][:10]} if "MX" in types else {}), world)


VOIDS = Change(
    "a void lookup is a term, however many of its queries find nothing",
    "4.6.4",
    limits=lambda limits: limits._replace(voids=1000),
)
LOOKUPS = Change(
    "each term that is evaluated is one lookup: redirect where it is followed, ptr each time",
    "4.6.4",
    limits=lambda limits: limits._replace(lookups=40),
)

PYSPF = (
    VOIDS,
    LOOKUPS,
    Change("the %{s} of a sender without local-part begins with postmaster", "7.3", postmaster),
    Change("what is not reached is not looked up, and ptr tolerates errors", "4.6.2 and 5.5", tolerated),
    Change("an include of its own domain ends at the limit, if it is reached", "4.6.4", own_include),
    Change("an unknown modifier may stand twice, and is a macro-string", "6", word(known)),
    Change("an explanation may end in %%", "7.1", lambda world, _: texts(ended, world)),
    Change("an explanation is cut to a line, not to a name", "6.2", lambda world, _: texts(brief, world)),
)
MAILAUTH = (
    VOIDS,
    LOOKUPS,
    Change("a syntax error is a permerror, wherever it stands", "4.6", word(right)),
    Change(
        "%{d} is the current domain, %{p} the validated name, capitals are escaped",
        "7.2 and 7.3",
        word(meaning),
    ),
    Change("a name that DNS cannot hold is not there", "4.8", absent),
    Change(
        "a name may hold any visible character, @ too",
        "7.1",
        word(lambda _, word: re.sub(r"%\{s", "%{o", word, flags=re.IGNORECASE)),
    ),
    Change("a domain may end in a dot", "7.1", word(lambda _, word: word.removesuffix("."))),
    Change("more than ten MX hosts are a permerror, whichever matches", "4.6.4", hosts),
    Change("ptr tolerates errors", "5.5", tolerated),
)
