"""Records on which implementations may differ, and the names they speak of."""

from __future__ import annotations

BIG = " ".join(f"a:h{n}.example.net" for n in range(10))
SPF = (
    # the version, section 4.5
    *("v=spf1", "v=spf1 ", "V=SPF1 -all", "v=spf1  -all", "v=spf1 -all ", "v=spf10 -all", "v=spf1\t-all", "v=spf1;-all"),
    *("v=spf1-all", " v=spf1 -all", '"v=spf1 -all"', "v=spf2.0/pra -all", "spf1 -all", "v=spf1 v=spf1 -all", "v=spf1 -ALL"),
    # terms and qualifiers, section 4.6.1
    *("v=spf1 nclude:spf.example.net ~all", "v=spf1 incude:spf.example.net -all", "v=spf1 foo -all", "v=spf1 --all"),
    *("v=spf1 all", "v=spf1 +all", "v=spf1 ?all", "v=spf1 !all", "v=spf1 -all:x", "v=spf1 -all.", "v=spf1 ip4:192.0.2.1~all"),
    *("v=spf1 a:foo-all.example.net -all", "v=spf1 include:spf.example.net-all", "v=spf1 –all", "v=spf1 ip4=192.0.2.1 -all"),
    *("v=spf1 192.0.2.1 -all", "v=spf1 ip:192.0.2.1 -all", "v=spf1 spf.example.net -all", "v=spf1 a, mx -all", "v=spf1 a;-all"),
    # networks, section 5.6
    *("v=spf1 ip4:192.0.2.1/33 -all", "v=spf1 ip4:192.0.2.300 -all", "v=spf1 ip4:192.0.2.1/024 -all", "v=spf1 ip4: -all"),
    *("v=spf1 ip4:192.0.2.1/24 -all", "v=spf1 ip4:2001:db8::1 -all", "v=spf1 ip6:192.0.2.1 -all", "v=spf1 ip6:2001:db8::1/129 -all"),
    *("v=spf1 ip4:192.0.2 -all", "v=spf1 ip4:010.0.0.1 -all", "v=spf1 ip6:::ffff:192.0.2.1 -all", "v=spf1 ip6:2001:db8::/32 -all"),
    *("v=spf1 ip4:192.0.2.0/255.255.255.0 -all", "v=spf1 ip4 -all", "v=spf1 ip6:[2001:db8::1] -all", "v=spf1 IP4:192.0.2.1 -all"),
    *("v=spf1 ip4:192.0.2.0/24/32 -all", "v=spf1 ip4:%{i} -all", "v=spf1 ip4/192.0.2.1 -all", "v=spf1 ip6:2001:db8::1%1 -all"),
    *("v=spf1 ip4:192.0.2.1/ -all", "v=spf1 ip4:0.0.0.0/0 -all", "v=spf1 ip6:2001:DB8::1 -all", "v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 -all"),
    # domains and prefixes, sections 5.3 and 7.1
    *("v=spf1 a/24 -all", "v=spf1 a//64 -all", "v=spf1 a/24//64 -all", "v=spf1 a/33 -all", "v=spf1 a//129 -all", "v=spf1 a/024 -all"),
    *("v=spf1 a: -all", "v=spf1 mx: -all", "v=spf1 a:example -all", "v=spf1 a:h1.example.net. -all", "v=spf1 a:h1.example.net/24 -all"),
    *("v=spf1 include -all", "v=spf1 include: spf.example.net -all", "v=spf1 include:spf.example.net/24 -all", "v=spf1 exists -all"),
    *("v=spf1 a:192.0.2.1 -all", "v=spf1 a:h1..example.net -all", "v=spf1 include:example -all", "v=spf1 a:-h.example.net -all"),
    *("v=spf1 mx/24 -all", "v=spf1 mx:m1.example.net/24//64 -all", "v=spf1 a:h1.example.net/ -all", "v=spf1 a:h_1.example.net -all"),
    *("v=spf1 ptr -all", "v=spf1 ptr:h1.example.net -all", "v=spf1 ptr/24 -all", "v=spf1 ptr: -all", "v=spf1 include:spf.example.net. -all"),
    *("v=spf1 exists:example.net/24 -all", "v=spf1 a:h1.example.123 -all", "v=spf1 a:bücher.example.net -all", "v=spf1 a:h1.example.net:25 -all"),
    # macros, section 7
    *("v=spf1 exists:%{i}._spf.example.net -all", "v=spf1 exists:%{x}.example.net -all", "v=spf1 exists:%{i.example.net -all"),
    *("v=spf1 exists:%i.example.net -all", "v=spf1 exists:%{d2}.example.net -all", "v=spf1 exists:%{d0}.example.net -all"),
    *("v=spf1 exists:%{ir}.%{v}.example.net -all", "v=spf1 exists:%{l1r+-}.example.net -all", "v=spf1 exists:%{c}.example.net -all"),
    *("v=spf1 exists:%%.example.net -all", "v=spf1 exists:%{d}. -all", "v=spf1 a:%{d} -all", "v=spf1 include:%{d}.example.net -all"),
    *("v=spf1 exists:%(i).example.net -all", "v=spf1 exists:%{S}.example.net -all", "v=spf1 exists:%{iR}.example.net -all"),
    *("v=spf1 exists:%{} -all", "v=spf1 exists:%", "v=spf1 redirect=%{d}.example.net", "v=spf1 exists:%{d129}.example.net -all"),
    # modifiers, section 6
    *("v=spf1 redirect=spf.example.net", "v=spf1 redirect=spf.example.net -all", "v=spf1 -all redirect=spf.example.net"),
    *("v=spf1 redirect= -all", "v=spf1 redirect=", "v=spf1 redirect=spf.example.net redirect=spf.example.net", "v=spf1 -redirect=spf.example.net"),
    *("v=spf1 redirect:spf.example.net", "v=spf1 -all exp=why.example.net", "v=spf1 exp=why.example.net -all", "v=spf1 exp= -all"),
    *("v=spf1 -all exp=why.example.net exp=why.example.net", "v=spf1 moo=cow -all", "v=spf1 inculde=spf.example.net -all", "v=spf1 1a=b -all"),
    *("v=spf1 exp=%{c}.example.net -all", "v=spf1 -all exp=%{x}.example.net", "v=spf1 ra=postmaster rp=100 rr=all -all", "v=spf1 rp=100 -all"),
    *("v=spf1 ra=a@example.net -all", "v=spf1 -all exp=gone.example.net", "v=spf1 redirect=gone.example.net", "v=spf1 redirect=bare.example.net"),
    *("v=spf1 a=%{ -all", "v=spf1 moo= -all", "v=spf1 moo=cow moo=cow -all", "v=spf1 -all moo=cow", "v=spf1 REDIRECT=spf.example.net"),
    # what counts for nothing, section 5.1
    *("v=spf1 -all a", "v=spf1 -all -all", "v=spf1 ~all -all", "v=spf1 -all nclude:x", "v=spf1 -all ip4:192.0.2.300", "v=spf1 a ~all mx"),
    # what others publish, sections 4.6.4 and 5.2
    *("v=spf1 include:gone.example.net -all", "v=spf1 include:bare.example.net -all", "v=spf1 include:two.example.net -all"),
    *("v=spf1 include:loop.example.net -all", "v=spf1 include:broken.example.net -all", "v=spf1 include:spf.example.net include:spf.example.net -all"),
    *(f"v=spf1 {BIG} -all", f"v=spf1 {BIG} mx -all", "v=spf1 include:ten.example.net -all", f"v=spf1 -all {BIG} mx", f"v=spf1 {BIG} ip4:192.0.2.1 exp=why.example.net -all"),
    *("v=spf1 a:gone.example.net a:empty.example.net -all", "v=spf1 a:gone1.example.net a:gone2.example.net a:gone3.example.net -all"),
    *("v=spf1 mx:eleven.example.net -all", "v=spf1 mx:bare.example.net -all", "v=spf1 include:open.example.net -all", "v=spf1 a a a -all"),
    *("v=spf1 redirect=loop.example.net", "v=spf1 mx:null.example.net -all", "v=spf1 a -all a"),
)  # fmt: skip

