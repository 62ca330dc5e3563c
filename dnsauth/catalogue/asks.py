"""What one sender asks of its mail domain: a service's entries, rendered and parsed.

Nothing is taken as it was rendered: owners and targets are names, SPF terms, key records and every
other TXT value that a receiver would select pass through the grammar of their record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import TypeVar

from dnsauth import names
from dnsauth.catalogue import parameters
from dnsauth.catalogue.model import Asks, Entry, Record, Service
from dnsauth.names import BadName
from dnsauth.records import BadRecord, bimi, dkim, dmarc, mtasts, mx, private_key, spf, tlsrpt
from dnsauth.templating import BadValue, Value, expression

_SENDING = ("spf", "dkim", "records")
_GRAMMARS = (spf, dmarc, tlsrpt, mtasts, bimi)
_T = TypeVar("_T")
_Parse = Callable[[Mapping[str, str], str], _T]


class _Unfit(ValueError):
    """A rendered text is not what its place asks for."""


def asks(
    service: Service, given: Mapping[str, object], domain: str, *, receives: bool = False
) -> tuple[Asks, tuple[str, ...]]:
    """What *service* asks of *domain* (absolute) with the *given* parameters, and every problem.

    With *receives* it is asked for its MX alone, and only what these need is missed where it was not
    given. Owners and exchanges are absolute, TXT values as in `dnsauth.rrset`. Where there are
    problems, what is asked is incomplete.
    """
    values, problems = parameters.values(service, given)
    problems = (*problems, *_missing(service, {*values, *given}, receives=receives))
    if problems:
        return Asks(), problems
    scope: dict[str, Value] = {**values, "domain": domain.removesuffix(".")}
    exchanges, wrong = _parsed(service, "mx", scope, domain, _exchange)
    if receives:
        return Asks(mx=exchanges), wrong
    terms, wrong_terms = _parsed(service, "spf", scope, domain, _term)
    keys, wrong_keys = _parsed(service, "dkim", scope, domain, _key)
    records, wrong_records = _parsed(service, "records", scope, domain, _record)
    return (
        Asks(terms, (*(key for key in keys if key is not None), *records), exchanges),
        (*wrong_terms, *wrong_keys, *wrong_records, *wrong),
    )


def rotation_command(service: Service, domain: str) -> str:
    """What renews a key of *service* for *domain* (absolute); empty where no source tells a command."""
    return expression(service.rotation.command).render({"domain": domain.removesuffix(".")})


def examples(service: Service) -> Mapping[str, object]:
    """Parameters that are right, by name: the definition's own examples, the optional ones too."""
    return {name: parameter.example for name, parameter in service.parameters.items()}


def _missing(service: Service, known: set[str], *, receives: bool) -> Iterator[str]:
    sections = ("mx",) if receives else _SENDING
    entries = [entry for section in sections for entry in service.template.get(section, ())]
    if receives and not entries:
        yield "receives no mail: list the exchangers under `receives` instead"
    brought = [entry for entry in entries if entry.when in known]
    for name, parameter in service.parameters.items():
        if name in known:
            continue
        if any(name in entry.uses for entry in (entries if parameter.required or receives else brought)):
            yield f"{name} is missing: {parameters.about(parameter)}"


def _parsed(
    service: Service, section: str, scope: Mapping[str, Value], domain: str, parse: _Parse[_T]
) -> tuple[tuple[_T, ...], tuple[str, ...]]:
    found, problems = [], []
    for entry in service.template.get(section, ()):
        if not entry.uses <= scope.keys():
            continue  # an optional parameter brings its entries along
        for item in scope[entry.each] if entry.each else ("",):
            texts: Mapping[str, str] = {}
            try:
                texts = _rendered(entry, {**scope, "item": item})
                found.append(parse(texts, domain))
            except (BadName, BadRecord, BadValue, _Unfit) as error:
                subject = " ".join(texts.values()) or ", ".join(sorted(entry.uses))
                problems.append(f"{subject}: {error}")
    return tuple(found), tuple(problems)


def _rendered(entry: Entry, values: Mapping[str, Value]) -> Mapping[str, str]:
    return {key: expression(text).render(values) for key, text in entry.texts.items()}


def _record(texts: Mapping[str, str], domain: str) -> Record:
    owner, type, value = _owner(texts["owner"], domain), texts["type"], texts["value"]
    match type:
        case "CNAME":
            return Record(owner, type, _target(value))
        case "MX":
            return Record(owner, type, str(mx.MX.parse(value)))
        case "A" | "AAAA":
            return Record(owner, type, _address(type, value))
        case "TXT":
            return Record(owner, type, _txt(owner, value, domain))
    raise _Unfit(f"a service may ask for A, AAAA, CNAME, MX and TXT, not for {type!r}")


def _key(texts: Mapping[str, str], domain: str) -> Record | None:
    owner = f"{names.selector(texts['selector'])}._domainkey.{domain}"
    if "cname" in texts:
        return Record(owner, "CNAME", _target(texts["cname"]))
    if "key" in texts:
        return Record(owner, "TXT", str(dkim.from_vendor(texts["key"])))
    return None  # the sender gives it


def _term(texts: Mapping[str, str], _domain: str) -> str:
    return _mechanism(texts["term"])


@lru_cache(maxsize=4096)
def _mechanism(text: str) -> str:
    if spf.selects(text):
        raise _Unfit("is a whole SPF record: list the terms between `v=spf1` and `all` one by one")
    term = spf.term(text)
    if not isinstance(term, spf.Directive) or isinstance(term.mechanism, spf.All):
        raise _Unfit("names no senders; how the record ends is said under `spf` of the mail domain")
    return str(term)


def _exchange(texts: Mapping[str, str], _domain: str) -> tuple[int, str]:
    return int(texts["preference"]), _target(texts["exchange"])


def _owner(text: str, domain: str) -> str:
    owner = names.absolute(text, domain)
    if not names.within(owner, domain):
        raise _Unfit(f"the owner {text!r} lies outside {domain}")
    if names.within(owner, f"{domain}{domain}"):
        right = names.relative(owner.removesuffix(domain), domain)
        raise _Unfit(f"the owner {text!r} repeats the mail domain: write {right!r}")
    return owner


@lru_cache(maxsize=4096)
def _target(text: str) -> str:
    if not text.endswith("."):
        raise _Unfit(f"{text!r} is not absolute: write '{text}.'")
    return names.absolute(text)


def _address(type: str, text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError as error:
        raise _Unfit(str(error)) from error
    if (type == "A") != (address.version == 4):
        raise _Unfit(f"{text} is no address for {type}")
    return str(address)


def _txt(owner: str, text: str, domain: str) -> str:
    if not (text.isascii() and text.isprintable()) or '"' in text or "\\" in text:
        raise _Unfit("a TXT value is printable ASCII without double quote and backslash")
    if private_key.held(text):
        raise _Unfit("is a private key, which would be published: replace the key")
    if "._domainkey." in owner:
        return str(dkim.Record.parse(text))
    for grammar in _GRAMMARS:
        if grammar.selects(text):
            if grammar is spf and owner == domain:
                raise _Unfit(
                    "would be a second SPF record; its terms belong under `spf` (RFC 7208 section 3.2)"
                )
            return str(grammar.Record.parse(text))
    return text
