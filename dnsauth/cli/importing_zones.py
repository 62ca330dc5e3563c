"""``dnsauth import DOMAIN…``, ``import zonefile`` and ``import octodns``: zones become files of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dnsauth.cli import looking
from dnsauth.cli.options import Run, command

Domains = Annotated[list[str], typer.Argument(metavar="DOMAIN", help="A zone that is served now.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="A master file, as BIND has them.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder of octoDNS zone files.")]
Selectors = Annotated[
    list[str] | None,
    typer.Option("--selector", metavar="SELECTOR", help="Also ask for this key; repeat for several."),
]
Names = Annotated[
    list[str] | None,
    typer.Option("--name", metavar="NAME", help="Also ask for this name of the zone; repeat for several."),
]
Reports = Annotated[
    list[Path] | None,
    typer.Option(
        "--reports",
        metavar="FILE|DIR",
        help="Also ask for the selectors and names that these DMARC aggregate reports saw.",
    ),
]

Repair = Annotated[
    bool,
    typer.Option(
        "--repair", help="Ask for what was meant where something is broken; the next plan shows it."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")]


@command("text", "json")
def live(  # noqa: PLR0917  Typer passes by name
    run: Run,
    domain: Domains,
    selector: Selectors = None,
    name: Names = None,
    reports: Reports = None,
    resolver: looking.Resolver = None,
    server: looking.Servers = None,
    timeout: looking.Timeout = None,
    repair: Repair = False,
    dry_run: DryRun = False,
) -> None:
    r"""Write the inventory that would produce what is live.

    Asks every authoritative server of DOMAIN for its SPF, DMARC, MX, TLS-RPT and BIMI records, and for the
    keys of every selector the catalogue knows, recognises the senders, and writes zones/DOMAIN.yaml and its
    lock. What nobody recognises is kept verbatim; a plan of it changes nothing. Nobody can list a zone by
    asking: say --selector for keys and --name for names below DOMAIN that send too. No DNS is changed.

    A file that is there is merged into, its comments and order kept, and the difference shown. What is broken
    is kept as it stands and told; with --repair the file asks for what was meant.

    Exit codes: 0 written, or there already as it would be; 1 nothing could be; 4 some could.

    \b
    Example:
      dnsauth import example.com
      dnsauth import live example.com --selector 2024a --name news.example.com
    """
    from dnsauth.cli import adoption

    adoption.write(
        run,
        adoption.served(
            run,
            domain,
            selector or (),
            name or (),
            reports or (),
            resolver=resolver,
            server=server,
            timeout=timeout,
        ),
        ["import", *domain],
        repair=repair,
        dry_run=dry_run,
    )


@command("text", "json")
def zonefile(run: Run, file: Files, repair: Repair = False, dry_run: DryRun = False) -> None:
    r"""Write the inventory that would produce a zone's master file.

    The zone is named by --zone, else by the file, as in example.com.zone or db.example.com. It asks no
    server and changes no DNS.

    A file that is there is merged into, its comments and order kept, and the difference shown. What is broken
    is kept as it stands and told; with --repair the file asks for what was meant.

    Exit codes: 0 written, or there already as it would be; 1 nothing could be; 4 some could.

    \b
    Example:
      dnsauth import zonefile example.com.zone
    """
    from dnsauth.cli import adoption

    words = ["import", "zonefile", *map(str, file)]
    adoption.write(run, adoption.of_files(run, file), words, repair=repair, dry_run=dry_run)


@command("text", "json")
def octodns(run: Run, folder: Folder, repair: Repair = False, dry_run: DryRun = False) -> None:
    r"""Write the inventory that would produce the mail records of octoDNS zone files.

    Reads every NAME.yaml in DIR, or those of --zone. It asks no server and changes no DNS; DIR stays as it
    is.

    A file that is there is merged into, its comments and order kept, and the difference shown. What is broken
    is kept as it stands and told; with --repair the file asks for what was meant.

    Exit codes: 0 written, or there already as it would be; 1 nothing could be; 4 some could.

    \b
    Example:
      dnsauth import octodns config/
    """
    from dnsauth.cli import adoption

    words = ["import", "octodns", str(folder)]
    adoption.write(run, adoption.of_folder(run, folder), words, repair=repair, dry_run=dry_run)