MAILTO = "rua=mailto:d@example.net"
DMARC = (
    # the version, sections 4.7 and 4.8
    *("v=DMARC1", "v=DMARC1;", "v=DMARC1; p=none", "V=DMARC1; p=none", "v=dmarc1; p=none", "v = DMARC1 ; p = none", "v=DMARC1 p=none"),
    *("v=DMARC2; p=none", "v=DMARC10; p=none", " v=DMARC1; p=none", "p=none; v=DMARC1", "nv=DMARC1; p=none", "v=DMARC1;;p=none", "v=DMARC1,p=none"),
    *('"v=DMARC1; p=none"', "v=spf1 -all", "v=DMARC1; p=none;", "v=DMARC1; p=none; ;", "v=DMARC1;p=none ;", "v=DMARC1; p=none; v=DMARC1", "v:DMARC1; p=none"),
    *("v=DMARC1\\; p=none", "v=DMARC1; p=none\\;", "v=DMARC1 ;p=none", "v=DMARC1;\tp=none", "v=DMARC1.; p=none", "v=DMARC1; P=NONE", "hello", ""),
    # policies
    *("v=DMARC1; p=rejct", "v=DMARC1; p=", "v=DMARC1; p", "v=DMARC1; p=reject p=none", "v=DMARC1; p=Reject", f"v=DMARC1; p=rejct; {MAILTO}"),
    *("v=DMARC1; p=reject; sp=nothing", f"v=DMARC1; p=reject; sp=nothing; {MAILTO}", "v=DMARC1; sp=reject", f"v=DMARC1; sp=reject; {MAILTO}"),
    *(f"v=DMARC1; {MAILTO}; p=reject", "v=DMARC1; p=none; p=reject", "v=DMARC1; p=none; P=none", "v=DMARC1; p=reject; sp=none", "v=DMARC1; p=none; sp=none"),
    *("v=DMARC1; p=quarantine; sp=reject", "v=DMARC1; p=reject; np=none", "v=DMARC1; p=reject; np=x", "v=DMARC1; p:none", "v=DMARC1; policy=none", "v=DMARC1; p=none,reject"),
    # flags and modes
    *("v=DMARC1; p=reject; t=y", "v=DMARC1; p=reject; t=x", "v=DMARC1; p=reject; psd=y", "v=DMARC1; p=reject; psd=maybe", "v=DMARC1; p=reject; psd=u"),
    *("v=DMARC1; p=none; adkim=s; aspf=s", "v=DMARC1; p=none; adkim=strict", "v=DMARC1; p=none; aspf=relaxed", "v=DMARC1; p=none; adkim=S", "v=DMARC1; p=none; adkim="),
    *("v=DMARC1; p=none; fo=1", "v=DMARC1; p=none; fo=0:1", "v=DMARC1; p=none; fo=d:s", "v=DMARC1; p=none; fo=x", "v=DMARC1; p=none; fo=1:1", "v=DMARC1; p=none; fo=1,d"),
    *("v=DMARC1; p=none; fo=", "v=DMARC1; p=none; fo=1:d:s; ruf=mailto:f@example.net"),
    # what is historic, section 9.3
    *("v=DMARC1; p=reject; pct=100", "v=DMARC1; p=reject; pct=50", "v=DMARC1; p=reject; pct=101", "v=DMARC1; p=reject; pct=x", "v=DMARC1; p=reject; pct=50; pct=100"),
    *("v=DMARC1; p=none; ri=3600", "v=DMARC1; p=none; rf=afrf", "v=DMARC1; p=none; rf=iodef", "v=DMARC1; p=none; ri=", "v=DMARC1; p=none; rua=mailto:d@example.net!10m"),
    # tags nobody knows
    *("v=DMARC1; p=none; foo=bar", "v=DMARC1; p=none; foo=bar; foo=bar", "v=DMARC1; p=none; s p=reject", "v=DMARC1; p=none; 1a=b", "v=DMARC1; p=none; _x=y", "v=DMARC1; p=none; foo"),
    *("v=DMARC1; p=none; rua", "v=DMARC1; p=none; ruaa=mailto:d@example.net", "v=DMARC1; p=none; foo=", "v=DMARC1; p=none; foo=b\u00fc", "v=DMARC1; p=none; =x"),
    # report URIs
    *(f"v=DMARC1; p=none; {MAILTO}", "v=DMARC1; p=none; rua=d@example.net", "v=DMARC1; p=none; rua=mailto:d", "v=DMARC1; p=none; rua=mailto:", "v=DMARC1; p=none; rua="),
    *("v=DMARC1; p=none; rua=https://example.net/d", "v=DMARC1; p=none; rua=mailto:a@example.net,mailto:b@example.net,mailto:c@example.net", f"v=DMARC1; p=none; {MAILTO},"),
    *(f"v=DMARC1; p=none; {MAILTO}, mailto:e@example.net", f"v=DMARC1; p=none; {MAILTO},{MAILTO[4:]}", "v=DMARC1; p=none; rua=mailto:d@example.net mailto:e@example.net"),
    *("v=DMARC1; p=none; rua=MAILTO:d@example.net", "v=DMARC1; p=none; rua=mailto://d@example.net", "v=DMARC1; p=none; rua=mailto:d@example.net;mailto:e@example.net"),
    *("v=DMARC1; p=none; rua=mailto:d@example.net?subject=x", "v=DMARC1; p=none; rua=mailto:d%2Ce@example.net", "v=DMARC1; p=none; rua=mailto:a@example.net,b@example.net"),
    *("v=DMARC1; p=none; rua=mailto: d@example.net", "v=DMARC1; p=none; rua=mailto:d@example.net,\tmailto:e@example.net", "v=DMARC1; p=none; rua=mailto:d@example.net!10p", "v=DMARC1; p=none; rua=mailto:d@@example.net", "v=DMARC1; p=none; rua=ftp://example.net/", "v=DMARC1; p=none; rua=mailto:<d@example.net>"),
)  # fmt: skip

