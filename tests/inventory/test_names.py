"""Names of mail domains: every key is a name inside its zone, or is told why it is none."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth import names
from dnsauth.documents import Map
from dnsauth.inventory.domain_names import mail_domains

labels = st.text("abÄß-_*.@ 1\u2488\ud7ff", max_size=8)


def domains(*keys):
    found = Map()
    for key in keys:
        found[key] = ""
        found.keys_at[key] = found.values_at[key] = 0
    return found


@given(st.lists(labels | st.text(max_size=5) | st.just("a.example.com"), max_size=4, unique=True))
@settings(max_examples=100, deadline=None)
def test_every_key_is_a_name_in_its_zone_or_a_finding(keys):
    named, findings = mail_domains(domains(*keys), "example.com.", "f.yaml")
    assert len(keys) == len(named) + len(findings)
    assert len(named) == len(set(named.values()))
    for key, name in named.items():
        assert names.within(name, "example.com.")
        assert name == names.absolute(name)
        assert key == "@" or not names.within(names.absolute(key), "example.com.")
    assert all(finding.message and finding.next for finding in findings)
