"""Google's detailed usage cost export as FOCUS rows.

https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage

Each credit of a row is a row of its own, but for those of a commitment: usage that one covers is
invoiced at what is left of it. A commitment's fee becomes two rows: the purchase, and the use of it
at the same cost. The export does not say which share of a fee belongs to which resource, nor how
much of a commitment nobody used: its use is the commitment's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from novacron.costs.focus import BILL, PAIRS, TEXT, TIME
from novacron.costs.sources import services
from novacron.costs.sources.conform import bill

Row = dict[str, Any]
"""As the table has it, nested; numbers are the text that BigQuery's REST interface writes, times
are datetimes."""

COMMITMENTS = {
    "COMMITTED_USAGE_DISCOUNT": "Usage",
    "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE": "Spend",
}
CATEGORY = {"regular": "Usage", "tax": "Tax", "adjustment": "Adjustment"}
BOUGHT = "Commitment"
"""Begins the name of the SKU of a commitment's fee."""
SPOT = ("Spot Preemptible", "Preemptible")
ZERO = Decimal(0)
PLACES = Decimal("1e-18")


def rows(given: Sequence[Row]) -> pa.RecordBatch:
    """A batch of ``BILL``. Raises KeyError, ValueError for what is no row of the export."""
    made = [one for row in given for one in _rows(row)]
    empty = [field.name for field in BILL]
    table = {
        name: pa.array([row.get(name) for row in made], BILL.field(name).type) for name in empty
    }
    return bill(table, len(made))


def _rows(row: Row) -> Iterator[Row]:
    credits = row.get("credits") or []
    taken = [one for one in credits if one.get("type") in COMMITMENTS]
    charge = _charge(row, taken)
    yield charge
    if charge["ChargeCategory"] == "Purchase":
        yield _use(charge)
    common = _common(row)
    for credit in credits:
        if credit.get("type") not in COMMITMENTS:
            amount = _number(credit["amount"])
            yield (
                common
                | _flat(amount)
                | {
                    "ChargeCategory": "Credit",
                    "ChargeDescription": credit.get("full_name") or credit.get("name"),
                    "ChargeFrequency": "One-Time",
                }
            )


def _use(fee: Row) -> Row:
    cost = fee["BilledCost"]
    return fee | {
        "BilledCost": ZERO,
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "CommitmentDiscountStatus": "Used",
        "ConsumedQuantity": fee["PricingQuantity"],
        "ConsumedUnit": fee["PricingUnit"],
        "EffectiveCost": cost,
        "PricingCategory": "Committed",
    }


def _common(row: Row) -> Row:
    month = row["invoice"]["month"]
    first = datetime(int(month[:4]), int(month[4:]), 1, tzinfo=UTC)
    place, project = row.get("location") or {}, row.get("project") or {}
    service = row["service"]["description"]
    return {
        "BillingAccountId": row["billing_account_id"],
        "BillingAccountType": "Billing Account",
        "BillingCurrency": row["currency"],
        "BillingPeriodStart": first,
        "BillingPeriodEnd": (first + timedelta(days=31)).replace(day=1),
        "ChargePeriodStart": row["usage_start_time"],
        "ChargePeriodEnd": row["usage_end_time"],
        "InvoiceIssuerName": row.get("seller_name") or "Google Cloud",
        "ProviderName": "Google Cloud",
        "PublisherName": row.get("seller_name") or "Google Cloud",
        "RegionId": place.get("region"),
        "AvailabilityZone": place.get("zone"),
        "ServiceCategory": _category(service, row["sku"]["description"]),
        "ServiceName": service,
        "SubAccountId": project.get("id"),
        "SubAccountName": project.get("name"),
        "SubAccountType": "Project",
        "Tags": _tags(row.get("labels") or []),
        **_resource(row),
    }


def _resource(row: Row) -> Row:
    resource = row.get("resource") or {}
    name, path = resource.get("name"), resource.get("global_name")
    kind = path.split("/")[-2] if path and path.count("/") > 2 else None
    return {
        "ResourceId": path or name,
        "ResourceName": name if path and name != path else None,
        "ResourceType": kind,
    }


