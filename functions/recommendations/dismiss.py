"""POST /recommendations/{id}/dismiss"""

from __future__ import annotations

from novacron.costs.advice.course import dismiss
from novacron.models.recommendation import Recommendation
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.post("/recommendations/<recommendation_id>/dismiss", tags=["recommendations"])
def dismiss_recommendation(recommendation_id: Id, key: Key) -> Recommendation:
    """Do not advise it again for as long as it stays true."""
    who = changer(app, Access.CHANGE, "recommendation.dismiss", recommendation_id)

    def act() -> Recommendation:
        return dismiss(services(), who, recommendation_id)

    return Recommendation(**mutate(app, who, "recommendation.dismiss", recommendation_id, key, act))


REQUIRES = AUDITED
lambda_handler = entry(app)
