"""After a failure among shards, or of a provider during a round: was it an agent that fell silent?

Then it is mended and the round, or the test clone, goes on, without the shards that it is done
with: a worker that died is replaced, a host's own agent is waited for. Whatever else failed ends
the migration, or the clone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from novacron.errors import AgentSilent, NotReady, NovaCronError, ProviderUnavailable
from novacron.migration.clone import end_clone
from novacron.migration.context import Context
from novacron.migration.rounds import DONE, StepResult
from novacron.migration.staff import SOURCE, TARGET, host_agent_silent, replace, worker_died
from novacron.models.migration import Phase
from novacron.models.operation import OperationError
from novacron.operations.compensate import Failure, explain

MOST = 3
"""How often between the ends of two rounds: what dies again and again is not mended by more."""
AWAY = timedelta(minutes=30)
"""How long a host's agent is waited for: a restart, an upgrade, a line that is down."""
AWAY_FENCED = timedelta(minutes=5)
"""The same in the last round, when nothing runs: the source goes on after that."""


def resume(now: Context, failure: Failure) -> StepResult:
    """Raises NotReady until a host's agent is back. What has failed for good is written down, and
    ``decide`` finds it."""
    migration = now.migration
    if migration.error is not None:
        return DONE
    known = now.store.noted(migration.tenant, migration.id)
    died = [side for side in (SOURCE, TARGET) if worker_died(now, side)]
    away = [at for side in (SOURCE, TARGET) if (at := host_agent_silent(now, side))]
    if not (died or away or (known and known.code == AgentSilent.code)):
        _give_up(now, known or explain(failure))
    elif migration.resumed == MOST:
        _give_up(now, _unavailable(f"Agents fell silent {MOST + 1} times in one round.", known))
    elif away and _for_long(now, min(away)):
        since = min(away).isoformat(timespec="seconds")
        _give_up(now, _unavailable(f"A host's agent is silent since {since}.", known))
    elif away:
        _note_silence(now, "A host's agent was away.")
        raise NotReady("A host's agent is away.")
    else:
        for side in died:
            replace(now, side)
        now.save(resumed=migration.resumed + 1)
    return DONE


def note(now: Context, error: NovaCronError) -> None:
    """Keep why a shard failed, unless it is tried again: of a map's failure nothing is told."""
    if isinstance(error, AgentSilent):
        _note_silence(now, error.detail)
    elif not error.retryable:
        told = OperationError(code=error.code, detail=error.detail, remedy=error.remedy)
        now.store.note(now.migration.tenant, now.migration.id, told)


def _note_silence(now: Context, detail: str) -> None:
    told = OperationError(code=AgentSilent.code, detail=detail)
    now.store.note(now.migration.tenant, now.migration.id, told)


def _for_long(now: Context, since: datetime) -> bool:
    fenced = now.migration.phase is Phase.CUTTING_OVER
    return now.services.now() - since > (AWAY_FENCED if fenced else AWAY)


def _unavailable(why: str, known: OperationError | None) -> OperationError:
    detail = f"{why} {known.detail}" if known else why
    return OperationError(code=ProviderUnavailable.code, detail=detail)


def _give_up(now: Context, error: OperationError) -> None:
    if now.migration.phase is Phase.TESTING:
        end_clone(now, error)
    else:
        now.save(error=error)
