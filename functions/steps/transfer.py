"""State: move some shards of a disk, between a provider and the chunk store."""

from __future__ import annotations

from novacron.migration.steps import WORK
from novacron.runtime.migrations import migration_step
from novacron.runtime.permissions import CHUNKS, CLOUD, GET_MANY, WRITE_MANY

TIMEOUT = 900
MEMORY = 2048
"""MiB; CPU comes with it, and hashing, packing and sealing need CPU
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)."""
REQUIRES = CLOUD | CHUNKS | {GET_MANY, WRITE_MANY}
lambda_handler = migration_step(frozenset(WORK))
