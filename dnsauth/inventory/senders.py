"""Senders: what a zone file says laid over what dnsauth.yaml says of the same name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple, assert_never

from dnsauth.documents import Map, Node, Seq
from dnsauth.findings import Where
from dnsauth.inventory import sender_form
from dnsauth.inventory.model import Cname, KeyText, OwnKeys, Parameter, Sender


class Shared(NamedTuple):
    """A sender of dnsauth.yaml: its form, its place, and the sender it is where nothing is laid over it."""

    form: sender_form.Sender
    where: Where
    sender: Callable[[Where], Sender]


def shared(name: str, form: sender_form.Sender, where: Where) -> Shared:
    """The sender *name* of dnsauth.yaml."""
    return Shared(form, where, _declared(name, form))


def sender(name: str, given: sender_form.Sender | None, known: Mapping[str, Shared], where: Where) -> Sender:
    """What an entry stands for: the shared sender of its name, else the service of its name.

    A key of *given* replaces the shared one whole.
    """
    base = known.get(name)
    if base is None:
        return _declared(name, given or _NOTHING)(where)
    if given is None or not given.model_fields_set:
        return base.sender(where)
    over = {key: value for key, value in given if key in given.model_fields_set}
    return _declared(name, base.form.model_copy(update=over))(where)


def parameters(extra: Mapping[str, Node] | None) -> Mapping[str, Parameter]:
    """Parameters as written, without their places."""
    return {key: _parameter(node) for key, node in extra.items()} if extra else {}


def _parameter(node: Node) -> Parameter:
    match node:
        case str():
            return node
        case Map():
            return parameters(node)
        case Seq():
            return tuple(map(_parameter, node))
        case _ as never:
            assert_never(never)


def _declared(name: str, form: sender_form.Sender) -> Callable[[Where], Sender]:
    """The sender *form* declares, but for the place of whoever names it."""
    dkim: Mapping[str, Cname | KeyText] = {}
    own_keys = None
    match form.dkim:
        case sender_form.OwnKeys() as own:
            own_keys = OwnKeys(
                own.algorithms, own.every, own.store, own.signer, own.overlap, own.selector, own.reveal
            )
        case dict() as selectors:
            dkim = {
                selector: KeyText(value) if isinstance(value, str) else Cname(value.cname)
                for selector, value in selectors.items()
            }
        case None:
            pass
    return partial(
        Sender,
        name,
        form.service or name,
        parameters=parameters(form.model_extra),
        dkim=dkim,
        own_keys=own_keys,
        owner=form.owner,
        purpose=form.purpose,
        stream=form.stream,
        data=form.data,
        baa=form.baa,
        review=form.review,
        ends=form.ends,
        formerly=form.formerly,
        flatten=_flatten(form.flatten),
    )


def _flatten(form: bool | sender_form.Flatten) -> int | None:
    match form:
        case sender_form.Flatten(max_age=seconds):
            return seconds
        case True:
            return sender_form.Flatten().max_age
        case False:
            return None


_NOTHING = sender_form.Sender()
