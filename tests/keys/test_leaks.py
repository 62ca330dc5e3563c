"""No error of any store shows an octet of a private half, whoever repeats what it was sent (DESIGN, invariant 8)."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.keys.pair import KeyPair
from dnsauth.keys.store import KeyStore
from tests.keys.conftest import STORES, Identity, Opened, make
from tests.keys.secrets import chain, shown, told

NAME = "s._domainkey.example.com"
FILES = "keys/example.com"


class Echo(BaseHTTPRequestHandler):
    """A Vault and a Secrets Manager that repeat every request in their error, or break off."""

    how = "repeat"

    def answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if "/sys/internal/ui/mounts/" in self.path:
            self.said(200, {"data": {"options": {"version": "2"}}})
        elif self.how == "break off":
            self.connection.close()
        elif self.path == "/":
            self.said(400, {"__type": "ValidationException", "message": f"Value '{sent}' at 'secretString'"})
        elif self.command == "GET":
            self.said(404, {"errors": []})
        else:
            self.said(
                400, {"errors": [f"cannot parse {sent}", *json.loads(sent or "{}").get("data", {}).values()]}
            )

    do_GET = do_POST = do_PUT = do_DELETE = do_LIST = answer  # noqa: N815  as http.server calls them

    def said(self, status: int, body: object) -> None:
        octets = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def echo(how: str) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Server", (Echo,), {"how": how}))
    server.handle_error = lambda *_: None  # a connection it broke itself
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def errors(store: KeyStore, *pairs: KeyPair) -> list[DnsauthError]:
    """What every use of *store* raises, put for each of *pairs*."""
    found = []
    uses = [lambda pair=pair: store.put(NAME, pair) for pair in pairs]
    for use in (*uses, lambda: store.get(NAME), store.names, lambda: store.delete(NAME)):
        try:
            use()
        except DnsauthError as error:
            found.append(error)
    return found


def clean(found: list[DnsauthError], *pairs: KeyPair) -> None:
    assert found
    for error in found:
        assert [] == shown(f"{told(error)}{error.hint}", *pairs)
        assert {"dnsauth", "builtins"} >= {
            type(each).__module__.partition(".")[0] for each in chain(error, set())
        }


@pytest.fixture(params=["rsa", "ed25519"])
def pair(request) -> KeyPair:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("kind", STORES)
def test_another_key_mixed_halves_and_an_absent_key(request, tmp_path, identity, environ, pair, other, kind):
    opened = make(kind, request, tmp_path, identity, environ)
    found = errors(opened(), KeyPair(pair.public, other.private))
    opened().put(NAME, pair)
    clean([*found, *errors(opened(), other)], pair, other)


@pytest.mark.parametrize("kind", STORES)
def test_what_libraries_log(request, tmp_path, identity, environ, pair, other, kind, caplog):
    opened = make(kind, request, tmp_path, identity, environ)
    caplog.set_level(logging.DEBUG)
    opened().put(NAME, pair)
    errors(opened(), other)
    opened().put(NAME, pair)
    assert (kind in ("vault", "aws")) == bool(caplog.text)
    assert [] == shown(caplog.text, pair, other)


@pytest.mark.parametrize("how", ["repeat", "break off"])
@pytest.mark.parametrize("kind", ["vault", "aws"])
def test_a_server_that_repeats_what_it_was_sent(tmp_path: Path, environ, pair, kind, how):
    with echo(how) as url:
        environ({"AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "1", "AWS_DEFAULT_REGION": "us-east-1"})
        environ({"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests"})
        settings = {"vault": {"url": url, "token": "env/TOKEN"}, "aws": {}}[kind]
        store = Opened({"class": kind, **settings}, tmp_path, {"TOKEN": "the-token-of-tests"})()
        found = errors(store, pair)
    clean(found, pair)
    assert not [error for error in found if "the-token-of-tests" in told(error)]


@pytest.mark.parametrize("cut", [0, 40, 100, -60, -28], ids=str)
@pytest.mark.parametrize("kind", ["file", "age"])
def test_a_damaged_file(request, tmp_path: Path, identity: Identity, environ, pair, kind, cut):
    from pyrage import encrypt, x25519

    opened = make(kind, request, tmp_path, identity, environ)
    opened().put(NAME, pair)
    octets = pair.private[:cut] + b"*"
    if kind == "age":
        octets = encrypt(octets, [x25519.Recipient.from_str(identity.recipient)])
    (tmp_path / FILES / ("s.pem" if kind == "file" else "s.age")).write_bytes(octets)
    clean(errors(opened(), pair), pair)


@pytest.mark.parametrize("kind", ["file", "age", "age without identity"])
def test_a_directory_that_cannot_be_written(request, tmp_path: Path, identity: Identity, environ, pair, kind):
    opened = make(kind, request, tmp_path, identity, environ)
    (tmp_path / "keys").mkdir()
    (tmp_path / FILES).write_text("a file")
    clean(errors(opened(), pair), pair)


@pytest.mark.parametrize("kind", ["file", "age", "age without identity"])
def test_a_disk_that_is_full(request, tmp_path: Path, identity, environ, pair, monkeypatch, kind):
    opened = make(kind, request, tmp_path, identity, environ)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    found = errors(opened(), pair)
    clean(found, pair)
    assert "No space left on device" in str(found[0])
    assert () == opened().names()
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]
