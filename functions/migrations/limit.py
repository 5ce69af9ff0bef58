"""PUT /migrations/{id}/bandwidth"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.migration.control import limit
from novacron.models.bandwidth import Bandwidth
from novacron.models.migration import MigrationView
from novacron.operations.services import Services
from novacron.runtime.http import api, entry
from novacron.runtime.migrations import ask
from novacron.runtime.permissions import AUDITED
from novacron.runtime.routes import Id, Key
from novacron.tenancy.principal import Principal

app = api()


@app.put("/migrations/<migration_id>/bandwidth", tags=["migrations"])
def limit_migration(
    migration_id: Id, body: Annotated[Bandwidth, Body()], key: Key
) -> MigrationView:
    """Limit its bandwidth from now on, in its cutover too; null: no more."""

    def change(services: Services, who: Principal, migration: str) -> MigrationView:
        return limit(services, who, migration, body)

    return ask(app, "migration.limit", change, migration_id, key)


REQUIRES = AUDITED
lambda_handler = entry(app)
