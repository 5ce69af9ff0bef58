"""Waves: many VMs moved a few at a time, those first that others need."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from novacron.errors import Conflict, InvalidSpec, NotFound, NotReady, NovaCronError, Throttled
from novacron.errors import ProviderUnavailable as Unavailable
from novacron.migration import control
from novacron.migration.assess.waves import waves
from novacron.migration.context import migration_id
from novacron.models.base import Model
from novacron.models.migration import CreateMigration, Migration, Phase
from novacron.models.operation import (
    Operation,
    OperationError,
    OperationKind,
    OperationState,
    ResourceKind,
)
from novacron.models.wave import CreateWave, MoveState, Progress, Wave, WaveVerb, WaveView
from novacron.operations.services import Services
from novacron.operations.steps import StepInput
from novacron.operations.submit import again, new_operation, operation_id
from novacron.store.migrations import MigrationStore
from novacron.store.waves import WaveStore
from novacron.tenancy.principal import Principal

WAIT_SECONDS = 30
MOVE, WAIT, SUCCEEDED, FAILED = "move", "wait", "succeeded", "failed"
_PASSING = (NotReady, Throttled, Unavailable)
"""What another look may find mended."""


class Advanced(Model):
    """Where the machine goes on."""

    next: str
    wait_seconds: int = WAIT_SECONDS


def begin_wave(
    services: Services, who: Principal, asked: CreateWave, key: str, api_url: str = ""
) -> Operation:
    """Begin to move them; ``key`` as in ``submit_create``.

    Raises NotFound (a VM, an account), InvalidSpec (a VM twice, one that is not of the wave, VMs
    that wait for one another), Conflict.
    """
    after = {move.vm_id: move.after for move in asked.moves}
    if len(after) < len(asked.moves):
        raise InvalidSpec("A VM can move once in a wave.", field="moves")
    waves(after)
    kind, digest = OperationKind.WAVE_MIGRATE, operation_id(who.tenant, key)
    wave_id = "wave-" + digest.removeprefix("op-")
    operation = new_operation(services, who, kind, digest, wave_id, "", asked)
    found = again(services, operation)
    if found is not None:
        return found
    for move in asked.moves:
        services.store.resource(who.tenant, ResourceKind.VM, move.vm_id)
        services.store.account(who.tenant, move.spec.account_id)
    at = operation.created_at
    wave = Wave(
        id=wave_id,
        tenant=who.tenant,
        subject=who.subject,
        operation_id=operation.id,
        name=asked.name,
        api_url=api_url,
        at_once=asked.at_once,
        moves=[Progress(**move.model_dump(), at=at) for move in asked.moves],
        created_at=at,
        updated_at=at,
    )
    # The record first: an operation without one could not be carried out.
    WaveStore(services.store.table).begin(wave)
    services.store.begin_alone(operation)
    services.starter.start(operation)
    return operation


def view(services: Services, tenant: str, wave_id: str) -> WaveView:
    """Raises NotFound."""
    return _view(WaveStore(services.store.table).get(tenant, wave_id))


def _view(wave: Wave) -> WaveView:
    told = {name: getattr(wave, name) for name in WaveView.model_fields if name != "counts"}
    return WaveView(**told, counts=Counter(move.state for move in wave.moves))


def steer(services: Services, who: Principal, wave_id: str, verb: WaveVerb) -> WaveView:
    """Pause, resume or cancel the wave and each of its migrations that is under way. One that has
    taken over is left alone. Raises NotFound, Conflict: the wave has ended, or was cancelled."""
    store = WaveStore(services.store.table)

    def change(wave: Wave) -> Wave:
        if wave.cancelled or all(move.state.final for move in wave.moves):
            raise Conflict(f"{wave.id} has ended, or was cancelled.")
        told = {"paused": verb is WaveVerb.PAUSE, "cancelled": verb is WaveVerb.CANCEL}
        return wave.model_copy(update=told | {"updated_at": services.now()})

    wave = store.change(who.tenant, wave_id, change)
    for move in wave.moves:
        if move.state is MoveState.MOVING:
            _steer_one(services, who, move, verb)
    return _view(wave)


_STEER = {
    WaveVerb.PAUSE: control.pause,
    WaveVerb.RESUME: control.resume,
    WaveVerb.CANCEL: control.cancel,
}


def _steer_one(services: Services, who: Principal, move: Progress, verb: WaveVerb) -> None:
    with suppress(Conflict):  # it has ended, or its target has taken over
        _STEER[verb](services, who, move.migration_id or "")


def advance(services: Services, step: StepInput) -> Advanced:
    """See how the migrations are, begin those whose turn it is, end the wave after the last.

    Each runs by a key of its own, so that one that was begun and not written down is found.
    """
    operation = services.store.operation(step.tenant, step.operation_id)
    if not operation.state.final:
        store, wave_id = WaveStore(services.store.table), operation.resource_id
        wave = store.get(step.tenant, wave_id)
        moves = _next(services, wave, _turned(services, wave))
        told = {"moves": moves, "updated_at": services.now()}
        wave = store.change(step.tenant, wave_id, lambda now: now.model_copy(update=told))
        operation = _told(services, operation, wave)
    if not operation.state.final:
        return Advanced(next=WAIT)
    succeeded = operation.state is OperationState.SUCCEEDED
    return Advanced(next=SUCCEEDED if succeeded else FAILED)


def _turned(services: Services, wave: Wave) -> list[Progress]:
    """Each move as its migration has left it."""
    store = MigrationStore(services.store.table)
    found = []
    for move in wave.moves:
        if move.state is MoveState.MOVING:
            migration = store.get(wave.tenant, move.migration_id or "")
            if wave.cancelled or wave.paused:  # begun while somebody asked for it
                verb = WaveVerb.CANCEL if wave.cancelled else WaveVerb.PAUSE
                _steer_one(services, _who(wave), move, verb)
            move = _after(services, move, migration)
        found.append(move)
    return found


def _after(services: Services, move: Progress, migration: Migration) -> Progress:
    if not migration.phase.final:
        return move
    if migration.phase is Phase.COMPLETED:
        return _turn(services, move, MoveState.MOVED)
    detail = migration.error.detail if migration.error else f"It is {migration.phase.value}."
    return _turn(services, move, MoveState.FAILED, detail)


def _next(services: Services, wave: Wave, moves: list[Progress]) -> list[Progress]:
    """Begin as many as may be under way; skip those that wait for what will not come."""
    by_vm = {move.vm_id: move for move in moves}
    free = wave.at_once - sum(move.state is MoveState.MOVING for move in moves)
    for vm_id in [vm for group in waves({m.vm_id: m.after for m in moves}) for vm in group]:
        move = by_vm[vm_id]
        if move.state is not MoveState.WAITING:
            continue
        missed = [one for one in move.after if by_vm[one].state in _LOST]
        if wave.cancelled or missed:
            why = "The wave was cancelled." if wave.cancelled else f"{missed[0]} did not move."
            by_vm[vm_id] = _turn(services, move, MoveState.SKIPPED, why)
        elif free > 0 and not wave.paused and _is_ready(move, by_vm):
            by_vm[vm_id] = _begun(services, wave, move)
            free -= by_vm[vm_id].state is MoveState.MOVING
    return list(by_vm.values())


_LOST = (MoveState.FAILED, MoveState.SKIPPED)


def _is_ready(move: Progress, by_vm: dict[str, Progress]) -> bool:
    return all(by_vm[one].state is MoveState.MOVED for one in move.after)


def _begun(services: Services, wave: Wave, move: Progress) -> Progress:
    asked = CreateMigration(vm_id=move.vm_id, spec=move.spec)
    try:
        made = control.begin(services, _who(wave), asked, f"{wave.id}/{move.vm_id}", wave.api_url)
    except _PASSING:
        return move
    except NovaCronError as error:
        return _turn(services, move, MoveState.FAILED, error.detail)
    begun = move.model_copy(update={"migration_id": migration_id(made.id)})
    return _turn(services, begun, MoveState.MOVING)


def _turn(
    services: Services, move: Progress, state: MoveState, detail: str | None = None
) -> Progress:
    told = {"state": state, "detail": detail, "at": services.now()}
    return move.model_copy(update=told)


def _who(wave: Wave) -> Principal:
    """Whoever asked for the wave, who was allowed to change what is in it."""
    return Principal(tenant=wave.tenant, subject=wave.subject, roles=frozenset())


def _told(services: Services, operation: Operation, wave: Wave) -> Operation:
    done = sum(move.state.final for move in wave.moves)
    lost = [move for move in wave.moves if move.state in _LOST]
    told = {
        "state": OperationState.RUNNING,
        "percent": max(operation.percent, 100 * done // len(wave.moves)),
        "updated_at": services.now(),
    }
    if done == len(wave.moves):
        told["state"] = OperationState.FAILED if lost else OperationState.SUCCEEDED
        if lost:
            detail = f"{len(lost)} of {done} did not move, {lost[0].vm_id} first: {lost[0].detail}"
            told["error"] = OperationError(code="conflict", detail=detail)
    ended = operation.model_copy(update=told)
    services.store.save_operation(ended)
    return ended


def give_up(services: Services, step: StepInput, error: OperationError) -> Advanced:
    """A step failed for good: what is under way goes on by itself, nothing more is begun."""
    operation = services.store.operation(step.tenant, step.operation_id)
    if not operation.state.final:
        told = {"state": OperationState.FAILED, "error": error, "updated_at": services.now()}
        with suppress(NotFound):
            services.store.save_operation(operation.model_copy(update=told))
    return Advanced(next=FAILED)
