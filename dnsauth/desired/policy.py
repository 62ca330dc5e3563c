"""What a mail domain's own policy asks for: DMARC, MTA-STS, TLS-RPT, BIMI, MX, and silence of the parked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from dnsauth import names
from dnsauth.desired.rules import INV206, INV207, INV208
from dnsauth.desired.wants import Want, want
from dnsauth.dmarc import PREFIX
from dnsauth.findings import Finding, Where
from dnsauth.inventory import model
from dnsauth.inventory.model import MailDomain, Zone
from dnsauth.records import BadRecord, authorisation, bimi, dkim, dmarc, mtasts, mx, tlsrpt

Found = Iterator[Want | Finding]


def dmarc_record(policy: model.Dmarc) -> dmarc.Record:
    """The record of a declared policy (RFC 9989 section 4.7); raises `BadRecord` for a URI that is none."""
    # receivers of RFC 7489 know no np and read sp where it is said
    subdomains = policy.subdomains or (policy.policy if policy.nonexistent else None)
    return dmarc.Record(
        p=policy.policy,
        sp=subdomains,
        np=policy.nonexistent,
        t=policy.testing,
        adkim=dmarc.Alignment(policy.adkim or "r"),
        aspf=dmarc.Alignment(policy.aspf or "r"),
        rua=tuple(map(dmarc.Uri.parse, policy.rua)),
        ruf=tuple(map(dmarc.Uri.parse, policy.ruf)),
        fo=policy.fo,
    )


def dmarc_wants(domain: MailDomain) -> Found:
    """``_dmarc``; a name that must be seen not to send is rejected where nothing else is said."""
    owner = PREFIX + domain.name
    match domain.dmarc:
        case model.Cname(target):
            yield want(owner, "CNAME", target, domain, domain.where)
        case model.Dmarc() as policy:
            try:
                yield want(owner, "TXT", dmarc_record(policy), domain, policy.where)
            except BadRecord as error:
                yield _refused("DMARC record", owner, error, policy.where)
        case None:
            if domain.sends is False:
                reject = dmarc.Record(p=dmarc.Policy.REJECT)
                yield want(owner, "TXT", reject, domain, domain.where)
        case _ as never:
            assert_never(never)


def key_wants(domain: MailDomain) -> Found:
    """Every selector revoked where the name must be seen not to send (RFC 6376 section 3.6.1)."""
    if domain.sends is False:
        yield want(f"*._domainkey.{domain.name}", "TXT", dkim.REVOKED, domain, domain.where)


def mx_wants(domain: MailDomain, exchangers: tuple[model.MX, ...]) -> Found:
    """MX where they are ours: *exchangers*, or the null MX (RFC 7505 section 3)."""
    if domain.receives is model.NullMX.NULL:
        yield want(domain.name, "MX", mx.NULL, domain, domain.where)
    for exchanger in exchangers:
        record = mx.MX(exchanger.preference, exchanger.exchange)
        yield want(domain.name, "MX", record, domain, domain.where)


def transport_wants(domain: MailDomain, exchangers: tuple[model.MX, ...]) -> Found:
    """MTA-STS (RFC 8461 section 3.1) and TLS-RPT (RFC 8460 section 3)."""
    if domain.tls_rpt:
        owner = f"_smtp._tls.{domain.name}"
        try:
            yield want(owner, "TXT", tlsrpt.Record(rua=domain.tls_rpt), domain, domain.where)
        except BadRecord as error:
            yield _refused("TLS-RPT record", owner, error, domain.where)
    sts = domain.mta_sts
    if sts is None:
        return
    if domain.receives is model.NullMX.NULL:
        yield Finding(INV207, sts.where, domain.name, {"problem": "this domain receives no mail"})
        return
    try:
        policy = mta_sts_policy(sts, exchangers)
    except BadRecord as error:
        yield Finding(INV207, sts.where, domain.name, {"problem": error.reason})
        return
    yield want(f"_mta-sts.{domain.name}", "TXT", mtasts.Record(id=policy.id), domain, sts.where)
    if sts.host is not None:
        yield want(f"mta-sts.{domain.name}", "CNAME", sts.host.target, domain, sts.where)


def mta_sts_policy(sts: model.MtaSts, exchangers: tuple[model.MX, ...]) -> mtasts.Policy:
    """The policy file's content; raises `BadRecord` where no MX is known (RFC 8461 section 3.2)."""
    patterns = sts.mx or tuple(x.exchange.removesuffix(".") for x in exchangers)
    return mtasts.Policy(mode=mtasts.Mode(sts.mode), max_age=sts.max_age, mx=patterns)


def bimi_wants(domain: MailDomain) -> Found:
    """The assertion record of a logo."""
    if domain.bimi is not None:
        owner = f"{domain.bimi.selector}._bimi.{domain.name}"
        try:
            record = bimi.Record(location=domain.bimi.logo, authority=domain.bimi.certificate)
            yield want(owner, "TXT", record, domain, domain.bimi.where)
        except BadRecord as error:
            yield _refused("BIMI record", owner, error, domain.bimi.where)


def report_wants(domain: MailDomain, zone: Zone, zones: Mapping[str, Zone]) -> Found:
    """Authorisation of reports that leave the organisation, in the collector's zone (RFC 9990 section 4).

    Two names of one zone, or of a zone and one below it, are of one organisation.
    """
    policy = domain.dmarc
    if not isinstance(policy, model.Dmarc):
        return
    for uri in dict.fromkeys((*policy.rua, *policy.ruf)):
        try:
            host = dmarc.Uri.parse(uri).host
        except BadRecord:
            continue  # dmarc_wants says it
        collector = names.deepest(f"{host}.", zones) if host else None
        if collector is None or names.within(zone.name, collector) or names.within(collector, zone.name):
            continue
        whose = "*" if zones[collector].accepts_reports else domain.name
        try:
            owner = names.absolute(authorisation.owner(whose, f"{host}."), wildcard=True)
        except names.BadName as error:
            yield Finding(INV206, policy.where, domain.name, {"owner": whose, "problem": str(error)})
            continue
        yield want(owner, "TXT", authorisation.TEXT, domain, policy.where)


def _refused(record: str, owner: str, error: BadRecord, where: Where) -> Finding:
    facts = {"record": record, "owner": names.readable(owner), "problem": str(error)}
    return Finding(INV208, where, owner, facts)
