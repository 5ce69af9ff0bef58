"""Cloud Monitoring v3: timeSeries.list of instances.

https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from statistics import fmean

from .compute.kinds import INSTANCES
from .errors import GoogleError
from .filters import parse
from .project import LocalProject
from .routes import route
from .store import Body
from .wire import Call

# (metric kind, value type): https://cloud.google.com/monitoring/api/metrics_gcp
METRICS = {
    "compute.googleapis.com/instance/cpu/utilization": ("GAUGE", "DOUBLE"),
    "compute.googleapis.com/instance/network/received_bytes_count": ("DELTA", "INT64"),
    "compute.googleapis.com/instance/network/sent_bytes_count": ("DELTA", "INT64"),
    "compute.googleapis.com/instance/disk/read_bytes_count": ("DELTA", "INT64"),
    "compute.googleapis.com/instance/disk/write_bytes_count": ("DELTA", "INT64"),
    "agent.googleapis.com/memory/percent_used": ("GAUGE", "DOUBLE"),
}
_ALIGNERS: dict[str, Callable[[list[float], float], float]] = {
    "ALIGN_MEAN": lambda values, _: fmean(values),
    "ALIGN_MAX": lambda values, _: max(values),
    "ALIGN_MIN": lambda values, _: min(values),
    "ALIGN_SUM": lambda values, _: sum(values),
    "ALIGN_DELTA": lambda values, _: sum(values),
    "ALIGN_RATE": lambda values, period: sum(values) / period,
}
# Points of a metric are this far apart: "sampled every 60 seconds".
_SAMPLE = 60.0
_MOST = 100000


def _bad(message: str) -> GoogleError:
    return GoogleError(400, "badRequest", message)


@route("projects.timeSeries.list")
def list_(project: LocalProject, call: Call) -> Body:
    """Newest point first, in (startTime, endTime]. ``pageSize`` counts points."""
    asked = re.search(r'metric\.type\s*=\s*"([^"]*)"', call.params.get("filter", ""))
    if asked is None:
        raise _bad("The supplied filter does not specify a valid combination of metric.")
    if asked[1] not in METRICS:
        raise GoogleError(404, "notFound", f"Cannot find metric(s) that match type = {asked[1]}.")
    start, end = (_seconds(call, f"interval.{name}") for name in ("startTime", "endTime"))
    if start > end:
        raise _bad("Field interval had an invalid value: the start is after the end.")
    passes = parse(call.params["filter"])
    flat = [
        (series, point)
        for series in _all(project)
        if passes(series)
        for point in _points(project, call, series, (start, end))
    ]
    first = int(call.params.get("pageToken") or 0)
    size = min(call.params.get("pageSize") or _MOST, _MOST)
    found: list[Body] = []
    for series, point in flat[first : first + size]:
        if not found or found[-1]["resource"] != series["resource"]:
            found.append(series | {"points": []})
        found[-1]["points"].append(point)
    body: Body = {"unit": "1"} | ({"timeSeries": found} if found else {})
    return body | ({"nextPageToken": str(first + size)} if first + size < len(flat) else {})


def _all(project: LocalProject) -> Iterator[Body]:
    """Every series, without its points."""
    instances = {body["id"]: body for body in project.store.of(project.project_id, INSTANCES)}
    for key in sorted(project.series):
        number, kind = key.split(" ")
        if number not in instances:
            continue
        labels = {
            "project_id": project.project_id,
            "instance_id": number,
            "zone": instances[number]["zone"].rpartition("/")[2],
        }
        metric_kind, value_type = METRICS[kind]
        yield {
            "metric": {"type": kind},
            "resource": {"type": "gce_instance", "labels": labels},
            "metricKind": metric_kind,
            "valueType": value_type,
        }


def _points(
    project: LocalProject, call: Call, series: Body, interval: tuple[float, float]
) -> list[Body]:
    start, end = interval
    key = f"{series['resource']['labels']['instance_id']} {series['metric']['type']}"
    raw = [(at, value) for at, value in project.series[key] if start < at <= end]
    aligner = call.params.get("aggregation.perSeriesAligner", "ALIGN_NONE")
    period = _SAMPLE
    if aligner != "ALIGN_NONE":
        period = float(call.params.get("aggregation.alignmentPeriod", "60s").removesuffix("s"))
        raw = list(_aligned(raw, aligner, period, end))
        if aligner in ("ALIGN_MEAN", "ALIGN_RATE"):
            series.update(valueType="DOUBLE", metricKind="GAUGE")
    gauge = series["metricKind"] == "GAUGE" and aligner == "ALIGN_NONE"
    points = [_point(at - (0 if gauge else period), at, v, series) for at, v in raw]
    return points[::-1]


def _aligned(
    raw: list[tuple[float, float]], aligner: str, period: float, end: float
) -> Iterator[tuple[float, float]]:
    """One point a period, each period ending a whole number of them before ``end``."""
    if aligner not in _ALIGNERS:
        raise _bad(f"Field aggregation.perSeriesAligner had an invalid value: {aligner}")
    periods: dict[float, list[float]] = {}
    for at, value in raw:
        periods.setdefault(end - ((end - at) // period) * period, []).append(value)
    for at, values in sorted(periods.items()):
        yield at, _ALIGNERS[aligner](values, period)


def _point(start: float, end: float, value: float, series: Body) -> Body:
    number = {"doubleValue": value}
    typed = {"int64Value": str(int(value))} if series["valueType"] == "INT64" else number
    return {"interval": {"startTime": _time(start), "endTime": _time(end)}, "value": typed}


def _seconds(call: Call, name: str) -> float:
    text = call.params.get(name)
    if name == "interval.startTime" and text is None:
        text = call.params.get("interval.endTime")
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError as e:
        raise _bad(f"Field {name} had an invalid value: {text}") from e


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
