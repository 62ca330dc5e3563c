"""GitHub's API by the standard library: JSON, pages, and patience that is bounded and said.

The token goes to the API's own host and nowhere else, and into no message: what a server answers is said
without it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from http.client import HTTPException
from socket import gaierror
from typing import NamedTuple, TypeAlias, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from dnsauth import __version__
from dnsauth.errors import DnsauthError
from dnsauth.github import patience

TIMEOUT = 30.0  # seconds for one answer
PAGE = 100
MAX_ANSWER = 64 * 2**20  # octets; a page of the longest comments takes 26 million
HOPS = 3  # redirects of one request: a repository that was renamed

_NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next\b')
_MOVED = {301, 302, 307, 308}
_T = TypeVar("_T")

Json: TypeAlias = Mapping[str, object]


class GitHubError(DnsauthError):
    """GitHub did not do it; *status* is that of its answer, 0 where there was none."""

    def __init__(self, message: str, hint: str, status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status


class Unsure(GitHubError):
    """Nobody can tell whether it was done: look before it is tried again."""


class _Answer(NamedTuple):
    """An answer; names of *headers* are in lower case."""

    status: int
    headers: Mapping[str, str]
    octets: bytes


class _Lost(Exception):
    """There was no answer; *sent*: the request may have arrived."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent


class _Still(HTTPRedirectHandler):
    """Follows nothing: where a redirect leads is looked at first, and the request repeated as it was."""

    def redirect_request(self, *_: object) -> None:
        return None


