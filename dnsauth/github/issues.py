"""One open issue of ours for each marker."""

from __future__ import annotations

from collections.abc import Callable

from dnsauth.github import answers, comments, identity, marker
from dnsauth.github.answers import Issue
from dnsauth.github.client import Client
from dnsauth.github.outcome import Done, Posted


def opened(client: Client, repository: str, mark: str, title: str, body: str) -> Posted:
    """Bring the open issue of *mark* to *title* and *body*, which begins with the line of *mark*."""
    path = f"repos/{repository}/issues"
    found, made = client.found_or_made(
        _finding(client, repository, mark),
        lambda: answers.issue(client.post(path, {"title": title, "body": body})),
    )
    if made:
        return Posted(Done.CREATED, found.number, found.url)
    if (found.title, found.body.strip()) == (title, body.strip()):
        return Posted(Done.UNCHANGED, found.number, found.url)
    client.patch(f"{path}/{found.number}", {"title": title, "body": body})
    return Posted(Done.EDITED, found.number, found.url)


def closed(client: Client, repository: str, mark: str, comment: str) -> Posted:
    """Close the open issue of *mark*, if there is one, with *comment*, whose first line is that of *mark*."""
    found = _finding(client, repository, mark)()
    if found is None:
        return Posted(Done.NOTHING)
    comments.post(client, repository, found.number, mark, comment)
    client.patch(
        f"repos/{repository}/issues/{found.number}", {"state": "closed", "state_reason": "completed"}
    )
    return Posted(Done.CLOSED, found.number, found.url)


def _finding(client: Client, repository: str, mark: str) -> Callable[[], Issue | None]:
    us = identity.login(client)

    def find() -> Issue | None:
        pages = client.pages(f"repos/{repository}/issues", state="open", sort="created", direction="asc")
        ours = (one for one in answers.issues(pages) if one.author == us)
        return next((one for one in ours if marker.stands_in(one.body, mark)), None)

    return find
