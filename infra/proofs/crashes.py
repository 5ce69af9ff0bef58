"""Kills the processes of a running stack in the middle of creates, and counts what is there after.

What each kill takes: a function's worker its invocation; the EC2 account what it has not answered;
the control plane, stopped in order, its running executions; killed, also every record since it was
last stopped in order. That last one is more than any AWS would lose: the cloud's tags alone are
left to tell whose the VMs are.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from infra.local.stack.services import Service
from infra.local.stack.stack import running, told
from infra.proofs.witness import ENDED, Witness

EACH = 3
"""Creates under way for the first three kills, and for the last."""
START_SECONDS = 40
"""How long an instance takes to start: longer than the first three kills, so that all of them fall
in the middle. What is begun after EC2's own restart starts at once."""
GRACE_SECONDS = 3
SETTLE_SECONDS = 180
"""Longest wait. After each kill every function starts anew, which takes a busy machine a minute."""


def crashes(folder: Path) -> str:
    """The figure. AssertionError: a VM too many, one too few, or one that nobody knows of."""
    shutil.rmtree(folder, ignore_errors=True)
    grace = {"ReconcileGraceSeconds": str(GRACE_SECONDS)}
    with running(folder, host=False, parameters=grace) as stack:
        witness = Witness(stack)
        account = witness.account()
        control_plane, ec2 = stack.services
        made = _begin(witness, account, "first")
        _crash(witness, made, "function workers killed", partial(kill_children, control_plane))
        _crash(witness, made, "EC2 account killed", partial(kill_and_start, ec2))
        _crash(witness, made, "control plane stopped", partial(stop_and_start, control_plane))
        _settle(witness, made)
        _check(witness, made)
        lost = _begin(witness, account, "second")
        _crash(witness, lost, "control plane killed", partial(kill_and_start, control_plane))
        if witness.create(account, "second-0") != lost[0]:
            raise AssertionError("a repeated request began another operation")
        made += lost
        _settle(witness, made)
        vms = _check(witness, made)
    return f"{len(made)} creates, 4 kills: {vms} VMs, 0 orphans, 0 doubles"


def kill_children(control_plane: Service) -> None:
    for child in control_plane.children():
        with suppress(ProcessLookupError):  # it ended by itself
            os.kill(child, signal.SIGKILL)


def kill_and_start(service: Service) -> None:
    service.kill()
    service.start()


def stop_and_start(service: Service) -> None:
    service.stop()
    service.start()


def _begin(witness: Witness, account: str, name: str) -> list[str]:
    """Creates under way; returns when EC2 has the first of their instances."""
    witness.slow_down(START_SECONDS)
    made = [witness.create(account, f"{name}-{number}") for number in range(EACH)]
    until = time.monotonic() + SETTLE_SECONDS
    while not witness.starting():
        if time.monotonic() > until:
            raise AssertionError(f"EC2 had no instance after {SETTLE_SECONDS} s")
        time.sleep(0.01)
    return made


def _crash(witness: Witness, made: list[str], what: str, crash: Callable[[], None]) -> None:
    live = sum(witness.state(one) not in ENDED for one in made)
    if not live:
        raise AssertionError(f"every create had ended before: {what}")
    with told(f"{what}, {live} creates under way"):
        crash()


def _settle(witness: Witness, made: Iterable[str]) -> None:
    """Run the reconciler until every operation that is known has ended, and once more."""
    until = time.monotonic() + SETTLE_SECONDS
    while True:
        states = {one: witness.state(one) for one in made}
        done = {name: found for name, found in witness.reconcile().items() if found}
        print(f"    {sorted(states.values())} {done}", flush=True)
        if all(state in (*ENDED, "forgotten") for state in states.values()):
            return
        if time.monotonic() > until:
            raise AssertionError(f"not ended after {SETTLE_SECONDS} s: {states}")
        time.sleep(2)


def _check(witness: Witness, made: Iterable[str]) -> int:
    """How many VMs there are: one for each create that succeeded, each with its record."""
    states = {one: witness.state(one) for one in made}
    instances, recorded = witness.instances(), witness.recorded()
    doubles = {one: ids for one, ids in instances.items() if len(ids) > 1}
    known = {one for ids in instances.values() for one in ids}
    orphans = [*known - recorded, *witness.loose_volumes()]
    wrong = [
        one
        for one, state in states.items()
        if (state == "succeeded" and one not in instances)
        or (state == "failed" and one in instances)
    ]
    if doubles or orphans or wrong or recorded - known or not known:
        raise AssertionError(
            f"doubles {doubles}, orphans {orphans}, operations that say otherwise {wrong}, "
            f"records without a VM {recorded - known}"
        )
    return len(known)
