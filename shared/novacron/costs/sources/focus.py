"""Exports that are FOCUS already, of any version from 1.0 on: AWS's, Azure's and Google's.

https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-focus-1-0-aws-columns.html
https://learn.microsoft.com/en-us/azure/cost-management-billing/dataset-schema/cost-usage-details-focus
https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/focus
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from novacron.costs.focus import BILL, NUMBER, PAIRS, TEXT, TIME
from novacron.costs.sources.columns import Column, Columns, pc, pick
from novacron.costs.sources.conform import bill

RENAMED = {
    "PublisherName": ("PublisherName", "ProviderName"),
    "InvoiceIssuerName": ("InvoiceIssuerName", "ProviderName"),
    "ChargeDescription": ("ChargeDescription", "x_SkuDescription"),
    "SkuMeter": ("SkuMeter", "x_SkuMeterName"),
    "InvoiceId": ("InvoiceId", "x_InvoiceId"),
}
ACCOUNT_TYPES = {"AWS": "Account", "Microsoft": "Subscription", "Google Cloud": "Project"}
"""FOCUS has these since 1.2: what a sub account is called there."""
PAYERS = {
    "AWS": "Account",
    "Microsoft": "Billing Account",
    "Google Cloud": "Billing Account",
}
OWN_COMPANIES = "^Amazon Web Services.*"
"""FOCUS tells what a third party sells by an issuer's name that is not the provider's, and AWS
invoices by companies of its own: their names become the provider's."""


def rows(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Batches of ``BILL``. Raises ArrowInvalid for a value that is not of its column's type."""
    given = Columns(batch)
    found = {}
    for field in BILL:
        name = str(field.name)
        if field.type == TEXT:
            found[name] = given.text(*RENAMED.get(name, (name,)))
        elif field.type == NUMBER:
            found[name] = given.number(name)
        elif field.type == TIME:
            found[name] = given.time(name)
        elif field.type == PAIRS:
            found[name] = given.pairs(name)
    for name in ("ProviderName", "InvoiceIssuerName"):
        found[name] = own_name(found[name])
    provider = found["ProviderName"]
    found["SubAccountType"] = pc.coalesce(found["SubAccountType"], pick(provider, ACCOUNT_TYPES))
    found["BillingAccountType"] = pc.coalesce(found["BillingAccountType"], pick(provider, PAYERS))
    yield bill(found, given.rows)


def own_name(company: Column) -> Column:
    return pc.replace_substring_regex(company, OWN_COMPANIES, "AWS")
