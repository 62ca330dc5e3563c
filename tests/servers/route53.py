"""Amazon Route 53 as moto's server plays it."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.rdatatype
import dns.zone
import pytest

from tests.servers.process import free_port, running


@dataclass
class Route53:
    """A running moto server; *environ* is what boto3 needs to find it."""

    address: str
    port: int

    @property
    def environ(self) -> dict[str, str]:
        """Endpoint, region and credentials, which moto does not check."""
        return {
            "AWS_ENDPOINT_URL": f"http://{self.address}:{self.port}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
        }

    def load(self, zone: str, text: str) -> None:
        """Store *text*, without its SOA and apex NS, as a hosted zone in place of what it was."""
        parsed = dns.zone.from_text(text, zone, relativize=False)
        with self.client() as client:
            for hosted in self._hosted(client, zone):
                changes = [
                    {"Action": "DELETE", "ResourceRecordSet": each} for each in self._stored(client, hosted)
                ]
                _change(client, hosted, changes)
                client.delete_hosted_zone(Id=hosted)
            hosted = client.create_hosted_zone(Name=zone, CallerReference=f"{zone}{text}")["HostedZone"]["Id"]
            changes = [
                {
                    "Action": "CREATE",
                    "ResourceRecordSet": {
                        "Name": name.to_text(),
                        "Type": dns.rdatatype.to_text(rdataset.rdtype),
                        "TTL": rdataset.ttl,
                        "ResourceRecords": [{"Value": rdata.to_text()} for rdata in rdataset],
                    },
                }
                for name, rdataset in parsed.iterate_rdatasets()
                if name != parsed.origin or dns.rdatatype.to_text(rdataset.rdtype) not in ("SOA", "NS")
            ]
            _change(client, hosted, changes)

    def rrsets(self, zone: str) -> dict[tuple[str, str], tuple[int, tuple[str, ...]]]:
        """The hosted zone by (owner, type), without SOA and apex NS: TTL and sorted texts."""
        with self.client() as client:
            (hosted,) = self._hosted(client, zone)
            return {
                (each["Name"], each["Type"]): (
                    each["TTL"],
                    tuple(sorted(record["Value"] for record in each["ResourceRecords"])),
                )
                for each in self._stored(client, hosted)
            }

    @contextlib.contextmanager
    def client(self) -> Iterator[Any]:
        """A boto3 client of this server."""
        import boto3

        client = boto3.client(
            "route53",
            endpoint_url=self.environ["AWS_ENDPOINT_URL"],
            region_name=self.environ["AWS_DEFAULT_REGION"],
            aws_access_key_id=self.environ["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environ["AWS_SECRET_ACCESS_KEY"],
        )
        with contextlib.closing(client):
            yield client

    @staticmethod
    def _hosted(client: Any, zone: str) -> list[str]:
        return [each["Id"] for each in client.list_hosted_zones()["HostedZones"] if each["Name"] == zone]

    @staticmethod
    def _stored(client: Any, hosted: str) -> list[Any]:
        name = client.get_hosted_zone(Id=hosted)["HostedZone"]["Name"]
        pages = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=hosted)
        return [
            each
            for page in pages
            for each in page["ResourceRecordSets"]
            if each["Name"] != name or each["Type"] not in ("SOA", "NS")
        ]


def _change(client: Any, hosted: str, changes: list[Any]) -> None:
    if changes:
        client.change_resource_record_sets(HostedZoneId=hosted, ChangeBatch={"Changes": changes})


@contextlib.contextmanager
def route53(directory: Path) -> Iterator[Route53]:
    """A moto server without hosted zones."""
    pytest.importorskip("flask", reason="moto is not installed: pip install 'moto[server]<5.2'")
    server = Route53("127.0.0.1", free_port())
    argv = [sys.executable, "-m", "moto.server", "-H", server.address, "-p", str(server.port)]

    def ready() -> None:
        socket.create_connection((server.address, server.port), timeout=1).close()

    with running(argv, directory / "log", ready):
        yield server
