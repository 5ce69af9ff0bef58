"""What people say of an anomaly."""

from __future__ import annotations

from datetime import datetime, timedelta

from novacron.models.anomaly import Anomaly, AnomalyState, Feedback, Verdict
from novacron.store.anomalies import AnomalyStore


def judge(
    store: AnomalyStore, tenant: str, anomaly_id: str, feedback: Feedback, now: datetime
) -> Anomaly:
    """Keep it, and mute what is like the anomaly or end that. Raises NotFound, NotReady."""
    anomaly = store.get(tenant, anomaly_id)
    if feedback.verdict is Verdict.EXPECTED:
        store.mute(anomaly, now.date() + timedelta(days=feedback.days))
        state = AnomalyState.MUTED
    else:
        store.unmute(anomaly)
        state = AnomalyState.CONFIRMED
    return store.save(
        anomaly.model_copy(update={"state": state, "feedback": feedback, "updated_at": now})
    )
