"""docs/rotation.md: its picture and tables are those of the code, and its commands do what it shows.

`python -m tests.test_docs_rotation` prints it with picture, table and consoles as they should be.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.nameserver import Nameserver
from dnsauth.keys.pair import generate
from dnsauth.lock.keys import State
from dnsauth.rotation import timing
from dnsauth.rotation.states import EFFECTS, TRANSITIONS
from tests.console import Shell
from tests.markdown import Document, Fence, codes
from tests.servers import KEY, SECRET
from tests.test_docs import NOW, ROTATION, write, zone_of

DOCUMENT = Document(ROTATION)
HOSTS = ("mx1", "mx2", "mx3")
SELECTOR = re.compile(r"\d{6}-(?:rsa-\d{4}|ed25519)-([a-z2-7]{4})")
RECEIPT = re.compile(r"(?<=receipts/\d{8}T\d{6}Z-)[0-9a-f]{8}")  # a digest of keys that are new each time
PUBLIC = "MIIBIjANBgkq…"
RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


def picture() -> str:
    """The states and their events, as Mermaid."""
    ways = [f"{before} --> {after}: {event}" for (before, event), after in TRANSITIONS.items()]
    return textwrap.indent(
        "\n".join(("[*] --> generated", *ways, "removed --> [*]")), "    ", lambda _: True
    ).join(("stateDiagram-v2\n", "\n"))


def states() -> str:
    """What each state allows, as a table."""
    rows = [
        (
            f"`{state}`",
            effect.published.replace("p=", "`p=`"),
            _yes(effect.installed),
            _yes(effect.signs),
            ", ".join(f"`{event}`" for before, event in TRANSITIONS if before is state) or "nothing",
        )
        for state, effect in EFFECTS.items()
    ]
    head = ("state", "DNS holds", "hosts hold it", "hosts may sign with it", "left by")
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ("---",) * len(head), *rows))


def _yes(allowed: bool) -> str:
    return "yes" if allowed else "no"


def _picture_shown() -> str:
    return next(fence.text for fence in DOCUMENT.fences if fence.language == "mermaid")


def _states_shown() -> str:
    return re.search(r"(\| state \| DNS holds .*\n(\|.*\n)+)", DOCUMENT.text)[0]


def test_the_picture_is_made_from_the_table():
    assert picture() == _picture_shown()


def test_the_table_of_states_is_made_from_both_tables():
    assert states() == _states_shown()


def test_every_state_leads_to_removed_and_every_event_is_told():
    left = {before for before, _ in TRANSITIONS}
    assert {*State} - {State.REMOVED} == left
    told = {code for row in DOCUMENT.table("Events") for code in row.codes}
    assert {event.value for _, event in TRANSITIONS} == told


def test_the_waits_are_as_told():
    text = " ".join(str(row) for row in DOCUMENT.table("Waits"))
    for seconds in (timing.QUEUE, timing.DRAIN, timing.KEPT):
        assert f"{seconds // timing.DAY} days" in text
    assert {"rotation.queue", "rotation.keep_revoked", "dkim.overlap", "dkim.every"} <= set(codes(text))


# The commands


class World(contextlib.ExitStack):
    """One story: a nameserver, a checkout of the repository here and one on each host."""

    def __init__(self, directory: Path, fences: list[Fence]) -> None:
        super().__init__()
        self.here = directory / "here" / "repository"
        zone = fences[0]
        place, self.origin = zone_of(zone)
        self.server = self.enter_context(Nameserver({}, {KEY: SECRET}))
        self.shown_as = {
            place: f"{self.server.address}:{self.server.port}",
            f"port: {place.partition(':')[2]}": f"port: {self.server.port}",
            "key_name: dnsauth.": f"key_name: {KEY}",
            " /var/lib/": " ../var/lib/",  # what each machine has for itself
            " /etc/": " ../etc/",
            "/srv/git/dnsauth": str(self.here),
            "/srv/": f"{directory}/",
        }
        self._machines(directory)
        self._existing()
        self.server.load(self.origin, self.real(zone.text))
        self.shell = Shell(NOW, {host: directory / host / "repository" for host in HOSTS})

    def _machines(self, directory: Path) -> None:
        from pyrage import x25519

        identity = x25519.Identity.generate()
        self.shown_as[RECIPIENT] = str(identity.to_public())
        for name in ("here", *HOSTS):
            for path in ("repository", "var/lib/dkim", "var/lib/dnsauth"):
                (directory / name / path).mkdir(parents=True)
            if name in HOSTS:
                write(directory / name / "etc/dnsauth/age-identity", f"{identity}\n")
        (directory / "reports").mkdir()

    def _existing(self) -> None:
        """The key that somebody has in use."""
        pair = generate("rsa-2048")
        text = str(pair.public).rpartition("p=")[2]
        self.shown_as[PUBLIC] = f'{text[:200]}" "{text[200:]}'
        write(self.here.parent / "etc/opendkim/mail.private", pair.private.decode())

    def real(self, text: str) -> str:
        for shown, real in self.shown_as.items():
            text = text.replace(shown, real)
        return text

    def shown(self, text: str) -> str:
        for shown, real in self.shown_as.items():
            text = text.replace(real, shown)
        return RECEIPT.sub("9f2c41d0", text)

    def name(self) -> str:
        """What the machine we are on is called."""
        return f"{self.shell.place or 'mail'}.{self.origin.removesuffix('.')}"


def stories() -> Iterator[list[Fence]]:
    """The fences of each story; it begins with the zone that is served before."""
    told: list[Fence] = []
    for fence in DOCUMENT.fences:
        if fence.language == "zone" and told:
            yield told
            told = []
        if fence.path or fence.language in ("console", "zone"):
            told.append(fence)
    yield told


def letters(fences: list[Fence]) -> Iterator[str]:
    """The letters of new selectors, as the document shows them."""
    text = "".join(fence.text for fence in fences if fence.language == "console")
    return iter("".join(dict.fromkeys(SELECTOR.findall(text))))


def happened(fences: list[Fence], directory: Path) -> Iterator[tuple[str, str]]:
    """What each console of a story shows, and what happens."""
    chance = letters(fences)
    with World(directory, fences) as world, pytest.MonkeyPatch.context() as patch:
        patch.chdir(world.here)
        patch.setenv("TSIG_SECRET", SECRET)
        patch.setattr("socket.getfqdn", world.name)
        patch.setattr("getpass.getuser", lambda: "ops")
        patch.setattr("dnsauth.cli.making.secrets.choice", lambda _: next(chance))
        for fence in fences:
            if fence.path:
                write(Path(fence.path), world.real(fence.text))
            elif fence.language == "console":
                yield fence.text, world.shown(world.shell.typed(world.real(fence.text)))
    assert [] == list(chance)


@pytest.mark.parametrize("fences", list(stories()), ids=lambda fences: f"line {fences[0].line}")
def test_the_commands_do_what_is_shown(fences, tmp_path):
    for shown, now in happened(fences, tmp_path):
        assert shown == now


def retold() -> str:
    """The document as it should be."""
    text = DOCUMENT.text.replace(_picture_shown(), picture()).replace(_states_shown(), states())
    for fences in stories():
        with tempfile.TemporaryDirectory() as directory:
            for shown, now in happened(fences, Path(directory)):
                text = text.replace(shown, now, 1)
    return text


if __name__ == "__main__":
    print(retold(), end="")
