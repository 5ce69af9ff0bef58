"""PUT /sovereignty"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.migration.assess.sovereignty import keep_policy
from novacron.models.sovereignty import SovereigntyPolicy
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED
from novacron.runtime.routes import Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.put("/sovereignty", tags=["sovereignty"])
def put_sovereignty(body: Annotated[SovereigntyPolicy, Body()], key: Key) -> SovereigntyPolicy:
    """Replace the tenant's rules. They hold for migrations that begin from now on."""
    who = changer(app, Access.ADMINISTER, "sovereignty.put", "policy")

    def act() -> SovereigntyPolicy:
        return keep_policy(services(), who.tenant, body)

    return SovereigntyPolicy(**mutate(app, who, "sovereignty.put", "policy", key, act))


REQUIRES = AUDITED
lambda_handler = entry(app)
