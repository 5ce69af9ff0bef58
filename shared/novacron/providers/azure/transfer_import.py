"""Disks that are filled by direct upload, and stay open for it until they are sealed.

https://learn.microsoft.com/en-us/azure/virtual-machines/linux/disks-upload-vhd-to-managed-disk-cli
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from novacron.errors import Conflict, NotFound, NotReady, NovaCronError, Unsupported
from novacron.mapping.volumes import native_volume
from novacron.mapping.volumes_azure import ZONAL
from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.transfer import Extent, Import, ImportSpec, TransferState
from novacron.models.volume import VolumeState
from novacron.providers.azure.errors import translated
from novacron.providers.azure.images import GENERATION
from novacron.providers.azure.ownership import Json, native_name, same_before, tags_for
from novacron.providers.azure.states import DISK_CHANGE, meaning
from novacron.providers.azure.transfer_access import (
    READ,
    WRITE,
    address,
    has_address,
    is_open,
    is_uploading,
    present,
)
from novacron.providers.azure.transfer_assemble import Assembly
from novacron.providers.azure.transfer_blobs import MOST_BYTES, PAGE
from novacron.providers.azure.transfer_vhd import FOOTER_BYTES, footer, uploaded_bytes
from novacron.providers.azure.volumes import FIRST_ZONE, SECTOR
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES, DiskImport

GIB = 1024**3
_ZEROS = bytes(LEAF_BYTES)
_ENDING = "ending"
"""Where ``access`` keeps the URL that tells how the end of the upload goes."""


class AzureImport(Assembly, DiskImport):
    write_bytes = MOST_BYTES
    write_granularity = GRAIN_BYTES

    @translated
    def begin_import(self, spec: ImportSpec, owner: Ownership) -> Import:
        name = f"{native_name(owner)}-disk{spec.index}"
        found = self.find_native(self.compute.disks.get, name)
        if found is not None:
            same_before(found, spec, owner)
        else:
            self.here(spec.region)
            self.begin(self.compute.disks.begin_create_or_update, name, _request(spec, owner))
        begun = Import(id=name, state=TransferState.PENDING, size_bytes=spec.size_bytes)
        return self.get_import(begun)

    @translated
    def get_import(self, target: Import) -> Import:
        return self._import_now(target, self._disk(target))

    def write(self, target: Import, offset: int, data: bytes) -> None:
        """NotReady when the address has ended: ``get_import`` gets another."""
        if offset + len(data) == target.size_bytes:
            data = data.ljust(-(-len(data) // PAGE) * PAGE, b"\0")
        try:
            self._write(address(target.access, target.id, WRITE), offset, data)
        except NotReady:
            if not is_uploading(self._disk(target)):
                raise Conflict(f"{target.id} is sealed.") from None
            raise

    def _write(self, url: str, offset: int, data: bytes) -> None:
        self.check_pages(offset, len(data))
        leaves = [data[i : i + LEAF_BYTES] for i in range(0, len(data), LEAF_BYTES)]
        for zero, run in groupby(leaves, lambda leaf: leaf == _ZEROS[: len(leaf)]):
            part = b"".join(run)
            if zero:
                self.blob_clear(url, offset, len(part))
            else:
                self.blob_write(url, offset, part)
            offset += len(part)

    @translated
    def seal_import(self, target: Import, written: int) -> Import:  # noqa: ARG002 the disk knows
        native = self._disk(target)
        if target.state is TransferState.SEALING or not is_uploading(native):
            return self._import_now(target, native)
        size = int(native["properties"]["creationData"]["uploadSizeBytes"]) - FOOTER_BYTES
        url = address(target.access, target.id, WRITE)
        self.blob_write(url, size, footer(size, target.id))
        return self._end(target)

    def _end(self, target: Import) -> Import:
        """The footer is written."""
        begun = self.begin(self.compute.disks.begin_revoke_access, target.id)
        access = {_ENDING: begun.operation or ""}
        return target.model_copy(update={"state": TransferState.SEALING, "access": access})

    def _is_ending(self, target: Import) -> bool:
        """Not when it failed, or nothing is known of it: ending again is harmless."""
        try:
            self.check_operation(target.access.get(_ENDING, ""))
        except NotReady:
            return True
        except NovaCronError:
            return False
        return False

    def read_back(self, target: Import, offset: int, length: int) -> bytes:
        return self.blob_read(_readable(target), offset, length)

    def allocated(self, target: Import, offset: int, length: int) -> Iterator[Extent]:
        return self.blob_ranges(_readable(target), None, offset, length)

    @translated
    def delete_import(self, target: Import) -> None:
        native = present(self.find_native(self.compute.disks.get, target.id))
        if native is None:
            return
        if holder := native.get("managedBy"):
            raise Conflict(f"{target.id} is attached to {str(holder).rpartition('/')[2]}.")
        if is_open(native):
            self.begin(self.compute.disks.begin_revoke_access, target.id)
            raise NotReady(f"Access to {target.id} is being taken back.")
        self.begin(self.compute.disks.begin_delete, target.id)

    @translated
    def _disk(self, target: Import) -> Json:
        native = present(self.find_native(self.compute.disks.get, target.id))
        if native is None:
            raise NotFound(f"There is no disk {target.id!r}.")
        return native

    def _import_now(self, target: Import, native: Json) -> Import:
        name, access = target.id, target.access
        change = meaning(DISK_CHANGE, str(native["properties"].get("provisioningState", "")))
        if change is not None:
            failed = change is VolumeState.ERROR
            state = TransferState.ERROR if failed else TransferState.PENDING
            return target.model_copy(update={"state": state})
        if target.state is TransferState.SEALING and is_uploading(native):
            return target if self._is_ending(target) else self._end(target)
        if native.get("managedBy"):
            return _known(target, TransferState.READY, {})
        level = WRITE if is_uploading(native) else READ
        access = self.granted(self.compute.disks, name, level, access)
        opened = has_address(access, name, level)
        if level == WRITE:
            state = TransferState.OPEN if opened else TransferState.PENDING
            return target.model_copy(update={"state": state, "access": access})
        ready = opened or target.state is TransferState.READY
        return _known(target, TransferState.READY if ready else TransferState.SEALING, access)


def _readable(target: Import) -> str:
    """Writing takes an address that reads too."""
    level = WRITE if has_address(target.access, target.id, WRITE) else READ
    return address(target.access, target.id, level)


def _known(target: Import, state: TransferState, access: dict[str, str]) -> Import:
    volume_id = target.id if state is TransferState.READY else None
    update = {"state": state, "access": access, "volume_id": volume_id}
    return target.model_copy(update=update)


def _request(spec: ImportSpec, owner: Ownership) -> Json:
    """https://learn.microsoft.com/en-us/rest/api/compute/disks/create-or-update"""
    size = uploaded_bytes(spec.size_bytes)
    kind = native_volume(ProviderType.AZURE, spec.volume_class, -(-size // GIB)).type
    creation: Json = {"createOption": "Upload", "uploadSizeBytes": size + FOOTER_BYTES}
    properties: Json = {"creationData": creation}
    zone = spec.zone
    if spec.index == 0:
        if kind in ZONAL:
            raise Unsupported(
                f"{kind} cannot hold an OS.",
                field="volume_class",
                remedy="Use the class balanced for the boot disk.",
            )
        properties |= {"osType": "Linux", "hyperVGeneration": GENERATION[spec.boot_mode]}
    if kind in ZONAL:
        zone, creation["logicalSectorSize"] = zone or FIRST_ZONE, SECTOR
    body: Json = {
        "location": spec.region,
        "tags": tags_for(spec.name, spec.tags, owner, spec),
        "sku": {"name": kind},
        "properties": properties,
    }
    return {**body, "zones": [zone]} if zone else body
