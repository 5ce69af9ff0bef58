"""Azure Cost Management's FOCUS export, as the blobs that it is delivered in.

https://learn.microsoft.com/en-us/azure/cost-management-billing/dataset-schema/cost-usage-details-focus
https://learn.microsoft.com/en-us/azure/cost-management-billing/costs/tutorial-improved-exports
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from . import focus
from .charges import Charge, Fleet, month_after
from .files import Format, split, written_as
from .focus import Row, Words

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourcegroups/lab/providers/microsoft.compute"
WORDS = Words(
    provider="Microsoft",
    issuer="Microsoft",
    payer="/providers/Microsoft.Billing/billingAccounts/1234567",
    account=SUBSCRIPTION,
    account_type="Subscription",
    payer_type="Billing Account",
    compute="Virtual Machines",
    storage="Azure Disk Storage",
    network="Bandwidth",
    commitment_type="Reservation",
    vm_type="Virtual machine",
    disk_type="Disk",
    region_name="West Europe",
)


def focus_rows(charges: list[Charge], fleet: Fleet, version: str = "1.2") -> Iterator[Row]:
    """Ids are ARM's, in lower case, as the export has them."""
    named = [_named(charge) for charge in charges]
    for row in focus.rows(named, fleet, WORDS, version):
        yield {**row, "x_SkuMeterId": row["SkuId"], "x_BillingExchangeRate": "1"}


def _named(charge: Charge) -> Charge:
    return replace(
        charge,
        resource=charge.resource and f"{GROUP}/virtualmachines/{charge.resource}",
        volume=charge.volume and f"{GROUP}/disks/{charge.volume}",
    )


@dataclass(frozen=True)
class Export:
    """``overwrite`` keeps only the newest run of a month."""

    directory: str
    name: str
    format: Format = Format.CSV
    rows_per_file: int = 500

    def delivery(
        self, rows: list[Row], first: datetime, run: str, at: datetime
    ) -> dict[str, bytes]:
        """Blob -> content, the manifest last, of one run for ``first``'s month."""
        last = month_after(first) - timedelta(days=1)
        folder = f"{self.directory}/{self.name}/{first:%Y%m%d}-{last:%Y%m%d}/{run}".lstrip("/")
        found: dict[str, bytes] = {}
        blobs = []
        for number, part in enumerate(split(rows, self.rows_per_file), start=1):
            name = f"{folder}/part_0_{number:04d}.{self.format.value}"
            found[name] = written_as(part, self.format)
            blobs.append(
                {"blobName": name, "byteCount": len(found[name]), "dataRowCount": len(part)}
            )
        manifest = {
            "manifestVersion": "2024-04-01",
            "byteCount": sum(map(len, found.values())),
            "blobCount": len(found),
            "dataRowCount": len(rows),
            "exportConfig": self._config(),
            "deliveryConfig": self._delivery(),
            "runInfo": {
                "executionType": "Scheduled",
                "submittedTime": at.isoformat(),
                "runId": run,
                "startDate": f"{first:%Y-%m-%dT00:00:00}",
                "endDate": f"{last:%Y-%m-%dT00:00:00}",
            },
            "blobs": blobs,
        }
        return {**found, f"{folder}/manifest.json": json.dumps(manifest).encode()}

    def _config(self) -> dict[str, str]:
        return {
            "exportName": self.name,
            "resourceId": f"{SUBSCRIPTION}/providers/Microsoft.CostManagement/exports/{self.name}",
            "dataVersion": "1.2-preview",
            "apiVersion": "2023-07-01-preview",
            "type": "FocusCost",
            "timeFrame": "MonthToDate",
            "granularity": "Daily",
        }

    def _delivery(self) -> dict[str, object]:
        compressed = {Format.PARQUET: "snappy", Format.GZIP: "gzip"}.get(self.format, "none")
        return {
            "partitionData": True,
            "dataOverwriteBehavior": "OverwritePreviousReport",
            "fileFormat": "Parquet" if self.format is Format.PARQUET else "Csv",
            "compressionMode": compressed,
        }
