"""Whether a value is what receivers of its record, or DNS itself, take where it stands."""

from __future__ import annotations

from dnsauth.plan.kind import Kind, kind_at, parse, selects
from dnsauth.records import BadRecord, dmarc
from dnsauth.rrset import rdata

MAX_RDATA = 65_535  # octets, RFC 1035 section 3.2.1


def refusal(owner: str, type: str, text: str) -> str:
    """Why the grammar of its record, or the RDATA form of *type*, refuses *text* at *owner*; or nothing."""
    kind = kind_at(owner, type)
    try:
        for candidate in {kind, Kind.SPF} if kind else ():
            if candidate is Kind.DKIM or selects(candidate, text):
                record = parse(candidate, text)
                if isinstance(record, dmarc.Record) and record.faults:
                    return str(record.faults[0])
        octets = rdata(type, text)
    except BadRecord as error:
        return str(error)
    except (ValueError, _dns_error()) as error:
        return str(error)
    return f"{len(octets)} octets of at most {MAX_RDATA}" if len(octets) > MAX_RDATA else ""


def _dns_error() -> type[Exception]:
    from dns.exception import DNSException

    return DNSException
