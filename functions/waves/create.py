"""POST /waves"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.migration.waves import begin_wave
from novacron.models.operation import Operation
from novacron.models.wave import CreateWave
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.migrations import own_url
from novacron.runtime.permissions import AUDITED, MOVE_MANY
from novacron.runtime.routes import Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.post("/waves", tags=["migrations"], status_code=202)
def create_wave(body: Annotated[CreateWave, Body()], key: Key) -> Operation:
    """Move several VMs, `at_once` of them at a time and each after those that it names. The
    operation's `resource_id` is the wave's."""
    who = changer(app, Access.CHANGE, "wave.create", body.name)

    def act() -> Operation:
        return begin_wave(services(), who, body, key, own_url(app))

    return Operation(**mutate(app, who, "wave.create", body.name, key, act))


REQUIRES = AUDITED | {MOVE_MANY}
lambda_handler = entry(app)