HOST: dict[str, tuple[str, ...]] = {"A": ("192.0.2.1",), "AAAA": ("2001:db8::1",)}
NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "example.com.": {**HOST, "MX": ("10 mx.example.net.",)},
    "mx.example.net.": {**HOST},
    "spf.example.net.": {"TXT": ("v=spf1 ip4:192.0.2.1 -all",)},
    "open.example.net.": {"TXT": ("v=spf1 ip4:192.0.2.1",)},
    "why.example.net.": {"TXT": ("because",)},
    "bare.example.net.": {"TXT": ("token",)},
    "two.example.net.": {"TXT": ("v=spf1 -all", "v=spf1 ~all")},
    "loop.example.net.": {"TXT": ("v=spf1 include:loop.example.net -all",)},
    "broken.example.net.": {"TXT": ("v=spf1 nclude:x -all",)},
    "ten.example.net.": {"TXT": (f"v=spf1 {BIG} -all",)},
    "empty.example.net.": {"TXT": ("token",)},
    "eleven.example.net.": {"MX": tuple(f"10 h{n}.example.net." for n in range(11))},
    "null.example.net.": {"MX": ("0 .",)},
    "m1.example.net.": {"MX": ("10 mx.example.net.",), **HOST},
    "example.net.": {**HOST, "MX": ("10 mx.example.net.",)},
    "foo-all.example.net.": {**HOST},
    "h_1.example.net.": {**HOST},
    **{f"h{n}.example.net.": {**HOST} for n in range(11)},
}
