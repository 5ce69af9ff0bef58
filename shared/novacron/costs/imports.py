"""Import a delivery: it replaces its month of its account as one step, or changes nothing.

Rows and aggregates are written under a generation of their own that no reader knows; one
conditional write makes it valid. Twice, half, killed or in the wrong order, the totals come out the
same: what is older than what is there is ignored, and what was written in vain is swept.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from novacron.costs.aggregates import Aggregates
from novacron.costs.cube import COLUMNS, COMMITMENT, LEAF, METRICS, QUANTITY, RESOURCE
from novacron.costs.currency import Rates
from novacron.costs.exact import exactly
from novacron.costs.exchange.reference import ReferenceRates
from novacron.costs.pages import CostPage, unpack
from novacron.costs.parquet import RowFiles
from novacron.costs.rows import COSTS, Enricher, days
from novacron.costs.vms import VmIds
from novacron.errors import Corrupted
from novacron.models.cost import CostMetric
from novacron.models.cost_import import (
    Attempt,
    ClosedChange,
    ImportReport,
    Outcome,
    Partition,
    PartitionKey,
)
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.providers.billing import BillDelivery, BillingSource
from novacron.runtime.logging import logger
from novacron.store.costs import CostStore

if TYPE_CHECKING:
    from novacron.operations.services import Services

Totals = dict[CostMetric, Decimal]


def import_delivery(
    services: Services,
    account: ProviderAccount,
    source: BillingSource,
    delivery: BillDelivery,
    *,
    estimated: bool = False,
) -> ImportReport:
    """Make ``delivery`` the account's costs of its month. ``estimated``: metered by us, and valid
    for the days that the bill does not reach yet.

    Raises Conflict: a rate of exchange is missing, or the source replaced a part meanwhile;
    Corrupted: a file does not parse; NotReady: another import of the same month was first. Nothing
    has changed then, and the same call may be made again.
    """
    store = CostStore(services.store.table)
    key = PartitionKey(
        tenant=account.tenant, account_id=account.id, period=delivery.period, estimated=estimated
    )
    there = store.partition(key)
    outcome = _outcome(delivery, there)
    if there is not None and outcome is not Outcome.IMPORTED:
        return _report(there, outcome, None)
    with exactly():
        new = _Import(services, store, account, key, there).run(source, delivery)
    change = _change(there, new)
    store.switch(new, there, change)
    if change is not None:
        logger().warning("a closed month changed", **change.model_dump(mode="json"))
    return _report(new, Outcome.IMPORTED, change)


def _outcome(delivery: BillDelivery, there: Partition | None) -> Outcome:
    if there is None:
        return Outcome.IMPORTED
    if there.complete and not delivery.complete:
        return Outcome.COARSER
    same = there.delivery == delivery.version and there.complete == delivery.complete
    if same and COMMITMENT in there.pages:  # an older release's import lacks the view
        return Outcome.UNCHANGED
    order = (delivery.complete, delivery.delivered_at, delivery.version)
    if order < (there.complete, there.delivered_at, there.delivery):
        return Outcome.OUTDATED
    return Outcome.IMPORTED


def _change(old: Partition | None, new: Partition) -> ClosedChange | None:
    if old is None or old.delivered_at.date() < old.closed_from or old.totals == new.totals:
        return None
    return ClosedChange(
        tenant=new.tenant,
        account_id=new.account_id,
        period=new.period,
        estimated=new.estimated,
        at=new.imported_at,
        currency=new.currency,
        before=old.totals,
        after=new.totals,
    )


def _report(told: Partition, outcome: Outcome, change: ClosedChange | None) -> ImportReport:
    return ImportReport(
        account_id=told.account_id,
        period=told.period,
        outcome=outcome,
        rows=told.rows,
        totals=told.totals,
        change=change,
    )


class _Import:
    """Writes one generation, valid for nobody yet."""

    def __init__(
        self,
        services: Services,
        store: CostStore,
        account: ProviderAccount,
        key: PartitionKey,
        there: Partition | None,
    ) -> None:
        self._services, self._store, self._account = services, store, account
        self._settings = store.settings(key.tenant)
        self._rates = Rates(
            self._settings, there.rates if there else {}, ReferenceRates(services.costs)
        )
        vms = _vms(services, account)
        self._types = {one.id: one.document.get("instance_type") or "" for one in vms}
        ids = VmIds({one.provider_id or "": one.id for one in vms})
        self._enricher = Enricher(key, account.type.value, ids, self._rates)
        self._facts = _Facts()
        now = services.now()
        self._attempt = Attempt(
            **key.model_dump(),
            provider=account.type,
            generation=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
            begun_at=now,
        )

    def run(self, source: BillingSource, delivery: BillDelivery) -> Partition:
        self._store.begin(self._attempt)
        with (
            RowFiles(self._services.costs, self._attempt) as files,
            Aggregates(self._settings.tags, self._types) as sums,
        ):
            for part in delivery.parts:
                for batch in source.bill_rows(delivery, part):
                    rows = self._enricher.rows(batch)
                    self._facts.add(rows)
                    files.add(rows)
                    sums.add(rows)
            count = files.close()
            pages = self._write(sums)
        return self._partition(delivery, count, pages)

    def _write(self, sums: Aggregates) -> dict[str, int]:
        pages = {RESOURCE: sums.resource_pages}
        self._intend(pages)
        self._store.put_pages(self._attempt, RESOURCE, sums.resources())
        coarse = sums.coarse()
        pages |= {view: len(found) for view, found in coarse.items()}
        self._intend(pages)
        for view, found in coarse.items():
            self._store.put_pages(self._attempt, view, enumerate(found))
        facts, at = self._facts, COLUMNS.index(QUANTITY)
        totals = [_total(coarse.get(view, [])) for view in (LEAF, COMMITMENT)]
        if totals != [facts.totals] * 2 or _sum(coarse[COMMITMENT], at) != facts.quantity:
            raise Corrupted("The aggregates' total is not that of the rows.")
        return pages

    def _intend(self, pages: dict[str, int]) -> None:
        """Say what is about to be written, so that a sweep finds it."""
        self._store.begin(self._attempt.model_copy(update={"pages": pages}))

    def _partition(self, delivery: BillDelivery, files: int, pages: dict[str, int]) -> Partition:
        facts = self._facts
        return Partition(
            **self._attempt.model_dump(exclude={"begun_at", "pages"}),
            delivery=delivery.version,
            delivered_at=delivery.delivered_at,
            complete=delivery.complete,
            imported_at=self._services.now(),
            currency=self._rates.currency,
            rows=facts.rows,
            files=files,
            first=facts.first,
            last=facts.last,
            through=facts.through,
            totals=facts.totals,
            pages=pages,
            tags=self._settings.tags,
            rates=self._rates.used,
        )


class _Facts:
    """What is known of all rows together."""

    def __init__(self) -> None:
        self.rows = 0
        self.totals: Totals = dict.fromkeys(METRICS, Decimal(0))
        self.quantity = Decimal(0)
        self.first: date | None = None
        self.last: date | None = None
        self.through: date | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        if not batch.num_rows:
            return
        self.rows += batch.num_rows
        for metric, cost in zip(METRICS, COSTS, strict=True):
            self.totals[metric] += pc.sum(batch.column(f"x_{cost}")).as_py()
        self.quantity += pc.sum(batch.column("CommitmentDiscountQuantity")).as_py() or 0
        on = days(batch)
        bounds: Any = pc.min_max(on)
        self.first = min(filter(None, (self.first, bounds["min"].as_py())))
        self.last = max(filter(None, (self.last, bounds["max"].as_py())))
        used = pc.max(
            on.filter(pc.equal(batch.column("ChargeCategory"), pa.scalar("Usage")))
        ).as_py()
        self.through = max(filter(None, (self.through, used)), default=None)


def _total(pages: Sequence[CostPage]) -> Totals:
    return {metric: _sum(pages, column) for column, metric in enumerate(METRICS)}


def _sum(pages: Sequence[CostPage], column: int) -> Decimal:
    cells = (cell for page in pages for cell in unpack(page, column))
    return sum((sum(cell.amounts, Decimal(0)) for cell in cells), Decimal(0))


def _vms(services: Services, account: ProviderAccount) -> list[ResourceRecord]:
    """The account's, deleted ones among them: bills come late."""
    found = services.store.every_resource(account.tenant, ResourceKind.VM)
    return [one for one in found if one.account_id == account.id and one.provider_id]