class Client:
    """The API at *root*, asked with *token*; every wait is said by *say* and done by *pause* (seconds)."""

    def __init__(
        self,
        root: str,
        token: str,
        *,
        say: Callable[[str], None],
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._root, self._token = root, token
        self._say, self._pause, self._clock = say, pause, clock
        alone = [ProxyHandler({})] if root.startswith("http:") else []  # loopback, and in the clear
        self._opener = build_opener(_Still, *alone)

    def get(self, path: str, **query: object) -> object:
        """The answer to a question."""
        return _parsed(self._asked("GET", self._url(path, query)))

    def pages(self, path: str, **query: object) -> Iterator[object]:
        """The items of every page of a list, in order."""
        url = self._url(path, {**query, "per_page": PAGE})
        while url:
            answer = self._asked("GET", url)
            items = _parsed(answer)
            if not isinstance(items, list):
                raise GitHubError(
                    f"GitHub answers {path} with something that is no list", "run it again later"
                )
            yield from items
            following = _NEXT.search(answer.headers.get("link", ""))
            url = _at_home(url, following[1]) if following else ""

    def patch(self, path: str, body: Json) -> object:
        """The answer to a change, which may be asked for twice."""
        return _parsed(self._asked("PATCH", self._url(path), body))

    def post(self, path: str, body: Json, *, again: bool = False) -> object:
        """The answer to a request for something new; *again*: it does no harm twice.

        Raises `Unsure` where it might have been done; `found_or_made` goes on from there.
        """
        return _parsed(self._asked("POST", self._url(path), body, again=again))

    def graphql(self, query: str, **variables: object) -> Json:
        """The data that answers a question in GraphQL, which stands beside the REST API."""
        url = f"{self._root.removesuffix('/v3')}/graphql"
        whole = _parsed(self._asked("POST", url, {"query": query, "variables": variables}, again=True))
        fields = whole if isinstance(whole, dict) else {}
        data = fields.get("data")
        if fields.get("errors") or not isinstance(data, dict):
            raise GitHubError(f"GitHub refuses a question: {self._said(fields)}", "check GITHUB_TOKEN")
        return data

    def found_or_made(self, find: Callable[[], _T | None], make: Callable[[], _T]) -> tuple[_T, bool]:
        """What *find* finds, else what *make* makes, and True where it was made: one, and never two.

        An answer that was lost is no reason to make another: it is looked for again first.
        """
        attempt = 0
        while (found := find()) is None:
            try:
                return make(), True
            except Unsure as error:
                if (attempt := attempt + 1) == patience.TRIES:
                    raise
                self._wait(patience.failed(attempt), str(error))
        return found, False

    def _url(self, path: str, query: Json | None = None) -> str:
        return f"{self._root}/{path}" + (f"?{urlencode(query)}" if query else "")

    def _asked(self, method: str, url: str, body: Json | None = None, *, again: bool = False) -> _Answer:
        """The answer to one request, however often it had to be sent."""
        again = again or method != "POST"
        waited = 0.0
        for attempt in range(patience.TRIES):
            error, seconds = GitHubError("", ""), None
            try:
                answer = self._arrived(method, url, body)
            except _Lost as lost:
                what = f"GitHub does not answer {method} {urlsplit(url).path}: {lost}"
                kind = Unsure if lost.sent and not again else GitHubError
                error, seconds = kind(what, "run it again later"), patience.failed(attempt)
            else:
                if 200 <= answer.status < 300:
                    return answer
                said = self._said(_fields(answer))
                what = f"GitHub answers {answer.status} to {method} {urlsplit(url).path}: {said}"
                kind = Unsure if answer.status in patience.LATER and not again else GitHubError
                error = kind(what, patience.hint(answer.status, said), answer.status)
                seconds = patience.limited(answer.status, answer.headers, said, attempt, self._clock())
            if seconds is None or isinstance(error, Unsure) or attempt == patience.TRIES - 1:
                raise error
            if (waited := waited + seconds) > patience.LONGEST:
                raise GitHubError(
                    f"{error}; it asks to wait {seconds:.0f} s", "run it again then", error.status
                )
            self._wait(seconds, str(error))
        raise AssertionError("a loop that is never empty ends inside")

    def _arrived(self, method: str, url: str, body: Json | None) -> _Answer:
        """The answer, from where the API has moved to on its own host."""
        answer = self._sent(method, url, body)
        for _ in range(HOPS):
            if answer.status not in _MOVED:
                break
            url = _at_home(url, answer.headers.get("location", ""))
            answer = self._sent(method, url, body)
        return answer

    def _sent(self, method: str, url: str, body: Json | None) -> _Answer:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "User-Agent": f"dnsauth/{__version__}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        octets = None if body is None else json.dumps(body).encode()
        request = Request(url, octets, headers, method=method)  # noqa: S310  the root's scheme was checked
        try:
            try:
                with self._opener.open(request, timeout=TIMEOUT) as reply:
                    return _answer(reply.status, reply.headers, reply.read(MAX_ANSWER))
            except HTTPError as error:
                with error:
                    return _answer(error.code, error.headers, error.read(MAX_ANSWER))
        except URLError as error:
            sent = not isinstance(error.reason, ConnectionRefusedError | gaierror)
            raise _Lost(self._hidden(str(error.reason)), sent=sent) from None
        except (OSError, HTTPException) as error:
            raise _Lost(self._hidden(str(error) or type(error).__name__), sent=True) from None

    def _wait(self, seconds: float, why: str) -> None:
        self._say(f"{why}; waiting {seconds:.0f} s")
        self._pause(seconds)

    def _said(self, fields: Json) -> str:
        """What an answer says went wrong, without the token."""
        errors = fields.get("errors")
        texts = [fields.get("message"), *(errors if isinstance(errors, list) else [])]
        inner = [text.get("message") if isinstance(text, dict) else text for text in texts]
        return self._hidden("; ".join(str(text) for text in inner if text))[:500] or "it gives no reason"

    def _hidden(self, text: str) -> str:
        return text.replace(self._token, "GITHUB_TOKEN")


def _answer(status: int, headers: Message, octets: bytes) -> _Answer:
    return _Answer(status, {name.lower(): value for name, value in headers.items()}, octets)


def _at_home(url: str, location: str) -> str:
    """*location*, seen from *url*, on the same host; raises `GitHubError` where it leads elsewhere."""
    target = urljoin(url, location)
    if urlsplit(target)[:2] != urlsplit(url)[:2]:
        raise GitHubError(
            f"{urlsplit(url).netloc} points to {urlsplit(target).netloc:.80}, where the token does not go",
            "check GITHUB_API_URL",
        )
    return target


def _fields(answer: _Answer) -> Json:
    try:
        whole = json.loads(answer.octets)
    except (ValueError, RecursionError):  # as the page of a proxy
        return {}
    return whole if isinstance(whole, dict) else {}


def _parsed(answer: _Answer) -> object:
    try:
        return json.loads(answer.octets)
    except (ValueError, RecursionError) as error:
        raise GitHubError("GitHub answers with something that is no JSON", "check GITHUB_API_URL") from error
