"""Each function may do what it needs and nothing else: one action less, and it says which."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import azure.identity
import pytest

from infra.template import modules
from novacron.models.base import Page
from novacron.providers.aws.capacity_reservations import AwsCapacityReservations
from novacron.providers.aws.commitments import AwsCommitments
from novacron.providers.aws.quota import AwsQuota
from novacron.runtime.permissions import Need
from tests.handlers.exercises import EXERCISES
from tests.handlers.stage import Stage, Stranger
from tests.roles import without
from tests.world import World

NAMES = sorted(EXERCISES)
PAIRS = [
    pytest.param(name, need, id=f"{name}-{need.action}-{need.on}")
    for name in NAMES
    for need in sorted(import_module(f"functions.{name}").REQUIRES)
]
DENIALS = ("not authorized to perform", "role lacks")


@pytest.fixture
def stage(wired: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stage]:
    # Its thousand images cost a third of a second a test, and none is used.
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    # moto's Service Quotas know no EC2 quota.
    monkeypatch.setattr(AwsQuota, "_value", lambda *_: 100.0)
    # Nor has it reservations, of capacity or of prices.
    for kind, lists in (
        (AwsCapacityReservations, "list_reservations"),
        (AwsCommitments, "list_commitments"),
    ):
        monkeypatch.setattr(kind, lists, lambda *_: Page(items=[]))
    monkeypatch.setattr(azure.identity, "ClientAssertionCredential", Stranger)
    made = Stage(wired, tmp_path)
    yield made
    made.close()


def test_every_function_is_exercised() -> None:
    assert {module.__name__ for module in modules()} == {f"functions.{name}" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_function_needs_all_that_it_declares_and_no_more(stage: Stage, name: str) -> None:
    EXERCISES[name](stage)
    assert stage.unexpected == []
    assert not [told for told in stage.told if any(denial in told for denial in DENIALS)]


@pytest.mark.parametrize(("name", "need"), PAIRS)
def test_one_action_less_fails_and_names_the_action(stage: Stage, name: str, need: Need) -> None:
    with without(f"functions.{name}", need):
        EXERCISES[name](stage)
    denied = [told for told in stage.told if any(denial in told for denial in DENIALS)]
    assert denied
    assert all(need.action in told for told in denied)
