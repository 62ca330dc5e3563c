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
    status = _status(error)
    if status in _UNAUTHORIZED or "unauthorized" in str(error).lower():
        return DnsauthError(
            f"{provider} refuses our credentials while {doing}: {said}",
            f"check the secrets of {provider} in dnsauth.yaml, and what they may do with the zone",
        )
    if status in _THROTTLED:
        return DnsauthError(
            f"{provider} asks us to slow down while {doing}: {said}", "wait some minutes, then run again"
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
_THROTTLED = {
    "429",
    "Throttling",
    "ThrottlingException",
    "PriorRequestNotComplete",
    "CloudflareRateLimitError",
}


def _status(error: Exception) -> str:
    """The HTTP status (requests), the error code (botocore) or the exception's name."""
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
