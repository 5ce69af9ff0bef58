"""State: write down that the operation has succeeded."""

from __future__ import annotations

from novacron.operations.steps import record
from novacron.runtime.jobs import step
from novacron.runtime.permissions import GET, PUT, QUERY, UPDATE

REQUIRES = frozenset({GET, PUT, UPDATE, QUERY})
lambda_handler = step(record)
