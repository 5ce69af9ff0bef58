"""Writes a generation's rows to object storage: Parquet files, then their manifest."""

from __future__ import annotations

import io
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from novacron.costs.focus import ROWS
from novacron.costs.manifest import MANIFEST, Manifest, RowFile, folder
from novacron.migration.objects import ObjectStore
from novacron.models.cost_import import Attempt

ROWS_A_GROUP = 65_536
BYTES_A_FILE = 64 * 1024**2
"""What is held in memory until a file is put; Athena reads files of 128 MB best, and half is enough
(https://docs.aws.amazon.com/athena/latest/ug/performance-tuning-data-optimization-techniques.html)."""


class RowFiles:
    """Takes batches of ``ROWS``; holds one file at most, and two groups of rows: one is written in
    a thread of its own while the next is gathered. What writing raises, the next call raises."""

    def __init__(self, objects: ObjectStore, attempt: Attempt) -> None:
        self._objects, self._folder = objects, folder(attempt)
        self.files: list[RowFile] = []
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self._thread = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()

    def add(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(batch)
        self._waiting_rows += batch.num_rows
        if self._waiting_rows >= ROWS_A_GROUP:
            self._hand_over()

    def close(self) -> int:
        """Put what is left and the manifest; returns how many files there are."""
        self._hand_over()
        self._wait()
        self._put()
        manifest = Manifest(files=self.files)
        self._objects.put(f"{self._folder}/{MANIFEST}", manifest.model_dump_json().encode())
        return len(self.files)

    def _hand_over(self) -> None:
        self._wait()
        group, self._waiting, self._waiting_rows = self._waiting, [], 0
        if group:
            self._writing = self._thread.submit(self._write, pa.Table.from_batches(group))

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()
        self._writing = None

    def _write(self, group: pa.Table) -> None:
        self._writer.write_table(group)
        self._rows += group.num_rows
        if self._buffer.tell() >= BYTES_A_FILE:
            self._put()
            self._open()

    def _open(self) -> None:
        self._buffer, self._rows = io.BytesIO(), 0
        self._writer = pq.ParquetWriter(self._buffer, ROWS, compression="zstd")

    def _put(self) -> None:
        self._writer.close()
        if not self._rows:
            return
        path = f"{self._folder}/{len(self.files):05}.parquet"
        data = self._buffer.getvalue()
        self._objects.put(path, data)
        self.files.append(RowFile(path=path, rows=self._rows, bytes=len(data)))
