"""A VM's move from one account to another."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from novacron.models.bandwidth import Mbit
from novacron.models.base import Model, Name, ResourceId, Tags
from novacron.models.dns import DnsName, DnsRecord, DnsType, ZoneName
from novacron.models.image import BootMode
from novacron.models.load_balancer import BalancerPool, JoinedPool
from novacron.models.operation import OperationError
from novacron.models.transfer import Export, Import


class Phase(StrEnum):
    """Where a migration is. The source runs up to CUTTING_OVER, the target from COMMITTED on."""

    COPYING = "copying"
    HOLDING = "holding"
    TESTING = "testing"
    """A test clone runs at the target, beside the source."""
    CUTTING_OVER = "cutting_over"
    COMMITTED = "committed"
    COMPLETED = "completed"
    ROLLED_BACK = "rolled_back"
    RETURNED = "returned"
    """Rolled back after the commit: the source runs again, the target is stopped."""

    @property
    def taken_over(self) -> bool:
        """Whether the target is the VM: nothing goes back by itself from here on."""
        return self in (Phase.COMMITTED, Phase.COMPLETED)

    @property
    def final(self) -> bool:
        return self in (Phase.COMPLETED, Phase.ROLLED_BACK, Phase.RETURNED)


class Cutover(StrEnum):
    """Whether the source is stopped as soon as that is short enough, or when someone says so."""

    AUTOMATIC = "automatic"
    APPROVED = "approved"


class Probe(Model):
    """How the target shows that it serves: it accepts TCP connections at ``port``."""

    port: int = Field(ge=1, le=65535)
    timeout_seconds: int = Field(default=300, ge=1, le=3600)


class NameSwitch(Model):
    """A DNS name that follows the VM: at the cutover it leads to the target.

    ``account_id``: whose zone it is in, which need not be the target's. ``zone`` as its provider
    names it. ``public``: whether it leads to a public address or to a private one.
    """

    account_id: ResourceId
    zone: ZoneName
    name: DnsName
    public: bool = True
    ttl: int = Field(default=60, ge=1, le=86400)


class SwitchedName(Model):
    """``before``: where it led, None if nowhere. ``change`` tells when all servers know."""

    switch: NameSwitch
    type: DnsType
    before: DnsRecord | None = None
    change: str | None = None


class AddressChange(Model):
    """What to look for in configurations of peers. None: there is none in its place."""

    old: str
    new: str | None
    public: bool


class MigrationSpec(Model):
    """Where a VM is to go. What is left out stays as it is at the source."""

    account_id: ResourceId
    region: str = Field(min_length=1, max_length=64)
    zone: str | None = None
    name: Name | None = None
    vcpus: int | None = Field(default=None, ge=1, le=896)
    memory_mib: int | None = Field(default=None, ge=64, le=33554432)
    instance_type: str | None = None
    subnet_id: ResourceId | None = None
    firewall_ids: list[ResourceId] = []
    private_ip: str | None = None
    public_ip: bool | None = None
    boot_mode: BootMode = BootMode.BIOS
    tags: Tags | None = None
    cutover: Cutover = Cutover.AUTOMATIC
    max_downtime_seconds: int = Field(default=30, ge=1, le=86_400)
    """Copying goes on until the rest can be moved in so long, or no longer shrinks."""
    max_rounds: int = Field(default=10, ge=1, le=100)
    names: list[NameSwitch] = Field(default=[], max_length=20)
    load_balancers: list[BalancerPool] = Field(default=[], max_length=20)
    probe: Probe | None = None
    """None: the provider's word that it runs is enough."""
    test_clone: bool = False
    """Before the cutover, boot a VM of what has been copied and probe it, then delete it."""
    max_mbit_per_second: Mbit | None = None
    """Of the disks' bytes into the chunk store, and out of it. None: no limit of its own."""
    test_subnet_id: ResourceId | None = None
    """Where the test clone boots: one from which it reaches nothing. None: the target's own."""
    prepare_guest: bool = False
    """First make the guest ready for the target, inside the running source."""


class CreateMigration(Model):
    vm_id: ResourceId
    spec: MigrationSpec


class RollBack(Model):
    """``lose_writes``: it is known that after the commit what the target has written is lost."""

    lose_writes: bool = False


class Return(Model):
    """The request of a roll-back's operation."""

    migration_id: str


class Round(Model):
    """One copy of what had changed. ``changed_bytes`` arrived at the target; ``seconds`` from
    the export's moment until that was compared; ``resent_leaves`` were not what was written."""

    number: int
    export_id: str
    changed_bytes: int = 0
    resent_leaves: int = 0
    seconds: float = 0.0
    final: bool = False
    started_at: datetime

    @property
    def ended(self) -> bool:
        return self.seconds > 0


class Effect(StrEnum):
    """What can be undone."""

    WORKER = "worker"
    EXPORT = "export"
    IMPORT = "import"
    FENCE = "fence"
    VM = "vm"
    POOLS = "pools"
    NAMES = "names"
    GUEST = "guest"


