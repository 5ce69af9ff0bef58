"""A fleet's move as flows that share what is scarce, from event to event.

Every VM copies all that is used, then rounds of what was written meanwhile, until a round would
take less than CUT_OVER or MOST_ROUNDS are done; then it is stopped, its last round copied, and the
next VM begins. All that are under way share the link and the accounts' rates fairly; a disk goes no
faster than its own limit.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from bench.moving.fleet import Vm
from bench.moving.routes import LEAF, Route

CUT_OVER, MOST_ROUNDS = 10.0, 10
"""Seconds that the last round may take; after so many rounds it is done as it is."""
BEGIN = 120.0
"""Seconds to begin and end a VM's move: volumes, assembly, boot."""


@dataclass(frozen=True)
class Setting:
    """``link``: bytes a second between source and store; ``accounts`` at each cloud that counts by
    account; ``at_once``: VMs; ``ratio``: how much compression makes of it."""

    link: float
    accounts: int = 1
    at_once: int = 200
    ratio: float = 1.8

    def shared(self, route: Route) -> dict[str, float]:
        """Bytes of disks a second that all together can move, by what bounds them."""
        found = {"link": self.link * self.ratio}
        for name, end in (("source account", route.source), ("target account", route.target)):
            if end.account is not None:
                found[name] = end.account * self.accounts
        return found


@dataclass
class Moving:
    vm: Vm
    cap: float
    left: float
    begun: float = 0.0
    rounds: int = 0
    last: bool = False


@dataclass
class Lane:
    """The flows of one limit: all go at one rate, so that one counter serves them.

    ``served``: bytes that each flow there from the beginning would have got. ``flows``: by what
    ``served`` is when they end."""

    cap: float
    served: float = 0.0
    rate: float = 0.0
    flows: list[tuple[float, int, Moving]] = field(default_factory=list)

    def ends_in(self) -> float:
        return (self.flows[0][0] - self.served) / self.rate if self.flows else math.inf


@dataclass
class Moved:
    """Bytes of disks; ``seconds``: how long the move took; ``bound``: how long by what."""

    seconds: float = 0.0
    bytes: float = 0.0
    full: float = 0.0
    bound: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    downtimes: list[float] = field(default_factory=list)


def simulate(vms: list[Vm], route: Route, setting: Setting) -> Moved:
    return _Simulation(vms, route, setting).run()


class _Simulation:
    def __init__(self, vms: list[Vm], route: Route, setting: Setting) -> None:
        shared = setting.shared(route)
        self.scarce = min(shared, key=lambda name: shared[name])
        self.capacity = shared[self.scarce]
        self.route, self.setting = route, setting
        self.waiting = list(reversed(vms))
        self.resting: list[tuple[float, int, Moving]] = []
        self.lanes: dict[float, Lane] = {}
        self.now, self.numbers, self.done = 0.0, count(), Moved()

    def run(self) -> Moved:
        for _ in range(min(self.setting.at_once, len(self.waiting))):
            self._start()
        while self.resting or any(lane.flows for lane in self.lanes.values()):
            self._advance()
            for lane in self.lanes.values():
                while lane.flows and lane.flows[0][0] <= lane.served + 1:
                    self._ended(heapq.heappop(lane.flows)[2])
            while self.resting and self.resting[0][0] <= self.now:
                self._flow(heapq.heappop(self.resting)[2])
        self.done.seconds = self.now
        return self.done

    def _advance(self) -> None:
        """To the next event."""
        used = _share(self.lanes.values(), self.capacity)
        step = min(lane.ends_in() for lane in self.lanes.values()) if self.lanes else math.inf
        if self.resting:
            step = min(step, self.resting[0][0] - self.now)
        full = used > 0.999 * self.capacity
        self.done.bound[self.scarce if full else "disks" if used else "beginning"] += step
        self.done.bytes += used * step
        self.now += step
        for lane in self.lanes.values():
            lane.served += lane.rate * step

    def _start(self) -> None:
        vm = self.waiting.pop()
        cap = min(self.route.source.disk(vm.size), self.route.target.disk(vm.size))
        self.done.full += vm.used
        self._rest(Moving(vm, cap, vm.used), BEGIN)

    def _rest(self, one: Moving, seconds: float) -> None:
        heapq.heappush(self.resting, (self.now + seconds, next(self.numbers), one))

    def _flow(self, one: Moving) -> None:
        one.begun = self.now
        lane = self.lanes.setdefault(one.cap, Lane(one.cap))
        heapq.heappush(lane.flows, (lane.served + one.left, next(self.numbers), one))

    def _ended(self, one: Moving) -> None:
        if _again(one, self.now, self.done):
            self._rest(one, self.route.source.gap)
        elif self.waiting:
            self._start()


def _again(one: Moving, now: float, done: Moved) -> bool:
    """Whether there is another round, which is then set up."""
    took = now - one.begun
    if one.last:
        done.downtimes.append(took)
        return False
    rewritten = min(one.vm.dirty * max(took, 1.0), one.vm.hot)
    one.left = max(rewritten, LEAF)
    one.rounds += 1
    if one.left / one.cap < CUT_OVER or one.rounds >= MOST_ROUNDS:
        one.last = True
    return True


def _share(lanes: Iterable[Lane], capacity: float) -> float:
    """Max-min fair rates: who has a low limit leaves the rest to the others. Returns their sum."""
    busy = sorted((lane for lane in lanes if lane.flows), key=lambda lane: lane.cap)
    left, flows = capacity, sum(len(lane.flows) for lane in busy)
    for lane in busy:
        lane.rate = min(lane.cap, left / flows)
        left -= lane.rate * len(lane.flows)
        flows -= len(lane.flows)
    return capacity - left
