"""One pull request of a branch that is ours: what changed is pushed, and nothing of others is lost."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dnsauth.github.git import Git
from tests.cli.conftest import NOW, Directory, Done
from tests.servers.github import BOT, TOKEN, GitHub
from tests.servers.github import github as run_github

BRANCH = "dnsauth/rotate"
US = "dnsauth@noreply.invalid"
CLEAN = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


class Checkout:
    """A clone of a bare repository, with an API beside it."""

    def __init__(self, path: Path, hub: GitHub, remote: Path) -> None:
        self.path, self.hub, self.remote = path, hub, remote
        self.directory = Directory(path)
        self.write = self.directory.write

    def git(self, *arguments: str, mail: str = "alice@example.com") -> str:
        who = ["-c", "user.name=Alice", "-c", f"user.email={mail}", "-c", "protocol.file.allow=always"]
        argv = ["git", "-C", str(self.path), *who, *arguments]
        return subprocess.run(argv, env=CLEAN, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, name: str, text: str, message: str = "edit", mail: str = "alice@example.com") -> None:
        self.write(name, text)
        self.git("add", "--all")
        self.git("commit", "-m", message, mail=mail)

    def pr(self, *more: str, branch: str = BRANCH, title: str = "Rotate DKIM keys", **env: str) -> Done:
        body = self.path.parent / "body.md"
        if not body.exists():
            body.write_text("### Steps\n\n- s1 is published\n")
        given = ["--branch", branch, "--title", title, "--file", str(body)]
        paths = [] if "--path" in more else ["--path", "zones"]
        environ = {**CLEAN, **self.hub.environ(self.path.parent), **env}
        return self.directory.run("github", "pr", *given, *paths, *more, env=environ)

    def at_remote(self, *arguments: str) -> str:
        argv = ["git", "--git-dir", str(self.remote), *arguments]
        return subprocess.run(argv, env=CLEAN, capture_output=True, text=True, check=True).stdout.strip()

    def clone(self, name: str, *more: str) -> Checkout:
        path = self.path.parent / name
        argv = ["git", "clone", "--quiet", *more, f"file://{self.remote}", str(path)]
        subprocess.run(argv, env=CLEAN, capture_output=True, check=True)
        return Checkout(path, self.hub, self.remote)


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    remote, path = tmp_path / "remote.git", tmp_path / "checkout"
    with run_github(remote) as hub:
        for argv in (["init", "--bare", "-b", "main", remote], ["clone", remote, path]):
            subprocess.run(["git", *argv], env=CLEAN, capture_output=True, check=True)
        made = Checkout(path, hub, remote)
        made.commit("README", "first\n")
        made.commit("zones/a.yaml", "one\n")
        made.git("push", "origin", "HEAD:main")
        yield made


def test_what_changed_below_the_paths_is_proposed_and_the_checkout_stays_as_it_is(checkout):
    checkout.write("zones/a.yaml", "two\n")
    checkout.write("zones/new/b.yaml", "new\n")
    checkout.write("README", "not ours\n")
    status = checkout.git("status", "--porcelain")
    done = checkout.pr("--label", "dkim", "--label", "bot")
    assert (0, "") == (done.code, done.err)
    assert "pull request 1 created: https://github.com/example/dns/pull/1\n" == done.out
    assert status == checkout.git("status", "--porcelain").strip()
    pull = checkout.hub.pulls[1]
    assert ("Rotate DKIM keys", BRANCH, "main") == (pull["title"], pull["head"]["ref"], pull["base"]["ref"])
    assert "<!-- dnsauth:pr -->\n### Steps\n\n- s1 is published\n" == pull["body"]
    assert [{"name": "dkim"}, {"name": "bot"}] == pull["labels"]
    changed = checkout.at_remote("diff", "--name-only", "main", BRANCH)
    assert "zones/a.yaml\nzones/new/b.yaml" == changed
    said = checkout.at_remote("log", "-1", "--format=%an %ae %cn %ce %s %cI", BRANCH)
    assert f"dnsauth[bot] {US} dnsauth[bot] {US} Rotate DKIM keys {NOW[:-1]}+00:00" == said.replace(
        "Z", "+00:00"
    )
    assert "number=1\n" == (checkout.path.parent / "output").read_text()


def test_a_file_that_went_away_is_proposed_too(checkout):
    (checkout.path / "zones/a.yaml").unlink()
    assert 0 == checkout.pr("--path", "zones/a.yaml", "--path", "nowhere").code
    assert "D\tzones/a.yaml" == checkout.at_remote("diff", "--name-status", "main", BRANCH)


def test_where_nothing_changed_nothing_is_done_and_no_token_is_needed(checkout):
    checkout.write("README", "not ours\n")
    done = checkout.pr("--format", "json", GITHUB_TOKEN="")
    assert (0, "nothing") == (done.code, json.loads(done.out)["done"])
    assert "main" == checkout.at_remote("branch", "--format=%(refname:short)")
    assert [] == checkout.hub.requests
    assert "pull request: nothing to do\n" == checkout.pr().out


def test_the_same_again_is_neither_pushed_nor_edited(checkout):
    checkout.write("zones/a.yaml", "two\n")
    checkout.pr()
    before = checkout.at_remote("rev-parse", BRANCH)
    checkout.hub.requests.clear()
    assert "pull request 1 unchanged: " in checkout.pr().out
    assert (before, []) == (checkout.at_remote("rev-parse", BRANCH), checkout.hub.written())


def test_the_next_change_replaces_the_last_and_title_and_text_follow(checkout):
    checkout.write("zones/a.yaml", "two\n")
    checkout.pr()
    checkout.write("zones/a.yaml", "three\n")
    (checkout.path.parent / "body.md").write_text("### Steps\n\n- s2 is published\n")
    assert "pull request 1 edited: " in checkout.pr(title="Rotate more").out
    assert "three" == checkout.at_remote("show", f"{BRANCH}:zones/a.yaml")
    assert "1" == checkout.at_remote("rev-list", "--count", f"main..{BRANCH}")
    assert ("Rotate more", "- s2 is published") == (
        checkout.hub.pulls[1]["title"],
        checkout.hub.pulls[1]["body"].splitlines()[-1],
    )


def test_a_checkout_that_has_the_branch_goes_on_from_it(checkout):
    checkout.write("zones/a.yaml", "two\n")
    checkout.pr()
    checkout.git("stash")
    checkout.git("fetch", "origin", BRANCH)
    checkout.git("merge", "FETCH_HEAD")
    checkout.write("zones/b.yaml", "a second step\n")
    assert 0 == checkout.pr("--keep").code
    assert "2" == checkout.at_remote("rev-list", "--count", f"main..{BRANCH}")


def test_keep_loses_no_commit_of_an_open_pull_request(checkout):
    checkout.write("zones/a.yaml", "key one\n")
    checkout.pr("--keep")
    before = checkout.at_remote("rev-parse", BRANCH)
    checkout.write("zones/a.yaml", "key two\n")
    done = checkout.pr("--keep")
    assert (1, before) == (done.code, checkout.at_remote("rev-parse", BRANCH))
    assert "has commits that this checkout lacks" in done.err
    assert "`git fetch origin dnsauth/rotate`" in done.err
    checkout.hub.merge(1, "c" * 40)  # squashed: the branch is left behind, and is no pull request any more
    assert "pull request 2 created: " in checkout.pr("--keep").out


def test_a_commit_of_somebody_else_is_never_lost(checkout):
    checkout.write("zones/a.yaml", "two\n")
    checkout.pr()
    other = checkout.clone("other", "--branch", BRANCH)
    other.commit("zones/fix.yaml", "by hand\n", mail="bob@example.com")
    other.git("push", "origin", BRANCH)
    before = checkout.at_remote("rev-parse", BRANCH)
    checkout.write("zones/a.yaml", "three\n")
    done = checkout.pr()
    assert (1, before) == (done.code, checkout.at_remote("rev-parse", BRANCH))
    assert "has commits of bob@example.com, and they would be lost" in done.err


def test_main_merged_into_the_branch_by_hand_is_no_reason_to_stop(checkout):
    checkout.write("zones/a.yaml", "two\n")
    checkout.pr()
    other = checkout.clone("other")
    other.commit("README", "main moves on\n")
    other.git("push", "origin", "HEAD:main")
    other.git("checkout", BRANCH)
    other.git("merge", "--no-ff", "-m", "Merge main", "origin/main")
    other.git("push", "origin", BRANCH)
    checkout.git("stash")
    checkout.git("pull", "--ff-only", "origin", "main")
    checkout.write("zones/a.yaml", "three\n")
    assert 0 == checkout.pr().code


def test_a_shallow_checkout_knows_whose_commits_it_would_take_away(checkout):
    checkout.write("zones/a.yaml", "two\n")
    checkout.pr()
    checkout.git("stash")
    checkout.commit("README", "main moves on\n")
    checkout.git("push", "origin", "HEAD:main")
    shallow = checkout.clone("shallow", "--depth", "1")
    shallow.write("zones/a.yaml", "three\n")
    done = shallow.pr()
    assert (0, "") == (done.code, done.err)
    assert "1" == checkout.at_remote("rev-list", "--count", f"main..{BRANCH}")
    assert checkout.at_remote("rev-parse", "main") == checkout.at_remote("rev-parse", f"{BRANCH}^")


def test_who_pushes_in_between_is_not_overwritten(checkout, monkeypatch):
    checkout.write("zones/a.yaml", "two\n")
    run = Git.__call__

    def raced(git: Git, *arguments: str, **environ: str) -> str:
        if arguments[0] == "push":
            monkeypatch.setattr(Git, "__call__", run)
            checkout.git("push", "origin", f"HEAD:refs/heads/{BRANCH}")
        return run(git, *arguments, **environ)

    monkeypatch.setattr(Git, "__call__", raced)
    done = checkout.pr()
    assert 1 == done.code
    assert "stale info" in done.err
    assert checkout.at_remote("rev-parse", "main") == checkout.at_remote("rev-parse", BRANCH)
    assert {} == checkout.hub.pulls


def test_a_branch_of_a_fork_and_one_with_a_longer_name_are_others(checkout):
    checkout.hub.add_pull(head=BRANCH, author="mallory", repository="mallory/dns")
    checkout.hub.add_pull(head=BRANCH, author="mallory", repository=None)
    for pull in checkout.hub.pulls.values():
        pull["title"] = "theirs"
    checkout.git("push", "origin", f"HEAD:refs/heads/other/refs/heads/{BRANCH}")
    checkout.write("zones/a.yaml", "two\n")
    done = checkout.pr()
    assert {"theirs"} == {
        pull["title"] for pull in checkout.hub.pulls.values() if pull["user"]["login"] != BOT
    }
    assert "pull request 3 created" in done.out


@pytest.mark.parametrize(
    "branch",
    ["", "-d", "--upload-pack=x", "a..b", "a b", "a~1", "@{-1}", "refs/heads/x", "HEAD", "x\n", "\x1b[2J", "x\u202ey", "main"],
)  # fmt: skip
def test_a_branch_has_the_name_of_one_and_not_that_of_its_base(checkout, branch):
    checkout.write("zones/a.yaml", "two\n")
    before = checkout.at_remote("for-each-ref")
    done = checkout.pr(branch=branch)
    assert done.code in {1, 2}
    assert before == checkout.at_remote("for-each-ref")
    assert not {"\x1b", "\u202e"} & set(done.err)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (["--author", "nobody"], "is no author"),
        (["--author", "A\nB <a@example.com>"], "is no author"),
        (["--label", "a\x1b"], "is no label"),
        (["--path", "../elsewhere"], "outside repository"),
    ],
)
def test_what_is_no_author_label_or_path_of_ours_is_refused(checkout, more, problem):
    checkout.write("zones/a.yaml", "two\n")
    (checkout.path.parent / "elsewhere").write_text("x")
    done = checkout.pr(*more)
    assert 1 == done.code
    assert problem in done.err
    assert {} == checkout.hub.pulls


def test_names_that_look_like_patterns_or_options_are_names(checkout):
    checkout.write("zones/*.yaml", "a star\n")
    checkout.write("zones/a.yaml", "two\n")
    assert 0 == checkout.pr("--path", "zones/*.yaml").code
    assert "zones/*.yaml" == checkout.at_remote("diff", "--name-only", "main", BRANCH)


def test_a_hostile_value_in_a_file_is_committed_and_runs_nothing(checkout):
    text = "$(touch pwned) `touch pwned` ::set-output name=number::1\n"
    checkout.write("zones/a.yaml", text)
    hook = checkout.path / ".git/hooks/pre-push"
    hook.write_text(f"#!/bin/sh\ntouch {checkout.path}/pwned\n")
    hook.chmod(0o755)
    assert 0 == checkout.pr(title="`touch pwned` $(touch pwned)").code
    assert text.strip() == checkout.at_remote("show", f"{BRANCH}:zones/a.yaml")
    assert not (checkout.path / "pwned").exists()


def test_git_shows_the_token_to_the_server_alone_and_in_no_argument(checkout, tmp_path):
    """A server that speaks HTTP in the place of GitHub, and one elsewhere."""
    seen: dict[int, list[str]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            port = self.server.server_address[1]
            seen.setdefault(port, []).extend(self.headers.get_all("Authorization", ["none"]))
            self.send_error(404, f"no {TOKEN} here")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as home,
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as elsewhere,
    ):
        threads = [threading.Thread(target=http.serve_forever) for http in (home, elsewhere)]
        for thread in threads:
            thread.start()
        server = f"http://127.0.0.1:{home.server_port}"
        checkout.git("config", f"http.{server}/.extraheader", "Authorization: Basic left-by-a-checkout")
        checkout.write("zones/a.yaml", "two\n")
        said = []
        for http in (home, elsewhere):
            checkout.git(
                "remote", "set-url", "origin", f"http://127.0.0.1:{http.server_port}/example/dns.git"
            )
            done = checkout.pr(GITHUB_SERVER_URL=server)
            assert 1 == done.code
            said.append(done.err)
        for http, thread in zip((home, elsewhere), threads, strict=True):
            http.shutdown()
            thread.join()
    basic = b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    assert {f"Basic {basic}"} == set(seen[home.server_port])
    assert {"none"} == set(seen[elsewhere.server_port])
    assert not any(secret in text for secret in (TOKEN, basic) for text in said)
    assert TOKEN not in repr(Git(tmp_path, {}).showing(TOKEN, server))


def test_what_the_environment_already_tells_git_is_kept(tmp_path):
    given = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Alice"}
    git = Git(tmp_path, {**CLEAN, **given}).showing(TOKEN, "https://github.com")
    assert "Alice" == git("config", "user.name")
    header = git("config", "--get-urlmatch", "http.extraheader", "https://github.com/example/dns.git")
    assert header.startswith("Authorization: Basic ")


def test_without_git_it_says_so(checkout):
    checkout.write("zones/a.yaml", "two\n")
    done = checkout.pr(PATH="/nowhere")
    assert 1 == done.code
    assert "there is no `git` here" in done.err
