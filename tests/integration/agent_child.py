"""``python -m tests.integration.agent_child STATE POINT``: a real agent's process, which serves
once and is killed with SIGKILL at POINT, or not at all."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from novacron.agent.agent import Agent
from novacron.agent.client import Client
from novacron.agent.identity import load
from novacron.agent.journal import Journal
from novacron.providers.memory.provider import MemoryProvider

POINTS: dict[str, tuple[type, str, bool]] = {
    "before it is journalled": (Journal, "accept", False),
    "once it is journalled": (Journal, "accept", True),
    "before the call": (MemoryProvider, "create_vm", False),
    "after the call": (MemoryProvider, "create_vm", True),
    "once the result is journalled": (Journal, "finish", True),
    "before the result is sent": (Client, "bring", False),
    "after the result is sent": (Client, "bring", True),
}


def deadly(effect: Callable[..., Any], after: bool) -> Callable[..., Any]:
    def killed(*args: Any, **kwargs: Any) -> None:
        if after:
            effect(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return killed


def counted(calls: Path, create: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        with calls.open("a") as file:
            file.write("create_vm\n")
        return create(*args, **kwargs)

    return call


def main(state: Path, point: str) -> None:
    made: Any = counted(state / "calls", MemoryProvider.create_vm)
    MemoryProvider.create_vm = made  # type: ignore[method-assign]
    if point in POINTS:
        owner, name, after = POINTS[point]
        setattr(owner, name, deadly(getattr(owner, name), after))
    provider = MemoryProvider.from_settings({}, {})
    agent = Agent(Client(load(state)), Journal(state / "journal.db"), provider, provider.health)
    agent.turn()
    while agent.work():
        pass
    agent.turn()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
