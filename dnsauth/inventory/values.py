"""Single values, from the text a file holds; a value that does not fit raises `Refused`.

Every scalar arrives as text (`dnsauth.documents`), so a boolean is exactly ``true`` or ``false`` and
nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from ipaddress import ip_address

from dnsauth import documents, names, selectors
from dnsauth.documents import Map
from dnsauth.inventory import rules
from dnsauth.inventory.model import MX
from dnsauth.inventory.rules import Refused
from dnsauth.records import private_key

MAX_SECONDS = 2**31 - 1  # a TTL's limit, RFC 2181 section 8
MAX_RATE = 999_999  # queries a second; none comes near it

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"([0-9]{1,10})([smhdw]?)\Z")
_RATE = re.compile(r"[1-9][0-9]{0,5}\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_YEARS = re.compile(r"[1-9][0-9]?y\Z")
_FOLDER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*\Z")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_SERVER = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::([0-9]{1,5}))?\Z")
_NO_RDATA = re.compile(r"[^ -~]|\\(?:25[6-9]|2[6-9][0-9]|[3-9][0-9][0-9])")
_VARIABLE = re.compile(r"env/[A-Za-z_][A-Za-z0-9_]*\Z")
_URI_TAIL = re.compile(r"[!-~]+\Z")


def _scalar(value: object, wanted: str = "a text") -> str:
    if not isinstance(value, str):
        raise Refused(rules.SHAPE, wanted=wanted)
    return value


def boolean(value: object) -> bool:
    """True or False, written so and in no other way."""
    text = _scalar(value, "true or false")
    if text not in ("true", "false"):
        raise Refused(rules.BOOLEAN, value=text)
    return text == "true"


def duration(value: object) -> int:
    """Seconds: ``3600``, ``12h``, ``90d``."""
    text = _scalar(value, "a duration, as in 90d")
    match = _DURATION.match(text)
    if match is None or (seconds := int(match[1]) * _UNITS[match[2]]) > MAX_SECONDS:
        raise Refused(rules.DURATION, value=text, limit=MAX_SECONDS)
    return seconds


def ttl(value: object) -> int | str:
    """A duration, or ``keep``: what stands keeps the TTL it has."""
    return "keep" if value == "keep" else duration(value)


def day(value: object) -> date:
    """A calendar day, ISO 8601 extended form."""
    text = _scalar(value, "a date, as in 2027-03-01")
    try:
        if _DAY.match(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(rules.DAY, value=text)


def years(value: object) -> int:
    """A number of years, as in ``6y``."""
    text = _scalar(value, "a number of years, as in 6y")
    if not _YEARS.match(text):
        raise Refused(rules.CODE, value=text, what="number of years up to 99", right="6y")
    return int(text[:-1])


def folder(value: object) -> str:
    """A folder below that of the file, and none that people's files stand in."""
    text = _scalar(value, "a folder")
    if not _FOLDER.match(text) or text.partition("/")[0] in ("zones", "templates"):
        raise Refused(rules.CODE, value=text, what="folder for files that dnsauth writes", right="audit")
    return text


def rate(value: object) -> int:
    """Queries a second, at least one."""
    text = _scalar(value, "a number of queries a second")
    if not _RATE.match(text):
        raise Refused(rules.CODE, value=text, what="number of queries a second", right="500")
    return int(text)


def version(value: object) -> int:
    """The version of the file's form."""
    if value != "1":
        raise Refused(rules.VERSION, value=_scalar(value, "1"))
    return 1


def identifier(value: object) -> str:
    """What a sender, provider, agreement, key store or signer is called."""
    text = _scalar(value, "a name")
    if not _IDENTIFIER.match(text):
        raise Refused(rules.IDENTIFIER, value=text)
    return text


def host(value: object) -> str:
    """A DNS name written with or without its final dot, as an absolute name."""
    try:
        return names.absolute(_scalar(value, "a DNS name"))
    except names.BadName as error:
        raise Refused(rules.NAME, reason=str(error)) from error


def target(value: object) -> str:
    """A DNS name in a record's value, which must have its final dot."""
    text = _scalar(value, "a DNS name with its final dot")
    name = host(text)
    if not text.endswith("."):
        right = f"{text}." if "." in text else f"{text}.example.com."  # nobody means a top-level domain
        raise Refused(rules.RELATIVE, value=text, right=right)
    return name


def selector(value: object) -> str:
    """A DKIM selector."""
    try:
        return names.selector(_scalar(value, "a selector"))
    except names.BadName as error:
        raise Refused(rules.NAME, reason=str(error)) from error


def selector_pattern(value: object) -> str:
    """How selectors are named; each that it can give is valid (RFC 6376 section 3.1)."""
    text = _scalar(value, "a selector with {random} in it")
    if reason := selectors.problem(text):
        raise Refused(rules.SELECTOR, value=text, reason=reason)
    return text


def exchanger(value: object) -> MX:
    """One MX, ``PREFERENCE NAME.`` (RFC 1035 section 3.3.9)."""
    text = _scalar(value, "an MX, as in 10 mx1.example.com.")
    preference, _, exchange = text.partition(" ")
    right = f"10 {text.removesuffix('.').rpartition(' ')[2]}."
    if not re.fullmatch(r"[0-9]{1,5}", preference) or int(preference) > 0xFFFF:
        raise Refused(rules.MX, value=text, reason="a preference up to 65535 comes first", right=right)
    if exchange.strip() == ".":
        raise Refused(rules.MX, value=text, reason="the null MX stands alone", right="receives: false")
    return MX(int(preference), target(exchange.strip()))


