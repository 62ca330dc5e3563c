"""What others are told of a command: by notifications, and by a file of metrics.

Neither changes the exit code, which is that of the work itself; what goes wrong with it is said on stderr.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

from dnsauth import environment
from dnsauth.cli import console
from dnsauth.cli.errors import say
from dnsauth.cli.options import Run
from dnsauth.errors import DnsauthError
from dnsauth.files import write_atomically
from dnsauth.inventory.operations import Notify
from dnsauth.notify import TIMEOUT, send
from dnsauth.output import metrics, notice, safe
from dnsauth.output.metrics import Gauge
from dnsauth.output.notice import Notice

MODE = 0o644  # whoever collects metrics is another user


def told(
    run: Run,
    notify: Sequence[Notify],
    what: Callable[[], Notice],
    gauges: Callable[[], Iterable[Gauge]],
) -> None:
    """Write *gauges* where --metrics says, and tell *notify* *what* happened where --notify does."""
    measured(run, gauges)
    if run.notify:
        _sent(run, notify, what())


def failed(run: Run) -> None:
    """Tell that the command could not do its work, as far as dnsauth.yaml can be read."""
    from dnsauth.inventory.read import read

    if not run.notify:
        return
    try:
        notify = read(run.directory)[0].notify
    except Exception:  # noqa: BLE001  it may be the very defect that is told of
        notify = ()
    _sent(run, notify, notice.of_failure())


def measured(run: Run, gauges: Callable[[], Iterable[Gauge]]) -> None:
    """Write *gauges* where --metrics says; a new file is one that everybody may read."""
    path = run.metrics
    if path is None:
        return
    new = not path.exists()
    try:
        write_atomically(path, metrics.text(gauges()), MODE)
        if new:
            path.chmod(MODE)  # whatever the umask
    except DnsauthError as error:
        say(str(error), error.hint, run.directory)


def _sent(run: Run, notify: Sequence[Notify], what: Notice) -> None:
    if not notify:
        console.talk("nobody is told: dnsauth.yaml has no `notify:`, or cannot be read")
        return
    letters = [
        (variable, message)
        for one in notify
        if (message := notice.message(run.command, what, one))
        for variable in one.to
    ]
    addressed = [(variable, url, message) for variable, message in letters if (url := _url(run, variable))]
    why = send(((url, message) for _, url, message in addressed), TIMEOUT)
    for (variable, _, _), reason in zip(addressed, why, strict=True):
        if reason:
            name = variable.removeprefix(environment.PREFIX)
            hint = f'try it alone: apprise -vv -b test "${name}"'
            say(f"{variable} was not told: {reason}", hint, run.directory)
        elif not run.quiet:
            console.talk(safe.line(f"told {variable}"))


def _url(run: Run, variable: str) -> str:
    """The URL that *variable* holds; empty where there is none, which is said."""
    try:
        return environment.value(variable, "a notification's URL is taken", os.environ)
    except DnsauthError as error:
        say(str(error), error.hint, run.directory)
        return ""
