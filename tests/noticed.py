"""Channels of a budget that a tenant is told by, and what it is told of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from novacron.costs.budgets.manage import create_budget
from novacron.costs.settings import replace_settings
from novacron.errors import ProviderUnavailable
from novacron.models.budget import Budget, Channel, CreateBudget
from novacron.models.cost_import import CostSettings
from novacron.models.notice import Notice
from novacron.models.recommendation import Confidence, Recommendation, RecommendationKind
from tests.world import World

TOPIC = {"kind": "sns", "topic": "arn:aws:sns:us-east-1:123456789012:novacron-costs"}
EMAIL = {"kind": "email", "address": "ops@example.com"}


class Post:
    """Takes notices; ``down`` are the kinds of channels that do not."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Notice]] = []
        self.down: set[str] = set()

    def __call__(self, _budget: Budget, channel: Channel, notice: Notice) -> None:
        if channel.kind in self.down:
            raise ProviderUnavailable("down")
        self.taken.append((channel.kind, notice))


def name_channels(world: World, **settings: Any) -> str:
    """Of a budget of tenant "acme", with these settings; its id."""
    world.services.notice_sender = "novacron@example.com"
    asked = CreateBudget.model_validate({"name": "all", "limit": "9", "channels": [TOPIC, EMAIL]})
    made = create_budget(world.services, "acme", asked)
    replace_settings(world.services, "acme", CostSettings(notices=made.id, **settings))
    return made.id


def advice(world: World, **told: Any) -> Recommendation:
    now = world.clock()
    found = Recommendation(
        id="rec-1",
        tenant="acme",
        kind=RecommendationKind.IDLE_VM,
        rule="idle-vm",
        reference="https://example.com",
        account_id="acc-1",
        resource_id="vm-1",
        resource_name="web",
        title="web é\ndoes nothing",
        detail="Stop it.",
        saving=Decimal("7.30"),
        currency="USD",
        formula="f",
        confidence=Confidence.HIGH,
        risk="r",
        found_at=now,
        updated_at=now,
    )
    return found.model_copy(update=told)
