"""The files a new repository begins with: an inventory that asks for nothing yet, and GitHub's workflows.

The workflows are templates only as far as secrets go: a line ``DNS_SECRET: ${{ secrets.DNS_SECRET }}`` stands
for one of each variable that ``dnsauth.yaml`` takes secrets from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dnsauth import __version__
from dnsauth.documents import Map, Node, Seq
from dnsauth.environment import PREFIX
from dnsauth.file_templates import SHIPPED

WORKFLOWS = ("apply", "drift", "lock", "plan", "rotate")
MERGES = "zones/*.lock.yaml merge=union"

_ZONE = """\
# Who sends mail for NAME. Nothing is asked for yet, so no record would change.
# `dnsauth services list` names senders, `dnsauth services show NAME` prints what to paste.
version: 1
domains: {}

# Take the `{}` above and the `# ` below away, and say who sends:
#
#   "@":
#     senders:
#       - mta: {ip: [192.0.2.10]}
#     dmarc: {policy: none}
"""
_PLACEHOLDERS = {"DNS_SECRET": "providers", "KEY_SECRET": "key_stores"}
"""Which section of ``dnsauth.yaml`` says what a placeholder stands for."""
_MAIL_HOSTS_ONLY = {"identity"}  # it decrypts; whoever only makes keys has no need of it
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class File(NamedTuple):
    """A file to be made, where none is: its path below the directory, and its text."""

    path: str
    text: str


CONFIG = File(
    "dnsauth.yaml",
    """\
# What the zones share: where they are hosted, who sends, what was agreed.
# `dnsauth schema config` prints every key, for your editor too.
version: 1

# Where the zones are, in octoDNS's own form; secrets come from the environment. Take the `# ` away:
#
# providers:
#   dns: {class: octodns_cloudflare.CloudflareProvider, token: env/DNS_SECRET}
# defaults: {provider: dns, dmarc: {rua: ["mailto:dmarc@example.com"]}}
""",
)
"""The inventory's own file, which asks for nothing yet."""


def files(zones: Sequence[str], config: Node | None, *, github: bool) -> Iterator[File]:
    """The files of a repository for *zones*, absolute names; *config* is the ``dnsauth.yaml`` it has."""
    yield CONFIG
    yield File(".gitattributes", f"# one recorded value a line: both sides of a merge are right\n{MERGES}\n")
    for zone in zones:
        name = zone.removesuffix(".")
        yield File(f"zones/{name}.yaml", _ZONE.replace("NAME", name, 1))
    if github:
        yield from _github(config)


def _github(config: Node | None) -> Iterator[File]:
    for name in WORKFLOWS:
        yield File(f".github/workflows/{name}.yml", workflow(name, config))
    action = ".github/actions/dnsauth"
    yield File(f"{action}/action.yml", _shipped("setup/action.yml"))
    wanted = f"dnsauth=={__version__}"
    yield File(
        f"{action}/requirements.txt",
        re.sub("^dnsauth$", wanted, _shipped("requirements.txt"), flags=re.MULTILINE),
    )
    yield File(".github/CODEOWNERS", _shipped("CODEOWNERS"))


def workflow(name: str, config: Node | None) -> str:
    """The workflow *name* with the secrets *config* speaks of; where it has none yet, placeholders stay."""
    text = _shipped(f"{name}.yml")
    for placeholder, section in _PLACEHOLDERS.items():
        written = config[section] if isinstance(config, Map) and section in config else None
        if written:
            text = _with(text, placeholder, list(dict.fromkeys(_variables(written))))
    return text


def _with(text: str, placeholder: str, names: Sequence[str]) -> str:
    """*text* with a secret for each of *names* in place of *placeholder*."""
    line = rf"{placeholder}: \$\{{\{{ secrets\.{placeholder} \}}\}}\n"
    if not names:
        text = re.sub(rf"^( +)env:\n\1  {line}(?!\1  )", "", text, flags=re.MULTILINE)
    lacking = f"secrets.{names[0]} == ''" if names else "github.event.pull_request.head.repo.fork"
    text = re.sub(
        rf"^( +){line}",
        lambda found: "".join(f"{found[1]}{name}: ${{{{ secrets.{name} }}}}\n" for name in names),
        text,
        flags=re.MULTILINE,
    )
    return text.replace(f"secrets.{placeholder} == ''", lacking).replace(
        f"ecret {placeholder}", f"ecret {' and '.join(names)}" if names else "ecret (none is needed)"
    )


def _variables(written: Node) -> Iterator[str]:
    """The variables that *written* takes secrets from, but those for mail hosts alone."""
    match written:
        case Map():
            for key, value in written.items():
                if key not in _MAIL_HOSTS_ONLY:
                    yield from _variables(value)
        case Seq():
            for value in written:
                yield from _variables(value)
        case str() if written.startswith(PREFIX):
            name = written.removeprefix(PREFIX).partition("/")[0]
            if _VARIABLE.match(name):
                yield name


def _shipped(path: str) -> str:
    return (SHIPPED / "workflows" / path).read_text("utf-8")
