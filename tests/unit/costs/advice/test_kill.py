"""Applying and reverting, killed before and after each write: it completes, and makes nothing
twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from novacron.costs.advice.course import advance_all, apply, revert
from novacron.costs.advice.listing import edit_rules, listed
from novacron.costs.advice.run import recommend
from novacron.models.advice import RuleEdits
from novacron.models.base import PageRequest
from novacron.models.operation import OperationKind, ResourceKind, ResourceRecord
from novacron.models.recommendation import Recommendation, RecommendationState
from novacron.models.volume import VolumeSpec
from novacron.operations.submit import submit_create
from novacron.providers.memory.cloud import REGION
from novacron.store.recommendations import AdviceStore
from novacron.store.table import Table
from tests.bills import Killed
from tests.world import ALICE, World

WRITES = ("put", "transact", "delete")
MOST = 60
Run = Callable[[Callable[[], object]], None]


class Killer:
    """Kills the process at the ``left``-th write of what runs armed, before or after it."""

    def __init__(self, patch: pytest.MonkeyPatch, after: bool) -> None:
        self.left, self.armed, self.after = 0, False, after
        for name in WRITES:
            patch.setattr(Table, name, self._killing(getattr(Table, name)))

    def _killing(self, real: Callable[..., None]) -> Callable[..., None]:
        def write(table: Table, *given: object, **named: object) -> None:
            self.left -= self.armed
            dies = self.armed and self.left == 0
            if dies and not self.after:
                raise Killed
            real(table, *given, **named)
            if dies:
                raise Killed

        return write

    def run(self, act: Callable[[], object]) -> None:
        self.armed = True
        try:
            act()
        finally:
            self.armed = False


def _found(world: World) -> Recommendation:
    """A new volume that has been attached to nothing for two weeks and more."""
    spec = VolumeSpec(name="data", region=REGION, size_gib=1)
    kind = OperationKind.VOLUME_CREATE
    made = submit_create(world.services, ALICE, kind, world.account.id, spec, world.key())
    world.run()
    world.clock.at += timedelta(days=16)
    recommend(world.services)
    where: dict[str, str | None] = {"resource_id": made.resource_id}
    [found] = listed(world.services, "acme", PageRequest(), where).items
    return found


def _whole(world: World, verb: Callable[..., object], found: Recommendation, run: Run) -> None:
    """As the caller and the schedule do it; the machine's own steps are killed elsewhere."""
    run(lambda: verb(world.services, ALICE, found.id))
    for _ in range(4):
        world.run()
        run(lambda: advance_all(world.services))


def _plain(act: Callable[[], object]) -> None:
    act()


def _of(world: World, kind: ResourceKind, mark: str) -> list[ResourceRecord]:
    records = world.services.store.resources("acme", kind, PageRequest(limit=1000)).items
    return [one for one in records if mark in one.name or mark in one.id]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("verb", [apply, revert])
def test_killed_at_any_write_it_completes_and_makes_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, verb: Callable[..., object], after: bool
) -> None:
    world.clock.at = datetime.now(UTC)
    edits = {"rules": {"unattached-volume": {"grace_hours": 0}}}
    edit_rules(world.services, "acme", RuleEdits.model_validate(edits))
    killer, store = Killer(monkeypatch, after), AdviceStore(world.services.store.table)
    kills = 0
    for at in range(1, MOST):
        found = _found(world)
        if verb is revert:
            _whole(world, apply, found, _plain)
        before = len(_of(world, ResourceKind.VOLUME, "data"))
        killer.left = at
        try:
            _whole(world, verb, found, killer.run)
        except Killed:
            kills += 1
            _recovered(world, verb, found)
        state = RecommendationState.APPLIED if verb is apply else RecommendationState.REVERTED
        assert store.get("acme", found.id).state is state
        assert list(store.courses()) == []
        mark = found.id.removeprefix("rec-")
        assert len(_of(world, ResourceKind.SNAPSHOT, mark)) == 1
        [volume] = _of(world, ResourceKind.VOLUME, found.resource_id)
        assert volume.state == "deleted"
        made = len(_of(world, ResourceKind.VOLUME, "data")) - before
        assert made == (verb is revert)
        if killer.left > 0:
            break
    assert kills == at - 1
    assert kills > 4


def _recovered(world: World, verb: Callable[..., object], found: Recommendation) -> None:
    """The caller asks again where nothing was kept; else the schedule goes on."""
    was = RecommendationState.OPEN if verb is apply else RecommendationState.APPLIED
    now = AdviceStore(world.services.store.table).get("acme", found.id)
    if now.state is was:
        _whole(world, verb, found, _plain)
        return
    for _ in range(4):
        advance_all(world.services)
        world.run()
    advance_all(world.services)
