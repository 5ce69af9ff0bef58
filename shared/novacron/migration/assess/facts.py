"""What can be seen of both sides before a migration: every look is made once, none changes
anything, and one that fails is a finding and not the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from novacron.errors import Conflict, NotReady, NovaCronError, Throttled
from novacron.migration.assess.limits import Limits, limits_of
from novacron.models.account import MetricName, MetricPoint, Quota, Usage
from novacron.models.image import Image
from novacron.models.migration import CreateMigration, MigrationSpec
from novacron.models.network import Network
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import Architecture, Vm, VmFilter
from novacron.models.volume import ResourceFilter, Volume
from novacron.operations.services import Services
from novacron.providers.base import CloudProvider, iterate
from novacron.providers.guest_commands import GuestCommands
from novacron.store.bandwidth import BandwidthStore
from novacron.tenancy.principal import Principal

T = TypeVar("T")
WINDOW = timedelta(hours=24)


@dataclass
class Facts:
    """``failures``: what was looked for -> why it could not be seen. An agent's answers come
    later: NotReady is raised when everything has been asked for."""

    services: Services
    asked: CreateMigration
    record: ResourceRecord
    vm_id: str
    source_account: ProviderAccount
    target_account: ProviderAccount
    source: CloudProvider
    target: CloudProvider
    limits: Limits
    failures: dict[str, NovaCronError] = field(default_factory=dict)
    vm: Vm | None = None
    volumes: list[Volume] = field(default_factory=list)
    image: Image | None = None
    writes: list[MetricPoint] = field(default_factory=list)
    quota: Quota | None = None
    usage: Usage | None = None
    networks: list[Network] = field(default_factory=list)
    namesakes: list[Vm] = field(default_factory=list)
    _waiting: NotReady | None = None

    @property
    def spec(self) -> MigrationSpec:
        return self.asked.spec

    @property
    def name(self) -> str:
        return self.spec.name or self.record.name

    @property
    def vcpus(self) -> int | None:
        """As the cutover takes it."""
        return self.spec.vcpus or self.record.document.get("vcpus")

    @property
    def memory_mib(self) -> int | None:
        return self.spec.memory_mib or self.record.document.get("memory_mib")

    @property
    def source_type(self) -> str | None:
        return self.vm.instance_type if self.vm else None

    @property
    def architectures(self) -> tuple[str, ...]:
        """What the source's type runs; of its image alone where that is known."""
        from novacron.catalog.catalog import size_of

        if self.image is not None:
            return (self.image.architecture.value,)
        size = size_of(self.source.type, self.source_type) if self.source_type else None
        return size.architectures if size else (Architecture.X86_64.value,)

    def look(self, what: str, call: Callable[[], T]) -> T | None:
        """What ``call`` returns; None: it failed, or is still to come. Raises Throttled."""
        try:
            return call()
        except Throttled:
            raise
        except NotReady as error:
            self._waiting = error
        except NovaCronError as error:
            self.failures[what] = error
        return None

    def all_seen(self) -> None:
        """Raises NotReady."""
        if self._waiting is not None:
            raise self._waiting


def gather(services: Services, who: Principal, asked: CreateMigration) -> Facts:
    """Raises NotFound (VM, account), Conflict (not made yet), NotReady, Throttled,
    AuthenticationFailed and InvalidSpec (an account's credential or settings)."""
    record = services.store.resource(who.tenant, ResourceKind.VM, asked.vm_id)
    source = services.store.account(who.tenant, record.account_id)
    target = services.store.account(who.tenant, asked.spec.account_id)
    if record.provider_id is None:
        raise Conflict(f"{record.id} has not been made yet.")
    facts = Facts(
        services=services,
        asked=asked,
        record=record,
        vm_id=record.provider_id,
        source_account=source,
        target_account=target,
        source=services.providers.of(source),
        target=services.providers.of(target),
        limits=limits_of(BandwidthStore(services.store.table), asked.spec, source, target),
    )
    _look_at_source(facts)
    _look_at_target(facts)
    return facts


def _look_at_source(facts: Facts) -> None:
    source = facts.source
    facts.vm = facts.look("vm", lambda: source.get_vm(facts.vm_id))
    for volume_id in facts.vm.volume_ids if facts.vm else []:
        volume = facts.look("volumes", lambda one=volume_id: source.get_volume(one))  # type: ignore[misc]
        facts.volumes += [volume] if volume else []
    if facts.vm is not None and facts.vm.image_id:
        facts.image = facts.look("image", lambda: source.get_image(facts.vm.image_id or ""))  # type: ignore[union-attr]
    if facts.spec.prepare_guest and isinstance(source, GuestCommands):
        facts.look("guest", lambda: source.check_guest(facts.vm_id))
    until = _hour(facts.services.now())
    names = [MetricName.DISK_WRITE_BYTES]
    points = facts.look(
        "writes", lambda: source.get_metrics(facts.vm_id, names, until - WINDOW, until)
    )
    facts.writes = [one for one in points or [] if one.name in names]


def _look_at_target(facts: Facts) -> None:
    target, region = facts.target, facts.spec.region
    facts.quota = facts.look("quota", lambda: target.get_quota(region))
    facts.usage = facts.look("usage", lambda: target.get_usage(region))
    same = VmFilter(region=region, name=facts.name)
    facts.namesakes = facts.look("namesakes", lambda: list(iterate(target.list_vms, same))) or []
    if facts.spec.subnet_id or facts.spec.firewall_ids:
        there = ResourceFilter(region=region)
        found = facts.look("networks", lambda: list(iterate(target.list_networks, there)))
        facts.networks = found or []


def _hour(at: datetime) -> datetime:
    """An agent finds its answer by what was asked: the window moves once an hour."""
    return at.replace(minute=0, second=0, microsecond=0)
