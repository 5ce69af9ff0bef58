"""The in-memory cloud: always there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from novacron.providers.memory.cloud import REGION
from novacron.providers.memory.provider import MemoryProvider
from tests.contract.env import Env

REASON_TO_SKIP: str | None = None


@contextmanager
def open_env(folder: Path) -> Iterator[Env]:
    provider = MemoryProvider()
    yield Env(
        name="memory",
        provider=provider,
        region=REGION,
        image="debian-12",
        write_block=provider.write_block,
        read_block=provider.read_block,
    )
