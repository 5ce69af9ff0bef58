"""State: one step of a migration that moves no bytes itself."""

from __future__ import annotations

from novacron.migration.steps import WORK, Step
from novacron.runtime.migrations import migration_step
from novacron.runtime.permissions import CHUNKS, CLOUD, GO_ON, QUERY

TIMEOUT = 300
REQUIRES = CLOUD | CHUNKS | {GO_ON, QUERY}
lambda_handler = migration_step(frozenset(Step) - WORK.keys())
