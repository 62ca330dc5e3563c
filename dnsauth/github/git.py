"""Git, told nothing secret by its arguments and running nobody's hooks."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dnsauth.errors import DnsauthError


@dataclass(frozen=True, slots=True)
class Git:
    """Git in *directory* with the variables *environ*; *secrets* are kept out of what it says."""

    directory: Path
    environ: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def showing(self, token: str, server: str) -> Git:
        """This Git, which shows *token* to *server*, as ``https://github.com``, and to nobody else."""
        basic = b64encode(f"x-access-token:{token}".encode()).decode()
        first = int(self.environ.get("GIT_CONFIG_COUNT") or 0)
        # the empty one forgets what a checkout left there: two headers are refused
        headers = enumerate(("", f"Authorization: Basic {basic}"), first)
        given = {
            f"GIT_CONFIG_{part}_{number}": text
            for number, header in headers
            for part, text in (("KEY", f"http.{server}/.extraheader"), ("VALUE", header))
        }
        environ = {**self.environ, **given, "GIT_CONFIG_COUNT": str(first + 2)}
        return Git(self.directory, environ, (*self.secrets, token, basic))

    def __call__(self, *arguments: str, **environ: str) -> str:
        """What Git prints, without the final line end; raises `DnsauthError` with its error."""
        done = self._run(arguments, environ)
        if done.returncode:
            said = self._without_secrets(done.stderr.strip() or f"exit code {done.returncode}")
            raise DnsauthError(f"git {arguments[0]}: {said}", "see what Git says")
        return done.stdout.removesuffix("\n")

    def holds(self, *arguments: str) -> bool:
        """True where Git ends with 0; raises `DnsauthError` where it ends with more than 1."""
        done = self._run(arguments, {})
        if done.returncode > 1:
            raise DnsauthError(
                f"git {arguments[0]}: {self._without_secrets(done.stderr.strip())}", "see what Git says"
            )
        return done.returncode == 0

    def _run(
        self, arguments: tuple[str, ...], environ: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        own = {"GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C"}
        try:
            return subprocess.run(  # noqa: S603  no shell; what comes from outside is checked by who calls
                ["git", "-C", str(self.directory), "-c", "core.hooksPath=/dev/null", *arguments],  # noqa: S607
                env={**self.environ, **own, **environ},
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except FileNotFoundError as error:
            raise DnsauthError("there is no `git` here", "install git") from error

    def _without_secrets(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "GITHUB_TOKEN")
        return text
