"""The main job, told on a real nameserver: `make demo`.

Every command is run as a user would run it, and what it prints is shown. The demo fails where an exit code
or the zone is not as told; it leaves nothing behind.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from difflib import ndiff
from pathlib import Path

import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.update

from demo.nameserver import Nameserver, RRsets

ZONE = "example.com."
KEY = "dnsauth."
SECRET = "b25seSBmb3IgdGhlIGRlbW8sIG9uIGxvb3BiYWNrLi4u"  # noqa: S105  of a nameserver that lives a minute

ZONE_FILE = "zones/example.com.yaml"
TOKEN = "added-while-you-were-reviewing"  # noqa: S105  a verification token is published, not secret

DNSAUTH_YAML = """\
version: 1
providers:
  ns1:
    class: octodns_bind.Rfc2136Provider
    host: 127.0.0.1
    port: {port}
    key_name: dnsauth.
    key_secret: env/TSIG_SECRET
    key_algorithm: hmac-sha256
live:
  servers:
    example.com: ["127.0.0.1:{port}"]
defaults:
  provider: ns1
"""
SENDGRID = """\
      - sendgrid: {account: u1234567.wl042, return_path: em1234}
"""
PORTAL = """\
      - portal: {service: custom, spf: ["ip4:198.51.100.7"], dkim: {v1: {cname: v1.dkim.portal.example.}}}
"""
ZONE_YAML = f"""\
version: 1
domains:
  "@":
    senders:
      - mta:
          ip: [192.0.2.10, "2001:db8:25::/64"]
          dkim: {{mta1: "v=DKIM1; k=ed25519; p=c/yMtgQxxysQsHZu2CgdfB+NjNKvVTOAkHyjO6MHuR4="}}
{SENDGRID}\
    dmarc: {{policy: none, rua: ["mailto:dmarc@example.com"]}}
  old-brand: {{parked: true}}
