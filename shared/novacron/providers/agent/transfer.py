"""Disks of an agent's hosts: what is said of them. Their bytes never come here."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from novacron.errors import Unsupported
from novacron.models.base import Ownership
from novacron.models.transfer import AssembleSpec, Export, Extent, Import, ImportSpec
from novacron.models.vm import Vm
from novacron.providers.transfer import DiskExport, DiskImport, Fencing, all_touched

BESIDE = Unsupported("An agent's disks are read and written beside them, by shard jobs.")


class AgentTransfer(DiskExport, DiskImport, Fencing):
    """``access`` names the agent, so that jobs are sent to it."""

    _agent: str

    @abstractmethod
    def _ask(self, method: str, **arguments: Any) -> Any: ...

    def begin_export(self, vm_id: str, since: Export | None, owner: Ownership) -> Export:
        return self._export("begin_export", vm_id=vm_id, since=since, owner=owner)

    def get_export(self, export: Export) -> Export:
        return self._export("get_export", export=export)

    def end_export(self, export: Export) -> None:
        self._ask("end_export", export=export)

    def delete_export(self, export: Export) -> None:
        self._ask("delete_export", export=export)

    def touched(self, export: Export, unit: int) -> list[str]:
        """All of it at an agent that is too old to be asked."""
        try:
            found: list[str] = self._ask("touched", export=export, unit=unit)
        except Unsupported:
            return all_touched(export, unit)
        return found

    def extents(self, export: Export, disk: int, offset: int, length: int) -> Iterator[Extent]:  # noqa: ARG002
        raise BESIDE

    def read(self, export: Export, disk: int, offset: int, length: int) -> bytes:  # noqa: ARG002
        raise BESIDE

    def begin_import(self, spec: ImportSpec, owner: Ownership) -> Import:
        return self._import("begin_import", spec=spec, owner=owner)

    def get_import(self, target: Import) -> Import:
        return self._import("get_import", target=target)

    def seal_import(self, target: Import, written: int) -> Import:
        return self._import("seal_import", target=target, written=written)

    def delete_import(self, target: Import) -> None:
        self._ask("delete_import", target=target)

    def assemble_vm(self, spec: AssembleSpec, disks: list[Import], owner: Ownership) -> Vm:
        found: Vm = self._ask("assemble_vm", spec=spec, disks=disks, owner=owner)
        return found

    def write(self, target: Import, offset: int, data: bytes) -> None:  # noqa: ARG002
        raise BESIDE

    def read_back(self, target: Import, offset: int, length: int) -> bytes:  # noqa: ARG002
        raise BESIDE

    def fence_vm(self, vm_id: str) -> Vm:
        found: Vm = self._ask("fence_vm", vm_id=vm_id)
        return found

    def release_vm(self, vm_id: str) -> Vm:
        found: Vm = self._ask("release_vm", vm_id=vm_id)
        return found

    def _export(self, method: str, **arguments: Any) -> Export:
        found: Export = self._ask(method, **arguments)
        return found.model_copy(update={"access": found.access | {"agent": self._agent}})

    def _import(self, method: str, **arguments: Any) -> Import:
        found: Import = self._ask(method, **arguments)
        return found.model_copy(update={"access": found.access | {"agent": self._agent}})
