"""GET /recommendations/{id}"""

from __future__ import annotations

from novacron.models.recommendation import Recommendation
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id
from novacron.store.recommendations import AdviceStore

app = api()


@app.get("/recommendations/<recommendation_id>", tags=["recommendations"])
def get_recommendation(recommendation_id: Id) -> Recommendation:
    """One, with the points of its evidence; what it has really saved beside what it promised."""
    who = reader(app, "recommendation.get")
    return AdviceStore(services().store.table).get(who.tenant, recommendation_id)


REQUIRES = READ
lambda_handler = entry(app)
