"""Metrics in CloudWatch's embedded format: one line in the log, no call.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import os

from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE = "NovaCron"


def count(name: str, **dimensions: str) -> None:
    """Count one. Every dimension's value is billed as a metric of its own: keep them few."""
    function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace=NAMESPACE) as metric:
        metric.add_dimension(name="function", value=function)
        for dimension, value in dimensions.items():
            metric.add_dimension(name=dimension, value=value)


def gauge(name: str, value: float, **dimensions: str) -> None:
    """How much there is of something now. Without dimensions it is what an alarm can name: the
    library adds the service's name alone."""
    with single_metric(name=name, unit=MetricUnit.NoUnit, value=value, namespace=NAMESPACE) as one:
        for dimension, of in dimensions.items():
            one.add_dimension(name=dimension, value=of)
