"""AWS's Cost and Usage Report 2.0 as FOCUS rows.

https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html

A line item of a commitment's fee becomes two rows: the purchase, and the part of it that nobody
used. Usage that a savings plan covers is invoiced at zero here, and the line items that negate it
in the report are left out: together they are the same amount.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pyarrow as pa

from novacron.costs.focus import NUMBER, PAIRS, TEXT
from novacron.costs.sources import services
from novacron.costs.sources.columns import (
    Column,
    Columns,
    minus,
    pc,
    pick,
    plus,
    product,
    where,
    without_prefix,
)
from novacron.costs.sources.conform import bill
from novacron.costs.sources.focus import own_name

CATEGORY = {
    "Usage": "Usage",
    "DiscountedUsage": "Usage",
    "SavingsPlanCoveredUsage": "Usage",
    "RIFee": "Purchase",
    "Fee": "Purchase",
    "SavingsPlanRecurringFee": "Purchase",
    "SavingsPlanUpfrontFee": "Purchase",
    "Tax": "Tax",
}
"""Line item type -> charge category; credits, refunds and discounts of every kind are credits:
https://docs.aws.amazon.com/cur/latest/userguide/Lineitem-columns.html"""
COVERED = ["DiscountedUsage", "SavingsPlanCoveredUsage"]
RECURRING = ["RIFee", "SavingsPlanRecurringFee"]
SPOT = "SpotUsage"
SAME_PRICE = Decimal("0.000000001")
"""Costs are rounded to ten digits in the report, rates are not."""
_ZERO = pa.scalar(Decimal(0), NUMBER)


