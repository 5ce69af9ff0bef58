"""The in-memory cloud: always there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from novacron.models.address import Address
from novacron.models.capacity_reservation import CapacityReservation
from novacron.models.commitment import CommitmentSpec
from novacron.models.guest import GuestResult
from novacron.models.load_balancer import Pool
from novacron.models.spot_market import Interruptions, Measure, SpotMarket
from novacron.providers.memory.cloud import REGION
from novacron.providers.memory.provider import MemoryProvider
from novacron.providers.transfer import LEAF_BYTES
from tests.contract.env import SECTOR, Env, SpotPoints

SECTORS = LEAF_BYTES // SECTOR

REASON_TO_SKIP: str | None = None


@contextmanager
def open_env(folder: Path) -> Iterator[Env]:
    provider = MemoryProvider()

    def write_block(volume_id: str, index: int, data: bytes) -> None:
        leaf, sector = divmod(index, SECTORS)
        old = (provider.read_block(volume_id, leaf) or b"").ljust(LEAF_BYTES, b"\0")
        start = sector * SECTOR
        new = old[:start] + data.ljust(SECTOR, b"\0") + old[start + SECTOR :]
        provider.write_block(volume_id, leaf, new)

    def read_block(volume_id: str, index: int) -> bytes | None:
        leaf, sector = divmod(index, SECTORS)
        held = provider.read_block(volume_id, leaf)
        return None if held is None else held[sector * SECTOR :][:SECTOR]

    def make_pool(name: str) -> str:
        with provider.opened():
            provider.cloud.pools[name] = Pool(id=name, region=REGION)
        return name

    def agent(_vm_id: str, shell: Callable[[str], GuestResult]) -> None:
        provider.shell = lambda _, script: shell(script)

    def make_address() -> str:
        new = provider.cloud.new_id("ip")
        provider.cloud.addresses[new] = Address(id=new, name=new, region=REGION, ip="192.0.2.1")
        return new

    def hold_address(address_id: str, held: bool) -> None:
        update = {"attached_to": "gateway" if held else None}
        found = provider.cloud.addresses[address_id].model_copy(update=update)
        provider.cloud.addresses[address_id] = found

    def make_reservation() -> str:
        new = provider.cloud.new_id("cr")
        provider.cloud.reservations[new] = CapacityReservation(
            id=new,
            name=new,
            region=REGION,
            zone=REGION,
            instance_type="3x256",
            count=2,
            used=0,
            mark=new,
        )
        return new

    def tell_spot(points: SpotPoints) -> None:
        rates = Interruptions(low=5, high=10, of=Measure.MONTH)
        provider.cloud.spot_markets[REGION] = [
            SpotMarket(
                instance_type="2x512", price=points[-1][1], points=points, interruptions=rates
            )
        ]

    yield Env(
        name="memory",
        provider=provider,
        region=REGION,
        image="debian-12",
        write_block=write_block,
        read_block=read_block,
        make_zone=lambda domain: domain,
        make_pool=make_pool,
        agent=agent,
        make_address=make_address,
        hold_address=hold_address,
        make_reservation=make_reservation,
        reserved_type="3x256",
        reserved_spec={"vcpus": 3},
        commitment=CommitmentSpec(
            region=REGION,
            instance_type="1x256",
            count=2,
            term="1y",
            payment="monthly",
        ),
        tell_spot=tell_spot,
        spot_type="2x512",
    )
