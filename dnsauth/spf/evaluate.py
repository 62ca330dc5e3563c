"""check_host(), RFC 7208 section 4: one message, one client, one result, and why.

The limits of section 4.6.4 are part of what a record means, and they bound the work whatever is published:
at most ten terms query, each of them at most eleven names. How long a query may take is the lookup's matter.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple, assert_never

from dnsauth.names import readable, within
from dnsauth.records import BadRecord, spf
from dnsauth.records.mechanisms import IP4, IP6, MX, A, All, Exists, Include, Ptr
from dnsauth.records.text import characters, shown
from dnsauth.spf import expand
from dnsauth.spf.asking import Asking, Questions, Scope, Stopped, cited
from dnsauth.spf.expand import dns_name, host_name
from dnsauth.spf.lookup import Lookup
from dnsauth.spf.policy import Policy, Term, policy
from dnsauth.spf.ptr import MAX_NAMES, address_type, near
from dnsauth.spf.result import Evaluation, Looked, Result
from dnsauth.spf.session import IP, session


def check_host(
    ip: str | IP, mail_from: str, helo: str, lookup: Lookup, *, receiver: str = "", timestamp: int = 0
) -> Evaluation:
    """The evaluation of mail from the client *ip* in the name of *mail_from*, or of *helo* where it is empty.

    *receiver* (``%{r}``) and *timestamp*, in seconds since 1970 (``%{t}``), stand in explanations only.
    There is a result whatever the names are and whatever *lookup* answers. Raises `ValueError` where *ip* is
    no address (RFC 7208 section 4).
    """
    questions = Questions(session(ip, mail_from, helo, receiver=receiver, timestamp=timestamp), lookup)
    try:
        judged = _initial(questions)
    except Stopped as stopped:
        return _evaluation(questions, stopped.result, stopped.because)
    explanation = _explanation(judged, questions) if judged.result is Result.FAIL else None
    return _evaluation(questions, judged.result, judged.because, explanation)


def _evaluation(
    questions: Questions, result: Result, because: str, explanation: str | None = None
) -> Evaluation:
    return Evaluation(
        result, because, questions.lookups, questions.voids, explanation, tuple(questions.steps)
    )


class _Judged(NamedTuple):
    """The result of the record of *scope*, *because* of what, and its ``exp``, empty where it has none."""

    result: Result
    because: str
    scope: Scope
    explanation: str


def _initial(questions: Questions) -> _Judged:
    domain = questions.session.domain
    if domain.startswith("["):
        because = f"{shown(domain)} is an address literal, no domain (RFC 7208 section 2.3)"
        raise Stopped(Result.NONE, because)
    return _check(domain, 0, questions)


def _check(domain: str, depth: int, questions: Questions) -> _Judged:
    """The result for *domain*, sections 4.3 to 4.7; raises `Stopped` with none where it has no record."""
    name = dns_name(domain)
    if name is None or "." not in domain:
        why = "is no domain: two labels or more, of 1 to 63 octets (RFC 7208 section 4.3)"
        raise Stopped(Result.NONE, f"{shown(domain)} {why}")
    scope = Scope(domain, name, depth)
    record = _record(scope, questions)
    for term in record.terms:
        if because := _matches(term, scope, questions):
            return _Judged(term.result, because, scope, record.explanation)
    if record.redirect:
        return _redirected(record.redirect, scope, questions)
    because = f"no term of {readable(name)} matches, which is neutral (RFC 7208 section 4.7)"
    return _Judged(Result.NEUTRAL, because, scope, record.explanation)


def _record(scope: Scope, questions: Questions) -> Policy:
    """The record of *scope*, as the first of its steps; raises `Stopped` where there is none to use."""
    looked = questions.look(scope.name, "TXT")
    found = _selected(looked)
    usable = isinstance(found, Policy)
    step = questions.step(
        *(scope, "v=spf1"),
        target=scope.name,
        looked=(looked,),
        matched=usable,
        problem="" if usable else str(found),
    )
    questions.steps.append(step)
    if isinstance(found, Policy):
        return found
    raise found


def _selected(looked: Looked) -> Policy | Stopped:
    """The one SPF record among the TXT records *looked* up, sections 4.4 to 4.6."""
    name = readable(looked.name)
    if looked.error:
        return Stopped(Result.TEMPERROR, f"TXT of {name} could not be asked: {looked.error}")
    if not looked.exists:
        return Stopped(Result.NONE, f"{name} does not exist (NXDOMAIN)")
    texts = [text for text in looked.values if spf.selects(text)]
    if not texts:
        return Stopped(Result.NONE, f"{name} has no SPF record")
    if len(texts) > 1:
        because = f"{name} has {len(texts)} SPF records, and may have one (RFC 7208 section 4.5)"
        return Stopped(Result.PERMERROR, because)
    found = policy(texts[0])
    if isinstance(found, BadRecord):
        return Stopped(Result.PERMERROR, f"the SPF record of {name} is wrong, {found}")
    return found


def _matches(term: Term, scope: Scope, questions: Questions) -> str:
    """Why *term* matches, as the beginning of a sentence; empty where it does not (section 4.6.2)."""
    mechanism = term.mechanism
    match mechanism:
        case All():
            matched = True
        case IP4(network) | IP6(network):
            matched = questions.session.ip in network
        case _:
            with Asking(questions, scope, term.text) as asking:
                because = _queried(mechanism, asking, questions)
                asking.matched = bool(because)
                return because
    questions.steps.append(questions.step(scope, term.text, matched=matched))
    return f"{cited(term.text, scope.name)} matches" if matched else ""


def _queried(mechanism: Include | A | MX | Ptr | Exists, asking: Asking, questions: Questions) -> str:
    asking.count()
    domain = asking.target(mechanism.domain)
    if domain is None:
        return ""
    if isinstance(mechanism, Include):
        judged = _below(domain, "brought in by", "5.2", asking, questions)
        return judged.because if judged.result is Result.PASS else ""
    name = dns_name(domain)
    return f"{asking} matches" if name is not None and _found(mechanism, name, asking, questions) else ""


def _found(mechanism: A | MX | Ptr | Exists, name: str, asking: Asking, questions: Questions) -> bool:
    """True where *mechanism*, whose <target-name> is *name*, matches: sections 5.3 to 5.5 and 5.7."""
    ip = questions.session.ip
    match mechanism:
        case A(_, prefix4, prefix6):
            return near(ip, prefix4 if ip.version == 4 else prefix6, asking.ask(name, address_type(ip)))
        case MX(_, prefix4, prefix6):
            prefix = prefix4 if ip.version == 4 else prefix6
            exchanges = asking.ask(name, "MX")
            if len(exchanges) > MAX_NAMES:
                raise asking.exceeds(f"names {len(exchanges)} hosts, and may name {MAX_NAMES}")
            hosts = (host_name(value.rpartition(" ")[2]) for value in exchanges)
            return any(near(ip, prefix, asking.ask(host, address_type(ip))) for host in hosts if host)
        case Exists():
            return bool(asking.ask(name, "A"))
        case Ptr():
            return any(within(each, name) for each in asking.validated().names)
        case _:
            assert_never(mechanism)


def _redirected(spec: str, scope: Scope, questions: Questions) -> _Judged:
    """The result of the record ``redirect`` leads to, section 6.1."""
    with Asking(questions, scope, f"redirect={spec}") as asking:
        asking.count()
        judged = _below(asking.target(spec) or "", "reached by", "6.1", asking, questions)
        asking.matched = True
        return judged


def _below(domain: str, how: str, section: str, asking: Asking, questions: Questions) -> _Judged:
    """The result of the record of *domain*, which *asking* needs: none is a permerror, says *section*."""
    way = f", {how} {asking}"
    try:
        judged = _check(domain, asking.scope.depth + 1, questions)
    except Stopped as stopped:
        asking.result = stopped.result
        if stopped.result is Result.NONE:
            needs = f"{stopped.because}, and {asking} needs its record (RFC 7208 section {section})"
            raise Stopped(Result.PERMERROR, needs) from None
        looped = way in stopped.because
        raise Stopped(stopped.result, stopped.because if looped else stopped.because + way) from None
    asking.result = judged.result
    return judged._replace(because=judged.because + way)


def _explanation(judged: _Judged, questions: Questions) -> str | None:
    """The text that ``exp`` leads to, or None where it leads to none (section 6.2)."""
    scope, spec = judged.scope, judged.explanation

    def value(letter: str) -> str:
        return questions.value(letter, scope)

    name = dns_name(expand.target(spec, value)) if spec else None
    if name is None:
        return None
    looked = questions.look(name, "TXT")
    text = None
    if len(looked.values) == 1:
        with suppress(BadRecord):
            text = expand.explanation(characters(looked.values[0]), value)
    questions.steps.append(
        questions.step(scope, f"exp={spec}", target=name, looked=(looked,), matched=text is not None)
    )
    return text
