"""What can be wrong with what dnsauth.yaml and zone files say: code, severity, reason, next step."""

from __future__ import annotations

from dnsauth.findings import Rule, Severity
from dnsauth.records.private_key import hidden

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

# which files
NO_CONFIG = Rule(
    "INV020",
    _ERROR,
    "there is no dnsauth.yaml in {directory}",
    "say where it is with -C DIR, or begin one; `dnsauth schema config` prints its form",
)
NO_ZONES = Rule(
    "INV021",
    _ERROR,
    "there is no folder zones/ in {directory}",
    "make it, with a file for each zone; `dnsauth schema zone` prints their form",
)
FILE_NAME = Rule(
    "INV022",
    _ERROR,
    "the file's name says no zone: {reason}",
    "name it after its zone, as in zones/example.com.yaml, or say `zones: [example.com]` in it",
)
TWO_FILES = Rule(
    "INV023", _ERROR, "the zone {zone} is declared here again; {first} declares it", "keep one of the two"
)
EXTENSION = Rule("INV024", _ERROR, "is not read: zone files end in .yaml", "rename it to {right}")

# the shape of a file
UNKNOWN_KEY = Rule("INV030", _ERROR, "{key!r} is no key of {of}", "{guess}it takes {known}")
MISSING_KEY = Rule("INV031", _ERROR, "{of} needs the key {key!r}", "add `{key}:`{example}")
SHAPE = Rule("INV032", _ERROR, "{key!r} should be {wanted}, and is {found}", "write it as {wanted}")
NOT_ONE_OF = Rule("INV033", _ERROR, "{key!r} is {value!r}, which is none of {values}", "{guess}choose one")
EMPTY = Rule("INV034", _ERROR, "{key!r} is empty", "give it a value, or delete the key")
BOOLEAN = Rule("INV035", _ERROR, "{key!r} is {value!r}, which is no boolean", "write `true` or `false`")
DURATION = Rule(
    "INV036",
    _ERROR,
    "{key!r} is {value!r}, which is no duration from 0 to {limit} seconds",
    "write seconds, or a number with s, m, h, d or w, as in `90d`",
)
DAY = Rule("INV037", _ERROR, "{key!r} is {value!r}, which is no date", "write it as in `2027-03-01`")
VERSION = Rule(
    "INV038",
    _ERROR,
    "this file is of version {value!r}; this dnsauth reads version 1",
    "write `version: 1`, or use a newer dnsauth",
)
CLASS = Rule("INV039", _ERROR, "{key!r} says no `class`", "add `class:` with the class that does the work")
MORE = Rule("INV048", _ERROR, "has {count} more problems", "correct the first ones, and look again")

# single values
NAME = Rule("INV040", _ERROR, "{reason}", "correct the name")
SELECTOR = Rule(
    "INV057",
    _ERROR,
    "{key!r} is {value!r}, which names no selectors: {reason}",
    "write it as in `{{year}}{{month}}-{{algorithm}}-{{random}}`",
)
RELATIVE = Rule("INV041", _ERROR, "{key!r} is {value!r}, a name without its final dot", "write `{right}`")
IDENTIFIER = Rule(
    "INV042",
    _ERROR,
    "{value!r} is no name to call a thing by",
    "use letters, digits, '-', '_' and '.', at most 64, and start with a letter or a digit",
)
URI = Rule("INV043", _ERROR, "{key!r} is {value!r}, which is no {scheme} URI", "write `{right}`")
MX = Rule("INV044", _ERROR, "{key!r} is {value!r}, which is no MX: {reason}", "write `{right}`")
ADDRESS = Rule(
    "INV045",
    _ERROR,
    "{key!r} is {value!r}, which is no IP address with an optional port",
    "write it as in `192.0.2.1:53` or `[2001:db8::1]:53`",
)
CODE = Rule("INV046", _ERROR, "{key!r} is {value!r}, which is no {what}", "write it as in `{right}`")
OWNER = Rule(
    "INV047",
    _ERROR,
    "{key!r} is {value!r}; an owner name is relative to the mail domain",
    "write what stands before the mail domain's name, or `@` for the mail domain itself",
)
RDATA = Rule(
    "INV049",
    _ERROR,
    "{key!r} has {character!r}, which no record can carry so",
    "write octets outside of printable ASCII as `\\DDD`, a decimal number up to 255 (RFC 1035 section 5.1)",
)

# names of mail domains
REPEATS_ZONE = Rule(
    "INV050",
    _ERROR,
    "{key!r} repeats the zone {zone}, and names here are relative to it",
    'write `"{right}"`',
)
OUTSIDE = Rule(
    "INV051", _ERROR, "{key!r} lies outside of the zone {zone}", "declare it in the file of its own zone"
)
WILDCARD = Rule(
    "INV052",
    _ERROR,
    "{key!r} has a wildcard, which is no mail domain: SPF and DMARC are looked up at the very name",
    "name each mail domain, as in `{right}:`",
)
UNDERSCORE = Rule(
    "INV053",
    _ERROR,
    "{key!r} has an underscore, which no mail domain has (RFC 5321 section 2.3.5)",
    "name the mail domain; dnsauth derives the names below it",
)
OTHER_ZONE = Rule(
    "INV054",
    _ERROR,
    "{key!r} is {name}, which belongs to the zone {zone} of this inventory",
    'write it as `"{right}":` in {file}',
)
SAME_DOMAIN = Rule(
    "INV055", _ERROR, "{key!r} is the mail domain {name} again; {first!r} declares it", "keep one of the two"
)
NO_KEY = Rule("INV056", _ERROR, "a mail domain has an empty name", 'write `"@":` for the zone itself')

