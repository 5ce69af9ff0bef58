"""Measurements of a VM: Cloud Monitoring, by REST, as its own library speaks gRPC only.

https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from novacron.models.account import MetricName, MetricPoint
from novacron.providers.gcp.base import TIMEOUT
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.instances import Instances


class Metric(NamedTuple):
    """``scale`` makes our unit of Google's. ``labels`` choose one of several series."""

    type: str
    aligner: str
    scale: float = 1.0
    labels: str = ""


# https://cloud.google.com/monitoring/api/metrics_gcp_c and, where the Ops Agent runs in the guest,
# https://cloud.google.com/monitoring/api/metrics_opsagent
_COMPUTE = "compute.googleapis.com/instance"
METRICS: dict[MetricName, Metric] = {
    MetricName.CPU_PERCENT: Metric(f"{_COMPUTE}/cpu/utilization", "ALIGN_MEAN", 100.0),
    MetricName.MEMORY_PERCENT: Metric(
        "agent.googleapis.com/memory/percent_used", "ALIGN_MEAN", 1.0, "used"
    ),
    MetricName.NETWORK_IN_BYTES: Metric(f"{_COMPUTE}/network/received_bytes_count", "ALIGN_DELTA"),
    MetricName.NETWORK_OUT_BYTES: Metric(f"{_COMPUTE}/network/sent_bytes_count", "ALIGN_DELTA"),
    MetricName.DISK_READ_BYTES: Metric(f"{_COMPUTE}/disk/read_bytes_count", "ALIGN_DELTA"),
    MetricName.DISK_WRITE_BYTES: Metric(f"{_COMPUTE}/disk/write_bytes_count", "ALIGN_DELTA"),
}
# Points of a minute are kept for 6 weeks, then of 10 minutes:
# https://cloud.google.com/monitoring/quotas#data_retention_policy
FINE, COARSE = timedelta(minutes=5), timedelta(hours=1)
FINE_KEPT = timedelta(weeks=6)


class GcpMetrics(Instances):
    @translated
    def get_metrics(
        self, vm_id: str, names: list[MetricName], start: datetime, end: datetime
    ) -> list[MetricPoint]:
        """Points of 5 minutes; of an hour where the window begins more than 6 weeks ago."""
        number = self.find_instance(vm_id).id
        period = FINE if datetime.now(UTC) - start < FINE_KEPT else COARSE
        found: dict[tuple[datetime, MetricName], float] = {}
        for name in dict.fromkeys(names):
            for at, value in self._points(METRICS[name], number, (start, end), period):
                # Several series of one metric, one a network interface or disk, are added up.
                found[at, name] = found.get((at, name), 0.0) + value
        points = [MetricPoint(name=name, at=at, value=value) for (at, name), value in found.items()]
        wanted = [point for point in points if start <= point.at < end]
        return sorted(wanted, key=lambda point: (point.at, point.name))

    def _points(
        self, metric: Metric, number: int, window: tuple[datetime, datetime], period: timedelta
    ) -> Iterator[tuple[datetime, float]]:
        where = f'metric.type = "{metric.type}" AND resource.labels.instance_id = "{number}"'
        if metric.labels:
            where += f' AND metric.labels.state = "{metric.labels}"'
        query = {
            "filter": where,
            "interval.startTime": _written(window[0]),
            "interval.endTime": _written(window[1]),
            "aggregation.alignmentPeriod": f"{int(period.total_seconds())}s",
            "aggregation.perSeriesAligner": metric.aligner,
        }
        for page in self._pages(query):
            for series in page.get("timeSeries", []):
                for point in series["points"]:
                    # A period ends where its point says; gauges do not say where it began.
                    at = datetime.fromisoformat(point["interval"]["endTime"]) - period
                    yield at, metric.scale * float(next(iter(point["value"].values())))

    def _pages(self, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        from google.api_core.exceptions import from_http_response
        from google.auth.transport.requests import AuthorizedSession

        url = f"{self.account.monitoring_url}/v3/projects/{self.account.project}/timeSeries"
        with AuthorizedSession(self.credentials) as session:
            while True:
                self.limit("read")
                answer = session.get(url, params=query, timeout=TIMEOUT)
                if answer.status_code != 200:
                    raise from_http_response(answer)  # type: ignore[no-untyped-call]
                page: dict[str, Any] = answer.json()
                yield page
                if not page.get("nextPageToken"):
                    return
                query = {**query, "pageToken": page["nextPageToken"]}


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
