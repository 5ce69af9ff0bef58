"""The provider contract. These docstrings are the contract; ``tests/contract`` holds it.

Rules for every method:

* **Blocking**: it makes its API calls and returns; it never sleeps and never polls. A resource
  that is still being made is returned in its transitional state; callers look again with ``get``.
  Where a change may fail after it was accepted, what is returned names the provider's own
  operation in ``provider_operation``, and ``check_operation`` tells how that goes.
* **Not found**: ``NotFound`` when the id is unknown, gone or malformed. Deletes raise it too, so
  that a caller that repeats a delete can tell; callers for whom gone is good catch it.
* **Idempotency**: a create takes ``Ownership``; repeating it with the same ``operation`` returns
  the resource made before and never a second one; the same ``operation`` with another spec
  raises ``Conflict``. State changes asked for twice succeed twice.
* **Ownership**: every create tags the resource with tenant and operation in the same call that
  makes it, so that a crash cannot lose it.
* **Errors**: only the tree of ``novacron.errors``, raised from the SDK's error. Any method may
  raise AuthenticationFailed, PermissionDenied, Throttled, ProviderUnavailable.
* **Lists**: one page at a time, stable cursors; ``iterate`` walks all pages.
* **Atomicity**: a create that fails half-way removes its parts before it raises, or raises
  NotReady with the parts tagged so that the same call can finish them. A delete of several parts
  that must wait for one another raises NotReady too, until the same call finds nothing left.
* **Imports**: importing an adapter imports no SDK that the control plane does not need itself;
  the first call does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import ClassVar, Self, TypeVar

from novacron.models.account import (
    CostEstimate,
    Health,
    Identity,
    MetricName,
    MetricPoint,
    ProviderType,
    Quota,
    Usage,
)
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.image import Image, ImageSpec
from novacron.models.network import Network, NetworkSpec
from novacron.models.vm import Vm, VmFilter, VmSize, VmSpec
from novacron.models.volume import ResourceFilter, Snapshot, SnapshotSpec, Volume, VolumeSpec
from novacron.providers.addresses import PublicAddresses
from novacron.providers.billing import BillingSource
from novacron.providers.capacity_reservations import CapacityReservations
from novacron.providers.commitments import Commitments
from novacron.providers.dns import DnsRecords
from novacron.providers.guest_commands import GuestCommands
from novacron.providers.load_balancers import LoadBalancerList, LoadBalancers
from novacron.providers.spot_market import SpotMarkets
from novacron.providers.transfer import DiskExport, DiskImport, Fencing, LiveMigration

F = TypeVar("F")
T = TypeVar("T")

FIRST_PAGE = PageRequest()


def iterate(list_page: Callable[[F, PageRequest], Page[T]], where: F) -> Iterator[T]:
    """Every item of every page, holding one page at a time."""
    page = list_page(where, FIRST_PAGE)
    yield from page.items
    while page.next_cursor is not None:
        page = list_page(where, PageRequest(cursor=page.next_cursor))
        yield from page.items


class Accounts(ABC):
    """Identity and credentials."""

    type: ClassVar[ProviderType]
    sdk: ClassVar[str | None] = None
    """The package without which no call can be made; None: nothing beyond our own needs."""
    refusals: ClassVar[dict[str, str]] = {}
    """Capability class -> why this provider does not have it."""
    endpoint_settings: ClassVar[frozenset[str]] = frozenset()
    """Settings by which a tenant chooses where we connect, whom we trust, or a file of ours."""
    limiter: Callable[[str], None] | None = None
    """Called with an API family ("read", "write", "blocks" where disks' bytes have an API of their
    own) before each request leaves, retries included; Throttled that it raises reaches the caller
    as it is."""

    @classmethod
    @abstractmethod
    def from_settings(cls, settings: dict[str, str], secret: dict[str, str]) -> Self:
        """An adapter for one account; makes no call. InvalidSpec names a setting at fault."""

    @classmethod
    def endpoints(cls, settings: dict[str, str]) -> dict[str, list[str]]:
        """Setting -> what it names of that kind: a deployment allows those that it lists alone."""
        return {name: [settings[name]] for name in cls.endpoint_settings & settings.keys()}

    @abstractmethod
    def authenticate(self) -> Identity:
        """Who we are there. Raises AuthenticationFailed when the credential is not accepted."""

    @abstractmethod
    def validate_credentials(self) -> Health:
        """Whether the credential works, as data: never raises AuthenticationFailed."""

    @abstractmethod
    def health(self) -> Health:
        """Whether the provider answers, as data: never raises."""

    def check_operation(self, provider_operation: str) -> None:  # noqa: B027 - most have none
        """Look once at a change that the provider accepted and carries out later.

        Returns when it has succeeded, or is no longer known: providers forget. Raises NotReady
        while it runs, and when it failed what stopped it (NoCapacity, QuotaExceeded, ...).
        Where changes cannot fail unseen there is nothing to look at.
        """


class Vms(ABC):
    """Virtual machines."""

    @abstractmethod
    def create_vm(self, spec: VmSpec, owner: Ownership) -> Vm:
        """Start making a VM; it is returned PENDING or RUNNING and bills from now.

        Raises InvalidSpec (field), QuotaExceeded, NoCapacity, Unsupported, Conflict.
        """

    @abstractmethod
    def get_vm(self, vm_id: str) -> Vm:
        """The VM now. A deleted VM is DELETED while the provider remembers it, then NotFound."""

    @abstractmethod
    def list_vms(self, where: VmFilter, page: PageRequest) -> Page[Vm]:
        """VMs that match; DELETED ones only if ``where.states`` asks for them."""

    @abstractmethod
    def start_vm(self, vm_id: str) -> Vm:
        """Start a stopped VM. RUNNING and PENDING: nothing to do. Raises Conflict, NoCapacity."""

    @abstractmethod
    def stop_vm(self, vm_id: str, *, force: bool = False) -> Vm:
        """Stop it: by ACPI or the guest agent, or with ``force`` at once. Disks still bill.

        A graceful stop may leave it RUNNING or STOPPING for as long as the guest takes.
        """

    @abstractmethod
    def restart_vm(self, vm_id: str) -> Vm:
        """Reboot a RUNNING VM, keeping its disks and addresses. Conflict when it is not running."""

    @abstractmethod
    def resize_vm(self, vm_id: str, size: VmSize) -> Vm:
        """Give a STOPPED VM another size. Conflict when it is not stopped; InvalidSpec."""

    @abstractmethod
    def delete_vm(self, vm_id: str) -> None:
        """Delete the VM and the disks made with it, whatever its state. Attached volumes stay."""

    @abstractmethod
    def console_output(self, vm_id: str) -> str:
        """The serial console so far (last 64 KiB), "" when there is none yet."""


class Volumes(ABC):
    """Block volumes."""

    @abstractmethod
    def create_volume(self, spec: VolumeSpec, owner: Ownership) -> Volume:
        """Make a volume, empty or from a snapshot. It bills until it is deleted.

        Raises InvalidSpec, QuotaExceeded, NotFound (the snapshot), Conflict.
        """

    @abstractmethod
    def get_volume(self, volume_id: str) -> Volume: ...

    @abstractmethod
    def list_volumes(self, where: ResourceFilter, page: PageRequest) -> Page[Volume]: ...

    @abstractmethod
    def delete_volume(self, volume_id: str) -> None:
        """Delete it. Conflict while it is attached."""

    @abstractmethod
    def attach_volume(self, volume_id: str, vm_id: str) -> Volume:
        """Attach; the device name is the adapter's choice. Conflict if attached to another VM."""

    @abstractmethod
    def detach_volume(self, volume_id: str) -> Volume:
        """Detach; a volume that is not attached is returned as it is."""

    @abstractmethod
    def resize_volume(self, volume_id: str, size_gib: int) -> Volume:
        """Grow to ``size_gib``. InvalidSpec when smaller; the file system is the guest's."""


