"""AWS Data Exports: FOCUS 1.0 and 1.2, CUR 2.0, as the files that they are delivered in.

https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html
https://docs.aws.amazon.com/cur/latest/userguide/dataexports-manifest.html
https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from . import focus
from .charges import Charge, Fleet, Kind, first_of, month_after
from .files import Format, split, written_as
from .focus import Row, Words, plain, written

PAYER, ACCOUNT = "111111111111", "222222222222"
WORDS = Words(
    provider="AWS",
    issuer="Amazon Web Services, Inc.",
    payer=PAYER,
    account=ACCOUNT,
    account_type="Account",
    payer_type="Account",
    compute="Amazon Elastic Compute Cloud",
    storage="Amazon Elastic Block Store",
    network="AWS Data Transfer",
    commitment_type="Reserved Instance",
    vm_type="Instance",
    disk_type="Volume",
    region_name="US East (N. Virginia)",
)


def focus_rows(charges: list[Charge], fleet: Fleet, version: str = "1.2") -> Iterator[Row]:
    return focus.rows(charges, fleet, WORDS, version)


_TYPES = {
    Kind.USAGE: "Usage",
    Kind.STORAGE: "Usage",
    Kind.EGRESS: "Usage",
    Kind.CREDIT: "Credit",
    Kind.REFUND: "Refund",
    Kind.TAX: "Tax",
    Kind.PURCHASE: "RIFee",
    Kind.UNUSED: "RIFee",
    Kind.COVERED: "DiscountedUsage",
}
_USAGE = {Kind.STORAGE: "EBS:VolumeUsage.gp3", Kind.EGRESS: "DataTransfer-Out-Bytes"}


def cur_rows(charges: list[Charge], fleet: Fleet) -> Iterator[Row]:
    """CUR 2.0 has the hours of a reservation that nobody used not as rows of their own but in the
    fee's, so that they are summed up there."""
    unused = [one for one in charges if one.kind is Kind.UNUSED]
    for charge in charges:
        if charge.kind is not Kind.UNUSED:
            yield _cur_row(charge, fleet, unused)


def _cur_row(charge: Charge, fleet: Fleet, unused: list[Charge]) -> Row:
    kind = charge.kind
    billing = first_of(charge.start.date())
    unit = {Kind.STORAGE: "GB-Mo", Kind.EGRESS: "GB"}.get(kind, "Hrs")
    reserved = kind in (Kind.COVERED, Kind.PURCHASE)
    fee = kind is Kind.PURCHASE
    arn = f"arn:aws:ec2:{fleet.region}:{ACCOUNT}:reserved-instances/{charge.commitment}"
    tags = {f"user_{key}": value for key, value in charge.tags.items()}
    usage = _USAGE.get(kind, "BoxUsage:m5.large")
    return {
        "bill_bill_type": "Refund" if kind is Kind.REFUND else "Anniversary",
        "bill_billing_entity": "AWS",
        "bill_billing_period_end_date": written(month_after(billing)),
        "bill_billing_period_start_date": written(billing),
        "bill_invoice_id": f"INV-{billing:%Y%m}",
        "bill_invoicing_entity": "Amazon Web Services, Inc.",
        "bill_payer_account_id": PAYER,
        "bill_payer_account_name": "payer",
        "line_item_availability_zone": fleet.zone if charge.resource else None,
        "line_item_currency_code": fleet.currency,
        "line_item_legal_entity": "Amazon Web Services, Inc.",
        "line_item_line_item_description": f"{kind.value} in {fleet.region}",
        "line_item_line_item_type": _TYPES[kind],
        "line_item_operation": "RunInstances",
        "line_item_product_code": "AmazonEC2",
        "line_item_resource_id": arn if fee else charge.volume or charge.resource,
        "line_item_unblended_cost": plain(charge.billed),
        "line_item_unblended_rate": plain(charge.price),
        "line_item_usage_account_id": ACCOUNT,
        "line_item_usage_account_name": "lab",
        "line_item_usage_amount": plain(charge.quantity),
        "line_item_usage_end_date": written(charge.end),
        "line_item_usage_start_date": written(charge.start),
        "line_item_usage_type": None if kind in (Kind.TAX, Kind.CREDIT) else usage,
        "pricing_currency": fleet.currency,
        "pricing_public_on_demand_cost": plain(charge.listed) if not fee else "0",
        "pricing_public_on_demand_rate": plain(charge.price) if charge.price and not fee else None,
        "pricing_rate_code": f"{kind.value.upper()}.JRTCKXETXF.6YS6EN2CT7"
        if charge.price
        else None,
        "pricing_term": "Reserved" if reserved else "OnDemand" if charge.price else None,
        "pricing_unit": unit if charge.price else None,
        "product": json.dumps({"product_name": "Amazon Elastic Compute Cloud"}),
        "product_product_family": "Storage" if kind is Kind.STORAGE else "Compute Instance",
        "product_region_code": fleet.region,
        "product_servicecode": "AWSDataTransfer" if kind is Kind.EGRESS else "AmazonEC2",
        "product_sku": f"{kind.value.upper()}SKU" if charge.price else None,
        "reservation_effective_cost": plain(charge.effective) if kind is Kind.COVERED else "0",
        "reservation_reservation_a_r_n": arn if reserved else None,
        "reservation_unused_amortized_upfront_fee_for_billing_period": "0" if fee else None,
        "reservation_unused_quantity": str(len(unused)) if fee else None,
        "reservation_unused_recurring_fee": _sum(unused) if fee else None,
        "resource_tags": json.dumps(tags) if tags else None,
    }


def _sum(charges: list[Charge]) -> str:
    return plain(sum((one.effective for one in charges), Decimal(0)))


@dataclass(frozen=True)
class Export:
    """Where an export is delivered; ``create_new`` keeps each execution's files."""

    bucket: str
    prefix: str
    name: str
    format: Format = Format.PARQUET
    create_new: bool = False
    rows_per_file: int = 500

    def delivery(self, rows: list[Row], period: str, execution: str) -> dict[str, bytes]:
        """Key -> content, the manifest last, of one execution for ``period`` (YYYY-MM)."""
        partition = f"BILLING_PERIOD={period}" + (f"/{execution}" if self.create_new else "")
        root = f"{self.prefix}/{self.name}".lstrip("/")
        found: dict[str, bytes] = {}
        for number, part in enumerate(split(rows, self.rows_per_file), start=1):
            key = f"{root}/data/{partition}/{self.name}-{number:05d}.{self.format.value}"
            found[key] = written_as(part, self.format)
        manifest = {
            "executionId": execution,
            "exportArn": f"arn:aws:bcm-data-exports:us-east-1:{PAYER}:export/{self.name}",
            "columns": [{"name": name, "type": "string"} for name in rows[0]],
            "dataFiles": [f"s3://{self.bucket}/{key}" for key in found],
        }
        place = f"{root}/metadata/{partition}/{self.name}-Manifest.json"
        return {**found, place: json.dumps(manifest).encode()}
