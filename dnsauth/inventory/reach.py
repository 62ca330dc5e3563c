"""How far the credentials of providers in dnsauth.yaml reach, as far as their settings tell it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from dnsauth.documents import Map, Node, mapping
from dnsauth.findings import Finding, Where
from dnsauth.inventory import rules

_CLOUDFLARE = ("octodns_cloudflare.", "dnsauth.octodns."), ("CloudflareProvider",)
_UPDATES = ("octodns_bind.", "dnsauth.octodns."), ("Rfc2136Provider", "BindProvider")
"""Packages and classes."""


def too_wide(tree: Node, file: str) -> Iterator[Finding]:
    """The providers in *tree* whose key opens a whole account, and those that are let in without one."""
    for name, settings in mapping(mapping(tree).get("providers")).items():
        if not isinstance(settings, Map):
            continue
        if _is(settings, *_CLOUDFLARE) and settings.get("email") and settings.get("token"):
            where = Where(file, *settings.where("email"))
            yield Finding(rules.WHOLE_ACCOUNT, where, facts={"provider": name})
        host = settings.get("host")
        if (
            _is(settings, *_UPDATES)
            and isinstance(host, str)
            and not settings.get("key_name")
            and not _here(host)
        ):
            where = Where(file, *settings.where("host"))
            yield Finding(rules.UNSIGNED_UPDATES, where, facts={"provider": name, "host": rules.cut(host)})


def _is(settings: Map, packages: tuple[str, ...], classes: tuple[str, ...]) -> bool:
    path = str(settings.get("class", ""))
    return path.startswith(packages) and path.rpartition(".")[2] in classes


def _here(host: str) -> bool:
    """True for this machine itself, and for a host only a variable names."""
    if host.startswith("env/") or host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
