"""``dnsauth github``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dnsauth.cli.options import Run, command

Body = Annotated[Path, typer.Option("--file", metavar="FILE", help="The text, in Markdown.")]
Number = Annotated[
    int | None,
    typer.Option("--number", min=1, metavar="N", help="The pull request, if not the one of the event."),
]
Marker = Annotated[
    str, typer.Option("--marker", metavar="WORD", help="By which ours is found again: one for each.")
]
Patch = Annotated[
    Path | None,
    typer.Option("--patch", metavar="FILE", help="A patch to show below, as `git diff` prints it."),
]
Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")]
Commit = Annotated[
    str | None, typer.Option("--commit", metavar="SHA", help="The commit, if not the workflow's own.")
]
Branch = Annotated[str, typer.Option("--branch", metavar="NAME", help="The branch, which is all ours.")]
Onto = Annotated[str, typer.Option("--branch", metavar="NAME", help="The branch of `origin` it goes to.")]
Environment = Annotated[str, typer.Option("--environment", metavar="NAME", help="The environment.")]
Title = Annotated[str, typer.Option("--title", metavar="TEXT", help="The title, and what the commit says.")]
IssueTitle = Annotated[
    str | None, typer.Option("--title", metavar="TEXT", help="The title of the issue (with --open).")
]
IssueBody = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="The text, in Markdown; with --close, that of a comment."),
]
Paths = Annotated[
    list[str],
    typer.Option("--path", metavar="PATH", help="What to commit: a file or folder; repeat for several."),
]
Base = Annotated[str, typer.Option("--base", metavar="NAME", help="The branch it is to be merged into.")]
Labels = Annotated[
    list[str] | None, typer.Option("--label", metavar="NAME", help="A label; repeat for several.")
]
By = Annotated[str, typer.Option("--author", metavar="'NAME <MAIL>'", help="Who commits.")]
Keep = Annotated[
    bool,
    typer.Option("--keep", help="Refuse where its open pull request has a commit that this checkout lacks."),
]
Open = Annotated[
    bool, typer.Option("--open/--close", help="Open the issue, or bring it up to date; or close it.")
]

AUTHOR = "dnsauth[bot] <dnsauth@noreply.invalid>"


@command("text", "json")
def comment(
    run: Run, *, file: Body, number: Number = None, marker: Marker = "plan", patch: Patch = None
) -> None:
    r"""Bring one comment of ours on a pull request to what FILE says.

    Its first line, which shows nothing, holds the marker. Where this token's user has such a comment
    already, it is edited and no second one added; a comment of anybody else is left alone, whatever marker
    it has. What is too long for GitHub is cut at a whole line.

    A pull request from a fork gets a token that only reads: there the text goes to the step's summary.
    It changes DNS nowhere, and no file.

    Needs GITHUB_TOKEN with `pull-requests: write`, and GITHUB_REPOSITORY.

    Exit codes: 0 done; 1 GitHub refused, or it could not be done.

    \b
    Example:
      dnsauth plan --format markdown > plan.md
      dnsauth github comment --file plan.md
    """
    from dnsauth.cli import posting

    posting.comment(run, file, number, marker, patch)


@command("text", "json")
def summary(run: Run, *, file: Body) -> None:
    r"""Add what FILE says to the summary of this step.

    That is the file GITHUB_STEP_SUMMARY names, which takes 1 MiB; what is too long is cut at a whole line.
    It asks no server.

    Exit codes: 0 done; 1 it could not be done.

    \b
    Example:
      dnsauth github summary --file plan.md
    """
    from dnsauth.cli import posting

    posting.summary(run, file)


@command("text", "json")
def reviewed(run: Run, *, out: Out, commit: Commit = None, marker: Marker = "plan") -> None:
    r"""Find what was reviewed of a commit, for `dnsauth apply --reviewed`.

    Looks for the pull request that was merged as this commit, and for our comment there; writes the digests
    it holds. A comment of anybody else, or one that anybody else edited, is not believed. Where there is
    nothing, the file says so, and it is no error: apply then writes no zone. It changes nothing at GitHub.

    In a step it sets the outputs `pull` and `zones`: the number of the pull request, and how many zones.

    Needs GITHUB_TOKEN with `pull-requests: read`, and GITHUB_REPOSITORY.

    Exit codes: 0 looked; 1 GitHub refused, or it could not be done.

    \b
    Example:
      dnsauth github reviewed --out reviewed.json
      dnsauth apply --reviewed reviewed.json --locked
    """
    from dnsauth.cli import posting

    posting.reviewed(run, out, commit, marker)


@command("text", "json")
def pr(
    run: Run,
    *,
    branch: Branch,
    title: Title,
    file: Body,
    path: Paths,
    base: Base = "main",
    label: Labels = None,
    author: By = AUTHOR,
    keep: Keep = False,
) -> None:
    r"""Propose what changed below PATH as one pull request, which is opened or brought up to date.

    Commits it as a child of what is checked out, leaving the checkout as it is, and pushes that to the
    branch of `origin`. A commit that others pushed there is never lost, nor with --keep any commit of an
    open pull request; what is pushed meanwhile makes it refuse. Where nothing changed it does nothing.
    No form of it changes DNS.

    Prints the number of the pull request, and sets it as the output `number` in a step.

    Needs GITHUB_TOKEN with `contents: write` and `pull-requests: write`, and GITHUB_REPOSITORY.

    Exit codes: 0 done, also where nothing changed; 1 GitHub or Git refused, or it could not be done.

    \b
    Example:
      dnsauth rotate step > steps.md
      dnsauth github pr --branch dnsauth/rotate --title "Rotate DKIM keys" \
        --file steps.md --path zones --path keys --keep
    """
    from dnsauth.cli import proposing

    proposing.pr(
        run, branch=branch, base=base, title=title, file=file, paths=path, labels=label, by=author, keep=keep
    )


@command()
def push(run: Run, *, branch: Onto, title: Title, path: Paths, author: By = AUTHOR) -> None:
    r"""Add one commit with what changed below PATH to a branch.

    The branch is the one that is checked out here, as that of an open pull request: nothing is ever taken
    away there, and what somebody pushed meanwhile makes it refuse. Where nothing changed it does nothing. It
    changes no DNS.

    In a step it sets the output `commit`: its id, or nothing where nothing changed.

    Needs GITHUB_TOKEN with `contents: write`, and GITHUB_REPOSITORY.

    Exit codes: 0 done, also where nothing changed; 1 Git refused, or it could not be done.

    \b
    Example:
      dnsauth github push --branch topic --title "lock: update" --path zones
    """
    from dnsauth.cli import proposing

    proposing.push(run, branch=branch, title=title, paths=path, by=author)


@command()
def approval(run: Run, *, environment: Environment) -> None:
    r"""Fail unless somebody has to approve the jobs of an environment.

    GitHub makes an environment that nobody made when a job names it, and runs the job at once. A job that
    is to wait for an approval runs this first. It changes nothing at GitHub.

    Needs GITHUB_TOKEN with `actions: read`, and GITHUB_REPOSITORY.

    Exit codes: 0 it has required reviewers; 1 it has none, or GitHub refused.

    \b
    Example:
      dnsauth github approval --environment dns-unreviewed
    """
    from dnsauth.cli import posting

    posting.approval(run, environment)


@command("text", "json")
def issue(run: Run, *, marker: Marker, open: Open, title: IssueTitle = None, file: IssueBody = None) -> None:
    r"""Keep one issue of ours open as long as something is the matter.

    With --open it is opened, or edited where it says something else by now; with --close it is closed, with
    a comment. Where there is none, --close does nothing. An issue of anybody else is left alone. No form of
    it changes DNS.

    In a step it sets the output `number`.

    Needs GITHUB_TOKEN with `issues: write`, and GITHUB_REPOSITORY.

    Exit codes: 0 done; 1 GitHub refused, or it could not be done.

    \b
    Example:
      dnsauth github issue --marker drift --open --title "DNS has drifted" \
        --file drift.md
      dnsauth github issue --marker drift --close
    """
    from dnsauth.cli import posting

    if open and (title is None or file is None):
        raise typer.BadParameter("--open needs --title TEXT and --file FILE")
    if title is None or file is None or not open:
        posting.closed(run, marker, file)
    else:
        posting.opened(run, marker, title, file)


github = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Comment on pull requests, and open them, from a workflow.",
)
for _verb in (comment, summary, reviewed, pr, push, issue, approval):
    github.command(_verb.__name__)(_verb)
