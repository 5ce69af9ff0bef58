"""POST /recommendations/{id}/apply"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.costs.advice.course import apply
from novacron.models.recommendation import ApplyArguments, Recommendation
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE, CONNECT
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()
NOTHING = ApplyArguments()


@app.post("/recommendations/<recommendation_id>/apply", tags=["recommendations"], status_code=202)
def apply_recommendation(
    recommendation_id: Id, key: Key, body: Annotated[ApplyArguments, Body()] = NOTHING
) -> Recommendation:
    """Carry it out by our own operations; `apply_operation` names the one that runs. An address
    is released at once, and for good: `confirm` must be its name. A commitment is bought at once,
    by an administrator alone: `confirm` must be the sum, as the refusal without it says."""
    who = changer(app, Access.CHANGE, "recommendation.apply", recommendation_id)

    def act() -> Recommendation:
        return apply(services(), who, recommendation_id, body.confirm)

    return Recommendation(**mutate(app, who, "recommendation.apply", recommendation_id, key, act))


REQUIRES = CHANGE | CONNECT
lambda_handler = entry(app)
