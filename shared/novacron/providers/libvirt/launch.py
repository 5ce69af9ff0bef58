"""Making a VM: choose a host, make its disks, define it, start it; or leave nothing behind."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import Any

import libvirt

from novacron.errors import InvalidSpec, Unsupported
from novacron.mapping.images import resolve
from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.transfer import AssembleSpec
from novacron.models.vm import Vm, VmSpec
from novacron.providers.libvirt import records
from novacron.providers.libvirt.auth import Host
from novacron.providers.libvirt.domain_xml import Parts, domain_xml
from novacron.providers.libvirt.ownership import (
    NAMESPACE,
    Owned,
    derived_id,
    metadata,
    owned,
    read_metadata,
)
from novacron.providers.libvirt.placement import Amount, choose
from novacron.providers.libvirt.seed import seed
from novacron.providers.libvirt.sites import MIB, Sites, down, room
from novacron.providers.libvirt.view import read_vm

ELEMENT = libvirt.VIR_DOMAIN_METADATA_ELEMENT


class LaunchVms(Sites):
    def launch(self, vm_id: str, spec: VmSpec, owner: Ownership) -> Vm:
        """Raises what ``create_vm`` does."""
        self._check(spec)
        image = seed(vm_id, spec)
        host = self.site(vm_id, spec, owner, lambda live, dead: self._place(spec, live, dead))
        made: list[str] = []
        try:
            disks = self._disks(host, vm_id, spec, owner, made)
            seeded = None if image is None else records.write_seed(host, made[0], image)
            parts = Parts(
                uuid=vm_id,
                record=owned(spec, owner),
                disks=disks,
                seed=seeded,
                console=records.make_log(host, vm_id),
                network=spec.subnet_id,
                firewall=spec.firewall_ids[0] if spec.firewall_ids else None,
                accelerator=self.account.accelerator,
            )
            domain = host.connection.defineXML(domain_xml(spec, parts))
        except Exception:
            for disk_id in made:
                records.remove(host, disk_id)
            records.remove_log(host, vm_id)
            self.forget_site(vm_id)
            raise
        self.start_new(host, domain)
        return read_vm(self.account, host, domain)

    def start_new(self, host: Host, domain: Any) -> None:
        """Start a domain that was defined but never started; one the user stopped stays so."""
        record = read_metadata(ET.fromstring(domain.XMLDesc()))  # noqa: S314
        if record is None or record.started_at is not None or domain.isActive():
            return
        try:
            self.start_now(domain)
        except libvirt.libvirtError:
            self.remove_vm(host, domain)
            raise

    def start_now(self, domain: Any) -> None:
        """Start, and write down when: figures that libvirt counts since then need it."""
        domain.create()
        record = read_metadata(ET.fromstring(domain.XMLDesc()))  # noqa: S314
        if record is not None:
            stamp(domain, record.model_copy(update={"started_at": datetime.now(UTC)}))

    def remove_vm(self, host: Host, domain: Any) -> None:
        raise NotImplementedError

    def found(self, host: Host, vm_id: str) -> Any | None:
        """The domain of a VM that this host has."""
        try:
            return host.connection.lookupByUUIDString(vm_id)
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
                return None
            raise

    def check_addresses(self, spec: VmSpec | AssembleSpec) -> None:
        if spec.public_ip:
            raise Unsupported("Addresses come from the host's network.", field="public_ip")
        if len(spec.firewall_ids) > 1:
            raise Unsupported("One firewall for each VM.", field="firewall_ids")
        if spec.firewall_ids and spec.subnet_id is None:
            raise InvalidSpec("A firewall needs a subnet.", field="firewall_ids")
        if spec.instance_type is not None:
            raise InvalidSpec(
                "libvirt has no instance types.",
                field="instance_type",
                remedy="Give vcpus and memory_mib.",
            )

    def _check(self, spec: VmSpec) -> None:
        self.check_region(spec.region)
        if spec.spot:
            raise Unsupported("libvirt has no spot VMs.", field="spot")
        if spec.gpus:
            raise Unsupported("GPUs are not passed through yet.", field="gpus")
        self.check_addresses(spec)

    def _place(self, spec: VmSpec, live: list[Host], dead: list[str]) -> Host:
        """The host with the most room that has the image and the subnet. NoCapacity, InvalidSpec.

        Disks are thin; room is wanted for all that they may grow to.
        """
        refusals = {host.zone: self._refusal(host, spec) for host in live}
        if not dead and all(refusals.values()):
            told = "; ".join(f"{zone}: {reason}" for zone, reason in refusals.items())
            field = "image" if "no image" in told else "subnet_id"
            raise InvalidSpec(f"No host fits. {told}.", field=field)
        sizes = [spec.root_disk_gib or 0, *(disk.size_gib for disk in spec.disks)]
        wanted = Amount(spec.vcpus, spec.memory_mib, sum(sizes) * records.GIB // MIB)
        overcommit = self.account.cpu_overcommit
        rooms = [room(overcommit, host, refusals[host.zone]) for host in live]
        return self.account.host(choose([*rooms, *map(down, dead)], wanted))

    def _refusal(self, host: Host, spec: VmSpec) -> str | None:
        if self._image(host, spec) is None:
            return f"there is no image {spec.image!r}"
        if spec.subnet_id is not None and spec.subnet_id not in host.connection.listNetworks():
            return f"there is no subnet {spec.subnet_id!r}"
        return None

    def _image(self, host: Host, spec: VmSpec) -> Any | None:
        query = resolve(ProviderType.LIBVIRT, spec.image, spec.architecture)
        name = query.id or ""
        return records.file(host, name + records.DISK) or records.file(host, name)

    def _disks(
        self, host: Host, vm_id: str, spec: VmSpec, owner: Ownership, made: list[str]
    ) -> list[str]:
        """Paths: the root disk, on top of the image and so there at once, then the others."""
        image = self._image(host, spec)
        assert image is not None
        size = image.info()[1]
        if spec.root_disk_gib is not None and spec.root_disk_gib * records.GIB < size:
            detail = f"The image has {-(-size // records.GIB)} GiB."
            raise InvalidSpec(detail, field="root_disk_gib")
        root = max(size, (spec.root_disk_gib or 0) * records.GIB)
        wanted = [("root", root, image)]
        wanted += [(one.name, one.size_gib * records.GIB, None) for one in spec.disks]
        paths = []
        for name, size, backing in wanted:
            disk_id = derived_id("vol", owner.operation, name)
            record = owned(spec, owner, vm=vm_id)
            shown = spec.name if name == "root" else name
            made.append(disk_id)
            records.write(host, disk_id, record.model_copy(update={"name": shown}))
            disk = records.disk(host, disk_id) or records.make_disk(host, disk_id, size, backing)
            paths.append(disk.path())
        return paths


def stamp(domain: Any, record: Owned) -> None:
    """Replace the domain's document, in what runs and in what is defined."""
    flags = libvirt.VIR_DOMAIN_AFFECT_CONFIG
    if domain.isActive():
        flags |= libvirt.VIR_DOMAIN_AFFECT_LIVE
    text = ET.tostring(metadata(record), encoding="unicode")
    domain.setMetadata(ELEMENT, text, "novacron", NAMESPACE, flags)
