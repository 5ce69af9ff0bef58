"""A second round of a sparse disk through an agent: jobs and seconds, with and without a plan.

    python -m bench.agent_round

100 GiB that hold 256 MiB, of which three leaves have changed. The agent is the real one with its
threads and its journal; the API and the object store take 30 ms a request. Without a plan every
GiB is looked at; with one the agent is asked which of them were touched, and only those are.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.moving.content import change, fill
from bench.moving.copying import Copy
from bench.moving.through_agent import ThroughAgent
from novacron.agent import agent
from novacron.migration.leaves import SHARD_BYTES, shard_count
from novacron.migration.shards import ExportJob
from novacron.models.transfer import Export

GIB = 1024**3
SIZE, USED, CHANGED = 100 * GIB, GIB // 4, 3
FAR = 0.03


@dataclass(frozen=True)
class Round:
    """``shards``: those in which something had changed."""

    jobs: int
    seconds: float
    shards: list[int]


@contextmanager
def copied(size: int = SIZE, used: int = USED) -> Iterator[tuple[Copy, Path]]:
    """A disk whose first round is in the chunk store, and that has changed since."""
    with tempfile.TemporaryDirectory(prefix="novacron-bench-") as name:
        folder = Path(name)
        fill(folder / "disk", size, used)
        copy = Copy(folder / "disk", folder, 0)
        copy.out(0, None)
        copy.source.changed = change(folder / "disk", CHANGED, random.randrange(1000))
        yield copy, folder


def second_round(
    copy: Copy, folder: Path, number: int, planned: bool, at_once: int, delay: float = FAR
) -> Round:
    """``number``: of the export, so that each finds nothing of another's."""
    kept, agent.SHARDS_AT_ONCE = agent.SHARDS_AT_ONCE, at_once
    there = ThroughAgent(copy.source, copy.chunks, delay, folder)
    export = copy.source.export(1).model_copy(update={"id": f"e{number}"})
    begun = time.perf_counter()
    try:
        found = there.ask(
            "export_shard", [_job(export, one) for one in _plan(there, export, planned)]
        )
    finally:
        there.end()
        agent.SHARDS_AT_ONCE = kept
    took = time.perf_counter() - begun
    return Round(there.jobs, took, sorted(one.shard for one in found if one.changed))


def _plan(there: ThroughAgent, export: Export, planned: bool) -> list[int]:
    every = range(shard_count(export.disks[0].size_bytes))
    if not planned:
        return list(every)
    [[bits]] = there.ask("touched", [{"export": export, "unit": SHARD_BYTES}])
    return [one for one in every if int(bits, 16) >> one & 1]


def _job(export: Export, shard: int) -> dict[str, Any]:
    return {"job": ExportJob(export=export, disk=0, shard=shard, parent="e0")}


def main() -> None:
    print(f"{SIZE // GIB} GiB, {CHANGED} leaves changed, {FAR * 1000:.0f} ms a request")
    print(f"{'':34}{'jobs':>6}{'seconds':>9}")
    with copied() as (copy, folder):
        for number, (planned, at_once) in enumerate(
            ((False, 1), (False, agent.SHARDS_AT_ONCE), (True, 1), (True, agent.SHARDS_AT_ONCE)), 1
        ):
            found = second_round(copy, folder, number, planned, at_once)
            name = f"{'planned' if planned else 'every GiB'}, {at_once} at once"
            print(f"{name:34}{found.jobs:6}{found.seconds:9.1f}")


if __name__ == "__main__":
    main()
