"""The ``vault`` store: a KV v2 engine of Vault or OpenBao, where a key is written once, by check-and-set.

A key is the secret ``PATH/DOMAIN/SELECTOR``, so that a policy can give a host the keys of its domains alone.
What goes wrong is said without the library's own error: that holds the request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hvac import Client
from hvac.exceptions import Forbidden, InvalidPath, VaultDown, VaultError
from requests import RequestException

from dnsauth.errors import DnsauthError
from dnsauth.keys.name import KeyName, known
from dnsauth.keys.plain import PlainStore
from dnsauth.keys.settings import Settings
from dnsauth.records.private_key import hidden

_FIELD = "private_key"
_PATH = re.compile(r"(?!\.+(?:/|\Z))[A-Za-z0-9._-]+(?:/(?!\.+(?:/|\Z))[A-Za-z0-9._-]+)*")


def open_store(
    name: str, written: Mapping[str, object], directory: Path, environ: Mapping[str, str]
) -> PlainStore:
    """The store that *written* describes; raises `DnsauthError` with every problem of it.

    The server is asked when the store is first used.
    """
    settings = Settings(name, written, directory, environ)
    url = settings.required("url", "https://vault.example.com:8200")
    mount, path = settings.text("mount", "secret"), settings.text("path", "dnsauth")
    token, secret_id = settings.secret("token"), settings.secret("secret_id")
    role_id, namespace, ca = settings.text("role_id"), settings.text("namespace"), settings.path("ca")
    if url and not _safe(url):
        settings.refuse("url is not https://HOST:PORT, and keys would cross the network in the clear")
    for key, text in (("mount", mount), ("path", path)):
        if text and not _PATH.fullmatch(text):
            settings.refuse(f"{key} is of letters, digits, '.', '_' and '-' between slashes")
    approle = settings.given("role_id") and settings.given("secret_id")
    if settings.given("token") == approle or settings.given("role_id") != settings.given("secret_id"):
        settings.refuse("say `token: env/VAULT_TOKEN`, or role_id and `secret_id: env/VAULT_SECRET_ID`")
    settings.end()
    client = partial(Client, url=url, namespace=namespace or None, verify=str(ca) if ca else True)
    login = partial(_approle, client, role_id, secret_id) if approle else partial(client, token=token)
    return PlainStore(name, VaultShelf(name, cache(partial(_connected, login, name, mount)), mount, path))


def _safe(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"


def _approle(client: Callable[[], Client], role_id: str, secret_id: str) -> Client:
    made = client()
    made.auth.approle.login(role_id, secret_id)
    return made


def _connected(login: Callable[[], Client], store: str, mount: str) -> Client:
    """A client that is logged in; raises `DnsauthError` where the engine at *mount* has no check-and-set."""
    client = login()
    found = client.read(f"sys/internal/ui/mounts/{mount}")  # as `vault kv` asks it
    options = found["data"].get("options") if isinstance(found, dict) else None
    if (options or {}).get("version") != "2":
        raise DnsauthError(
            f"key store {store}: the engine at {mount} is not KV version 2, and two writers would overwrite"
            " each other",
            f"`vault kv enable-versioning {mount}`, or say another `mount`",
        )
    return client


@dataclass(frozen=True, slots=True)
class VaultShelf:
    """The secrets below *path* of the engine at *mount*; see `dnsauth.keys.plain.Shelf`."""

    store: str
    connect: Callable[[], Client]
    mount: str
    path: str

    def create(self, key: KeyName, octets: bytes) -> bool:
        """Write version 1 of the secret; False where there is a version."""
        answer = self._asked(
            "create_or_update_secret", path=self._at(key), secret={_FIELD: octets.decode("ascii")}, cas=0
        )
        if not isinstance(answer, VaultError):
            return True
        if self.read(key) is not None:  # a policy may let us create and not update
            return False
        if "check-and-set" in str(answer):
            raise DnsauthError(
                f"key store {self.store} had a key {key}, and has its deleted versions",
                "choose another selector, or forget the old one: `vault kv metadata delete`",
            )
        raise self._refused(answer, "write")

    def read(self, key: KeyName) -> bytes | None:
        """The secret, or None."""
        answer = self._asked("read_secret_version", path=self._at(key), raise_on_deleted_version=False)
        if _nothing(answer):
            return None
        self._must(answer, "read")
        secret = answer["data"]["data"]
        if secret is None:  # the version was deleted
            return None
        return str(secret.get(_FIELD, "")).encode()

    def names(self) -> tuple[str, ...]:
        """The names of keys, by one question for each mail domain."""
        domains = [each.removesuffix("/") for each in self._listed(self.path) if each.endswith("/")]
        found = (known(each, domain) for domain in domains for each in self._listed(f"{self.path}/{domain}"))
        return tuple(sorted(filter(None, found)))

    def delete(self, key: KeyName) -> None:
        """Delete all versions of the secret."""
        answer = self._asked("delete_metadata_and_all_versions", path=self._at(key))
        if not _nothing(answer):
            self._must(answer, "delete")

    def _at(self, key: KeyName) -> str:
        return f"{self.path}/{key.domain}/{key.selector}"

    def _listed(self, path: str) -> list[str]:
        answer = self._asked("list_secrets", path=path)
        if _nothing(answer):
            return []
        self._must(answer, "list")
        return list(answer["data"]["keys"])

    def _asked(self, call: str, **arguments: object) -> Any:  # noqa: ANN401  hvac has no types
        """What the engine answers, be it an error of Vault's own."""
        try:
            return getattr(self.connect().secrets.kv.v2, call)(mount_point=self.mount, **arguments)
        except VaultError as error:
            return error
        except RequestException as error:
            said = f"{type(error).__name__}: {hidden(str(error))}"
        raise DnsauthError(
            f"key store {self.store}: Vault does not answer: {said}", "check `url` and `ca` in dnsauth.yaml"
        )

    def _must(self, answer: object, do: str) -> None:
        if isinstance(answer, VaultError):
            raise self._refused(answer, do)

    def _refused(self, answer: VaultError, do: str) -> DnsauthError:
        said = hidden(" ".join(", ".join(answer.errors or [type(answer).__name__]).split()))
        at = f"{self.mount}/{self.path}"
        match answer:
            case Forbidden():
                hint = (
                    f"its policy needs create and read on {self.mount}/data/{self.path}/*, list and delete on"
                    f" {self.mount}/metadata/{self.path}/*; or the token ran out, or there is no engine at"
                    f" {self.mount}"
                )
            case VaultDown():
                hint = "unseal it, or wait for its active node"
            case InvalidPath():
                hint = "see what is enabled: `vault auth list`, `vault secrets list`"
            case _:
                hint = "see its log, and `key_stores:` in dnsauth.yaml"
        return DnsauthError(f"key store {self.store}: Vault does not {do} at {at}: {said}", hint)


def _nothing(answer: object) -> bool:
    """True where *answer* says that nothing is there, and not that there is no such engine."""
    return isinstance(answer, InvalidPath) and not answer.errors
