"""check_host() where the suites are silent: why, step by step, what is counted, and what bounds it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping
from ipaddress import ip_address
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.live import wire
from dnsauth.spf import Evaluation, Lookup, NoSuchName, NotLooked, Result, TempError, check_host

CLIENT = "192.0.2.7"
TIMEOUT = ("timeout",)


class Dns:
    """A dict as DNS, which remembers what it was asked; a value that is `TIMEOUT` is an error."""

    def __init__(self, answers: Mapping[tuple[str, str], tuple[str, ...]]) -> None:
        self.answers = answers
        self.names = {name for name, _ in answers}
        self.asked: list[tuple[str, str]] = []

    def __call__(self, name: str, type: str) -> tuple[str, ...]:
        self.asked.append((name, type))
        values = self.answers.get((name, type), ())
        if values is TIMEOUT:
            raise TempError("timeout")
        if not values and name not in self.names:
            raise NoSuchName(name)
        return values


def dns(records: Mapping[str, str], **types: Mapping[str, tuple[str, ...]]) -> Dns:
    """SPF *records* by domain, and the values of other types."""
    answers = {(f"{name}.", "TXT"): (text,) for name, text in records.items()}
    for type, values in types.items():
        answers |= {(f"{name}.", type): each for name, each in values.items()}
    return Dns(answers)


def judged(
    lookup: Lookup, ip: str = CLIENT, mail_from: str = "user@example.com", helo: str = "mx.example.com"
) -> Evaluation:
    return check_host(ip, mail_from, helo, lookup)


NESTED = dns(
    {
        "example.com": "v=spf1 a:host.example.com include:_spf.example.net -all exp=why.example.com",
        "_spf.example.net": "v=spf1 ip6:2001:db8::/32 include:_a.example.net ~all",
        "_a.example.net": "v=spf1 ip4:192.0.2.0/24 -all",
        "why.example.com": "%{i} is no mailer of %{d}",
        "moved.example.com": "v=spf1 redirect=example.com",
        "loop.example.com": "v=spf1 include:pool.example.com -all",
        "pool.example.com": "v=spf1 include:loop.example.com -all",
        "wrong.example.com": "v=spf1 ipv4:192.0.2.1 -all",
        "brings.example.com": "v=spf1 include:wrong.example.com -all",
        "lost.example.com": "v=spf1 include:gone.example.com -all",
        "voids.example.com": "v=spf1 a:gone.example.com mx:gone.example.net exists:gone.example.org -all",
        "slow.example.com": "v=spf1 a:slow.example.net -all",
        "open.example.com": "v=spf1 a:host.example.com",
    },
    A={"host.example.com": ("198.51.100.1",), "slow.example.net": TIMEOUT},
)


@pytest.mark.parametrize(
    ("domain", "result", "because"),
    [
        (
            "example.com",
            "pass",
            (
                "ip4:192.0.2.0/24 of _a.example.net matches, brought in by include:_a.example.net of _spf.example.net, "
                "brought in by include:_spf.example.net of example.com"
            ),
        ),
        (
            "moved.example.com",
            "pass",
            (
                "ip4:192.0.2.0/24 of _a.example.net matches, brought in by include:_a.example.net of _spf.example.net, "
                "brought in by include:_spf.example.net of example.com, reached by redirect=example.com of moved.example.com"
            ),
        ),
        ("_a.example.net", "pass", "ip4:192.0.2.0/24 of _a.example.net matches"),
        (
            "open.example.com",
            "neutral",
            "no term of open.example.com matches, which is neutral (RFC 7208 section 4.7)",
        ),
        ("host.example.com", "none", "host.example.com has no SPF record"),
        ("gone.example.com", "none", "gone.example.com does not exist (NXDOMAIN)"),
        ("[192.0.2.1]", "none", "'[192.0.2.1]' is an address literal, no domain (RFC 7208 section 2.3)"),
        (
            "localhost",
            "none",
            "'localhost' is no domain: two labels or more, of 1 to 63 octets (RFC 7208 section 4.3)",
        ),
        (
            "wrong.example.com",
            "permerror",
            (
                "the SPF record of wrong.example.com is wrong, column 8: 'ipv4:192.0.2.1' is none of all, include, a, mx, "
                "ptr, ip4, ip6, exists, and no modifier (RFC 7208 section 4.6.1)"
            ),
        ),
        (
            "brings.example.com",
            "permerror",
            (
                "the SPF record of wrong.example.com is wrong, column 8: 'ipv4:192.0.2.1' is none of all, include, a, mx, "
                "ptr, ip4, ip6, exists, and no modifier (RFC 7208 section 4.6.1), "
                "brought in by include:wrong.example.com of brings.example.com"
            ),
        ),
        (
            "lost.example.com",
            "permerror",
            (
                "gone.example.com does not exist (NXDOMAIN), and include:gone.example.com of lost.example.com needs its "
                "record (RFC 7208 section 5.2)"
            ),
        ),
        (
            "loop.example.com",
            "permerror",
            (
                "include:pool.example.com of loop.example.com is one more than the 10 terms that may query DNS "
                "(RFC 7208 section 4.6.4), brought in by include:loop.example.com of pool.example.com, "
                "brought in by include:pool.example.com of loop.example.com"
            ),
        ),
        (
            "voids.example.com",
            "permerror",
            (
                "exists:gone.example.org of voids.example.com finds no A of gone.example.org, and 2 terms may find nothing "
                "(RFC 7208 section 4.6.4)"
            ),
        ),
        (
            "slow.example.com",
            "temperror",
            "a:slow.example.net of slow.example.com needs A of slow.example.net, which could not be asked: timeout",
        ),
    ],
)
def test_one_sentence_says_which_term_of_which_domain_decided(domain, result, because):
    evaluation = judged(NESTED, mail_from=f"user@{domain}")
    assert (result, because) == (evaluation.result, evaluation.because)


def test_every_term_is_a_step():
    evaluation = judged(NESTED)
    assert [
        ("example.com.", "v=spf1", 0, True, 0, None),
        ("example.com.", "a:host.example.com", 0, False, 1, None),
        ("example.com.", "include:_spf.example.net", 0, True, 3, Result.PASS),
        ("_spf.example.net.", "v=spf1", 1, True, 2, None),
        ("_spf.example.net.", "ip6:2001:db8::/32", 1, False, 2, None),
        ("_spf.example.net.", "include:_a.example.net", 1, True, 3, Result.PASS),
        ("_a.example.net.", "v=spf1", 2, True, 3, None),
        ("_a.example.net.", "ip4:192.0.2.0/24", 2, True, 3, None),
    ] == [(s.domain, s.term, s.depth, s.matched, s.lookups, s.result) for s in evaluation.steps]
    assert ("host.example.com.", "A", ("198.51.100.1",), True, "") == evaluation.steps[1].looked[0]
    assert "_spf.example.net." == evaluation.steps[2].target
    assert (3, 0) == (evaluation.lookups, evaluation.voids)


def test_a_step_says_why_it_ended():
    evaluation = judged(NESTED, mail_from="user@lost.example.com")
    assert ["", evaluation.because, "gone.example.com does not exist (NXDOMAIN)"] == [
        s.problem for s in evaluation.steps
    ]
    assert Result.NONE is evaluation.steps[1].result


def test_a_fail_has_the_explanation_of_the_domain_that_failed_it():
    lookup = dns({name[:-1]: text for (name, type), (text, *_) in NESTED.answers.items() if type == "TXT"})
    evaluation = judged(lookup, "203.0.113.1")
    assert ("fail", "203.0.113.1 is no mailer of example.com") == (evaluation.result, evaluation.explanation)
    assert ("example.com.", "exp=why.example.com", True) == tuple(
        getattr(evaluation.steps[-1], f) for f in ("domain", "term", "matched")
    )
    assert judged(lookup).explanation is None


@pytest.mark.parametrize(
    ("exp", "texts"),
    [
        ("why.example.com", ()),
        ("why.example.com", ("one", "two")),
        ("why.example.com", (r"caf\233",)),
        ("why.example.com", ("50% off",)),
        ("why.example.com", TIMEOUT),
        ("why..example.com", ("never asked",)),
        ("%{l}.example.com", ("never asked",)),
    ],
    ids=["none", "two", "not ASCII", "no explain-string", "an error", "no name", "a local-part not ASCII"],
)
def test_a_fail_without_a_usable_explanation_is_a_fail(exp, texts):
    lookup = dns({"example.com": f"v=spf1 -all exp={exp}"}, TXT={"why.example.com": texts})
    evaluation = judged(lookup, mail_from="b\xfccher@example.com")
    assert ("fail", None) == (evaluation.result, evaluation.explanation)


@pytest.mark.parametrize(
    ("terms", "voids", "result"),
    [
        ("mx:many.example.net", 1, "fail"),
        ("mx:many.example.net mx:many.example.net", 2, "fail"),
        ("mx:many.example.net a:gone.example.com exists:gone.example.org", 3, "permerror"),
        ("ptr ptr", 2, "fail"),
        ("exists:%{p}.example.org", 1, "fail"),
        ("a:a..example.com a:b..example.com a:c..example.com", 0, "fail"),
        ("a:host.example.com//64 a:gone.example.com a:gone.example.net", 2, "fail"),
    ],
    ids=[
        *("a term with three empty hosts", "each term", "the third term", "a client without reverse name"),
        *(
            "the name a macro asks for and the name it makes",
            "no name, no query",
            "what is there is not void",
        ),
    ],
)
def test_a_void_lookup_is_a_term(terms, voids, result):
    lookup = dns(
        {"example.com": f"v=spf1 {terms} -all"},
        MX={"many.example.net": ("10 gone.example.com.", "20 gone.example.net.", "30 gone.example.org.")},
        A={"host.example.com": ("198.51.100.1",)},
    )
    evaluation = judged(lookup)
    assert (result, voids) == (evaluation.result, evaluation.voids)


def test_an_ipv6_client_has_no_use_for_an_a_record():
    lookup = dns({"example.com": "v=spf1 a:host.example.com -all"}, A={"host.example.com": ("198.51.100.1",)})
    assert 1 == judged(lookup, "2001:db8::1").voids
    assert ("host.example.com.", "AAAA") in lookup.asked


def test_explanations_are_neither_lookups_nor_void():
    evaluation = judged(dns({"example.com": "v=spf1 -all exp=%{p}.gone.example.com"}))
    assert (0, 0) == (evaluation.lookups, evaluation.voids)


@pytest.mark.parametrize(
    ("hosts", "result"),
    [(10, "pass"), (11, "permerror")],
)
def test_an_mx_may_name_ten_hosts(hosts, result):
    names = [f"mx{number}.example.com" for number in range(hosts)]
    lookup = dns(
        {"example.com": "v=spf1 mx -all"},
        MX={"example.com": tuple(f"10 {name}." for name in names)},
        A=dict.fromkeys(names, (CLIENT,)),
    )
    assert result == judged(lookup).result
    assert (
        hosts < 11
        or "mx of example.com names 11 hosts, and may name 10 (RFC 7208 section 4.6.4)"
        == judged(lookup).because
    )


@pytest.mark.parametrize(
    ("reverse", "result"),
    [
        (("mx.example.com.",), "pass"),
        (("MX.Example.Com.",), "pass"),
        (("example.com.",), "fail"),
        (("mx.bad-example.com.", "slow.example.com.", "..", "mx.example.com."), "pass"),
        ((*(f"x{number}.example.net." for number in range(10)), "mx.example.com."), "fail"),
        (TIMEOUT, "fail"),
        ((), "fail"),
    ],
    ids=["below", "in any case", "not validated", "the fourth", "the eleventh", "an error", "none"],
)
def test_ptr_needs_a_name_that_leads_back(reverse, result):
    addresses = {"mx.example.com": (CLIENT,), "mx.bad-example.com": (CLIENT,), "slow.example.com": TIMEOUT}
    lookup = dns({"example.com": "v=spf1 ptr -all"}, PTR={"7.2.0.192.in-addr.arpa": reverse}, A=addresses)
    assert result == judged(lookup).result


@pytest.mark.parametrize(
    ("domain", "best"),
    [("example.com", "example.com"), ("example.net", "b.example.net"), ("example.org", "a.example.com")],
    ids=["the domain itself", "a name below it", "any"],
)
def test_the_macro_p_takes_the_name_nearest_to_the_domain(domain, best):
    names = ("a.example.com", "b.example.net", "example.com")
    lookup = dns(
        {domain: "v=spf1 -all exp=why.example.com", "why.example.com": "%{p}"},
        PTR={"7.2.0.192.in-addr.arpa": tuple(f"{name}." for name in names)},
        A=dict.fromkeys(names, (CLIENT,)),
    )
    assert best == judged(lookup, mail_from=f"user@{domain}").explanation


def test_reverse_names_are_looked_up_once_an_evaluation():
    lookup = dns({"example.com": "v=spf1 exists:%{p}.a.example.com ptr -all"})
    judged(lookup)
    assert 1 == lookup.asked.count(("7.2.0.192.in-addr.arpa.", "PTR"))


@pytest.mark.parametrize(
    ("mail_from", "helo", "result"),
    [
        ("user@b\xfccher.example", "mx.example.com", "pass"),
        ("user@B\xdcCHER.example", "mx.example.com", "pass"),
        ("user@xn--bcher-kva.example", "mx.example.com", "pass"),
        ("user@xn--bcher-kva.example.", "mx.example.com", "pass"),
        ("", "b\xfccher.example", "pass"),
        ("xn--bcher-kva.example", "mx.example.com", "pass"),
        ("b\xfccher@xn--bcher-kva.example", "mx.example.com", "fail"),
        ("user@\u2603\ud800.example", "mx.example.com", "none"),
        ("user@\xad.example", "mx.example.com", "none"),
        ("user@", "mx.example.com", "none"),
        ("user@..", "mx.example.com", "none"),
        ("", "", "none"),
    ],
)
def test_identities_are_a_labels(mail_from, helo, result):
    lookup = dns(
        {"xn--bcher-kva.example": "v=spf1 exists:%{l}.%{o}.example.com -all"},
        A={f"{name}.xn--bcher-kva.example.example.com": ("127.0.0.2",) for name in ("user", "postmaster")},
    )
    assert result == judged(lookup, mail_from=mail_from, helo=helo).result


def test_a_term_with_a_local_part_that_is_not_ascii_matches_nothing():
    evaluation = judged(
        dns({"example.com": "v=spf1 include:%{L}.example.com -all"}), mail_from="b\xfccher@example.com"
    )
    assert ("fail", "the local-part is not ASCII (RFC 8616 section 4)") == (
        evaluation.result,
        evaluation.steps[1].problem,
    )


@pytest.mark.parametrize(
    "ip", ["192.0.2.7", "::ffff:192.0.2.7", ip_address("192.0.2.7"), ip_address("::ffff:192.0.2.7")]
)
def test_a_mapped_client_is_an_ipv4_client(ip):
    assert "pass" == check_host(ip, "user@_a.example.net", "", NESTED).result


def test_a_zone_index_is_nothing_to_a_record():
    lookup = dns({"example.com": "v=spf1 ip6:fe80::1 -all"})
    assert "pass" == judged(lookup, "fe80::1%eth0").result


@pytest.mark.parametrize("ip", ["", "192.0.2", "192.0.2.0/24", "example.com", "192.0.2.07"])
def test_a_client_that_is_no_address_is_refused(ip):
    with pytest.raises(ValueError, match="address"):
        judged(NESTED, ip)


def test_what_nobody_has_looked_up_is_a_temperror():
    def lookup(name: str, type: str) -> tuple[str, ...]:
        raise NotLooked(f"{type} of {name} is not in the lock")

    evaluation = judged(lookup)
    assert ("temperror", "TXT of example.com could not be asked: TXT of example.com. is not in the lock") == (
        evaluation.result,
        evaluation.because,
    )


def test_values_that_no_resolver_gives_match_nothing():
    lookup = dns(
        {"example.com": "v=spf1 a:x.example.com mx:x.example.com ptr -all"},
        A={"x.example.com": ("", "192.0.2", "2001:db8::1", "\x00")},
        MX={"x.example.com": ("", "10", "10 ..", "ten x.example.com.", "10 \x00")},
        PTR={"7.2.0.192.in-addr.arpa": ("", ".", "\xff", "a" * 300)},
    )
    assert "fail" == judged(lookup).result


HOSTILE = {
    "includes itself": ("v=spf1" + 10 * " include:%{d}" + " -all", 11),
    "10^10": ("v=spf1" + "".join(f" include:{number}.example.com" for number in range(10)) + " -all", 11),
    "redirects to itself": ("v=spf1 redirect=%{d}", 11),
    "10,000 a": ("v=spf1" + 10_000 * " a" + " -all", 11),
    "10,000 mx": ("v=spf1" + 10_000 * " mx" + " -all", 111),
    "10,000 ptr": ("v=spf1" + 10_000 * " ptr" + " -all", 12),
    "10,000 ip4": ("v=spf1" + 10_000 * " ip4:198.51.100.1" + " -all", 1),
    "3,000 terms eleven times": (
        "v=spf1" + "".join(f" ip4:198.51.{n >> 8}.{n & 255}" for n in range(3000)) + " include:%{d} -all",
        11,
    ),
    "8,000 macros p": ("v=spf1 exists:" + 8_000 * "%{p}" + ".example.com -all", 13),
    "8,000 macros s": ("v=spf1 exists:" + 8_000 * "%{s}" + ".example.com -all", 2),
    "macros in exp": ("v=spf1 -all exp=" + 12_000 * "%{l}" + ".example.com", 2),
}


@pytest.mark.parametrize(("record", "queries"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_published_does_not_decide_how_much_is_done(record, queries):
    class Everywhere(Dns):
        def __call__(self, name: str, type: str) -> tuple[str, ...]:
            self.asked.append((name, type))
            hosts = tuple(f"10 {number}.example.org." for number in range(10))
            names = ("a.example.net.", "example.org.")
            return {"TXT": (record,), "A": ("198.51.100.9",), "MX": hosts, "PTR": names}[type]

    lookup = Everywhere({})
    tracemalloc.start()
    began = process_time()
    evaluation = judged(lookup, mail_from=f"{'x' * 64}@example.com")
    assert 5 > process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 50_000_000 > peak
    assert queries >= len(lookup.asked)
    assert 11 >= evaluation.lookups
    assert 2000 > len(evaluation.because)
    assert 512 >= len(evaluation.explanation or "")


TEXTS = st.one_of(
    st.text(max_size=30), st.sampled_from(["example.com", "a.example.com", "", "%{l}.example.com"])
)
WORDS = st.sampled_from(
    [
        *(
            "a",
            "mx",
            "ptr",
            "include:example.com",
            "include:a.example.com",
            "exists:%{l}.%{s}.%{p}",
            "a:%{h}",
        ),
        *(
            "redirect=a.example.com",
            "exp=%{h}",
            "-all",
            "?all",
            "a:a..example.com",
            "ip4:192.0.2.7",
            "mx/0//0",
        ),
        *("x=%{s}", "include:%{L}.example.com", "exists:%{ir}.%{v}.example.com", "ip6:::/0", "ptr:%{d}", "%"),
    ]
)
RECORDS = st.one_of(
    st.lists(WORDS, max_size=8).map(lambda words: " ".join(("v=spf1", *words))),
    st.text(max_size=40),
    TEXTS.map("v=spf1 {}".format),
)
VALUES = st.one_of(
    RECORDS, st.text(max_size=20), st.sampled_from(["192.0.2.7", "10 example.com.", "a.example.com."])
)


@settings(max_examples=300)
@given(
    ip=st.sampled_from([CLIENT, "2001:db8::7"]),
    mail_from=st.one_of(st.text(), st.builds("{}@{}".format, TEXTS, TEXTS)),
    helo=TEXTS,
    answers=st.dictionaries(
        st.tuples(
            st.sampled_from(["example.com.", "a.example.com.", "7.2.0.192.in-addr.arpa."]),
            st.sampled_from(["TXT", "A", "AAAA", "MX", "PTR"]),
        ),
        st.one_of(st.lists(VALUES, max_size=3).map(tuple), st.just(TIMEOUT)),
    ),
)
def test_there_is_a_result_whatever_is_asked_and_answered(ip, mail_from, helo, answers):
    lookup = Dns(answers)
    evaluation = check_host(ip, mail_from, helo, lookup)
    assert evaluation.result in Result
    assert evaluation.because
    assert "\n" not in evaluation.because
    assert (11, 3) >= (evaluation.lookups, evaluation.voids)
    assert all(name == name.lower() and wire.question(name, type) for name, type in lookup.asked)
    assert evaluation == check_host(ip, mail_from, helo, lookup)
