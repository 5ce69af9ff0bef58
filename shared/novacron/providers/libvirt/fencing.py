"""Fencing: a paused domain's processors stand still, its memory and disks stay."""

from __future__ import annotations

import libvirt

from novacron.models.vm import Vm
from novacron.providers.libvirt.backup_xml import backup_of
from novacron.providers.libvirt.base import LibvirtBase
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.holding import is_held, let_go
from novacron.providers.libvirt.view import read_vm
from novacron.providers.transfer import Fencing


class LibvirtFencing(LibvirtBase, Fencing):
    @translated
    def fence_vm(self, vm_id: str) -> Vm:
        host, domain = self.domain(vm_id)
        if domain.isActive():
            domain.suspend()
        return read_vm(self.account, host, domain)

    @translated
    def release_vm(self, vm_id: str) -> Vm:
        host, domain = self.domain(vm_id)
        if is_held(domain):
            if backup_of(domain) is None:
                let_go(domain)
        elif domain.state()[0] == libvirt.VIR_DOMAIN_PAUSED:
            domain.resume()
        return read_vm(self.account, host, domain)
