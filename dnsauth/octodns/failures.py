"""What a provider's library raises, said as an error a person can act on; secrets never in it."""

from __future__ import annotations

from collections.abc import Collection

from dnsauth.errors import DnsauthError

MIN_SECRET = 4  # shorter texts would blank out half a message


def redacted(text: str, secrets: Collection[str]) -> str:
    """*text* with every one of *secrets* blanked out."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= MIN_SECRET:
            text = text.replace(secret, "***")
    return text


def explained(error: Exception, provider: str, doing: str, secrets: Collection[str] = ()) -> DnsauthError:
    """*error*, raised by *provider* while *doing* ("reading example.com"), with its reason and next step."""
    if isinstance(error, DnsauthError):
        return error
    said = redacted(" ".join(f"{type(error).__name__}: {error}".split()), secrets)
    said_by = status(error)
    if said_by in _UNAUTHORIZED or "unauthorized" in str(error).lower():
        return DnsauthError(
            f"{provider} refuses our credentials while {doing}: {said}",
            f"check the secrets of {provider} in dnsauth.yaml, and what they may do with the zone",
        )
    if said_by in THROTTLED:
        return DnsauthError(
            f"{provider} asks us to slow down while {doing}: {said}", "wait some minutes, then run again"
        )
    if said_by in BROKEN:
        return DnsauthError(
            f"{provider} cannot serve us now, {doing}: {said}", "see its status page, and run again later"
        )
    if _unreachable(error):
        return DnsauthError(
            f"{provider} can't be reached while {doing}: {said}",
            f"check host and port of provider {provider} in dnsauth.yaml, and the network between",
        )
    return DnsauthError(f"{provider} failed while {doing}: {said}", _hint(error))


_UNAUTHORIZED = {
    "401",
    "403",
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "InvalidClientTokenId",
    "NoCredentialsError",
    "CloudflareAuthenticationError",
    "SignatureDoesNotMatch",
}
THROTTLED = frozenset(
    {"429", "Throttling", "ThrottlingException", "PriorRequestNotComplete", "CloudflareRateLimitError"}
)
"""What a provider answers that has done nothing, and asks us to come again."""
BROKEN = frozenset({"500", "502", "503", "504", "Cloudflare5xxError"})
"""What it answers where something failed on its side, and nobody can tell what was done."""


def status(error: Exception) -> str:
    """The HTTP status of *error* (requests), its error code (botocore), or else its own name."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return str(response.get("Error", {}).get("Code", ""))
    code = getattr(response, "status_code", None)
    return str(code) if code is not None else type(error).__name__


def _unreachable(error: Exception) -> bool:
    names = {base.__name__ for base in type(error).__mro__}
    if getattr(error, "response", None) is not None:
        return False
    return bool(names & {"ConnectionError", "Timeout", "TimeoutError", "gaierror", "HTTPClientError"})


def _hint(error: Exception) -> str:
    if type(error).__name__ == "SupportsException":
        return "the provider can't store such a record; leave it out or publish it elsewhere"
    return "run again with --verbose; what was written is shown by `dnsauth plan`"
