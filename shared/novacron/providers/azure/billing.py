"""Azure's bills: a FOCUS export in blob storage, else sums from the Query API.

https://learn.microsoft.com/en-us/azure/cost-management-billing/costs/tutorial-improved-exports
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from novacron.costs.sources.months import months, next_month
from novacron.providers.azure.base import AzureBase
from novacron.providers.azure.cost_query import AzureCostQuery
from novacron.providers.billing import BillDelivery, BillingSource, BillPart

if TYPE_CHECKING:
    import pyarrow as pa

    from novacron.costs.sources.files import Files

ONE_DAY = timedelta(days=1)


class AzureBilling(AzureCostQuery, AzureBase, BillingSource):
    """Settings: ``billing_storage_account``, ``billing_container``, ``billing_directory``,
    ``billing_export`` (the export's name)."""

    def bill_deliveries(self, since: date) -> list[BillDelivery]:
        today = datetime.now(UTC).date()
        if not self.account.billing_storage_account:
            return [self.queried(month, today) for month in months(since, today)]
        found = [self._delivery(month) for month in months(since, today)]
        return [one for one in found if one is not None]

    def bill_rows(self, delivery: BillDelivery, part: BillPart) -> Iterator[pa.RecordBatch]:
        if not delivery.complete:
            yield from self.queried_rows(delivery)
            return
        from novacron.costs.sources import focus
        from novacron.costs.sources.exports import tag_of

        files = self.export_files()
        yield from files.rows(part.place, tag_of(part), part.size or 0, focus.rows)

    def export_files(self) -> Files:
        from obstore.auth.azure import AzureCredentialProvider
        from obstore.store import AzureStore

        from novacron.costs.sources.files import RETRIES, Files

        account = self.account
        credential: Any = self.credential()
        store = AzureStore(
            account.billing_container,
            config={"account_name": account.billing_storage_account or ""},
            credential_provider=AzureCredentialProvider(credential),
            retry_config=RETRIES,
        )
        return Files(store)

    def _delivery(self, month: date) -> BillDelivery | None:
        from novacron.costs.sources.exports import newest

        account, files = self.account, self.export_files()
        dates = f"{month:%Y%m%d}-{next_month(month) - ONE_DAY:%Y%m%d}"
        folder = f"{account.billing_directory}/{account.billing_export}/{dates}/".lstrip("/")
        there = {one.path: one for one in files.list(folder)}
        manifests = [one for path, one in there.items() if path.endswith("/manifest.json")]
        return newest(files, month, manifests, there, _told)


def _told(manifest: bytes) -> list[str]:
    """The names of its blobs, from the container's root."""
    return [str(one["blobName"]).lstrip("/") for one in json.loads(manifest)["blobs"]]
