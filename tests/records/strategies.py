"""Hypothesis strategies for records, for any test that needs one; every example can be written and parsed."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from string import ascii_letters, ascii_lowercase, digits

from hypothesis import strategies as st

from dnsauth.records import bimi, der, dkim, dmarc, mtasts, mx, spf, tlsrpt

labels = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
hosts = st.builds(
    lambda parts, top: ".".join((*parts, top)),
    st.lists(labels, min_size=1, max_size=3),
    st.sampled_from(["com", "example", "xn--p1ai", "test"]),
)
absolute_names = hosts.filter(lambda host: "xn--" not in host and "--" not in host).map("{}.".format)

_macros = st.builds(
    lambda letter, number, reverse, delimiters: f"%{{{letter}{number}{reverse}{delimiters}}}",
    st.sampled_from("slodiphvSLODIPHV"),
    st.sampled_from(["", "1", "2", "127"]),
    st.sampled_from(["", "r", "R"]),
    st.text(".-+,/_=", max_size=3),
) | st.sampled_from(["%%", "%_", "%-"])
_literals = st.text("".join(map(chr, range(0x21, 0x7F))).replace("%", ""), min_size=1, max_size=8)
macro_strings = st.lists(_macros | _literals, max_size=4).map("".join)
domain_specs = (
    hosts
    | st.builds("{}{}".format, macro_strings, _macros)
    | st.builds(
        "{}.{}{}".format,
        macro_strings,
        st.sampled_from(["com", "a1", "1-a", "Example"]),
        st.sampled_from(["", "."]),
    )
)

_networks4 = st.builds(
    lambda n, p: IPv4Network((n, p), strict=False), st.integers(0, 2**32 - 1), st.integers(0, 32)
)
_networks6 = st.builds(
    lambda n, p: IPv6Network((n, p), strict=False),
    st.integers(0, 2**128 - 1) | st.integers(0xFFFF << 32, (0xFFFF << 32) + 2**32 - 1),
    st.integers(0, 128),
)
_maybe_domain = st.just("") | domain_specs
_prefixes = (st.integers(0, 32), st.integers(0, 128))
mechanisms = st.one_of(
    st.just(spf.All()),
    st.builds(spf.Include, domain_specs),
    st.builds(spf.A, _maybe_domain, *_prefixes),
    st.builds(spf.MX, _maybe_domain, *_prefixes),
    st.builds(spf.Ptr, _maybe_domain),
    st.builds(spf.IP4, _networks4),
    st.builds(spf.IP6, _networks6),
    st.builds(spf.Exists, domain_specs),
)
directives = st.builds(spf.Directive, mechanisms, st.sampled_from(spf.Qualifier))
_modifiers = st.one_of(
    st.builds(spf.Redirect, domain_specs),
    st.builds(spf.Explanation, domain_specs),
    st.builds(
        spf.UnknownModifier,
        st.from_regex(r"[A-Za-z][A-Za-z0-9._-]{0,8}", fullmatch=True).filter(
            lambda name: name.lower() not in ("redirect", "exp")
        ),
        macro_strings,
    ),
)


def _each_once(terms: list[spf.Term]) -> tuple[spf.Term, ...]:
    once = {type(term): term for term in terms if isinstance(term, spf.Redirect | spf.Explanation)}
    return tuple(term for term in terms if once.get(type(term), term) is term)


spf_records = st.lists(directives | _modifiers, max_size=8).map(_each_once).map(spf.Record)

rsa_keys = st.builds(
    lambda n, e: der.spki(der.RSAPublicKey(n, e)), st.integers(2**511, 2**2048), st.sampled_from([3, 65537])
)
ed25519_keys = st.binary(min_size=32, max_size=32)
_words = st.from_regex(r"[A-Za-z](?:[A-Za-z0-9-]{0,5}[A-Za-z0-9])?", fullmatch=True)
_notes = st.text("".join(map(chr, range(0x20, 0x7F))).replace(";", "") + "\t", max_size=12).map(
    lambda text: text.strip(" \t")
)


def _key_records(keys: st.SearchStrategy[bytes], kind: dkim.KeyType) -> st.SearchStrategy[dkim.Record]:
    return st.builds(
        dkim.Record,
        st.just(b"") | keys,
        st.just(kind),
        hashes=st.lists(st.sampled_from(["sha256", "sha1"]) | _words, max_size=2).map(tuple),
        services=st.lists(st.sampled_from(["*", "email", "tlsrpt"]) | _words, max_size=2).map(tuple),
        flags=st.lists(st.sampled_from(["y", "s"]) | _words, max_size=2).map(tuple),
        notes=_notes,
    )


dkim_records = _key_records(rsa_keys, dkim.KeyType.RSA) | _key_records(ed25519_keys, dkim.KeyType.ED25519)

_paths = st.text(ascii_letters + digits + "-._~/?&=:@$'()*+", max_size=8)
https_uris = st.builds("https://{}/{}".format, hosts, _paths)
uris = (
    st.builds("mailto:{}@{}".format, st.text(ascii_letters + digits + "+-._", min_size=1, max_size=8), hosts)
    | https_uris
)
_policies = st.sampled_from(dmarc.Policy)
dmarc_records = st.builds(
    dmarc.Record,
    p=st.none() | _policies,
    sp=st.none() | _policies,
    np=st.none() | _policies,
    t=st.booleans(),
    psd=st.sampled_from(dmarc.Psd),
    adkim=st.sampled_from(dmarc.Alignment),
    aspf=st.sampled_from(dmarc.Alignment),
    rua=st.lists(uris.map(dmarc.Uri), max_size=3).map(tuple),
    ruf=st.lists(uris.map(dmarc.Uri), max_size=2).map(tuple),
    fo=st.sampled_from([(), ("0",), ("1",), ("d",), ("s", "d"), ("1", "s", "d"), ("d", "0")]),
)

tlsrpt_records = st.builds(tlsrpt.Record, st.lists(uris, min_size=1, max_size=3).map(tuple))
mtasts_records = st.builds(mtasts.Record, st.text(ascii_letters + digits, min_size=1, max_size=32))
_patterns = hosts | hosts.map("*.{}".format)
mtasts_policies = st.builds(
    mtasts.Policy,
    st.sampled_from(mtasts.Mode),
    st.integers(0, mtasts.MAX_AGE),
    st.lists(_patterns, min_size=1, max_size=3).map(tuple),
)
bimi_records = st.builds(
    bimi.Record,
    st.just("") | https_uris,
    st.just("") | https_uris,
    st.sampled_from(["brand", "personal"]),
    st.lists(st.text(ascii_lowercase + digits + "-", min_size=1, max_size=8), max_size=2).map(tuple),
)
mxs = st.builds(mx.MX, st.integers(0, 65535), absolute_names) | st.just(mx.NULL)
