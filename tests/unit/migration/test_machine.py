"""A migration from its request to its end, by the definition of its machine."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from novacron.errors import Conflict, Corrupted, NotFound
from novacron.migration import control
from novacron.migration.leaves import SHARD_BYTES
from novacron.migration.shards import ImportJob, run_import
from novacron.models.base import Ownership
from novacron.models.migration import Phase
from novacron.models.operation import OperationState, ResourceKind
from novacron.models.transfer import Export, Extent
from novacron.models.vm import Vm
from novacron.providers.memory.transfer import GIB
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES
from tests.machine import Held
from tests.unit.migration.conftest import Move
from tests.world import ALICE, MALLORY


def _equal(move: Move, vm_id: str) -> None:
    """Every disk of the target holds what the source's does."""
    there = move.target.get_vm(vm_id).volume_ids
    assert len(there) == len(move.volumes()) == 2
    for old, new in zip(move.volumes(), there, strict=True):
        held = move.content(move.source, old)
        assert held
        assert held == move.content(move.target, new)


def test_a_vm_moves_with_all_its_disks(move: Move) -> None:
    operation = move.begin()
    machine = move.machine(operation)
    assert machine.run() == "Succeeded"
    done, told = move.world.operation(operation), move.migration(operation)
    assert (done.state, done.percent) == (OperationState.SUCCEEDED, 100)
    assert told.phase is Phase.COMPLETED
    assert move.running() == ["target"]
    assert told.new_vm_id is not None
    new = move.world.services.store.resource("acme", ResourceKind.VM, told.new_vm_id)
    assert (new.account_id, new.name, new.state) == ("acc-2", "web", "running")
    assert new.document["tags"] == {"app": "shop"}
    _equal(move, new.provider_id or "")
    old = move.world.services.store.resource("acme", ResourceKind.VM, move.vm.id)
    assert (old.state, old.running_operation) == ("stopped", None)


def test_its_downtime_is_told_term_by_term(move: Move) -> None:
    operation = move.begin()
    move.machine(operation).run()
    told = control.view(move.world.services, "acme", move.migration(operation).id)
    terms = told.downtime_seconds
    assert list(terms) == ["fence", "final copy", "seal", "boot", "probe", "total"]
    assert terms["total"] == pytest.approx(sum(terms.values()) - terms["total"])


def test_nothing_of_the_move_is_left(move: Move) -> None:
    move.machine(move.begin()).run()
    with move.source.opened():
        assert not [name for name in move.source.cloud.blocks if name.startswith("exp-")]
    with move.target.opened():
        assert len(move.target.cloud.volumes) == 2


def test_what_the_guest_writes_while_it_is_copied_arrives(move: Move) -> None:
    operation = move.begin(cutover="approved")
    machine = move.machine(operation)
    with pytest.raises(Held):
        machine.run()
    held = move.migration(operation)
    assert held.phase is Phase.HOLDING
    assert "approval" in (held.reason or "")
    assert move.running() == ["source"]
    move.write(0, 0, bytes(LEAF_BYTES))
    move.write(1, 77, os.urandom(LEAF_BYTES))
    control.cut_over(move.world.services, ALICE, held.id)
    assert machine.run() == "Succeeded"
    _equal(move, move.migration(operation).target_vm_id or "")
    assert machine.states.count("Fence") == 1
    # Of leaf 0 its first bytes alone were anything else.
    assert move.migration(operation).rounds[-1].changed_bytes == LEAF_BYTES + GRAIN_BYTES


