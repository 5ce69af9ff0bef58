"""10,000 VMs as a data centre has them. Assumptions, all of them: no public set of disks was found.

Sizes are lognormal around 80 GiB (90th percentile about 300 GiB, cut at 4 TiB), half of it used;
a VM writes to distinct leaves at a rate that is lognormal too: most rest, a few are databases.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

GIB = 1024**3
MIB = 1024**2


@dataclass(frozen=True)
class Vm:
    """``size``, ``used`` in bytes. ``dirty``: bytes a second in leaves touched anew; ``hot``: bytes
    that are written again and again, so that no round is larger."""

    size: int
    used: int
    dirty: float
    hot: int


def fleet(count: int, seed: int) -> list[Vm]:
    chance = random.Random(seed)
    return [_vm(chance) for _ in range(count)]


def _vm(chance: random.Random) -> Vm:
    size = int(min(4096, max(8, chance.lognormvariate(4.4, 1.0)))) * GIB
    used = int(size * chance.betavariate(4, 4))
    dirty = min(100, chance.lognormvariate(-0.7, 1.5)) * MIB
    return Vm(size, used, dirty, int(used * chance.betavariate(1.5, 20)))
