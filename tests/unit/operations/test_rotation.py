"""Old credentials are replaced, and no crash leaves a key that nobody knows."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

from novacron.audit.log import AuditLog
from novacron.models.base import PageRequest
from novacron.operations.rotation import GRACE, Rotated, rotate_credentials
from novacron.operations.services import Providers
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.store import Store
from tests.fuse import Fuse, Killed
from tests.world import Secrets, World

AFTER = timedelta(days=90)
ID = "acme/acc-1"


@pytest.fixture
def keyed(world: World) -> World:
    with world.provider.opened():
        world.provider.cloud.keys = ["first"]
    world.services.providers.secrets.write("acme", "acc-1", {"key": "first"})
    world.services.store.save_account(world.account.model_copy(update={"secret_id": ID}))
    return world


def _later(world: World, by: timedelta) -> Rotated:
    world.clock.at += by
    return rotate_credentials(world.services, AFTER)


def _keys(world: World) -> list[str]:
    return world.provider.list_credentials()


def _adapter(world: World) -> MemoryProvider:
    """As a new process makes it."""
    account = world.services.store.account("acme", "acc-1")
    made = Providers(world.services.providers.secrets).of(account)
    assert isinstance(made, MemoryProvider)
    return made


def test_a_young_credential_stays(keyed: World) -> None:
    assert _later(keyed, AFTER - timedelta(hours=1)) == Rotated()


def test_an_old_one_is_replaced_and_retired_after_a_grace_period(keyed: World) -> None:
    report = _later(keyed, AFTER)
    assert (report.begun, report.replaced, report.retired) == (["acc-1"], ["acc-1"], [])
    secret = keyed.services.providers.secrets.read(ID)
    assert _keys(keyed) == ["first", secret["key"]]
    assert _later(keyed, GRACE - timedelta(hours=1)) == Rotated()
    assert _later(keyed, timedelta(hours=1)).retired == ["acc-1"]
    assert _keys(keyed) == [secret["key"]]
    assert _later(keyed, timedelta(hours=1)) == Rotated()
    log = AuditLog(keyed.services.store.table, keyed.clock)
    told = [one.action for one in log.entries("acme", PageRequest()).items]
    assert told == [f"account.rotation.{step}" for step in ("begin", "replace", "retire")]


def test_one_that_does_not_work_yet_is_tried_again_and_not_used(
    keyed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        real = MemoryProvider.validate_credentials

        def not_yet(self: MemoryProvider) -> Any:
            health = real(self)
            return health.model_copy(update={"healthy": self.key == "first"})

        patch.setattr(MemoryProvider, "validate_credentials", not_yet)
        assert _later(keyed, AFTER).failed
        assert _adapter(keyed).key == "first"
    assert _later(keyed, timedelta(hours=1)).replaced == ["acc-1"]
    assert len(_keys(keyed)) == 2


def test_a_second_key_that_is_not_ours_is_never_removed(keyed: World) -> None:
    with keyed.provider.opened():
        keyed.provider.cloud.keys = ["first", "someone-elses"]
    for _ in range(3):
        assert _later(keyed, AFTER).failed == ["acc-1: The in-memory cloud has 2 keys already."]
    assert _keys(keyed) == ["first", "someone-elses"]


def test_accounts_without_a_key_are_left_out(world: World) -> None:
    secret_id = world.services.providers.secrets.write("acme", "acc-1", {"external_id": "x"})
    world.services.store.save_account(world.account.model_copy(update={"secret_id": secret_id}))
    assert _later(world, AFTER) == Rotated()


EFFECTS = [
    (Store, "save_account"),
    (Secrets, "write"),
    (AuditLog, "append"),
    (MemoryProvider, "rotate_credential"),
    (MemoryProvider, "retire_credential"),
]


def test_killed_at_any_edge_it_ends_with_one_key_that_works(
    keyed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for edge in itertools.count(1):
        killed = False
        with monkeypatch.context() as patch:
            Fuse(edge, patch, EFFECTS)
            try:
                _later(keyed, AFTER)
                _later(keyed, GRACE)
            except Killed:
                killed = True
        for _ in range(4):
            _later(keyed, GRACE)
            assert _adapter(keyed).validate_credentials().healthy, edge
        assert _keys(keyed) == [keyed.services.providers.secrets.read(ID)["key"]], edge
        if not killed:
            break
    assert edge > 12
