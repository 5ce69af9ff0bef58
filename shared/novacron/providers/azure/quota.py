"""Limits of a region and what counts against them.

https://learn.microsoft.com/en-us/azure/virtual-machines/quotas
"""

from __future__ import annotations

from typing import Any

from novacron.models.account import ProviderType, Quota, Usage
from novacron.providers.azure.base import AzureBase
from novacron.providers.azure.errors import translated

# Azure's names: all VMs, and all vCPUs that are not spot. Each size family has a limit besides.
VMS, VCPUS = "virtualMachines", "cores"


class AzureQuota(AzureBase):
    @translated
    def get_quota(self, region: str) -> Quota:
        """VMs and vCPUs of the subscription. Azure limits neither memory nor GiB of disks."""
        told = self._usages(region)
        return Quota(region=region, vms=told[VMS]["limit"], vcpus=told[VCPUS]["limit"])

    @translated
    def get_usage(self, region: str) -> Usage:
        """``vms`` and ``vcpus`` as Azure counts them, over the whole subscription and with VMs
        that are deallocated; ``memory_mib`` and ``storage_gib`` of the resource group."""
        from novacron.catalog.catalog import size_of

        told, group = self._usages(region), self.account.resource_group
        vms = [vm for vm in self.compute.virtual_machines.list(group) if vm["location"] == region]
        names = [vm["properties"]["hardwareProfile"]["vmSize"] for vm in vms]
        sizes = [size_of(ProviderType.AZURE, name) for name in names]
        disks = self.compute.disks.list_by_resource_group(group)
        gib = [d["properties"].get("diskSizeGB", 0) for d in disks if d["location"] == region]
        return Usage(
            region=region,
            vms=told[VMS]["currentValue"],
            vcpus=told[VCPUS]["currentValue"],
            memory_mib=sum(size.memory_mib for size in sizes if size),
            storage_gib=sum(gib),
        )

    def _usages(self, region: str) -> dict[str, Any]:
        self.here(region)
        return {one["name"]["value"]: one for one in self.compute.usage.list(region)}
