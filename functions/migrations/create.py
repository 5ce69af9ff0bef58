"""POST /migrations"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.migration.control import begin
from novacron.models.migration import CreateMigration
from novacron.models.operation import Operation
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.migrations import own_url
from novacron.runtime.permissions import MIGRATE, READ_SECRET
from novacron.runtime.routes import Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.post("/migrations", tags=["migrations"], status_code=202)
def create_migration(body: Annotated[CreateMigration, Body()], key: Key) -> Operation:
    """Move a VM to another account, region or host. The migration's id is the operation's with
    `mig-` in the place of `op-`."""
    who = changer(app, Access.CHANGE, "migration.create", body.vm_id)

    def act() -> Operation:
        return begin(services(), who, body, key, own_url(app))

    return Operation(**mutate(app, who, "migration.create", body.vm_id, key, act))


REQUIRES = MIGRATE | {READ_SECRET}
lambda_handler = entry(app)
