"""GET /anomalies"""

from __future__ import annotations

from novacron.models.anomaly import Anomalies
from novacron.models.base import PageRequest
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIST
from novacron.runtime.routes import Cursor, Limit
from novacron.store.anomalies import AnomalyStore

app = api()


@app.get("/anomalies", tags=["costs"])
def list_anomalies(limit: Limit = 100, cursor: Cursor = None) -> Anomalies:
    """Costs that were not as they used to be, by day, a page at a time."""
    who = reader(app, "anomaly.list")
    store = AnomalyStore(services().store.table)
    return store.page(who.tenant, PageRequest(limit=limit, cursor=cursor))


REQUIRES = LIST
lambda_handler = entry(app)