class JournalEntry(Model):
    """Written before the effect; ``owner`` finds what it made. Undone in reverse order.

    ``index``: a disk's, or the number of an export's round.
    """

    effect: Effect
    owner: str
    at: datetime
    index: int = 0
    undone: bool = False


class Stage(Model):
    """Shards that are being worked on. ``name``: "copy out", "copy in", "compare" or "fill the
    test clone"; ``of``: the export or clone that they are of."""

    name: str
    of: str
    shards: int
    started_at: datetime

    @property
    def key(self) -> str:
        return f"{self.of}#{self.name}"


class Moved(Model):
    """A shard that a stage is done with."""

    disk: int
    shard: int


class StageView(Model):
    """A stage as a caller sees it. ``bytes_moved`` are read, written or compared so far;
    ``eta_seconds`` until the last shard, as quick as those before: None before the first."""

    name: str
    shards: int
    shards_done: int
    bytes_moved: int
    bytes_per_second: int
    eta_seconds: int | None


class Clone(Model):
    """A VM of what had been copied after ``round``. ``error``: why it did not serve."""

    attempt: int
    manifest: str
    round: int
    imports: list[Import] = []
    vm_id: str | None = None
    provider_operation: str | None = None
    running_since: datetime | None = None
    done: bool = False
    error: OperationError | None = None

    @property
    def part(self) -> str:
        """Of the migration's operation, that it is of."""
        return f"c{self.attempt}"


class GuestPreparation(Model):
    """The guest made ready inside the source. ``round``: how many had ended when that was done;
    ``error``: why it was not; ``left``: why it was not undone, after a roll-back."""

    attempt: int
    started_at: datetime
    round: int = 0
    done: bool = False
    output: str = ""
    error: OperationError | None = None
    undo_since: datetime | None = None
    left: str | None = None


class Migration(Model):
    """``id`` is its operation's with another prefix. Secrets in ``exports`` and ``imports`` are
    sealed. ``exports`` holds the one that is open and the one before it, newest last."""

    id: str
    tenant: str
    operation_id: str
    vm_id: str
    source_account_id: str
    spec: MigrationSpec
    api_url: str = ""
    """Where the migration was asked for: what its workers dial."""
    phase: Phase = Phase.COPYING
    rounds: list[Round] = []
    exports: list[Export] = []
    imports: list[Import] = []
    stage: Stage | None = None
    """The newest."""
    resumed: int = 0
    """How often it went on after an agent's silence since the last round ended."""
    applied: str | None = None
    """The manifest whose content the target's disks have."""
    target_vm_id: str | None = None
    """The provider's id of what was assembled."""
    target_operation: str | None = None
    """The provider's operation that makes it."""
    clone: Clone | None = None
    """The newest test clone."""
    guest: GuestPreparation | None = None
    """The newest attempt."""
    new_vm_id: str | None = None
    """The record of the VM at the target, once committed."""
    pools: list[JoinedPool] = []
    names: list[SwitchedName] = []
    addresses: list[AddressChange] = []
    """Of the source, and what stands in their place."""
    return_operation_id: str | None = None
    """Of the newest roll-back after the commit."""
    marks: dict[str, datetime] = {}
    """When each part of the cutover began, in order."""
    reason: str | None = None
    """Why it holds, where it does."""
    journal: list[JournalEntry] = []
    error: OperationError | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 0

    @property
    def in_round(self) -> bool:
        return not self.rounds or not self.rounds[-1].ended


class Control(Model):
    """What callers asked of a migration; steps read it and never write over it."""

    paused: bool = False
    cancelled: bool = False
    approved: bool = False
    retest: int = 0
    """The test clone that failed, after which another is to be tried."""
    prepare: int = 0
    """The attempt to prepare the guest that failed, after which another is to be made."""
    token: str | None = None
    """Of the task that waits for an approval or for the end of a pause."""


class CloneView(Model):
    """A test clone as a caller sees it; ``done`` without ``error``: it served."""

    attempt: int
    round: int
    done: bool
    error: OperationError | None


class MigrationView(Model):
    """What a caller sees. ``downtime_seconds`` has every term, in the order they happened."""

    id: str
    operation_id: str
    vm_id: str
    source_account_id: str
    spec: MigrationSpec
    phase: Phase
    paused: bool
    max_mbit_per_second: int | None
    """The limit as it is now."""
    rounds: list[Round]
    stage: StageView | None
    """What is under way within a round or a test."""
    test_clone: CloneView | None
    guest: GuestPreparation | None
    """How making the guest ready went."""
    new_vm_id: str | None
    addresses: list[AddressChange]
    point_of_no_return: datetime | None
    """When the target was committed: from then on a roll-back loses what it has written."""
    return_operation_id: str | None
    downtime_seconds: dict[str, float]
    reason: str | None
    error: OperationError | None
    created_at: datetime
    updated_at: datetime


class Migrations(Model):
    items: list[MigrationView]
    next_cursor: str | None = None