def test_a_round_asks_for_a_disks_changes_once(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside what each shard's job asks about its own GiB."""
    asked: list[str] = []
    extents = move.source.extents

    def noted(export: Export, disk: int, offset: int, length: int) -> Iterator[Extent]:
        if length > SHARD_BYTES:
            asked.append(export.id)
        return extents(export, disk, offset, length)

    monkeypatch.setattr(move.source, "extents", noted)
    operation = move.begin()
    assert move.machine(operation).run() == "Succeeded"
    rounds = [one.export_id for one in move.migration(operation).rounds]
    disks = sum(size > SHARD_BYTES for size in _sizes(move))
    assert disks > 0
    assert Counter(asked) == dict.fromkeys(rounds, disks)


def _sizes(move: Move) -> list[int]:
    return [move.source.get_volume(one).size_gib * GIB for one in move.volumes()]


def test_a_cutover_asked_for_during_a_copy_comes_after_it(move: Move) -> None:
    operation = move.begin(cutover="approved", max_rounds=50)
    control.cut_over(move.world.services, ALICE, move.migration(operation).id)
    machine = move.machine(operation)
    assert machine.run() == "Succeeded"
    assert [one.final for one in move.migration(operation).rounds] == [False, True]
    _equal(move, move.migration(operation).target_vm_id or "")


def test_a_pause_holds_and_a_resume_goes_on(move: Move) -> None:
    operation = move.begin()
    migration_id = move.migration(operation).id
    services = move.world.services
    machine = move.machine(operation)
    _pause_after_first_round(move, migration_id)
    with pytest.raises(Held):
        machine.run()
    assert control.view(services, "acme", migration_id).paused
    assert move.migration(operation).reason == "paused"
    control.resume(services, ALICE, migration_id)
    assert machine.run() == "Succeeded"


def test_a_pause_during_the_cutover_does_not_keep_the_vm_down(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = move.begin()
    fence = move.source.fence_vm

    def fencing(vm_id: str) -> Vm:
        move.write(1, 77, os.urandom(LEAF_BYTES))
        control.pause(move.world.services, ALICE, move.migration(operation).id)
        return fence(vm_id)

    monkeypatch.setattr(move.source, "fence_vm", fencing)
    assert move.machine(operation).run() == "Succeeded"
    assert move.migration(operation).rounds[-1].changed_bytes == LEAF_BYTES


def _pause_after_first_round(move: Move, migration_id: str) -> None:
    """Pause while the first round is being ended."""
    end_export = move.source.end_export

    def pausing(export: object) -> None:
        move.source.end_export = end_export  # type: ignore[method-assign]
        control.pause(move.world.services, ALICE, migration_id)
        end_export(export)  # type: ignore[arg-type]

    move.source.end_export = pausing  # type: ignore[method-assign]


@pytest.mark.parametrize("cutover", ["automatic", "approved"])
def test_a_cancelled_migration_leaves_the_source_as_it_was(move: Move, cutover: str) -> None:
    operation = move.begin(cutover=cutover)
    machine = move.machine(operation)
    if cutover == "approved":
        with pytest.raises(Held):
            machine.run()
    control.cancel(move.world.services, ALICE, move.migration(operation).id)
    assert machine.run() == "Failed"
    done = move.world.operation(operation)
    assert done.state is OperationState.FAILED
    assert done.error is not None
    assert "cancelled" in done.error.detail
    assert move.migration(operation).phase is Phase.ROLLED_BACK
    assert move.running() == ["source"]
    with move.target.opened():
        assert not move.target.cloud.volumes
    with move.source.opened():
        assert not [name for name in move.source.cloud.blocks if name.startswith("exp-")]


def test_a_target_that_cannot_be_made_lets_the_source_go_on(move: Move) -> None:
    operation = move.begin()
    with move.target.opened():
        move.target.cloud.faults.raise_on("assemble_vm", Conflict("no"), times=99)
    assert move.machine(operation).run() == "Failed"
    assert move.running() == ["source"]
    with move.target.opened():
        assert not move.target.cloud.volumes


def test_after_a_failure_the_vm_can_be_moved_again_and_nothing_is_sent_twice(move: Move) -> None:
    with move.target.opened():
        move.target.cloud.faults.raise_on("assemble_vm", Conflict("no"), times=1)
    assert move.machine(move.begin()).run() == "Failed"
    store = move.world.services.chunks("acme")
    packs = set(store.objects.list("acme/packs"))
    again = move.begin("again")
    assert move.machine(again).run() == "Succeeded"
    assert set(store.objects.list("acme/packs")) == packs
    _equal(move, move.migration(again).target_vm_id or "")


def test_the_same_key_is_one_migration(move: Move) -> None:
    first = move.begin()
    assert move.begin().id == first.id
    with pytest.raises(Conflict, match="another request"):
        move.begin(max_rounds=3)
    with pytest.raises(Conflict, match=first.id):
        move.begin("other")


def test_a_vm_that_is_not_there_is_not_moved(move: Move) -> None:
    store = move.world.services.store
    store.save_resource(move.vm.model_copy(update={"state": "failed"}), move.world.account.type)
    with pytest.raises(NotFound):
        move.begin()


def test_another_tenant_sees_and_steers_nothing(move: Move) -> None:
    migration_id = move.migration(move.begin()).id
    services = move.world.services
    with pytest.raises(NotFound):
        control.view(services, MALLORY.tenant, migration_id)
    for ask in (control.pause, control.resume, control.cut_over, control.cancel):
        with pytest.raises(NotFound):
            ask(services, MALLORY, migration_id)


def test_what_is_made_carries_its_operation(move: Move) -> None:
    operation = move.begin()
    move.machine(operation).run()
    vm = move.target.get_vm(move.migration(operation).target_vm_id or "")
    assert Ownership(tenant=vm.tenant or "", operation=vm.operation or "") == Ownership(
        tenant="acme", operation=operation.id
    )


def test_a_part_that_was_changed_after_its_manifest_was_sealed_is_not_written(move: Move) -> None:
    """An agent may write parts of its tenant's manifests."""
    operation = move.begin(cutover="approved")
    with pytest.raises(Held):
        move.machine(operation).run()
    told = move.migration(operation)
    chunks = move.world.services.chunks("acme")
    first = told.rounds[0].export_id
    part = chunks.get_shard(first, 1, 0)
    chunks.put_shard(first, 1, 0, {index + 1: entry for index, entry in part.items()})
    job = ImportJob(target=told.imports[1], manifest=first, disk=1, shard=0)
    with pytest.raises(Corrupted):
        run_import(move.target, chunks, job)
