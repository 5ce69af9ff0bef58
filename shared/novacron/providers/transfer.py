"""Capabilities by which a VM's disks leave a provider and arrive at another.

The rules of ``providers.base`` hold here too: no method waits; what is under way is PENDING or
SEALING, and ``get_export`` / ``get_import`` look again. What a method is given is what a method
before returned: adapters keep nothing between calls. Bytes are moved in leaves of
``LEAF_BYTES``, or in grains of them of ``GRAIN_BYTES`` where a side can; a disk's last leaf, and
its last grain, may be shorter.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from novacron.models.base import Ownership
from novacron.models.transfer import AssembleSpec, Export, Extent, Import, ImportSpec
from novacron.models.vm import Vm

LEAF_BYTES = 512 * 1024
"""EBS direct's block (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-accessing-snapshot.html),
so that a leaf is one request there."""
GRAIN_BYTES = 4096
"""The least that is told apart of a leaf: what file systems write, and most disks' own sector."""


def all_touched(export: Export, unit: int) -> list[str]:
    """What ``DiskExport.touched`` is where nobody can tell."""
    return [f"{(1 << -(-one.size_bytes // unit)) - 1:x}" for one in export.disks]


class DiskExport(ABC):
    """Reads a VM's disks as they were at a moment, and tells what changed since an earlier one."""

    read_bytes: ClassVar[int] = LEAF_BYTES
    """How much one ``read`` may ask for: a multiple of LEAF_BYTES."""

    read_granularity: ClassVar[int] = LEAF_BYTES
    """How fine changes are told and read: LEAF_BYTES, where reading a part of a leaf is no cheaper
    than the leaf, or nothing finer is known; else GRAIN_BYTES."""

    @abstractmethod
    def begin_export(self, vm_id: str, since: Export | None, owner: Ownership) -> Export:
        """Fix the moment: all disks of the VM, running or stopped.

        With ``since`` the provider can tell what changed; where it no longer can, the export's
        disks have no ``since_id``. Idempotent by ``owner.operation``. Raises NotReady while
        another export of the VM is open, where only one can be.
        """

    @abstractmethod
    def get_export(self, export: Export) -> Export:
        """It now. NotFound when it is gone."""

    @abstractmethod
    def extents(self, export: Export, disk: int, offset: int, length: int) -> Iterator[Extent]:
        """What may differ from ``since`` in [offset, offset + length), in order, cut to it.

        Without ``since_id``: from a disk of zeros. A range that became zeros since is an extent
        with ``zero``; it is never left out.
        """

    def touched(self, export: Export, unit: int) -> list[str]:
        """For each disk, in which of its pieces of ``unit`` bytes ``extents`` tells anything: the
        bits of a hexadecimal number, the first piece's the lowest."""
        return [
            f"{self._touched(export, disk, one.size_bytes, unit):x}"
            for disk, one in enumerate(export.disks)
        ]

    def _touched(self, export: Export, disk: int, size: int, unit: int) -> int:
        bits = 0
        for extent in self.extents(export, disk, 0, size):
            first, last = extent.offset // unit, (extent.offset + extent.length - 1) // unit
            bits |= (1 << last + 1) - (1 << first)
        return bits

    @abstractmethod
    def read(self, export: Export, disk: int, offset: int, length: int) -> bytes:
        """``length`` bytes at ``offset``, checked against the provider's checksum if it has one."""

    @abstractmethod
    def end_export(self, export: Export) -> None:
        """No more reads. What ``since`` needs of it stays. Ending twice is fine; may raise
        NotReady, until what only reading needed is gone."""

    @abstractmethod
    def delete_export(self, export: Export) -> None:
        """End it and remove everything that it made. Deleting twice is fine; may raise NotReady."""


class DiskImport(ABC):
    """Makes disks out of leaves that are written in any order, any number of times."""

    write_bytes: ClassVar[int] = LEAF_BYTES
    """How much one ``write`` may hold: a multiple of LEAF_BYTES."""

    write_granularity: ClassVar[int] = LEAF_BYTES
    """Writes begin and end at multiples of it, save at the disk's end: LEAF_BYTES or GRAIN_BYTES.
    What of a leaf was never written is zeros."""

    reads_sealed: ClassVar[bool] = True
    """Whether ``read_back`` works once READY. If not, it works while OPEN, and only then."""

    unreadable: ClassVar[str | None] = None
    """Why ``read_back`` does not work while OPEN; None: it does. Who cannot is a CheckedSeal."""

    @abstractmethod
    def begin_import(self, spec: ImportSpec, owner: Ownership) -> Import:
        """A disk of zeros to write to. Idempotent by ``owner.operation`` and ``spec.index``."""

    @abstractmethod
    def get_import(self, target: Import) -> Import:
        """It now. NotFound when it is gone."""

    @abstractmethod
    def write(self, target: Import, offset: int, data: bytes) -> None:
        """Write ``data`` at ``offset``: whole leaves, or grains of one leaf (see
        ``write_granularity``).

        Repeating it is harmless. Raises Conflict once the import is sealed.
        """

    @abstractmethod
    def seal_import(self, target: Import, written: int) -> Import:
        """No more writes; make it a disk that a VM can use.

        ``written``: how many different leaves were ever written. Sealing twice is fine.
        """

    @abstractmethod
    def read_back(self, target: Import, offset: int, length: int) -> bytes:
        """What the disk holds there, for checking; once READY if the provider cannot before."""

    def allocated(self, target: Import, offset: int, length: int) -> Iterator[Extent]:  # noqa: ARG002
        """Where in [offset, offset + length) ``read_back`` may find anything but zeros: all of it
        where to ask costs as much as to read."""
        yield Extent(offset=offset, length=length)

    @abstractmethod
    def delete_import(self, target: Import) -> None:
        """Remove the disk and all that it was made from. Deleting twice is fine; may raise
        NotReady. Conflict while a VM uses it."""

    @abstractmethod
    def assemble_vm(self, spec: AssembleSpec, disks: list[Import], owner: Ownership) -> Vm:
        """Make a VM from READY imports, boot disk first, and start it. The disks are deleted with
        it. Idempotent by ``owner.operation``; raises what ``create_vm`` does."""


class Flushing(ABC):
    """Keeps what an import was given in this machine's memory until it is told to write it down."""

    @abstractmethod
    def flush(self, target: Import) -> None:
        """All that was written is on the disk when it returns: what a job has reported must
        outlast its machine."""


class CheckedSeal(ABC):
    """Compares what it holds with a checksum as it seals: an import that cannot be read before."""

    @abstractmethod
    def seal_checked(self, target: Import, written: int, checksum: bytes) -> Import:
        """``seal_import``, given ``migration.verify.linear_checksum``. What differs is Corrupted,
        now or as the state ERROR later; the import is then of no use."""


class Fencing(ABC):
    """Can stop a VM from writing at once and let it go on as if nothing had happened."""

    @abstractmethod
    def fence_vm(self, vm_id: str) -> Vm:
        """It runs no instruction until ``release_vm``; its disks can be exported. Idempotent."""

    @abstractmethod
    def release_vm(self, vm_id: str) -> Vm:
        """Let it go on. A VM that was not fenced is left as it is."""


class LiveMigration(ABC):
    """Moves a running VM, memory and disks, to another host of the same kind."""

    @abstractmethod
    def migrate_live(self, vm_id: str, host: str, owner: Ownership) -> Vm:
        """Start moving it; raises NotReady while it moves. Repeating it looks again."""
