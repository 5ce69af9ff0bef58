"""Quota, usage, price and metrics of the in-memory cloud."""

from __future__ import annotations

from datetime import datetime, timedelta

from novacron.models.account import CostEstimate, MetricName, MetricPoint, Quota, Usage
from novacron.models.vm import VmSpec, VmState
from novacron.providers.base import Accounting
from novacron.providers.memory.cloud import MemoryBase, call, find
from novacron.providers.memory.compute import LIVE
from novacron.providers.memory.costs import estimate

PERIOD = timedelta(minutes=5)


class MemoryAccounting(MemoryBase, Accounting):
    @call
    def get_quota(self, region: str) -> Quota:
        return self.cloud.quota.model_copy(update={"region": region})

    @call
    def get_usage(self, region: str) -> Usage:
        vms = [v for v in self.cloud.vms.values() if v.region == region and v.state in LIVE]
        volumes = [v for v in self.cloud.volumes.values() if v.region == region]
        return Usage(
            region=region,
            vms=len(vms),
            vcpus=sum(vm.vcpus or 0 for vm in vms),
            memory_mib=sum(vm.memory_mib or 0 for vm in vms),
            storage_gib=sum(volume.size_gib for volume in volumes),
        )

    @call
    def estimate_cost(self, spec: VmSpec) -> CostEstimate:
        return estimate(spec)

    @call
    def get_metrics(
        self, vm_id: str, names: list[MetricName], start: datetime, end: datetime
    ) -> list[MetricPoint]:
        """A running VM idles: 1% of CPU at every fifth minute; nothing else is known."""
        vm = find(self.cloud.vms, "VM", vm_id)
        if MetricName.CPU_PERCENT not in names or vm.state is not VmState.RUNNING:
            return []
        points = []
        at = start
        while at < end:
            points.append(MetricPoint(name=MetricName.CPU_PERCENT, at=at, value=1.0))
            at += PERIOD
        return points
