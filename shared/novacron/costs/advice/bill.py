"""A tenant's bill by resource, named as our records name them."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from novacron.costs.ledger import Ledger, Series
from novacron.models.cost import CostMetric, CostQuestion, Days, Granularity

_ARN = re.compile(r"arn:[\w-]+:ec2:[\w-]*:\d*:\w+/([\w-]+)")
_AZURE = re.compile(r"/subscriptions/.+/providers/microsoft\.compute/\w+/([^/]+)", re.IGNORECASE)
_ZONE = re.compile(r"(?://compute\.googleapis\.com/)?projects/.+/zones/([^/]+)/\w+/([^/]+)")
_GLOBAL = re.compile(
    r"(?://compute\.googleapis\.com/)?projects/.+/global/(?:images|snapshots)/([^/]+)"
)


class Bill(NamedTuple):
    """``through``: the last day that each account's bill has; estimates count."""

    currency: str
    resources: dict[str, Series]
    through: dict[str, date]


def read(ledger: Ledger, days: Days) -> Bill:
    """Billed and not effective cost: what a commitment covers is billed as nothing, and goes on to
    be paid when the resource has gone."""
    question = CostQuestion(start=days.start, end=days.end, granularity=Granularity.TOTAL)
    answer = ledger.ask(question)
    summed: defaultdict[str, Series] = defaultdict(dict)
    for name, series in ledger.daily_by(days, CostMetric.BILLED, {}, "resource").items():
        into = summed[native_id(name)]
        for day, amount in series.items():
            into[day] = into.get(day, Decimal(0)) + amount
    through = {one.account_id: one.through for one in answer.freshness if one.through is not None}
    return Bill(answer.currency, dict(summed), through)


def native_id(name: str) -> str:
    """A bill's name of a VM, disk, snapshot or image as ``ResourceRecord.provider_id`` has it.

    AWS: an id or an ARN. Azure: a resource id in any case. Google: a full resource name
    (https://cloud.google.com/asset-inventory/docs/resource-name-format). Of another kind: as it is,
    Azure's in lower case.
    """
    if found := _ARN.fullmatch(name):
        return found.group(1)
    if found := _AZURE.fullmatch(name):
        return found.group(1).lower()
    if found := _ZONE.fullmatch(name):
        return f"{found.group(1)}/{found.group(2)}"
    if found := _GLOBAL.fullmatch(name):
        return found.group(1)
    return name.lower() if name.startswith("/subscriptions/") else name
