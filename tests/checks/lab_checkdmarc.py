"""What checkdmarc makes of each domain of the lab, by its own look-ups at the lab's resolver."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from dns.nameserver import Do53Nameserver

from dnsauth.plan.kind import Kind
from tests.checks.lab import Lab
from tests.checks.lab_here import SAID_OF_MX, SAID_OF_REPORTS
from tests.checks.opinions import SAID_OF_DMARC, SAID_OF_SPF, Opinion, forget, kinds

PATIENCE = 4.0  # seconds; the resolver gives up after two


class Checkdmarc:
    """checkdmarc's opinions of the domains of *lab*."""

    def __init__(self, lab: Lab) -> None:
        forget()
        resolver = Do53Nameserver(lab.resolver.address, lab.resolver.port)
        self._dnssec: Mapping[str, Any] = {"nameservers": [resolver], "timeout": PATIENCE}
        self._asked: Mapping[str, Any] = {**self._dnssec, "retries": 0}
        self._mx = cache(self._exchangers)

    def spf(self, domain: str) -> Opinion:
        """Its verdict on the record, the lookups, and the void ones."""
        from checkdmarc.spf import check_spf

        found = check_spf(domain[:-1], **self._asked)
        if not found["valid"]:
            return Opinion(taken=False, why=str(found["error"]))
        result = (found["dns_lookups"], found["void_dns_lookups"])
        messages = found["warnings"]
        return Opinion(taken=True, said=kinds(messages, SAID_OF_SPF), result=result, why="; ".join(messages))

    def dmarc(self, domain: str) -> Opinion:
        """The record it finds, where, and what that asks."""
        from checkdmarc.dmarc import check_dmarc

        found = check_dmarc(domain[:-1], ignore_unrelated_records=True, **self._asked)
        if not found["valid"]:
            return Opinion(taken=False, why=str(found["error"]))
        asks = (found["tags"][tag]["value"] for tag in ("p", "sp", "np", "adkim", "aspf"))
        messages = found["warnings"]
        return Opinion(
            taken=True,
            said=kinds(messages, SAID_OF_DMARC | SAID_OF_REPORTS),
            result=(f"{found['location']}.", *asks),
            why="; ".join(messages),
        )

    def mx(self, domain: str) -> Opinion:
        """The hosts, and whether each has an address."""
        found = self._mx(domain)
        if "error" in found:
            return Opinion(taken=False, why=found["error"])
        there: dict[str, bool] = {}
        for host in found["hosts"]:  # of a host named twice it looks up the first
            there[f"{host['hostname']}."] = bool(host["addresses"]) or there.get(
                f"{host['hostname']}.", False
            )
        messages = found["warnings"]
        return Opinion(
            taken=True,
            said=kinds(messages, SAID_OF_MX),
            result=tuple(sorted(there.items())),
            why="; ".join(messages),
        )

    def dane(self, domain: str) -> Opinion:
        """The hosts of which it found TLSA records, and validated them."""
        found = self._mx(domain)
        held = sorted(f"{host['hostname']}." for host in found.get("hosts", ()) if host.get("tlsa"))
        return Opinion(taken=True, result=tuple(held))

    def _exchangers(self, domain: str) -> dict[str, Any]:
        from checkdmarc.smtp import get_mx_hosts
        from checkdmarc.utils import DNSException

        try:
            return dict(get_mx_hosts(domain[:-1], **self._asked))
        except DNSException as error:
            return {"error": str(error)}

    def dnssec(self, zone: str) -> Opinion:
        """Whether the chain from the parent's DS holds."""
        from checkdmarc.dnssec import check_dnssec

        return Opinion(taken=check_dnssec(zone[:-1], **self._dnssec))

    def text(self, kind: Kind, domain: str) -> Opinion:
        """The one record of *kind* there, and what it says; documents are not fetched."""
        from checkdmarc.bimi import BIMIError
        from checkdmarc.mta_sts import MTASTSError
        from checkdmarc.smtp_tls_reporting import SMTPTLSReportingError

        try:
            return Opinion(taken=True, result=self._says(kind, domain[:-1]))
        except (BIMIError, MTASTSError, SMTPTLSReportingError) as error:
            return Opinion(taken=False, why=f"{type(error).__name__}: {error}")

    def _says(self, kind: Kind, domain: str) -> tuple[str, ...]:
        from checkdmarc import bimi, mta_sts, smtp_tls_reporting

        match kind:
            case Kind.TLSRPT:
                record = smtp_tls_reporting.query_smtp_tls_reporting_record(domain, **self._asked)["record"]
                tags: Any = smtp_tls_reporting.parse_smtp_tls_reporting_record(record)["tags"]
                return tuple(tags["rua"]["value"])
            case Kind.MTASTS:
                record = mta_sts.query_mta_sts_record(domain, **self._asked)["record"]
                return (mta_sts.parse_mta_sts_record(record)["tags"]["id"],)
            case _:
                record = bimi.query_bimi_record(domain, **self._asked)["record"]
                tags = bimi.parse_bimi_record(record)["tags"]
                return tuple(tags.get(tag, {"value": ""})["value"] for tag in ("l", "a"))
