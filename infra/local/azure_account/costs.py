"""Cost Management's Query API over charges that are set through the control routes.

https://learn.microsoft.com/en-us/rest/api/cost-management/query/usage
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .routes import Route
from .wire import Answer, ArmError, Call, Json

if TYPE_CHECKING:
    from .account import LocalAccount

PAGE = 1000
"""Rows of an answer: https://learn.microsoft.com/en-us/azure/cost-management-billing/automate/get-small-usage-datasets-on-demand"""
_GROUPS = {"ServiceName", "ResourceLocation"}
_KINDS = {"ActualCost": "billed", "AmortizedCost": "effective"}
CHARGE = {"day", "service", "location", "billed", "effective"}
"""Of a charge: ``day`` is YYYYMMDD, both costs are decimals as text."""


def check(charges: Any) -> list[dict[str, str]]:
    """Raises ValueError."""
    for one in charges:
        if one.keys() != CHARGE:
            raise ValueError(f"a charge has {sorted(CHARGE)}")
        datetime.strptime(one["day"], "%Y%m%d")
        Decimal(one["billed"]), Decimal(one["effective"])
    return list(charges)


def _usage(account: LocalAccount, call: Call) -> Answer:
    asked = call.json()
    kind = _KINDS.get(asked.get("type", ""))
    if kind is None or asked.get("timeframe") != "Custom":
        raise _bad("This service answers ActualCost and AmortizedCost of a Custom timeframe.")
    dataset = asked.get("dataset") or {}
    names = [one.get("name") for one in dataset.get("grouping") or []]
    if unknown := [name for name in names if name not in _GROUPS]:
        raise _bad(f"Invalid query definition: Invalid dimension {unknown[0]}.")
    if dataset.get("granularity") != "Daily" or not dataset.get("aggregation"):
        raise _bad("Invalid query definition: Missing dataset granularity or aggregation.")
    rows = _rows(account, kind, names, *_days(asked.get("timePeriod") or {}))
    return Answer(200, _page(account, call, names, rows))


def _days(period: Json) -> tuple[str, str]:
    try:
        first, last = (datetime.fromisoformat(period[name]) for name in ("from", "to"))
    except (KeyError, ValueError) as e:
        raise _bad("Invalid query definition: Invalid time period.") from e
    return f"{first:%Y%m%d}", f"{last:%Y%m%d}"


def _rows(
    account: LocalAccount, kind: str, names: list[str], first: str, last: str
) -> list[list[Any]]:
    of = {"ServiceName": "service", "ResourceLocation": "location"}
    sums: defaultdict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for one in account.charges:
        if first <= one["day"] <= last:
            sums[one["day"], *(one[of[name]] for name in names)] += Decimal(one[kind])
    # Azure writes costs as JSON numbers.
    return [
        [float(amount), int(day), *keys, "USD"] for (day, *keys), amount in sorted(sums.items())
    ]


def _page(account: LocalAccount, call: Call, names: list[str], rows: list[list[Any]]) -> Json:
    start = int(call.query.get("$skiptoken", "0"))
    end = start + PAGE
    link = f"{account.base}{call.path}?api-version={call.query['api-version']}&$skiptoken={end}"
    columns = [("Cost", "Number"), ("UsageDate", "Number")]
    columns += [(name, "String") for name in [*names, "Currency"]]
    return {
        "id": f"{account.root}/providers/Microsoft.CostManagement/query/1",
        "name": "1",
        "type": "Microsoft.CostManagement/query",
        "properties": {
            "nextLink": link if end < len(rows) else None,
            "columns": [{"name": name, "type": kind} for name, kind in columns],
            "rows": rows[start:end],
        },
    }


def _bad(message: str) -> ArmError:
    return ArmError(400, "BadRequest", message)


ROUTES = [
    Route(
        "POST",
        "/subscriptions/{sub}/providers/Microsoft.CostManagement/query",
        "Query_Usage",
        _usage,
    )
]
