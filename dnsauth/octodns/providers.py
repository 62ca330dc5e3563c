"""The providers of an inventory, made when they are first used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial

from octodns.provider.base import BaseProvider

from dnsauth.errors import DnsauthError
from dnsauth.inventory.model import Inventory
from dnsauth.octodns.adapter import Adapter
from dnsauth.octodns.failures import explained
from dnsauth.octodns.patience import Patience
from dnsauth.octodns.settings import Settings, settings
from dnsauth.plan.model import Provider


def provider(
    name: str, inventory: Inventory, environ: Mapping[str, str], patience: Patience | None = None
) -> Provider:
    """Provider *name* of *inventory*, secrets from *environ*; raises `DnsauthError` where it can't be made.

    A target of ours speaks for itself, any other octoDNS provider through `Adapter`. It may be used by
    several threads, one zone each. Where it is busy, an API is waited for with *patience*.
    """
    written = inventory.providers.get(name)
    if written is None:
        known = ", ".join(sorted(inventory.providers)) or "none"
        raise DnsauthError(f"no provider {name} in dnsauth.yaml (there: {known})", "add it under `providers`")
    made = settings(name, written, inventory.directory, environ)
    if hasattr(made.cls, "read") and hasattr(made.cls, "write"):
        target: Provider = _made(name, made)
        return target
    return Adapter(name, partial(_made, name, made), made.secrets, patience)


def providers(inventory: Inventory, environ: Mapping[str, str]) -> Mapping[str, Callable[[], Provider]]:
    """Every provider of *inventory* by name, each as what makes it when first called, and once."""
    return {name: cache(partial(provider, name, inventory, environ)) for name in inventory.providers}


def _made(name: str, made: Settings) -> BaseProvider:
    try:
        return made.cls(name, **made.arguments)
    except TypeError as error:  # a required setting is missing; its text names it
        lacks = ", ".join(re.findall(r"'(\w+)'", str(error)))
        raise DnsauthError(
            f"provider {name} lacks {lacks}", f"add it under `providers: {{{name}: …}}` in dnsauth.yaml"
        ) from None
    except Exception as error:  # noqa: BLE001  each provider's library has its own errors
        raise explained(error, f"provider {name}", "being made", made.secrets) from None
