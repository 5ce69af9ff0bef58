"""Names that follow the VM."""

from __future__ import annotations

from typing import Any

import pytest

from novacron.errors import Conflict, NotReady
from novacron.migration import control
from novacron.migration.assess.assess import assess
from novacron.models.dns import DnsRecord, DnsType
from novacron.models.migration import (
    AddressChange,
    CreateMigration,
    MigrationSpec,
    Phase,
    RollBack,
)
from novacron.providers.memory.provider import MemoryProvider
from tests.unit.migration.conftest import Move
from tests.world import ALICE

ZONE, NAME = "example.org", "web.example.org"
SWITCH = {"account_id": "acc-1", "zone": ZONE, "name": NAME, "public": False}
BEFORE = DnsRecord(zone=ZONE, name=NAME, ttl=300, values=["192.0.2.1"])


def _leads(move: Move) -> DnsRecord | None:
    return move.source.get_record(ZONE, NAME, DnsType.A)


def test_a_name_leads_to_the_target_once_it_runs(move: Move) -> None:
    move.source.put_record(BEFORE)
    operation = move.begin(names=[SWITCH])
    assert move.machine(operation).run() == "Succeeded"
    told = move.migration(operation)
    new = move.target.get_vm(told.target_vm_id or "").private_ips[0]
    assert _leads(move) == DnsRecord(zone=ZONE, name=NAME, ttl=60, values=[new])
    seen = control.view(move.world.services, "acme", told.id)
    assert "names" in seen.downtime_seconds


def test_the_map_tells_old_and_new_addresses(move: Move) -> None:
    operation = move.begin(private_ip="10.7.0.9")
    move.machine(operation).run()
    old = move.source.get_vm(move.vm.provider_id or "").private_ips[0]
    assert move.migration(operation).addresses == [
        AddressChange(old=old, new="10.7.0.9", public=False)
    ]


@pytest.mark.parametrize("before", [BEFORE, None])
def test_what_fails_after_the_switch_leads_back(
    move: Move, monkeypatch: pytest.MonkeyPatch, before: DnsRecord | None
) -> None:
    if before is not None:
        move.source.put_record(before)
    operation = move.begin(names=[SWITCH, {**SWITCH, "name": "db.example.org"}])
    put = MemoryProvider.put_record

    def refused(self: MemoryProvider, record: DnsRecord) -> str | None:
        if record.name.startswith("db."):
            raise Conflict("no")
        return put(self, record)

    monkeypatch.setattr(MemoryProvider, "put_record", refused)
    move.machine(operation).run()
    assert move.migration(operation).phase is Phase.ROLLED_BACK
    assert move.running() == ["source"]
    assert _leads(move) == before


def test_a_name_leads_back_when_a_committed_move_is_rolled_back(move: Move) -> None:
    move.source.put_record(BEFORE)
    operation = move.begin(names=[SWITCH])
    move.machine(operation).run()
    services, moved = move.world.services, move.migration(operation).id
    told = control.roll_back(services, ALICE, moved, RollBack(lose_writes=True), "back")
    back = services.store.operation("acme", told.return_operation_id or "")
    assert move.machine(back).run() == "Succeeded"
    assert _leads(move) == BEFORE


def test_a_public_name_needs_a_public_address(move: Move) -> None:
    operation = move.begin(names=[{**SWITCH, "public": True}])
    move.machine(operation).run()
    error = move.migration(operation).error
    assert error is not None
    assert "public address" in error.detail
    assert move.running() == ["source"]


def test_the_move_is_complete_when_all_servers_know(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def check(_: MemoryProvider, change: str) -> None:
        asked.append(change)
        if len(asked) < 3:
            raise NotReady("not yet")

    monkeypatch.setattr(MemoryProvider, "put_record", lambda *_: "change-1")
    monkeypatch.setattr(MemoryProvider, "check_record_change", check)
    operation = move.begin(names=[SWITCH])
    assert move.machine(operation).run() == "Succeeded"
    assert asked == ["change-1"] * 3


def _codes(move: Move, **switch: Any) -> list[tuple[str, str]]:
    spec = {"account_id": "acc-2", "region": "local", "names": [{**SWITCH, **switch}]}
    asked = CreateMigration(vm_id=move.vm.id, spec=MigrationSpec.model_validate(spec))
    found = assess(move.world.services, ALICE, asked).checks
    return [(one.code, one.severity.value) for one in found if one.code.startswith("names.")]


def test_the_assessment_warns_of_a_long_ttl(move: Move) -> None:
    assert _codes(move) == []
    move.source.put_record(BEFORE)
    assert _codes(move) == [("names.ttl", "warning")]


def test_the_assessment_stops_what_could_not_be_switched(move: Move) -> None:
    assert _codes(move, name="web.example.com") == [("names.unknown", "blocker")]
    assert _codes(move, account_id="acc-9") == [("names.unknown", "blocker")]
