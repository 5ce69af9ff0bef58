"""How fast disks' bytes may go between providers and the chunk store."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from novacron.models.base import Model

Mbit = Annotated[int, Field(ge=10, le=1_000_000)]
"""Millions of bits a second, as lines are sold: 8 are 1,000,000 bytes a second. With less,
a shard of 1 GiB among others would take days."""
MBIT_BYTES = 125_000


class Bandwidth(Model):
    """Of a migration, or of all migrations from and to an account together. None: no limit."""

    max_mbit_per_second: Mbit | None
