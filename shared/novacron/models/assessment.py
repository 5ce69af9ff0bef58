"""What is known of a migration before it begins."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from novacron.models.account import CostEstimate
from novacron.models.base import Model
from novacron.models.migration import MigrationSpec
from novacron.models.volume import VolumeClass


class Severity(StrEnum):
    """A ``BLOCKER`` makes the migration fail, or its target useless."""

    BLOCKER = "blocker"
    WARNING = "warning"
    INFO = "info"


class Confidence(StrEnum):
    """Where a figure comes from: this VM or our own runs, a provider's
    documentation, or nobody's word."""

    MEASURED = "measured"
    PUBLISHED = "published"
    ASSUMED = "assumed"


class Check(Model):
    """One finding. ``code`` is stable: docs/migration.md says what each means."""

    code: str
    severity: Severity
    detail: str
    remedy: str | None = None


class GuestFact(Model):
    """What cannot be seen from outside, and the command that shows it inside the guest."""

    fact: str
    command: str
    wanted: str


class TargetDisk(Model):
    """``native_type`` None: the target has no disk so large."""

    volume_id: str
    size_gib: int
    source_class: VolumeClass
    native_type: str | None


class TargetPlan(Model):
    """What the VM becomes. ``instance_type`` None: the target has none, or none that fits."""

    instance_type: str | None
    vcpus: int
    memory_mib: int
    reason: str
    disks: list[TargetDisk]


class DirtyRate(Model):
    """How fast the guest writes; ``basis`` says where that comes from."""

    bytes_per_second: float
    confidence: Confidence
    basis: str


class TransferPlan(Model):
    """``first_copy_bytes`` is all that the disks can hold; ``total_bytes`` has every round in it,
    the last one too. ``egress_usd`` None: no price is known."""

    first_copy_bytes: int
    total_bytes: int
    rounds: int
    rate_bytes_per_second: float
    limited_by: str
    seconds: float
    egress_usd: Decimal | None
    egress_basis: str
    dirty_rate: DirtyRate


class Term(Model):
    """A part of the downtime. ``bounded``: the provider's part of it has an upper limit."""

    name: str
    seconds: float
    confidence: Confidence
    basis: str
    bounded: bool = True


class Verdict(Model):
    """Whether the requested downtime can be promised. ``term`` is the one that breaks it."""

    promised: bool
    requested_seconds: int
    predicted_seconds: float
    term: str | None
    reason: str


class Assessment(Model):
    """Lists are complete: a code of docs/migration.md that is not in ``checks`` found nothing."""

    vm_id: str
    spec: MigrationSpec
    assessed_at: datetime
    checks: list[Check]
    not_checked: list[GuestFact]
    target: TargetPlan
    price_before: CostEstimate | None
    price_after: CostEstimate | None
    transfer: TransferPlan
    downtime: list[Term]
    verdict: Verdict

    @property
    def blocked(self) -> bool:
        return any(one.severity is Severity.BLOCKER for one in self.checks)
