"""A real agent for tests: made, enrolled and driven through the API, a turn when it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from novacron.agent.agent import Agent
from novacron.agent.chunks import AgentChunks
from novacron.agent.client import Client, enrol
from novacron.agent.identity import Identity, new_key
from novacron.agent.journal import Journal
from novacron.errors import NotReady
from novacron.migration.shards import ShardsHere
from novacron.models.agent import Outcome
from novacron.operations.courier import AgentQueue
from novacron.providers.base import CloudProvider
from novacron.tenancy.principal import Principal, Role
from tests.api import call
from tests.gateway import URL, Gateway

ADMIN = Principal(tenant="acme", subject="root", roles=frozenset({Role.ADMIN}))


def enrolled(name: str = "rack", who: Principal = ADMIN) -> Identity:
    """A new agent's identity, as its host keeps it."""
    made = call(who, "POST", "/agents", {"name": name}, key=f"agent-{name}")
    assert made.status == 201, made.text
    private, public = new_key()
    told = enrol(URL, made.body["token"], public, Gateway())
    return Identity(
        url=URL, tenant=told.tenant, agent_id=told.agent_id, private_key=private, settings={}
    )


def agent(identity: Identity, folder: Path, provider: CloudProvider) -> Agent:
    journal = Journal(folder / "journal.db")
    client = Client(identity, Gateway())
    shards = ShardsHere(provider, AgentChunks(client, identity.tenant, wait=lambda _: None))
    return Agent(client, journal, provider, provider.health, shards)


def serve(agent: Agent) -> None:
    """Fetch, carry out, bring."""
    agent.turn()
    while agent.work() or agent.work(shards=True):
        pass
    agent.turn()


class Prompt(AgentQueue):
    """Functions whose agent always answers before they are called again."""

    agent: Agent | None = None

    def call(self, tenant: str, agent_id: str, method: str, arguments: dict[str, Any]) -> Outcome:
        try:
            return super().call(tenant, agent_id, method, arguments)
        except NotReady:
            assert self.agent is not None
            serve(self.agent)
            return super().call(tenant, agent_id, method, arguments)
