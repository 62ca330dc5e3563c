from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from dnsauth.lock.keys import Key, Revocation, Seen, State, Word
from dnsauth.output.fenced import fenced
from dnsauth.output.rotation import Since, markdown
from dnsauth.rotation.due import Wait

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KEY = Key(
    "example.com.", "s1", "own-mta", "ed25519", State.PUBLISHED, NOW, NOW, "v=DKIM1; p=", "store", "mta"
)
WAIT = Wait(None, "every authoritative server has to answer the key")


def since(before: Key | None, after: Key) -> str:
    return markdown([Since("example.com.", before, after, WAIT)])


def test_a_step_with_its_evidence_and_what_follows():
    seen = Seen(NOW, ("ns2.example.net.", "ns1.example.net."), 3600)
    word = Word("mx1.example.com", NOW, signs=True, by="dns@example.com")
    after = replace(KEY, state=State.ACTIVE, seen=seen, words=(word,))
    expected = """\
### dnsauth rotate

1 key moved. Merging this changes no record.

#### `example.com`

- `s1._domainkey.example.com` (ed25519, `own-mta`): **visible → active**
  - ns1.example.net. and ns2.example.net. answered the key at `2026-06-01` 12:00Z
  - mx1.example.com signs with it since `2026-06-01` 12:00Z, says `dns@example.com`
  - next: waits: every authoritative server has to answer the key
"""
    assert expected.replace("`", "") == since(replace(KEY, state=State.VISIBLE), after).replace("`", "")


def test_what_merging_does_to_dns_and_to_hosts():
    ways = [
        (None, State.GENERATED, "no record", "**made, generated**\n  - next"),
        (State.GENERATED, State.PUBLISHED, "1 record", "  - its record is published\n"),
        (State.PUBLISHED, State.VISIBLE, "no record", "  - hosts may sign with it\n"),
        (State.ACTIVE, State.RETIRING, "no record", "  - hosts stop signing with it\n"),
        (State.RETIRING, State.REVOKED, "1 record", "  - its record says"),
        (State.PUBLISHED, State.REMOVED, "1 record", "  - its record is removed\n"),
        (State.PUBLISHED, State.PUBLISHED, "no record", "**still published**"),
    ]
    for then, now, records, line in ways:
        text = since(replace(KEY, state=then) if then else None, replace(KEY, state=now))
        assert records in text
        assert line in text


def test_evidence_a_step_forgets_is_told():
    seen = Seen(NOW, ("ns1.example.net.",), 3600)
    retiring = replace(
        KEY, state=State.RETIRING, seen=seen, words=(Word("mx1.example.com", NOW, signs=False),)
    )
    text = since(retiring, replace(KEY, state=State.REVOKED)).replace("`", "")
    assert "ns1.example.net. answered the key at" in text
    assert "mx1.example.com signs without it since" in text


def test_what_people_write_stays_text():
    bad = "</details> @everyone `x` ![](http://example.net) \u202e\x1b[31m"
    key = replace(KEY, sender="a|b`c", revocation=Revocation(NOW, "alice", bad))
    text = since(None, key)
    assert "\u202e" not in text
    assert "\x1b" not in text
    outside = re.sub(r"(`+).*?\1", "", text)
    assert not {*outside} & {*"<>@!["}


def test_nothing_moved():
    assert "### dnsauth rotate\n\n0 keys moved. Merging this changes no record.\n" == markdown([])


def test_a_block_is_ended_by_nothing_in_it():
    assert "### x\n\n`````\n```` y\n`````\n" == fenced("x", "```` y\n")
