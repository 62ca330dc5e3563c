"""``dnsauth records``."""

from __future__ import annotations

import sys

from dnsauth.cli import console
from dnsauth.cli.options import Run, command


@command("text", "json", "bind", "octodns")
def records(run: Run) -> None:
    r"""Print the records the inventory asks for, and nothing else.

    It asks no server and no provider, needs no secret, and changes nothing. What others published at the
    same names is not shown.

    bind prints zone file text without SOA and NS, to be taken in with $INCLUDE; octodns prints what
    octoDNS's YamlProvider reads with escaped_semicolons: false, one document for each zone.

    Exit codes: 0 printed; 1 the inventory has errors.

    \b
    Example:
      dnsauth records --zone example.com --format bind > mail.inc
      echo '$INCLUDE mail.inc' >> example.com.zone
      named-checkzone example.com example.com.zone
    """
    from dnsauth.cli import stages
    from dnsauth.output import bind, json, text

    desired = stages.load(run).desired
    match run.format:
        case "json":
            console.answer(json.text(json.records(desired)))
        case "bind":
            console.answer(bind.records(desired))
        case "octodns":
            from dnsauth.output import octodns

            stages.silence_octodns()
            console.answer(octodns.records(desired))
        case _:
            console.answer(text.records(desired, console.style(sys.stdout, verbose=run.verbose)))
