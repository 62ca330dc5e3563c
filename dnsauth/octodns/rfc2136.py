"""A zone on its primary server: read by AXFR (RFC 5936), written by one UPDATE (RFC 2136), both with TSIG.

octodns-bind replaces whole RRsets, which re-cuts other people's TXT values, and deletes TXT by octets it
guessed, which named answers with NOERROR and ignores. Here each RR is added and deleted in the octets it
was read with, under prerequisites, so that a change in between is refused by the server itself.
"""

from __future__ import annotations

import base64
import socket
from logging import getLogger

import dns.exception
import dns.query
import dns.rcode
import dns.tsig
import dns.xfr
import dns.zone
from dns.inet import af_for_address
from dns.update import UpdateMessage
from octodns.provider.base import BaseProvider
from octodns.provider.plan import Plan
from octodns.record.change import Change as OctodnsChange
from octodns.zone import Zone

from dnsauth.errors import DnsauthError
from dnsauth.names import readable
from dnsauth.octodns import conversion
from dnsauth.octodns.update import Step, message, step, text
from dnsauth.plan.errors import Moved
from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRset, RRsetId, rdata

# what the server keeps by itself: a digest over it would be stale with every signature
_SERVERS_OWN = frozenset(
    ("SOA", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY", "ZONEMD", "TYPE65534")
)
_MOVED = {dns.rcode.NXRRSET, dns.rcode.YXRRSET, dns.rcode.YXDOMAIN, dns.rcode.NXDOMAIN}
_MAX_MESSAGE = 65535  # octets over TCP, RFC 1035 section 4.2.2


class Rfc2136Provider(BaseProvider):  # type: ignore[misc]  # octoDNS carries no types
    """A primary server as octoDNS target, and as `dnsauth.plan.model.Provider`.

    Takes the settings of ``octodns_bind.Rfc2136Provider``; *update_batch_size* has no effect, since a zone's
    changes stand in one message. Raises `DnsauthError` for a key that can't be one.
    """

    SUPPORTS_GEO = False
    SUPPORTS_ROOT_NS = True
    SUPPORTS_MULTIVALUE_PTR = True
    SUPPORTS = frozenset(
        {
            *("A", "AAAA", "CAA", "CNAME", "DNAME", "DS", "HTTPS", "LOC", "MX", "NAPTR", "NS"),
            *("OPENPGPKEY", "PTR", "SRV", "SSHFP", "SVCB", "TLSA", "TXT", "URI"),
        }
    )
    faithful = True
    local = False

    def __init__(
        self,
        id: str,
        *,
        host: str,
        port: int = 53,
        ipv6: bool = False,
        timeout: float = 15,
        key_name: str | None = None,
        key_secret: str | None = None,
        key_algorithm: str | None = None,
        update_batch_size: int = 1000,
        **settings: object,
    ) -> None:
        del update_batch_size
        self.log = getLogger(f"{type(self).__name__}[{id}]")
        super().__init__(id, **settings)
        self.name = id
        self._host, self._port, self._ipv6 = host, int(port), ipv6
        self._timeout = float(timeout)
        self._key = _key(id, key_name, key_secret, key_algorithm) if key_name else None

    def read(self, zone: str) -> Held:
        """What the server holds of *zone*, with exact octets; ``exists`` is False where it has no such."""
        found = dns.zone.Zone(zone, relativize=False)
        query, _ = dns.xfr.make_query(found, serial=None, keyring=self._key)
        try:
            dns.query.inbound_xfr(self._address(), found, query, port=self._port, timeout=self._timeout)
        except dns.xfr.TransferError as error:
            if error.rcode == dns.rcode.NOTAUTH:
                return Held(zone, self.name, exists=False, rrsets={}, faithful=True)
            raise self._refused(error.rcode, f"the transfer of {readable(zone)}") from None
        except (dns.exception.DNSException, OSError, EOFError) as error:
            raise self._failed(error, f"reading {readable(zone)}") from None
        return _held(found, zone, self.name)

    def write(self, held: Held, changes: tuple[Change, ...]) -> None:
        """Write *changes* in one message; raises `Moved` where the server holds something else by now.

        Only where they exceed 64 KiB do they need several messages, and then the zone is no longer all or
        nothing: what a refusal left half done is said in the error.
        """
        if self.apply_disabled:
            raise DnsauthError(
                f"provider {self.name} has apply_disabled: true, so nothing is written",
                "take apply_disabled out of the provider in dnsauth.yaml",
            )
        zone = readable(held.zone)
        written = 0
        for steps, wire in self._messages(held, [step(held, change) for change in changes]):
            try:
                self._send(wire, zone)
            except Moved as error:
                if not written:
                    raise
                raise DnsauthError(f"{error}, after {written} of {len(changes)} changes of {zone}") from None
            written += len(steps)

    def _messages(self, held: Held, steps: list[Step]) -> list[tuple[list[Step], UpdateMessage]]:
        """*steps* in as few messages as hold them; what belongs to one owner stays together."""
        one = message(held.zone, steps, held.rrsets)
        owners = sorted({entry.id.owner for entry in steps})
        try:
            one.to_wire(max_size=_MAX_MESSAGE - 512)  # room for the signature
        except dns.exception.TooBig:
            if len(owners) < 2:
                raise DnsauthError(
                    f"the changes of {owners[0]} do not fit one DNS message of 64 KiB",
                    "publish fewer values at this name",
                ) from None
            half = set(owners[: len(owners) // 2])
            first = [entry for entry in steps if entry.id.owner in half]
            rest = [entry for entry in steps if entry.id.owner not in half]
            return [*self._messages(held, first), *self._messages(held, rest)]
        return [(steps, one)]

    def _send(self, update: UpdateMessage, zone: str) -> None:
        if self._key is not None:
            update.use_tsig(self._key)
        try:
            answer = dns.query.tcp(update, self._address(), port=self._port, timeout=self._timeout)
        except (dns.exception.DNSException, OSError, EOFError) as error:
            raise self._failed(error, f"writing {zone}") from None
        rcode = answer.rcode()
        if rcode in _MOVED:
            raise Moved(
                f"{zone} at {self.name} is not what the plan was made against ({dns.rcode.to_text(rcode)})",
                "run `dnsauth plan` again",
            )
        if rcode != dns.rcode.NOERROR:
            raise self._refused(rcode, f"the update of {zone}")
        if self._key is not None and not answer.had_tsig:
            raise DnsauthError(  # RFC 8945 section 5.3
                f"{self.name} answered the update of {zone} without a signature, so anybody may have",
                "run `dnsauth plan` to see what is held now",
            )

    def populate(self, zone: Zone, target: bool = False, lenient: bool = False) -> bool:
        """Add what the server holds to octoDNS's *zone*; True where it holds the zone at all."""
        del target
        held = self.read(zone.name)
        for rrset in held.rrsets.values():
            if rrset.type not in self.SUPPORTS:
                continue
            try:
                zone.add_record(conversion.record(zone, rrset, source=self), lenient=lenient)
            except Exception as error:  # noqa: BLE001  one record octoDNS can't model must not hide the zone
                self.log.warning("populate: left alone: %s %s: %s", rrset.owner, rrset.type, error)
        return held.exists

    def _apply(self, plan: Plan) -> bool:
        held = self.read(plan.desired.name)
        self.write(held, tuple(_change(held, change) for change in plan.changes))
        return True

    def _address(self) -> str:
        try:
            af_for_address(self._host)
        except ValueError:
            family = socket.AF_INET6 if self._ipv6 else socket.AF_INET
            return str(socket.getaddrinfo(self._host, None, family)[0][4][0])
        return self._host

    def _failed(self, error: Exception, doing: str) -> DnsauthError:
        server = f"{self.name} ({self._host} port {self._port})"
        match error:
            case dns.tsig.PeerBadKey():
                return DnsauthError(
                    f"{server} does not know the TSIG key while {doing}",
                    "check key_name and key_algorithm against the server's key",
                )
            case dns.tsig.PeerBadSignature() | dns.tsig.BadSignature():
                return DnsauthError(
                    f"{server} and we have different TSIG secrets while {doing}",
                    f"compare the key_secret of provider {self.name} with the server's key of that name",
                )
            case dns.tsig.PeerBadTime() | dns.tsig.BadTime():
                return DnsauthError(
                    f"{server} and this host disagree on the time while {doing}", "set both clocks"
                )
            case OSError() | EOFError() | dns.exception.Timeout():
                return DnsauthError(
                    f"{server} can't be reached while {doing}: {_said(error)}",
                    f"check host and port of provider {self.name}, and that TCP gets through",
                )
        return DnsauthError(
            f"{server} gave no usable answer while {doing}: {type(error).__name__}: {error}",
            "look into the server's log",
        )

    def _refused(self, rcode: dns.rcode.Rcode, what: str) -> DnsauthError:
        return DnsauthError(
            f"{self.name} ({self._host} port {self._port}) refuses {what}: {dns.rcode.to_text(rcode)}",
            _HINTS.get(rcode, "the server's log says why"),
        )


_HINTS = {
    dns.rcode.REFUSED: "allow the key to transfer and update the zone; named also refuses an MX whose target"
    " in the zone has no address, and says so only in its log (category update)",
    dns.rcode.NOTAUTH: "name the primary server of the zone as host",
    dns.rcode.NOTIMP: "the server takes no updates; name another provider",
}


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _key(provider: str, name: str, secret: str | None, algorithm: str | None) -> dns.tsig.Key:
    if not secret:
        raise DnsauthError(
            f"provider {provider} has a key_name and no key_secret", "give key_secret: env/NAME"
        )
    try:
        octets = base64.b64decode("".join(secret.split()), validate=True)  # dnspython skips what is none
        key = dns.tsig.Key(name, octets, algorithm or dns.tsig.default_algorithm)
    except ValueError:  # binascii.Error is one; its text may quote the secret
        raise DnsauthError(
            f"the key_secret of provider {provider} is no base64", "copy it from the server"
        ) from None
    except dns.exception.DNSException:
        raise DnsauthError(
            f"provider {provider}: key_name or key_algorithm is no name", "copy both from the server"
        ) from None
    if key.algorithm not in dns.tsig.mac_sizes:
        known = ", ".join(sorted(str(name).removesuffix(".") for name in dns.tsig.mac_sizes))
        raise DnsauthError(f"provider {provider}: unknown key_algorithm {algorithm!r}", f"one of {known}")
    return key


def _held(found: dns.zone.Zone, zone: str, provider: str) -> Held:
    rrsets: dict[RRsetId, RRset] = {}
    exact: dict[RRsetId, tuple[bytes, ...]] = {}
    for name, rdataset in found.iterate_rdatasets():
        type = dns.rdatatype.to_text(rdataset.rdtype)
        if type in _SERVERS_OWN:
            continue
        id = RRsetId(str(name).lower(), type)
        rrsets[id] = RRset(*id, rdataset.ttl, tuple(sorted({text(rd) for rd in rdataset})))
        exact[id] = tuple(sorted(rd.to_wire() or b"" for rd in rdataset))
    return Held(zone, provider, True, rrsets, exact, faithful=True)


def _change(held: Held, change: OctodnsChange) -> Change:
    """An octoDNS *change* as ours; raises `Moved` where its RRset is not what octoDNS planned against."""
    wanted = conversion.rrset(change.record)
    before = held.rrsets.get(wanted.id)
    planned = conversion.rrset(change.existing) if change.existing else None
    if _same(before) != _same(planned):
        raise Moved(
            f"{wanted.owner} {wanted.type} has changed since octoDNS planned", "run octodns-sync again"
        )
    if change.new is None:
        return Change(before, None)
    stands = {rdata(wanted.type, value): value for value in before.values} if before else {}
    # as it was read where it is the same record, so that its octets stay
    texts = {stands.get(rdata(wanted.type, value), value) for value in wanted.values}
    return Change(before, RRset(*wanted.id, wanted.ttl, tuple(sorted(texts))))


def _same(rrset: RRset | None) -> set[bytes]:
    return {rdata(rrset.type, value) for value in rrset.values} if rrset else set()
