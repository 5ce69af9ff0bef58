"""State: write down that the operation has succeeded."""

from __future__ import annotations

from novacron.operations.steps import record
from novacron.runtime.jobs import step

lambda_handler = step(record)
