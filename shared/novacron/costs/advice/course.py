"""Carry advice out, and take it back: our own operations, one after the other.

The course is written with the recommendation's state before its first operation begins, and each
operation has a key that its course makes: whoever goes on with it after a crash begins none twice.
"""

from __future__ import annotations

from novacron.costs.advice.addresses import OPERATION as RELEASE
from novacron.costs.advice.addresses import release
from novacron.costs.advice.buying import OPERATION as BUY
from novacron.costs.advice.buying import buy
from novacron.costs.advice.schedule import OPERATION as POWER
from novacron.costs.advice.schedule import keep, remove
from novacron.errors import Conflict, InvalidSpec, NovaCronError
from novacron.models.course import Course, Direction, Step
from novacron.models.operation import (
    Operation,
    OperationKind,
    OperationState,
    ResourceKind,
    ResourceRecord,
)
from novacron.models.power import PowerSchedule
from novacron.models.recommendation import Action, Recommendation, RecommendationState
from novacron.models.volume import SnapshotSpec
from novacron.operations.kinds import WORK
from novacron.operations.services import Services
from novacron.operations.submit import submit_change, submit_create
from novacron.store.recommendations import AdviceStore
from novacron.tenancy.principal import Principal

State = RecommendationState
APPLICABLE = frozenset({State.NOTICED, State.OPEN, State.REVERTED, State.DISMISSED})
KEPT_TAG = "kept-for"


def apply(
    services: Services, who: Principal, recommendation_id: str, confirm: str = ""
) -> Recommendation:
    """Begin it. ``confirm``, where nothing of ours could take it back: the resource's name, or the
    sum that a commitment costs.

    Raises NotFound; Conflict: in a state that forbids it, only a person can do it, or the resource
    is being changed; InvalidSpec: it is not confirmed; what ``buying.buy`` does."""
    found = AdviceStore(services.store.table).get(who.tenant, recommendation_id)
    bought = found.apply is not None and found.apply.operation == BUY
    if found.state not in APPLICABLE and not (bought and found.state is State.APPLYING):
        raise Conflict(f"{found.id} is {found.state.value}; it cannot be applied.")
    if bought:
        return buy(services, who, found, confirm)
    if found.apply is None:
        raise Conflict("No operation of ours does this.", remedy=found.detail)
    if found.apply.operation == RELEASE and confirm != found.resource_name:
        raise InvalidSpec(
            f"{found.title}. To release it cannot be taken back.",
            field="confirm",
            remedy=f"Repeat it with confirm: {found.resource_name}",
        )
    return _begin(services, who, found, Direction.APPLY, found.apply)


def revert(services: Services, who: Principal, recommendation_id: str) -> Recommendation:
    """Begin to take it back. Raises as ``apply`` does."""
    found = AdviceStore(services.store.table).get(who.tenant, recommendation_id)
    if found.state is not State.APPLIED:
        raise Conflict(f"{found.id} is {found.state.value}; only what is applied can be reverted.")
    if found.revert is None:
        raise Conflict(f"{found.kind.value} cannot be taken back.", remedy=found.risk)
    return _begin(services, who, found, Direction.REVERT, found.revert)


def dismiss(services: Services, who: Principal, recommendation_id: str) -> Recommendation:
    """Never show it again while it stays true. Raises NotFound, Conflict."""
    store = AdviceStore(services.store.table)
    found = store.get(who.tenant, recommendation_id)
    if found.state not in APPLICABLE:
        raise Conflict(f"{found.id} is {found.state.value}; it cannot be dismissed.")
    update = {"state": State.DISMISSED, "updated_at": services.now()}
    return store.save(found.model_copy(update=update), found)


def _begin(
    services: Services, who: Principal, found: Recommendation, way: Direction, action: Action
) -> Recommendation:
    if action.operation in (POWER, RELEASE):
        return _at_once(services, who, found, way, action)
    store = AdviceStore(services.store.table)
    course = Course(
        id=found.id,
        tenant=found.tenant,
        subject=who.subject,
        direction=way,
        round=found.version,
        account_id=found.account_id,
        steps=steps(services, found, action),
    )
    update = {"state": State.APPLYING, "updated_at": services.now()}
    begun = store.save(found.model_copy(update=update), found, course)
    try:
        advance(services, course)
    except NovaCronError:
        now = store.course(found.tenant, found.id)
        if now is not None and now.operation_id is None:  # nothing has begun
            store.end_course(course)
            store.save(found, begun)
            raise
    return store.get(found.tenant, found.id)


