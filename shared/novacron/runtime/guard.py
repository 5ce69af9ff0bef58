"""Who is asking, and whether they may: before anything else in every request."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from novacron.audit.log import AuditLog
from novacron.errors import AuthenticationFailed, NotFound, PermissionDenied
from novacron.runtime.aws import services
from novacron.runtime.logging import logger
from novacron.store.agents import AgentStore
from novacron.tenancy.policy import Access, authorize
from novacron.tenancy.principal import Principal, Role


def principal(app: APIGatewayRestResolver) -> Principal:
    """The caller that the gateway's authorizer verified."""
    request = app.current_event.raw_event.get("requestContext") or {}
    context = request.get("authorizer") or {}
    if not context.get("tenant"):
        raise AuthenticationFailed("The request carries no verified identity.")
    return Principal(
        tenant=context["tenant"],
        subject=context["subject"],
        roles=frozenset(Role(role) for role in context.get("roles", "").split()),
    )


def reader(app: APIGatewayRestResolver, action: str) -> Principal:
    """A caller who may read. Refusals are logged; the chain keeps decisions about changes."""
    who = principal(app)
    try:
        authorize(who, Access.READ, action)
    except PermissionDenied:
        logger().warning("denied", action=action, subject=who.subject)
        raise
    return who


def changer(app: APIGatewayRestResolver, access: Access, action: str, resource: str) -> Principal:
    """A caller who may change ``resource``; a refusal goes into the audit chain."""
    who = principal(app)
    try:
        authorize(who, access, action)
    except PermissionDenied:
        audit(app, who, action, resource, "denied")
        raise
    return who


def agent(app: APIGatewayRestResolver, action: str, agent_id: str) -> Principal:
    """The agent itself, in a request that it makes for the first time."""
    who = principal(app)
    try:
        authorize(who, Access.SERVE, action)
    except PermissionDenied:
        audit(app, who, action, agent_id, "denied")
        raise
    if who.subject != agent_id:
        raise NotFound(f"There is no agent {agent_id!r}.", field="agent_id")
    context = app.current_event.raw_event["requestContext"]["authorizer"]
    agents = AgentStore(services().store.table)
    agents.spend(who.tenant, agent_id, context["number"], int(context["forget"]))
    return who


def audit(
    app: APIGatewayRestResolver, who: Principal, action: str, resource: str, outcome: str
) -> None:
    log = AuditLog(services().store.table, services().now)
    correlation = app.current_event.request_context.request_id or ""
    log.append(who.tenant, who.subject, action, resource, outcome, correlation)
