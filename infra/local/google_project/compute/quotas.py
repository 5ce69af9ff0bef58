"""A region's quotas: https://cloud.google.com/compute/resource-usage"""

from __future__ import annotations

from collections import Counter
from typing import Any

from ...common.faults import Fault
from ..custom_types import custom_type
from ..errors import GoogleError
from ..operations import failure
from ..project import LocalProject
from ..store import path_of
from .kinds import ADDRESSES, DISKS, INSTANCES

LIMITS = {
    "CPUS": 200.0,
    "DISKS_TOTAL_GB": 40960.0,
    "IN_USE_ADDRESSES": 80.0,
    "INSTANCES": 1000.0,
    "SSD_TOTAL_GB": 40960.0,
    "STATIC_ADDRESSES": 80.0,
}
# Balanced disks count as SSD: https://cloud.google.com/compute/resource-usage#disk_quota
_SSD = ("pd-ssd", "pd-balanced")


def quotas(project: LocalProject, region: str) -> list[dict[str, Any]]:
    limits = LIMITS | project.switches.quotas
    used = _usage(project, region)
    return [{"metric": m, "limit": limits[m], "usage": float(used[m])} for m in sorted(limits)]


def check_quota(project: LocalProject, region: str, more: dict[str, int]) -> dict[str, Any] | None:
    """Whether there is room for ``more``: raises quotaExceeded, or returns how the operation
    fails where quotas are held late (``Switches.async_quota``)."""
    limits = LIMITS | project.switches.quotas
    used = _usage(project, region)
    for metric, amount in more.items():
        if used[metric] + amount <= limits[metric]:
            continue
        message = f"Quota '{metric}' exceeded.  Limit: {limits[metric]} in region {region}."
        if not project.switches.async_quota:
            raise GoogleError(403, "quotaExceeded", message)
        return failure(Fault("", "QUOTA_EXCEEDED", http_status=403, message=message))
    return None


def disk_metric(kind: str) -> str:
    """The quota that a disk of this type counts against."""
    return "SSD_TOTAL_GB" if kind in _SSD else "DISKS_TOTAL_GB"


def _usage(project: LocalProject, region: str) -> Counter[str]:
    used: Counter[str] = Counter()
    for body in project.store.of(project.project_id, INSTANCES):
        if _region(body) == region:
            used["INSTANCES"] += 1
            if body["status"] not in ("TERMINATED", "SUSPENDED"):
                used["CPUS"] += cpus(project, body)
            used["IN_USE_ADDRESSES"] += len(addresses(body))
    for body in project.store.of(project.project_id, DISKS):
        if _region(body) == region:
            used[disk_metric(body["type"].rpartition("/")[2])] += int(body["sizeGb"])
    reserved = project.store.of(project.project_id, ADDRESSES)
    used["STATIC_ADDRESSES"] = sum(one["region"].endswith(f"/{region}") for one in reserved)
    return used


def cpus(project: LocalProject, instance: dict[str, Any]) -> int:
    path = path_of(instance["machineType"])
    return int((custom_type(path) or project.store.get(path))["guestCpus"])


def addresses(instance: dict[str, Any]) -> list[str]:
    """Its external addresses."""
    return [
        config["natIP"]
        for nic in instance.get("networkInterfaces", [])
        for config in nic.get("accessConfigs", [])
        if config.get("natIP")
    ]


def _region(body: dict[str, Any]) -> str:
    return str(body["zone"].rpartition("/")[2].rpartition("-")[0])
