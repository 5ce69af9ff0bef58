"""POST /migrations/{id}/roll-back"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.migration.control import roll_back
from novacron.models.migration import MigrationView, RollBack
from novacron.operations.services import Services
from novacron.runtime.http import api, entry
from novacron.runtime.migrations import ask
from novacron.runtime.permissions import MIGRATE, STEER
from novacron.runtime.routes import Id, Key
from novacron.tenancy.principal import Principal

app = api()


@app.post("/migrations/<migration_id>/roll-back", tags=["migrations"], status_code=202)
def roll_back_migration(
    migration_id: Id, body: Annotated[RollBack, Body()], key: Key
) -> MigrationView:
    """Before the commit: undo it, as `cancel` does. After it: stop the target and start the source
    as it was left, by the operation `return_operation_id`. What the target has written since the
    cutover is then not in the VM that runs; `lose_writes` says that this is known, and without it
    the answer is 409. To keep those writes, migrate `new_vm_id` back instead."""

    def change(services: Services, who: Principal, migration: str) -> MigrationView:
        return roll_back(services, who, migration, body, key)

    return ask(app, "migration.roll-back", change, migration_id, key)


REQUIRES = MIGRATE | STEER
lambda_handler = entry(app)
