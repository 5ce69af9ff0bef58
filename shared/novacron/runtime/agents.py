"""What the agent routes need, from what every function has."""

from __future__ import annotations

from novacron.operations.agents import AgentDesk
from novacron.operations.services import Services
from novacron.store.agents import AgentStore


def desk(services: Services) -> AgentDesk:
    return AgentDesk(AgentStore(services.store.table), services.now)
