"""Private keys that stand where public ones belong: to be refused, and never to be repeated."""

from __future__ import annotations

import re
from binascii import a2b_base64

_ARMOUR = "PRIVATE KEY"
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_BEGINNING = 16  # characters of base64 that tell what follows
_LONG = 44  # characters; no vendor's token is so long
# PrivateKeyInfo (RFC 5958 section 2) and RSAPrivateKey (RFC 8017 appendix A.1.2) begin with their version
_PRIVATE = re.compile(rb"\x30(?:[\x00-\x7f]|\x81.|\x82..)\x02\x01[\x00\x01]|openssh-key-", re.DOTALL)


def held(text: str) -> bool:
    """True where *text* holds a private key, by its armour or by how its base64 begins."""
    return _ARMOUR in text or any(
        _PRIVATE.match(a2b_base64(run[0][:_BEGINNING])) for run in _BASE64.finditer(text)
    )


def hidden(text: str) -> str:
    """*text* for a message, without what may be a private key, cut off or in a form of its own."""
    before, armour, _ = text.partition(_ARMOUR)
    return _BASE64.sub(_masked, before) + (armour and f"{armour}...")


def _masked(run: re.Match[str]) -> str:
    """``...``, unless *run* is a word, or short and of one case as the tokens of vendors are."""
    token = run[0] == run[0].lower() and len(run[0]) < _LONG
    return run[0] if token or run[0].isalpha() else "..."