"""


class NotAsTold(Exception):
    """The demo claimed what is not so."""


class Story:
    """A directory, a nameserver, and a user at the keyboard."""

    def __init__(self, directory: Path, server: Nameserver) -> None:
        self.directory = directory
        self.server = server

    def write(self, file: str, text: str) -> None:
        """A file of the user's, shown whole."""
        say(f"\n{file}\n", indented(text))
        (self.directory / file).parent.mkdir(exist_ok=True)
        (self.directory / file).write_text(text)

    def edit(self, old: str, new: str) -> None:
        """One edit of the zone file, shown as the lines that go and come."""
        file = self.directory / ZONE_FILE
        before = file.read_text()
        after = before.replace(old, new)
        difference = [line for line in ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
        say(f"\n{ZONE_FILE}\n", indented("\n".join(difference)))
        file.write_text(after)

    def dnsauth(self, *arguments: str, exits: int = 0) -> None:
        """Run one command in the directory, as a user does, and show what it prints."""
        say(f"\n$ dnsauth {' '.join(arguments)}\n")
        done = subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-m", "dnsauth", *arguments],
            cwd=self.directory,
            env={**os.environ, "TSIG_SECRET": SECRET},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        say(indented(done.stdout))
        if exits:
            say(f"  exit {done.returncode}\n")
        if done.returncode != exits:
            raise NotAsTold(f"this command was to exit {exits}, and exited {done.returncode}")

    def somebody_adds(self, owner: str, value: str) -> None:
        """A TXT value by another hand, with the same right to write."""
        update = dns.update.UpdateMessage(ZONE, keyring=dns.tsigkeyring.from_text({KEY: SECRET}))
        update.add(owner, 300, "TXT", value)
        rcode = dns.query.tcp(update, self.server.address, port=self.server.port, timeout=5).rcode()
        if rcode != dns.rcode.NOERROR:
            raise NotAsTold(f"the nameserver answered {dns.rcode.to_text(rcode)}")


def tell(directory: Path, server: Nameserver) -> None:
    """The whole story; raises `NotAsTold` where it is not true."""
    story = Story(directory, server)
    foreign = {id: rrset for id, rrset in server.rrsets(ZONE).items() if id != (ZONE, "SOA")}
    headline("A zone full of other people's records, on a nameserver of its own")
    say(indented(server.zone_text(ZONE)))

    headline("Who sends mail for it: two files")
    story.write("dnsauth.yaml", DNSAUTH_YAML.format(port=server.port))
    story.write(ZONE_FILE, ZONE_YAML)

    headline("Is that right, and what would change?")
    story.dnsauth("check")
    story.dnsauth("plan", "--out", "plan.json")

    headline("Publish what was reviewed, and ask the nameserver")
    story.dnsauth("apply", "plan.json")
    story.dnsauth("verify")
    expect_kept(foreign, server)

    headline("A new sender, and a slip of the pen")
    story.edit(SENDGRID, SENDGRID + PORTAL.replace("spf:", "sfp:"))
    story.dnsauth("check", exits=1)
    story.edit("sfp:", "spf:")
    story.dnsauth("plan", "--out", "plan.json")
    story.dnsauth("apply", "plan.json")

    headline("A sender leaves; while its plan is reviewed, somebody else writes to the same RRset")
    story.edit(PORTAL, "")
    story.dnsauth("plan", "--out", "plan.json")
    story.somebody_adds("@", TOKEN)
    foreign = with_token(foreign)
    say(f"\n(another hand adds TXT {TOKEN} at {ZONE})\n")
    before = server.rrsets(ZONE)
    story.dnsauth("apply", "plan.json", exits=5)
    if server.rrsets(ZONE) != before:
        raise NotAsTold("a stale plan wrote something")
    story.dnsauth("apply", "--yes")

    headline("Nothing is left to do, and nothing foreign changed")
    story.dnsauth("plan", "--exit-code")
    octets = expect_kept(foreign, server)
    say(f"  {len(foreign)} RRsets of others, {octets} octets of RDATA: identical\n")


def expect_kept(foreign: RRsets, server: Nameserver) -> int:
    """The octets of foreign RDATA, all of which still stand; raises `NotAsTold` where one does not."""
    now = server.rrsets(ZONE)
    for (owner, rdtype), (ttl, rdatas) in foreign.items():
        ttl_now, rdatas_now = now.get((owner, rdtype), (None, ()))
        if ttl_now != ttl or not {*rdatas} <= {*rdatas_now}:
            raise NotAsTold(f"{owner} {rdtype} of somebody else changed")
    return sum(len(rdata) for _, rdatas in foreign.values() for rdata in rdatas)


def with_token(foreign: RRsets) -> RRsets:
    """The foreign records after somebody added one."""
    ttl, rdatas = foreign[ZONE, "TXT"]
    return {**foreign, (ZONE, "TXT"): (ttl, (*rdatas, bytes([len(TOKEN)]) + TOKEN.encode()))}


def headline(text: str) -> None:
    """Print a line that stands out."""
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    say(f"\n{bold}== {text}{plain}\n")


def indented(text: str) -> str:
    """*text* by two columns, with one newline at its end."""
    return "".join(f"  {line}".rstrip() + "\n" for line in text.strip("\n").splitlines())


def say(*texts: str) -> None:
    """Print, at once."""
    sys.stdout.writelines(texts)
    sys.stdout.flush()


def main() -> int:
    """0 where everything was as told."""
    began = time.monotonic()
    text = (Path(__file__).parent / "example.com.zone").read_text()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="dnsauth-demo-") as directory,
            Nameserver({ZONE: text}, {KEY: SECRET}) as server,
        ):
            tell(Path(directory), server)
    except NotAsTold as error:
        say(f"\nNOT AS TOLD: {error}\n")
        return 1
    say(f"\nAll as told, in {time.monotonic() - began:.0f} s; nothing is left behind.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
