"""Hypothesis strategies for addresses, and for small worlds of records that bring one another in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from hypothesis import strategies as st

from dnsauth.spf import NoSuchName, NotLooked, TempError

DOMAINS = ("a.example.", "b.example.", "c.example.", "d.example.", "e.example.", "f.example.")
HOSTS = ("h1.example.", "h2.example.", "six.example.", "empty.example.", "gone.example.")
FOUR = (0, 1, 2, 3, 4, 5, 8, 128, 255)
SIX = (0, 1, 2, 3, 1 << 64, (1 << 64) + 1)
BASE4, BASE6 = int(IPv4Network("192.0.2.0").network_address), int(IPv6Network("2001:db8::").network_address)


@dataclass(frozen=True)
class Zone:
    """DNS as a mapping; None stands for a name that could not be asked."""

    answers: Mapping[tuple[str, str], tuple[str, ...] | None]
    held: bool = False
    """True where nothing else has been looked up."""

    def __call__(self, name: str, type: str) -> tuple[str, ...]:
        found = self.answers.get((name, type), ())
        if found is None:
            raise TempError("timeout")
        if (name, type) not in self.answers:
            if self.held:
                raise NotLooked(f"{type} of {name}")
            if all(name != known for known, _ in self.answers):
                raise NoSuchName(name)
        return found


def records(
    others: Mapping[tuple[str, str], tuple[str, ...] | None] | None = None,
    /,
    *,
    held: bool = False,
    **texts: str,
) -> Zone:
    """A zone of SPF records, by the first label below example, and of what else there is."""
    named = {(f"{label.replace('_', '-')}.example.", "TXT"): (text,) for label, text in texts.items()}
    return Zone({**named, **(others or {})}, held)


networks4 = st.builds(
    lambda host, prefix: IPv4Network((BASE4 + host, prefix), strict=False),
    st.sampled_from(FOUR),
    st.sampled_from((32, 32, 32, 31, 30, 25, 24, 0)),
)
networks6 = st.builds(
    lambda host, prefix: IPv6Network((BASE6 + host, prefix), strict=False),
    st.sampled_from(SIX),
    st.sampled_from((128, 128, 127, 64, 63, 0)),
)
mapped = st.sampled_from(("::ffff:192.0.2.1/128", "::ffff:192.0.2.0/120", "::ffff:0:0/96", "::/80")).map(
    IPv6Network
)
networks = networks4 | networks6 | mapped

_addresses4 = st.sampled_from(FOUR).map(lambda host: f"192.0.2.{host}")
_addresses6 = st.sampled_from(("2001:db8::1", "2001:db8::2", "2001:db8::1:0:0:1", "::ffff:192.0.2.1"))
_cidrs = st.sampled_from(("", "", "", "/31", "/24", "//64", "/30//127", "/0"))
_targets = st.sampled_from((*DOMAINS, *HOSTS)).map(lambda name: f":{name[:-1]}") | st.just("")
_mechanisms = st.one_of(
    networks4.map("ip4:{}".format),
    (networks6 | mapped).map("ip6:{}".format),
    st.builds("{}{}{}".format, st.sampled_from(("a", "a", "mx")), _targets, _cidrs),
    st.sampled_from(DOMAINS).map(lambda name: f"include:{name[:-1]}"),
    st.sampled_from(DOMAINS).map(lambda name: f"include:{name[:-1]}"),
)
_terms = st.builds("{}{}".format, st.sampled_from(("", "", "", "-", "?", "~")), _mechanisms)
_ends = st.sampled_from(
    (
        *("-all", "~all", "?all", "", ""),
        *(f"redirect={name[:-1]}" for name in DOMAINS),
        "-all ip4:192.0.2.7",
        "+all",
    )
)
_odd = st.sampled_from(
    ("exp=explain.example", "x=y", "a:a..example", "include:gone.example", "mx:many.example")
)
_wrong = st.sampled_from(("ip4:192.0.2", "moo"))
_opaque = st.sampled_from(
    ("ptr", "exists:%{i}.example", "include:%{d}", "-a:%{i}.example", "exists:h1.example")
)


@st.composite
def texts(draw: st.DrawFn, *, opaque: bool = False) -> str:
    terms = draw(st.lists(_terms, max_size=5))
    if draw(st.integers(0, 9)) == 9:
        terms.insert(draw(st.integers(0, len(terms))), draw(_odd))
    if draw(st.integers(0, 39)) == 39:
        terms.append(draw(_wrong))
    if opaque and draw(st.integers(0, 3)) == 3:
        terms.insert(0, draw(_opaque))
    terms.insert(draw(st.integers(0, 1)) * len(terms), draw(_ends))
    return " ".join(("v=spf1", *filter(None, terms)))


@st.composite
def zones(draw: st.DrawFn, *, opaque: bool = False, held: bool = False) -> Zone:
    """Records that include, redirect to and loop back to one another, some absent, wrong or out of reach.

    What messages decide is among their terms where *opaque*; some answers are not there yet where *held*.
    """
    answers: dict[tuple[str, str], tuple[str, ...] | None] = {}
    for domain in DOMAINS:
        if (odds := draw(st.integers(0, 39))) < 38:
            answers[domain, "TXT"] = tuple(draw(texts(opaque=opaque)) for _ in range(2 if odds == 0 else 1))
    for name in (*DOMAINS[:3], *HOSTS[:-1]):
        if name != "six.example.":
            answers[name, "A"] = tuple(draw(st.lists(_addresses4, max_size=2, unique=True)))
        answers[name, "AAAA"] = tuple(draw(st.lists(_addresses6, max_size=2, unique=True)))
        hosts = draw(st.lists(st.sampled_from((*HOSTS, ".")), max_size=3, unique=True))
        answers[name, "MX"] = tuple(f"{place} {host}" for place, host in enumerate(hosts))
    answers["empty.example.", "A"] = answers["empty.example.", "AAAA"] = ()
    answers["many.example.", "MX"] = tuple(f"10 h{place}.example." for place in range(11))
    for asked in draw(st.lists(st.sampled_from(sorted(answers)), max_size=2)):
        if draw(st.integers(0, 4)) == 4:
            answers[asked] = None
    unlooked = draw(st.lists(st.sampled_from(sorted(answers)), max_size=4)) if held else ()
    return Zone({asked: found for asked, found in answers.items() if asked not in unlooked}, held)
