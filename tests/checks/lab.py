"""The lab that all judges are asked of: the small Internet, a zone of odd domains, and the zones beside the checkout."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from runpy import run_path
from typing import NamedTuple

import dns.zone

from tests.servers.bind import Named
from tests.servers.internet import Internet
from tests.servers.unbound import Unbound
from tests.servers.world import ZONES

OF_A_DOMAIN = re.compile(r"(_dmarc|_smtp\._tls|_mta-sts|default\._bimi)\.")
NO_DOMAIN = re.compile(r"\*|_25\.|.*\._(domainkey|dmarc)\.|.*\\")
"""Owners of what stands for a mail domain below it, and owners that are none."""

ODD_ZONE = "odd.example."
ODD = r"""$TTL 300
@ SOA ns1 hostmaster 1 3600 600 86400 60
@ NS ns1
ns1 A 192.0.2.53
mail A 192.0.2.40
six AAAA 2001:db8::40
nowhere TXT "no address"
alias CNAME mail
@ MX 10 mail
@ TXT "v=spf1 mx -all"
_dmarc TXT "v=DMARC1; p=quarantine; sp=reject; np=none; adkim=s; rua=mailto:d@odd.example"
; where mail goes
six-only MX 10 six
to-alias MX 10 alias
to-alias MX 20 mail
to-nobody MX 10 gone
to-nowhere MX 10 nowhere
twice MX 10 mail
twice MX 20 mail
address MX 10 192.0.2.40.
null-beside MX 0 .
null-beside MX 10 mail
null-late MX 10 .
underscored MX 10 _mail
_mail A 192.0.2.41
is-alias CNAME twice
leads-off CNAME gone.unregistered.example.
ring CNAME ring2
ring2 CNAME ring
elsewhere MX 10 mail.clinic.example.
; whom a policy holds for
_dmarc.psd TXT "v=DMARC1; p=reject; psd=y"
_dmarc.unit.psd TXT "v=DMARC1; p=none; rua=mailto:d@odd.example"
a.b.unit.psd TXT "there"
other.psd TXT "there"
_dmarc.stop TXT "v=DMARC1; p=quarantine; psd=n; rua=mailto:d@odd.example"
a.stop TXT "there"
a.b.c.d.e.f.g.h.i TXT "there"
a.b.nobody.i TXT "there"
_dmarc.i TXT "v=DMARC1; p=reject; t=y; rua=mailto:d@odd.example"
_dmarc.aliased CNAME _dmarc
_dmarc.lost CNAME _dmarc.gone.unregistered.example.
_dmarc.broken TXT "v=DMARC1; p=rejekt"
_dmarc.mixed TXT "token"
_dmarc.mixed TXT "v=DMARC1; p=reject; rua=mailto:d@odd.example"
apex TXT "v=DMARC1; p=reject"
_dmarc.foreign TXT "v=DMARC1; p=reject; rua=mailto:d@clinic.example"
_dmarc.homeless TXT "v=DMARC1; p=reject; rua=mailto:d@gone.odd.example"
_dmarc.nullified TXT "v=DMARC1; p=reject; rua=mailto:d@null-only.odd.example"
null-only MX 0 .
; SPF that crosses zones
chained TXT "v=spf1 include:is-redirect.odd.example -all"
is-redirect TXT "v=spf1 redirect=_spf.vendor.example"
by-alias CNAME alias-target
alias-target TXT "v=spf1 ip4:192.0.2.9 -all"
of-alias TXT "v=spf1 include:by-alias.odd.example a:alias.odd.example -all"
of-ring TXT "v=spf1 include:ring.odd.example -all"
of-ten TXT "v=spf1 mx include:_spf.ten.example -all"
of-eleven TXT "v=spf1 mx a include:_spf.ten.example -all"
two-voids TXT "v=spf1 a:gone1.odd.example a:gone2.odd.example -all"
bogus-host TXT "v=spf1 a:mail.bogus.example ip4:192.0.2.9 -all"
stripped-in TXT "v=spf1 include:stripped.example -all"
; TLS-RPT
_smtp._tls.tls TXT "v=TLSRPTv1; rua=mailto:t@odd.example"
_smtp._tls.tls-two TXT "v=TLSRPTv1; rua=mailto:t@odd.example,https://odd.example/t"
_smtp._tls.tls-twice TXT "v=TLSRPTv1; rua=mailto:t@odd.example"
_smtp._tls.tls-twice TXT "v=TLSRPTv1; rua=mailto:u@odd.example"
_smtp._tls.tls-mixed TXT "token"
_smtp._tls.tls-mixed TXT "v=TLSRPTv1; rua=mailto:t@odd.example"
_smtp._tls.tls-alias CNAME _smtp._tls.tls
_smtp._tls.tls-bare TXT "v=TLSRPTv1"
_smtp._tls.tls-empty TXT "v=TLSRPTv1;"
_smtp._tls.tls-blank TXT "v=TLSRPTv1 ; rua=mailto:t@odd.example"
_smtp._tls.tls-lower TXT "v=tlsrptv1; rua=mailto:t@odd.example"
_smtp._tls.tls-plain TXT "v=TLSRPTv1; rua=t@odd.example"
_smtp._tls.tls-more TXT "v=TLSRPTv1; rua=mailto:t@odd.example; ext=1"
_smtp._tls.tls-again TXT "v=TLSRPTv1; rua=mailto:t@odd.example; rua=mailto:u@odd.example"
_smtp._tls.tls-http TXT "v=TLSRPTv1; rua=http://odd.example/t"
tls-apex TXT "v=TLSRPTv1; rua=mailto:t@odd.example"
; MTA-STS
_mta-sts.sts TXT "v=STSv1; id=20260601"
_mta-sts.sts-end TXT "v=STSv1; id=20260601;"
_mta-sts.sts-twice TXT "v=STSv1; id=1"
_mta-sts.sts-twice TXT "v=STSv1; id=2"
_mta-sts.sts-mixed TXT "token"
_mta-sts.sts-mixed TXT "v=STSv1; id=3"
_mta-sts.sts-alias CNAME _mta-sts.sts
_mta-sts.sts-bare TXT "v=STSv1;"
_mta-sts.sts-blank TXT "v=STSv1 ; id=4"
_mta-sts.sts-lower TXT "v=stsv1; id=5"
_mta-sts.sts-dash TXT "v=STSv1; id=2026-06-01"
_mta-sts.sts-long TXT "v=STSv1; id=012345678901234567890123456789012"
_mta-sts.sts-more TXT "v=STSv1; id=6; ext=1"
_mta-sts.sts-again TXT "v=STSv1; id=7; id=8"
; BIMI
default._bimi.bimi TXT "v=BIMI1; l=; a=;"
default._bimi.bimi-l TXT "v=BIMI1; l="
default._bimi.bimi-twice TXT "v=BIMI1; l=;"
default._bimi.bimi-twice TXT "v=BIMI1; l=; a="
default._bimi.bimi-mixed TXT "token"
default._bimi.bimi-mixed TXT "v=BIMI1; l=;"
default._bimi.bimi-alias CNAME default._bimi.bimi
default._bimi.bimi-bare TXT "v=BIMI1;"
default._bimi.bimi-lower TXT "v=bimi1; l=;"
default._bimi.bimi-http TXT "v=BIMI1; l=http://odd.example/logo.svg"
default._bimi.bimi-avp TXT "v=BIMI1; l=; avp=brand"
default._bimi.bimi-bad TXT "v=BIMI1; l=; avp=other"
default._bimi.bimi-more TXT "v=BIMI1; l=; foo=bar"
default._bimi.bimi-again TXT "v=BIMI1; l=; l="
"""

HEAD = (
    "$TTL 60\n@ SOA ns1.hosting.example. hostmaster.example. 1 3600 600 86400 1\n@ NS ns1.hosting.example.\n"
)


class Lab(NamedTuple):
    """The zones served, as text by name, those at *named* apart; *resolver* finds all of them."""

    world: Internet
    named: Named
    resolver: Unbound
    walked: Mapping[str, str]
    loaded: Mapping[str, str]

    def domains(self) -> list[tuple[str, str]]:
        """Each mail domain, and a name in each zone that nobody has, with its zone; absolute names."""
        return [
            (name, zone)
            for zone, text in {**self.walked, **self.loaded}.items()
            for name in dict.fromkeys([*_domains(zone, text), f"nobody.{zone}"])
        ]


def walked() -> dict[str, str]:
    """The zones of the small Internet, as the first server of each has them."""
    return {zone.name: f"{HEAD}{zone.records}\n" for zone in ZONES}


def beside(shared: Path) -> dict[str, str]:
    """The zones that the lab beside the checkout has, and the small Internet has not."""
    lab = run_path(str(shared / "lab/lab.py"))
    known = {zone.name for zone in ZONES}
    return {
        f"{zone}.": HEAD + "".join(f"{owner} {each}\n" for owner, all in records.items() for each in all)
        for zone, records in {**lab["fixtures"](), **lab["CUSTOMER"]}.items()
        if f"{zone}." not in known
    }


def _domains(zone: str, text: str) -> list[str]:
    """The mail domains of *zone*, absolute names."""
    read = dns.zone.from_text(text, zone, relativize=False, check_origin=False)
    return [OF_A_DOMAIN.sub("", name) for name in map(str, read) if not NO_DOMAIN.match(name)]
