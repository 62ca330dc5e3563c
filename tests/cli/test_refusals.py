"""More of what a person gets wrong: values that would say more than they should, providers, plans, locks."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from demo.nameserver import Nameserver
from tests.cli.test_bad_input import HEAD

ZONE = "zones/example.com.yaml"


def senders(*entries: str) -> dict[str, str]:
    return {ZONE: f'{HEAD}  "@": {{senders: [{", ".join(entries)}]}}\n'}


def domain(text: str) -> dict[str, str]:
    return {ZONE: f"{HEAD}  {text}\n"}


FILES = [
    (domain('"@": ' + "[" * 300 + "]" * 300), ":3:26: error: nests deeper than 20 levels", "flatten it"),
    (domain('"@": {ttl: !!int 5}'), ":3:14: error: has the tag 'tag:yaml.org,2002:int'", "delete the tag"),
    (domain("xn--zzzzzz: {parked: true}"), ":3:3: error: 'xn--zzzzzz': the A-label 'xn--zzzzzz' stands for no name", "correct the name"),
    (domain("bücher: {}\n  xn--bcher-kva: {}"), ":4:3: error: 'xn--bcher-kva' is the mail domain bücher.example.com (xn--bcher-kva.example.com) again", "keep one"),
    (senders("{a: {service: custom, records: [{owner: x.example.org., type: TXT, value: y}]}}"), "the owner 'x.example.org.' lies outside example.com", "dnsauth services show custom"),
    (senders("{a: {service: mta, ip: [192.0.2.1]}}", "{a: {service: custom}}"), "the sender 'a' stands here again; the first is on line 3", "another name"),
    (senders("{a: {service: custom, return_path: {owner: r, cname: a.}}}", "{b: {service: custom, return_path: {owner: r, cname: b.}}}"), "r.example.com CNAME is asked for twice", "another name"),
    (senders("{a: {service: custom, spf: ['a\" \"+all']}}"), ":3:20: error: sender 'a' (service custom): spf: 'a\" \"+all' is empty or holds a double quote", "services show"),
    (senders("{a: {service: custom, spf: ['ip4:192.0.2.1 +all']}}"), ":3:20: error: sender 'a' (service custom): ip4:192.0.2.1 +all: column 5", "services show"),
    (senders("{a: {service: custom, spf: ['v=spf1 a ~all']}}"), "v=spf1 a ~all: is a whole SPF record: list the terms between `v=spf1` and `all` one by one", "services show"),
    (senders('{a: {service: custom, spf: ["a\\n+all"]}}'), ":3:20: error: sender 'a' (service custom): spf: 'a\\n+all' holds a control character", "services show"),
    (senders("{a: {service: custom, dkim: {s: 'v=DKIM1; p=; x'}}}"), ":3:20: error: selector 's' of sender 'a': column 14", "as the vendor shows it"),
    (domain("'@': {dmarc: {policy: none, rua: 'mailto:a@example.com; p=none'}}"), ":3:36: error: 'rua' is 'mailto:a@example.com; p=none', which is no mailto", "write `mailto:dmarc@example.com`"),
    (domain("'@': {dmarc: {policy: none, rua: 'mailto:a@example.com;p=none'}}"), ":3:9: error: DMARC record of _dmarc.example.com: column", "correct the value"),
    (domain("'@': {keep: [{owner: x, type: TXT, values: \"a\\nb\"}]}"), ":3:46: error: 'values' has '\\n', which no record can carry", "decimal number"),
    ({"zones/example.com.lock.yaml": "version: 1\nrecorded:\n<<<<<<< HEAD\n- a\n=======\n- b\n>>>>>>> b\n"}, "zones/example.com.lock.yaml:3:1: error: holds a merge", "of both sides"),
    ({"zones/example.com.lock.yaml": "version: 2\nzone: example.com\nrecorded: []\n"}, "zones/example.com.lock.yaml:1:10: error: this lock is of version '2'", "a newer one"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "message", "step"), FILES, ids=[message for _, message, _ in FILES])
def test_bad_input_is_said_with_place_reason_and_next_step_and_nothing_is_written(
    repository, files, message, step
):
    for name, text in files.items():
        repository.write(name, text)
    before = repository.files()
    for command in (["check"], ["apply", "--yes"]):
        done = repository.run(*command)
        assert done.code == 1
        said = (done.out or done.err).splitlines()
        assert any(message in line and step in hint for line, hint in pairwise(said)), "\n".join(said)
    assert before == repository.files()


STORE = "store: {class: octodns.provider.yaml.YamlProvider, directory: held, escaped_semicolons: false}"
SERVED = "@ 60 IN SOA ns1 h 1 60 60 600 60\n@ 60 IN NS ns1\nns1 60 A 192.0.2.53\n"
SECRET, WRONG = "c2VjcmV0LW9mLXRlc3Rz", "d3Jvbmctc2VjcmV0LXRv"
TSIG = f"host: HOST, port: PORT, key_name: k., key_secret: {SECRET}, key_algorithm: hmac-sha256"
PROVIDERS = [
    (TSIG.replace("PORT", "1"), "port 1) can't be reached while reading example.com", "check host and port"),
    (TSIG.replace(SECRET, WRONG), "and we have different TSIG secrets", "compare the key_secret"),
    (TSIG.replace(SECRET, "'%%%x'"), "the key_secret of provider store is no base64", "copy it from the server"),
    (TSIG.replace("k.", "j."), "does not know the TSIG key", "check key_name and key_algorithm"),
    (TSIG.replace(SECRET, "env/DNSAUTH_TEST_ABSENT"), "environment variable DNSAUTH_TEST_ABSENT, which is not set", "export DNSAUTH_TEST_ABSENT="),
    (TSIG.replace("PORT", "dns"), "provider store: port is no number", "`port: 53`"),
    (TSIG.replace("host:", "hots:"), "has no setting hots", "did you mean host?"),
]  # fmt: skip


def served_by(repository, server: Nameserver, settings: str) -> None:
    settings = settings.replace("HOST", server.address).replace("PORT", str(server.port))
    provider = f"store: {{class: octodns_bind.Rfc2136Provider, {settings}}}"
    repository.write("dnsauth.yaml", repository.read("dnsauth.yaml").replace(STORE, provider))


@pytest.mark.parametrize(
    ("settings", "message", "step"), PROVIDERS, ids=[message for _, message, _ in PROVIDERS]
)
def test_a_provider_that_cannot_be_used_is_named_without_its_secret_and_nothing_is_written(
    repository, settings, message, step
):
    with Nameserver({"example.com": SERVED, "example.net": SERVED}, {"k.": SECRET}) as server:
        served_by(repository, server, settings)
        before = repository.files()
        for command in (["plan"], ["apply", "--yes"]):
            done = repository.run(*command, "--verbose")
            assert done.code == 1
            assert message in done.out + done.err
            assert step in done.out + done.err
            assert not any(secret in done.out + done.err for secret in (SECRET, WRONG, "%%%x"))
        assert before == repository.files()


def test_a_refused_update_is_said_and_the_server_keeps_what_it_had(repository):
    with Nameserver({"example.com": SERVED}) as server:  # without keys it refuses every update
        served_by(repository, server, "host: HOST, port: PORT")
        before = server.rrsets("example.com")
        done = repository.run("apply", "--yes", "--zone", "example.com")
        assert before == server.rrsets("example.com")
    assert done.code == 1
    assert (
        "refuses the update of example.com: REFUSED\n  next: allow the key to transfer and update" in done.out
    )


def test_a_plan_of_another_version_is_refused(repository):
    file = str(repository.path / "plan.json")
    repository.run("plan", "--out", file)
    plan = json.loads(repository.read("plan.json"))
    repository.write("plan.json", json.dumps({**plan, "format": "dnsauth-plan/2"}))
    before = repository.files()
    done = repository.run("apply", file)
    assert (1, "") == (done.code, done.out)
    assert "is of format 'dnsauth-plan/2'; this dnsauth reads 'dnsauth-plan/1'" in done.err
    assert "make a new plan with `dnsauth plan --out FILE`" in done.err
    assert before == repository.files()


def test_a_zone_file_deleted_while_its_lock_stands_is_an_error_with_two_ways_out(repository):
    assert repository.run("lock").code == 0
    (repository.path / "zones/example.net.yaml").unlink()
    before = repository.files()
    for command in (["plan"], ["apply", "--yes"], ["lock"]):
        done = repository.run(*command)
        assert done.code == 1
        assert "zones/example.net.lock.yaml: error: this lock has no zone file" in done.err
        assert "with `domains: {}` to retire them, or run `dnsauth lock --release example.net`" in done.err
    assert before == repository.files()
