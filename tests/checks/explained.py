"""Why others read records otherwise than dnsauth: each difference, the records it is of, and the reason."""

from __future__ import annotations

from typing import NamedTuple


class Explained(NamedTuple):
    """A difference of its *kind* in records in which *where*, a regular expression, is found."""

    kind: str
    where: str
    why: str


# Kinds: `we take it` and `they take it` where one judge alone comes to a result; `we say …` and `they say …`
# where one alone remarks on a record both take; `result` where what they come to differs.

SPF_CHECKDMARC = (
    Explained("we take it", r"^V=SPF1", "RFC 7208 section 12: the version is ABNF, in any case; its grammar alone wants lower case"),
    Explained("we take it", r"example\.net-all", "RFC 7208 section 7.1: `net-all` is a top-level label, and receivers look it up; SPF058 says what was meant"),
    Explained("they take it", r":(example|192\.0\.2\.1|example\.net/24|h1\.example\.(123|net:25)) ", "RFC 7208 section 7.1: a domain ends in a label of two that is no number, else section 4.6 makes it a permerror; they warn of section 4.8"),
    Explained("they take it", r"%\{d\}\. ", "RFC 7208 section 7.1: behind the last dot stands a label or a macro, and here nothing"),
    Explained("they take it", r"(include:|redirect=)%\{d\}", "RFC 7208 sections 5.2 and 6.1: the name the macro makes has no record; they expand no macros"),
    Explained("they take it", r"^v=spf1 exp=%\{c\}", "RFC 7208 section 7.2: c, r and t stand in the explanation, and not in the name it is at"),
    Explained("they take it", r" a=%\{ ", "RFC 7208 section 6: an unknown modifier is ignored where it is one, and its value is a macro string"),
    Explained("they take it", r"-all (nclude:x|ip4:192\.0\.2\.300)$", "RFC 7208 section 4.6: a syntax error anywhere in the record is a permerror, before a term is evaluated"),
    Explained("we say redirect beside all", r"-all redirect=", "RFC 7208 section 6.1: they call a redirect behind `all` ignored text"),
    Explained("they say terms behind all", r"-all redirect=", "RFC 7208 section 6.1: the same, by our other name"),
    Explained("they say terms behind all", r"-all moo=cow", "RFC 7208 section 6: modifiers stand anywhere, and unknown ones are ignored everywhere"),
    Explained("they say unknown modifier", r" moo=", "RFC 7208 section 6: they are ignored by intention; SPF072 names those that are like a term"),
    Explained("they say modifiers of RFC 6652", r" r[ap]=", "RFC 6652 section 3: modifiers that ask for reports of failures; SPF072 knows the names, and nobody here judges the values"),
    Explained("they say explanation", r" exp=gone", "RFC 7208 section 6.2: the text at that name changes no result; SPF095 tells it live"),
    Explained("they say nothing found", r" (a|mx):(gone|empty|bare|null|-h)", "RFC 7208 section 4.6.4: two may find nothing; SPF031 tells where a third does"),
    Explained("they say malformed name", r" a:h1\.\.", "RFC 7208 section 4.8: a name that cannot be asked for is no match"),
    Explained("we say a term twice", r" a a a ", "RFC 7208 section 4.6.4: any term costs its lookup twice; they look at includes"),
    Explained("result", r" ptr", "RFC 7208 section 5.5: the PTR query of a client without a name is void; they ask for the addresses of the target"),
    Explained("result", r" (exists|a):.*%", "RFC 7208 section 4.6.4: a macro's name that does not exist is void for whom it does not match; they expand no macros"),
    Explained("result", r" mx:null", "RFC 7505 section 3: a null MX is an answer with a record, so the lookup is not void"),
)  # fmt: skip

SPF_MAILAUTH = (
    Explained("result", r"^ v=spf1", "RFC 7208 section 4.5: the record begins with the version; it takes the space away"),
    Explained("result", r" ip[46]:(2001:db8::1 |192\.0\.2\.1 |2001:db8::1%1|192\.0\.2\.300)", "RFC 7208 section 4.6: an address of the other family, or none, is a syntax error; it passes over the term"),
    Explained("result", r"example\.net\. -all", "RFC 7208 section 7.1: a dot may stand behind the top-level label"),
    Explained("result", r" a:h1\.\.", "RFC 7208 section 4.8: a name that cannot be asked for is no match, and no error"),
    Explained("result", r"\u00fc", "RFC 7208 section 7.1: a macro string is of ASCII"),
    Explained("result", r"%\{d0\}", "RFC 7208 section 7.1: the number of labels is not zero"),
    Explained("result", r"%\{c\}", "RFC 7208 section 7.2: c, r and t stand in the explanation alone"),
    Explained("result", r"exp=why\S+ exp=", "RFC 7208 section 6: exp stands once at most"),
    Explained("result", r" moo= ", "RFC 7208 section 6: the value of an unknown modifier is a macro string, which may be empty"),
)  # fmt: skip

