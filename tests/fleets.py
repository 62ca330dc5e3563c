"""Repositories by chance in Git, edits of them, and their plans: for what must hold of any edit."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from dnsauth.cli import planning
from dnsauth.cli.options import Run
from dnsauth.desired.load import Repository, load
from dnsauth.findings import InventoryError
from dnsauth.lock import file as lock_file
from dnsauth.lock import observed_file
from dnsauth.lock.observed import Looked, Observed, Published
from dnsauth.output.octodns import records
from dnsauth.plan import file as plan_file
from dnsauth.spf.addresses import Addresses

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def fleet(rng: random.Random) -> dict[str, object]:
    """Files of a repository, as data: zones above one another, look-alikes, collectors, includes of one's own."""
    collector = {"version": 1, "domains": {"@": {"dmarc": {"policy": "none"}}}}
    if rng.random() < 0.5:
        collector["reports"] = {"accept": "*"}
    corp = {
        "@": {"senders": ["own"], "dmarc": {"policy": "none"}},
        "mail": {"keep": [{"owner": "@", "type": "A", "values": ["192.0.2.77"]}]},
        "group": {
            "keep": [
                {
                    "owner": "_spf",
                    "type": "TXT",
                    "values": ["v=spf1 ip4:192.0.2.64/28 a:mail.corp.example -all"],
                }
            ]
        },
    }
    files: dict[str, object] = {
        "dnsauth.yaml": {
            "version": 1,
            "providers": {"store": {"class": "octodns.provider.yaml.YamlProvider", "directory": "held"}},
            "defaults": {
                "provider": "store",
                "dmarc": {"rua": [rng.choice(["mailto:d@collect.example", "mailto:d@reports.example.net"])]},
            },
            "senders": {
                "own": {"service": "mta", "ip": ["192.0.2.10"], "owner": "dns@example.com"},
                "group": {"service": "custom", "spf": ["include:_spf.group.corp.example"]},
                "flat": {"service": "custom", "spf": ["include:_spf.vendor.example"], "flatten": True},
                "house-mail": {"service": "house"},
            },
            "waivers": [],
        },
        "templates/services/house.yaml": house("_spf.vendor.example"),
        "zones/collect.example.yaml": collector,
        "zones/corp.example.yaml": {"version": 1, "domains": corp},
        "zones/alike.example.yaml": {
            "version": 1,
            "zones": ["one.alike.example", "two.alike.example"],
            "domains": {"@": {"parked": True}, "shop": domain(rng, "alike.example")},
        },
    }
    for name in ("a.example", "sub.a.example", "b.example", "c.example"):
        files[f"zones/{name}.yaml"] = {
            "version": 1,
            "domains": {"@": domain(rng, name), "news": domain(rng, name)},
        }
    # where a record of a service of the zone above may land
    files["zones/em.sub.a.example.yaml"] = {
        "version": 1,
        "domains": {"news": domain(rng, "em.sub.a.example")},
    }
    return files


def house(include: str) -> dict[str, object]:
    return {
        "title": "House",
        "status": "verified",
        "sources": [{"url": "https://www.example.com/", "seen": "2026-01-01"}],
        "records": [{"owner": "em", "type": "CNAME", "value": "house.vendor.example."}],
        "spf": {"envelope": "customer", "terms": [f"include:{include}"]},
    }


SENDERS = (
    "own",
    "group",
    "flat",
    "house-mail",
    {
        "portal": {
            "service": "custom",
            "spf": ["ip4:198.51.100.7"],
            "dkim": {"v1": {"cname": "v1.vendor.example."}},
        }
    },
    {"partner": {"service": "custom", "spf": ["include:b.example"]}},
    {"vendor": {"service": "custom", "spf": ["include:_spf.vendor.example", "mx"]}},
    {"deep": {"service": "custom", "spf": ["include:c.example"], "flatten": True}},
)


LEADING = {"b.example": {"partner"}, "c.example": {"partner", "deep"}, "corp.example": {"partner", "deep"}}
"""Senders by whom SPF would lead in a circle."""


def domain(rng: random.Random, zone: str) -> dict[str, object]:
    found: dict[str, object] = {}
    allowed = [
        one
        for one in SENDERS
        if not LEADING.get(zone, set()).intersection({one} if isinstance(one, str) else one)
    ]
    if senders := rng.sample(allowed, rng.randrange(4)):
        found["senders"] = senders
    if rng.random() < 0.7:
        found["dmarc"] = rng.choice(
            [{"policy": "none"}, {"policy": "reject"}, {"policy": "none", "rua": ["mailto:x@corp.example"]}]
        )
    if rng.random() < 0.3:
        found["receives"] = ["10 mail.corp.example."]
    return found or {"parked": True}


def observed(rng: random.Random) -> Observed:
    since = NOW - timedelta(days=9)
    last = rng.choice(["203.0.113.0/24", "203.0.113.0/25"])
    vendor = f"v=spf1 include:inner.vendor.example ip4:{last} -all"
    texts = {"_spf.vendor.example.": vendor, "inner.vendor.example.": "v=spf1 a:host.vendor.example -all"}
    if rng.random() < 0.2:
        texts["inner.vendor.example."] = "v=spf1 include:_spf.group.corp.example -all"
    hosts = {
        Looked("host.vendor.example.", "A"): (rng.choice(["192.0.2.200", "192.0.2.201"]),),
        Looked("host.vendor.example.", "AAAA"): (),
    }
    published = {name: Published(since, (text,), Addresses.of(())) for name, text in texts.items()}
    return Observed(NOW - timedelta(hours=rng.choice([1, 60])), "192.0.2.53", published, hosts)


