"""POST /anomalies/{id}/feedback"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.costs.anomalies.feedback import judge
from novacron.models.anomaly import Anomaly, Feedback
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED
from novacron.runtime.routes import Id, Key, mutate
from novacron.store.anomalies import AnomalyStore
from novacron.tenancy.policy import Access

app = api()


@app.post("/anomalies/<anomaly_id>/feedback", tags=["costs"])
def give_feedback(anomaly_id: Id, body: Annotated[Feedback, Body()], key: Key) -> Anomaly:
    """Say that it was expected, which mutes what is like it for a time, or that it was not."""
    who = changer(app, Access.CHANGE, "anomaly.feedback", anomaly_id)

    def act() -> Anomaly:
        here = services()
        store = AnomalyStore(here.store.table)
        return judge(store, who.tenant, anomaly_id, body, here.now())

    return Anomaly(**mutate(app, who, "anomaly.feedback", anomaly_id, key, act))


REQUIRES = AUDITED
lambda_handler = entry(app)
