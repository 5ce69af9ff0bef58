"""GET /anomalies/{id}"""

from __future__ import annotations

from novacron.models.anomaly import Anomaly
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id
from novacron.store.anomalies import AnomalyStore

app = api()


@app.get("/anomalies/<anomaly_id>", tags=["costs"])
def get_anomaly(anomaly_id: Id) -> Anomaly:
    """One anomaly: what was expected, what came, why, and what was said of it."""
    who = reader(app, "anomaly.get")
    return AnomalyStore(services().store.table).get(who.tenant, anomaly_id)


REQUIRES = READ
lambda_handler = entry(app)
