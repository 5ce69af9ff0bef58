"""Undo a failed operation, so that nothing it made is left billing."""

from __future__ import annotations

import json

from novacron import errors
from novacron.costs.budgets.settle import settle
from novacron.errors import NotFound, NovaCronError
from novacron.models.base import Model
from novacron.models.operation import OperationError, OperationState, ResourceRecord
from novacron.operations.services import Services
from novacron.operations.steps import Loaded, StepInput, StepOutput, load, seen

CODES = {
    error.__name__: error.code
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.NovaCronError)
}


class Failure(Model):
    """What Step Functions caught: the exception's class name, and its JSON."""

    Error: str = "Unknown"
    Cause: str = ""


def compensate(services: Services, step: StepInput, failure: Failure) -> StepOutput:
    """Delete whatever carries this operation's tag, end the operation as failed, free the lock.

    Raises what the provider raises: the state machine tries again until it is clean.
    """
    now = load(services, step)
    if now.operation.state.final:
        return StepOutput(done=True)
    if now.work.creates:
        _delete_made(now)
        kept = now.record.model_copy(update={"state": "failed"})
    else:
        kept = _look_again(services, now)
    ended = now.operation.model_copy(
        update={
            "state": OperationState.FAILED,
            "error": explain(failure),
            "updated_at": services.now(),
        }
    )
    along = settle(services, ended, kept, failed=True)
    services.store.end(ended, kept, now.account.type, gone=now.work.creates, along=along)
    return StepOutput(done=True)


def explain(failure: Failure) -> OperationError:
    """A failure as a caller may see it: our own errors whole, others without their text."""
    code = CODES.get(failure.Error)
    if code is None:
        return OperationError(
            code="internal",
            detail="Something failed on our side.",
            remedy="Quote the operation's id when you report it.",
        )
    try:
        detail = str(json.loads(failure.Cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        detail = failure.Error
    return OperationError(code=code, detail=detail)


def _look_again(services: Services, now: Loaded) -> ResourceRecord:
    """The record as the failed change has left the resource; as it was where that is not known."""
    if now.record.provider_id is None:
        return now.record
    try:
        found = now.access.get(now.provider, now.record.provider_id)
    except NovaCronError:
        return now.record
    return seen(services, now.record, found)


def _delete_made(now: Loaded) -> None:
    made = {
        found.id for found in now.access.owned(now.provider, now.owner.tenant, now.owner.operation)
    }
    if now.record.provider_id is not None:
        made.add(now.record.provider_id)
    for provider_id in sorted(made):
        try:
            now.access.delete(now.provider, provider_id)
        except NotFound:
            continue
