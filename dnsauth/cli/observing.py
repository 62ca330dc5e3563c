"""Planning without providers: public DNS stands in for all of them."""

from __future__ import annotations

from dnsauth.cli import planning, serving
from dnsauth.cli.alone import alone
from dnsauth.cli.options import Run
from dnsauth.desired.load import Repository
from dnsauth.diff.observe import Public


def plan(run: Run, loaded: Repository, *, locked: bool) -> planning.Planned:
    """The plan of every zone of *loaded*, once each, against what all its authoritative servers answer.

    Lock files are brought up to date as by `planning.plan`; a zone whose servers differ, or do not all
    answer, is not planned.
    """
    with serving.network(run, loaded) as network:

        def public(repository: Repository) -> Public:
            return Public(repository, authorities=network.authorities, look=network.look)

        return planning.plan(run, loaded, locked=locked, public=public, writing=alone(run, "plan"))
