"""Whatever was installed before, refused or not, the files are those of the last keys that were taken."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.errors import DnsauthError
from dnsauth.signers.signer import SigningKey
from tests.signers.values import files, key, signer

DOMAINS = ["example.com", "example.org", "www.example.com"]
POOL = [
    key(domain, f"{algorithm[0]}{n}", algorithm)
    for domain in DOMAINS
    for algorithm in ("rsa-2048", "ed25519")
    for n in (1, 2)
]


@st.composite
def installable(draw: st.DrawFn) -> list[SigningKey]:
    chosen = draw(st.lists(st.sampled_from(POOL), unique_by=lambda key: key[:2]))
    signing: set[tuple[str, str]] = set()
    made = []
    for each in chosen:
        ring = (each.domain, each.pair.algorithm)
        signs = ring not in signing and draw(st.booleans())
        signing |= {ring} if signs else set()
        made.append(each._replace(signs=signs))
    return made


@settings(max_examples=15, deadline=None)
@given(
    cls=st.sampled_from(["opendkim", "rspamd", "files"]),
    steps=st.lists(
        st.tuples(installable(), st.sampled_from(["true", "true", "check", "reload"])), min_size=1, max_size=4
    ),
)
def test_the_path_does_not_matter(cls, steps):
    base, fresh = Path(mkdtemp()), Path(mkdtemp())
    try:
        signer(base, cls)
        (base / "signer/theirs.pem").write_text("mine")
        last: list[SigningKey] = []
        signer(base, cls).install(last)
        for keys, outcome in steps:
            if outcome == "true":
                signer(base, cls).install(keys)
                last = keys
            else:
                refusing = signer(base, cls, **{outcome: ["false"]})
                if any(each not in last for each in keys) or len(keys) != len(last):
                    with pytest.raises(DnsauthError):
                        refusing.install(keys)
        signer(base, cls, reload=["true"]).install(last)
        assert () == signer(base, cls, reload=["false"]).install(last)
        signer(fresh, cls).install(last)
        assert b"mine" == files(base).pop("theirs.pem")
        assert relative(fresh, "") | {"theirs.pem": b"mine"} == relative(base, "")
    finally:
        shutil.rmtree(base)
        shutil.rmtree(fresh)


def relative(base: Path, to: str) -> dict[str, bytes]:
    """The files of *base*, with *to* in place of where it is."""
    return {
        path: re.sub(re.escape(str(base).encode()), to.encode(), octets)
        for path, octets in files(base).items()
    }
