"""How long a data centre of 10,000 VMs takes to move, what holds it up, and what it costs.

    python -m bench.move [seed]

A simulation over the limits and prices in ``bench.moving.routes`` and the fleet of
``bench.moving.fleet``: no cloud is asked. The same seed gives the same answer.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from statistics import quantiles

from bench.moving.fleet import GIB, Vm, fleet
from bench.moving.routes import LEAF, LOAD, PACK, ROUTES, Route, tiered
from bench.moving.simulation import Moved, Setting, simulate

VMS, SEED = 10_000, 1
GBIT = 1e9 / 8 * 0.9
"""Bytes a second: nine tenths of a line are ours."""
KEPT_DAYS = 7
"""A VM's chunks are kept after its move, to go back to."""
SETTINGS = {
    "1 account, 10 Gbit/s": Setting(link=10 * GBIT),
    "10 accounts, 10 Gbit/s": Setting(link=10 * GBIT, accounts=10),
    "10 accounts, 100 Gbit/s": Setting(link=100 * GBIT, accounts=10, at_once=500),
}


@dataclass(frozen=True)
class Cost:
    """Dollars."""

    egress: float
    requests: float
    storage: float


def cost(route: Route, setting: Setting, moved: Moved) -> Cost:
    """A VM's chunks are there for KEPT_DAYS and on average half of what its wave takes."""
    stored = moved.bytes / setting.ratio
    leaves = moved.bytes / LEAF
    requests = leaves * (route.source.leaf + route.target.leaf)
    requests += stored / PACK * route.store.put + stored / LOAD * route.store.get
    return Cost(
        tiered(stored / GIB, route.egress), requests, stored / GIB * route.store.gib_day * KEPT_DAYS
    )


def report(vms: list[Vm], route: Route, name: str, setting: Setting) -> str:
    moved = simulate(vms, route, setting)
    paid = cost(route, setting, moved)
    bound, seconds = max(moved.bound.items(), key=lambda item: item[1])
    cuts = quantiles(moved.downtimes, n=100)
    return (
        f"{route.name:22}{name:26}{moved.seconds / 86400:6.1f}"
        f"{bound:>16} {100 * seconds / moved.seconds:3.0f}%"
        f"{100 * (moved.bytes / moved.full - 1):8.0f}%{cuts[49]:8.1f}{cuts[98]:8.0f}"
        f"{paid.egress:11,.0f}{paid.requests:9,.0f}{paid.storage:9,.0f}"
    )


def main(seed: int = SEED) -> None:
    vms = fleet(VMS, seed)
    used = sum(vm.used for vm in vms) / GIB / 1024
    print(f"{VMS:,} VMs, {used:,.0f} TiB used of {sum(vm.size for vm in vms) / GIB / 1024:,.0f}")
    print(
        f"{'':22}{'':26}{'days':>6}{'held up by':>21}{'rewrite':>9}"
        f"{'last s':>8}{'p99':>8}{'egress $':>11}{'API $':>9}{'store $':>9}"
    )
    for route in ROUTES:
        for name, setting in SETTINGS.items():
            print(report(vms, route, name, setting))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEED)
