"""Recipients and identities of an ``age`` store: age's own X25519 keys, and SSH's Ed25519 and RSA keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dnsauth.keys.settings import Settings

_IDENTITY = "AGE-SECRET-KEY-"


def recipients(settings: Settings) -> Sequence[Any]:
    """Whom private halves are encrypted to: at least one, else *settings* get a problem."""
    found = {}
    for number, text in enumerate(settings.texts("recipients", "[age1…]"), 1):
        if _IDENTITY in text.upper() or "PRIVATE KEY" in text:
            settings.refuse(
                f"recipient {number} is an identity, which must not be here: replace it, and write what"
                " `age-keygen -y` says of the new one"
            )
        elif (recipient := _recipient(text)) is None:
            settings.refuse(
                f"recipient {number} is none: write age1… as `age-keygen` says it, or a line of an SSH public"
                " key, ssh-ed25519 or ssh-rsa"
            )
        else:
            found[text] = recipient
    return tuple(found.values())


def _recipient(text: str) -> Any:  # noqa: ANN401  pyrage has no types
    from pyrage import RecipientError, ssh, x25519

    kind = ssh if text.startswith("ssh-") else x25519
    try:
        return kind.Recipient.from_str(text)
    except RecipientError:
        return None


def identities(settings: Settings) -> tuple[Sequence[Any], str]:
    """What decrypts here, and why there is nothing; one that is here and none is a problem of *settings*."""
    variable = settings.variable("identity")
    if variable:
        octets = settings.environ.get(variable, "").encode()
        lacking = f"the environment variable {variable} with its identity is not set here"
    elif path := settings.path("identity"):
        try:
            octets = path.read_bytes()
        except OSError as error:
            return (), f"its identity {path} cannot be read here: {error.strerror or error}"
        lacking = f"its identity {path} is empty"
    else:
        return (), "its settings name no identity"
    if not octets.strip():
        return (), lacking
    found = _identities(octets)
    if not found:
        settings.refuse(
            "identity holds something else: it has lines AGE-SECRET-KEY-1… as `age-keygen` writes them, or is"
            " an SSH private key, Ed25519 or RSA, without passphrase"
        )
    return found, ""


def _identities(octets: bytes) -> Sequence[Any]:
    """The identities in *octets*; none where one of them can't be read."""
    from pyrage import IdentityError, ssh, x25519

    try:
        if b"PRIVATE KEY" in octets:
            return (ssh.Identity.from_buffer(octets),)
        lines = (line.strip() for line in octets.decode("ascii", "replace").splitlines())
        return tuple(x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#"))
    except IdentityError:
        return ()
