"""Environments of a repository: whether somebody has to approve a job that runs in one."""

from __future__ import annotations

from urllib.parse import quote

from dnsauth.github.client import Client, GitHubError

_NONE = 404


def has_reviewers(client: Client, repository: str, name: str) -> bool:
    """True where a job in the environment *name* waits until one of its required reviewers approves.

    GitHub makes an environment that a job names and nobody made, without any protection.
    """
    try:
        whole = client.get(f"repos/{repository}/environments/{quote(name, safe='')}")
    except GitHubError as error:
        if error.status == _NONE:
            return False
        raise
    rules = whole.get("protection_rules") if isinstance(whole, dict) else None
    return any(
        isinstance(rule, dict) and rule.get("type") == "required_reviewers" and rule.get("reviewers")
        for rule in (rules if isinstance(rules, list) else ())
    )
