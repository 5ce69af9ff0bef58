"""A tenant's valid rows of some days, as Parquet files in a folder of their own.

Who reads these files can reach no other tenant's rows, and none that were replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeVar

import pyarrow.parquet as pq

from novacron.costs.facts import billed_through, touches
from novacron.costs.focus import ROWS
from novacron.costs.manifest import RowFile, read_manifest
from novacron.errors import InvalidSpec, NotFound, NotReady
from novacron.migration.objects import ObjectStore
from novacron.models.cost import Days
from novacron.operations.services import Services
from novacron.store.costs import CostStore

T = TypeVar("T")
TRIES = 3
MOST_BYTES = 384 * 1024**2
"""Of Parquet, under the 512 MB that a function's own disk has:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html"""


class RowSource(NamedTuple):
    """The rows of ``files`` from ``start`` on, before ``end``."""

    files: Sequence[Path]
    start: date
    end: date


class StoredSource(NamedTuple):
    """The same, of files that are still in the cost store."""

    files: Sequence[RowFile]
    start: date
    end: date


@contextmanager
def visible_rows(
    services: Services, tenant: str, days: Days, *, estimates: bool
) -> Iterator[list[RowSource]]:
    """The files are there until it is left. The first source is empty and has the columns.

    Raises InvalidSpec (start): more bytes than are read at once; NotReady: the costs were replaced
    again and again while they were read; Unsupported: this deployment keeps no costs.
    """
    with TemporaryDirectory() as name:

        def fetched() -> list[RowSource]:
            sources = _stored(services, tenant, days, estimates)
            _hold_limit(sources)
            return _fetched(services.costs, sources, days, Path(name))

        yield _again(fetched)


def stored_sources(
    services: Services, tenant: str, days: Days, *, estimates: bool
) -> list[StoredSource]:
    """Where the rows are; what replaces them meanwhile leaves them there for a day
    (``sweep.KEPT``). Raises NotReady and Unsupported as ``visible_rows`` does."""
    return _again(lambda: _stored(services, tenant, days, estimates))


def _again(work: Callable[[], list[T]]) -> list[T]:
    for _ in range(TRIES):
        try:
            return work()
        except NotFound:  # replaced and swept meanwhile
            continue
    raise NotReady("The costs were replaced while they were read.")


def _stored(services: Services, tenant: str, days: Days, estimates: bool) -> list[StoredSource]:
    """Raises NotFound: a partition was replaced and swept meanwhile."""
    partitions = list(CostStore(services.store.table).partitions(tenant))
    through = billed_through(partitions)
    sources = []
    for partition in partitions:
        if not touches(partition, days) or (partition.estimated and not estimates):
            continue
        start = days.start
        last = through.get((partition.account_id, partition.period))
        if partition.estimated and last is not None:
            start = max(start, last + timedelta(days=1))
        manifest = read_manifest(services.costs, partition)
        if manifest.files:
            sources.append(StoredSource(manifest.files, start, days.end))
    return sources


def _fetched(
    objects: ObjectStore, stored: Sequence[StoredSource], days: Days, folder: Path
) -> list[RowSource]:
    """One file at a time in memory. Raises NotFound as ``_stored`` does."""
    empty = folder / "columns.parquet"
    pq.write_table(ROWS.empty_table(), empty)
    sources = [RowSource([empty], days.start, days.end)]
    for number, source in enumerate(stored):
        files = []
        for index, file in enumerate(source.files):
            files.append(folder / f"{number:05}-{index:05}.parquet")
            files[-1].write_bytes(objects.get(file.path))
        sources.append(RowSource(files, source.start, source.end))
    return sources


def _hold_limit(sources: Sequence[StoredSource]) -> None:
    size = sum(file.bytes for source in sources for file in source.files)
    if size > MOST_BYTES:
        raise InvalidSpec(
            f"The rows of these days are {size / 1e6:.0f} MB; {MOST_BYTES / 1e6:.0f} are read "
            "at once.",
            field="start",
            remedy="Ask for fewer days: whole months are read.",
        )
