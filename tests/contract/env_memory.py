"""The in-memory cloud: always there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from novacron.models.guest import GuestResult
from novacron.providers.memory.cloud import REGION
from novacron.providers.memory.provider import MemoryProvider
from novacron.providers.transfer import LEAF_BYTES
from tests.contract.env import SECTOR, Env

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

    def agent(_vm_id: str, shell: Callable[[str], GuestResult]) -> None:
        provider.shell = lambda _, script: shell(script)

    yield Env(
        name="memory",
        provider=provider,
        region=REGION,
        image="debian-12",
        write_block=write_block,
        read_block=read_block,
        make_zone=lambda domain: domain,
        agent=agent,
    )
