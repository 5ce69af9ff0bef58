"""Sizes and provisioned performance of disk types.

https://cloud.google.com/compute/docs/disks/persistent-disks and, for Hyperdisk,
https://cloud.google.com/compute/docs/disks/hyperdisks#hyperdisk-limits
"""

from __future__ import annotations

from typing import Any

from ..errors import invalid

# GiB.
_SIZES = {
    "hyperdisk-balanced": (4, 65536),
    "pd-balanced": (1, 65536),
    "pd-extreme": (500, 65536),
    "pd-ssd": (1, 65536),
    "pd-standard": (1, 65536),
}
# Hyperdisk Balanced: 500 IOPS per GiB up to 160,000; MB/s up to a quarter of the IOPS and 2,400.
_BASE_IOPS, _IOPS_PER_GB, _MOST_IOPS = 3000, 500, 160000
_BASE_THROUGHPUT, _MOST_THROUGHPUT = 140, 2400
# Persistent Disk Extreme.
_EXTREME_IOPS = (2500, 120000)


def check_size(kind: str, size: int) -> None:
    least, most = _SIZES[kind]
    if not least <= size <= most:
        raise invalid(
            "resource.sizeGb",
            size,
            f"Disk size must be between {least} GB and {most} GB for {kind}.",
        )


def performance(kind: str, size: int, asked: dict[str, Any]) -> dict[str, str]:
    """provisionedIops and provisionedThroughput of a new disk. Raises invalid."""
    iops, throughput = asked.get("provisionedIops"), asked.get("provisionedThroughput")
    if kind == "pd-extreme":
        _refuse("provisionedThroughput", throughput, kind)
        return {"provisionedIops": _within("provisionedIops", iops or 100000, *_EXTREME_IOPS)}
    if kind != "hyperdisk-balanced":
        _refuse("provisionedIops", iops, kind)
        _refuse("provisionedThroughput", throughput, kind)
        return {}
    most = min(_MOST_IOPS, _IOPS_PER_GB * size)
    base = min(_BASE_IOPS, most)
    given = _within("provisionedIops", iops or base, base, most)
    speed = min(_MOST_THROUGHPUT, max(_BASE_THROUGHPUT, int(given) // 4))
    return {
        "provisionedIops": given,
        "provisionedThroughput": _within(
            "provisionedThroughput", throughput or _BASE_THROUGHPUT, _BASE_THROUGHPUT, speed
        ),
    }


def _refuse(field: str, value: Any, kind: str) -> None:
    if value:
        raise invalid(f"resource.{field}", value, f"Cannot be set for disks of type {kind}.")


def _within(field: str, value: Any, least: int, most: int) -> str:
    if not least <= int(value) <= most:
        raise invalid(f"resource.{field}", value, f"Must be between {least} and {most}.")
    return str(int(value))
