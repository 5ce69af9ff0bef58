"""10,000 VMs listed through our adapter against raw boto3: ratio below 1.2, memory flat."""

from __future__ import annotations

from bench.listing.compare import listing


def prove() -> str:
    found = listing("aws")
    if found.ratio >= 1.2 or found.growth >= 1.5:
        raise AssertionError(str(found))
    return str(found)