def report_uri(value: object) -> str:
    """Where reports go: a mailto or https URI; its grammar is that of the record that carries it."""
    text = _scalar(value, "a URI")
    if not text.startswith(("mailto:", "https:")) or not _URI_TAIL.match(text):
        address = "@" in text and ":" not in text and _URI_TAIL.match(text)
        right = f"mailto:{text}" if address else "mailto:dmarc@example.com"
        raise Refused(rules.URI, value=text, scheme="mailto or https", right=right)
    return text


def https(value: object) -> str:
    """An https URI."""
    text = _scalar(value, "an https URI")
    if not text.startswith("https://") or not _URI_TAIL.match(text):
        raise Refused(rules.URI, value=text, scheme="https", right="https://www.example.com/logo.svg")
    return text


def server(value: object) -> str:
    """An IP address and port, as ``ADDRESS:PORT``; the port is 53 where none is said."""
    text = _scalar(value, "an IP address with an optional port")
    match = _SERVER.match(text)
    try:
        address = ip_address((match[1] or match[2]) if match else text)
    except ValueError as error:
        raise Refused(rules.ADDRESS, value=text) from error
    port = int(match[3] or 53) if match else 53
    if not 0 < port <= 0xFFFF:
        raise Refused(rules.ADDRESS, value=text)
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def server_name(value: object) -> str:
    """A name server as people name it: an absolute name, or ``ADDRESS:PORT``."""
    text = _scalar(value, "a name server")
    return (
        server(text) if re.fullmatch(r"[0-9.:]+|.*\[.*|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*", text) else host(text)
    )


def owner(value: object) -> str:
    """An owner name relative to the mail domain, as text that a name can be made of."""
    text = _scalar(value, "an owner name")
    try:
        names.absolute(text, "example.", wildcard=True)
    except names.BadName as error:
        raise Refused(rules.NAME, reason=str(error)) from error
    if not text or text.endswith("."):
        raise Refused(rules.OWNER, value=text)
    return text


def rdata(value: object) -> str:
    r"""RDATA as text: printable ASCII, any other octet as ``\DDD`` (RFC 1035 section 5.1)."""
    text = _scalar(value, "a record's value")
    if not text:
        raise Refused(rules.EMPTY)
    if private_key.held(text):
        raise Refused(rules.PRIVATE_KEY)
    if wrong := _NO_RDATA.search(text):
        raise Refused(rules.RDATA, character=wrong[0])
    return text


def pattern(value: object) -> str:
    """A host as an MTA-STS policy lists it: no final dot, maybe ``*`` first (RFC 8461 section 4.1)."""
    text = _scalar(value, "a host, as in mx1.example.com or *.example.com")
    try:
        return names.absolute(text, wildcard=True).removesuffix(".")
    except names.BadName as error:
        raise Refused(rules.NAME, reason=str(error)) from error


def verbatim(value: object) -> dict[str, object]:
    """Settings passed on as they are, with a ``class``; scalars have the types of YAML's core schema."""
    if not isinstance(value, Map):
        raise Refused(rules.SHAPE, wanted="a mapping with a `class`")
    if not isinstance(value.get("class"), str) or not value["class"]:
        raise Refused(rules.CLASS)
    settings = documents.core(value)
    assert isinstance(settings, dict)  # noqa: S101  as its mapping was
    return settings


def silence(value: object) -> bool:
    """``sends`` says only that nobody does."""
    if boolean(value):
        raise Refused(rules.SENDS_TRUE)
    return False


def senders(value: object) -> object:
    """A list of senders that is not empty."""
    if value in ("", []):
        raise Refused(rules.NO_SENDERS)
    return value


def receiver(value: object) -> str:
    """The service that receives mail."""
    text = _scalar(value, "the name of a service")
    if text == "true":
        raise Refused(rules.RECEIVES_TRUE)
    if " " in text or text.endswith("."):
        raise Refused(rules.SHAPE, wanted='a list, as in ["10 mx1.example.com."]')
    return identifier(text)


def single(value: object) -> object:
    """A mapping of one name to what is said of it."""
    if isinstance(value, Map) and len(value) != 1:
        raise Refused(rules.ONE_SENDER, count=len(value), keys=", ".join(map(repr, value)) or "none")
    return value


def variable(value: object) -> str:
    """``env/NAME``, where a secret is; whatever else stands there is one, and is never repeated."""
    text = _scalar(value, "env/NAME")
    if not _VARIABLE.match(text):
        raise Refused(rules.IN_THE_CLEAR, value="", found="a text")
    return text


def code(expression: str, what: str, right: str) -> Callable[[object], str]:
    """A check for text that matches *expression* whole; *right* is an example."""
    compiled = re.compile(expression)

    def check(value: object) -> str:
        text = _scalar(value, what)
        if not compiled.fullmatch(text):
            raise Refused(rules.CODE, value=text, what=what, right=right)
        return text

    return check
