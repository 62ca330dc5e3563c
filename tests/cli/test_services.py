"""``dnsauth services``: listed, searched, begun and checked."""

from __future__ import annotations

import json

import pytest

from dnsauth.catalogue.read import shipped_text
from tests.cli.conftest import Directory

OWN = """\
title: Our relay
category: own
parameters: {host: {pattern: "[a-z]+", example: relay, help: ask the mail team}}
spf: {envelope: customer, terms: ["a:{{ host }}.example.net"]}
detect: {spf: [relay.example.net], txt: [relay=], selectors: [r1]}
status: unverified
"""


@pytest.fixture
def own(empty: Directory):
    empty.write("templates/services/relay.yaml", OWN)
    empty.write("templates/services/sendgrid.yaml", OWN)
    return empty


def line(text: str, name: str) -> str:
    return next(each for each in text.splitlines() if each.startswith(f"{name} "))


def test_the_list_says_what_is_yours_and_what_that_hides(own: Directory):
    done = own.run("services", "list")
    assert (0, "") == (done.code, done.err)
    assert line(done.out, "relay").endswith("Our relay (yours)")
    assert line(done.out, "sendgrid").endswith("Our relay (yours, instead of the shipped one)")
    assert line(done.out, "mailgun").endswith("Mailgun")


def test_the_list_has_a_heading_for_each_category(own: Directory):
    done = own.run("services", "list")
    first = done.out.splitlines()[0]
    assert "Your own servers, and any other vendor" == first
    assert "\n\nMailboxes and forwarding\n" in done.out


def test_a_category_alone_may_be_listed(own: Directory):
    done = own.run("services", "list", "--category", "own")
    assert ["custom", "mta", "relay", "sendgrid"] == [each.split()[0] for each in done.out.splitlines()]
    assert 2 == own.run("services", "list", "--category", "fish").code


def test_a_service_is_shown_with_what_tells_it(own: Directory):
    done = own.run("services", "show", "relay")
    assert "  told by     SPF terms that name, or names below, relay.example.net\n" in done.out
    assert "  told by     TXT values that begin with relay=\n" in done.out
    assert "  told by     selectors, together with other evidence: r1\n" in done.out


def test_json_has_category_and_what_tells_a_service(own: Directory):
    (found,) = json.loads(own.run("services", "show", "relay", "--format", "json").out)["services"]
    assert "own" == found["category"]
    assert ["relay.example.net"] == found["detect"]["spf"]
    assert {"spf", "cname", "mx", "ns", "txt", "rua", "selectors"} == found["detect"].keys()


def test_a_search_keeps_the_best_first(empty: Directory):
    done = empty.run("services", "search", "include:u1.wl1.sendgrid.net")
    assert done.out.startswith("sendgrid ")
    (found, *_) = json.loads(
        empty.run("services", "search", "include:u1.wl1.sendgrid.net", "--format", "json").out
    )["services"]
    assert "sendgrid" == found["name"]


# services new


def test_a_new_service_is_valid_from_the_first_moment(empty: Directory):
    done = empty.run("services", "new", "our-relay", "--title", 'Our: "relay"')
    assert (0, "") == (done.code, done.out)
    assert (
        "wrote templates/services/our-relay.yaml\n"
        "next: say what it asks for, and look at it with `dnsauth services show our-relay`\n"
    ) == done.err
    shown = empty.run("services", "show", "our-relay")
    assert 0 == shown.code
    assert 'our-relay: Our: "relay"' in shown.out
    assert "s1._domainkey CNAME s1.account1.dkim.vendor.example." in shown.out
    assert line(empty.run("services", "list").out, "our-relay").endswith("(yours)")
    assert 0 == empty.run("services", "check", "our-relay").code


def test_a_new_service_teaches_every_key(empty: Directory):
    from dnsauth.catalogue.schema import Definition

    empty.run("services", "new", "our-relay")
    text = empty.read("templates/services/our-relay.yaml")
    lines = {each.removeprefix("# ").partition(":")[0] for each in text.splitlines() if ":" in each}
    assert Definition.model_fields.keys() - {"notes", "mx"} <= lines


