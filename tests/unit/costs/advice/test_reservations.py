"""Reserved capacity that was seen without a VM, and what it costs by the catalog."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from novacron.catalog.rates import rate
from novacron.costs.advice.finding import Scene
from novacron.costs.advice.prices import Prices
from novacron.costs.advice.reservations import find, unused
from novacron.costs.advice.rules import SHIPPED, rule_book
from novacron.models.account import ProviderType
from novacron.models.advice import RuleEdits
from novacron.models.capacity_reservation import CapacityReservation
from novacron.models.operation import OperationState
from novacron.models.price import PriceKind
from novacron.models.recommendation import RecommendationKind
from novacron.models.sighting import Sighting, Sightings
from tests.world import World

KIND = RecommendationKind.UNUSED_RESERVATION
RULE = next(rule for rule in SHIPPED if rule.kind is KIND)


def _kept(**told: object) -> CapacityReservation:
    given = {"id": "cr-1", "name": "launch", "region": "us-east-1", "zone": "us-east-1a"}
    more = {"instance_type": "m7i.large", "count": 3, "used": 0, "mark": "cr-1"}
    return CapacityReservation.model_validate({**given, **more, **told})


def _scene(world: World, kept: CapacityReservation, kind: ProviderType, days: int = 8) -> Scene:
    account, now = world.account.model_copy(update={"type": kind}), world.clock()
    seen = Sighting(
        account_id=account.id, first=now - timedelta(days=days), looks=24 * days, found=kept
    )
    again = Sightings.model_validate_json(Sightings(items=[seen]).model_dump_json())
    return Scene(
        services=world.services,
        tenant="acme",
        now=now,
        book=rule_book(RuleEdits()),
        accounts={account.id: account},
        everything=[],
        usages={},
        prices=Prices(world.services, None),
        unused={KIND: again.items},
    )


def test_the_saving_is_the_price_of_all_that_is_reserved(world: World) -> None:
    [found] = find(_scene(world, _kept(), ProviderType.AWS), RULE)
    day = world.clock().date()
    row = rate(ProviderType.AWS, "us-east-1", PriceKind.ON_DEMAND, "m7i.large", day)
    assert row is not None
    assert found.saving.monthly == (row.price * 3 * 730).quantize(Decimal("0.01"))
    assert found.saving.unknown == ["commitments that cover it"]
    assert found.apply is None
    assert "3 x m7i.large in us-east-1a" in found.title


@pytest.mark.parametrize("told", [{"as_listed": False}, {"instance_type": "none.such"}])
def test_without_a_price_that_holds_it_is_unknown(world: World, told: dict[str, object]) -> None:
    [found] = find(_scene(world, _kept(**told), ProviderType.AWS), RULE)
    assert (found.saving.monthly, found.saving.unknown) == (None, ["price"])


def test_it_is_not_advised_on_before_a_week(world: World) -> None:
    assert list(find(_scene(world, _kept(), ProviderType.AWS, days=6), RULE)) == []


def test_one_that_a_vm_runs_on_is_not_unused(world: World) -> None:
    made = world.create_vm(vcpus=3, memory_mib=512)
    world.run()
    assert world.operation(made).state is OperationState.SUCCEEDED
    used, free = _kept(id="cr-1", instance_type="3x512"), _kept(id="cr-2", instance_type="4x512")
    with world.provider.opened():
        world.provider.cloud.reservations = {"cr-1": used, "cr-2": free}
    assert [one.id for one in unused(world.provider)] == ["cr-2"]
