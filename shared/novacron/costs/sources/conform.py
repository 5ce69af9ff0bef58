"""Makes rows hold what FOCUS asks of every row, whoever wrote them.

https://focus.finops.org/focus-specification/v1-2/

Exports of older versions lack columns, and some providers leave out what the specification
requires or fill in what it forbids. Nothing here changes what a row costs.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from novacron.costs.focus import BILL, NUMBER, TEXT
from novacron.costs.sources import services
from novacron.costs.sources.columns import Column, pc, pick, quotient, where

UNLESS_TAX = [
    "ListUnitPrice",
    "ContractedUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "SkuId",
    "SkuPriceId",
    "SkuMeter",
    "SkuPriceDetails",
    "PricingCategory",
    "PricingCurrencyListUnitPrice",
    "PricingCurrencyContractedUnitPrice",
]
_OF = {
    "CommitmentDiscountId": "CommitmentDiscountCategory CommitmentDiscountName "
    "CommitmentDiscountStatus CommitmentDiscountType CommitmentDiscountQuantity "
    "CommitmentDiscountUnit",
    "CommitmentDiscountQuantity": "CommitmentDiscountUnit",
    "CapacityReservationId": "CapacityReservationStatus",
    "ConsumedQuantity": "ConsumedUnit",
    "PricingQuantity": "PricingUnit",
    "RegionId": "RegionName",
    "ResourceId": "ResourceName ResourceType",
    "SkuId": "SkuMeter SkuPriceId",
    "SkuPriceId": "SkuPriceDetails",
    "SubAccountId": "SubAccountName SubAccountType",
}
"""A column -> those that are null where it is."""
SUBCATEGORY = {
    "AI and Machine Learning": "Other (AI and Machine Learning)",
    "Compute": "Other (Compute)",
    "Databases": "Other (Databases)",
    "Integration": "Other (Integration)",
    "Management and Governance": "Other (Management and Governance)",
    "Networking": "Other (Networking)",
    "Security": "Other (Security)",
    "Storage": "Other (Storage)",
}
OTHER = "Other (Other)"
Given = Mapping[str, Column]


def bill(given: Given, rows: int) -> pa.RecordBatch:
    """A batch of ``BILL``. Raises ArrowInvalid for a row without what every row must have."""
    lacking = [field for field in BILL if field.name not in given]
    columns = {field.name: pa.nulls(rows, field.type) for field in lacking} | dict(given)
    for step in (_services, _prices, _defaults, _without_tax, _consumption, _dependents):
        columns |= step(columns)
    batch = pa.RecordBatch.from_arrays([columns[name] for name in BILL.names], schema=BILL)
    batch.validate(full=True)
    return batch


def _services(now: Given) -> Given:
    service, category = now["ServiceName"], now["ServiceCategory"]
    part = pick(pc.binary_join_element_wise(service, category, "|"), services.SPLIT)
    found = {"ServiceName": pc.coalesce(part, service)}
    found["ServiceSubcategory"] = pc.coalesce(
        now["ServiceSubcategory"], pick(found["ServiceName"], services.SUBCATEGORY)
    )
    for name in ("PricingUnit", "ConsumedUnit", "CommitmentDiscountUnit"):
        found[name] = pc.coalesce(pick(now[name], services.UNITS), now[name])
    return found


def _prices(now: Given) -> Given:
    """The unit prices that the row's own costs and quantity say, where it names none; a quantity
    of one, where a charge that must have a quantity has none."""
    charged = pc.is_in(now["ChargeCategory"], pa.array(["Usage", "Purchase"], TEXT))
    corrected = pc.equal(now["ChargeClass"], "Correction")
    asked = pc.and_(charged, pc.invert(pc.fill_null(corrected, False)))
    one = pa.scalar(1, NUMBER)
    missing = pc.and_(asked, pc.is_null(now["PricingQuantity"]))
    quantity = where(missing, one, now["PricingQuantity"])
    unit = pc.coalesce(now["PricingUnit"], where(missing, "Units", pa.scalar(None, TEXT)))
    found: dict[str, Column] = {"PricingQuantity": quantity, "PricingUnit": unit}
    for kind in ("List", "Contracted"):
        price = now[f"{kind}UnitPrice"]
        lacking = pc.and_(asked, pc.is_null(price))
        if pc.any(lacking).as_py():
            own = pc.fill_null(quotient(now[f"{kind}Cost"], quantity), pa.scalar(0, NUMBER))
            price = where(lacking, pc.abs(own), price)
        found[f"{kind}UnitPrice"] = price
    return found


def _defaults(now: Given) -> Given:
    category = now["ServiceCategory"]
    currency = now["BillingCurrency"]
    bought = pc.equal(now["ChargeCategory"], "Purchase")
    usual = where(bought, "One-Time", "Usage-Based")
    frequency = pc.coalesce(now["ChargeFrequency"], usual)
    wrong = pc.and_(bought, pc.equal(frequency, "Usage-Based"))
    own = pc.coalesce(now["PricingCurrency"], currency)
    same = pc.equal(own, currency)
    found = {
        "ServiceSubcategory": pc.coalesce(
            now["ServiceSubcategory"], pick(category, SUBCATEGORY, OTHER)
        ),
        "ChargeFrequency": where(wrong, "One-Time", frequency),
        "PricingCurrency": own,
        "RegionName": pc.coalesce(now["RegionName"], now["RegionId"]),
        "SubAccountName": pc.coalesce(now["SubAccountName"], now["SubAccountId"]),
        "BillingAccountName": pc.coalesce(now["BillingAccountName"], now["BillingAccountId"]),
        "ResourceType": pc.coalesce(now["ResourceType"], now["ServiceName"]),
        "SkuMeter": pc.coalesce(now["SkuMeter"], now["ChargeDescription"]),
    }
    for name in ("ListUnitPrice", "ContractedUnitPrice", "EffectiveCost"):
        there = now[f"PricingCurrency{name}"]
        found[f"PricingCurrency{name}"] = pc.coalesce(
            there, where(same, now[name], pa.scalar(None, NUMBER))
        )
    return found


def _without_tax(now: Given) -> Given:
    tax = pc.equal(now["ChargeCategory"], "Tax")
    return {name: _null_where(tax, now[name]) for name in UNLESS_TAX}


def _consumption(now: Given) -> Given:
    unused = pc.equal(now["CommitmentDiscountStatus"], "Unused")
    used = pc.equal(now["ChargeCategory"], "Usage")
    none = pc.or_(pc.invert(used), pc.fill_null(unused, False))
    return {"ConsumedQuantity": _null_where(none, now["ConsumedQuantity"])}


def _dependents(now: Given) -> Given:
    found: dict[str, Column] = {}
    for name, others in _OF.items():
        absent = pc.is_null({**now, **found}[name])
        found |= {one: _null_where(absent, {**now, **found}[one]) for one in others.split()}
    return found


def _null_where(condition: Column, column: Column) -> Column:
    if column.null_count == len(column):
        return column
    return where(condition, pa.nulls(len(column), column.type), column)
