"""A busy provider, as a person sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.octodns.fake_cloudflare import TOKEN, cloudflare

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """\
version: 1
providers:
  cf: {{class: octodns_cloudflare.CloudflareProvider, token: env/TOKEN, api_url: "http://127.0.0.1:{port}", pagerules: false}}
defaults: {{provider: cf}}
"""


@pytest.fixture
def api():
    with cloudflare() as found:
        found.add("held.example", "TXT", '"v=spf1 -all"', ttl=3600)
        yield found


@pytest.fixture
def busy(empty, api):
    empty.write("dnsauth.yaml", CONFIG.format(port=api.port))
    empty.write("zones/held.example.yaml", 'version: 1\ndomains: {"@": {sends: false}}\n')
    return empty


def test_every_wait_is_shown(busy, api):
    api.busy = [(429, {"Retry-After": "1"}), (503, {})]
    done = busy.spawn("plan", TOKEN=TOKEN, NO_PROXY="127.0.0.1")
    assert (0, "Plan: 2 to create in 1 zone.\n") == (done.code, done.out[-29:])
    assert "cf answers 429, and is asked again in 1 s; it is waited for 599 s more at most\n" in done.err
    assert "cf answers 503, and is asked again in 2 s; it is waited for 597 s more at most\n" in done.err


def test_quiet_waits_in_silence(busy, api):
    api.busy = [(429, {"Retry-After": "1"})]
    done = busy.spawn("plan", "--quiet", TOKEN=TOKEN, NO_PROXY="127.0.0.1")
    assert (0, "") == (done.code, done.err)


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes", "--timeout", "0"]])
def test_ctrl_c_waits_for_no_provider(busy, api, command):
    busy.run("lock")
    api.slow = frozenset({"POST" if command[0] == "apply" else "GET"})
    process = subprocess.Popen(
        [sys.executable, "-m", "dnsauth", *command],
        cwd=busy.path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TOKEN": TOKEN, "NO_PROXY": "127.0.0.1"},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    with process:
        for line in process.stderr:
            if "is asked again in 300 s" in line:
                break
        process.send_signal(signal.SIGINT)
        assert 130 == process.wait(timeout=20)
