"""EC2: raw boto3, and Libcloud's driver, which asks for all in one call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.listing.subject import VMS, Subject, Way
from infra.local.aws_account import start_in_thread
from novacron.providers.aws.provider import AwsProvider

PAGE = 1000
"""EC2's largest."""
RESERVATION = 100
"""VMs launched together: a reservation comes whole, so that larger ones would overflow a page."""
REGION = "us-east-1"
DISK = {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "DeleteOnTermination": True}}
KEY = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "example"}


@contextmanager
def opened(folder: Path) -> Iterator[Subject]:
    server = start_in_thread(folder, transition_describes=0)
    server.account.switches.standard_vcpus = VMS * 2
    try:
        settings = {"region": REGION, "endpoint_url": server.url}
        provider = AwsProvider.from_settings(settings, KEY)
        client = provider.ec2(REGION)
        _fill(client, server.account.account_id)
        others: dict[str, Way | str] = {"Apache Libcloud": _libcloud(server.url)}
        yield Subject("aws", provider, PAGE, lambda: _raw(client), others)
    finally:
        server.stop()


def _fill(client: Any, account_id: str) -> None:
    """The first by a request; the others in moto, as writing the replies to them takes longer than
    the launches."""
    from moto.ec2.models import ec2_backends

    image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    count = {"MinCount": RESERVATION, "MaxCount": RESERVATION}
    client.run_instances(ImageId=image, InstanceType="t3.micro", **count)
    backend = ec2_backends[account_id][REGION]
    # Each launch looks for its image among all.
    backend.amis = {image: backend.amis[image]}
    told: dict[str, Any] = {"instance_type": "t3.micro", "is_instance_type_default": False}
    told |= {"region_name": REGION, "subnet_id": None, "block_device_mappings": [DISK]}
    for _ in range(VMS // RESERVATION - 1):
        backend.run_instances(image, RESERVATION, None, [], **told)


def _raw(client: Any) -> int:
    pages = client.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": PAGE})
    return sum(len(one["Instances"]) for page in pages for one in page["Reservations"])


def _libcloud(url: str) -> Way:
    """By the newer of the two signatures it knows; the local account reads no other."""
    from libcloud.compute.drivers.ec2 import EC2NodeDriver

    at = urlsplit(url)
    driver = EC2NodeDriver(
        KEY["access_key_id"],
        KEY["secret_access_key"],
        region=REGION,
        secure=False,
        host=at.hostname,
        port=at.port,
        signature_version="4",
    )
    return lambda: len(driver.list_nodes())
