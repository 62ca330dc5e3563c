"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAIR = re.compile(
    r"```yaml\n(# zones/example\.com\.yaml\n.*?)```\n\n```console\n\$ dnsauth (\w+)\n(.*?)```", re.DOTALL
)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
CONFIG = """\
version: 1
providers: {dns: {class: octodns.provider.yaml.YamlProvider, directory: ./held, escaped_semicolons: false}}
defaults: {provider: dns, dmarc: {rua: ["mailto:dmarc@example.com"]}}
"""
HELD = """\
---
'':
  - {type: A, value: 192.0.2.80}
  - {type: TXT, ttl: 300, values: [MS=ms12345678, site-verification=4f2d]}
"""
EXAMPLES = PAIR.findall((ROOT / "README.md").read_text())
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize(("zone", "verb", "expected"), EXAMPLES)
def test_examples_of_the_readme_print_what_it_shows(tmp_path, zone, verb, expected):
    (tmp_path / "zones").mkdir()
    (tmp_path / "held").mkdir()
    (tmp_path / "dnsauth.yaml").write_text(CONFIG)
    (tmp_path / "held/example.com.yaml").write_text(HELD)
    (tmp_path / "zones/example.com.yaml").write_text(zone)
    done = subprocess.run(
        [sys.executable, "-m", "dnsauth", verb], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert expected == done.stderr + done.stdout


def test_the_readme_has_its_examples():
    assert ["plan", "check"] == [verb for _, verb, _ in EXAMPLES]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    assert [] == [
        link for link in LINK.findall(document.read_text()) if not (document.parent / link).exists()
    ]


def test_no_module_is_two():
    assert {} == {
        path.name: lines
        for path in (ROOT / "dnsauth").rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 350
    }
