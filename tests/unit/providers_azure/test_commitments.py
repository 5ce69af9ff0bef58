"""A directory's reservations and savings plans, as far as they are for VMs of our subscription."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from infra.local.azure_account.commitments import ORDERS, RESERVATION
from infra.local.azure_account.store import Resource
from novacron.errors import NotFound, PermissionDenied
from novacron.models.base import PageRequest
from novacron.models.commitment import Commitment, CommitmentKind, CommitmentSpec
from novacron.providers.base import iterate
from tests.unit.providers_azure.conftest import REGION, World

DATES = {
    "effectiveDateTime": "2026-01-01T10:00:00.1234567Z",
    "expiryDateTime": "2027-01-01T10:00:00.1234567Z",
}


def _put(world: World, state: str = "Succeeded", location: str = REGION, **told: Any) -> str:
    given = {
        **DATES,
        "displayName": "web",
        "quantity": 2,
        "term": "P1Y",
        "appliedScopeType": "Shared",
        "reservedResourceType": "VirtualMachines",
    }
    found = Resource(
        f"{ORDERS}/{uuid4()}/reservations/{uuid4()}",
        RESERVATION,
        location,
        given | told,
        top={"sku": {"name": "Standard_D2s_v5"}},
        state=state,
    )
    world.server.account.store.put(found)
    return found.name


def _all(world: World) -> dict[str, Commitment]:
    return {one.id: one for one in iterate(world.provider().list_commitments, None)}


def test_what_is_for_others_or_over_is_left_out(world: World) -> None:
    root, before = world.server.account.root, _all(world).keys()
    ours = [
        _put(world),
        _put(world, appliedScopeType="Single", appliedScopes=[root.upper()]),
        _put(world, renew=True),
    ]
    for told in (
        {"appliedScopeType": "Single", "appliedScopes": [f"/subscriptions/{uuid4()}"]},
        {"reservedResourceType": "SqlDatabases"},
        {"state": "Expired"},
        {"location": "elsewhere"},
    ):
        _put(world, **told)
    found = _all(world)
    assert found.keys() - before == set(ours)
    one = found[ours[0]]
    assert (one.amount, one.covers, one.region) == (
        "2 x Standard_D2s_v5, P1Y",
        "Standard_D2s_v5",
        REGION,
    )
    assert [found[id].renews for id in ours] == [False, False, True]


def test_plans_follow_on_pages_of_their_own(world: World) -> None:
    plans = "/providers/Microsoft.BillingBenefits/savingsPlanOrders/o/savingsPlans"
    told = {
        **DATES,
        "displayName": "all",
        "term": "P3Y",
        "appliedScopeType": "Shared",
        "provisioningState": "Succeeded",
        "commitment": {"grain": "Hourly", "currencyCode": "USD", "amount": 0.5},
    }
    account = world.server.account
    account.savings_plans = [
        {"id": f"{plans}/p{n:02}", "name": f"p{n:02}", "properties": told} for n in range(60)
    ]
    reserved = _put(world)
    found = _all(world)
    account.savings_plans = []
    assert sum(one.kind is CommitmentKind.SPEND for one in found.values()) == 60
    one = found["p00"]
    assert (one.region, one.covers) == (None, "")
    assert one.amount == "0.5 USD an hour, P3Y"
    assert reserved in found
    first = world.provider().list_commitments(None, PageRequest(limit=1))
    assert [one.kind for one in first.items] == [CommitmentKind.USAGE]


def test_a_role_that_may_not_read_them(world: World) -> None:
    world.fault("Reservation_ListAll", "AuthorizationFailed", http_status=403, message="no")
    with pytest.raises(PermissionDenied):
        _all(world)


SPEC = CommitmentSpec(
    region=REGION, instance_type="Standard_D2s_v5", count=3, term="3y", payment="reservation"
)


def test_the_sum_is_of_all_months(world: World) -> None:
    assert world.provider().quote_commitment(SPEC).total == 36 * 3 * 2 * 10


def test_an_order_without_a_price_is_refused(world: World) -> None:
    with pytest.raises(NotFound):
        world.provider().buy_commitment(SPEC, str(uuid4()))
