"""From a bill's rows to stored rows: whose they are, and their cost in the tenant's currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from novacron.costs.currency import ONE, Rates
from novacron.costs.focus import BILL, NUMBER, ROWS, TEXT
from novacron.costs.vms import VmIds
from novacron.errors import Corrupted
from novacron.models.cost import CostMetric
from novacron.models.cost_import import PartitionKey, UsedRate

COSTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
"""In the order of ``CostMetric``."""
FACTOR = pa.decimal256(28, 12)
WIDE = pa.decimal256(38, 18)
SCALE = 18


@dataclass
class Enricher:
    """Makes stored rows of one import's batches."""

    key: PartitionKey
    provider: str
    vms: VmIds
    rates: Rates

    def rows(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Raises Conflict (no exchange rate), Corrupted (no batch of ``BILL``)."""
        if batch.schema != BILL:
            raise Corrupted("A billing source gave a batch that is not of the FOCUS schema.")
        constant: dict[str, Any] = {
            "x_Tenant": self.key.tenant,
            "x_Provider": self.provider,
            "x_AccountId": self.key.account_id,
            "x_Estimated": self.key.estimated,
            "x_Currency": self.rates.currency,
        }
        ours: dict[str, Any] = {
            name: pa.repeat(value, batch.num_rows) for name, value in constant.items()
        }
        ours["x_VmId"] = self.vms.column(batch.column("ResourceId"))
        exchanged, factor = self._exchange(batch)
        ours |= exchanged
        for name in COSTS:
            ours[f"x_{name}"] = _converted(batch.column(name), factor)
        columns = [*batch.columns, *(ours[field.name] for field in ROWS if field.name in ours)]
        return pa.RecordBatch.from_arrays(columns, schema=ROWS)

    def _exchange(self, batch: pa.RecordBatch) -> tuple[dict[str, Any], Any]:
        """Each row's rate, its day and source, and what to multiply by, if anything."""
        on = days(batch)
        currencies: Any = batch.column("BillingCurrency")
        if currencies.unique().to_pylist() == [
            self.rates.currency
        ]:  # most bills: no loop over rows
            return _told(pa.repeat(pa.scalar(ONE, NUMBER), batch.num_rows), on, None), None
        found: dict[tuple[str, date], UsedRate] = {}
        given = []
        for pair in zip(currencies.to_pylist(), on.to_pylist(), strict=True):
            if pair not in found:
                found[pair] = self.rates.of(*pair)
            given.append(found[pair])
        rates = [one.rate for one in given]
        as_of = pa.array([one.as_of for one in given], pa.date32())
        own = self.rates.currency
        sources = [
            None if currency == own else one.source.value
            for currency, one in zip(currencies.to_pylist(), given, strict=True)
        ]
        return _told(pa.array(rates, NUMBER), as_of, sources), pa.array(rates, FACTOR)


def _told(rates: Any, as_of: Any, sources: list[str | None] | None) -> dict[str, Any]:
    named = pa.nulls(len(rates), TEXT) if sources is None else pa.array(sources, TEXT)
    return {
        "x_ExchangeRate": rates,
        "x_ExchangeRateDate": as_of,
        "x_ExchangeRateSource": named,
    }


def days(batch: pa.RecordBatch) -> Any:
    """The day in UTC on which each row's charge began: the day that it counts for."""
    return batch.column("ChargePeriodStart").cast(pa.date32(), safe=False)


def keyed(batch: pa.RecordBatch, keys: Mapping[str, Any]) -> pa.Table:
    """``keys`` (no value is an empty one), the day and the costs of each row."""
    told: dict[str, Any] = {name: pc.fill_null(one, "") for name, one in keys.items()}
    told["day"] = days(batch)
    names = (metric.value for metric in CostMetric)
    costs = {name: batch.column(f"x_{cost}") for name, cost in zip(names, COSTS, strict=True)}
    return pa.table(told | costs)


def _converted(amounts: Any, factor: Any) -> Any:
    """Exact, then rounded half to even to the 18 digits that are kept."""
    if factor is None:
        return amounts
    exact = pc.multiply(amounts.cast(WIDE), factor)
    return pc.round(exact, SCALE, "half_to_even").cast(NUMBER)
