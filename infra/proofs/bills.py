"""Months of four environments: charges that are known, read by the mappers that read real bills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa

from infra.local.bills import aws, azure, focus, gcp
from infra.local.bills.charges import Charge, Fleet
from novacron.costs.imports import import_delivery
from novacron.costs.sources import focus as read_focus
from novacron.costs.sources import google
from novacron.models.account import ProviderType
from novacron.models.provider_account import ProviderAccount
from novacron.operations.services import Services
from novacron.providers.billing import BillDelivery, BillingSource, BillPart
from tests.exported import as_batch, as_rest

ON_PREMISES = focus.Words(
    provider="NovaCron",
    issuer="NovaCron",
    payer="rack-1",
    account="host-1",
    account_type="Host",
    payer_type="Data Center",
    compute="Virtual Machines",
    storage="Volumes",
    network="Network",
    commitment_type="Lease",
    vm_type="VM",
    disk_type="Volume",
    region_name="Rack 1",
)
"""Own hosts' bill as somebody may write it in FOCUS; what is metered has no credit and no tax."""


@dataclass(frozen=True)
class Environment:
    fleet: Fleet
    read: Callable[[list[Charge], Fleet], Iterator[pa.RecordBatch]]


def _aws(charges: list[Charge], fleet: Fleet) -> Iterator[pa.RecordBatch]:
    return read_focus.rows(as_batch(aws.focus_rows(charges, fleet)))


def _azure(charges: list[Charge], fleet: Fleet) -> Iterator[pa.RecordBatch]:
    return read_focus.rows(as_batch(azure.focus_rows(charges, fleet)))


def _google(charges: list[Charge], fleet: Fleet) -> Iterator[pa.RecordBatch]:
    exported = datetime(2027, 1, 31, tzinfo=UTC)
    yield google.rows([as_rest(row) for row in gcp.detailed_rows(charges, fleet, exported)])


def _own(charges: list[Charge], fleet: Fleet) -> Iterator[pa.RecordBatch]:
    return read_focus.rows(as_batch(focus.rows(charges, fleet, ON_PREMISES)))


ENVIRONMENTS = {
    ProviderType.AWS: Environment(Fleet("us-east-1", "us-east-1a"), _aws),
    ProviderType.AZURE: Environment(Fleet("westeurope", "westeurope-1", currency="EUR"), _azure),
    ProviderType.GCP: Environment(Fleet("europe-west4", "europe-west4-a"), _google),
    ProviderType.LIBVIRT: Environment(Fleet("rack-1", "rack-1a"), _own),
}


@dataclass
class Batches(BillingSource):
    """One delivery of rows that are read already."""

    period: date
    batches: list[pa.RecordBatch]

    def bill_deliveries(self, since: date) -> list[BillDelivery]:  # noqa: ARG002
        part = BillPart(id="1", place="here")
        at = datetime(2027, 1, 31, tzinfo=UTC)
        return [BillDelivery(period=self.period, version="1", delivered_at=at, parts=[part])]

    def bill_rows(self, delivery: BillDelivery, part: BillPart) -> Iterator[pa.RecordBatch]:  # noqa: ARG002
        yield from self.batches


def imported(
    services: Services,
    tenant: str,
    provider: ProviderType,
    first: date,
    batches: list[pa.RecordBatch],
) -> int:
    """Import them as one account's month; returns how many rows there are."""
    account = ProviderAccount(
        id=f"acc-{provider.value}",
        tenant=tenant,
        name=provider.value,
        type=provider,
        settings={},
        created_at=services.now(),
    )
    source = Batches(first, batches)
    return import_delivery(services, account, source, source.bill_deliveries(first)[0]).rows
