"""``dnsauth import``: what others have becomes files of ours."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from dnsauth.cli import importing_templates, importing_zones


class _DomainsToo(TyperGroup):
    """What is no word for a source is a domain that is served."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  Typer may have its own Click
        """The command that *args* begin with, or that for live domains."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["live", *args]
        return super().resolve_command(ctx, args)


importing = typer.Typer(
    cls=_DomainsToo,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Adopt what is there: live DNS, zone files, octoDNS, templates.",
)
importing.command("live")(importing_zones.live)
importing.command("zonefile")(importing_zones.zonefile)
importing.command("octodns")(importing_zones.octodns)
importing.command("domain-connect")(importing_templates.domain_connect)
