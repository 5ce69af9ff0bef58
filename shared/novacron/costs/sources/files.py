"""Files of an export in object storage, read as batches: memory does not grow with their size."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import obstore
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from obstore.exceptions import (
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)

from novacron.costs.focus import TEXT
from novacron.errors import (
    AuthenticationFailed,
    Conflict,
    Corrupted,
    NotFound,
    NovaCronError,
    PermissionDenied,
    ProviderUnavailable,
)

Mapper = Callable[[pa.RecordBatch], Iterator[pa.RecordBatch]]
ROWS = 20_000
"""Of a batch: about 30 MB, mapped."""
BLOCK = 4 * 1024**2
"""Bytes of a CSV file that are parsed at once, and of a request."""
RETRIES: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}
"""Little: the state machine repeats, and a wait here is paid for."""


class File(NamedTuple):
    path: str
    etag: str
    size: int
    modified: datetime


class Files:
    """A bucket or container. ``store`` is obstore's, made with ``RETRIES``."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def list(self, prefix: str) -> list[File]:
        """Raises AuthenticationFailed, PermissionDenied, NotFound (no such bucket)."""
        with _translated(prefix):
            return [
                File(one["path"], one["e_tag"] or "", one["size"], one["last_modified"])
                for page in obstore.list(self._store, prefix)
                for one in page
            ]

    def read(self, path: str) -> bytes:
        with _translated(path):
            return bytes(obstore.get(self._store, path).bytes())

    def rows(self, path: str, etag: str, size: int, mapper: Mapper) -> Iterator[pa.RecordBatch]:
        """The file's rows, mapped. Conflict: it is no longer the one with that tag. Corrupted: it
        is cut or does not parse; the row is the last that was read whole."""
        ranges: Any = _Ranges(self._store, path, etag, size)
        source = io.BufferedReader(ranges, BLOCK)
        row = 0
        try:
            for batch in _parsed(source, path):
                yield from mapper(batch)
                row += batch.num_rows
        except (ValueError, KeyError, EOFError, OSError, zlib.error) as error:
            raise Corrupted(f"{path} does not parse after row {row}: {error}") from error


class _Ranges(io.RawIOBase):
    """Reads of one version of an object, by range."""

    def __init__(self, store: Any, path: str, etag: str, size: int) -> None:
        self._store, self._path, self._etag, self._size = store, path, etag, size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        end = min(self._at + len(buffer), self._size)
        if end <= self._at:
            return 0
        options: Any = {"range": (self._at, end), "if_match": self._etag or None}
        try:
            with _translated(self._path):
                data = bytes(obstore.get(self._store, self._path, options=options).bytes())
        except NotFound as error:
            raise Conflict(f"{self._path} was replaced.") from error
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _parsed(source: Any, path: str) -> Iterator[pa.RecordBatch]:
    if path.endswith(".parquet"):
        yield from parquet_rows(source, ROWS)
        return
    opened: Any = gzip.GzipFile(fileobj=source) if path.endswith(".gz") else source
    names = next(csv.reader([opened.readline().decode("utf-8-sig")]), [])
    if not names:
        return
    yield from pc.open_csv(
        opened,
        read_options=pc.ReadOptions(column_names=names, block_size=BLOCK),
        parse_options=pc.ParseOptions(newlines_in_values=True),
        # As text: what a parser would guess a number to be is a float.
        convert_options=pc.ConvertOptions(column_types=dict.fromkeys(names, TEXT)),
    )


def parquet_rows(source: Any, size: int) -> Iterator[pa.RecordBatch]:
    """Batches of ``size``. Text is left in dictionaries, as it is in the file: a bill's words are
    few, and what is looked at is each word once."""
    with pq.ParquetFile(source) as file:
        schema, known = file.schema_arrow, file.metadata
        texts = [field.name for field in schema if pa.types.is_string(field.type)]
        with pq.ParquetFile(source, metadata=known, read_dictionary=texts) as words:
            yield from words.iter_batches(batch_size=size)


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """obstore's errors as ours; a missing object is its own or Python's."""
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound(f"There is no {what!r}.") from error
    except PreconditionError as error:
        raise Conflict(f"{what} was replaced.") from error
    except (PermissionDeniedError, PermissionError) as error:
        raise PermissionDenied(f"We may not read {what!r}.") from error
    except UnauthenticatedError as error:
        raise AuthenticationFailed(f"The storage does not accept us for {what!r}.") from error
    except NovaCronError:
        raise
    except (BaseError, OSError) as error:
        raise _told(what, str(error)) from error


def _told(what: str, text: str) -> NovaCronError:
    """A listing's refusal is told by its status alone, within a longer text."""
    found = re.search(r"status: (\d{3})", text)
    status = found[1] if found else "no answer"
    kind = {"401": AuthenticationFailed, "403": PermissionDenied, "404": NotFound}.get(status)
    return (kind or ProviderUnavailable)(f"The storage did not give {what!r}: {status}.")
