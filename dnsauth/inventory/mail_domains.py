"""A mail domain as a value: its form, its places, and what dnsauth.yaml adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from dnsauth.documents import Map, Node, Seq
from dnsauth.findings import Where
from dnsauth.inventory import sender_form, zone_form
from dnsauth.inventory.config import Config
from dnsauth.inventory.model import (
    Bimi,
    Cname,
    Dmarc,
    Keep,
    MailDomain,
    MtaSts,
    NullMX,
    Receives,
    ReceivesBy,
    Sender,
    Spf,
)
from dnsauth.inventory.sender_form import Sender as SenderForm
from dnsauth.inventory.sender_form import SenderEntry
from dnsauth.inventory.senders import sender
from dnsauth.inventory.sense import entries
from dnsauth.records.dmarc import Policy

_ALIGNMENT = {"relaxed": "r", "strict": "s"}  # the tag's values, RFC 9989 section 4.7
_PLAIN_SPF = Spf()

_At: TypeAlias = Callable[[str], Where]


def mail_domain(
    name: str, form: zone_form.MailDomain, tree: Map, where: Where, *, ttl: int | str, config: Config
) -> MailDomain:
    """The mail domain *name*; owners it keeps are still relative to it.

    *ttl* is its zone's, in seconds or ``keep``.
    """

    def at(key: str) -> Where:
        return Where(where.file, *tree.key_where(key))

    said = ttl if form.ttl is None else form.ttl
    silent = form.parked or form.sends is False
    return MailDomain(
        name=name,
        where=where,
        ttl=said if isinstance(said, int) else config.defaults.ttl,
        keeps_ttl=not isinstance(said, int),
        sends=False if silent else True if form.senders else None,
        senders=tuple(_senders(form.senders, tree.get("senders"), where.file, config)),
        receives=NullMX.NULL if form.parked else _receives(form.receives, at, config),
        spf=_PLAIN_SPF if form.spf is None else Spf(form.spf.all, form.spf.indirect),
        dmarc=_dmarc(form.dmarc, config, at, silent=silent),
        mta_sts=_mta_sts(form.mta_sts, at),
        tls_rpt=form.tls_rpt,
        bimi=_bimi(form.bimi, at),
        keep=tuple(_keep(form.keep, tree.get("keep"), where.file)),
    )


def _senders(
    forms: tuple[SenderEntry, ...], tree: Node | None, file: str, config: Config
) -> Iterator[Sender]:
    for form, (name, _, place) in zip(forms, entries(tree), strict=True):
        given = None if isinstance(form, str) else form[name]
        yield sender(name, given, config.shared, Where(file, *place))


def _receives(form: zone_form.Receives | None, at: _At, config: Config) -> Receives:
    match form:
        case None:
            return None
        case tuple():
            return form
        case "false":
            return NullMX.NULL
        case str():
            by = sender(form, None, config.shared, at("receives"))
        case _:
            ((name, extra),) = form.items()
            by = sender(name, SenderForm.model_validate(extra), config.shared, at("receives"))
    return ReceivesBy(by.service, by.parameters, by.where)


def _dmarc(form: zone_form.Dmarc | None, config: Config, at: _At, *, silent: bool) -> Dmarc | Cname | None:
    match form:
        case None:
            return None
        case sender_form.Cname(cname=target):
            return Cname(target)
    defaults = config.defaults.dmarc
    said = {key: getattr(form, key) for key in form.model_fields_set}
    whole = defaults.model_copy(update=said) if defaults.model_fields_set else form
    # a name that must be seen not to send is rejected where nobody says otherwise
    policy = whole.policy or (Policy.REJECT if silent else Policy.NONE)
    return Dmarc(
        policy=policy,
        where=at("dmarc"),
        subdomains=whole.subdomains,
        nonexistent=whole.nonexistent,
        testing=whole.testing,
        rua=whole.rua,
        ruf=whole.ruf,
        fo=whole.fo,
        adkim=_ALIGNMENT[whole.adkim] if whole.adkim else "",
        aspf=_ALIGNMENT[whole.aspf] if whole.aspf else "",
    )


def _mta_sts(form: zone_form.MtaSts | None, at: _At) -> MtaSts | None:
    if form is None:
        return None
    host = Cname(form.host.cname) if form.host else None
    return MtaSts(form.mode, form.max_age, at("mta_sts"), form.mx, host)


def _bimi(form: zone_form.Bimi | None, at: _At) -> Bimi | None:
    return None if form is None else Bimi(form.logo, at("bimi"), form.certificate, form.selector)


def _keep(forms: tuple[zone_form.Keep, ...], tree: Node | None, file: str) -> Iterator[Keep]:
    if isinstance(tree, Seq):
        for index, form in enumerate(forms):
            yield Keep(form.owner, form.type, form.values, Where(file, *tree.where(index)))
