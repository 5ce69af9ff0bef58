"""POST /migrations:assess"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.migration.assess.assess import assess
from novacron.models.assessment import Assessment
from novacron.models.migration import CreateMigration
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CLOUD
from novacron.tenancy.policy import Access

app = api()


@app.post("/migrations:assess", tags=["migrations"])
def assess_migration(body: Annotated[CreateMigration, Body()]) -> Assessment:
    """What a migration would meet, take and cost. It changes nothing and needs no key; 503 until
    a host agent that must be asked has answered."""
    who = changer(app, Access.CHANGE, "migration.assess", body.vm_id)
    here = services()
    with here.providers.courier.attempt():
        return assess(here, who, body)


REQUIRES = CLOUD
lambda_handler = entry(app)