def _charge(row: Row, taken: list[Row]) -> Row:
    cost = _number(row["cost"])
    category = CATEGORY.get(row["cost_type"], "Adjustment")
    sku = row["sku"]["description"]
    if category == "Usage" and sku.startswith(BOUGHT):
        category = "Purchase"
    found = (
        _common(row)
        | _flat(cost)
        | {
            "ChargeCategory": category,
            "ChargeClass": "Correction" if row["cost_type"] == "adjustment" else None,
            "ChargeDescription": sku,
            "ChargeFrequency": {"Usage": "Usage-Based", "Purchase": "Recurring"}.get(
                category, "One-Time"
            ),
        }
    )
    if category == "Purchase":
        found["EffectiveCost"] = ZERO
    if category in ("Usage", "Purchase"):
        found |= _priced(row, cost, sku)
    if taken:
        left = cost + sum((_number(one["amount"]) for one in taken), ZERO)
        found |= {"BilledCost": left, "EffectiveCost": left, "PricingCategory": "Committed"}
    return found | _commitment(row, category, taken)


def _flat(cost: Decimal) -> Row:
    return dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), cost)


def _priced(row: Row, cost: Decimal, sku: str) -> Row:
    usage, price = row.get("usage") or {}, row.get("price") or {}
    quantity = _number(usage.get("amount_in_pricing_units"))
    listed = _number(row["cost_at_list"]) if row.get("cost_at_list") is not None else cost
    tier = price.get("tier_start_amount")
    return {
        "ConsumedQuantity": _number(usage.get("amount")),
        "ConsumedUnit": usage.get("unit") or "Units",
        "ListCost": listed,
        "PricingCategory": "Dynamic" if sku.startswith(SPOT) else "Standard",
        "PricingQuantity": quantity,
        "PricingUnit": usage.get("pricing_unit") or "Units",
        "SkuId": row["sku"]["id"],
        "SkuMeter": sku,
        "SkuPriceId": f"{row['sku']['id']}.{tier}" if tier else row["sku"]["id"],
    }


def _commitment(row: Row, category: str, taken: list[Row]) -> Row:
    own = (row.get("subscription") or {}).get("instance_id")
    if category != "Purchase" and not taken:
        return {}
    usage = row.get("usage") or {}
    kind = COMMITMENTS[taken[0]["type"]] if taken else "Usage"
    return {
        "CommitmentDiscountId": own or (taken[0].get("id") if taken else row["sku"]["id"]),
        "CommitmentDiscountCategory": kind,
        "CommitmentDiscountType": "Committed Use Discount",
        "CommitmentDiscountStatus": "Used" if taken else None,
        "CommitmentDiscountQuantity": _number(usage.get("amount_in_pricing_units")),
        "CommitmentDiscountUnit": usage.get("pricing_unit") or "Units",
    } | ({} if taken else {"ResourceId": own, "ResourceType": "Commitment", "ResourceName": None})


def _category(service: str, sku: str) -> str:
    if service == "Compute Engine":
        if any(word in sku for word in ("Storage", "Snapshot", "PD Capacity", "Image")):
            return "Storage"
        if any(word in sku for word in ("Network", "Egress", "IP Charge", "Data Transfer")):
            return "Networking"
    return services.GOOGLE.get(service, services.OTHER)


def _tags(labels: Iterable[Row]) -> list[tuple[str, str]] | None:
    return [(one["key"], one["value"]) for one in labels] or None


def _number(text: Any) -> Decimal:
    """Of BigQuery's text; digits beyond the 18th behind the point are rounded."""
    return Decimal(text).quantize(PLACES) if text is not None else ZERO


def as_columns(rows: Sequence[Row]) -> pa.RecordBatch:
    """Rows of Google's FOCUS view, as a file's reader would give them."""
    return pa.RecordBatch.from_arrays(
        [_column(rows, field) for field in BILL if field.name in rows[0]],
        names=[field.name for field in BILL if field.name in rows[0]],
    )


def _column(rows: Sequence[Row], field: pa.Field[Any]) -> pa.Array[Any]:
    values = [row[field.name] for row in rows]
    if field.type == TIME:
        return pa.array(values, TIME)
    if field.type == PAIRS:
        values = [json.dumps(one) if isinstance(one, list | dict) else one for one in values]
    return pa.array(values, TEXT)
