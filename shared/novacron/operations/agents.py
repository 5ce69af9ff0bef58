"""Agents: made, enrolled once, heard, given work, forgotten."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from novacron.errors import AuthenticationFailed, Conflict, NotFound
from novacron.models.account import ProviderType
from novacron.models.agent import (
    Agent,
    AgentRecord,
    Command,
    CommandState,
    Enrolled,
    NewAgent,
    Poll,
    Result,
)
from novacron.operations.accounts import WHOLE_PAGE
from novacron.operations.courier import expired
from novacron.store.agents import AgentStore
from novacron.store.store import Store
from novacron.tenancy.principal import Principal

TOKEN_LIFE = timedelta(hours=1)
MOST_COMMANDS = 20
"""Given out by one poll."""


@dataclass(frozen=True)
class AgentDesk:
    """What the agent routes need."""

    agents: AgentStore
    now: Callable[[], datetime]


def create_agent(desk: AgentDesk, who: Principal, name: str, key: str) -> NewAgent:
    """A new agent and the token that enrols it.

    AlreadyExists when ``key`` made one before: its token was shown then, and is kept nowhere.
    """
    return new_agent(desk, who.tenant, name, key)


def agent_id_of(tenant: str, key: str) -> str:
    return "agent-" + hashlib.sha256(f"{tenant}\n{key}".encode()).hexdigest()[:16]


def new_agent(desk: AgentDesk, tenant: str, name: str, key: str) -> NewAgent:
    """``create_agent`` for the functions' own use."""
    agent_id = agent_id_of(tenant, key)
    secret = secrets.token_urlsafe(32)
    now = desk.now()
    record = AgentRecord(
        id=agent_id,
        name=name,
        created_at=now,
        tenant=tenant,
        token_hash=_hash(secret),
        token_expires_at=now + TOKEN_LIFE,
    )
    desk.agents.add(record)
    token = base64.urlsafe_b64encode(f"{tenant}:{agent_id}:{secret}".encode()).decode()
    return NewAgent(agent=view(record), token=token, expires_at=record.token_expires_at)


def enrol(desk: AgentDesk, token: str, public_key: str) -> Enrolled:
    """Keep the agent's key. AuthenticationFailed: the token is wrong, used or too old."""
    refused = AuthenticationFailed(
        "The token is not accepted.", remedy="Ask for a new one: novacron agent create."
    )
    try:
        tenant, agent_id, secret = base64.urlsafe_b64decode(token.encode()).decode().split(":")
        record = desk.agents.agent(tenant, agent_id)
    except (ValueError, NotFound) as error:
        raise refused from error
    given = _hash(secret)
    if record.token_hash is None or not hmac.compare_digest(record.token_hash, given):
        raise refused
    if desk.now() > record.token_expires_at:
        raise refused
    told = {"public_key": public_key, "token_hash": None, "enrolled_at": desk.now()}
    desk.agents.enrol(record.model_copy(update=told), given)
    return Enrolled(agent_id=agent_id, tenant=tenant)


def delete_agent(desk: AgentDesk, store: Store, who: Principal, agent_id: str) -> Agent:
    """Forget it; its key is worth nothing from then on. Conflict while an account names it."""
    record = desk.agents.agent(who.tenant, agent_id)
    for account in store.accounts(who.tenant, WHOLE_PAGE).items:
        if account.type is ProviderType.AGENT and account.settings.get("agent") == agent_id:
            raise Conflict(f"The account {account.id} uses it; delete that first.")
    desk.agents.delete(who.tenant, agent_id)
    return view(record)


def poll(desk: AgentDesk, who: Principal, said: Poll) -> list[Command]:
    """Write down that it is alive; give it what it does not hold yet, oldest first."""
    record = desk.agents.agent(who.tenant, who.subject)
    now = desk.now()
    told = {"last_seen": now, "health": said.health, "holding": said.holding}
    desk.agents.seen(record.model_copy(update=told))
    held = set(said.holding)
    waiting = [
        command
        for command in desk.agents.commands(who.tenant, who.subject)
        if command.id not in held
        and command.state is not CommandState.DONE
        and not expired(command, now)
    ]
    given = []
    for command in sorted(waiting, key=lambda one: one.queued_at)[:MOST_COMMANDS]:
        claimed = command.model_copy(update={"state": CommandState.CLAIMED})
        if desk.agents.change(who.tenant, who.subject, claimed):
            given.append(claimed.plain)
    return given


def keep_results(desk: AgentDesk, who: Principal, results: list[Result]) -> int:
    """Keep what is still waited for; returns how many. A repeat changes nothing."""
    kept = 0
    for result in results:
        found = desk.agents.command(who.tenant, who.subject, result.slot)
        if found is None or found.id != result.id or found.state is CommandState.DONE:
            continue
        told = {"state": CommandState.DONE, "outcome": result.outcome, "done_at": desk.now()}
        kept += desk.agents.change(who.tenant, who.subject, found.model_copy(update=told))
    return kept


def view(record: AgentRecord) -> Agent:
    return Agent(**record.model_dump(include=set(Agent.model_fields)))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
