"""How providers export and import whose disks can be read and written from inside a VM alone.

A worker is a short-lived VM that the disks are attached to, and whose agent reads and writes them
(``providers/devices``). An export or import of such a provider opens only once its ``access`` names

* ``worker``, the VM's id, which the provider attaches disks to, and
* ``agent``, whom the reading and writing is asked of, once it is alive.

Both are put there by ``migration/workers.py``; the provider takes them out, and is PENDING again,
when it finds that the VM no longer runs. The provider itself neither reads nor writes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NoReturn

from pydantic import Field

from novacron.errors import Unsupported
from novacron.models.base import Model, Name, Ownership, ResourceId
from novacron.models.transfer import Export
from novacron.models.vm import Vm
from novacron.providers.transfer import DiskExport, DiskImport, all_touched

WORKER, AGENT = "worker", "agent"


class WorkerSpec(Model):
    """``attempt`` tells workers of one operation and name apart: one that died, and the next."""

    name: Name
    region: str
    zone: str | None = None
    startup_script: str = Field(max_length=16384, repr=False)
    """A shell script that root runs at each boot. It holds a one-time token."""
    attempt: str = ""
    subnet_id: ResourceId | None = None
    public_ip: bool = True
    """A worker dials out; without an address of its own its subnet must have a way (NAT)."""
    instance_type: str | None = None
    image: str = "debian-12"


class Workers(DiskExport, DiskImport, ABC):
    """Deleted by ``delete_vm``, found by ``list_vms`` with its name."""

    reads_sealed = False

    @abstractmethod
    def start_worker(self, spec: WorkerSpec, owner: Ownership) -> Vm:
        """Start making it; as ``create_vm``. Idempotent by operation, name and attempt, whatever
        its script is, as a script holds a token of its own each time."""

    def touched(self, export: Export, unit: int) -> list[str]:
        """Nobody can tell without reading the disks."""
        return all_touched(export, unit)

    def extents(self, *_: Any, **__: Any) -> NoReturn:
        raise _refusal()

    def read(self, *_: Any, **__: Any) -> NoReturn:
        raise _refusal()

    def write(self, *_: Any, **__: Any) -> NoReturn:
        raise _refusal()

    def read_back(self, *_: Any, **__: Any) -> NoReturn:
        raise _refusal()


def _refusal() -> Unsupported:
    return Unsupported("Disks are read and written by the worker that they are attached to.")