Edit = Callable[[random.Random, dict[str, object]], None]


def _some(rng: random.Random, files: dict) -> tuple[dict, str]:
    name = rng.choice([name for name in sorted(files) if name.startswith("zones/") and files[name]])
    return files[name], name.removeprefix("zones/").removesuffix(".yaml")


def other_domain(rng, files):
    zone, name = _some(rng, files)
    zone["domains"][rng.choice(["@", *zone["domains"]])] = domain(rng, name)


def more_domains(rng, files):
    zone, name = _some(rng, files)
    zone["domains"][f"new{rng.randrange(99)}"] = domain(rng, name)


def fewer_domains(rng, files):
    domains = _some(rng, files)[0]["domains"]
    domains.pop(rng.choice(["@", *domains]), None)


def moved_lines(rng, files):
    zone, _ = _some(rng, files)
    zone["domains"] = dict(reversed(zone["domains"].items()))


def new_zone(rng, files):
    name = rng.choice(["new.example", "deep.corp.example", "news.b.example", "mail.corp.example"])
    files[f"zones/{name}.yaml"] = {"version": 1, "domains": {"@": domain(rng, name)}}
    for zone in files.values():
        if isinstance(zone, dict) and "domains" in zone:
            own = "b.example" if name == "news.b.example" else "corp.example"
            key = name.removesuffix(f".{own}")
            if zone is files.get(f"zones/{own}.yaml"):
                zone["domains"].pop(key, None)


def gone_zone(rng, files):
    name = rng.choice([name for name in sorted(files) if name.startswith("zones/")])
    del files[name]


def other_accept(rng, files):
    del rng
    if "zones/collect.example.yaml" in files:
        zone = files["zones/collect.example.yaml"]
        if not zone.pop("reports", None):
            zone["reports"] = {"accept": "*"}


def other_sender(rng, files):
    senders = files["dnsauth.yaml"]["senders"]
    name = rng.choice(sorted(senders))
    match senders[name]["service"]:
        case "mta":
            senders[name]["ip"] = ["192.0.2.11"]
        case "custom":
            senders[name]["spf"] = [rng.choice(["ip4:192.0.2.128/26", "include:inner.vendor.example"])]
        case _:
            senders[name]["service"] = "custom"


def other_default(rng, files):
    files["dnsauth.yaml"]["defaults"]["ttl"] = rng.choice([600, 7200])


def other_waivers(rng, files):
    files["dnsauth.yaml"]["waivers"] = [
        {
            "rule": "SPF012",
            "where": rng.choice(["b.example", "a.example"]),
            "until": "2026-12-31",
            "owner": "dns@example.com",
            "why": "a test",
        }
    ]


def other_service(rng, files):
    files["templates/services/house.yaml"] = house(
        rng.choice(["_spf.group.corp.example", "inner.vendor.example"])
    )


EDITS: tuple[Edit, ...] = (
    *(other_domain, more_domains, fewer_domains, moved_lines, new_zone, gone_zone),
    *(other_accept, other_sender, other_default, other_waivers, other_service),
)


def write(directory: Path, files: dict, seen: Observed) -> None:
    for old in (directory / "zones").glob("*.yaml"):
        if str(old.relative_to(directory)) not in files and not old.name.endswith(".lock.yaml"):
            old.unlink()
    for name, data in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, sort_keys=False))
    (directory / "observed.lock.yaml").write_text(observed_file.write(seen))


def git(directory: Path, *arguments: str) -> str:
    command = ["git", "-C", str(directory), "-c", "user.name=x", "-c", "user.email=x@example.com", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def locked(directory: Path, repository: Repository) -> None:
    """The locks as `plan` leaves them; one without its zone file is released."""
    for zone, lock in planning.missing(repository).items():
        (directory / lock_file.path(zone)).write_text(lock_file.write(lock))
    for path in (directory / "zones").glob("*.lock.yaml"):
        if f"{path.name.removesuffix('.lock.yaml')}." not in repository.inventory.zones:
            path.unlink()


def run_in(directory: Path) -> Run:
    return Run(directory, (), quiet=True, verbose=False, now=NOW)


def planned(directory: Path, repository: Repository) -> dict[str, dict]:
    """The plan of each zone as JSON, its locks brought up to date in memory alone."""
    locks = {**repository.locks, **planning.missing(repository)}
    plan = planning.read(run_in(directory), replace(repository, locks=locks)).plan
    return {zone["zone"]: zone for zone in plan_file.document(plan)["zones"]}


def apart_from_lines(zone: dict) -> dict:
    """*zone* without what says where a change comes from: that moves with any line (docs/decisions)."""
    return {**zone, "changes": [{**change, "origin": []} for change in zone["changes"]]}


def loaded(directory: Path) -> Repository | None:
    try:
        return load(directory)
    except InventoryError:
        return None


def hold(directory: Path, rng: random.Random, repository: Repository) -> None:
    """Some zones as they are desired, some without a record, some with another policy."""
    (directory / "held").mkdir()
    for zone, desired in repository.desired.items():
        kept = [rrset for rrset in desired if rng.random() < 0.8] if rng.random() < 0.7 else list(desired)
        text = records({zone: kept}).replace("v=spf1 ip4:192.0.2.10", "v=spf1 ip4:192.0.2.9 ip4:192.0.2.10")
        (directory / f"held/{zone}yaml").write_text(text or "--- {}\n")
    for name in ("new.example", "deep.corp.example", "news.b.example", "mail.corp.example"):
        (directory / f"held/{name}.yaml").write_text("--- {}\n")
