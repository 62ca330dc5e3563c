"""The ``aws`` store: AWS Secrets Manager, where a secret is created once.

A key is the secret ``PREFIX/DOMAIN/SELECTOR._domainkey``: a policy can give a host the keys of its domains
alone, and no name ends with a hyphen and six characters, which would read as the end of an ARN. Region,
endpoint and credentials are found as boto3 finds them. What goes wrong is said without the library's own
error: that may hold the request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from logging import INFO, getLogger
from pathlib import Path
from typing import Any

from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

from dnsauth.errors import DnsauthError
from dnsauth.keys.name import KeyName, known
from dnsauth.keys.plain import PlainStore
from dnsauth.keys.settings import Settings
from dnsauth.records.private_key import hidden

_PREFIX = re.compile(r"[A-Za-z0-9_+=.@-]+(?:/[A-Za-z0-9_+=.@-]+)*")  # what names of secrets are made of
_LAST = "._domainkey"
_EXISTS, _ABSENT = "ResourceExistsException", "ResourceNotFoundException"


def open_store(
    name: str, written: Mapping[str, object], directory: Path, environ: Mapping[str, str]
) -> PlainStore:
    """The store that *written* describes; raises `DnsauthError` with every problem of it.

    AWS is asked when the store is first used.
    """
    settings = Settings(name, written, directory, environ)
    region, prefix = settings.text("region"), settings.text("prefix", "dnsauth")
    if prefix and not _PREFIX.fullmatch(prefix):
        settings.refuse("prefix is of letters, digits and _ + = . @ - between slashes")
    settings.end()
    connect = partial(_client, region or None)
    return PlainStore(name, SecretsShelf(name, cache(connect), prefix))


def _client(region: str | None) -> Any:  # noqa: ANN401  boto3 has no types
    getLogger("botocore").setLevel(INFO)  # below that it logs what it sends
    return Session(region_name=region).client("secretsmanager")


@dataclass(frozen=True, slots=True)
class SecretsShelf:
    """The secrets below *prefix*; see `dnsauth.keys.plain.Shelf`."""

    store: str
    connect: Callable[[], Any]
    prefix: str

    def create(self, key: KeyName, octets: bytes) -> bool:
        """Create the secret; False where there is one."""
        answer = self._asked("create_secret", Name=self._at(key), SecretString=octets.decode("ascii"))
        return bool(answer != _EXISTS)

    def read(self, key: KeyName) -> bytes | None:
        """The secret, or None."""
        answer = self._asked("get_secret_value", SecretId=self._at(key))
        return None if answer == _ABSENT else str(answer.get("SecretString", "")).encode()

    def names(self) -> tuple[str, ...]:
        """The names of keys, by a question for each hundred secrets."""
        found: list[str] = []
        more: dict[str, object] = {}
        below = f"{self.prefix}/"
        while True:
            answer = self._asked(
                "list_secrets", MaxResults=100, Filters=[{"Key": "name", "Values": [below]}], **more
            )
            for secret in answer["SecretList"]:
                domain, slash, last = secret["Name"].removeprefix(below).partition("/")
                if slash and secret["Name"].startswith(below) and last.endswith(_LAST):
                    found.append(known(last.removesuffix(_LAST), domain))
            if "NextToken" not in answer:
                return tuple(sorted(filter(None, found)))
            more = {"NextToken": answer["NextToken"]}

    def delete(self, key: KeyName) -> None:
        """Delete the secret at once, without the days it could be restored in."""
        self._asked("delete_secret", SecretId=self._at(key), ForceDeleteWithoutRecovery=True)

    def _at(self, key: KeyName) -> str:
        return f"{self.prefix}/{key.domain}/{key.selector}{_LAST}"

    def _asked(self, call: str, **arguments: object) -> Any:  # noqa: ANN401
        """What AWS answers, or the code with which it says that there is a secret or none."""
        try:
            return getattr(self.connect(), call)(**arguments)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            said = hidden(f"{code}: {error.response.get('Error', {}).get('Message', '')}")
        except BotoCoreError as error:
            code = type(error).__name__
            said = hidden(f"{code}: {error}")
        if code in (_EXISTS, _ABSENT):
            return code
        raise DnsauthError(
            f"key store {self.store}: AWS Secrets Manager does not {call.replace('_', ' ')}: {said}",
            _HINTS.get(code, "see `key_stores:` in dnsauth.yaml, and what the role may do"),
        )


_POLICY = "it needs secretsmanager:CreateSecret, GetSecretValue, DeleteSecret and ListSecrets"
_HINTS = {
    "AccessDeniedException": _POLICY,
    "NoCredentialsError": "give credentials as boto3 finds them: a role, a profile or AWS_ACCESS_KEY_ID",
    "NoRegionError": "say `region:` of the store in dnsauth.yaml, or set AWS_DEFAULT_REGION",
    "InvalidRequestException": "a secret marked for deletion keeps its name: restore it, or wait",
}