class Snapshots(ABC):
    """Point-in-time copies of volumes. Restoring one is ``create_volume`` with its id."""

    @abstractmethod
    def create_snapshot(self, spec: SnapshotSpec, owner: Ownership) -> Snapshot:
        """Start a crash-consistent snapshot. It bills until it is deleted."""

    @abstractmethod
    def get_snapshot(self, snapshot_id: str) -> Snapshot: ...

    @abstractmethod
    def list_snapshots(self, where: ResourceFilter, page: PageRequest) -> Page[Snapshot]: ...

    @abstractmethod
    def delete_snapshot(self, snapshot_id: str) -> None:
        """Delete it. Conflict where an image that was made from it still needs it."""


class Networks(ABC):
    """Private networks with their subnets and firewall rules."""

    @abstractmethod
    def create_network(self, spec: NetworkSpec, owner: Ownership) -> Network:
        """Make all of it or nothing. Unsupported names the rule that cannot be expressed."""

    @abstractmethod
    def get_network(self, network_id: str) -> Network: ...

    @abstractmethod
    def list_networks(self, where: ResourceFilter, page: PageRequest) -> Page[Network]: ...

    @abstractmethod
    def delete_network(self, network_id: str) -> None:
        """Delete it with subnets and rules. Conflict while a VM is on it."""


