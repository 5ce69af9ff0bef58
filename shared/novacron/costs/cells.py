"""From a table of sums to pages, by whole columns: bills have more sums than a loop can take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import groupby, pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute

from novacron.costs.cube import DAYS_A_PAGE, place
from novacron.costs.pages import CostPage, pack

pc: Any = pyarrow.compute
"""Without types: the stubs know no comparison of columns of mixed types."""
PAGE = "page"
DAY_BYTES, AMOUNT_BYTES = 4, 16


def summed(table: pa.Table, names: Sequence[str], amounts: Sequence[str]) -> pa.Table:
    """One row for each value of ``names`` and day."""
    keys = [*names, "day"]
    found = table.group_by(keys).aggregate([(amount, "sum") for amount in amounts])
    ordered = found.select([*keys, *(f"{amount}_sum" for amount in amounts)])
    return ordered.rename_columns([*keys, *amounts])


def places(table: pa.Table, names: Sequence[str], count: int) -> Any:
    """Which of ``count`` parts each row's cell is in; ``names`` are of the view of resources."""
    resource = table.column("resource")
    joined = pc.binary_join_element_wise(*(table.column(name) for name in names), "\0")
    told = pc.if_else(pc.equal(resource, ""), joined, resource).combine_chunks()
    encoded = told.dictionary_encode()
    parts = [place(one, ()) % count for one in encoded.dictionary.to_pylist()]
    return pa.array(parts, pa.int32()).take(encoded.indices)


def placed_pages(
    table: pa.Table, names: Sequence[str], amounts: Sequence[str], numbers: range, count: int
) -> Iterator[tuple[int, CostPage]]:
    """Each page of ``numbers``, which the table's cells are on, of ``count``."""
    numbered = table.append_column(PAGE, places(table, names, count))
    cells = _Cells(numbered, [PAGE, *names], amounts)
    at = 0
    for number in numbers:
        first = at
        while at < len(cells.values) and cells.values[at][0] == number:
            at += 1
        yield number, cells.page(first, at, skip=1)


def filled_pages(
    table: pa.Table, names: Sequence[str], amounts: Sequence[str]
) -> Iterator[CostPage]:
    """Cells in order, on pages that are full."""
    cells = _Cells(table, names, amounts)
    numbers = range(len(cells.values))
    for _, found in groupby(numbers, key=lambda cell: cells.starts[cell] // DAYS_A_PAGE):
        listed = list(found)
        yield cells.page(listed[0], listed[-1] + 1)


def whole_page(table: pa.Table, names: Sequence[str], amounts: Sequence[str]) -> CostPage:
    cells = _Cells(table, names, amounts)
    return cells.page(0, len(cells.values))


class _Cells:
    """In order, so that the same rows give the same pages."""

    def __init__(self, table: pa.Table, names: Sequence[str], amounts: Sequence[str]) -> None:
        ordered = table.sort_by([(name, "ascending") for name in (*names, "day")])
        keys = [ordered.column(name).combine_chunks() for name in names]
        begins = _begins(keys, ordered.num_rows)
        self.values = list(zip(*(key.take(begins).to_pylist() for key in keys), strict=True))
        self.starts: list[int] = [*begins.to_pylist(), ordered.num_rows]
        self._days = _raw(ordered.column("day"))
        self._amounts = [_raw(ordered.column(name)) for name in amounts]

    def page(self, first: int, end: int, skip: int = 0) -> CostPage:
        """Of the cells from ``first`` to before ``end``, without their first ``skip`` values."""
        starts = self.starts[first : end + 1]
        rows = [after - start for start, after in pairwise(starts)]
        return pack(
            [one[skip:] for one in self.values[first:end]],
            rows,
            self._days[DAY_BYTES * starts[0] : DAY_BYTES * starts[-1]],
            [one[AMOUNT_BYTES * starts[0] : AMOUNT_BYTES * starts[-1]] for one in self._amounts],
        )


def _begins(keys: Sequence[Any], rows: int) -> Any:
    """The rows whose keys differ from those of the row before."""
    if not rows:
        return pa.array([], pa.uint64())
    other = reduce(pc.or_, (pc.not_equal(key[1:], key[:-1]) for key in keys))
    return pc.indices_nonzero(pa.concat_arrays([pa.array([True]), other]))


def _raw(column: Any) -> memoryview:
    """The values' bytes as Arrow has them, little-endian; the column has no nulls."""
    array = column.combine_chunks()
    width = array.type.bit_width // 8
    start = array.offset * width
    return memoryview(array.buffers()[1])[start : start + len(array) * width]
