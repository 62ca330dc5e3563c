"""Random DNS and messages for implementations to differ on: every term, macros, limits, voids, errors."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from dnsauth.spf import NoSuchName, TempError

Types = dict[str, tuple[str, ...]]

TIMEOUT = "TIMEOUT"
WILD = "wild.example.org"  # below it, every third name has an address: a macro's every character matters

CLIENTS = ("192.0.2.1", "192.0.2.130", "198.51.100.7", "2001:db8::1", "2001:db8:1::7", "::ffff:192.0.2.1")
ADDRESSES = ("192.0.2.1", "192.0.2.2", "192.0.2.129", "198.51.100.7", "203.0.113.9")
ADDRESSES6 = ("2001:db8::1", "2001:db8::2", "2001:db8:1::7", "2001:db8:2::1")
DOMAINS = ("example.com", "a.example.com", "b.example.com", "c.example.net", "d.example.net", "e.example.org")
HOSTS = ("mx1.example.com", "mx2.example.net", "host.example.org", "six.example.net", "empty.example.org")
GONE = ("gone.example.com", "gone.example.net", "gone.example.org")
EXPLAIN = "explain.example.com"
LOCAL_PARTS = ("user", "strong-bad", "a.b+c", "x_y=z/1", "o'brien", "UPPER", "")
HELOS = ("mx1.example.com", "Host.Example.org", "localhost", "[192.0.2.1]", "gone.example.net")
MACROS = (
    *("%{d}", "%{o}", "%{i}", "%{ir}", "%{v}", "%{h}", "%{l}", "%{l-}", "%{s}", "%{d2}", "%{D}", "%{d1r}"),
    *(
        "%{lr+-}",
        "%{l1r+-}",
        "%{p}",
        "%{p2}",
        "%{S}",
        "%{o1}",
        "%%",
        "%_",
        "%-",
        "%{ir}.%{v}",
        "%{L}",
        "%{h1}",
    ),
)
WRONG = (
    *("moo", "a:", "include", "ip4:192.0.2", "ip4:192.0.2.0/33", "ip6:192.0.2.1", "a:example", "mx/24/64"),
    *(
        "exists:%{x}.example.com",
        "all:x",
        "ptr/24",
        "redirect=",
        "exp=",
        "a=%{",
        "1a=b",
        "ip4:",
        "a:192.0.2.1",
    ),
    *("a:%{d}.", "mx/024", "exists:example.com/24", "--all", "all.", "ip6:2001:db8::/129", "a:a.%{c}"),
)
ODD = (
    "a:a..example.com",
    "a:" + 64 * "a" + ".example.com",
    "x=y",
    "a=%{s}",
    "A:Example.COM.",
    "MX",
    "op=auth",
)


@dataclass(frozen=True, slots=True)
class World:
    """A message, and what DNS holds; values are as `dnsauth.rrset` has them."""

    ip: str
    mail_from: str
    helo: str
    names: dict[str, Types]

    def __call__(self, name: str, type: str) -> tuple[str, ...]:
        types = self.names.get(name)
        if types is None and name.endswith(f".{WILD}.") and sum(map(ord, name)) % 3 == 0:
            types = {"A": ("127.0.0.2",)}
        if types is None:
            raise NoSuchName(name)
        if TIMEOUT in types.get(type, ()):
            raise TempError("timeout")
        return types.get(type, ())


def worlds(seed: int, count: int) -> Iterator[World]:
    for number in range(count):
        yield _world(random.Random(f"{seed}/{number}"))


def _world(chance: random.Random) -> World:
    client = chance.choice(CLIENTS)
    names = {f"{name}.": _types(chance, record=name in DOMAINS) for name in (*DOMAINS, *HOSTS)}
    names[f"{EXPLAIN}."] = {"TXT": tuple(_explanation(chance) for _ in range(chance.choice((1, 1, 1, 1, 2))))}
    if (odds := chance.random()) < 0.8:
        values = _some(chance, (*HOSTS, *DOMAINS), 3, many=12)
        names[_reverse(client)] = {"PTR": values if odds < 0.7 else (TIMEOUT,)}
    helo = chance.choice((*HELOS, *DOMAINS))
    mail_from = f"{chance.choice(LOCAL_PARTS)}@{chance.choice(DOMAINS)}" if chance.random() < 0.9 else ""
    return World(client, mail_from, helo, names)


def _reverse(client: str) -> str:
    address = ip_address(client)
    return f"{(getattr(address, 'ipv4_mapped', None) or address).reverse_pointer}."


def _types(chance: random.Random, *, record: bool) -> Types:
    types: Types = {}
    if chance.random() < 0.8:
        types["A"] = tuple(chance.sample(ADDRESSES, chance.randint(1, 2)))
    if chance.random() < 0.5:
        types["AAAA"] = tuple(chance.sample(ADDRESSES6, chance.randint(1, 2)))
    if chance.random() < 0.7:
        hosts = _some(chance, (*HOSTS, *HOSTS, *DOMAINS, *GONE[:1], ""), 3, many=11)
        types["MX"] = tuple(f"{number} {host}" for number, host in enumerate(hosts))
    if record and chance.random() < 0.96:
        texts = [_record(chance) for _ in range(1 if chance.random() < 0.98 else 2)]
        types["TXT"] = (*texts, "v=spf10 -all", "verification=1")[: len(texts) + chance.randint(0, 2)]
    for type in types:
        if chance.random() < 0.02:
            types[type] = (TIMEOUT,)
    return types


def _some(chance: random.Random, names: Sequence[str], most: int, *, many: int) -> tuple[str, ...]:
    count = many if chance.random() < 0.03 else chance.randint(1, most)
    return tuple(f"{name}." for name in (chance.choice(names) for _ in range(count)))


def _record(chance: random.Random) -> str:
    terms = [_term(chance) for _ in range(chance.randint(0, 5) if chance.random() < 0.9 else 9)]
    redirects = chance.random() < 0.3
    if redirects:
        terms.insert(chance.randint(0, len(terms)), f"redirect={chance.choice((*DOMAINS, *DOMAINS, *GONE))}")
    if chance.random() < (0.2 if redirects else 0.8):
        terms.append(chance.choice("-~?+") + "all")
    if chance.random() < 0.4:
        terms.append(
            f"exp={chance.choice((EXPLAIN, EXPLAIN, EXPLAIN, GONE[0], '%{o}.' + WILD, '%{l}.' + WILD))}"
        )
    version = "v=spf1" if chance.random() < 0.97 else "V=SPF1"
    return " ".join((version, *terms))


def _term(chance: random.Random) -> str:
    if (odds := chance.random()) < 0.01:
        return chance.choice(WRONG)
    if odds < 0.03:
        return chance.choice(ODD)
    return chance.choice(("", "", "", "+", "-", "~", "?")) + _mechanism(chance)


def _mechanism(chance: random.Random) -> str:
    target = chance.choice((*DOMAINS, *HOSTS, *DOMAINS, *HOSTS, *GONE))
    macro = f"{chance.choice(MACROS)}.{chance.choice(MACROS)}.{WILD}"
    macro = chance.choice((macro, macro, f"{chance.choice(MACROS)}.example.com", "%{d}", "%{h}", "%{o}"))
    where = macro if chance.random() < 0.15 else target
    cidr = chance.choice(("", "", "", "/24", "//48", "/25//64", "/0", "//0"))
    match chance.choice(
        ("include", "include", "a", "a", "mx", "mx", "ptr", "ip4", "ip6", "exists", "exists")
    ):
        case "include":
            return f"include:{chance.choice(DOMAINS) if chance.random() < 0.95 else where}"
        case "a":
            return f"a{cidr}" if chance.random() < 0.3 else f"a:{where}{cidr}"
        case "mx":
            return f"mx{cidr}" if chance.random() < 0.3 else f"mx:{where}{cidr}"
        case "ptr":
            return (
                "ptr"
                if chance.random() < 0.5
                else f"ptr:{chance.choice((where, 'example.com', 'example.net'))}"
            )
        case "ip4":
            return f"ip4:{chance.choice(ADDRESSES)}{chance.choice(('', '', '/24', '/32'))}"
        case "ip6":
            return f"ip6:{chance.choice(ADDRESSES6)}{chance.choice(('', '', '/48', '/128'))}"
        case _:
            return f"exists:{macro if chance.random() < 0.7 else target}"


def _explanation(chance: random.Random) -> str:
    words = (*MACROS, "%{c}", "%{r}", "no mail", "100%%", "see http://example.com/")
    count = 4 if chance.random() < 0.97 else 60
    return " ".join(chance.choices(words, k=count)) if chance.random() < 0.95 else "50% off"
