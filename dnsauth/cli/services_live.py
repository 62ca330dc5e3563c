"""The live half of ``dnsauth services check``: asking, and what includes cost written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import monotonic

from dnsauth.catalogue import check_record
from dnsauth.catalogue.check import Place
from dnsauth.catalogue.check_live import includes, look, recorded
from dnsauth.catalogue.model import Service
from dnsauth.cli import console, looking
from dnsauth.cli.options import Run
from dnsauth.documents import octets
from dnsauth.errors import DnsauthError
from dnsauth.files import write_atomically
from dnsauth.findings import Finding, InventoryError
from dnsauth.inventory.files import CONFIG
from dnsauth.inventory.operations import Live
from dnsauth.inventory.read import configuration
from dnsauth.live.answers import Answers
from dnsauth.live.network import Network
from dnsauth.live.resolution import Resolved, unlearned


def findings(
    run: Run,
    services: Sequence[Service],
    place: Place,
    live: Live,
    *,
    seconds: float,
    record: bool,
    whole: bool,
) -> tuple[Finding, ...]:
    """What is doubtful in what the world answers for *services*, which are all there are where *whole*.

    With *record* the cost of each include is written down. Raises `DnsauthError` where nobody answers.
    """
    before, wrong = check_record.read(run.directory)
    if wrong:
        raise InventoryError(wrong)
    with (
        Network(live, (), run.now.date(), deadline=monotonic() + seconds) as network,
        console.progress("names asked:", quiet=run.quiet) as count,
    ):
        answers = Answers(network.resolve)

        def fetch(names: Iterable[tuple[str, str]]) -> None:
            answers.fetch(names)
            count(len(answers.resolutions), len(answers.resolutions))

        found = look(services, answers.known, fetch, before, today=run.now.date(), place=place)
        if network.late and not run.quiet:
            console.talk(f"the time was up after {seconds:g} s; --timeout SECONDS gives more")
    _answered(answers, whole=whole)
    if record:
        after = recorded(before, found, includes(services) if whole else None)
        write_atomically(run.directory / check_record.FILE, check_record.write(after))
        if not run.quiet:
            console.talk(f"wrote {check_record.FILE}")
    return found.findings


def _answered(answers: Answers, *, whole: bool) -> None:
    """Raise `DnsauthError` where nothing was learned; nobody takes away all names of a *whole* catalogue."""
    said = tuple(answers.resolutions.values())
    learned = [one for one in said if isinstance(one, Resolved)]
    step = "name a resolver that answers for the world: `live: {resolver: ADDRESS:PORT}` or --resolver"
    if said and not learned:
        raise DnsauthError(f"no name could be asked: {unlearned(said[0])}", step)
    if whole and said and not any(one.exists for one in learned):
        raise DnsauthError(f"the resolver knows none of {len(said)} names, so it is not the world's", step)


def settings(run: Run, resolver: str | None) -> Live:
    """How to look: as ``live:`` of dnsauth.yaml says, if there is one, with *resolver* as it was typed."""
    path = run.directory / CONFIG
    live = Live()
    if path.is_file():
        text = octets(path, CONFIG)
        _, config, wrong = configuration(text) if isinstance(text, bytes) else (None, None, (text,))
        if config is None:
            raise InventoryError(wrong)
        live = config.live
    return looking.at(live, resolver)
