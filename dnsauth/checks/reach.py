"""What of a zone meets the world beside its records: hosts that receive, addresses that send, and lists.

Only what the inventory declares as its own: hosts and addresses of services of the catalogue are theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from dnsauth import names
from dnsauth.catalogue.marks import OWN
from dnsauth.catalogue.model import Catalogue
from dnsauth.checks.special import Address, is_special
from dnsauth.checks.texts.mx import hosts, is_literal
from dnsauth.desired.model import Desired
from dnsauth.inventory.model import MailDomain, ReceivesBy, Sender, Zone
from dnsauth.inventory.operations import Reputation
from dnsauth.records import spf
from dnsauth.rrset import RRsetId
from dnsauth.spf.addresses import Addresses, Network

SMALL = 16  # addresses of a network that are looked at one by one; a larger one is not

_NONE = Reputation()


class Exchange(NamedTuple):
    """A *host* of ours, absolute, that the MX records at *owner* name."""

    host: str
    owner: str


class Sending(NamedTuple):
    """A *network* that *senders* send from, as the SPF record at *owner* says."""

    network: Network
    owner: str
    senders: tuple[str, ...]

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Each of its addresses; none where it has more than `SMALL`."""
        return tuple(self.network) if self.network.num_addresses <= SMALL else ()


class Greeting(NamedTuple):
    """The *name* that servers of *sender* say in HELO for *domain*, and the addresses they send from."""

    name: str
    domain: str
    sender: str
    addresses: Addresses


class Reach(NamedTuple):
    """What is looked at for a zone besides its records.

    *answering* are mail domains that send and whose MX are not ours; *sending* has the networks of our own
    senders, *domains* the mail domains that send, where lists are asked of them.
    """

    answering: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    sending: tuple[Sending, ...] = ()
    greetings: tuple[Greeting, ...] = ()
    domains: tuple[str, ...] = ()
    lists: Reputation = _NONE

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Every address that is looked at by itself, once."""
        return tuple(dict.fromkeys(address for each in self.sending for address in each.addresses))


NOTHING = Reach()


def reach(
    zone: Zone,
    desired: Iterable[Desired],
    catalogue: Catalogue,
    others: frozenset[str],
    lists: Reputation = _NONE,
) -> Reach:
    """What is looked at for *zone*, for which this is *desired*; *lists* are asked of what sends.

    *others* are the `known_hosts` of *catalogue*.
    """
    by_id = {rrset.id: rrset for rrset in desired}
    sends = tuple(domain for domain in zone.domains if domain.senders)
    sending: list[Sending] = []
    greetings: list[Greeting] = []
    for domain in sends:
        own = [sender for sender in domain.senders if _own(sender, catalogue)]
        networks = tuple(_sending(domain, {sender.name for sender in own}, by_id))
        sending += networks
        for sender in own:
            greetings += _greetings(domain, sender, networks)
    return Reach(
        tuple(domain.name for domain in sends if RRsetId(domain.name, "MX") not in by_id),
        tuple(dict.fromkeys(_exchanges(zone, by_id.values(), catalogue, others))),
        tuple(sending),
        tuple(greetings),
        tuple(domain.name for domain in sends) if lists.domains else (),
        lists,
    )


def _own(sender: Sender, catalogue: Catalogue) -> bool:
    """Whether the addresses it brings are ours; those of a flattened vendor are not."""
    return sender.flatten is None and not _hosted(sender.service, catalogue)


def _hosted(service: str, catalogue: Catalogue) -> bool:
    return service in catalogue and catalogue[service].category != OWN


def known_hosts(catalogue: Catalogue) -> frozenset[str]:
    """The domains below which services of *catalogue* have their exchangers."""
    return frozenset(f"{suffix}." for service in catalogue.values() for suffix in service.detect.mx)


def _exchanges(
    zone: Zone, desired: Iterable[Desired], catalogue: Catalogue, others: frozenset[str]
) -> Iterator[Exchange]:
    receivers = {domain.name: domain.receives for domain in zone.domains}
    for rrset in desired:
        by = receivers.get(rrset.owner)
        if rrset.type != "MX" or (isinstance(by, ReceivesBy) and _hosted(by.service, catalogue)):
            continue
        for value in rrset.values:
            ours = not any(_hosted(origin.service, catalogue) for origin in value.origin)
            for host in hosts((value.text,)) if ours else ():
                if names.deepest(host, others) is None and not is_literal(host):
                    yield Exchange(host, rrset.owner)


def _sending(domain: MailDomain, own: Collection[str], by_id: Mapping[RRsetId, Desired]) -> Iterator[Sending]:
    """The networks in the SPF record of *domain* that senders among *own* bring."""
    for owner in (domain.name, f"_spf.{domain.name}"):  # the second where it is `indirect`
        rrset = by_id.get(RRsetId(owner, "TXT"))
        for value in rrset.values if rrset and own else ():
            brought = dict(value.terms)
            for term in spf.Record.parse(value.text).terms if brought else ():
                match term:
                    case spf.Directive(spf.IP4(network) | spf.IP6(network), spf.Qualifier.PASS):
                        ours = tuple(name for name in brought.get(str(term), ()) if name in own)
                        if ours and not is_special(network[0]):
                            yield Sending(network, owner, ours)


def _greetings(domain: MailDomain, sender: Sender, networks: Iterable[Sending]) -> Iterator[Greeting]:
    """The names `helo` lists, a parameter of services that somebody runs."""
    said = sender.parameters.get("helo", ())
    addresses = Addresses.of(each.network for each in networks if sender.name in each.senders)
    for label in (said,) if isinstance(said, str) else said:
        if isinstance(label, str) and label:
            yield Greeting(names.absolute(label, domain.name), domain.name, sender.name, addresses)
