"""AWS's bills: Data Exports in the customer's bucket, else Cost Explorer where it is allowed.

https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html
https://docs.aws.amazon.com/cur/latest/userguide/dataexports-manifest.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from novacron.costs.sources.months import months
from novacron.errors import NotFound
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.explorer import AwsExplorer
from novacron.providers.billing import BillDelivery, BillingSource, BillPart

if TYPE_CHECKING:
    import pyarrow as pa

    from novacron.costs.sources.files import Files


class AwsBilling(AwsExplorer, AwsBase, BillingSource):
    """Settings: ``billing_bucket``, ``billing_prefix``, ``billing_export`` (the export's name),
    ``billing_bucket_region``; ``cost_explorer`` ("true": may be asked, at 0.01 USD a request)."""

    def bill_deliveries(self, since: date) -> list[BillDelivery]:
        account, today = self.account, datetime.now(UTC).date()
        if account.billing_bucket:
            found = [self._delivery(month) for month in months(since, today)]
            return [one for one in found if one is not None]
        if account.cost_explorer:
            return [self.explored(month, today) for month in months(since, today)]
        raise NotFound(
            "No cost export is set up for this account.",
            remedy="Create a FOCUS or CUR 2.0 data export, and name it in the settings "
            "billing_bucket, billing_prefix and billing_export.",
        )

    def bill_rows(self, delivery: BillDelivery, part: BillPart) -> Iterator[pa.RecordBatch]:
        if not delivery.complete:
            yield from self.explored_rows(delivery)
            return
        from novacron.costs.sources.exports import tag_of

        yield from self._files().rows(part.place, tag_of(part), part.size or 0, _mapped)

    def _delivery(self, month: date) -> BillDelivery | None:
        from novacron.costs.sources.exports import newest

        files, root = self._files(), f"{self.account.billing_prefix}/{self.account.billing_export}"
        partition = f"BILLING_PERIOD={month:%Y-%m}"
        found = files.list(f"{root}/metadata/{partition}/".lstrip("/"))
        manifests = [one for one in found if one.path.endswith("-Manifest.json")]
        there = {one.path: one for one in files.list(f"{root}/data/{partition}/".lstrip("/"))}
        return newest(files, month, manifests, there, _told)

    def _files(self) -> Files:
        from obstore.auth.boto3 import Boto3CredentialProvider
        from obstore.store import S3Store

        from novacron.costs.sources.files import RETRIES, Files

        account = self.account
        config: Any = {"region": account.billing_bucket_region or account.region}
        if account.endpoint_url:
            config["endpoint"] = account.endpoint_url
        store = S3Store(
            account.billing_bucket,
            config=config,
            credential_provider=Boto3CredentialProvider(self.session()),
            client_options={"allow_http": bool(account.endpoint_url)},
            retry_config=RETRIES,
        )
        return Files(store)


def _told(manifest: bytes) -> list[str]:
    """The keys of its files, of which it has the URIs."""
    return [str(uri).split("/", 3)[3] for uri in json.loads(manifest)["dataFiles"]]


def _mapped(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    from novacron.costs.sources import cur, focus

    known = "line_item_line_item_type" in batch.schema.names
    yield from cur.rows(batch) if known else focus.rows(batch)
