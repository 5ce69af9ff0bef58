"""Once a day: remove chunks and manifests that no migration needs any more."""

from __future__ import annotations

from typing import Any

from novacron.migration.sweep import Swept, sweep
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.permissions import (
    CHUNKS,
    DROP_CHUNK,
    GET_MANY,
    QUERY_INDEX,
    WRITE_MANY,
)


def run(services: Services, _event: dict[str, Any]) -> Swept:
    return sweep(services)


REQUIRES = CHUNKS | {DROP_CHUNK, GET_MANY, QUERY_INDEX, WRITE_MANY}
SCHEDULE = "rate(1 day)"
MEMORY = 1024
"""MiB: the names of a tenant's packs are held at once."""

lambda_handler = job(run)
