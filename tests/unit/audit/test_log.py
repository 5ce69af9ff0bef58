"""The chain holds, and says where it was broken."""

from __future__ import annotations

from typing import Any

import pytest

from novacron.audit.log import AuditLog
from novacron.models.base import PageRequest
from tests.world import World


@pytest.fixture
def log(world: World) -> AuditLog:
    log = AuditLog(world.services.store.table, world.clock)
    for number in range(5):
        log.append("acme", "alice", "vm.create", f"vm-{number}", "allowed")
    return log


def _change(log: AuditLog, number: int, **update: Any) -> None:
    client = log._table.client
    key = {"pk": {"S": "T#acme#AUDIT"}, "sk": {"S": f"{number:012d}"}}
    if not update:
        client.delete_item(TableName="novacron", Key=key)
        return
    entry = log.entries("acme", PageRequest()).items[number - 1]
    changed = entry.model_copy(update=update).sealed().model_dump_json()
    client.put_item(TableName="novacron", Item={**key, "doc": {"S": changed}})


def test_an_untouched_chain_is_intact(log: AuditLog) -> None:
    verdict = log.verify("acme")
    assert (verdict.intact, verdict.entries) == (True, 5)
    assert log.verify("nobody").intact


def test_tenants_have_chains_of_their_own(log: AuditLog) -> None:
    assert log.append("umbrella", "m", "vm.get", "vm-1", "denied").number == 1


@pytest.mark.parametrize(("number", "update"), [(3, {"subject": "eve"}), (2, {}), (5, {})])
def test_a_changed_or_missing_entry_is_found(
    log: AuditLog, number: int, update: dict[str, Any]
) -> None:
    _change(log, number, **update)
    verdict = log.verify("acme")
    assert not verdict.intact
    assert verdict.broken_at in (number, number + 1)
