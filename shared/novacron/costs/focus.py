"""The columns of a cost row: FOCUS 1.2 and ours.

https://focus.finops.org/focus-specification/v1-2/

Ours begin with ``x_``, as FOCUS asks of custom columns. Money, prices and quantities are decimals
of 38 digits, 18 of them behind the point: what the clouds export fits, sums are exact.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

TEXT = pa.string()
TIME = pa.timestamp("us", tz="UTC")
NUMBER = pa.decimal128(38, 18)
PAIRS = pa.map_(pa.string(), pa.string())
"""Tags; FOCUS calls it a key-value format and writes it as JSON where a file has no maps."""


def _fields(kind: pa.DataType, names: str, *, required: bool = False) -> list[pa.Field[Any]]:
    return [pa.field(name, kind, nullable=not required) for name in names.split()]


REQUIRED = (
    _fields(
        TEXT,
        "BillingAccountId BillingCurrency ChargeCategory InvoiceIssuerName ProviderName "
        "PublisherName ServiceCategory ServiceName",
        required=True,
    )
    + _fields(
        TIME, "BillingPeriodStart BillingPeriodEnd ChargePeriodStart ChargePeriodEnd", required=True
    )
    + _fields(NUMBER, "BilledCost ContractedCost EffectiveCost ListCost", required=True)
)
NULLABLE = (
    _fields(
        TEXT,
        "AvailabilityZone BillingAccountName BillingAccountType CapacityReservationId "
        "CapacityReservationStatus ChargeClass ChargeDescription ChargeFrequency "
        "CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName "
        "CommitmentDiscountStatus CommitmentDiscountType CommitmentDiscountUnit ConsumedUnit "
        "InvoiceId PricingCategory PricingCurrency PricingUnit RegionId RegionName ResourceId "
        "ResourceName ResourceType ServiceSubcategory SkuId SkuMeter SkuPriceId SubAccountId "
        "SubAccountName SubAccountType",
    )
    + _fields(
        NUMBER,
        "CommitmentDiscountQuantity ConsumedQuantity ContractedUnitPrice ListUnitPrice "
        "PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost "
        "PricingCurrencyListUnitPrice PricingQuantity",
    )
    + _fields(PAIRS, "SkuPriceDetails Tags")
)
BILL = pa.schema(sorted(REQUIRED + NULLABLE, key=lambda field: str(field.name)))
"""What a billing source gives: FOCUS, and nothing that only we know."""

OURS = [
    pa.field("x_Tenant", TEXT, nullable=False),
    pa.field("x_Provider", TEXT, nullable=False),
    pa.field("x_AccountId", TEXT, nullable=False),
    pa.field("x_VmId", TEXT),
    pa.field("x_Estimated", pa.bool_(), nullable=False),
    pa.field("x_Currency", TEXT, nullable=False),
    pa.field("x_ExchangeRate", NUMBER, nullable=False),
    pa.field("x_ExchangeRateDate", pa.date32(), nullable=False),
    pa.field("x_ExchangeRateSource", TEXT),
    pa.field("x_BilledCost", NUMBER, nullable=False),
    pa.field("x_EffectiveCost", NUMBER, nullable=False),
    pa.field("x_ListCost", NUMBER, nullable=False),
    pa.field("x_ContractedCost", NUMBER, nullable=False),
]
"""``x_AccountId`` is our account's id, ``x_Provider`` a ``ProviderType``, ``x_VmId`` our VM's id.
``x_Estimated``: metered by us and not yet billed. The ``x_...Cost`` are in ``x_Currency``, the
tenant's, by the rate of ``x_ExchangeRateDate``: history keeps the rate that applied then, and whose
it was (a ``RateSource``; none where nothing was converted, and in older files)."""

ROWS = pa.schema([*BILL, *OURS])
"""A stored row."""
