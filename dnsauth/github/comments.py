"""One comment of ours for each marker on an issue or pull request, edited in place."""

from __future__ import annotations

from dnsauth.github import answers, identity, marker
from dnsauth.github.answers import Comment
from dnsauth.github.client import Client
from dnsauth.github.outcome import Done, Posted


def find(client: Client, repository: str, number: int, mark: str, us: str) -> Comment | None:
    """The oldest comment on *number* that *us* wrote and that begins with the line of *mark*."""
    pages = client.pages(f"repos/{repository}/issues/{number}/comments")
    ours = (one for one in map(answers.comment, pages) if one.author == us)
    return next((one for one in ours if marker.stands_in(one.body, mark)), None)


def post(client: Client, repository: str, number: int, mark: str, body: str) -> Posted:
    """Bring the comment of *mark* on *number* to *body*, which begins with the line of *mark*."""
    us = identity.login(client)
    path = f"repos/{repository}/issues"
    found, made = client.found_or_made(
        lambda: find(client, repository, number, mark, us),
        lambda: answers.comment(client.post(f"{path}/{number}/comments", {"body": body})),
    )
    if made:
        return Posted(Done.CREATED, number, found.url)
    if found.body.strip() == body.strip():
        return Posted(Done.UNCHANGED, number, found.url)
    client.patch(f"{path}/comments/{found.id}", {"body": body})
    return Posted(Done.EDITED, number, found.url)
