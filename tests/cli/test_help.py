from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from dnsauth.cli.app import app

ROOT = Path(__file__).resolve().parents[2]

VERBS = [
    *("apply", "check", "diff", "explain", "init", "lock", "plan", "records", "reports", "schema", "verify"),
    *("services check", "services list", "services new", "services search", "services show"),
    *("import domain-connect", "import live", "import octodns", "import zonefile"),
    *("rotate status", "rotate due", "rotate step", "rotate confirm", "rotate revoke", "rotate back"),
    *(
        "github comment",
        "github summary",
        "github reviewed",
        "github pr",
        "github push",
        "github issue",
        "github approval",
    ),
    *("keys list", "keys new", "keys import", "keys deploy", "keys export", "keys prune"),
    *("audit verify", "audit log", "audit pack", "audit prune", "status"),
]


def help_of(empty, verb: str) -> str:
    done = empty.run(*verb.split(), "--help")
    assert done.code == 0
    return done.out


def test_the_verbs_are_these():
    found = {
        f"{name} {inner}".strip()
        for name, command in get_command(app).commands.items()
        for inner in getattr(command, "commands", {"": None})
    }
    assert set(VERBS) == found


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_says_what_it_does_how_it_ends_and_shows_an_example(empty, verb):
    text = help_of(empty, verb)
    assert "Exit codes: 0" in text
    assert "dnsauth " + verb in text.split("Options:")[0].split("\n", 1)[1]
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "\\b" not in text
    assert "..." not in re.sub(r"[\]}]\.\.\.", "", text)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in {"apply", "rotate revoke"}])
def test_help_says_what_it_does_not(empty, verb):
    assert re.search(
        r"changes nothing|asks nobody|no server|no file|not shown|changes DNS|no DNS",
        " ".join(help_of(empty, verb).split()),
        re.IGNORECASE,
    )


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_the_shared_options(empty, verb):
    text = help_of(empty, verb)
    for option in ("-C, --directory", "--zone", "-q, --quiet", "-v, --verbose"):
        assert option in text
    assert "--now" not in text


FIRST_SCREEN = """\
Usage: dnsauth [OPTIONS] COMMAND [ARGS]...

  Manage the email authentication of your domains as code.

  zones/*.yaml say who sends mail for which domain. dnsauth derives SPF, DKIM,
  DMARC, MTA-STS, TLS-RPT, BIMI and MX records, shows the difference to what a
  DNS provider holds, and writes it there. What it did not publish or adopt,
  it does not change.

  Start here:
    dnsauth check              is the inventory right?
    dnsauth plan               what would change?
    dnsauth apply              change it, and see that it arrived

  Exit codes: 0 done; 1 an error, a guard, or something not assessed; 2 wrong
  usage; 3 changes pending (with --exit-code); 4 some written, some refused; 5
  stale, nothing written.

Options:
"""


def test_the_first_screen(empty):
    assert help_of(empty, "").split()[: len(FIRST_SCREEN.split())] == FIRST_SCREEN.split()


def test_no_verb_at_all_is_wrong_usage_and_shows_the_help(empty):
    done = empty.spawn()
    assert done.code == 2
    assert "Start here:" in done.out + done.err


def test_help_imports_nothing_heavy():
    heavy = (
        "asyncio",
        "concurrent.futures",
        "cryptography",
        "dns",
        "idna",
        "jinja2",
        "octodns",
        "pydantic",
        "rich",
        "yaml",
    )
    code = (
        "import sys\nfrom dnsauth.cli import main\nsys.argv = ['dnsauth', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stderr == "[]\n"


def test_help_costs_little_over_an_empty_application():
    """Both in CPU time; the empty application is Typer's own, with its defaults."""
    code = "import sys, time\nsys.argv = ['x', '--help']\ntry:\n{}\nexcept SystemExit:\n    print(time.process_time(), file=sys.stderr)"
    ours = code.format("    from dnsauth.cli import main\n    main()")
    base = code.format(
        "    import typer\n    app = typer.Typer()\n    app.command()(lambda: None)\n    app()"
    )

    def cost(text: str) -> float:
        runs = (
            subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True, cwd=ROOT)
            for _ in range(3)
        )
        return min(float(run.stderr) for run in runs)

    assert cost(ours) - cost(base) <= 0.040


def test_version(empty):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"dnsauth {version}\n" == empty.run("--version").out


def test_the_console_script_is_main():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert {"dnsauth": "dnsauth.cli:main"} == scripts


@pytest.mark.parametrize("verb", ["", "plan", "services show"])
def test_completion_knows_the_options(empty, verb):
    words = f"dnsauth {verb} --dir".replace("  ", " ")
    done = empty.spawn(
        _DNSAUTH_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(len(words.split()) - 1)
    )
    assert "--directory" in done.out
