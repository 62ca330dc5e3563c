"""No secret leaves by any verb, stream or file: neither what a provider needs nor a private key in the wrong place."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from demo.nameserver import Nameserver
from dnsauth.octodns import patience
from tests.cli.conftest import Directory, Done
from tests.servers import KEY, SECRET
from tests.servers.bind import Named

API_KEY = "a-key-of-the-API/with+odd&characters="
WRONG = b64encode(b"nobody but us knows this key of thirty-two").decode()
CONFIG = "version: 1\nproviders: {{p: {{{provider}}}}}\nlive: {{servers: {{example.com: ['{server}']}}}}\ndefaults: {{provider: p}}\naudit: {{}}\n"
INVENTORY = """\
version: 1
domains:
  "@":
    senders: [{portal: {service: custom, spf: ["ip4:198.51.100.7"]}}]
    dmarc: {policy: none}
"""
SERVED = "$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns.example.net.\n@ TXT token\n"
NOWHERE = "host: 127.0.0.1, port: 1"
TSIG = (
    "class: octodns_bind.Rfc2136Provider, key_name: {name}, key_secret: {secret}, key_algorithm: {algorithm}"
)
HTTP = "class: octodns_powerdns.PowerDnsProvider, api_key: {secret}"
PLAN = "plan.json"
ASKING = [  # a provider
    *(("plan", "--format", format) for format in ("text", "json", "markdown")),
    ("plan", "--adopt", "--out", PLAN),
    ("apply", PLAN, "--timeout", "0"),
    ("apply", "--yes", "--timeout", "0"),
    ("apply", "--yes", "--timeout", "0", "--format", "json"),
    ("lock", "--adopt"),
]
READING = [  # files and authoritative servers
    *(("check", "--format", format) for format in ("text", "json", "github", "sarif", "markdown")),
    *(("records", "--format", format) for format in ("text", "json", "bind", "octodns")),
    *(("verify", "--timeout", "0", "--format", format) for format in ("text", "json")),
    *(("lock", *form) for form in ((), ("--check",), ("--prune",))),
]
AUDIT = [("audit", verb, "--format", format) for verb in ("log", "verify") for format in ("text", "json")]
OTHERS = [
    *AUDIT,
    ("services", "list"),
    ("services", "show", "custom"),
    ("services", "search", "custom"),
    ("schema",),
]
WINDOW = 12  # characters of a secret in a row that are too many


def spellings(secret: str) -> set[str]:
    """*secret* and the octets it stands for, as text, in hex, in base64 and in a URL."""
    forms = {secret.encode()}
    with suppress(BadBase64):
        forms.add(b64decode(secret, validate=True))
    return {
        text
        for octets in forms
        for text in (octets.decode("latin-1"), octets.hex(), b64encode(octets).decode(), quote(octets))
    }


def leaked(secret: str, text: str) -> set[str]:
    """The parts of *secret*, in any spelling, that *text* has."""
    parts = {form[i : i + WINDOW] for form in spellings(secret) for i in range(len(form) - WINDOW + 1)}
    return {part for part in parts if part in text}


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    """An HTTP server that answers with the status a provider's ``server_id`` says, and repeats the key it was given."""

    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = f"no {self.headers['X-API-Key']} here"
            body = json.dumps({"error": told}).encode()
            self.send_response(int(self.path.split("/")[4]), told)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"host: 127.0.0.1, port: {server.server_port}"
        server.shutdown()
        thread.join()


class Trouble(NamedTuple):
    """A provider's settings, the secret it is given, and what is said of it when it is asked."""

    provider: str
    secret: str
    said: str
    name: str = KEY
    algorithm: str = "hmac-sha256"
    served: str = "example.com."


