"""A provider's volume type with the figures to ask for."""

from __future__ import annotations

from novacron.models.base import Model


class NativeVolume(Model):
    """``iops`` and ``throughput_mibps`` are None where the type takes no such parameter."""

    type: str
    iops: int | None = None
    throughput_mibps: int | None = None
