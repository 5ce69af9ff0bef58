"""POST /recommendations/{id}/revert"""

from __future__ import annotations

from novacron.costs.advice.course import revert
from novacron.models.recommendation import Recommendation
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE, QUERY
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.post("/recommendations/<recommendation_id>/revert", tags=["recommendations"], status_code=202)
def revert_recommendation(recommendation_id: Id, key: Key) -> Recommendation:
    """Take back what was applied; `revert_operation` names the operation that runs."""
    who = changer(app, Access.CHANGE, "recommendation.revert", recommendation_id)

    def act() -> Recommendation:
        return revert(services(), who, recommendation_id)

    return Recommendation(**mutate(app, who, "recommendation.revert", recommendation_id, key, act))


REQUIRES = CHANGE | {QUERY}
lambda_handler = entry(app)
