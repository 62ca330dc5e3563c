"""The application: its verbs, in the order of ``dnsauth --help``; none of them imports anything heavy."""

from __future__ import annotations

import typer

from dnsauth.cli.apply import apply
from dnsauth.cli.audit import audit
from dnsauth.cli.check import check
from dnsauth.cli.diff import diff
from dnsauth.cli.explain import explain
from dnsauth.cli.github import github
from dnsauth.cli.importing import importing
from dnsauth.cli.init import init
from dnsauth.cli.keys import keys
from dnsauth.cli.lock import lock
from dnsauth.cli.options import blocks, shared
from dnsauth.cli.plan import plan
from dnsauth.cli.records import records
from dnsauth.cli.reports import reports
from dnsauth.cli.rotate import rotate
from dnsauth.cli.schema import schema
from dnsauth.cli.services import services
from dnsauth.cli.status import status
from dnsauth.cli.verify import verify

app = typer.Typer(
    name="dnsauth",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback(help=blocks(shared.__doc__))(shared)
for _verb in (init, check, records, diff, plan, apply, verify, lock, explain, status):
    app.command(_verb.__name__)(_verb)
app.add_typer(importing, name="import")
app.add_typer(rotate, name="rotate")
app.add_typer(keys, name="keys")
app.command("reports")(reports)
app.add_typer(audit, name="audit")
app.add_typer(services, name="services")
app.add_typer(github, name="github")
app.command("schema")(schema)
