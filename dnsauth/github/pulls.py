"""The one open pull request of a branch."""

from __future__ import annotations

from collections.abc import Sequence

from dnsauth.github import answers
from dnsauth.github.answers import Pull
from dnsauth.github.client import Client
from dnsauth.github.outcome import Done, Posted


def find(client: Client, repository: str, branch: str, base: str) -> Pull | None:
    """The open pull request from *branch* of *repository* itself into *base*."""
    head = f"{repository.partition('/')[0]}:{branch}"
    found = map(answers.pull, client.pages(f"repos/{repository}/pulls", state="open", head=head, base=base))
    here = (one for one in found if one.repository.lower() == repository.lower())  # a fork has branches too
    return next((one for one in here if (one.head, one.base) == (branch, base)), None)


def post(
    client: Client,
    repository: str,
    branch: str,
    base: str,
    *,
    title: str,
    body: str,
    labels: Sequence[str] = (),
) -> Posted:
    """Bring the open pull request from *branch* into *base* to *title* and *body*, and give it *labels*."""
    path = f"repos/{repository}/pulls"
    wanted = {"title": title, "body": body}
    found, made = client.found_or_made(
        lambda: find(client, repository, branch, base),
        lambda: answers.pull(client.post(path, {**wanted, "head": branch, "base": base})),
    )
    done = Done.CREATED if made else Done.UNCHANGED
    if not made and (found.title, found.body.strip()) != (title, body.strip()):
        client.patch(f"{path}/{found.number}", wanted)
        done = Done.EDITED
    if lacking := [label for label in labels if label not in found.labels]:
        client.post(f"repos/{repository}/issues/{found.number}/labels", {"labels": lacking}, again=True)
    return Posted(done, found.number, found.url)