def test_a_new_service_may_begin_as_a_shipped_one(empty: Directory):
    assert 0 == empty.run("services", "new", "sendgrid", "--from", "sendgrid", "--title", "Ours").code
    text = empty.read("templates/services/sendgrid.yaml")
    assert "# It stands instead of the shipped one.\ntitle: Ours\n" in text
    assert text.endswith(shipped_text("sendgrid").partition("\n")[2])
    assert "(yours, instead of the shipped one)" in line(empty.run("services", "list").out, "sendgrid")
    assert 0 == empty.run("services", "new", "sendgrid-eu", "--from", "sendgrid").code
    assert "# It began as the shipped sendgrid." in empty.read("templates/services/sendgrid-eu.yaml")


def test_a_file_that_is_there_stays(own: Directory):
    before = own.files()
    done = own.run("services", "new", "relay")
    assert (1, "") == (done.code, done.out)
    assert "templates/services/relay.yaml is there already, and stays as it is" in done.err
    assert before == own.files()


@pytest.mark.parametrize("name", ["Our", "our_relay", "-relay", "relay-", "a/b", "..", "é", "", "a.b"])
def test_a_bad_name_is_refused_with_the_reason(empty: Directory, name):
    done = empty.run("services", "new", "--", name)
    assert 1 == done.code
    assert "is no name of a service: letters a to z, digits and '-', with no '-' at either end" in done.err
    assert {} == empty.files()


@pytest.mark.parametrize("source", ["sendgird", "../sendgrid", "relay"])
def test_only_a_shipped_service_may_be_copied(own: Directory, source):
    done = own.run("services", "new", "other", "--from", source)
    assert 1 == done.code
    assert f"there is no shipped service '{source}'" in done.err


# services check, of files alone


def test_two_services_that_claim_the_same_are_an_error_at_its_line(own: Directory):
    done = own.run("services", "check")
    assert 1 == done.code
    assert (
        "templates/services/sendgrid.yaml:5:16: error: `detect.spf: relay.example.net` tells sendgrid, and relay as"
        " well (templates/services/relay.yaml:5:16) [SVC005]\n"
        "  next: leave it where it belongs, or say more: the longest suffix or beginning wins\n"
    ) in done.out


def test_a_definition_that_does_not_read_is_told_beside_the_others(own: Directory):
    own.write("templates/services/other.yaml", OWN.replace("title", "titel"))
    codes = [
        one["rule"] for one in json.loads(own.run("services", "check", "--format", "json").out)["findings"]
    ]
    assert {"SVC001", "SVC005", "SVC009"} <= set(codes)


def test_only_the_services_named_are_told_of(own: Directory):
    own.write("templates/services/third.yaml", "title: Third\nspf: {envelope: vendor}\nstatus: unverified\n")
    done = own.run("services", "check", "third")
    assert (0, "") == (done.code, done.err)
    assert (
        "templates/services/third.yaml:3:9: warning: no source supports third [SVC009]\n"
        "  next: add under `sources` the page that does, with the day it was seen\n"
        "1 warning\n"
    ) == done.out
    assert "SVC005" in own.run("services", "check", "relay").out, "of both"
    done = own.run("services", "check", "thrid")
    assert (1, True) == (done.code, "did you mean third?" in done.err)


@pytest.mark.parametrize(
    ("format", "part"),
    [
        ("github", "::error file=templates/services/sendgrid.yaml,title=SVC005,line=5,col=16::"),
        ("markdown", "### dnsauth services check\n\n"),
    ],
)
def test_a_workflow_gets_its_form(own: Directory, format, part, monkeypatch):
    monkeypatch.chdir(own.path)
    assert part in own.run("services", "check", "--format", format).out


@pytest.mark.parametrize("option", ["--record", "--resolver=192.0.2.53:53", "--timeout=3"])
def test_options_of_a_look_mean_nothing_where_nobody_is_asked(own: Directory, option):
    done = own.run("services", "check", option)
    assert (2, "") == (done.code, done.out)


def test_files_alone_are_read_where_nobody_is_asked(own: Directory, monkeypatch):
    def refused(*_, **__):
        raise AssertionError("a socket was made")

    monkeypatch.setattr("socket.socket", refused)
    before = own.files()
    assert 1 == own.run("services", "check").code
    assert before == own.files()


def test_names_of_services_are_completed(empty: Directory):
    done = empty.spawn(
        _DNSAUTH_COMPLETE="complete_bash", COMP_WORDS="dnsauth services show sendg", COMP_CWORD="3"
    )
    assert "sendgrid" in done.out.split()
