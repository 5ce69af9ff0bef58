"""What the functions of migrations share: a request to steer one, a state of ``migrate_vm``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from novacron.migration.steps import MigrationStep, Step, run
from novacron.models.migration import MigrationView
from novacron.operations.services import Services
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.jobs import Handler, begin
from novacron.runtime.routes import mutate
from novacron.settings import settings
from novacron.tenancy.policy import Access
from novacron.tenancy.principal import Principal


def ask(
    app: APIGatewayRestResolver,
    action: str,
    change: Callable[[Services, Principal, str], MigrationView],
    migration_id: str,
    key: str,
) -> MigrationView:
    """202: steer a migration that is under way."""
    who = changer(app, Access.CHANGE, action, migration_id)

    def act() -> MigrationView:
        return change(services(), who, migration_id)

    return MigrationView(**mutate(app, who, action, migration_id, key, act))


def own_url(app: APIGatewayRestResolver) -> str:
    """Where the API was called, unless the deployment says where it is; "" where neither tells."""
    context, given = app.current_event.request_context, settings().api_url
    if given:
        return given.format(api_id=context.api_id, stage=context.stage)
    name = context.get("domainName")
    return f"https://{name}/{context.stage}" if name else ""


def migration_step(steps: frozenset[Step]) -> Handler:
    """The handler of these steps: a role holds what they need and no more."""

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        given = MigrationStep.model_validate(event)
        if given.step not in steps:
            raise ValueError(f"{given.step.value} is not a step of this function")
        begin(tenant=given.tenant, operation=given.operation_id, step=given.step.value)
        with services().providers.courier.attempt():
            return run(services(), given).model_dump()

    return handler
