"""What the hosts have, and what VMs take of it."""

from __future__ import annotations

from novacron.models.account import Quota, Usage
from novacron.providers.libvirt.base import LibvirtBase
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.records import GIB


class LibvirtQuota(LibvirtBase):
    @translated
    def get_quota(self, region: str) -> Quota:
        """Capacity of the hosts that answer; CPUs times ``cpu_overcommit``."""
        self.check_region(region)
        cpus = memory = storage = 0
        for host in self.answering()[0]:
            info = host.connection.getInfo()
            memory += info[1]
            cpus += info[2]
            storage += host.pool.info()[1]
        return Quota(
            region=region,
            vcpus=int(cpus * self.account.cpu_overcommit),
            memory_mib=memory,
            storage_gib=storage // GIB,
        )

    @translated
    def get_usage(self, region: str) -> Usage:
        """CPU and memory of VMs that run, disk that is allocated: of the hosts that answer."""
        self.check_region(region)
        vms = vcpus = memory = storage = 0
        for host in self.answering()[0]:
            for domain in host.connection.listAllDomains():
                vms += 1
                if domain.isActive():
                    _, _, kib, cpus, _ = domain.info()
                    vcpus += cpus
                    memory += kib // 1024
            storage += host.pool.info()[2]
        return Usage(
            region=region, vms=vms, vcpus=vcpus, memory_mib=memory, storage_gib=-(-storage // GIB)
        )
