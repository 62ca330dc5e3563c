"""One bounded GET of a document that receivers fetch: an MTA-STS policy, a logo, a mark certificate.

https alone, no redirect followed, the host's certificate verified for its name (RFC 9110 section 4.3.4), and
a connection only to the addresses that were looked up: a second answer of DNS leads nowhere. Proxies that the
environment names are not used.
"""

from __future__ import annotations

import io
import math
import re
import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException, HTTPResponse
from ipaddress import IPv6Address, ip_address, ip_network
from time import monotonic
from typing import NamedTuple, TypeAlias
from urllib.parse import urlsplit

from dnsauth.errors import DnsauthError

PORT = 443
SECONDS = 15.0  # for one document, however its host dawdles; RFC 8461 section 3.3 asks for no more than 60
_WRITTEN = re.compile(r"[!-~]+")
_HEAD = 128 * 1024  # octets of what comes before a document, and between its chunks
_SAID = 80  # characters of what a host says of its refusal
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052 section 2.1
_RETIRED = tuple(map(ip_network, ("192.88.99.0/24", "fec0::/10", "3fff::/20")))  # RFC 7526, 3879, 9637


class Place(NamedTuple):
    """What an https URL asks of which host."""

    host: str
    port: int
    target: str


class Terms(NamedTuple):
    """How documents are fetched: *trust* whom, from *private* addresses too, in how many *seconds* each.

    Nothing is fetched once the clock has passed *deadline*.
    """

    trust: ssl.SSLContext
    private: bool = False
    seconds: float = SECONDS
    deadline: float = math.inf


@dataclass(frozen=True, slots=True)
class Fetched:
    """The document, its media type if the host says one, and when the host's certificate ends."""

    body: bytes
    media_type: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Redirected:
    """The host sends elsewhere, and nobody went there."""

    status: int
    location: str


@dataclass(frozen=True, slots=True)
class Untrusted:
    """The host's certificate is not one that vouches for its name."""

    why: str


@dataclass(frozen=True, slots=True)
class TooLarge:
    """The document has more octets than *limit*; nobody read on."""

    limit: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The host has no such document, or none that may be fetched there."""

    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Nobody knows what the host would say: it was not reached, or not in time."""

    why: str


Fetch: TypeAlias = Fetched | Redirected | Untrusted | TooLarge | Refused | Failed


def place(url: str) -> Place | None:
    """What *url* asks of whom; None where it is no https URL of a host."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORT
    except ValueError:
        return None
    if parts.scheme.lower() != "https" or not parts.hostname or not _WRITTEN.fullmatch(url):
        return None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.hostname.removesuffix("."), port, target)


def trust(authorities: str = "") -> ssl.SSLContext:
    """The system's certification authorities, and those in a PEM file; raises `DnsauthError`."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    if authorities:
        try:
            context.load_verify_locations(cafile=authorities)
        except (OSError, ssl.SSLError) as error:
            why = error.strerror or "it holds no certificate in PEM"
            raise DnsauthError(f"live.ca: {authorities} cannot be read: {why}") from error
    return context


def public(address: str) -> bool:
    """True for an address that the world reaches; an IPv4 address inside one of IPv6 is judged as itself."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip in _NAT64:
            return public(".".join(map(str, ip.packed[-4:])))
        if ip.ipv4_mapped or ip.teredo:
            return False
        if ip.sixtofour:
            return public(str(ip.sixtofour))
    if any(ip in network for network in _RETIRED):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def get(
    url: str,
    addresses: Iterable[str],
    terms: Terms,
    octets: int,
    *,
    clock: Callable[[], float] = monotonic,
) -> Fetch:
    """The document at *url*, of at most so many *octets*, from the first of *addresses* that answers.

    *addresses* are those of the URL's host, as DNS has them.
    """
    asked = place(url)
    if asked is None:
        return Refused("it is no https URL of a host")
    known = tuple(dict.fromkeys(addresses))
    allowed = [address for address in known if terms.private or public(address)]
    if not allowed:
        return Refused(f"{known[0]} is no public address" if known else "its host has no address")
    deadline = min(clock() + terms.seconds, terms.deadline)
    for ahead, address in zip(range(len(allowed), 0, -1), allowed, strict=True):
        try:
            return _from(address, asked, terms, octets, _Time(deadline, clock, ahead))
        except ssl.SSLCertVerificationError as error:
            return Untrusted(error.verify_message.lower())
        except ssl.SSLError as error:
            return Refused(f"TLS fails: {(error.reason or str(error)).lower().replace('_', ' ')}")
        except ConnectionRefusedError:
            said: Fetch = Refused(f"{address} takes no connection at port {asked.port}")
        except TimeoutError:
            said = Failed(f"{address} did not answer in time")
        except OSError as error:
            said = Failed(f"{address} was not reached: {error.strerror or error}")
        except _Flood:
            return TooLarge(octets)
        except (HTTPException, ValueError) as error:  # the latter of a chunk with a negative size
            return Refused(f"it answers no HTTP: {type(error).__name__}")
    return said


class _Time(NamedTuple):
    """Until when, by which clock; so many addresses *ahead* share it to be connected to."""

    deadline: float
    clock: Callable[[], float]
    ahead: int

    @property
    def left(self) -> float:
        """Seconds; raises `TimeoutError` where there are none."""
        left = self.deadline - self.clock()
        if left <= 0:
            raise TimeoutError
        return left


class _Flood(Exception):
    """More came than a document of that size and its head take."""


class _Stream(io.RawIOBase):
    """What comes from a TLS socket while there is time: each wait ends with it, however little came.

    No more than *most* octets come; then reading raises `_Flood`.
    """

    def __init__(self, connection: ssl.SSLSocket, time: _Time, most: int) -> None:
        self._connection = connection
        self._time = time
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # of a memoryview, by BufferedReader
        if self._left <= 0:
            raise _Flood
        self._connection.settimeout(self._time.left)
        count = self._connection.recv_into(buffer)
        self._left -= count
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What `HTTPResponse` asks a socket for."""
        return io.BufferedReader(self)


def _from(address: str, asked: Place, terms: Terms, octets: int, time: _Time) -> Fetch:
    with closing(socket.create_connection((address, asked.port), time.left / time.ahead)) as plain:
        plain.settimeout(time.left)
        with terms.trust.wrap_socket(plain, server_hostname=asked.host) as connection:
            connection.settimeout(time.left)
            connection.sendall(_request(asked))
            stream = _Stream(connection, time, _HEAD + 2 * octets)
            response = HTTPResponse(stream, method="GET")  # type: ignore[arg-type]  # what it reads of a socket
            response.begin()
            return _said(response, connection, octets)


def _request(asked: Place) -> bytes:
    host = asked.host if asked.port == PORT else f"{asked.host}:{asked.port}"
    lines = (
        f"GET {asked.target} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: dnsauth",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


def _said(response: HTTPResponse, connection: ssl.SSLSocket, octets: int) -> Fetch:
    if response.status in (301, 302, 303, 307, 308):
        return Redirected(response.status, response.headers.get("Location", ""))
    if response.status != 200:
        return Refused(f"the host answers {response.status} {response.reason[:_SAID]}".rstrip())
    body = response.read(octets + 1)
    if len(body) > octets:
        return TooLarge(octets)
    if response.length:
        return Failed(f"the host sent {len(body)} octets, and then no more")
    certificate = connection.getpeercert() or {}
    expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    typed = "Content-Type" in response.headers
    return Fetched(body, response.headers.get_content_type() if typed else "", expires)
