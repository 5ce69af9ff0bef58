"""Sums by day while rows stream by, held on disk when there are too many cells for memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from novacron.costs.cells import filled_pages, placed_pages, places, summed, whole_page
from novacron.costs.committed import Committed
from novacron.costs.cube import (
    AMOUNTS,
    COMMITMENT,
    DAYS_A_PAGE,
    RESOURCE,
    TAG,
    TOP,
    dimensions,
    views,
)
from novacron.costs.pages import CostPage
from novacron.costs.ranked import ranked
from novacron.costs.rows import keyed

MOST_ROWS = 400_000
"""Sums held in memory before they go to disk."""
SPLIT = 64
"""Parts on disk, each of which is summed in memory."""
Pages = Iterator[tuple[int, CostPage]]


class Aggregates:
    """Takes batches of ``costs.focus.ROWS``, then gives each view's pages."""

    def __init__(self, tags: Sequence[str], types: Mapping[str, str]) -> None:
        """``types``: our VM's id -> its instance type."""
        self._tags = list(tags)
        self._names = dimensions(RESOURCE, tags)
        self._held: list[pa.Table] = []
        self._rows = self._spilled = 0
        self._disk = ExitStack()
        self._folder: Path | None = None
        self._writers: dict[int, Any] = {}
        self._coarse: dict[str, list[pa.Table]] = {view: [] for view in views(tags)[:-1]}
        self._ranked: list[pa.Table] = []
        self._committed = Committed(types)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._disk.close()

    def add(self, batch: pa.RecordBatch) -> None:
        facts = summed(_facts(batch, self._tags), self._names, AMOUNTS)
        self._held.append(facts)
        self._committed.add(batch)
        self._rows += facts.num_rows
        if self._rows > MOST_ROWS:
            self._compact()

    @property
    def resource_pages(self) -> int:
        """How many pages the view of resources has; known when all rows are in."""
        if not self._spilled:
            self._compact()
        rows = self._spilled + self._rows
        if not self._spilled:
            return -(-rows // DAYS_A_PAGE)
        return SPLIT * -(-rows // (SPLIT * DAYS_A_PAGE))

    def resources(self) -> Pages:
        """Every page; a cell's is ``place % resource_pages``."""
        count = self.resource_pages
        for numbers, part in self._parts(count):
            for view, tables in self._coarse.items():
                tables.append(summed(part, dimensions(view, self._tags), AMOUNTS))
            self._ranked.append(ranked(part))
            yield from placed_pages(part, self._names, AMOUNTS, numbers, count)

    def coarse(self) -> dict[str, list[CostPage]]:
        """The pages of the other views; after ``resources``."""
        found = {view: self._view(view, tables) for view, tables in self._coarse.items() if tables}
        if self._ranked:
            top = ranked(pa.concat_tables(self._ranked))
            found[TOP] = [whole_page(top, ["resource"], AMOUNTS)]
        found[COMMITMENT] = self._committed.pages()
        return found

    def _view(self, view: str, tables: list[pa.Table]) -> list[CostPage]:
        names = dimensions(view, self._tags)
        return list(filled_pages(summed(pa.concat_tables(tables), names, AMOUNTS), names, AMOUNTS))

    def _compact(self) -> None:
        if not self._held:
            return
        whole = summed(pa.concat_tables(self._held), self._names, AMOUNTS)
        self._held, self._rows = [whole], whole.num_rows
        if self._rows > MOST_ROWS // 2:
            self._spill()

    def _spill(self) -> None:
        """Move what is held to disk, by where its pages will be."""
        if self._folder is None:
            self._folder = Path(self._disk.enter_context(TemporaryDirectory(prefix="costs-")))
        whole = pa.concat_tables(self._held)
        parts = places(whole, self._names, SPLIT)
        for part in range(SPLIT):
            chosen = whole.filter(pc.equal(parts, pa.scalar(part, pa.int32())))
            if part not in self._writers:
                sink = str(self._folder / str(part))
                writer = pa.ipc.new_stream(sink, whole.schema)
                self._writers[part] = self._disk.enter_context(writer)
            self._writers[part].write_table(chosen)
        self._spilled += whole.num_rows
        self._held, self._rows = [], 0

    def _parts(self, count: int) -> Iterator[tuple[range, pa.Table]]:
        """Sums, and the pages that they go to."""
        if self._folder is None:
            for table in self._held:
                yield range(count), table
            return
        if self._held:
            self._spill()
        for part, writer in self._writers.items():
            writer.close()
            with (
                pa.OSFile(str(self._folder / str(part)), "rb") as file,
                pa.ipc.open_stream(file) as stream,
            ):
                whole = summed(stream.read_all(), self._names, AMOUNTS)
            yield range(part, count, SPLIT), whole


def _facts(batch: pa.RecordBatch, tags: Sequence[str]) -> pa.Table:
    columns: dict[str, Any] = {
        "region": batch.column("RegionId"),
        "service": batch.column("ServiceName"),
        "resource": batch.column("ResourceId"),
    }
    for tag in tags:
        columns[f"{TAG}{tag}"] = pc.map_lookup(batch.column("Tags"), tag, "last")
    return keyed(batch, columns)
