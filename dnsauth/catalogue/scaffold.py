"""The first text of a service definition, whose comments teach each key; it is valid as it stands."""

from __future__ import annotations

from dnsauth.documents.write import flow

_HEAD = """\
# What {name} asks of a mail domain. `dnsauth services show {name}` renders it with the examples below,
# `dnsauth services check {name}` says what is doubtful; docs/services.md of dnsauth tells every key.
"""
_BODY = """\
title: {title}

# own, mailbox, transactional, marketing, business, gateway, healthcare or dmarc: where lists have it.
category: business

# What a sender gives: `help` says where a person finds it, `example` is a right value, `pattern` fits it.
# `required: false` makes it optional, with the entries below that name it; `many: true` makes it a list.
parameters:
  account:
    pattern: '[a-z0-9-]+'
    example: account1
    help: where the vendor's console shows it

# Records: A, AAAA, CNAME, MX, TXT. Owners are relative to the mail domain, `@` is itself; names in values end
# with a dot.
records:
  - {{owner: bounce, type: CNAME, value: "{{{{ account }}}}.bounces.vendor.example."}}

# Keys at SELECTOR._domainkey: `cname` where the vendor serves them, `given: key` where a person pastes one.
dkim:
  - {{selector: s1, cname: "s1.{{{{ account }}}}.dkim.vendor.example."}}

# Whose domain stands in MAIL FROM: `customer`, `vendor` (then no terms are needed), or `switchable`.
spf:
  envelope: customer
  terms: []          # as in ["include:_spf.vendor.example"]: what the mail domain's own record needs

# What else is known. Leave out what no source says.
# alignment: {{spf: relaxed, dkim: strict}}     the closest it can reach: strict, relaxed, none
# rotation: vendor                            who moves the keys: vendor (behind its CNAME), manual, customer
# baa: {{offered: true}}                        whether a business associate agreement can be had at all

# What tells the service in live DNS, besides the names above: suffixes of names, and how TXT values begin.
# detect: {{spf: [vendor.example], cname: [vendor.example], txt: [vendor-verification=]}}

# The pages that say all this, with the day you read them. With one, status may be `verified`, where it is the
# vendor's own, or `reported`.
# sources: [{{url: "https://vendor.example/dns", seen: {today}}}]
status: unverified
"""


def fresh(name: str, title: str, today: str) -> str:
    """A definition of the service *name* to begin with; *today* as YYYY-MM-DD."""
    return _HEAD.format(name=name) + _BODY.format(title=flow(title), today=today)


def copied(name: str, source: str, text: str, title: str = "") -> str:
    """*text*, the shipped definition of *source*, to be changed as *name*; with a *title* if given."""
    lines = text.splitlines(keepends=True)
    if title:
        lines = [f"title: {flow(title)}\n" if line.startswith("title:") else line for line in lines]
    whose = "It stands instead of the shipped one" if name == source else f"It began as the shipped {source}"
    return f"{_HEAD.format(name=name)}# {whose}.\n{''.join(lines)}"
