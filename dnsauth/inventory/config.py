"""dnsauth.yaml as values: what zones share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dnsauth.documents import Map, Seq
from dnsauth.findings import Where
from dnsauth.inventory import senders
from dnsauth.inventory.config_form import ConfigFile, Defaults
from dnsauth.inventory.config_form import Live as LiveForm
from dnsauth.inventory.config_form import Reputation as ReputationForm
from dnsauth.inventory.config_form import Rotation as RotationForm
from dnsauth.inventory.model import Agreement, Rotation, Waiver
from dnsauth.inventory.operations import Audit, Ignore, Live, Notify, Reputation
from dnsauth.inventory.senders import Shared


@dataclass(frozen=True, slots=True)
class Config:
    """What dnsauth.yaml declares."""

    providers: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    live: Live = field(default_factory=Live)
    defaults: Defaults = field(default_factory=Defaults)
    key_stores: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    signers: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    rotation: Rotation = field(default_factory=lambda: _rotation(RotationForm()))
    notify: tuple[Notify, ...] = ()
    audit: Audit | None = None
    reputation: Reputation = field(default_factory=Reputation)
    agreements: Mapping[str, Agreement] = field(default_factory=dict)
    shared: Mapping[str, Shared] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()


def config(form: ConfigFile, tree: Map, file: str) -> Config:
    """The values *form* stands for, with their places from *tree*."""
    return Config(
        providers=form.providers,
        live=_live(form.live),
        defaults=form.defaults,
        key_stores=form.key_stores,
        signers=form.signers,
        rotation=_rotation(form.rotation),
        notify=tuple(
            Notify(n.to, frozenset(n.on), _item(tree, "notify", index, file), n.where)
            for index, n in enumerate(form.notify)
        ),
        reputation=_reputation(form.reputation),
        audit=None if form.audit is None else Audit(form.audit.directory, form.audit.keep),
        agreements={
            name: Agreement(
                *(name, a.partner, a.covers, a.signed, a.review, a.expires, a.ref),
                _place(tree, "agreements", name, file),
            )
            for name, a in form.agreements.items()
        },
        shared={
            name: senders.shared(name, sender, _place(tree, "senders", name, file))
            for name, sender in form.senders.items()
        },
        profiles=form.profiles,
        waivers=tuple(
            Waiver(w.rule, w.where, w.until, w.owner, w.why, _item(tree, "waivers", index, file), w.change)
            for index, w in enumerate(form.waivers)
        ),
    )


def _live(form: LiveForm) -> Live:
    ignore = tuple(Ignore(each.server, each.until, each.owner, each.why) for each in form.ignore)
    return Live(form.resolver, form.servers, ignore, form.roots, form.rate, form.ca, form.private)


def _reputation(form: tuple[str, ...] | ReputationForm) -> Reputation:
    return Reputation(form) if isinstance(form, tuple) else Reputation(form.addresses, form.domains)


def _rotation(form: RotationForm) -> Rotation:
    return Rotation(form.queue, form.keep_revoked, form.first_ttl)


def _place(tree: Map, section: str, name: str, file: str) -> Where:
    match tree[section]:
        case Map() as mapping:
            return Where(file, *mapping.key_where(name))
    return Where(file)


def _item(tree: Map, section: str, index: int, file: str) -> Where:
    match tree[section]:
        case Seq() as items:
            return Where(file, *items.where(index))
    return Where(file)
