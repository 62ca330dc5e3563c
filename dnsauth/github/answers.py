"""Comments, pull requests and issues as GitHub's API answers with them, read at the border."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from dnsauth.github.client import GitHubError

_T = TypeVar("_T")


class Comment(NamedTuple):
    """A comment on an issue or a pull request; *node* is its id in GraphQL."""

    id: int
    node: str
    author: str
    body: str
    url: str


class Issue(NamedTuple):
    """An issue."""

    number: int
    author: str
    title: str
    body: str
    url: str


class Pull(NamedTuple):
    """A pull request; *merged* as *commit*, from the branch *head* of *repository* into *base*."""

    number: int
    title: str
    body: str
    url: str
    repository: str
    head: str
    base: str
    labels: tuple[str, ...]
    merged: bool
    commit: str


def comment(item: object) -> Comment:
    """The comment *item* stands for; raises `GitHubError` where it is none."""
    return _read(
        lambda: Comment(
            _number(item, "id"),
            _text(item, "node_id"),
            _text(_inner(item, "user"), "login"),
            _text(item, "body"),
            _text(item, "html_url"),
        )
    )


def issues(items: Iterable[object]) -> Iterable[Issue]:
    """The issues among *items*; GitHub lists pull requests with them."""
    return (issue(item) for item in items if not isinstance(item, dict) or "pull_request" not in item)


def issue(item: object) -> Issue:
    """The issue *item* stands for; raises `GitHubError` where it is none."""
    return _read(
        lambda: Issue(
            _number(item, "number"),
            _text(_inner(item, "user"), "login"),
            _text(item, "title"),
            _text(item, "body"),
            _text(item, "html_url"),
        )
    )


def pull(item: object) -> Pull:
    """The pull request *item* stands for; raises `GitHubError` where it is none."""
    return _read(
        lambda: Pull(
            _number(item, "number"),
            _text(item, "title"),
            _text(item, "body"),
            _text(item, "html_url"),
            _text(_inner(_inner(item, "head"), "repo"), "full_name"),
            _text(_inner(item, "head"), "ref"),
            _text(_inner(item, "base"), "ref"),
            tuple(_text(label, "name") for label in _list(item, "labels")),
            bool(_text(item, "merged_at")),
            _text(item, "merge_commit_sha"),
        )
    )


def _read(make: Callable[[], _T]) -> _T:
    try:
        return make()
    except (TypeError, KeyError) as error:
        raise GitHubError("GitHub answers in a form that is not its API's", "check GITHUB_API_URL") from error


def _inner(item: object, name: str) -> dict[str, object]:
    """An object in *item*; an empty one for null, as a deleted user or fork is."""
    found = _fields(item).get(name)
    return {} if found is None else _fields(found)


def _fields(item: object) -> dict[str, object]:
    if not isinstance(item, dict):
        raise TypeError(type(item).__name__)
    return item


def _text(item: object, name: str) -> str:
    """A text in *item*; empty for null, and where it is left out."""
    found = _fields(item).get(name)
    if found is not None and not isinstance(found, str):
        raise TypeError(name)
    return (found or "").replace("\r\n", "\n")


def _number(item: object, name: str) -> int:
    found = _fields(item)[name]
    if not isinstance(found, int):
        raise TypeError(name)
    return found


def _list(item: object, name: str) -> list[object]:
    found = _fields(item).get(name)
    if not isinstance(found, list):
        raise TypeError(name)
    return found
