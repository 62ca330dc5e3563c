"""Provider settings as octoDNS takes them: a class by its path, secrets from the environment."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from octodns.provider.base import BaseProvider
from octodns.provider.yaml import YamlProvider

from dnsauth import environment
from dnsauth.errors import DnsauthError
from dnsauth.findings import nearest

_OURS = {
    "octodns_bind.Rfc2136Provider": "dnsauth.octodns.rfc2136.Rfc2136Provider",
    "octodns_bind.BindProvider": "dnsauth.octodns.rfc2136.Rfc2136Provider",
    "octodns_cloudflare.CloudflareProvider": "dnsauth.octodns.cloudflare.CloudflareProvider",
    "octodns_powerdns.PowerDnsProvider": "dnsauth.octodns.powerdns.PowerDnsProvider",
    "octodns_route53.Route53Provider": "dnsauth.octodns.route53.Route53Provider",
    "octodns.provider.yaml.YamlProvider": "dnsauth.octodns.yaml.YamlProvider",
}
_STOCK_MODULES = frozenset(path.rpartition(".")[0] for path in _OURS)
_WRITE_ONLY = {"octodns_bind.ZoneFileProvider", "octodns_bind.ZoneFileSource"}
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_SECRET = ("secret", "token", "password", "api_key", "access_key_id")


class Settings(NamedTuple):
    """What one provider is made with, and the texts in it nobody may see."""

    cls: type[BaseProvider]
    arguments: Mapping[str, object]
    secrets: frozenset[str]


def settings(
    name: str, written: Mapping[str, object], directory: Path, environ: Mapping[str, str]
) -> Settings:
    """The class and arguments of provider *name*, *written* in the dnsauth.yaml of *directory*.

    Raises `DnsauthError` for a class that can't be had or can't be planned against, a setting it does not
    take, and a variable missing from *environ*; no value of a variable is ever part of the message.
    """
    path = str(written.get("class", ""))
    if path in _WRITE_ONLY:
        raise DnsauthError(
            f"provider {name}: {path} can't be read back, and would write zone files of our records alone",
            "name the server itself (octodns_bind.Rfc2136Provider), or use `dnsauth records --format bind`",
        )
    cls = _imported(name, path)
    secrets: set[str] = set()
    defaults = {key: _default(name, path, cls, key) for key in written if key != "class"}
    arguments = {
        key: _typed(name, key, _expanded(name, key, written[key], environ, secrets), default)
        for key, default in defaults.items()
    }
    if issubclass(cls, YamlProvider) and "directory" in arguments:
        arguments["directory"] = str(directory / str(arguments["directory"]))
    return Settings(cls, arguments, frozenset(secrets))


def ours(provider: BaseProvider) -> str:
    """The class of ours that writes by value what *provider*, of a stock class, writes by RRset; or ""."""
    cls = type(provider)
    package = cls.__module__ if cls.__module__ in _STOCK_MODULES else cls.__module__.partition(".")[0]
    return _OURS.get(f"{package}.{cls.__name__}", "")


def _imported(name: str, path: str) -> type[BaseProvider]:
    module, _, attribute = _OURS.get(path, path).rpartition(".")
    if not module:
        raise DnsauthError(
            f"provider {name} has no class", "say class: octodns_bind.Rfc2136Provider, or another"
        )
    try:
        cls = getattr(import_module(module), attribute)
    except ImportError:
        close = "" if path in _OURS else nearest(path, _OURS, alike=0.9)
        package = path.partition(".")[0].replace("_", "-")
        hint = f"did you mean {close}?" if close else f"pip install {package}"
        raise DnsauthError(f"provider {name}: {path} is not installed", hint) from None
    except AttributeError:
        raise DnsauthError(
            f"provider {name}: {path.rpartition('.')[0]} has no class {attribute}",
            "correct `class:` in dnsauth.yaml; the provider's own documentation names it",
        ) from None
    if not (isinstance(cls, type) and issubclass(cls, BaseProvider)):
        raise DnsauthError(
            f"provider {name}: {path} is no octoDNS provider that can be written to", "name a target class"
        )
    return cls


def _parameters(cls: type[BaseProvider]) -> dict[str, object]:
    """Every setting *cls* or a class below it takes, with its default."""
    found: dict[str, object] = {}
    for base in reversed(cls.__mro__):
        if "__init__" in vars(base):
            for parameter in list(inspect.signature(vars(base)["__init__"]).parameters.values())[2:]:
                if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                    found[parameter.name] = parameter.default
    return found


def _default(name: str, path: str, cls: type[BaseProvider], key: str) -> object:
    known = _parameters(cls)
    if key not in known:
        close = nearest(key, known)
        hint = f"did you mean {close}?" if close else f"it takes {', '.join(sorted(known))}"
        raise DnsauthError(f"provider {name}: {path} has no setting {key}", hint)
    return known[key]


def _expanded(name: str, key: str, value: object, environ: Mapping[str, str], secrets: set[str]) -> object:
    if isinstance(value, Mapping):
        return {k: _expanded(name, str(k), v, environ, secrets) for k, v in value.items()}
    if not isinstance(value, str):
        return value
    if value.startswith(environment.PREFIX):
        value = environment.value(value, f"provider {name} takes {key}", environ)
        secrets.add(value)
    if any(word in key for word in _SECRET):
        secrets.add(value)
    return value


def _typed(name: str, key: str, value: object, default: object) -> object:
    """*value* as the setting's own default is typed: a token of digits stays the text it is."""
    if not isinstance(value, str):
        return value
    if (isinstance(default, bool) or default is None) and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    if isinstance(default, (int, float)) and not isinstance(default, bool):
        try:
            return type(default)(value)
        except ValueError:
            raise DnsauthError(
                f"provider {name}: {key} is no number", f"write it as in `{key}: {default}`"
            ) from None
    return value
