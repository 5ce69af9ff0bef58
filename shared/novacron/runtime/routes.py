"""What every route of the API does, once: a route is then a path, a model and one call."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

from novacron.models.base import Model, PageRequest
from novacron.models.operation import Operation, OperationKind, ResourceKind, ResourceRecord
from novacron.models.views import Resource, Resources
from novacron.operations.submit import submit_change, submit_create
from novacron.runtime.aws import services
from novacron.runtime.guard import audit, changer, reader
from novacron.runtime.idempotency import once
from novacron.store.filtered import filtered
from novacron.tenancy.policy import Access
from novacron.tenancy.principal import Principal

Id = Annotated[str, Path(min_length=1, max_length=128)]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="A new value for each new request; a repeat gives the same answer.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str | None, Query(description="next_cursor of the page before.")]
Text = Annotated[str | None, Query()]
TagFilter = Annotated[list[str] | None, Query(description="key=value; may be repeated.")]


def mutate(
    app: APIGatewayRestResolver,
    who: Principal,
    action: str,
    resource: str,
    key: str,
    act: Callable[[], Model],
) -> dict[str, Any]:
    """Audit and carry out one change, once for its key; returns the answer as JSON."""

    def audited() -> dict[str, Any]:
        audit(app, who, action, resource, "allowed")
        answer: dict[str, Any] = json.loads(act().model_dump_json())
        return answer

    request = {
        "key": f"{who.subject}:{key}",
        "route": f"{app.current_event.http_method} {app.current_event.path}",
        "body": app.current_event.body or "",
    }
    return dict(once(services().store.table, who.tenant, request, app.lambda_context, audited))


def create(
    app: APIGatewayRestResolver, kind: OperationKind, account_id: str, spec: Model, key: str
) -> Operation:
    """202: begin a create; the operation's id and the resource's are known at once."""
    who = changer(app, Access.CHANGE, kind.value, account_id)

    def act() -> Operation:
        return submit_create(services(), who, kind, account_id, spec, key)

    return Operation(**mutate(app, who, kind.value, account_id, key, act))


def change(
    app: APIGatewayRestResolver, kind: OperationKind, resource_id: str, body: Model, key: str
) -> Operation:
    """202: begin a change of a resource, wherever it is."""
    who = changer(app, Access.CHANGE, kind.value, resource_id)

    def act() -> Operation:
        return submit_change(services(), who, kind, resource_id, body, key)

    return Operation(**mutate(app, who, kind.value, resource_id, key, act))


def read_resource(app: APIGatewayRestResolver, kind: ResourceKind, resource_id: str) -> Resource:
    """200: the record."""
    who = reader(app, f"{kind.value}.get")
    return Resource.of(services().store.resource(who.tenant, kind, resource_id))


def list_resources(
    app: APIGatewayRestResolver,
    kind: ResourceKind,
    page: PageRequest,
    where: dict[str, str | None],
    tags: list[str] | None,
) -> Resources:
    """200: one page of those that match; what is deleted or failed only when asked for."""
    who = reader(app, f"{kind.value}.list")
    wanted = {name: value for name, value in where.items() if value}
    pairs = dict(tag.partition("=")[::2] for tag in tags or [])
    read = partial(services().store.resources, who.tenant, kind)
    found = filtered(read, lambda one: _matches(one, wanted, pairs), page)
    return Resources(items=[Resource.of(one) for one in found.items], next_cursor=found.next_cursor)


def _matches(record: ResourceRecord, wanted: dict[str, str], tags: dict[str, str]) -> bool:
    if "state" not in wanted and record.state in ("deleted", "failed"):
        return False
    same = all(getattr(record, name) == value for name, value in wanted.items())
    return same and tags.items() <= record.document.get("tags", {}).items()
