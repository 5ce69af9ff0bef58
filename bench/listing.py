"""List 10,000 EC2 instances through our adapter and with raw boto3, in turns, in one run.

    python -m bench.listing

Both read the same replies, kept in this process, so that what is compared is our own work on top
of the SDK's. Memory is compared between the first pages and the last.
"""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infra.local.aws_account import start_in_thread
from novacron.models.base import PageRequest
from novacron.models.vm import VmFilter
from novacron.providers.aws.provider import AwsProvider
from novacron.providers.base import iterate

VMS = 10_000
ROUNDS = 3
PAGE = 1000
"""Both sides ask for pages of the same size: EC2's largest."""


@dataclass(frozen=True)
class Listing:
    ratio: float
    growth: float

    def __str__(self) -> str:
        return f"{VMS} VMs: {self.ratio:.2f} x raw boto3, peak memory {self.growth:.2f} x one page"


def main() -> Listing:
    with TemporaryDirectory() as folder:
        server = start_in_thread(Path(folder), transition_describes=0)
        server.account.switches.standard_vcpus = VMS * 2
        try:
            provider = _provider(server.url)
            client = provider.ec2("us-east-1")
            _fill(client)
            ours, raw = [], []
            for _ in range(ROUNDS):
                raw.append(_timed(lambda: _raw(client)))
                ours.append(_timed(lambda: _ours(provider)))
            found = Listing(min(ours) / min(raw), _growth(provider))
        finally:
            server.stop()
    print(found)
    return found


def _provider(url: str) -> Any:
    settings = {"region": "us-east-1", "endpoint_url": url}
    secret = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "example"}
    return AwsProvider.from_settings(settings, secret)


def _fill(client: Any) -> None:
    image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    for _ in range(VMS // 1000):
        given = {"ImageId": image, "InstanceType": "t3.micro", "MinCount": 1000, "MaxCount": 1000}
        client.run_instances(**given)


def _raw(client: Any) -> int:
    pages = client.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": PAGE})
    return sum(len(one["Instances"]) for page in pages for one in page["Reservations"])


def _ours(provider: Any) -> int:
    first = PageRequest(limit=PAGE)
    page = provider.list_vms(VmFilter(), first)
    count = len(page.items)
    while page.next_cursor is not None:
        page = provider.list_vms(VmFilter(), PageRequest(limit=PAGE, cursor=page.next_cursor))
        count += len(page.items)
    return count


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    count = work()
    if count != VMS:
        raise AssertionError(f"{count} of {VMS} were listed")
    return time.perf_counter() - begun


def _growth(provider: Any) -> float:
    """Peak of a whole walk over the peak of one page."""
    tracemalloc.start()
    provider.list_vms(VmFilter(), PageRequest(limit=PAGE))
    _, one = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    for _ in iterate(provider.list_vms, VmFilter()):
        pass
    _, whole = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return whole / one


if __name__ == "__main__":
    main()
