"""Measurements from domain statistics.

libvirt counts since the VM started and keeps no history. So one point is given, for the whole run
up to now, and only to who asks about all of it; anything else would be made up.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import Any

from novacron.models.account import MetricName, MetricPoint
from novacron.providers.libvirt.base import LibvirtBase
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.ownership import read_metadata

SUMS = {
    MetricName.NETWORK_IN_BYTES: ("net.", ".rx.bytes"),
    MetricName.NETWORK_OUT_BYTES: ("net.", ".tx.bytes"),
    MetricName.DISK_READ_BYTES: ("block.", ".rd.bytes"),
    MetricName.DISK_WRITE_BYTES: ("block.", ".wr.bytes"),
}


class LibvirtMetrics(LibvirtBase):
    @translated
    def get_metrics(
        self, vm_id: str, names: list[MetricName], start: datetime, end: datetime
    ) -> list[MetricPoint]:
        host, domain = self.domain(vm_id)
        record = read_metadata(ET.fromstring(domain.XMLDesc()))  # noqa: S314
        now = datetime.now(UTC)
        begun = None if record is None else record.started_at
        if not domain.isActive() or begun is None or not start <= begun <= now < end:
            return []
        [(_, stats)] = host.connection.domainListGetStats([domain])
        values = {name: _value(name, stats, (now - begun).total_seconds()) for name in names}
        return [
            MetricPoint(name=name, at=now, value=value)
            for name, value in values.items()
            if value is not None
        ]


def _value(name: MetricName, stats: dict[str, Any], seconds: float) -> float | None:
    if name in SUMS:
        head, tail = SUMS[name]
        return float(sum(v for k, v in stats.items() if k.startswith(head) and k.endswith(tail)))
    if name is MetricName.CPU_PERCENT:
        used = float(stats.get("cpu.time", 0)) / 1e9
        cpus = int(stats.get("vcpu.current", 1))
        return min(100.0, 100 * used / max(seconds, 1e-3) / max(cpus, 1))
    if "balloon.unused" in stats and "balloon.available" in stats:
        return float(100 * (1 - stats["balloon.unused"] / stats["balloon.available"]))
    return None
