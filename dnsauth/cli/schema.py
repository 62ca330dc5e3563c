"""``dnsauth schema``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from dnsauth.cli import console
from dnsauth.cli.options import Run, command

Kind = Annotated[Literal["zone", "config", "service", "plan"], typer.Argument(help="Which kind of file.")]


@command()
def schema(run: Run, kind: Kind = "zone") -> None:  # noqa: ARG001  every command takes the shared options
    r"""Print the JSON Schema of a kind of file, for editors.

    zone: zones/*.yaml; config: dnsauth.yaml; service: templates/services/*.yaml; plan: what `plan --out`
    saves. It reads no file and changes nothing. Some rules no schema can say: `dnsauth check` knows all.

    Exit codes: 0 printed.

    \b
    Example:
      dnsauth schema zone > .vscode/zone.schema.json
    """
    from dnsauth.output import json

    console.answer(json.text(_schema(kind)))


def _schema(kind: Literal["zone", "config", "service", "plan"]) -> dict[str, object]:
    match kind:
        case "service":
            from dnsauth.catalogue.schema import json_schema as service_schema

            return service_schema()
        case "plan":
            from dnsauth.plan.file import json_schema as plan_schema

            return plan_schema()
        case "zone" | "config":
            from dnsauth.inventory.schema import json_schema

            return json_schema(kind)
