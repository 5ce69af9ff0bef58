"""Sums of the view of commitments, while rows stream by: its cells are few, and stay in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute

from novacron.costs.cells import filled_pages, summed
from novacron.costs.cube import COLUMNS, COMMITMENT, QUANTITY, dimensions
from novacron.costs.focus import NUMBER, TEXT
from novacron.costs.pages import CostPage
from novacron.costs.rows import keyed

pc: Any = pyarrow.compute
NAMES = dimensions(COMMITMENT, [])
MOST_ROWS = 100_000
"""Sums of batches, beyond those that are one already, before they are added up."""
SPOT = "Dynamic"


class Committed:
    """Takes batches of ``costs.focus.ROWS``. ``types``: our VM's id -> its instance type."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self._types = types
        self._held: list[pa.Table] = []
        self._since = 0

    def add(self, batch: pa.RecordBatch) -> None:
        facts = summed(_facts(batch, self._types), NAMES, COLUMNS)
        self._held.append(facts)
        self._since += facts.num_rows
        if self._since > MOST_ROWS:
            self._held, self._since = [self._whole()], 0

    def pages(self) -> list[CostPage]:
        return list(filled_pages(self._whole(), NAMES, COLUMNS)) if self._held else []

    def _whole(self) -> pa.Table:
        return summed(pa.concat_tables(self._held), NAMES, COLUMNS)


def _facts(batch: pa.RecordBatch, types: Mapping[str, str]) -> pa.Table:
    keys = {
        "region": batch.column("RegionId"),
        "service": batch.column("ServiceName"),
        "commitment": batch.column("CommitmentDiscountId"),
        "commitment_status": batch.column("CommitmentDiscountStatus"),
        "commitment_type": batch.column("CommitmentDiscountType"),
        "commitment_unit": batch.column("CommitmentDiscountUnit"),
        "instance_type": _types(batch, types),
    }
    quantity = pc.fill_null(batch.column("CommitmentDiscountQuantity"), pa.scalar(0, NUMBER))
    return keyed(batch, keys).append_column(QUANTITY, quantity)


def _types(batch: pa.RecordBatch, types: Mapping[str, str]) -> Any:
    """Of compute on demand: the commitments that pay for it are for its type."""
    encoded: Any = batch.column("x_VmId").dictionary_encode()
    names = [types.get(one) for one in encoded.dictionary.to_pylist()]
    found = pa.array(names, TEXT).take(encoded.indices)
    compute = pc.equal(batch.column("ServiceCategory"), "Compute")
    spot = pc.equal(pc.fill_null(batch.column("PricingCategory"), ""), SPOT)
    return pc.if_else(pc.and_not(compute, spot), found, pa.scalar(None, TEXT))
