"""The catalogue read from the other end: which services an SPF term speaks of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from dnsauth.catalogue.marks import OWN, asked
from dnsauth.catalogue.model import Catalogue, Service
from dnsauth.checks.live.spf import envelopes
from dnsauth.checks.reach import known_hosts


class Services:
    """What services of *catalogue* are known by in SPF; found once, when it is first asked for."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    @cached_property
    def includes(self) -> Mapping[str, tuple[str, ...]]:
        """The services that bring the record at an absolute name, whoever the customer is.

        Those whose definition claims the name come first.
        """
        found: defaultdict[str, list[tuple[bool, str]]] = defaultdict(list)
        for service in self._catalogue.values():
            for mark in asked(service) if service.category != OWN else ():
                if mark.holds == "spf" and mark.path[0] == "spf":
                    found[f"{mark.text}."].append((mark.text not in service.detect.spf, service.name))
        return {name: tuple(service for _, service in sorted(each)) for name, each in found.items()}

    @cached_property
    def envelopes(self) -> Mapping[str, str]:
        """Titles of services that write their own domain into MAIL FROM, by registered name."""
        return envelopes(self._catalogue)

    @cached_property
    def tokens(self) -> tuple[tuple[str, Service], ...]:
        """How the values begin by which services see that a domain is one's own, each with its service."""
        return tuple(
            (start, service)
            for service in self._catalogue.values()
            for start in service.detect.txt
            if start.endswith(("=", ":"))
        )

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The domains below which services have the hosts that receive mail."""
        return known_hosts(self._catalogue)
