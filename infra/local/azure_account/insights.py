"""Platform metrics: of VMs, as set through the control routes; of load balancers, their probes'.

https://learn.microsoft.com/en-us/rest/api/monitor/metrics/list
https://learn.microsoft.com/en-us/azure/azure-monitor/reference/supported-metrics/microsoft-compute-virtualmachines-metrics
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .catalog.quotas import VM
from .networks.load_balancers import LOAD_BALANCER, inside_of
from .routes import Route
from .wire import Answer, ArmError, Call, Json, not_found

if TYPE_CHECKING:
    from .account import LocalAccount

# name -> (unit, primary aggregation)
METRICS = {
    "Percentage CPU": ("Percent", "average"),
    "Network In Total": ("Bytes", "total"),
    "Network Out Total": ("Bytes", "total"),
    "Disk Read Bytes": ("Bytes", "total"),
    "Disk Write Bytes": ("Bytes", "total"),
    "Available Memory Percentage": ("Percent", "average"),
}
PROBE = "DipAvailability"
_STEPS = {
    "PT1M": 1,
    "PT5M": 5,
    "PT15M": 15,
    "PT30M": 30,
    "PT1H": 60,
    "PT6H": 360,
    "PT12H": 720,
    "P1D": 1440,
}
_AGGREGATIONS = ("average", "total", "minimum", "maximum", "count")


def _list(account: LocalAccount, call: Call) -> Answer:
    machine_id = call.path.partition("/providers/Microsoft.Insights")[0]
    machine = account.store.get(machine_id)
    if machine is None or machine.type != VM:
        raise not_found(machine_id)
    names = [name for name in call.query.get("metricnames", "Percentage CPU").split(",") if name]
    for name in names:
        if name not in METRICS:
            message = f"Failed to find metric configuration for provider: {VM}, metric: {name}."
            raise ArmError(400, "BadRequest", message)
    step = call.query.get("interval", "PT1M")
    if step not in _STEPS:
        message = (
            f"Detected invalid time grain input: {step}, supported ones are: {', '.join(_STEPS)}."
        )
        raise ArmError(400, "BadRequest", message)
    times = _times(account, call.query.get("timespan"), _STEPS[step])
    body = {
        "cost": 0,
        "timespan": f"{times[0]}/{times[-1]}" if times else call.query.get("timespan"),
        "interval": step,
        "namespace": VM,
        "resourceregion": account.location,
        "value": [_metric(account, call, machine.id, name, times) for name in names],
    }
    return Answer(200, body)


def _times(account: LocalAccount, span: str | None, minutes: int) -> list[str]:
    """The start of each step; the last hour by default."""
    now = datetime.fromisoformat(account.timestamp())
    try:
        first, last = (datetime.fromisoformat(p) for p in (span or "").split("/"))
    except ValueError as e:
        if span:
            raise ArmError(400, "BadRequest", f"The timespan '{span}' is not valid.") from e
        first, last = now - timedelta(hours=1), now
    count = min(int((last - first).total_seconds() // (minutes * 60)), 10000)
    return [
        (first + timedelta(minutes=minutes * n)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for n in range(count)
    ]


def _metric(account: LocalAccount, call: Call, machine: str, name: str, times: list[str]) -> Json:
    unit, primary = METRICS[name]
    asked = [one.strip().lower() for one in call.query.get("aggregation", primary).split(",")]
    if unknown := set(asked) - set(_AGGREGATIONS):
        raise ArmError(400, "BadRequest", f"The aggregation '{unknown.pop()}' is not valid.")
    value = account.metrics.get(machine.lower(), {}).get(name)
    # A machine that told nothing has points without values, as Azure's have.
    point: Json = {} if value is None else dict.fromkeys(asked, value)
    return {
        "id": f"{machine}/providers/Microsoft.Insights/metrics/{name}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": name, "localizedValue": name},
        "displayDescription": name,
        "unit": unit,
        "errorCode": "Success",
        "timeseries": [{"metadatavalues": [], "data": [{"timeStamp": t, **point} for t in times]}],
    }


def _list_probes(account: LocalAccount, call: Call) -> Answer:
    """Health Probe Status of each backend address, 100 where its VM runs:
    https://learn.microsoft.com/en-us/azure/load-balancer/monitor-load-balancer-reference"""
    balancer = account.store.get(call.path.partition("/providers/Microsoft.Insights")[0])
    if balancer is None or balancer.type != LOAD_BALANCER:
        raise not_found(call.path)
    query = call.query
    if (query.get("metricnames"), query.get("$filter")) != (PROBE, "BackendIPAddress eq '*'"):
        raise ArmError(400, "BadRequest", f"Only {PROBE} by BackendIPAddress is kept here.")
    if query.get("interval", "PT1M") != "PT1M" or query.get("aggregation") != "Average":
        raise ArmError(400, "BadRequest", f"{PROBE} is an average of a minute.")
    times = _times(account, query.get("timespan"), 1)
    inside = [
        i for pool in balancer.properties["backendAddressPools"] for i in inside_of(account, pool)
    ]
    series = [
        {
            "metadatavalues": [
                {
                    "name": {"value": "backendipaddress", "localizedValue": "backendipaddress"},
                    "value": one["properties"]["privateIPAddress"],
                }
            ],
            "data": [{"timeStamp": t, "average": _answers(account, one)} for t in times],
        }
        for one in inside
        if balancer.properties["probes"]
    ]
    metric = {
        "id": f"{balancer.id}/providers/Microsoft.Insights/metrics/{PROBE}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": PROBE, "localizedValue": "Health Probe Status"},
        "unit": "Count",
        "errorCode": "Success",
        "timeseries": series,
    }
    body = {"cost": 0, "timespan": query.get("timespan", "PT1H"), "interval": "PT1M"}
    body |= {"namespace": LOAD_BALANCER, "resourceregion": account.location, "value": [metric]}
    return Answer(200, body)


def _answers(account: LocalAccount, configuration: Json) -> float:
    nic = account.store.get(configuration["id"].partition("/ipConfigurations/")[0])
    user = nic and nic.properties.get("virtualMachine")
    vm = account.store.get(user["id"]) if user else None
    return 100.0 if vm is not None and vm.private.get("power") == "running" else 0.0


_PATH = (
    "/subscriptions/{sub}/resourceGroups/{group}/providers"
    "/Microsoft.Compute/virtualMachines/{name}/providers/Microsoft.Insights/metrics"
)
_BALANCER = _PATH.replace("Microsoft.Compute/virtualMachines", "Microsoft.Network/loadBalancers")
ROUTES = [
    Route("GET", _PATH, "Metrics_List", _list),
    Route("GET", _BALANCER, "Metrics_List", _list_probes),
]
