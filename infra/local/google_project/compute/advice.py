"""Prices and preemptions of spot VMs, as whoever made the project put them there:
https://cloud.google.com/compute/docs/reference/rest/v1/advice/capacityHistory
"""

from __future__ import annotations

from ..catalog import MACHINE_TYPES
from ..errors import invalid, required
from ..project import LocalProject
from ..routes import route
from ..store import Body
from ..wire import Call

FIELDS = {"PREEMPTION": "preemptionHistory", "PRICE": "priceHistory"}


@route("advice.capacityHistory")
def capacity_history(project: LocalProject, call: Call) -> Body:
    """Without a zone, of the region: prices are told of no zone."""
    wanted, kind = call.body.get("instanceProperties", {}), "instanceProperties.machineType"
    name, types = wanted.get("machineType"), call.body.get("types")
    if not name or not types:
        raise required("types" if name else kind)
    if name not in MACHINE_TYPES:
        raise invalid(kind, name, "Its history is not told.")
    if wanted.get("scheduling", {}).get("provisioningModel") != "SPOT":
        raise invalid("instanceProperties.scheduling.provisioningModel", "", "It must be SPOT.")
    if "locationPolicy" in call.body:
        raise invalid("locationPolicy", call.body["locationPolicy"], "Zones are not kept here.")
    region = call.params["region"]
    told = project.capacity_history.get(f"{region}/{name}", {})
    shown = {FIELDS[one]: told[FIELDS[one]] for one in types if FIELDS[one] in told}
    place = f"https://www.googleapis.com/compute/v1/{project.root}/regions/{region}"
    return {"machineType": name, "location": place, **shown}
