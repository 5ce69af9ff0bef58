"""The state of the in-memory cloud, and what all of its operations share."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from novacron.errors import Conflict, NotFound, NovaCronError
from novacron.models.account import Quota
from novacron.models.address import Address
from novacron.models.base import Model, Ownership, Page, PageRequest
from novacron.models.capacity_reservation import CapacityReservation
from novacron.models.commitment import Commitment
from novacron.models.dns import DnsRecord
from novacron.models.guest import GuestResult
from novacron.models.image import Image
from novacron.models.load_balancer import Pool
from novacron.models.network import Network
from novacron.models.spot_market import SpotMarket
from novacron.models.vm import Vm, VmState
from novacron.models.volume import ResourceFilter, Snapshot, Volume
from novacron.providers.memory.faults import Faults

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="MemoryBase")
T = TypeVar("T")
M = TypeVar("M", bound=Model)
Owned = Volume | Snapshot | Network | Image | Address
OwnedT = TypeVar("OwnedT", Volume, Snapshot, Network, Image, Address)

REGION = "local"
Blocks = dict[int, bytes]


@dataclass
class MemoryCloud:
    """One account of the cloud. Threads may share it: every operation holds ``lock``."""

    quota: Quota = field(default_factory=lambda: Quota(region=REGION))
    capacity_vcpus: int | None = None
    faults: Faults = field(default_factory=Faults)
    looks_to_settle: int = 1
    """How many ``get_vm`` calls a VM stays in a transitional state."""
    vms: dict[str, Vm] = field(default_factory=dict)
    volumes: dict[str, Volume] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)
    addresses: dict[str, Address] = field(default_factory=dict)
    blocks: dict[str, Blocks] = field(default_factory=dict)
    """Sparse bytes of volumes and snapshots by id and block number."""
    arriving: dict[str, tuple[VmState, int]] = field(default_factory=dict)
    image_sources: dict[str, str] = field(default_factory=dict)
    """Image id -> the snapshot that it was made from."""
    vm_subnets: dict[str, str] = field(default_factory=dict)
    names: dict[tuple[str, str, str], DnsRecord] = field(default_factory=dict)
    """Zone, name and type -> where it leads."""
    pools: dict[str, Pool] = field(default_factory=dict)
    reservations: dict[str, CapacityReservation] = field(default_factory=dict)
    commitments: dict[str, Commitment] = field(default_factory=dict)
    commitment_price: Decimal | None = None
    """Of a VM and year; None: it is not told."""
    spot_markets: dict[str, list[SpotMarket]] = field(default_factory=dict)
    """By region."""
    guest_runs: dict[tuple[str, str], GuestResult] = field(default_factory=dict)
    """VM and operation -> how its script ended."""
    own_volumes: dict[str, list[str]] = field(default_factory=dict)
    made: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    failing: dict[str, tuple[str, NovaCronError, bool]] = field(default_factory=dict)
    """Operations that will fail: the VM, the error, and whether it has been looked at."""
    last_id: int = 0
    keys: list[str] = field(default_factory=list)
    """Credentials that are accepted; when there are none, every one is."""

    def new_id(self, kind: str) -> str:
        self.last_id += 1
        return f"{kind}-{self.last_id:08x}"

    def now(self) -> datetime:
        return datetime.now(UTC)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A cloud that an older version kept lacks what has been added since.
        vars(self).update(vars(MemoryCloud()) | state)


class Keeper(Protocol):
    """Keeps a cloud between operations."""

    def opened(self, new: MemoryCloud) -> AbstractContextManager[MemoryCloud]:
        """The kept cloud, ``new`` when there is none yet; changes are kept at the end."""


class MemoryBase:
    """Holds the cloud; the operation classes build on it.

    With ``keeper`` the cloud lives in a file between calls, so that processes can share it.
    """

    def __init__(self, cloud: MemoryCloud | None = None, keeper: Keeper | None = None) -> None:
        self.cloud = cloud or MemoryCloud()
        self.keeper = keeper

    @contextmanager
    def opened(self) -> Iterator[None]:
        """The cloud, for one operation at a time."""
        if self.keeper is None:
            with self.cloud.lock:
                yield
            return
        with self.keeper.opened(self.cloud) as self.cloud:
            yield


def call(
    method: Callable[Concatenate[S, P], R],
) -> Callable[Concatenate[S, P], R]:
    """An operation of the cloud: one at a time, and subject to its faults."""

    @functools.wraps(method)
    def wrapped(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.opened():
            self.cloud.faults.before(method.__name__)
            result = method(self, *args, **kwargs)
            self.cloud.faults.after(method.__name__)
            return result

    return wrapped


def made_before(cloud: MemoryCloud, kind: str, spec: Model, owner: Ownership) -> str | None:
    """The id that this operation made before; Conflict when it asked for something else."""
    found = cloud.made.get((kind, owner.tenant, owner.operation))
    if found is None:
        return None
    if found[0] != spec.model_dump_json():
        raise Conflict(f"Operation {owner.operation} made another {kind} already.")
    return found[1]


def remember(cloud: MemoryCloud, kind: str, spec: Model, owner: Ownership, made: str) -> None:
    cloud.made[(kind, owner.tenant, owner.operation)] = (spec.model_dump_json(), made)


def find(items: dict[str, T], kind: str, wanted: str) -> T:
    """The item, or NotFound."""
    try:
        return items[wanted]
    except KeyError as error:
        raise NotFound(f"There is no {kind} {wanted!r}.") from error


def page_of(items: Iterable[M], page: PageRequest, key: Callable[[M], str]) -> Page[M]:
    """One page in id order; the cursor is the last id shown, so deletes never skip an item."""
    ordered = sorted(items, key=key)
    rest = [item for item in ordered if page.cursor is None or key(item) > page.cursor]
    shown = rest[: page.limit]
    more = len(rest) > page.limit
    return Page(items=shown, next_cursor=key(shown[-1]) if more else None)


def owned_page(items: dict[str, OwnedT], where: ResourceFilter, page: PageRequest) -> Page[OwnedT]:
    """The page of ``items`` that match ``where``."""
    matching = [item for item in items.values() if matches(item, where)]
    return page_of(matching, page, lambda item: item.id)


def matches(item: Owned, where: ResourceFilter) -> bool:
    wanted = where.model_dump(exclude_none=True, exclude={"tags"})
    same = all(getattr(item, name) == value for name, value in wanted.items())
    return same and where.tags.items() <= item.tags.items()
