"""Measurements of a VM: Azure Monitor's platform metrics, which need no agent.

https://learn.microsoft.com/en-us/azure/azure-monitor/reference/supported-metrics/microsoft-compute-virtualmachines-metrics
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from novacron.models.account import MetricName, MetricPoint
from novacron.providers.azure.base import COMPUTE
from novacron.providers.azure.errors import translated
from novacron.providers.azure.machines import Machines

# (metric, aggregation)
METRICS: dict[MetricName, tuple[str, str]] = {
    MetricName.CPU_PERCENT: ("Percentage CPU", "Average"),
    MetricName.MEMORY_PERCENT: ("Available Memory Percentage", "Average"),
    MetricName.NETWORK_IN_BYTES: ("Network In Total", "Total"),
    MetricName.NETWORK_OUT_BYTES: ("Network Out Total", "Total"),
    MetricName.DISK_READ_BYTES: ("Disk Read Bytes", "Total"),
    MetricName.DISK_WRITE_BYTES: ("Disk Write Bytes", "Total"),
}
_OURS = {native.lower(): name for name, (native, _) in METRICS.items()}
FINE, COARSE = "PT5M", "PT1H"
FINE_WINDOW = timedelta(days=10)


class AzureMetrics(Machines):
    @translated
    def get_metrics(
        self, vm_id: str, names: list[MetricName], start: datetime, end: datetime
    ) -> list[MetricPoint]:
        """Points of 5 minutes; of an hour where the window is longer than 10 days. Azure keeps
        93 days."""
        name = self.named(vm_id)
        wanted = [METRICS[one] for one in dict.fromkeys(names)]
        points: list[MetricPoint] = []
        if wanted and start < end:
            answer: Any = self.monitor.metrics.list(
                self.arm_id(COMPUTE, "virtualMachines", name).lstrip("/"),
                timespan=f"{_iso(start)}/{_iso(end)}",
                interval=FINE if end - start <= FINE_WINDOW else COARSE,
                metricnames=",".join(metric for metric, _ in wanted),
                aggregation=",".join(sorted({kind for _, kind in wanted})),
                cls=lambda response, _model, _headers: response.http_response.json(),
            )
            points = [point for metric in answer["value"] for point in _points(metric)]
        inside = [point for point in points if start <= point.at < end]
        return sorted(inside, key=lambda point: (point.at, point.name))


def _points(metric: Any) -> list[MetricPoint]:
    """A period without a figure is a period in which the VM told none."""
    name = _OURS[metric["name"]["value"].lower()]
    aggregation = METRICS[name][1].lower()
    told = [
        (datetime.fromisoformat(point["timeStamp"]), point[aggregation])
        for series in metric["timeseries"]
        for point in series["data"]
        if point.get(aggregation) is not None
    ]
    if name is MetricName.MEMORY_PERCENT:  # Azure tells what is free
        told = [(at, 100 - value) for at, value in told]
    return [MetricPoint(name=name, at=at, value=value) for at, value in told]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
