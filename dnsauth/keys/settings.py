"""The settings of a key store, read one by one; every problem of them is said at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dnsauth import environment
from dnsauth.errors import DnsauthError
from dnsauth.findings import nearest


class Settings:
    """The settings of key store *name* as they are *written* in the ``dnsauth.yaml`` of *directory*.

    What is read of a setting that is wrong is empty; `end` says it, and every setting nobody asked for.
    """

    def __init__(
        self, name: str, written: Mapping[str, object], directory: Path, environ: Mapping[str, str]
    ) -> None:
        self.name, self.directory, self.environ = name, directory, environ
        self._written = {key: value for key, value in written.items() if key != "class"}
        self._asked: set[str] = set()
        self._problems: list[str] = []

    def given(self, key: str) -> bool:
        """True where the setting is there, right or wrong."""
        self._asked.add(key)
        return key in self._written

    def text(self, key: str, default: str = "") -> str:
        """A text, or *default* where the setting is absent; ``env/NAME`` is looked up."""
        try:
            return environment.value(self._text(key, default), f"{key} is taken", self.environ)
        except DnsauthError as error:
            self.refuse(f"{error}: {error.hint}")
            return ""

    def required(self, key: str, example: str) -> str:
        """A text that must be given, as *example* shows it."""
        if not self.given(key):
            self.refuse(f"{key} is missing, as in `{key}: {example}`")
        return self.text(key)

    def secret(self, key: str) -> str:
        """What a variable of the environment holds; empty where the setting is absent."""
        if self.given(key) and not self.variable(key):
            self.refuse(f"{key} stands in dnsauth.yaml in the clear: write `{key}: env/NAME`, and replace it")
            return ""
        return self.text(key)

    def variable(self, key: str) -> str:
        """The variable ``env/NAME`` names; empty where the setting is something else or absent."""
        written = self._text(key)
        if not written.startswith(environment.PREFIX):
            return ""
        return written.removeprefix(environment.PREFIX).partition("/")[0]

    def path(self, key: str) -> Path | None:
        """A path, relative to dnsauth.yaml; None where the setting is absent."""
        text = self.text(key)
        return self.directory / text if text else None

    def texts(self, key: str, example: str) -> tuple[str, ...]:
        """At least one text, as *example* shows them."""
        if not self.given(key):
            self.refuse(f"{key} is missing, as in `{key}: {example}`")
            return ()
        value = self._written[key]
        items = value if isinstance(value, list) else [value]
        if items and all(isinstance(item, str) and item for item in items):
            return tuple(items)
        self.refuse(f"{key} is no list of texts, as in `{key}: {example}`")
        return ()

    def refuse(self, problem: str) -> None:
        """Keep *problem* for `end`."""
        if problem not in self._problems:
            self._problems.append(problem)

    def end(self) -> None:
        """Raise `DnsauthError` with every problem, if there is any."""
        for key in self._written:
            if key not in self._asked:
                close = nearest(key, self._asked)
                hint = f"did you mean {close}?" if close else f"there are {', '.join(sorted(self._asked))}"
                self.refuse(f"there is no setting {key}: {hint}")
        if self._problems:
            raise DnsauthError(
                "\n".join(f"key store {self.name}: {problem}" for problem in self._problems),
                f"correct `key_stores: {{{self.name}: …}}` in dnsauth.yaml",
            )

    def _text(self, key: str, default: str = "") -> str:
        if not self.given(key):
            return default
        value = self._written[key]
        if isinstance(value, str) and value:
            return value
        self.refuse(f"{key} is no text")
        return ""
