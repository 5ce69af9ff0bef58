"""The guest made ready for its target inside the running source, before anything is copied.

What is done there is additive (docs/guest-conversion.md), and copied like all else that the guest
writes. A failure stops no copying: the migration holds before its cutover, as it does for a test
clone.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from novacron.errors import Conflict, NotFound, NotReady, NovaCronError, Unsupported
from novacron.migration.context import Context
from novacron.migration.guest_script import prepare_script, undo_script
from novacron.migration.rounds import DONE, StepResult
from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.guest import GuestResult
from novacron.models.migration import Control, Effect, GuestPreparation, JournalEntry, Phase
from novacron.operations.compensate import Failure, explain
from novacron.providers.base import CloudProvider
from novacron.providers.guest_commands import GUEST_SECONDS, GuestCommands

PATIENCE = timedelta(seconds=GUEST_SECONDS + 300)
"""The provider ends a script that takes longer; one that it lost is given up here."""
UNDO_PATIENCE = timedelta(minutes=10)
"""For a source that was stopped for its cutover, its agent has to come back first."""
FAMILIES = {ProviderType.AGENT: "libvirt", ProviderType.MEMORY: "libvirt"}
_UNDO = "run `novacron guest undo` in the guest"


def wants_guest(now: Context) -> bool:
    """Whether it is to be prepared, or that has begun."""
    guest = now.migration.guest
    if guest is None:
        return now.migration.spec.prepare_guest
    return not guest.done or asked_again(now, now.control)


def asked_again(now: Context, control: Control) -> bool:
    guest = now.migration.guest
    return guest is not None and guest.error is not None and control.prepare == guest.attempt


def carries_guest(now: Context) -> bool:
    """Whether what was changed in the guest still has to be copied by a round."""
    guest, rounds = now.migration.guest, len(now.migration.rounds)
    return guest is not None and guest.done and 0 < rounds == guest.round


def failed_guest(now: Context) -> str | None:
    """Why to hold; None: all is well, someone approved of it, or a clone was tried with it."""
    guest = now.migration.guest
    approved = now.control.approved or now.migration.clone is not None
    if guest is None or guest.error is None or approved:
        return None
    told = f"the guest was not prepared: {guest.error.detail}"
    return f"{told} Resume to try again, cut over all the same, or cancel"


def prepare_guest(now: Context) -> StepResult:
    """Raises NotReady while it goes on; Conflict, and what providers raise, when it failed."""
    guest = now.migration.guest
    if guest is None or asked_again(now, now.control):
        attempt = 1 if guest is None else guest.attempt + 1
        guest = GuestPreparation(attempt=attempt, started_at=now.services.now())
        now.save(guest=guest, phase=Phase.COPYING, reason=None)
    if guest.done:
        return DONE
    try:
        result = _ran(now, guest)
    except (Conflict, Unsupported) as error:
        # The message is all that the machine carries on.
        raise type(error)(f"{error.detail} {error.remedy or ''}".strip()) from error
    ended = {"output": result.output, "round": len(now.migration.rounds)}
    now.save(guest=guest.model_copy(update={**ended, "done": result.exit_code == 0}))
    if result.exit_code:
        raise Conflict(f"The script ended with {result.exit_code}: {_last_line(result)}")
    return DONE


def _ran(now: Context, guest: GuestPreparation) -> GuestResult:
    provider, vm_id, owner = commands_of(now.source), now.source_vm_id, _owner(now, guest)
    if not any(one.effect is Effect.GUEST for one in now.migration.journal):
        provider.check_guest(vm_id)  # if it does not answer, nothing will have to be undone
        now.intend(Effect.GUEST)
    script = prepare_script(_target(now), now.operation.id)
    try:
        result = provider.run_in_guest(vm_id, script, owner)
    except NotReady as error:
        if now.services.now() - guest.started_at < PATIENCE:
            raise
        raise Conflict(f"It did not end in {PATIENCE.seconds} s: {error.detail}") from error
    provider.forget_guest_run(vm_id, owner)
    return result


def commands_of(provider: CloudProvider) -> GuestCommands:
    """Raises Unsupported."""
    if not isinstance(provider, GuestCommands):
        why = provider.refusals.get("GuestCommands", "not built yet")
        told = f"Nothing can be run in a guest of {provider.type.value}: {why}."
        raise Unsupported(told, remedy="Prepare it by hand, and cut over all the same.")
    return provider


def _owner(now: Context, guest: GuestPreparation) -> Ownership:
    return now.owner(f"g{guest.attempt}")


def by_hand(target: ProviderType) -> str:
    """What does the same, as root in the guest."""
    return f"novacron guest prepare --target {FAMILIES.get(target, target.value)} --apply"


def guest_failed(now: Context, failure: Failure) -> StepResult:
    """Keep why. An approval that was given before is none any more: it did not know."""
    guest = now.migration.guest
    if guest is not None and not guest.done:
        migration = now.migration
        unasked = {"approved": False}
        now.store.ask(migration.tenant, migration.id, lambda one: one.model_copy(update=unasked))
        with suppress(NovaCronError):  # a run that was given up, or none
            commands_of(now.source).forget_guest_run(now.source_vm_id, _owner(now, guest))
        now.save(guest=guest.model_copy(update={"done": True, "error": explain(failure)}))
    return DONE


def undo_guest(now: Context, _: JournalEntry) -> None:
    """Put back what was changed for this migration; the guest knows what that is. One that does
    not answer keeps it, which is told: it still boots where it is.

    Raises NotReady while it goes on.
    """
    guest = now.migration.guest
    if guest is None or guest.left is not None:
        return
    if guest.undo_since is None:
        guest = guest.model_copy(update={"undo_since": now.services.now()})
        now.save(guest=guest)
    why = _not_undone(now, guest)
    if why is not None:
        now.save(guest=guest.model_copy(update={"left": f"{why} To undo it, {_UNDO}."}))


def _not_undone(now: Context, guest: GuestPreparation) -> str | None:
    since = guest.undo_since or now.services.now()
    owner = now.owner("gu")
    try:
        provider = commands_of(now.source)
        script = undo_script(now.operation.id)
        result = provider.run_in_guest(now.source_vm_id, script, owner)
        for one in (_owner(now, guest), owner):  # the first, if the cancel came before its end
            provider.forget_guest_run(now.source_vm_id, one)
    except (NotFound, Unsupported) as error:
        return error.detail
    except NovaCronError as error:
        if now.services.now() - since < UNDO_PATIENCE:
            raise NotReady(error.detail) from error
        return error.detail
    return _last_line(result) if result.exit_code else None


def _last_line(result: GuestResult) -> str:
    return result.output.rpartition("\n")[2] or "it said nothing."


def _target(now: Context) -> str:
    kind = now.target_account.type
    return FAMILIES.get(kind, kind.value)
