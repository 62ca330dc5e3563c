"""Which policy applies: by tree walk and by suffix list."""

from __future__ import annotations

import json

import pytest

from dnsauth.dmarc import Discovery, discover, walk
from dnsauth.records.dmarc import Policy
from dnsauth.spf import NoSuchName, TempError


def dns(records: dict[str, str | tuple[str, ...]], absent: tuple[str, ...] = ()):
    def lookup(name: str, type: str) -> tuple[str, ...]:
        found = records.get(name.removesuffix(".")) if type == "TXT" else ()
        if found is None or name.removesuffix(".") in absent:
            raise NoSuchName(name)
        return (found,) if isinstance(found, str) else found

    return lookup


def suffixes(domain: str) -> str:
    labels = domain.split(".")
    return ".".join(labels[-3:]) if len(labels) > 2 else ""


def found(domain: str, records: dict[str, str | tuple[str, ...]], *absent: str) -> Discovery:
    return discover(domain, dns(records, absent), suffixes)


def test_the_walk_and_the_organizational_domain_are_the_rfc_s_own(shared):
    vectors = json.loads((shared / "data/vectors/rfc9989_treewalk.json").read_text())

    assert [v["queries"] for v in vectors["walks"]] == [
        [name.removesuffix(".") for name in walk(v["domain"] + ".")] for v in vectors["walks"]
    ]
    for vector in vectors["orgdomains"]:
        records = {f"_dmarc.{name}": f"v=DMARC1; p=none; {tags}" for name, tags in vector["records"].items()}
        assert vector["org"] + "." == found(vector["start"] + ".", records).by_tree_walk.organizational


@pytest.mark.parametrize(
    ("domain", "records", "walked", "listed", "reason"),
    [
        (
            "example.com.",
            {"_dmarc.example.com": "v=DMARC1; p=reject"},
            ("reject", "p", "example.com."),
            ("reject", "p", "example.com."),
            "its own record",
        ),
        (
            "a.b.example.com.",
            {
                "_dmarc.b.example.com": "v=DMARC1; p=none",
                "_dmarc.example.com": "v=DMARC1; p=reject; sp=quarantine",
            },
            ("quarantine", "sp", "example.com."),
            ("quarantine", "sp", "example.com."),
            "the topmost record of the walk, and not the nearest",
        ),
        (
            "a.b.example.com.",
            {"_dmarc.b.example.com": "v=DMARC1; p=none; psd=n", "_dmarc.example.com": "v=DMARC1; p=reject"},
            ("none", "p", "b.example.com."),
            ("reject", "p", "example.com."),
            "psd=n ends the walk, and the list knows nothing of it",
        ),
        (
            "x.example.com.",
            {"_dmarc.com": "v=DMARC1; p=reject; psd=y"},
            ("reject", "p", "com."),
            (None, "", ""),
            "the public suffix domain's record",
        ),
        (
            "gone.example.com.",
            {"_dmarc.example.com": "v=DMARC1; p=none; sp=quarantine; np=reject"},
            ("reject", "np", "example.com."),
            ("quarantine", "sp", "example.com."),
            "np is for names that do not exist, and older receivers do not know it",
        ),
        (
            "example.com.",
            {"_dmarc.example.com": "v=DMARC1; p=reject; t=y"},
            ("quarantine", "p and t=y", "example.com."),
            ("reject", "p", "example.com."),
            "t=y lowers by one, and older receivers do not know it",
        ),
        (
            "example.com.",
            {"_dmarc.example.com": ("v=DMARC1; p=reject", "v=DMARC1; p=none")},
            (None, "", ""),
            (None, "", ""),
            "several records are none",
        ),
        ("example.com.", {"_dmarc.example.com": "v=DMARC1; p=no"}, (None, "", ""), (None, "", ""), "refused"),
        (
            "a.example.com.",
            {"_dmarc.a.example.com": "v=DMARC1; p=no", "_dmarc.example.com": "v=DMARC1; p=reject"},
            (None, "", ""),
            (None, "", ""),
            "the record of the domain itself is refused, and no other takes its place",
        ),
        (
            "a.b.example.com.",
            {"_dmarc.b.example.com": "v=DMARC1; p=no", "_dmarc.example.com": "v=DMARC1; p=reject"},
            ("reject", "p", "example.com."),
            ("reject", "p", "example.com."),
            "a record between the two, refused or not, is not looked at",
        ),
        (
            "a.example.com.",
            {"_dmarc.a.example.com": "v=DMARC1; p=reject", "_dmarc.example.com": "v=DMARC1; p=no"},
            ("reject", "p", "a.example.com."),
            ("reject", "p", "a.example.com."),
            "its own record stands, whatever is wrong above",
        ),
    ],
)
def test_the_policy_by_either_way(domain, records, walked, listed, reason):
    result = found(domain, records, "gone.example.com")

    assert walked == (result.by_tree_walk.policy, result.by_tree_walk.tag, result.by_tree_walk.found_at), (
        reason
    )
    assert listed == (
        result.by_suffix_list.policy,
        result.by_suffix_list.tag,
        result.by_suffix_list.found_at,
    ), reason
    assert result.differs == (
        walked[0] != listed[0] or result.by_tree_walk.organizational != result.by_suffix_list.organizational
    )


def test_the_shipped_list_knows_suffixes_of_two_labels():
    records = {"_dmarc.example.co.uk": "v=DMARC1; p=quarantine"}

    result = discover("a.b.example.co.uk.", dns(records))

    assert Policy.QUARANTINE is result.by_suffix_list.policy
    assert "example.co.uk." == result.by_suffix_list.organizational


def test_a_name_that_could_not_be_asked_is_no_absent_policy():
    def silent(name: str, type: str) -> tuple[str, ...]:
        raise TempError(f"{name} {type}")

    with pytest.raises(TempError):
        discover("example.com.", silent)
