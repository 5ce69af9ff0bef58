"""Reservations of VMs, and the savings plans that whoever made the account has put there.

https://learn.microsoft.com/en-us/rest/api/reserved-vm-instances/reservation-order/purchase
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from .catalog.sizes import SIZES
from .routes import Route
from .store import Resource
from .wire import Answer, ArmError, Call, Json

if TYPE_CHECKING:
    from .account import LocalAccount

ORDERS = "/providers/Microsoft.Capacity/reservationOrders"
RESERVATION = "Microsoft.Capacity/reservationOrders/reservations"
TOLD = ("displayName", "quantity", "term", "appliedScopeType", "reservedResourceType")
YEARS = {"P1Y": 1, "P3Y": 3}


def _calculate(account: LocalAccount, call: Call) -> Answer:
    """By the month, of a price that is a size's vCPUs."""
    asked = call.json()
    order, months = str(uuid4()), 12 * YEARS[_bought(account, ORDERS, asked).properties["term"]]
    size = SIZES[asked["sku"]["name"].lower()]
    each = {"currencyCode": "USD", "amount": 10 * size.cores * asked["properties"]["quantity"]}
    told = {
        "reservationOrderId": order,
        "pricingCurrencyTotal": each,
        "billingCurrencyTotal": each,
        "paymentSchedule": [{"pricingCurrencyTotal": each} for _ in range(months)],
    }
    account.quotes.add(order)
    return Answer(200, {"properties": told})


def _purchase(account: LocalAccount, call: Call) -> Answer:
    """Bought once, however often the same order is put."""
    name, asked = call.names["order"], call.json()
    order = f"{ORDERS}/{name}"
    if name not in account.quotes:
        raise ArmError(404, "ReservationOrderNotFound", f"No price was calculated for {name}.")
    if not account.store.under(order):
        account.store.put(_bought(account, order, asked))
    bought = [{"id": one.id} for one in account.store.under(order)]
    told = {"term": asked["properties"]["term"], "reservations": bought}
    return Answer(200, {"id": order, "name": name, "properties": told})


def _bought(account: LocalAccount, order: str, asked: Json) -> Resource:
    told, sku = asked.get("properties", {}), asked.get("sku", {}).get("name")
    if told.get("term") not in YEARS or not told.get("quantity"):
        raise ArmError(400, "BadRequest", "A term and a quantity are needed.", "properties")
    if told.get("billingScopeId") != account.root or str(sku).lower() not in SIZES:
        raise ArmError(400, "InvalidSku", f"{sku!r} is not sold to {told.get('billingScopeId')!r}.")
    start = datetime.fromtimestamp(account.clock.now(), UTC)
    end = start.replace(year=start.year + YEARS[told["term"]])
    return Resource(
        f"{order}/reservations/{uuid4()}",
        RESERVATION,
        asked["location"],
        {
            **{name: told[name] for name in TOLD},
            "renew": told.get("renew", False),
            "appliedScopes": told.get("appliedScopes"),
            "effectiveDateTime": start.isoformat(),
            "expiryDateTime": end.isoformat(),
            "expiryDate": end.date().isoformat(),
        },
        top={"sku": {"name": sku}},
    )


def _reservations(account: LocalAccount, call: Call) -> Answer:
    held = [_shown(one) for one in account.store.of_type(RESERVATION)]
    return _page(account, call, held)


def _shown(one: Resource) -> Json:
    """Named by its order too."""
    name = "/".join(one.id.split("/")[-3::2])
    top = {"id": one.id, "name": name, "type": one.type, "location": one.location, **one.top}
    return {**top, "properties": {**one.properties, "provisioningState": one.state}}


def _plans(account: LocalAccount, call: Call) -> Answer:
    return _page(account, call, account.savings_plans)


def _page(account: LocalAccount, call: Call, items: list[Json]) -> Answer:
    start = int(call.query.get("$skiptoken", "0"))
    end = start + account.switches.page_size
    link = f"{account.base}{call.path}?api-version={call.query['api-version']}&$skiptoken={end}"
    return Answer(200, {"value": items[start:end], "nextLink": link if end < len(items) else None})


ROUTES = [
    Route(
        "POST",
        "/providers/Microsoft.Capacity/calculatePrice",
        "ReservationOrder_Calculate",
        _calculate,
    ),
    Route("PUT", f"{ORDERS}/{{order}}", "ReservationOrder_Purchase", _purchase),
    Route(
        "GET", "/providers/Microsoft.Capacity/reservations", "Reservation_ListAll", _reservations
    ),
    Route(
        "GET", "/providers/Microsoft.BillingBenefits/savingsPlans", "SavingsPlan_ListAll", _plans
    ),
]
