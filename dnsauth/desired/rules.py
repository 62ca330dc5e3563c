"""What can be wrong between files: senders that do not fit their service, or one another."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity

INV201 = Rule(
    "INV201",
    Severity.ERROR,
    "sender {sender!r}: there is no service {service!r}{nor}{guess}",
    "`dnsauth services list` names them; `service: custom` takes any other vendor's records",
)
INV202 = Rule(
    "INV202",
    Severity.ERROR,
    "sender {sender!r} (service {service}): {problem}",
    "`dnsauth services show {service}` says what it asks for",
)
INV203 = Rule(
    "INV203",
    Severity.ERROR,
    "{owner} {type} is asked for twice: {first} wants {one!r}, {second} wants {other!r}",
    "give one of the two another name (a selector, a return path), or remove it",
)
INV204 = Rule(
    "INV204",
    Severity.ERROR,
    "{owner} would hold a CNAME beside {types} (RFC 1034 section 3.6.2): {first} and {second} ask for it",
    "give one of the two another name",
)
INV205 = Rule(
    "INV205",
    Severity.ERROR,
    "selector {selector!r} of sender {sender!r}: {problem}",
    "paste the value as the vendor shows it: the whole record, the bare base64 key, or {{cname: NAME.}}",
)
INV206 = Rule(
    "INV206",
    Severity.ERROR,
    "{owner} is too long for DNS: {problem} (RFC 1035 section 2.3.4)",
    'say `reports: {{accept: "*"}}` in the collector\'s zone, or collect the reports elsewhere',
)
INV207 = Rule(
    "INV207",
    Severity.ERROR,
    "mta_sts needs to know the MX (RFC 8461 section 3.2): {problem}",
    "say `receives:`, or list the patterns under `mta_sts: {{mx: […]}}`",
)
INV208 = Rule(
    "INV208",
    Severity.ERROR,
    "{record} of {owner}: {problem}",
    "correct the value; the column counts characters of the record's text",
)
INV209 = Rule(
    "INV209",
    Severity.ERROR,
    "{owner} belongs to no zone of the inventory",
    "add its zone under zones/, or choose a name inside the mail domain",
)
