"""Moves that are killed at every edge: together they enter every state of the machine."""

from __future__ import annotations

from typing import Any

import pytest

from novacron.errors import Conflict
from novacron.migration import control
from novacron.models.dns import DnsRecord, DnsType
from novacron.models.guest import GuestResult
from novacron.models.load_balancer import PoolMember
from novacron.models.migration import Migration, Phase, RollBack
from novacron.models.operation import Operation, OperationState
from novacron.models.vm import VmState
from novacron.providers.memory.provider import MemoryProvider
from tests.machine import Held, MigrateVm
from tests.unit.migration.conftest import Move
from tests.unit.migration.crew import Crew, crewed
from tests.unit.migration.test_balancers import JOIN, LEAVE, NEW, OLD, make_pool
from tests.world import ALICE

NAME = {"account_id": "acc-1", "zone": "example.org", "name": "web.example.org", "public": False}
FOLLOW: dict[str, Any] = {"names": [NAME], "load_balancers": [LEAVE, JOIN]}
BEFORE = DnsRecord(zone="example.org", name="web.example.org", values=["192.0.2.1"])


class Succeeding:
    """Through a test clone. ``entered``: every state, in order."""

    ended = OperationState.SUCCEEDED
    last = Phase.COMPLETED
    clone = True
    guest = True
    """Whether it is prepared before the cutover."""
    between: tuple[tuple[str, str], ...] = ()
    """The states from whose first entry, and up to whose next one, it is killed: what is before
    and after that is as in another one. Empty: from the beginning to the end."""

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.prepared: set[str] = set()

    def armed(self) -> bool:
        entered = self.entered
        return not self.between or any(
            first in entered and end not in entered[entered.index(first) :]
            for first, end in self.between
        )

    def arrange(self, move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
        """Before anything may be killed."""
        move.source.put_record(BEFORE)
        make_pool(move.source, OLD, PoolMember(vm_id=move.vm.provider_id, port=80))
        make_pool(move.target, NEW)
        move.source.shell = self._shell

    def begin(self, move: Move) -> Operation:
        return move.begin(**FOLLOW, test_clone=self.clone, prepare_guest=self.guest)

    def machine(self, move: Move, operation: Operation) -> MigrateVm:
        return move.machine(operation)

    def run(self, move: Move, operation: Operation, start: str | None = None) -> None:
        machine = self.machine(move, operation)
        machine.states = self.entered
        machine.run(start)

    def check(self, move: Move, operation: Operation) -> None:
        told = move.migration(operation)
        assert told.phase is self.last
        stays = self.guest and told.phase is not Phase.ROLLED_BACK
        assert self.prepared == ({move.vm.provider_id} if stays else set())
        with move.source.opened():
            assert not [name for name in move.source.cloud.blocks if name.startswith("exp-")]
        self._pools(move, told)
        name = move.source.get_record(BEFORE.zone, BEFORE.name, DnsType.A)
        volumes = self._volumes(move.target)
        if told.phase is Phase.ROLLED_BACK:
            assert (volumes, name) == (set(), BEFORE)
            return
        arrived = move.target.get_vm(told.target_vm_id or "")
        assert volumes == set(arrived.volume_ids)
        assert name is not None
        assert name.values == (
            BEFORE.values if told.phase is Phase.RETURNED else arrived.private_ips
        )
        for old, new in zip(move.volumes(), arrived.volume_ids, strict=True):
            held = move.content(move.source, old)
            assert held
            assert held == move.content(move.target, new)

    def _pools(self, move: Move, told: Migration) -> None:
        left, joined = (
            [one.vm_id for one in side.get_pool(pool).members]
            for side, pool in ((move.source, OLD), (move.target, NEW))
        )
        back = told.phase in (Phase.ROLLED_BACK, Phase.RETURNED)
        assert left == ([move.vm.provider_id] if back else [])
        assert joined == ([] if back else [told.target_vm_id])

    def _shell(self, vm_id: str, script: str) -> GuestResult:
        """A guest that keeps whether it is prepared, and knows that it was for this move alone."""
        (self.prepared.discard if " undo --owner " in script else self.prepared.add)(vm_id)
        return GuestResult(exit_code=0)

    def _volumes(self, side: MemoryProvider) -> set[str]:
        with side.opened():
            return set(side.cloud.volumes)


class Failing(Succeeding):
    """The target cannot be made."""

    ended, last, clone = OperationState.FAILED, Phase.ROLLED_BACK, False
    between = (("Boot", "Failed"),)

    def arrange(self, move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
        super().arrange(move, monkeypatch)
        with move.target.opened():
            move.target.cloud.faults.raise_on("assemble_vm", Conflict("no"), times=9)


class Holding(Succeeding):
    """The test clone fails, it holds for an hour, then somebody says that it may cut over."""

    def arrange(self, move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
        super().arrange(move, monkeypatch)
        with move.target.opened():
            move.target.cloud.faults.raise_on("assemble_vm", Conflict("no"), times=1)

    between = (("CloneFailed", "Fence"),)
    guest = False

    def begin(self, move: Move) -> Operation:
        return move.begin(**FOLLOW, test_clone=True, cutover="approved")

    def run(self, move: Move, operation: Operation, start: str | None = None) -> None:
        try:
            super().run(move, operation, start)
        except Held:
            told = move.migration(operation)
            waited = len(told.rounds) > 3
            if waited:
                control.cut_over(move.world.services, ALICE, told.id)
            self.run(move, operation, None if waited else "AfterHold")


class Unprepared(Succeeding):
    """The guest cannot be prepared, it holds, then somebody has it tried again."""

    clone = False
    between = (("GuestFailed", "BeginRound"),)

    def __init__(self) -> None:
        super().__init__()
        self.full = True

    def run(self, move: Move, operation: Operation, start: str | None = None) -> None:
        try:
            super().run(move, operation, start)
        except Held:
            self.full = False
            control.resume(move.world.services, ALICE, move.migration(operation).id)
            self.run(move, operation, "AfterHold")

    def _shell(self, vm_id: str, script: str) -> GuestResult:
        return GuestResult(exit_code=1) if self.full else super()._shell(vm_id, script)


class Silent(Succeeding):
    """A worker of the target dies with a shard in its hands."""

    clone = guest = False
    between = ("AwaitExport", "PlanCopy"), ("Resume", "CopyIn")
    crew: Crew

    def arrange(self, move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
        self.crew = crewed(move, monkeypatch)
        self.crew.dies = lambda method, number: (method, number) == ("import_shard", 1)
        super().arrange(move, monkeypatch)

    def machine(self, move: Move, operation: Operation) -> MigrateVm:
        self.crew.look()
        return self.crew.machine(operation)

    def check(self, move: Move, operation: Operation) -> None:
        super().check(move, operation)
        names = [vm.name for side in (move.source, move.target) for vm in side.cloud.vms.values()]
        assert names == ["web", "web"]


class Returning(Succeeding):
    """Rolled back after its commit."""

    last, clone, guest = Phase.RETURNED, False, False
    moved: Operation

    def arrange(self, move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
        super().arrange(move, monkeypatch)
        self.moved = super().begin(move)
        super().run(move, self.moved)
        move.world.machine.waiting.clear()

    def begin(self, move: Move) -> Operation:
        services, body = move.world.services, RollBack(lose_writes=True)
        told = control.roll_back(services, ALICE, move.migration(self.moved).id, body, "back")
        return services.store.operation("acme", told.return_operation_id or "")

    def check(self, move: Move, operation: Operation) -> None:
        super().check(move, self.moved)
        target = move.target.get_vm(move.migration(self.moved).target_vm_id or "")
        assert target.state is VmState.STOPPED


SCENARIOS = [Succeeding, Failing, Holding, Unprepared, Silent, Returning]
