"""Google's BigQuery export of detailed usage cost, and its FOCUS view, as rows of the tables.

https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from . import focus
from .charges import ZERO, Charge, Fleet, Kind
from .focus import Row, Words

BILLING, PROJECT = "010101-ABCDEF-123456", "lab-project"
WORDS = Words(
    provider="Google Cloud",
    issuer="Google Cloud",
    payer=BILLING,
    account=PROJECT,
    account_type="Project",
    payer_type="Billing Account",
    compute="Compute Engine",
    storage="Compute Engine",
    network="Networking",
    commitment_type="Committed Use Discount",
    vm_type="Instance",
    disk_type="Disk",
    region_name="europe-west4",
)
_COST_TYPES = {Kind.TAX: "tax", Kind.REFUND: "adjustment"}
_SKUS = {
    Kind.USAGE: ("2E27-4F75-95CD", "N1 Predefined Instance Core running in Netherlands"),
    Kind.COVERED: ("2E27-4F75-95CD", "N1 Predefined Instance Core running in Netherlands"),
    Kind.STORAGE: ("D973-5D65-BAB2", "Storage PD Capacity in Netherlands"),
    Kind.EGRESS: ("F274-1692-F213", "Network Internet Egress from Netherlands"),
    Kind.PURCHASE: ("5A6E-0C84-1D2A", "Commitment v1: Cpu in Netherlands for 1 Year"),
    Kind.REFUND: ("2E27-4F75-95CD", "N1 Predefined Instance Core running in Netherlands"),
    Kind.TAX: ("TAX1-TAX1-TAX1", "Tax"),
    Kind.CREDIT: ("CRED-CRED-CRED", "Promotion"),
}
TAKEN = "COMMITTED_USAGE_DISCOUNT"


def focus_rows(charges: list[Charge], fleet: Fleet, version: str = "1.0") -> Iterator[Row]:
    named = [replace(one, resource=one.resource and _name(one.resource)) for one in charges]
    return focus.rows(named, fleet, WORDS, version)


def detailed_rows(
    charges: list[Charge], fleet: Fleet, exported: datetime
) -> Iterator[dict[str, Any]]:
    """Covered usage costs its list price, taken back by a credit of its row. Unused hours are no
    rows: the commitment's fee stands for all of it."""
    for charge in charges:
        if charge.kind is not Kind.UNUSED:
            yield _detailed(charge, fleet, exported)


def _detailed(charge: Charge, fleet: Fleet, exported: datetime) -> dict[str, Any]:
    kind = charge.kind
    sku, description = _SKUS[kind]
    unit = {Kind.STORAGE: "gibibyte month", Kind.EGRESS: "gibibyte"}.get(kind, "hour")
    priced = charge.price > 0 and kind is not Kind.REFUND
    cost = charge.listed if kind is Kind.COVERED else charge.billed
    credits = []
    if kind is Kind.COVERED:
        credits.append(_credit("Committed Usage Discount: CPU", -charge.listed, TAKEN))
    if kind is Kind.CREDIT:
        cost = ZERO
        credits.append(_credit("Startup promotion", charge.billed, "PROMOTION"))
    resource = charge.volume or charge.resource
    return {
        "billing_account_id": BILLING,
        "service": {"id": "6F81-5844-456A", "description": "Compute Engine"},
        "sku": {"id": sku, "description": description},
        "usage_start_time": charge.start,
        "usage_end_time": charge.end,
        "project": {"id": PROJECT, "number": "123456789012", "name": "Lab"},
        "labels": [{"key": key, "value": value} for key, value in charge.tags.items()],
        "location": {
            "location": fleet.zone,
            "country": "NL",
            "region": fleet.region,
            "zone": fleet.zone if charge.resource else None,
        },
        "resource": {
            "name": resource,
            "global_name": resource and _name(resource),
        },
        "price": {
            "effective_price": charge.price if priced else None,
            "tier_start_amount": ZERO if priced else None,
            "unit": unit if priced else None,
            "pricing_unit_quantity": Decimal(1) if priced else None,
        },
        "cost": float(cost),
        "currency": fleet.currency,
        "currency_conversion_rate": 1.0,
        "usage": {
            "amount": float(charge.quantity),
            "unit": unit,
            "amount_in_pricing_units": float(charge.quantity),
            "pricing_unit": unit,
        },
        "credits": credits,
        "invoice": {"month": f"{charge.start:%Y%m}", "publisher_type": "GOOGLE"},
        "cost_type": _COST_TYPES.get(kind, "regular"),
        "adjustment_info": {
            "id": "adj-1" if kind is Kind.REFUND else None,
            "description": None,
            "mode": "COMPLETE_NEGATION_WITH_REMONETIZATION" if kind is Kind.REFUND else None,
            "type": "PRICE_CORRECTION" if kind is Kind.REFUND else None,
        },
        "export_time": exported,
        "cost_at_list": float(charge.billed if kind is Kind.REFUND else charge.listed),
        "transaction_type": "GOOGLE",
        "seller_name": "Google Cloud",
        "subscription": {"instance_id": charge.commitment if kind is Kind.PURCHASE else None},
    }


def _credit(name: str, amount: Decimal, kind: str) -> dict[str, Any]:
    return {"name": name, "amount": float(amount), "full_name": name, "id": name, "type": kind}


def _name(resource: str) -> str:
    return f"//compute.googleapis.com/projects/{PROJECT}/zones/z/instances/{resource}"
