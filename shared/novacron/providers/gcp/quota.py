"""Limits of a region and what counts against them.

https://cloud.google.com/compute/resource-usage
"""

from __future__ import annotations

from typing import Any

from novacron.models.account import Quota, Usage
from novacron.providers.gcp.base import last, place_of
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.instances import Instances

# CPUS counts all series that have no quota of their own (E2, N1 ...); SSD_TOTAL_GB balanced and
# SSD persistent disks.
VMS, VCPUS, STORAGE = "INSTANCES", "CPUS", "SSD_TOTAL_GB"


class GcpQuota(Instances):
    @translated
    def get_quota(self, region: str) -> Quota:
        """VMs, vCPUs of the series in the quota CPUS, GiB of SSD. Google limits no memory."""
        limits = {one.metric: int(one.limit) for one in self._quotas(region)}
        return Quota(
            region=region,
            vms=limits.get(VMS),
            vcpus=limits.get(VCPUS),
            storage_gib=limits.get(STORAGE),
        )

    @translated
    def get_usage(self, region: str) -> Usage:
        """As Google counts it; ``memory_mib`` of all instances, stopped ones too."""
        used = {one.metric: int(one.usage) for one in self._quotas(region)}
        memory = 0
        for one in self.everything("instances"):
            place = place_of(one.self_link)
            if place.region == region:
                memory += self.size_of(place.zone, last(one.machine_type)).memory_mib
        return Usage(
            region=region,
            vms=used.get(VMS, 0),
            vcpus=used.get(VCPUS, 0),
            memory_mib=memory,
            storage_gib=used.get(STORAGE, 0),
        )

    def _quotas(self, region: str) -> Any:
        self.check_region(region)
        return self.call("regions", "get", region=region).quotas
