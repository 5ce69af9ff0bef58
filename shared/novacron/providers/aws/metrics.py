"""Measurements of a VM: CloudWatch.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from novacron.models.account import MetricName, MetricPoint
from novacron.providers.aws.errors import translated
from novacron.providers.aws.instances import Instances

# (metric, statistic). Memory is not here: only an agent in the guest could tell it. The EBS
# figures are those of Nitro instances.
METRICS: dict[MetricName, tuple[str, str]] = {
    MetricName.CPU_PERCENT: ("CPUUtilization", "Average"),
    MetricName.NETWORK_IN_BYTES: ("NetworkIn", "Sum"),
    MetricName.NETWORK_OUT_BYTES: ("NetworkOut", "Sum"),
    MetricName.DISK_READ_BYTES: ("EBSReadBytes", "Sum"),
    MetricName.DISK_WRITE_BYTES: ("EBSWriteBytes", "Sum"),
}
# Basic monitoring gives a point each 5 minutes, kept for 63 days; then hourly ones are left:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
FINE, COARSE = 300, 3600
FINE_KEPT = timedelta(days=63)


class AwsMetrics(Instances):
    @translated
    def get_metrics(
        self, vm_id: str, names: list[MetricName], start: datetime, end: datetime
    ) -> list[MetricPoint]:
        """Points of 5 minutes; of an hour where the window begins more than 63 days ago."""
        region, native = self.locate(vm_id)
        period = FINE if datetime.now(UTC) - start < FINE_KEPT else COARSE
        known = [name for name in dict.fromkeys(names) if name in METRICS]
        points: list[MetricPoint] = []
        if known:
            pages = self.client("cloudwatch", region).get_paginator("get_metric_data")
            asked = [_query(name, native, period) for name in known]
            for page in pages.paginate(MetricDataQueries=asked, StartTime=start, EndTime=end):
                points += _points(page)
        if not points:
            self.find_instance(vm_id)  # nothing measured, or nobody there: NotFound
        wanted = [point for point in points if start <= point.at < end]
        return sorted(wanted, key=lambda point: (point.at, point.name))


def _query(name: MetricName, instance_id: str, period: int) -> dict[str, Any]:
    metric, statistic = METRICS[name]
    return {
        "Id": name.value,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/EC2",
                "MetricName": metric,
                "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
            },
            "Period": period,
            "Stat": statistic,
        },
    }


def _points(page: Any) -> list[MetricPoint]:
    return [
        MetricPoint(name=MetricName(result["Id"]), at=at, value=value)
        for result in page["MetricDataResults"]
        for at, value in zip(result["Timestamps"], result["Values"], strict=True)
    ]
