"""What all servers share: the program or a skip, a free port, a process that ends, a zone as octets."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import dns.exception
import dns.query
import dns.rdatatype
import dns.tsigkeyring
import dns.xfr
import dns.zone
import pytest
from dns.rdatatype import RdataType

from demo.nameserver import RRsets
from tests.servers import KEY, SECRET

START = 15.0  # seconds a server may take on a loaded machine; it usually takes a tenth of one
STOP = 10.0
SBIN = os.pathsep.join(["/usr/sbin", "/usr/local/sbin", "/sbin"])
SIGNING = {
    RdataType.RRSIG,
    RdataType.NSEC,
    RdataType.DNSKEY,
    RdataType.CDS,
    RdataType.CDNSKEY,
    RdataType(65534),
}
"""What a server that signs adds by itself."""


def program(name: str, package: str, directory: Path) -> str:
    """The path of an installed program, or a skip that names its Debian package.

    Under AppArmor the servers are confined to their system directories by path; a copy is not.
    """
    path = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), SBIN]))
    if path is None:
        pytest.skip(f"{name} is not installed: apt-get install {package}")
    if Path("/etc/apparmor.d", path.strip("/").replace("/", ".")).exists():
        path = shutil.copy(path, directory / name)
    return path


def free_port(address: str = "127.0.0.1") -> int:
    """A port that is free for UDP and TCP at *address* now."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind((address, 0))
            port: int = tcp.getsockname()[1]
            with contextlib.suppress(OSError):
                udp.bind((address, port))
                return port


@contextlib.contextmanager
def running(argv: Sequence[str | Path], log: Path, ready: Callable[[], object]) -> Iterator[None]:
    """Run a server in the foreground, until *ready* stops raising OSError, then until the block ends.

    It ends with this process too, however that dies.
    """
    setpriv = shutil.which("setpriv")
    leash = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
    with log.open("ab") as output:
        process = subprocess.Popen([*leash, *argv], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        until(ready, process=process, log=log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(
    ready: Callable[[], object], *, process: subprocess.Popen[bytes] | None = None, log: Path | None = None
) -> None:
    """Call *ready* until it raises neither OSError nor a DNS error; the last one where time runs out."""
    end = time.monotonic() + START
    while True:
        try:
            ready()
        except (OSError, dns.exception.DNSException) as error:
            if time.monotonic() > end or (process and process.poll() is not None):
                said = log.read_text(errors="replace")[-2000:] if log else ""
                raise RuntimeError(f"not ready: {error}\n{said}") from error
            time.sleep(0.02)
        else:
            return


def run(*argv: str | Path, stdin: str = "") -> str:
    """What a program prints; raises AssertionError with its words where it fails."""
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=START, check=False)
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout


def answers(address: str, port: int, zone: str, rdtype: str = "SOA") -> None:
    """Raise OSError or a DNS error while the server has no authoritative answer."""
    query = dns.message.make_query(zone, rdtype)
    reply = dns.query.udp(query, address, port=port, timeout=0.5)
    if not reply.answer:
        raise OSError(f"no {rdtype} of {zone}: {dns.rcode.to_text(reply.rcode())}")


def transfer(address: str, port: int, zone: str, *, signed: bool = True) -> RRsets:
    """A zone by AXFR, as `demo.nameserver.Nameserver.rrsets` gives it, without what DNSSEC adds."""
    content = dns.zone.Zone(zone, relativize=False)
    keyring = dns.tsigkeyring.from_text({KEY: SECRET}) if signed else None
    query, _ = dns.xfr.make_query(content, serial=None, keyring=keyring)
    dns.query.inbound_xfr(address, content, query, port=port, timeout=5)
    return {
        (name.to_text(), dns.rdatatype.to_text(rdataset.rdtype)): (
            rdataset.ttl,
            tuple(sorted(rdata.to_wire() or b"" for rdata in rdataset)),
        )
        for name, rdataset in content.iterate_rdatasets()
        if rdataset.rdtype not in SIGNING
    }
