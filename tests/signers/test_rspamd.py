"""Rspamd reads the section as it is meant; that it signs with it was tried by hand, for it takes 13 s to start."""

from __future__ import annotations

import json

import pytest

from tests.servers.process import program, run
from tests.signers.values import E1, OTHER, S1, S2, signer

CONFIGURATION = """\
options {{ pidfile = "{base}/pid"; }}
logging {{ type = "console"; level = "error"; }}
dkim_signing {{
  use_esld = false;
  try_fallback = false;
  domain {{
    .include "{base}/signer/domains.conf"
  }}
}}
modules {{ path = "/usr/share/rspamd/plugins/dkim_signing.lua"; }}
"""


@pytest.mark.parametrize("keys", [[], [S1], [S2, E1, OTHER, S1._replace(signs=False)]], ids=len)
def test_it_reads_every_key_that_signs_and_no_other(keys, tmp_path):
    rspamadm = program("rspamadm", "rspamd", tmp_path)
    configuration = tmp_path / "rspamd.conf"
    configuration.write_text(CONFIGURATION.format(base=tmp_path))
    check = [rspamadm, "configtest", "-q", "-c", str(configuration)]
    assert signer(tmp_path, "rspamd", check=check).install(keys)
    section = json.loads(run(rspamadm, "configdump", "-j", "-c", configuration, "dkim_signing"))
    assert {
        (key.domain, key.selector, f"{tmp_path}/signer/{key.domain}/{key.selector}.key")
        for key in keys
        if key.signs
    } == {
        (domain, each["selector"], each["path"])
        for domain, said in section["domain"].items()
        for each in said["selectors"]
    }