TROUBLES = {
    "nothing": Trouble(TSIG, SECRET, "Plan: 1 zone agrees."),
    "a wrong key": Trouble(TSIG, WRONG, "different TSIG secrets"),
    "a key that is no base64": Trouble(TSIG, "passphrase/", "is no base64"),
    "the name of another key": Trouble(TSIG, SECRET, "does not know the TSIG key", name="others."),
    "an algorithm nobody knows": Trouble(TSIG, SECRET, "unknown key_algorithm", algorithm="hmac-sha999"),
    "a server that is not there": Trouble(f"{TSIG}, {NOWHERE}", SECRET, "can't be reached"),
    "a zone that is not there": Trouble(TSIG, SECRET, "PLN001", served="example.net."),
    "an API that is not there": Trouble(f"{HTTP}, {NOWHERE}", API_KEY, "can't be reached"),
    **{
        f"an API that answers {status}": Trouble(f"{HTTP}, server_id: '{status}'", API_KEY, said)
        for status, said in {
            200: "failed while reading",
            401: "refuses our credentials",
            403: "refuses our credentials",
            404: "PLN007",
            422: "failed while reading",
            429: "slow down",
            500: "cannot serve us now",
        }.items()
    },
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_what_a_provider_needs_is_shown_by_no_verb_and_written_to_no_file(
    tmp_path, nameserver, echo, monkeypatch, trouble
):
    monkeypatch.setenv("DNSAUTH_SECRET", trouble.secret)
    monkeypatch.setattr(patience, "LIMIT", 0)  # what is said while it is waited has tests of its own
    repository = set_up(tmp_path, nameserver, echo, trouble, "env/DNSAUTH_SECRET")
    more = [*READING, *OTHERS] if trouble is TROUBLES["nothing"] else []
    expect_hidden(trouble.secret, repository, [*ASKING, *more], trouble.said)


@pytest.mark.parametrize("written", ["env/DNSAUTH_UNSET/{}", "{}"])
@pytest.mark.parametrize("trouble", ["a wrong key", "a key that is no base64", "an API that answers 401"])
def test_a_secret_in_the_file_itself_is_hidden_as_well(tmp_path, nameserver, echo, trouble, written):
    found = TROUBLES[trouble]
    repository = set_up(tmp_path, nameserver, echo, found, written.format(found.secret))
    expect_hidden(found.secret, repository, [*ASKING, *READING], found.said)


def test_a_server_that_refuses_the_update_is_named_without_the_key(tmp_path, named, echo, monkeypatch):
    monkeypatch.setenv("DNSAUTH_SECRET", SECRET)
    repository = set_up(tmp_path, named, echo, TROUBLES["nothing"], "env/DNSAUTH_SECRET")
    without_address = INVENTORY + "    receives: [10 nowhere.example.com.]\n"  # named refuses such an MX
    repository.write("zones/example.com.yaml", without_address)
    expect_hidden(SECRET, repository, ASKING, "refuses the update of example.com: REFUSED")


def set_up(path: Path, nameserver: Nameserver | Named, echo: str, trouble: Trouble, secret: str) -> Directory:
    """A repository of one zone at the provider that gives *trouble*, its secret written as *secret*."""
    nameserver.load(trouble.served, SERVED)
    server = f"{nameserver.address}:{nameserver.port}"
    at = echo if trouble.provider.startswith(HTTP) else f"host: {nameserver.address}, port: {nameserver.port}"
    provider = trouble.provider.format(
        name=trouble.name, secret=json.dumps(secret), algorithm=trouble.algorithm
    )
    provider = provider if NOWHERE in provider else f"{provider}, {at}"
    repository = Directory(path)
    repository.write("dnsauth.yaml", CONFIG.format(provider=provider, server=server))
    repository.write("zones/example.com.yaml", INVENTORY)
    return repository


def run(repository: Directory, verb: tuple[str, ...]) -> Done:
    """What *verb* says when it is asked for much."""
    return repository.run(*(str(repository.path / part) if part == PLAN else part for part in verb), "-v")


def expect_hidden(secret: str, repository: Directory, verbs: list[tuple[str, ...]], said: str) -> None:
    """Some of *verbs* has *said*; neither they nor a file but the one people write has any part of *secret*."""
    texts: dict[object, str] = {
        verb: done.out + done.err for verb in verbs for done in [run(repository, verb)]
    }
    assert any(said in text for text in texts.values()), texts
    texts |= {name: octets.decode() for name, octets in repository.files().items() if name != "dnsauth.yaml"}
    for source, text in texts.items():
        assert set() == leaked(secret, text), f"{source}: {text}"


@cache
def private_keys() -> dict[str, str]:
    """Private keys as people have them in files and clipboards, by the name of the form."""
    owned = rsa.generate_private_key(65537, 1024), ed25519.Ed25519PrivateKey.generate()
    rsa_key, edwards = (
        {
            (encoding, form): key.private_bytes(encoding, form, NoEncryption())
            for encoding, form in (
                (Encoding.PEM, PrivateFormat.PKCS8),
                (Encoding.PEM, PrivateFormat.OpenSSH),
                (Encoding.DER, PrivateFormat.PKCS8),
            )
        }
        for key in owned
    )
    pem = rsa_key[Encoding.PEM, PrivateFormat.PKCS8].decode()
    bare = b64encode(rsa_key[Encoding.DER, PrivateFormat.PKCS8]).decode()
    traditional = owned[0].private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    encrypted = owned[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    return {
        "PKCS #8 in PEM": pem,
        "encrypted": encrypted.decode(),
        "OpenSSH": rsa_key[Encoding.PEM, PrivateFormat.OpenSSH].decode(),
        "OpenSSH without its armour": "".join(
            edwards[Encoding.PEM, PrivateFormat.OpenSSH].decode().splitlines()[1:-1]
        ),
        "Ed25519 in PEM": edwards[Encoding.PEM, PrivateFormat.PKCS8].decode(),
        "Ed25519 in base64": b64encode(edwards[Encoding.DER, PrivateFormat.PKCS8]).decode(),
        "PKCS #8 in base64": bare,
        "PKCS #1 in base64": b64encode(traditional).decode(),
        "in a record": f"v=DKIM1; k=rsa; p={bare}",
        "beside a word": f"key: {bare}",
        "with a line end that is text": pem.replace("-----", "").replace("\n", "\\n"),
        "cut in two strings, the second without quotes": f'"{bare[:100]}" {bare[100:]}',
        "cut off": bare[:-9],
        "with a semicolon in it": f"{bare[:100]};{bare[100:]}",
    }


IN = "version: 1\ndomains:\n  '@':\n    {}\n"
PLACES = {
    "a selector": "senders: [{portal: {service: custom, dkim: {m1: KEY}}}]",
    "a service's selector": "senders: [{google-workspace: {dkim: {google: KEY}}}]",
    "a target": "senders: [{portal: {service: custom, dkim: {m1: {cname: KEY}}}}]",
    "no selector": "senders: [{portal: {service: custom, dkim: KEY}}]",
    "a parameter": "senders: [{sendgrid: {account: KEY, return_path: em1}}]",
    "a verification": "senders: [{portal: {service: custom, records: [{owner: '@', type: TXT, value: KEY}]}}]",
    "a record to keep": "keep: [{owner: m1._domainkey, type: TXT, values: [KEY]}]",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", private_keys())
def test_a_private_key_is_refused_and_not_repeated(tmp_path, nameserver, echo, place, form):
    key = private_keys()[form]
    repository = set_up(tmp_path, nameserver, echo, TROUBLES["nothing"], SECRET)
    repository.write("zones/example.com.yaml", IN.format(PLACES[place].replace("KEY", json.dumps(key))))
    before = repository.files()
    verbs = [*ASKING, *READING] if form == "PKCS #8 in base64" else [("check", "--format", "json")]
    for verb in verbs:
        done = run(repository, verb)
        assert 1 == done.code, f"{verb}: {done}"
        for line in re.split(r"\s|\\n", key):
            assert set() == leaked(line, done.out + done.err), f"{verb}: {done}"
    assert before == repository.files()
