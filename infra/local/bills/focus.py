"""Charges as rows of a FOCUS export; clouds differ in names and in how they write values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .charges import Charge, Fleet, Kind, first_of, month_after

Row = dict[str, str | None]

_CATEGORIES = {
    Kind.CREDIT: "Credit",
    Kind.TAX: "Tax",
    Kind.PURCHASE: "Purchase",
}
_FREQUENCIES = {Kind.PURCHASE: "Recurring", Kind.TAX: "One-Time", Kind.CREDIT: "One-Time"}
_COMMITTED = {Kind.PURCHASE, Kind.COVERED, Kind.UNUSED}
_PRICED = {Kind.USAGE, Kind.STORAGE, Kind.EGRESS, Kind.COVERED, Kind.UNUSED, Kind.PURCHASE}


@dataclass(frozen=True)
class Words:
    """What a cloud calls things in its FOCUS export."""

    provider: str
    issuer: str
    payer: str
    account: str
    account_type: str
    payer_type: str
    compute: str
    storage: str
    network: str
    commitment_type: str
    vm_type: str
    disk_type: str
    region_name: str


def written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(number: Decimal) -> str:
    return format(number, "f")


def rows(charges: list[Charge], fleet: Fleet, words: Words, version: str = "1.2") -> Iterator[Row]:
    """Version "1.0" leaves out what came later, as exports of that version do."""
    for charge in charges:
        row = _row(charge, fleet, words)
        if version == "1.0":
            for name in _SINCE:
                del row[name]
        yield row


_SINCE = [
    "BillingAccountType",
    "SubAccountType",
    "InvoiceId",
    "PricingCurrency",
    "ServiceSubcategory",
    "SkuMeter",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountUnit",
]


def _row(charge: Charge, fleet: Fleet, words: Words) -> Row:
    who = {
        "BillingAccountId": words.payer,
        "BillingAccountName": "payer",
        "BillingAccountType": words.payer_type,
        "InvoiceIssuerName": words.issuer,
        "ProviderName": words.provider,
        "PublisherName": words.issuer,
        "SubAccountId": words.account,
        "SubAccountName": "lab",
        "SubAccountType": words.account_type,
    }
    what = _charge(charge, fleet) | _place(charge, fleet, words)
    return who | what | _pricing(charge) | _commitment(charge, words)


def _charge(charge: Charge, fleet: Fleet) -> Row:
    billing = first_of(charge.start.date())
    return {
        "BilledCost": plain(charge.billed),
        "BillingCurrency": fleet.currency,
        "BillingPeriodStart": written(billing),
        "BillingPeriodEnd": written(month_after(billing)),
        "ChargeCategory": _CATEGORIES.get(charge.kind, "Usage"),
        "ChargeClass": "Correction" if charge.kind is Kind.REFUND else None,
        "ChargeFrequency": _FREQUENCIES.get(charge.kind, "Usage-Based"),
        "ChargePeriodStart": written(charge.start),
        "ChargePeriodEnd": written(charge.end),
        "ContractedCost": plain(_contracted(charge)),
        "EffectiveCost": plain(charge.effective),
        "InvoiceId": f"INV-{billing:%Y%m}",
        "ListCost": plain(_contracted(charge)),
        "PricingCurrency": fleet.currency,
        "Tags": json.dumps(charge.tags) if charge.tags else None,
    }


def _place(charge: Charge, fleet: Fleet, words: Words) -> Row:
    kind = charge.kind
    service = {
        Kind.STORAGE: ("Storage", words.storage, "Block Storage"),
        Kind.EGRESS: ("Networking", words.network, "Content Delivery"),
    }.get(kind, ("Compute", words.compute, "Virtual Machines"))
    resource = charge.volume or charge.resource
    if kind in (Kind.UNUSED, Kind.PURCHASE):
        resource = charge.commitment
    placed = kind not in (Kind.TAX, Kind.CREDIT)
    return {
        "AvailabilityZone": fleet.zone if charge.resource and kind is not Kind.EGRESS else None,
        "ChargeDescription": f"{service[1]}: {kind.value}",
        "RegionId": fleet.region if placed else None,
        "RegionName": words.region_name if placed else None,
        "ResourceId": resource,
        "ResourceName": None,
        "ResourceType": _resource_type(charge, words),
        "ServiceCategory": service[0],
        "ServiceName": service[1],
        "ServiceSubcategory": service[2],
    }


def _contracted(charge: Charge) -> Decimal:
    """At list price, where there is one: what a purchase is for, and a credit in full."""
    if charge.kind in (Kind.CREDIT, Kind.TAX, Kind.REFUND):
        return charge.billed
    return charge.listed


def _resource_type(charge: Charge, words: Words) -> str | None:
    if charge.kind in (Kind.UNUSED, Kind.PURCHASE):
        return words.commitment_type
    if charge.volume:
        return words.disk_type
    return words.vm_type if charge.resource else None


def _pricing(charge: Charge) -> Row:
    kind = charge.kind
    unit = {Kind.STORAGE: "GB-Months", Kind.EGRESS: "GB"}.get(kind, "Hours")
    priced = kind in _PRICED
    consumed = priced and kind not in (Kind.PURCHASE, Kind.UNUSED)
    sku = kind.value.upper()
    committed = kind in (Kind.COVERED, Kind.UNUSED)
    return {
        "ConsumedQuantity": plain(charge.quantity) if consumed else None,
        "ConsumedUnit": unit if consumed else None,
        "ContractedUnitPrice": plain(charge.price) if priced else None,
        "ListUnitPrice": plain(charge.price) if priced else None,
        "PricingCategory": ("Committed" if committed else "Standard") if priced else None,
        "PricingQuantity": plain(charge.quantity) if priced else None,
        "PricingUnit": unit if priced else None,
        "SkuId": sku if priced else None,
        "SkuMeter": f"{sku} meter" if priced else None,
        "SkuPriceId": f"{sku}.1" if priced else None,
    }


def _commitment(charge: Charge, words: Words) -> Row:
    there = charge.kind in _COMMITTED
    status = {Kind.COVERED: "Used", Kind.UNUSED: "Unused"}.get(charge.kind)
    return {
        "CommitmentDiscountCategory": "Usage" if there else None,
        "CommitmentDiscountId": charge.commitment,
        "CommitmentDiscountName": None,
        "CommitmentDiscountQuantity": plain(charge.quantity) if there else None,
        "CommitmentDiscountStatus": status,
        "CommitmentDiscountType": words.commitment_type if there else None,
        "CommitmentDiscountUnit": "Hours" if there else None,
    }