_STEPPED_OVER = (
    "RFC 9989 section 4.8: what is wrong behind the version is ignored, or the default taken for it"
)
DMARC_CHECKDMARC = (
    Explained("we take it", r";\s*;", f"{_STEPPED_OVER}; an empty tag among them"),
    Explained("we take it", r"; *(p:none|s p=\w+|1a=b|_x=y|foo|foo=|foo=b\u00fc|=x|rua|(rua|adkim|fo|ri|rf|pct)=)$", f"{_STEPPED_OVER}; a tag that is none among them"),
    Explained("we take it", r";mailto:", f"{_STEPPED_OVER}; a semicolon between addresses makes a tag of the second"),
    Explained("we take it", r"; (t=x|psd=maybe|fo=(x|1,d|01|bad))$", f"{_STEPPED_OVER}; they give up for some tags, and take the default for others"),
    Explained("we take it", r"\bs?p=(rejct|nothing|invalid); rua=", "RFC 9989 section 4.10.1: with an address for reports an invalid policy is none"),
    Explained("we take it", r"rua=(d@|bogus|mailto:(d?$| d|d@@|<|\S+,(b@|$)))", f"{_STEPPED_OVER}; of several addresses those that are URIs stay"),
    Explained("we take it", r",\t+mailto:", "RFC 9989 section 4.8: blanks round the comma may be tabs"),
    Explained("they take it", r"foo=bar; foo=bar", "RFC 6376 section 3.2, which RFC 9989 section 4.7 takes over: a tag twice makes the list invalid, a tag nobody knows too"),
    Explained("they say p=none", r"^(?!.*\bp=)", "RFC 9989 section 4.7: without p the policy is none, which DMA053 says"),
    Explained("they say sp=none", r"\bp=none; ?sp=none", "RFC 9989 section 4.7: it is no weaker than p; DMA057 has said so"),
    Explained("we say no rua", r"rua=mailto:\S+( mailto:|!$|!10p$)", "RFC 9989 section 4.7: the whole is no URI; they take the address it begins with"),
    Explained("they say historic tag", r"!10p$", "RFC 7489 section 6.2: a size ends in k, m, g or t; the value is no URI with a size, and DMA050 says so"),
)  # fmt: skip

DMARC_MAILAUTH = (
    Explained("they take it", r"^v=dmarc1", "RFC 9989 section 4.7: the version is in capital letters"),
    Explained("they take it", r"^ v=", "RFC 9989 section 4.7: the version is first; it takes the space away"),
    Explained("they take it", r"^v=DMARC1( p|[,.\\])", "RFC 9989 section 4.8: a semicolon ends the version"),
    Explained("they take it", r"; (\w+)=\S*; (?i:\1)=|^v=.*; v=", "RFC 6376 section 3.2: a tag twice makes the list invalid; it takes the last"),
    Explained("they take it", r"\b[sn]?p=(rejct|badvalue|none\\|reject p|none,|nothing|invalid|bad|x|)(;|$| |reject)|; p$|p=none\\;", "RFC 9989 section 4.10.1: an invalid policy without an address for reports is no policy; it gives the word back"),
    Explained("we take it", r"^[vV] = ", "RFC 9989 section 4.8: blanks may stand round the equals sign"),
    Explained("result", r"^(?!.*\bp=)", "RFC 9989 section 4.7: without p the policy is none; it gives nothing back"),
    Explained("result", r"P=NONE|p=Reject|adkim=S", "RFC 9989 section 4.8: values are in any case; it compares them as they are written"),
    Explained("result", r"\bs?p=(rejct|nothing|invalid); rua=", "RFC 9989 section 4.10.1: with an address for reports an invalid policy is none; it gives the word back"),
)  # fmt: skip
