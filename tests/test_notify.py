from __future__ import annotations

import subprocess
import sys
from time import monotonic

import pytest

from dnsauth.notify import TIMEOUT, Message, send
from tests.servers.process import free_port
from tests.servers.webhook import PASSWORD, TOKEN, Webhook, silent

TEXT = Message("dnsauth diff: 1 drift", "example.com: 1 RRset\n\nLook.")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_a_target_is_told_title_and_text():
    with Webhook() as hook:
        assert ("",) == send([(hook.url, TEXT)])
    (got,) = hook.received
    assert [TEXT.title, TEXT.body, "info"] == [got["title"], got["message"], got["type"]]


def test_what_failed_arrives_as_a_failure():
    with Webhook() as hook:
        send([(hook.url, TEXT._replace(bad=True))])
    assert ["failure"] == [got["type"] for got in hook.received]


def test_all_targets_are_tried_and_each_says_why_it_was_not_told(capfd, caplog):
    with Webhook() as hook, Webhook(503) as broken, silent() as mute:
        began = monotonic()
        why = send(
            [
                (mute, TEXT),
                (f"json://{PASSWORD}@127.0.0.1:{free_port()}/{TOKEN}", TEXT),
                (broken.url, TEXT),
                (f"no://{PASSWORD}/{TOKEN}", TEXT),
                (f"slack://{PASSWORD}", TEXT),
                (hook.url, TEXT),
            ],
            timeout=2,
        )
        assert monotonic() - began < 5
        assert 1 == len(hook.received)
        assert 1 == len(broken.received)
    # the socket and the wait for it run out at the same time
    assert why[0] in ("no answer within 2 s", "the service could not be reached, or did not take it")
    assert (
        "the service could not be reached, or did not take it",
        "the service could not be reached, or did not take it",
        "its value is no URL that apprise knows",
        "its value is no URL that apprise knows",
        "",
    ) == why[1:]
    said = "".join([*why, *capfd.readouterr(), caplog.text])
    assert PASSWORD not in said
    assert TOKEN not in said


def test_nobody_is_waited_for_longer_than_ten_seconds():
    assert 10.0 == TIMEOUT


def test_whoever_does_not_answer_keeps_no_process_from_ending():
    code = "import sys\nfrom dnsauth.notify import Message, send\nprint(send([(sys.argv[1], Message('t', 'b'))], 0.2))"
    with silent() as mute:
        began = monotonic()
        done = subprocess.run(
            [sys.executable, "-c", code, mute], capture_output=True, text=True, check=True, timeout=60
        )
        assert monotonic() - began < 10
    assert "" == done.stderr
    assert PASSWORD not in done.stdout


def test_apprise_is_imported_where_somebody_is_told():
    code = "import sys, dnsauth.cli.reporting\nprint('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "False\n" == done.stdout