def rows(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Batches of ``BILL``. Raises ArrowInvalid for a value that is not of its column's type."""
    types = Columns(batch).text("line_item_line_item_type")
    given = Columns(batch.filter(pc.fill_null(pc.not_equal(types, "SavingsPlanNegation"), True)))
    charged = _who(given) | _what(given) | _commitment(given) | _costs(given)
    yield bill(charged, given.rows)
    unused = _unused(given, charged)
    if unused.num_rows:
        yield unused


def _who(given: Columns) -> dict[str, Column]:
    entity = given.text("line_item_legal_entity", "bill_invoicing_entity")
    return {
        "BillingAccountId": given.text("bill_payer_account_id"),
        "BillingAccountName": given.text("bill_payer_account_name"),
        "BillingAccountType": given.same("Account"),
        "BillingCurrency": given.text("line_item_currency_code"),
        "BillingPeriodStart": given.time("bill_billing_period_start_date"),
        "BillingPeriodEnd": given.time("bill_billing_period_end_date"),
        "ChargePeriodStart": given.time("line_item_usage_start_date"),
        "ChargePeriodEnd": given.time("line_item_usage_end_date"),
        "InvoiceId": given.text("bill_invoice_id"),
        "InvoiceIssuerName": own_name(given.text("bill_invoicing_entity")),
        "ProviderName": given.same("AWS"),
        "PublisherName": entity,
        "SubAccountId": given.text("line_item_usage_account_id"),
        "SubAccountName": given.text("line_item_usage_account_name"),
        "SubAccountType": given.same("Account"),
    }


def _what(given: Columns) -> dict[str, Column]:
    code = given.text("product_servicecode", "line_item_product_code")
    usage = given.text("line_item_usage_type")
    named = _product_name(given)
    family = given.text("product_product_family")
    return {
        "AvailabilityZone": given.text("line_item_availability_zone"),
        "ChargeDescription": given.text("line_item_line_item_description"),
        "RegionId": given.text("product_region_code"),
        "ResourceId": given.text("line_item_resource_id"),
        "ResourceType": family,
        "ServiceCategory": _category(code, usage),
        "ServiceName": pc.coalesce(pick(code, services.AWS_NAMES), named, code),
        "SkuId": pc.coalesce(given.text("product_sku"), usage),
        "SkuPriceId": pc.coalesce(given.text("pricing_rate_code", "pricing_rate_id"), usage),
        "SkuMeter": usage,
        "Tags": without_prefix(given.pairs("resource_tags"), "user_"),
    }


def _product_name(given: Columns) -> Column:
    pairs = given.pairs("product")
    return pc.map_lookup(pairs, pa.scalar("product_name"), "first")


def _category(code: Column, usage: Column) -> Column:
    """EC2's service code has its disks and its traffic in it too."""
    disks = pc.match_substring_regex(usage, "EBS:|TimedStorage")
    traffic = pc.match_substring_regex(usage, "DataTransfer|ElasticIP|PublicIPv4")
    plain = pick(code, services.AWS, services.OTHER)
    return where(disks, "Storage", where(traffic, "Networking", plain))


def _costs(given: Columns) -> dict[str, Column]:
    types = given.text("line_item_line_item_type")
    category = pick(types, CATEGORY, "Credit")
    invoiced = pc.fill_null(given.number("line_item_unblended_cost"), _ZERO)
    used, bought = pc.equal(category, "Usage"), pc.equal(category, "Purchase")
    covered = pc.is_in(types, pa.array(COVERED, TEXT))
    fee = pc.and_(bought, pc.is_valid(_commitment_id(given)))
    public = pc.fill_null(given.number("pricing_public_on_demand_cost"), invoiced)
    listed = where(used, public, invoiced)
    quantity = given.number("line_item_usage_amount")
    priced = pc.or_(used, bought)
    none = pa.nulls(given.rows, NUMBER)
    spot = pc.match_substring(given.text("line_item_usage_type"), SPOT)
    kind = where(covered, "Committed", where(spot, "Dynamic", "Standard"))
    unit = pc.coalesce(
        given.text("pricing_unit"), where(pc.is_valid(quantity), "Units", pa.scalar(None, TEXT))
    )
    rate = given.number("pricing_public_on_demand_rate")
    return {
        "BilledCost": where(covered, _ZERO, invoiced),
        "ChargeCategory": category,
        "ChargeClass": pick(types, {"Refund": "Correction"}),
        "ChargeFrequency": where(
            pc.is_in(types, pa.array(RECURRING, TEXT)),
            "Recurring",
            where(used, "Usage-Based", "One-Time"),
        ),
        "ConsumedQuantity": where(used, quantity, none),
        "ConsumedUnit": where(used, unit, pa.scalar(None, TEXT)),
        "ContractedCost": where(covered, listed, invoiced),
        "EffectiveCost": where(fee, _ZERO, _amortised(given, types, invoiced)),
        "ListCost": listed,
        "ListUnitPrice": where(used, _agreeing(rate, quantity, listed), none),
        "PricingCategory": where(priced, kind, pa.scalar(None, TEXT)),
        "PricingCurrency": given.text("pricing_currency", "line_item_currency_code"),
        "PricingQuantity": where(priced, quantity, none),
        "PricingUnit": where(priced, unit, pa.scalar(None, TEXT)),
    }


def _amortised(given: Columns, types: Column, invoiced: Column) -> Column:
    reserved = pc.fill_null(given.number("reservation_effective_cost"), _ZERO)
    planned = pc.fill_null(given.number("savings_plan_savings_plan_effective_cost"), _ZERO)
    plan = pc.equal(types, "SavingsPlanCoveredUsage")
    return where(pc.equal(types, "DiscountedUsage"), reserved, where(plan, planned, invoiced))


def _agreeing(rate: Column, quantity: Column, cost: Column) -> Column:
    """The rate where it makes the cost; null where tiers or free usage do."""
    away = pc.abs(minus(product(rate, quantity), cost))
    far = pc.greater(away, pa.scalar(SAME_PRICE, NUMBER))
    return where(far, pa.nulls(len(rate), NUMBER), rate)


def _commitment_id(given: Columns) -> Column:
    return given.text("reservation_reservation_a_r_n", "savings_plan_savings_plan_a_r_n")


def _commitment(given: Columns) -> dict[str, Column]:
    types = given.text("line_item_line_item_type")
    plan = pc.is_valid(given.text("savings_plan_savings_plan_a_r_n"))
    covered = pc.is_in(types, pa.array(COVERED, TEXT))
    category = pick(types, CATEGORY, "Credit")
    bought = pc.equal(category, "Purchase")
    money = where(
        bought,
        given.number("line_item_unblended_cost"),
        _amortised(given, types, pa.nulls(given.rows, NUMBER)),
    )
    amount = where(plan, money, given.number("line_item_usage_amount"))
    counted = pc.or_(covered, bought)
    nothing = pa.scalar(None, TEXT)
    return {
        "CommitmentDiscountId": _commitment_id(given),
        "CommitmentDiscountCategory": where(plan, "Spend", "Usage"),
        "CommitmentDiscountType": where(plan, "Savings Plan", "Reserved Instance"),
        "CommitmentDiscountStatus": where(covered, "Used", nothing),
        "CommitmentDiscountQuantity": where(counted, amount, pa.nulls(given.rows, NUMBER)),
        "CommitmentDiscountUnit": where(
            plan, given.text("line_item_currency_code"), given.text("pricing_unit")
        ),
    }


def _unused(given: Columns, charged: Mapping[str, Column]) -> pa.RecordBatch:
    """The unused part of each recurring fee, as usage of the commitment by nobody."""
    types = given.text("line_item_line_item_type")
    upfront = given.number("reservation_unused_amortized_upfront_fee_for_billing_period")
    recurring = given.number("reservation_unused_recurring_fee")
    reserved = plus(pc.fill_null(upfront, _ZERO), pc.fill_null(recurring, _ZERO))
    total = given.number("savings_plan_total_commitment_to_date")
    planned = pc.fill_null(minus(total, given.number("savings_plan_used_commitment")), _ZERO)
    lost = where(pc.equal(types, "SavingsPlanRecurringFee"), planned, reserved)
    fee = pc.is_in(types, pa.array(RECURRING, TEXT))
    at = pc.and_(fee, pc.not_equal(lost, _ZERO))
    lost = lost.filter(at)
    hours = given.number("reservation_unused_quantity").filter(at)
    plan = pc.equal(types, "SavingsPlanRecurringFee").filter(at)
    quantity = pc.coalesce(where(plan, lost, hours), lost)
    told = {name: column.filter(at) for name, column in charged.items()}
    rows = len(lost)
    zeros = pa.repeat(_ZERO, rows)
    told |= {
        "BilledCost": zeros,
        "ChargeCategory": pa.repeat("Usage", rows),
        "ChargeFrequency": pa.repeat("Usage-Based", rows),
        "CommitmentDiscountStatus": pa.repeat("Unused", rows),
        "CommitmentDiscountQuantity": quantity,
        "ContractedCost": lost,
        "EffectiveCost": lost,
        "ListCost": lost,
        "ListUnitPrice": pa.nulls(rows, NUMBER),
        "PricingCategory": pa.repeat("Committed", rows),
        "PricingQuantity": quantity,
        "ResourceId": told["CommitmentDiscountId"],
        "Tags": pa.nulls(rows, PAIRS),
    }
    return bill(told, rows)
