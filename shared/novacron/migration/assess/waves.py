"""The order in which VMs that need one another are moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
