"""The order in which VMs that need one another are moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from novacron.errors import InvalidSpec


def waves(after: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """VMs in waves, each of which begins when the one before has ended. ``after``: VM -> those
    that go before it.

    Raises InvalidSpec: a VM that is not among them, or VMs that wait for one another.
    """
    for vm, others in after.items():
        for other in others:
            if other not in after:
                raise InvalidSpec(f"{vm} comes after {other}, which is not moved.", field="after")
    order = TopologicalSorter(after)
    try:
        order.prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise InvalidSpec(f"They wait for one another: {circle}.", field="after") from error
    found = []
    while order.is_active():
        ready = sorted(order.get_ready())
        found.append(ready)
        order.done(*ready)
    return found


@dataclass(frozen=True)
class Turn:
    """When a VM's move begins and ends, in seconds after the wave's begin."""

    begins: float
    ends: float


def turns(
    after: Mapping[str, Sequence[str]], seconds: Mapping[str, float], at_once: int
) -> dict[str, Turn]:
    """When each VM moves if each takes ``seconds``: as the wave's machine does it, the first that
    may begin does, so long as fewer than ``at_once`` are under way. Moves at the same time are
    taken not to slow each other down. Raises InvalidSpec as ``waves`` does.
    """
    order = [vm for group in waves(after) for vm in group]
    found: dict[str, Turn] = {}
    now = 0.0
    while len(found) < len(after):
        moved = {vm for vm, turn in found.items() if turn.ends <= now}
        for vm in order:
            under_way = len(found) - len(moved)
            if vm not in found and under_way < at_once and moved.issuperset(after[vm]):
                found[vm] = Turn(now, now + seconds[vm])
        now = min((turn.ends for turn in found.values() if turn.ends > now), default=now)
    return found
