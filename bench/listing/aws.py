"""EC2: raw boto3."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.listing.subject import VMS, Subject, Way
from infra.local.aws_account import start_in_thread
from novacron.providers.aws.provider import AwsProvider

PAGE = 1000
"""EC2's largest."""
RESERVATION = 100
"""VMs launched together: a reservation comes whole, so that larger ones would overflow a page."""
REGION = "us-east-1"
KEY = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "example"}


@contextmanager
def opened(folder: Path) -> Iterator[Subject]:
    server = start_in_thread(folder, transition_describes=0)
    server.account.switches.standard_vcpus = VMS * 2
    try:
        settings = {"region": REGION, "endpoint_url": server.url}
        provider = AwsProvider.from_settings(settings, KEY)
        client = provider.ec2(REGION)
        _fill(client)
        others: dict[str, Way | str] = {
            "Apache Libcloud": "its driver sees no VM of the local account"
        }
        yield Subject("aws", provider, PAGE, lambda: _raw(client), others)
    finally:
        server.stop()


def _fill(client: Any) -> None:
    image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    for _ in range(VMS // RESERVATION):
        count = {"MinCount": RESERVATION, "MaxCount": RESERVATION}
        client.run_instances(ImageId=image, InstanceType="t3.micro", **count)


def _raw(client: Any) -> int:
    pages = client.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": PAGE})
    return sum(len(one["Instances"]) for page in pages for one in page["Reservations"])
