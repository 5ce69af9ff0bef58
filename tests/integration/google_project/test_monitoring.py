"""Time series of instances over REST."""

from __future__ import annotations

from typing import Any

from tests.integration.google_project.cloud import PROJECT, Cloud

CPU = "compute.googleapis.com/instance/cpu/utilization"
SENT = "compute.googleapis.com/instance/network/sent_bytes_count"
T0 = 1_790_000_000 // 60 * 60
HOUR = {
    "interval.startTime": "2026-09-21T13:00:00Z",
    "interval.endTime": "2026-09-21T15:00:00Z",
}


def asked(cloud: Cloud, kind: str, number: int, **more: Any) -> Any:
    expression = f'metric.type = "{kind}" AND resource.labels.instance_id = "{number}"'
    return cloud.session().get(
        f"{cloud.server.url}/v3/projects/{PROJECT}/timeSeries",
        params={"filter": expression, **HOUR, **more},
    )


def put(cloud: Cloud, number: int, kind: str, values: list[float]) -> None:
    points = [[T0 + 60 * index, value] for index, value in enumerate(values)]
    url = f"{cloud.server.url}/_local/instances/{number}/metrics"
    cloud.session().put(url, json={"type": kind, "points": points}).raise_for_status()


def test_points_come_newest_first_and_in_pages(cloud: Cloud) -> None:
    vm, other = cloud.instance(), cloud.instance()
    put(cloud, vm.id, CPU, [0.1, 0.2, 0.3])
    put(cloud, other.id, CPU, [0.9])
    [series] = asked(cloud, CPU, vm.id).json()["timeSeries"]
    assert [point["value"]["doubleValue"] for point in series["points"]] == [0.3, 0.2, 0.1]
    assert series["resource"]["labels"]["instance_id"] == str(vm.id)
    first = asked(cloud, CPU, vm.id, pageSize=2).json()
    rest = asked(cloud, CPU, vm.id, pageSize=2, pageToken=first["nextPageToken"]).json()
    assert [len(page["timeSeries"][0]["points"]) for page in (first, rest)] == [2, 1]
    assert "nextPageToken" not in rest


def test_bytes_are_whole_numbers_and_can_be_rates(cloud: Cloud) -> None:
    vm = cloud.instance()
    put(cloud, vm.id, SENT, [6000, 12000])
    [series] = asked(cloud, SENT, vm.id).json()["timeSeries"]
    assert (series["metricKind"], series["valueType"]) == ("DELTA", "INT64")
    assert series["points"][0]["value"] == {"int64Value": "12000"}
    aligned = {
        "aggregation.perSeriesAligner": "ALIGN_RATE",
        "aggregation.alignmentPeriod": "3600s",
    }
    [series] = asked(cloud, SENT, vm.id, **aligned).json()["timeSeries"]
    assert series["points"][0]["value"] == {"doubleValue": 5.0}


def test_a_query_needs_a_metric_and_an_interval(cloud: Cloud) -> None:
    assert asked(cloud, CPU, 1).json() == {"unit": "1"}
    assert asked(cloud, CPU, 1, filter="").status_code == 400
    assert asked(cloud, "compute.googleapis.com/none", 1).status_code == 404
    assert asked(cloud, CPU, 1, **{"interval.endTime": "yesterday"}).status_code == 400
