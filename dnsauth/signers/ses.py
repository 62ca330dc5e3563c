"""Amazon SES: it signs with one RSA key for each identity, which its owner may bring (BYODKIM).

Only the key that signs is there, and the next takes its place. SES is told nothing of a domain without a key
to sign with: its identity keeps the last one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

from dnsauth.errors import DnsauthError
from dnsauth.records import private_key
from dnsauth.signers.layout import encoded, entries
from dnsauth.signers.settings import Settings
from dnsauth.signers.signer import SigningKey

_ALGORITHM = "rsa-2048"  # the API takes 1024 bits too, and dnsauth makes no such key (RFC 8301 section 3.2)
_TRIES = 8  # SES takes one such call a second
_TIMEOUT = 30  # seconds
_SETTINGS = ("region", "profile")
_REGION = ("AWS_REGION", "AWS_DEFAULT_REGION")
_ENDPOINT = ("AWS_ENDPOINT_URL_SESV2", "AWS_ENDPOINT_URL")
_CREDENTIALS = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
}
_UNSIGNED = "mail may leave unsigned until SES has found its record: DKIM status PENDING, for up to 72 hours"


@dataclass(frozen=True, slots=True)
class SES:
    """The identities of an account in a region; an empty *region* or *profile* is that of *environ*."""

    name: str
    region: str
    profile: str
    environ: Mapping[str, str]

    def install(self, keys: Sequence[SigningKey]) -> tuple[str, ...]:
        """Have the domains sign with *keys*, as `dnsauth.signers.signer.Signer` says.

        They change one by one: an error names the first that did not, and says which did.
        """
        entries(self.name, keys)
        if problems := [reason for key in keys if (reason := _unfit(key))]:
            raise DnsauthError(
                "\n".join(f"signer {self.name}: {problem}" for problem in problems),
                f"SES takes RSA of 2048 bits: `algorithms: [{_ALGORITHM}]`, and selectors of one label",
            )
        news: list[str] = []
        with closing(self._client()) as client:
            for key in sorted(filter(attrgetter("signs"), keys), key=attrgetter("domain")):
                try:
                    news.extend(_signs(client, key))
                except Exception as error:  # noqa: BLE001  botocore makes its classes as it goes
                    done = "".join(f"\nchanged before that: {line}" for line in news)
                    raise self._explained(error, key.domain, done) from None
        return tuple(news)

    def _client(self) -> Any:  # noqa: ANN401  botocore makes its clients as it goes
        try:
            import boto3
            from botocore.config import Config
        except ImportError:
            raise DnsauthError(
                f"signer {self.name} needs boto3, which is not installed", "pip install 'dnsauth[aws]'"
            ) from None
        credentials = {
            key: self.environ[variable]
            for key, variable in _CREDENTIALS.items()
            if variable in self.environ and not self.profile
        }
        region = self.region or _first(self.environ, _REGION)
        try:
            session = boto3.Session(region_name=region, profile_name=self.profile or None, **credentials)
            retries = {"mode": "standard", "total_max_attempts": _TRIES}
            config = Config(connect_timeout=_TIMEOUT, read_timeout=_TIMEOUT, retries=retries)
            return session.client("sesv2", endpoint_url=_first(self.environ, _ENDPOINT), config=config)
        except Exception as error:  # noqa: BLE001
            raise self._explained(error, "its account", "") from None

    def _explained(self, error: Exception, what: str, done: str) -> DnsauthError:
        code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
        if code == "NotFoundException":
            return DnsauthError(
                f"signer {self.name}: SES has no identity {what} there{done}",
                f"check `region`, or make it: `aws sesv2 create-email-identity --email-identity {what}`",
            )
        said = private_key.hidden(" ".join(f"{type(error).__name__}: {error}".split()))
        return DnsauthError(
            f"signer {self.name}: {what} was not changed at SES: {said}{done}",
            "check the credentials; they need ses:GetEmailIdentity, ses:PutEmailIdentityDkimAttributes and"
            " ses:PutEmailIdentityDkimSigningAttributes",
        )


def ses(name: str, settings: Mapping[str, object], directory: Path, environ: Mapping[str, str]) -> SES:  # noqa: ARG001
    """A signer of class ``ses``."""
    read = Settings(name, settings)
    read.known(_SETTINGS)
    made = SES(name, read.text("region"), read.text("profile"), environ)
    read.end()
    return made


def _unfit(key: SigningKey) -> str:
    if key.pair.algorithm != _ALGORITHM:
        return f"{key.domain}: SES can't sign with {key.selector}, a key of {key.pair.algorithm}"
    return (
        f"{key.domain}: SES takes no dots, as in the selector {key.selector}" if "." in key.selector else ""
    )


def _signs(client: Any, key: SigningKey) -> Iterator[str]:  # noqa: ANN401
    dkim = client.get_email_identity(EmailIdentity=key.domain).get("DkimAttributes", {})
    theirs = dkim.get("Tokens") if dkim.get("SigningAttributesOrigin") == "EXTERNAL" else None
    if theirs != [key.selector] or dkim.get("Status") == "FAILED":  # else it looks no more for the record
        client.put_email_identity_dkim_signing_attributes(
            EmailIdentity=key.domain,
            SigningAttributesOrigin="EXTERNAL",
            SigningAttributes={
                "DomainSigningSelector": key.selector,
                "DomainSigningPrivateKey": encoded(key.pair).decode(),
            },
        )
        yield f"{key.domain}: signs with {key.selector} ({_ALGORITHM}); {_UNSIGNED}"
    if dkim.get("SigningEnabled") is False:
        client.put_email_identity_dkim_attributes(EmailIdentity=key.domain, SigningEnabled=True)
        yield f"{key.domain}: signing was off at SES and is on"


def _first(environ: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)
