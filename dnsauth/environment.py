"""Settings that say where their value is: ``env/NAME``, or ``env/NAME/DEFAULT``, as octoDNS writes it."""

from __future__ import annotations

from collections.abc import Mapping

from dnsauth.errors import DnsauthError

PREFIX = "env/"


def value(text: str, of: str, environ: Mapping[str, str]) -> str:
    """*text* itself, or the value of the variable it names; *of* tells whose: ``provider ns1 takes key``.

    Raises `DnsauthError` for a variable that is missing from *environ* or empty, and has no default. No value
    is ever part of the message.
    """
    if not text.startswith(PREFIX):
        return text
    variable, slash, default = text.removeprefix(PREFIX).partition("/")
    found = environ.get(variable, default)
    if not found and not slash:
        state = "is empty" if variable in environ else "is not set"
        raise DnsauthError(
            f"{of} from the environment variable {variable}, which {state}", f"export {variable}=…"
        )
    return found
