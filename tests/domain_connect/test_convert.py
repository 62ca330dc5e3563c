from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnsauth.domain_connect import template as format
from dnsauth.domain_connect.convert import Conversion, convert
from dnsauth.domain_connect.template import Refused, parse
from dnsauth.domain_connect.variables import Variable, help_of, names
from tests.markdown import Document

HERE = Path(__file__).parent
TEMPLATES = sorted((HERE / "templates").glob("*.json"))


def converted(*records: object, **more: object) -> Conversion:
    """The conversion of a template with *records*."""
    return convert(parse(octets(*records, **more)))


def octets(*records: object, **more: object) -> bytes:
    whole = {"providerId": "mailer.example", "serviceId": "mail", "records": records, **more}
    return json.dumps(whole).encode()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_each_template_becomes_the_definition_that_was_read_by_people(path):
    golden = HERE / "definitions" / f"{path.stem}.yaml"
    if path.stem.startswith("refused-"):
        assert not golden.exists()
        with pytest.raises(Refused):
            convert(parse(path.read_bytes()))
    else:
        assert golden.read_text() == convert(parse(path.read_bytes())).text


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("expression", "hostile", "record 1: `data` holds {{, which begins an expression of a definition"),
        ("statement", "hostile", "record 1: `host` holds {%, which begins an expression of a definition"),
        ("quote", "hostile", "record 1: `data` holds a double quote"),
        ("control", "hostile", "record 1: `data` holds the control character U+000A"),
        ("escaped-control", "hostile", "record 1: `data`, unescaped, holds the control character U+000A"),
        ("critical", "not understood", "record 1 is not for those who do not know: vnd.colour"),
        ("critical-property", "not understood", "the template is not for those who do not know: vnd.must"),
        ("version", "not understood", "its templateSpecVersion is not 1, the only one there is"),
        ("empty", "nothing carried", "it has no records"),
    ],
)
def test_a_template_is_refused_with_its_reason(name, kind, reason):
    with pytest.raises(Refused) as error:
        convert(parse((HERE / f"templates/refused-{name}.json").read_bytes()))
    assert (kind, reason) == (error.value.kind, error.value.reason)


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        (b"", "not JSON", "line 1, column 1: Expecting value"),
        (b"\xff", "not JSON", "octet 1 is not of UTF-8"),
        (b"[]", "no template", "it is JSON, and no object"),
        (b"{}", "no template", "it has no text `providerId`"),
        (b'{"providerId": "a", "serviceId": "b"}', "no template", "it has no list `records`"),
        (b'{"a": 1, "a": 2}', "not JSON", "the key 'a' stands twice in one object"),
        (b'{"a": NaN}', "not JSON", "NaN is no number of JSON"),
        (b'{"a": ' + b"1" * 5000 + b"}", "not JSON", "Exceeds the limit (4300 digits) for integer string"),
        (b"[" * 100_000, "not JSON", "it is nested too deeply"),
        (b" " * 300_000, "too large", "it has 300,000 octets of at most 262,144"),
        (octets(*range(201)), "too large", "it has 201 records of at most 200"),
        (octets(providerId="a\nb"), "no template", "`providerId` holds what does not print, or is too long"),
        (
            octets(providerId="\u00fc", serviceId="-"),
            "no name",
            "providerId and serviceId hold no letter a to z",
        ),
    ],
)
def test_what_is_no_template_is_refused(text, kind, reason):
    with pytest.raises(Refused) as error:
        convert(parse(text))
    assert (kind, True) == (error.value.kind, error.value.reason.startswith(reason)), error.value.reason


def test_a_source_makes_it_reported_and_nothing_else_does():
    record = {"type": "SPFM", "host": "@", "spfRules": "include:spf.mailer.example"}
    assert "\nstatus: unverified\n" in converted(record).text
    source = ("https://mailer.example/mail.json", date(2026, 11, 24).isoformat())
    text = convert(parse(octets(record)), source).text
    assert '- {url: "https://mailer.example/mail.json", seen: 2026-11-24}\nstatus: reported\n' in text


def test_a_dmarc_policy_is_told_with_what_to_write_instead():
    record = {
        "type": "TXT",
        "host": "_dmarc",
        "data": "v=DMARC1; p=%p%; rua=mailto:r@mailer.example, mailto:%x%",
    }
    other = {"type": "TXT", "host": "@", "data": "x"}
    (left,) = converted(record, other).left
    assert ("DMARC policy", 'dmarc: {policy: none, rua: ["mailto:r@mailer.example"]}') == (
        left.kind,
        left.instead,
    )


def test_a_name_is_of_the_letters_a_file_may_have():
    record = {"type": "TXT", "host": "@", "data": "x"}
    assert (
        "mail-er-example-e-mail-2"
        == converted(record, providerId="Mail_er.Example", serviceId="E--Mail 2").name
    )


