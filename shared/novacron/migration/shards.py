"""A shard's transfer as a job that can be carried out here, or by the agent beside the bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from novacron.errors import Unsupported
from novacron.migration.chunks import ChunkStore
from novacron.migration.marks import NO_MARK, Mark
from novacron.migration.messages import Line
from novacron.migration.transfer import ShardResult, export_shard, import_shard
from novacron.migration.verify import Verified, verify_shard
from novacron.models.base import Model
from novacron.models.transfer import Export, Import
from novacron.providers.base import CloudProvider
from novacron.providers.transfer import DiskExport, DiskImport


class ExportJob(Model):
    """``parent``: the manifest that the copy before made of the disk. ``line``: what limits its
    bytes; None: nothing."""

    export: Export
    disk: int
    shard: int
    parent: str | None = None
    line: Line | None = None


class ImportJob(Model):
    """``since``: the manifest whose content ``target`` has already. ``line`` as in ExportJob."""

    target: Import
    manifest: str
    disk: int
    shard: int
    since: str | None = None
    line: Line | None = None

    def name(self, what: str) -> str:
        """Of what is done with the shard, once for each target and manifest."""
        return f"{self.manifest}#{self.disk}#{self.shard}#{what}#{self.target.id}"


class Imported(Model):
    written_bytes: int


class ShardWork(ABC):
    """Carries jobs out where the bytes are. A job may be given again: what was done is found."""

    @abstractmethod
    def export_shard(self, job: ExportJob) -> ShardResult:
        """Raises NotReady until it is done, and what ``run_export`` does."""

    @abstractmethod
    def import_shard(self, job: ImportJob) -> Imported:
        """Raises NotReady until it is done, and what ``run_import`` does."""

    @abstractmethod
    def verify_shard(self, job: ImportJob) -> Verified:
        """Raises NotReady until it is done, and what ``run_verify`` does."""


class ShardsHere(ShardWork):
    """In this process. ``chunks`` is called with each job's line; ``mark`` with the name of one
    that may be interrupted."""

    def __init__(
        self,
        provider: CloudProvider,
        chunks: Callable[[Line | None], ChunkStore],
        mark: Callable[[str], Mark] = lambda _: NO_MARK,
    ) -> None:
        self._provider = provider
        self._chunks = chunks
        self._mark = mark

    def export_shard(self, job: ExportJob) -> ShardResult:
        return run_export(self._provider, self._chunks(job.line), job)

    def import_shard(self, job: ImportJob) -> Imported:
        return run_import(
            self._provider, self._chunks(job.line), job, self._mark(job.name("import"))
        )

    def verify_shard(self, job: ImportJob) -> Verified:
        return run_verify(
            self._provider, self._chunks(job.line), job, self._mark(job.name("verify"))
        )


def run_export(provider: CloudProvider, chunks: ChunkStore, job: ExportJob) -> ShardResult:
    """Raises Unsupported: the provider exports no disks."""
    parent = None if job.parent is None else chunks.get_disk(job.parent, job.disk)
    source = exporter(provider)
    return export_shard(source, chunks, job.export, job.disk, job.shard, parent)


def run_import(
    provider: CloudProvider, chunks: ChunkStore, job: ImportJob, mark: Mark = NO_MARK
) -> Imported:
    """Raises Unsupported: the provider imports no disks."""
    manifest = chunks.get_disk(job.manifest, job.disk)
    target = importer(provider)
    written = import_shard(chunks, target, job.target, manifest, job.shard, job.since, mark)
    return Imported(written_bytes=written)


def run_verify(
    provider: CloudProvider, chunks: ChunkStore, job: ImportJob, mark: Mark = NO_MARK
) -> Verified:
    """Raises Unsupported: the provider imports no disks; Corrupted."""
    manifest = chunks.get_disk(job.manifest, job.disk)
    target = importer(provider)
    return verify_shard(chunks, target, job.target, manifest, job.shard, job.since, mark)


def exporter(provider: CloudProvider) -> DiskExport:
    if not isinstance(provider, DiskExport):
        raise Unsupported(f"Disks cannot be read from {provider.type.value}.")
    return provider


def importer(provider: CloudProvider) -> DiskImport:
    if not isinstance(provider, DiskImport):
        raise Unsupported(f"Disks cannot be written to {provider.type.value}.")
    return provider
