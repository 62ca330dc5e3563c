"""What was reviewed: the plans that the pull request behind a commit showed in its comment."""

from __future__ import annotations

from typing import NamedTuple

from dnsauth.github import answers, comments, identity
from dnsauth.github.client import Client
from dnsauth.plan.reviewed import Reviewed, shown


class Merged(NamedTuple):
    """The plans of zones that were *reviewed* in the pull request number *pull*; *why* there are none."""

    reviewed: tuple[Reviewed, ...]
    pull: int | None
    why: str = ""


def reviewed(client: Client, repository: str, commit: str, mark: str) -> Merged:
    """What the pull request that was merged as *commit* showed in our comment of *mark*.

    A comment of somebody else is not ours, whatever it says, nor is one that somebody else edited.
    """
    found = map(answers.pull, client.pages(f"repos/{repository}/commits/{commit}/pulls"))
    pull = next((one for one in found if one.merged and one.commit == commit), None)
    if pull is None:
        return Merged((), None, f"no pull request was merged as {commit}")
    us = identity.login(client)
    comment = comments.find(client, repository, pull.number, mark, us)
    if comment is None:
        return Merged((), pull.number, f"pull request {pull.number} has no comment of {us} with a plan")
    if identity.edited_by_others(client, comment.node, us):
        return Merged((), pull.number, f"somebody else than {us} edited {comment.url}")
    zones = shown(comment.body)
    return Merged(zones, pull.number, "" if zones else f"{comment.url} shows no plan that can be applied")
