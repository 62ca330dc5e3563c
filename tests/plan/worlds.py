"""Random zones and inventories: values of ours and of others, at the same names."""

from __future__ import annotations

from hypothesis import strategies as st

from dnsauth.lock.claims import recorded
from tests.plan.values import KEY, OTHER_KEY, desired, rrset

TOKEN = "google-site-verification=abc"
LABELS = ("@", "mail", "_dmarc", "s1._domainkey", "s2._domainkey", "em1")
TEXTS = (
    "v=spf1 mx -all",
    "V=SPF1 mx -all",
    "v=spf1 include:old.example.net ~all",
    "v=spf10 no",
    "v=DMARC1; p=none",
    "v=DMARC1;p=none",
    "v=DMARC1; p=reject; rua=mailto:d@example.com",
    KEY,
    OTHER_KEY,
    "v=DKIM1; p=",
    TOKEN,
    'a "quoted" value',
    "caf\\195\\169",
)
TTLS = st.sampled_from([60, 300, 3600])
HELD_TXT = st.builds(
    lambda label, texts, ttl: rrset(label, "TXT", *texts, ttl=ttl),
    st.sampled_from(LABELS),
    st.sets(st.sampled_from(TEXTS), min_size=1, max_size=5),
    TTLS,
)
HELD = st.lists(HELD_TXT, max_size=6, unique_by=lambda one: one.id)
OURS = {
    "@": ("v=spf1 mx -all", "v=spf1 include:old.example.net ~all", TOKEN),
    "mail": ("v=spf1 mx -all",),
    "_dmarc": ("v=DMARC1; p=none", "v=DMARC1; p=reject; rua=mailto:d@example.com"),
    "s1._domainkey": (KEY, "v=DKIM1; p="),
    "s2._domainkey": (OTHER_KEY,),
}
WANTED = st.builds(
    lambda label, index, ttl: desired(label, "TXT", OURS[label][index % len(OURS[label])], ttl=ttl),
    st.sampled_from(sorted(OURS)),
    st.integers(0, 2),
    TTLS,
)
INVENTORY = st.lists(WANTED, max_size=5, unique_by=lambda one: one.id)


def foreign(known, before):
    """The held values that the lock does not record, by place: the ones nobody may take."""
    return {
        (id, text)
        for id, one in before.rrsets.items()
        for text in one.values
        if not any(recorded(known, claim, text) for claim in known.claims if claim[:2] == id)
    }
