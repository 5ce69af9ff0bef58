"""What a provider says about itself: identity, quota, usage, cost, metrics, health."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from novacron.models.base import Model


class ProviderType(StrEnum):
    AWS = "aws"
    AZURE = "azure"
    GCP = "gcp"
    LIBVIRT = "libvirt"
    AGENT = "agent"
    """libvirt hosts behind a firewall, through a host agent."""
    MEMORY = "memory"


class Identity(Model):
    """``account`` is what the provider calls us: an AWS account id, a Google project id, a
    libvirt host UUID."""

    type: ProviderType
    account: str
    principal: str


class Quota(Model):
    """Limits of a region; None where the provider sets or tells none."""

    region: str
    vms: int | None = None
    vcpus: int | None = None
    memory_mib: int | None = None
    storage_gib: int | None = None


class Usage(Model):
    """What counts against ``Quota`` now, in the same units."""

    region: str
    vms: int
    vcpus: int
    memory_mib: int
    storage_gib: int


class CostEstimate(Model):
    """``hourly`` in ``currency``; ``source`` names the price list and its date."""

    hourly: Decimal
    currency: str = "USD"
    source: str


class MetricName(StrEnum):
    CPU_PERCENT = "cpu_percent"
    MEMORY_PERCENT = "memory_percent"
    NETWORK_IN_BYTES = "network_in_bytes"
    NETWORK_OUT_BYTES = "network_out_bytes"
    DISK_READ_BYTES = "disk_read_bytes"
    DISK_WRITE_BYTES = "disk_write_bytes"


class MetricPoint(Model):
    """CPU and memory in percent of what the VM has; byte metrics are totals over the period."""

    name: MetricName
    at: datetime
    value: float


class Health(Model):
    healthy: bool
    detail: str