@pytest.mark.parametrize(
    ("description", "said"),
    [
        ("", "%key% of the template"),
        ("key is the public key, id is yours", "the public key (%key% of the template)"),
        ("%id%: yours; %key%: `v=DKIM1` text;", "v=DKIM1` text (%key% of the template)"),
        ("the keys are many", "%key% of the template"),
        ("id/key refers to the pair", "the pair (%key% of the template)"),
        ("key - A\x1b[31m\u202ered", "A [31m red (%key% of the template)"),
        ("key: " + "long " * 400, "long " * 39 + "long (%key% of the template)"),
    ],
)
def test_help_is_what_the_description_says_of_a_variable(description, said):
    ours = format.parse(octets(variableDescription=description)).variables
    assert said == help_of(Variable("key"), [Variable("key"), Variable("id")], ours)


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L", "N", "Pd", "Pc"]), min_size=1)))
def test_no_two_variables_are_the_same_parameter(texts):
    variables = [Variable(text) for text in dict.fromkeys(texts)]
    assert len(variables) == len(set(names(variables).values()))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
TAME = [
    *("%a%", "%b%", "%Key-1%", "%domain%", "%host%", "%fqdn%", "%open", "%", "@", ".", "._domainkey", "mail"),
    *("_dmarc", "v=spf1 ", "v=DMARC1; p=none", "v=DKIM1; p=", "include:", "-all", " ", "redirect=", "ip4:"),
    *(
        "192.0.2.1",
        "2001:db8::1",
        "}}",
        "#",
        "'",
        "\\;",
        ";",
        "\u00fc",
        "*",
        "/24",
        "v=BIMI1; l=",
        "%{i}",
        ",",
    ),
    *("+", "?", "a", "mx", "exists:", "A" * 64),
]
HOSTILE = ["{", "}", "{%", '"', "\\", "\u202e", "\x00", "\ud800"]
PIECES = st.lists(st.sampled_from(TAME + HOSTILE) | st.text(max_size=5), max_size=6).map("".join)
TYPES = st.sampled_from(
    [
        "A",
        "AAAA",
        "CNAME",
        "MX",
        "NS",
        "SRV",
        "TXT",
        "SPFM",
        "APEXCNAME",
        "REDIR301",
        "txt",
        "TYPE1",
        "",
        "CAA",
    ]
)
TEXTS = st.one_of(PIECES, PIECES, PIECES, ANYTHING)
RECORDS = st.fixed_dictionaries(
    {"type": TYPES | ANYTHING, "host": TEXTS},
    optional={
        **dict.fromkeys(("pointsTo", "data", "spfRules", "target", "name"), TEXTS),
        "priority": st.sampled_from([0, 10, "10", "%a%", "x", 1.5, -1, 10**6, True]) | ANYTHING,
        "groupId": st.sampled_from(["g1", "g2", ""]) | ANYTHING,
        "essential": st.sampled_from(["Always", "OnApply"]) | ANYTHING,
        "txtConflictMatchingMode": st.sampled_from(["None", "All", "Prefix"]) | ANYTHING,
        "crit": ANYTHING | st.just(["data"]),
    },
)


NAMES = st.lists(st.sampled_from(TAME), min_size=1, max_size=3).map("".join)
SOUND = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["A", "AAAA", "CNAME", "MX", "TXT", "SPFM"]),
        "host": NAMES,
        "priority": st.sampled_from([10, "10", "%a%"]),
        **dict.fromkeys(("pointsTo", "data", "spfRules"), NAMES),
    },
    optional={"groupId": st.sampled_from(["g1", "g2"])},
)


def outcome(text: bytes) -> Conversion | Refused:
    try:
        return convert(parse(text))
    except Refused as error:
        return error


def survives(text: bytes) -> None:
    made = outcome(text)
    if isinstance(made, Refused):
        assert made.kind != "not rendered"
        assert made.reason.isprintable()
    else:
        assert all(line.isprintable() for line in made.text.splitlines())


@given(st.binary(max_size=60) | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_any_octets_are_converted_or_refused(text):
    survives(text)


@given(
    st.lists(RECORDS | ANYTHING, max_size=6),
    st.dictionaries(
        st.sampled_from(
            [
                "providerName",
                "serviceName",
                "version",
                "variableDescription",
                "hostRequired",
                "crit",
                "records",
            ]
        ),
        PIECES | ANYTHING,
        max_size=4,
    ),
)
def test_anything_in_the_form_of_a_template_is_converted_or_refused(records, more):
    survives(octets(*records, **{"providerId": "mailer.example", **more} if "records" not in more else more))


@given(st.lists(SOUND, min_size=1, max_size=8), st.booleans())
def test_what_is_converted_loads_and_renders(records, host_required):
    survives(octets(*records, hostRequired=host_required))


def test_a_variable_that_cannot_be_all_it_is_asked_to_be_keeps_the_first_record_and_names_the_other():
    first = {"type": "A", "host": "%a%", "pointsTo": "%a%"}
    other = {"type": "AAAA", "host": "%b%", "pointsTo": "%a%"}
    made = outcome(octets(first, other))
    assert isinstance(made, Conversion)
    assert [left.kind for left in made.left] == ["not rendered"]
    assert "AAAA" in str(made.left[0])


def test_the_document_shows_what_comes_of_its_template():
    fences = Document("docs/import.md").fences
    at = next(index for index, fence in enumerate(fences) if fence.language == "json")
    assert fences[at + 1].text == convert(parse(fences[at].text.encode())).text
