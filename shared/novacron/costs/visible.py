"""A tenant's valid rows of some days, as Parquet files in a folder of their own.

Who reads these files can reach no other tenant's rows, and none that were replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyarrow.parquet as pq

from novacron.costs.facts import billed_through, touches
from novacron.costs.focus import ROWS
from novacron.costs.manifest import Manifest, read_manifest
from novacron.errors import InvalidSpec, NotFound, NotReady
from novacron.migration.objects import ObjectStore
from novacron.models.cost import Days
from novacron.models.cost_import import Partition
from novacron.operations.services import Services
from novacron.store.costs import CostStore

TRIES = 3
MOST_BYTES = 384 * 1024**2
"""Of Parquet, under the 512 MB that a function's own disk has:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html"""


class RowSource(NamedTuple):
    """The rows of ``files`` from ``start`` on, before ``end``."""

    files: Sequence[Path]
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
    store = CostStore(services.store.table)
    with TemporaryDirectory() as name:
        for _ in range(TRIES):
            try:
                found = _fetched(store, services.costs, tenant, days, estimates, Path(name))
            except NotFound:  # replaced and swept meanwhile
                continue
            break
        else:
            raise NotReady("The costs were replaced while they were read.")
        yield found


def _fetched(
    store: CostStore, objects: ObjectStore, tenant: str, days: Days, estimates: bool, folder: Path
) -> list[RowSource]:
    """One file at a time in memory."""
    partitions = list(store.partitions(tenant))
    through = billed_through(partitions)
    chosen = [one for one in partitions if touches(one, days) and (estimates or not one.estimated)]
    manifests = [(one, read_manifest(objects, one)) for one in chosen]
    _hold_limit(manifests)
    empty = folder / "columns.parquet"
    pq.write_table(ROWS.empty_table(), empty)
    sources = [RowSource([empty], days.start, days.end)]
    for number, (partition, manifest) in enumerate(manifests):
        start = days.start
        last = through.get((partition.account_id, partition.period))
        if partition.estimated and last is not None:
            start = max(start, last + timedelta(days=1))
        files = []
        for index, file in enumerate(manifest.files):
            files.append(folder / f"{number:05}-{index:05}.parquet")
            files[-1].write_bytes(objects.get(file.path))
        if files:
            sources.append(RowSource(files, start, days.end))
    return sources


def _hold_limit(manifests: Sequence[tuple[Partition, Manifest]]) -> None:
    size = sum(file.bytes for _, manifest in manifests for file in manifest.files)
    if size > MOST_BYTES:
        raise InvalidSpec(
            f"The rows of these days are {size / 1e6:.0f} MB; {MOST_BYTES / 1e6:.0f} are read "
            "at once.",
            field="start",
            remedy="Ask for fewer days: whole months are read.",
        )