# what contradicts itself
NO_SENDERS = Rule(
    "INV060",
    _ERROR,
    "`senders` is empty, which says neither who sends nor that nobody does",
    "write `sends: false`, or delete the key",
)
SENDS_TRUE = Rule(
    "INV061", _ERROR, "`sends` takes only `false`", "delete it; `senders` says who sends for this name"
)
SENDS_FALSE = Rule(
    "INV062", _ERROR, "`sends: false` stands beside `senders`", "delete one of the two: who sends, or nobody"
)
NULL_MX = Rule(
    "INV063",
    _ERROR,
    "`receives: false` stands beside `senders`: a name that sends must take bounces (RFC 7505 section 4.2)",
    "say who receives, or delete `receives` and leave MX alone",
)
RECEIVES_TRUE = Rule(
    "INV064",
    _ERROR,
    "`receives: true` does not say where mail goes",
    'name the service, or list the MX as in `["10 mx1.example.com."]`',
)
PARKED = Rule(
    "INV065",
    _ERROR,
    "`parked: true` stands beside {key!r}: a parked name neither sends nor receives",
    "delete one of the two",
)
ONE_SENDER = Rule(
    "INV066",
    _ERROR,
    "an entry of `senders` is NAME or `NAME: {{…}}`, and this one has {count} keys: {keys}",
    "indent the settings below the sender's name, or write `NAME: {{…}}`",
)
TWO_SENDERS = Rule(
    "INV067",
    _ERROR,
    "the sender {name!r} stands here again; the first is on line {first}",
    "give one of the two another name, and say `service:` in it",
)
FORMERLY = Rule(
    "INV068",
    _ERROR,
    "{name!r} says it was formerly {old!r}, which is still a sender here",
    "delete the old entry, or `formerly:`",
)
SAME_SELECTOR = Rule(
    "INV069", _ERROR, "the selector {selector!r} stands here again in other letters", "keep one of the two"
)
NO_POLICY = Rule(
    "INV070",
    _ERROR,
    "`dmarc` says no policy, and neither does `defaults: {{dmarc: …}}` in dnsauth.yaml",
    "add `policy: none`, `quarantine` or `reject`",
)

# what names something that is not there
UNDECLARED = Rule(
    "INV080",
    _ERROR,
    "{key!r} names {value!r}, which is not under `{section}` in dnsauth.yaml",
    "{guess}declare it there, or correct the name",
)
NO_PROVIDER = Rule(
    "INV081",
    _WARNING,
    "the zone {zone} has no provider, so `plan` and `apply` leave it out",
    "say `provider:` here, or under `defaults` in dnsauth.yaml",
)
NO_ZONE = Rule(
    "INV082",
    _ERROR,
    "{key!r} names the zone {zone}, which is not in this inventory",
    "{guess}name a zone that has a file under zones/",
)


# what must stand in no file
PRIVATE_KEY = Rule(
    "INV090",
    _ERROR,
    "{key!r} holds a private key, which would be published",
    "give the public half, and replace the key: whoever read this file has it",
)
IN_THE_CLEAR = Rule(
    "INV091",
    _ERROR,
    "{key!r} is not of the form env/NAME: the URL of a notification is a secret, and stands in no file",
    "write `env/NAME`, and put the URL into that variable; one that stood here has to be replaced",
)
SECRET = Rule(
    "INV092",
    _WARNING,
    "{key!r} is a secret in the clear: whoever reads the repository or its history has it",
    "write `env/NAME`, put a new secret into that variable, and have this one withdrawn",
)
WHOLE_ACCOUNT = Rule(
    "INV093",
    _WARNING,
    "provider {provider} signs in with `email` and the account's global key: whoever has it may change all of"
    " the account, not these zones alone",
    "make a token that may read zones and edit DNS in these zones, and take `email` out",
)
UNSIGNED_UPDATES = Rule(
    "INV094",
    _WARNING,
    "provider {provider} changes zones at {host} without a TSIG key: who can send in the name of this machine"
    " can change them as well (RFC 2136 section 8.1)",
    "let the server ask for a key (RFC 8945), and say `key_name`, `key_secret` and `key_algorithm`",
)


class Refused(ValueError):
    """A value its key does not take: the rule, and the facts its texts need besides the key."""

    def __init__(self, rule: Rule, **facts: object) -> None:
        super().__init__(rule.code)
        self.rule = rule
        self.facts = {key: cut(fact) if isinstance(fact, str) else fact for key, fact in facts.items()}


def cut(text: str, limit: int = 200) -> str:
    """*text* for a message: what is hostile may also be long, and what is misplaced a private key."""
    text = hidden(text)
    half = limit // 2
    return text if len(text) <= limit else f"{text[:half]}…{text[-half:]}"
