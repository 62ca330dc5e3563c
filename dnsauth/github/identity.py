"""Who wrote what: only what the token's own user wrote is ours, whatever marker others put into theirs."""

from __future__ import annotations

from dnsauth.github.client import Client, GitHubError


def login(client: Client) -> str:
    """The user the token speaks for; that of a workflow's own token is ``github-actions[bot]``.

    Asked by GraphQL, since the REST API tells it to no token of an app.
    """
    viewer = client.graphql("query{viewer{login}}").get("viewer")
    found = viewer.get("login") if isinstance(viewer, dict) else None
    if not isinstance(found, str):
        raise GitHubError("GitHub does not say whose token this is", "check GITHUB_TOKEN")
    return found


def edited_by_others(client: Client, node: str, us: str) -> bool:
    """True where somebody other than *us* edited the comment with the node id *node* last.

    Who may write to a repository may edit every comment there, and stays unnamed in the REST API.
    """
    query = "query($id:ID!){node(id:$id){... on IssueComment{editor{__typename login}}}}"
    comment = client.graphql(query, id=node).get("node")
    if not isinstance(comment, dict) or "editor" not in comment:
        raise GitHubError("GitHub does not say who edited a comment", "run it again later")
    editor = comment["editor"]
    if editor is None:
        return False
    name, kind = (editor.get("login"), editor.get("__typename")) if isinstance(editor, dict) else (None, None)
    # GraphQL names a bot without the suffix by which REST tells it from a user of that name
    return us != (f"{name}[bot]" if kind == "Bot" else name)
