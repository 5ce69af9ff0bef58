"""Committed-use discounts: https://cloud.google.com/compute/docs/reference/rest/v1/regionCommitments

One is in force at once, though Google begins it at midnight, Pacific time.
"""

from __future__ import annotations

from datetime import datetime

from ..errors import invalid, required
from ..project import LocalProject
from ..routes import route
from ..rules import timestamp
from ..store import Body
from ..wire import Call
from .generic import new_body, offer
from .kinds import COMMITMENTS

offer(COMMITMENTS, aggregate=True, service="regionCommitments")
YEARS = {"TWELVE_MONTH": 1, "THIRTY_SIX_MONTH": 3}


@route("regionCommitments.insert")
def insert(project: LocalProject, call: Call) -> Body:
    path, body = new_body(project, call, COMMITMENTS)
    plan, held = call.body.get("plan"), call.body.get("resources") or []
    if plan not in YEARS:
        raise invalid("resource.plan", plan, f"It is one of {', '.join(YEARS)}.")
    if not held:
        raise required("resource.resources")
    start = datetime.fromisoformat(timestamp(project.clock.now()))
    project.store.items[path] = body | {
        "status": "ACTIVE",
        "plan": plan,
        "category": "MACHINE",
        "type": call.body.get("type", "GENERAL_PURPOSE"),
        "autoRenew": call.body.get("autoRenew", False),
        "resources": [{"type": one["type"], "amount": str(one["amount"])} for one in held],
        "startTimestamp": start.isoformat(timespec="milliseconds"),
        "endTimestamp": start.replace(year=start.year + YEARS[plan]).isoformat(
            timespec="milliseconds"
        ),
    }
    return project.operations.start(call, "insert", path)
