"""The one tracing seam: OpenTelemetry when OTEL_EXPORTER_OTLP_ENDPOINT is set, else nothing.

Powertools' Tracer costs 0.4 s to import and wraps the X-Ray SDK, whose support ends on
2027-02-25 (https://docs.aws.amazon.com/xray/latest/devguide/xray-sdk-daemon-timeline.html).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def span(name: str, **attributes: str) -> Iterator[None]:
    """Time the body as ``name``. Costs one environment look-up when tracing is off."""
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        yield
        return
    from opentelemetry import trace

    with trace.get_tracer("novacron").start_as_current_span(name, attributes=attributes):
        yield
