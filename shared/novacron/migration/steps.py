"""The states of ``statemachines/migrate_vm`` by name. Each may run any number of times, and stop
anywhere; what it waits for, it says by raising NotReady."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from novacron.errors import NovaCronError
from novacron.migration import (
    balancers,
    clone,
    cutover,
    go_back,
    names,
    prepare,
    resume,
    rounds,
    verification,
)
from novacron.migration.context import Context, load
from novacron.migration.roll_back import roll_back
from novacron.migration.rounds import StepResult, WorkItem
from novacron.models.operation import OperationKind
from novacron.operations.compensate import Failure
from novacron.operations.services import Services
from novacron.operations.steps import StepInput


class Step(StrEnum):
    DECIDE = "decide"
    BEGIN_ROUND = "begin_round"
    AWAIT_EXPORT = "await_export"
    PREPARE_TARGET = "prepare_target"
    PLAN_COPY = "plan_copy"
    SEAL_MANIFESTS = "seal_manifests"
    PLAN_APPLY = "plan_apply"
    PLAN_VERIFY = "plan_verify"
    END_ROUND = "end_round"
    AFTER_HOLD = "after_hold"
    PREPARE_GUEST = "prepare_guest"
    GUEST_FAILED = "guest_failed"
    PREPARE_CLONE = "prepare_clone"
    PLAN_CLONE = "plan_clone"
    BOOT_CLONE = "boot_clone"
    CLONE_FAILED = "clone_failed"
    REMOVE_CLONE = "remove_clone"
    RESUME = "resume"
    FENCE = "fence"
    SEAL = "seal"
    BOOT = "boot"
    JOIN_POOLS = "join_pools"
    SWITCH_NAMES = "switch_names"
    COMMIT = "commit"
    FINISH = "finish"
    GO_BACK = "go_back"
    COPY_SHARDS = "copy_shards"
    APPLY_SHARDS = "apply_shards"
    VERIFY_SHARDS = "verify_shards"
    FILL_CLONE = "fill_clone"
    HOLD = "hold"
    COMPENSATE = "compensate"


class MigrationStep(StepInput):
    """One run of a step: of the shards ``item``, for the waiting task ``token``, after
    ``failure``, where the step is about one."""

    step: Step
    item: WorkItem | None = None
    token: str | None = None
    failure: Failure | None = None


PLAIN: dict[Step, Callable[[Context], StepResult]] = {
    Step.DECIDE: cutover.decide,
    Step.BEGIN_ROUND: rounds.begin_round,
    Step.AWAIT_EXPORT: rounds.await_export,
    Step.PREPARE_TARGET: rounds.prepare_target,
    Step.PLAN_COPY: rounds.plan_copy,
    Step.SEAL_MANIFESTS: rounds.seal_manifests,
    Step.PLAN_APPLY: rounds.plan_apply,
    Step.PLAN_VERIFY: verification.plan_verify,
    Step.END_ROUND: rounds.end_round,
    Step.AFTER_HOLD: cutover.after_hold,
    Step.PREPARE_GUEST: prepare.prepare_guest,
    Step.PREPARE_CLONE: clone.prepare_clone,
    Step.PLAN_CLONE: clone.plan_clone,
    Step.BOOT_CLONE: clone.boot_clone,
    Step.REMOVE_CLONE: clone.remove_clone,
    Step.FENCE: cutover.fence,
    Step.SEAL: cutover.seal,
    Step.BOOT: cutover.boot,
    Step.JOIN_POOLS: balancers.join_pools,
    Step.SWITCH_NAMES: names.switch_names,
    Step.COMMIT: cutover.commit,
    Step.FINISH: cutover.finish,
    Step.GO_BACK: go_back.go_back,
}
WORK = {
    Step.COPY_SHARDS: rounds.copy_shards,
    Step.APPLY_SHARDS: rounds.apply_shards,
    Step.VERIFY_SHARDS: verification.verify_shards,
    Step.FILL_CLONE: clone.fill_clone,
}
FAILED: dict[Step, Callable[[Context, Failure], StepResult]] = {
    Step.CLONE_FAILED: clone.clone_failed,
    Step.GUEST_FAILED: prepare.guest_failed,
    Step.RESUME: resume.resume,
}


def run(services: Services, given: MigrationStep) -> StepResult:
    """Raises Conflict when the migration was cancelled; what the providers raise."""
    now = load(services, given)
    returns = now.operation.kind is OperationKind.VM_ROLL_BACK
    if given.step is Step.COMPENSATE:
        undo = go_back.stay if returns else roll_back
        return undo(now, given.failure or Failure())
    if returns and given.step is Step.DECIDE:
        return StepResult(next=cutover.GO_BACK)
    if not now.migration.phase.taken_over and not returns:  # later, a cancel comes too late
        now.obey(now.control)
    if given.step is Step.HOLD:
        return cutover.hold(now, given.token or "")
    if given.step in FAILED:
        return FAILED[given.step](now, given.failure or Failure())
    if given.step in WORK:
        return _moved(now, given.step, given.item or WorkItem(disk=0, shards=[]))
    return PLAIN[given.step](now)


def _moved(now: Context, step: Step, item: WorkItem) -> StepResult:
    try:
        return WORK[step](now, item)
    except NovaCronError as error:
        resume.note(now, error)
        raise