class Images(ABC):
    """Machine images."""

    @abstractmethod
    def import_image(self, spec: ImageSpec, owner: Ownership) -> Image:
        """Register a snapshot of a bootable disk as an image. NotFound: the snapshot."""

    @abstractmethod
    def get_image(self, image_id: str) -> Image: ...

    @abstractmethod
    def list_images(self, where: ResourceFilter, page: PageRequest) -> Page[Image]:
        """Images that this account owns."""

    @abstractmethod
    def delete_image(self, image_id: str) -> None: ...


class Accounting(ABC):
    """Quota, usage, price and measurement."""

    @abstractmethod
    def get_quota(self, region: str) -> Quota: ...

    @abstractmethod
    def get_usage(self, region: str) -> Usage: ...

    @abstractmethod
    def estimate_cost(self, spec: VmSpec) -> CostEstimate:
        """Hourly price of the VM. Unsupported when no price is known: never zero by default."""

    @abstractmethod
    def get_metrics(
        self, vm_id: str, names: list[MetricName], start: datetime, end: datetime
    ) -> list[MetricPoint]:
        """Points in [start, end), oldest first. A metric that is not known is left out."""


class CloudProvider(Accounts, Vms, Volumes, Snapshots, Networks, Images, Accounting):
    """All that a provider must do. Optional abilities are the capability classes below."""


class SpotVms:
    """Can create VMs with ``VmSpec.spot``; others refuse it with Unsupported."""


class OnlineVolumeResize:
    """``resize_volume`` works while the volume is attached to a running VM."""


class CredentialRotation(ABC):
    """Can make a new credential beside the one in use, and remove an old one."""

    @abstractmethod
    def credential_name(self, secret: dict[str, str]) -> str | None:
        """What the provider calls ``secret``, which is no secret; None: there is none to rotate,
        as for a role that is assumed. Makes no call."""

    @abstractmethod
    def list_credentials(self) -> list[str]:
        """Names of all that the provider accepts for us now."""

    @abstractmethod
    def rotate_credential(self, secret: dict[str, str]) -> dict[str, str]:
        """``secret`` with a new credential in it; the old one goes on working. Not idempotent:
        a repeat makes another. Conflict when the provider allows no more of them."""

    @abstractmethod
    def retire_credential(self, name: str) -> None:
        """Remove the credential of this name, for good. NotFound when it is gone."""


CAPABILITIES: tuple[type, ...] = (
    SpotVms,
    OnlineVolumeResize,
    CredentialRotation,
    DiskExport,
    DiskImport,
    Fencing,
    LiveMigration,
    DnsRecords,
    LoadBalancers,
    LoadBalancerList,
    GuestCommands,
    PublicAddresses,
    CapacityReservations,
    Commitments,
    SpotMarkets,
    BillingSource,
)
