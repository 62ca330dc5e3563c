"""What `check --fix` changes in files, as unified diffs with their reasons."""

from __future__ import annotations

from dnsauth.fixes.fix import Fixed
from dnsauth.output import safe
from dnsauth.output.adoption import difference
from dnsauth.output.text import counted


def text(one: Fixed) -> str:
    """The findings that are mended in a file, and its lines before and after."""
    before, after = one.before.decode(), one.after.decode()
    lines = [f"{found.where}: {found.message} [{found.rule.code}]" for found in one.done]
    lines += difference(one.file, before, after)
    return "".join(f"{safe.line(line)}\n" for line in lines)


def summary(done: int, *, written: bool) -> str:
    """How many findings were mended, or would be."""
    if not done:
        return "fix: nothing that is mechanical"
    return (
        f"fix: {counted(done, 'finding')} {'mended' if written else 'would be mended; nothing was written'}"
    )
