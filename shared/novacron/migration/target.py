"""The disks that a migration fills at its target: those of the VM to be, or of a test clone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from novacron.errors import Conflict, NotReady
from novacron.migration.context import Context
from novacron.migration.manifest import DiskManifest
from novacron.migration.shards import ImportJob, importer
from novacron.migration.staff import TARGET, staffed
from novacron.migration.verify import Verified, linear_checksum
from novacron.migration.where import import_shard, verify_shard
from novacron.models.migration import Clone, Effect
from novacron.models.transfer import Import, ImportSpec, TransferState
from novacron.providers.transfer import CheckedSeal

OWN = "i"
"""The part of the migration's operation that its own disks are of."""


@dataclass
class TargetDisks(ABC):
    now: Context

    @property
    @abstractmethod
    def part(self) -> str:
        """Of the migration's operation, that they are of."""

    @property
    @abstractmethod
    def imports(self) -> list[Import]:
        """As last written down, their secrets readable."""

    def keep(self, imports: list[Import]) -> None:
        if imports != self.imports:
            self._keep([self.now.seal(one) for one in imports])

    @abstractmethod
    def _keep(self, sealed: list[Import]) -> None: ...

    def open(self) -> None:
        """Make them, as large as the source's. Raises NotReady until all can be written, or are
        sealed already; Conflict when one failed."""
        now, imports = self.now, self.imports
        target = importer(now.target)
        for index in range(len(imports), len(now.export.disks)):
            now.intend(Effect.IMPORT, self.part, index)
            spec = import_spec(now, index, self.part)
            imports.append(target.begin_import(spec, now.owner(self.part)))
            self.keep(imports)
        if any(one.state is TransferState.PENDING for one in imports):
            imports = [target.get_import(staffed(now, TARGET, one)) for one in imports]
            self.keep(imports)
        if any(one.state is TransferState.ERROR for one in imports):
            raise Conflict("A disk of the target could not be made.")
        if any(one.state is TransferState.PENDING for one in imports):
            raise NotReady("The target's disks are being made.")

    def write(self, disk: int, shard: int, manifest: str, since: str | None) -> int:
        """Bytes written; as ``import_shard``. Raises NotReady until it is done."""
        try:
            job = self._job(disk, shard, manifest, since)
            account, until = self.now.target_account, self.now.until
            return import_shard(self.now.services, account, job, until).written_bytes
        except NotReady:
            self._refresh(disk)
            raise

    def verify(self, disk: int, shard: int, manifest: str, since: str | None) -> Verified:
        """As ``verify_shard``. Raises NotReady until it is done, Corrupted."""
        try:
            job = self._job(disk, shard, manifest, since)
            return verify_shard(self.now.services, self.now.target_account, job, self.now.until)
        except NotReady:
            self._refresh(disk)
            raise

    def _job(self, disk: int, shard: int, manifest: str, since: str | None) -> ImportJob:
        return ImportJob(
            target=self.imports[disk],
            manifest=manifest,
            disk=disk,
            shard=shard,
            since=since,
            line=self.now.line(self.now.target_account),
        )

    def _refresh(self, disk: int) -> None:
        """What lets it be written may have run out: the next try has a new one."""
        imports = self.imports
        if "agent" in imports[disk].access:
            return
        found = importer(self.now.target).get_import(imports[disk])
        if found.access != imports[disk].access:
            imports[disk] = found
            self.keep(imports)

    def seal(self, manifest: str) -> list[Import]:
        """They hold ``manifest``: make them disks of a VM. Raises NotReady until they are,
        Conflict when that failed."""
        target, sealed = importer(self.now.target), []
        for index, one in enumerate(self.imports):
            if one.state is TransferState.OPEN:
                sealed.append(self._sealed(one, self.now.chunks.get_disk(manifest, index)))
            elif one.state is TransferState.READY:
                sealed.append(one)
            else:
                sealed.append(target.get_import(one))
        self.keep(sealed)
        if any(one.state is TransferState.ERROR for one in sealed):
            raise Conflict("A disk of the target could not be completed.")
        if any(one.state is not TransferState.READY for one in sealed):
            raise NotReady("The target's disks are being completed.")
        return sealed

    def _sealed(self, one: Import, manifest: DiskManifest) -> Import:
        """What could not be read back while it was open is compared by its checksum now."""
        target = self.now.target
        if isinstance(target, CheckedSeal):
            checksum = linear_checksum(self.now.chunks, manifest)
            return target.seal_checked(one, manifest.written, checksum)
        return importer(target).seal_import(one, manifest.written)


class OwnDisks(TargetDisks):
    part = OWN

    @property
    def imports(self) -> list[Import]:
        return self.now.imports

    def _keep(self, sealed: list[Import]) -> None:
        self.now.save(imports=sealed)


class CloneDisks(TargetDisks):
    """Of the newest test clone."""

    @property
    def clone(self) -> Clone:
        """Raises Conflict: none was begun."""
        if self.now.migration.clone is None:
            raise Conflict("There is no test clone.")
        return self.now.migration.clone

    @property
    def part(self) -> str:
        return self.clone.part

    @property
    def imports(self) -> list[Import]:
        return [self.now.open(one) for one in self.clone.imports]

    def _keep(self, sealed: list[Import]) -> None:
        self.save(imports=sealed)

    def save(self, **changes: object) -> Clone:
        self.now.save(clone=self.clone.model_copy(update=changes))
        return self.clone


def import_spec(now: Context, index: int, part: str = OWN) -> ImportSpec:
    """The target's disk for the source's disk of that number."""
    spec = now.migration.spec
    whole = (spec.name or now.record.name)[:55].rstrip("-")
    stem = whole if part == OWN else f"{whole}-{part}"
    return ImportSpec(
        name=f"{stem}-{index}",
        region=spec.region,
        zone=spec.zone,
        index=index,
        size_bytes=now.export.disks[index].size_bytes,
        boot_mode=spec.boot_mode,
    )
