"""POST /recommendations/{id}/apply"""

from __future__ import annotations

from novacron.costs.advice.course import apply
from novacron.models.recommendation import Recommendation
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.post("/recommendations/<recommendation_id>/apply", tags=["recommendations"], status_code=202)
def apply_recommendation(recommendation_id: Id, key: Key) -> Recommendation:
    """Carry it out by our own operations; `apply_operation` names the one that runs."""
    who = changer(app, Access.CHANGE, "recommendation.apply", recommendation_id)

    def act() -> Recommendation:
        return apply(services(), who, recommendation_id)

    return Recommendation(**mutate(app, who, "recommendation.apply", recommendation_id, key, act))


REQUIRES = CHANGE
lambda_handler = entry(app)
