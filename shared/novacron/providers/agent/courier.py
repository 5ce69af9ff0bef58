"""What the adapter needs of the queue between functions and agents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from novacron.errors import ProviderUnavailable
from novacron.models.account import Health
from novacron.models.agent import Outcome


class Courier(Protocol):
    def call(self, tenant: str, agent_id: str, method: str, arguments: dict[str, Any]) -> Outcome:
        """What the agent answered. Raises NotReady until it has, so that the same call finds
        it; ProviderUnavailable when the agent is silent or there is none."""

    def health(self, tenant: str, agent_id: str) -> Health:
        """What the agent last said, if that is not long ago."""

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Answers given within are kept until an attempt gets all it asks for."""


class NoCourier:
    """Where no queue is at hand."""

    def call(self, tenant: str, agent_id: str, method: str, arguments: dict[str, Any]) -> Outcome:  # noqa: ARG002
        raise ProviderUnavailable("Agents cannot be reached from here.")

    def health(self, tenant: str, agent_id: str) -> Health:  # noqa: ARG002
        return Health(healthy=False, detail="Agents cannot be reached from here.")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        yield
