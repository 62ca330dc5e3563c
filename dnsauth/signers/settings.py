"""The settings of a signer, read one by one; every problem is said at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from dnsauth.errors import DnsauthError
from dnsauth.findings import nearest

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# what stands in a table unquoted, whoever reads it
_PATH = re.compile(r"[A-Za-z0-9._/@+~-]+")
_ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_MODES = {"0400": 0o400, "0600": 0o600, "0440": 0o440, "0640": 0o640}


class Settings:
    """The settings of signer *name* as they are *written*; the reading of what is wrong is empty."""

    def __init__(self, name: str, written: Mapping[str, object]) -> None:
        self._name, self._written = name, written
        self._problems: list[str] = []
        if not _NAME.fullmatch(name):
            self._problems.append("its name is not of letters, digits, '.', '_' and '-'")

    def known(self, names: Collection[str]) -> None:
        """Refuse every setting that is none of *names*."""
        for key in self._written:
            if key not in names:
                close = nearest(key, names)
                hint = f"did you mean {close}?" if close else f"there are {', '.join(sorted(names))}"
                self._problems.append(f"there is no setting {key}: {hint}")

    def directory(self, base: Path) -> Path:
        """``directory``, relative to *base*; it must be given."""
        text = self.text("directory")
        if not text:
            if "directory" not in self._written:
                self._problems.append("directory is missing: say where its keys and tables go")
            return base
        path = (base / text).absolute()
        if not _PATH.fullmatch(str(path)):
            self._problems.append(
                f"directory {str(path)!r}: tables can hold letters, digits and . _ / @ + ~ - of a path"
            )
        return path

    def text(self, key: str) -> str:
        """A text, or an empty one where the setting is absent."""
        value = self._written.get(key, "")
        if not isinstance(value, str) or (key in self._written and not value):
            self._problems.append(f"{key} is no text")
            return ""
        return value

    def account(self, key: str) -> str:
        """The name or number of a user or group, or an empty text."""
        text = self.text(key)
        if text and not _ACCOUNT.fullmatch(text):
            self._problems.append(f"{key} is no user or group")
        return text

    def mode(self, key: str) -> int:
        """The permissions of a key file, 0600 where the setting is absent."""
        text = self.text(key) or "0600"
        if text not in _MODES:
            self._problems.append(f"{key} is not one of {', '.join(_MODES)}: a key is nobody else's to read")
        return _MODES.get(text, 0o600)

    def argv(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A program and its arguments, *default* where nothing is said; an empty list is none."""
        value = self._written.get(key)
        if value is None and key not in self._written:
            return default
        if isinstance(value, list | tuple) and all(isinstance(w, str) and "\0" not in w for w in value):
            return tuple(value)
        self._problems.append(f"{key} is no list of a program and its arguments: [systemctl, reload, …]")
        return ()

    def end(self) -> None:
        """Raise `DnsauthError` that tells every problem found, if there is any."""
        if self._problems:
            raise DnsauthError(
                "\n".join(f"signer {self._name}: {problem}" for problem in self._problems),
                f"correct `signers: {{{self._name}: …}}` in dnsauth.yaml",
            )
