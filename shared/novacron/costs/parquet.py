"""A generation's rows in object storage: Parquet files, then a manifest that names them.

``<tenant>/<provider>/<account>/<month>/<bill|estimate>/<generation>/<number>.parquet``. Nothing is
written over; a reader learns the generation from the partition's record and the files from its
manifest.
"""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq

from novacron.costs.focus import ROWS
from novacron.migration.objects import ObjectStore
from novacron.models.base import Model
from novacron.models.cost_import import Attempt, Partition

MANIFEST = "manifest.json"
ROWS_A_GROUP = 65_536
BYTES_A_FILE = 64 * 1024**2
"""What is held in memory until a file is put; Athena reads files of 128 MB best, and half is enough
(https://docs.aws.amazon.com/athena/latest/ug/performance-tuning-data-optimization-techniques.html)."""


class RowFile(Model):
    path: str
    rows: int
    bytes: int


class Manifest(Model):
    files: list[RowFile]


def folder(key: Attempt | Partition) -> str:
    kind = "estimate" if key.estimated else "bill"
    parts = (key.tenant, key.provider.value, key.account_id, f"{key.period:%Y-%m}", kind)
    return "/".join((*parts, key.generation))


def read_manifest(objects: ObjectStore, partition: Partition) -> Manifest:
    """Raises NotFound: the partition was replaced and swept meanwhile."""
    found = objects.get(f"{folder(partition)}/{MANIFEST}")
    return Manifest.model_validate_json(found)


class RowFiles:
    """Takes batches of ``ROWS``; holds one file at most."""

    def __init__(self, objects: ObjectStore, attempt: Attempt) -> None:
        self._objects, self._folder = objects, folder(attempt)
        self.files: list[RowFile] = []
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self._open()

    def add(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(batch)
        self._waiting_rows += batch.num_rows
        if self._waiting_rows >= ROWS_A_GROUP:
            self._write_group()
        if self._buffer.tell() >= BYTES_A_FILE:
            self._put()
            self._open()

    def close(self) -> int:
        """Put what is left and the manifest; returns how many files there are."""
        self._write_group()
        self._put()
        manifest = Manifest(files=self.files)
        self._objects.put(f"{self._folder}/{MANIFEST}", manifest.model_dump_json().encode())
        return len(self.files)

    def _open(self) -> None:
        self._buffer, self._rows = io.BytesIO(), 0
        self._writer = pq.ParquetWriter(self._buffer, ROWS, compression="zstd")

    def _write_group(self) -> None:
        if self._waiting_rows:
            self._writer.write_table(pa.Table.from_batches(self._waiting))
            self._rows += self._waiting_rows
        self._waiting, self._waiting_rows = [], 0

    def _put(self) -> None:
        self._writer.close()
        if not self._rows:
            return
        path = f"{self._folder}/{len(self.files):05}.parquet"
        data = self._buffer.getvalue()
        self._objects.put(path, data)
        self.files.append(RowFile(path=path, rows=self._rows, bytes=len(data)))