def _at_once(
    services: Services, who: Principal, found: Recommendation, way: Direction, action: Action
) -> Recommendation:
    """A schedule is a record of ours and a release is one call: there is nothing to wait for."""
    if action.operation == RELEASE:
        release(services, who, found, action.resource_id)
    elif way is Direction.APPLY:
        keep(services, who, action.resource_id, PowerSchedule.model_validate(action.body))
    else:
        remove(services, who, action.resource_id, found.version)
    store = AdviceStore(services.store.table)
    return store.save(found.model_copy(update=_ended(services, way)), found)


def steps(services: Services, found: Recommendation, action: Action) -> list[Step]:
    """The operations that an action takes. Raises NotFound: the resource has gone."""
    kind, resource = OperationKind(action.operation), action.resource_id
    only = Step(operation=kind, resource_id=resource, body=action.body)
    if kind is OperationKind.VM_RESIZE:
        vm = services.store.resource(found.tenant, ResourceKind.VM, resource)
        if vm.state != "running":
            return [only]
        stop = Step(operation=OperationKind.VM_STOP, resource_id=resource)
        start = Step(operation=OperationKind.VM_START, resource_id=resource, always=True)
        return [stop, only, start]
    if kind is OperationKind.VOLUME_DELETE:
        volume = services.store.resource(found.tenant, ResourceKind.VOLUME, resource)
        return [_kept(found, volume), only]
    return [only]


def _kept(found: Recommendation, volume: ResourceRecord) -> Step:
    name = f"{volume.name[:40].rstrip('-')}-{found.id.removeprefix('rec-')}"
    spec = SnapshotSpec(name=name, volume_id=volume.provider_id or "", tags={KEPT_TAG: found.id})
    body = spec.model_dump(mode="json")
    return Step(operation=OperationKind.SNAPSHOT_CREATE, resource_id=volume.id, body=body)


def advance(services: Services, course: Course) -> None:
    """Go on as far as nothing has to be waited for. Safe to run at any time and twice at once.

    Raises what ``submit`` does for a step that cannot begin, and NotReady.
    """
    store = AdviceStore(services.store.table)
    while course.position < len(course.steps):
        if course.operation_id is None:
            begun = _submit(services, course)
            _told(services, course, begun.id)
            course = store.save_course(course.model_copy(update={"operation_id": begun.id}))
        operation = services.store.operation(course.tenant, course.operation_id or "")
        if not operation.state.final:
            return
        course = store.save_course(_next(course, operation))
    _end(services, course)


def _submit(services: Services, course: Course) -> Operation:
    step = course.steps[course.position]
    who = Principal(tenant=course.tenant, subject=course.subject, roles=frozenset())
    key = f"{course.id}.{course.direction.value}.{course.round}.{course.position}"
    work = WORK[step.operation]
    body = work.body.model_validate(step.body)
    if work.creates:
        return submit_create(services, who, step.operation, course.account_id, body, key)
    return submit_change(services, who, step.operation, step.resource_id, body, key)


def _told(services: Services, course: Course, operation_id: str) -> None:
    """The recommendation names the operation that is under way, or failed."""
    store = AdviceStore(services.store.table)
    now = store.get(course.tenant, course.id)
    name = f"{course.direction.value}_operation"
    store.save(now.model_copy(update={name: operation_id}), now)


def _next(course: Course, operation: Operation) -> Course:
    """After a failure only what is always done."""
    position, failed = course.position + 1, course.failed
    made = course.made
    if operation.state is OperationState.FAILED:
        failed = True
    elif WORK[operation.kind].creates:
        made = {**made, operation.kind.resource.value: operation.resource_id}
    while failed and position < len(course.steps) and not course.steps[position].always:
        position += 1
    moved = {"position": position, "operation_id": None, "failed": failed, "made": made}
    return course.model_copy(update=moved)


def _end(services: Services, course: Course) -> None:
    store = AdviceStore(services.store.table)
    now = store.get(course.tenant, course.id)
    if now.state is State.APPLYING:
        update = _ended(services, course.direction, course.failed)
        snapshot = course.made.get(ResourceKind.SNAPSHOT.value)
        if snapshot and now.revert is not None:
            body = {**now.revert.body, "snapshot_id": snapshot}
            update["revert"] = now.revert.model_copy(update={"body": body})
        store.save(now.model_copy(update=update), now)
    store.end_course(course)


def _ended(services: Services, way: Direction, failed: bool = False) -> dict[str, object]:
    """A failure leaves the advice as it was; the operation that it names says why."""
    now = services.now()
    if way is Direction.APPLY:
        state = State.OPEN if failed else State.APPLIED
        return {"state": state, "updated_at": now, "applied_at": None if failed else now}
    return {"state": State.APPLIED if failed else State.REVERTED, "updated_at": now}


def advance_all(services: Services) -> int:
    """Those of all tenants; one that cannot go on now keeps no other from it."""
    moved = 0
    for course in list(AdviceStore(services.store.table).courses()):
        try:
            advance(services, course)
        except NovaCronError:
            continue
        moved += 1
    return moved
