"""Which host takes it: pure, so that every choice and refusal can be tested and explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from novacron.errors import NoCapacity


@dataclass(frozen=True)
class Amount:
    """Virtual CPUs, memory in MiB, disk in MiB."""

    vcpus: float
    memory_mib: float
    disk_mib: float


@dataclass(frozen=True)
class Room:
    """What a host has and what of it is free; ``refusal``: why it cannot take this at all."""

    zone: str
    total: Amount
    free: Amount
    refusal: str | None = None


UNITS = {"vcpus": "vCPUs", "memory_mib": "MiB of memory", "disk_mib": "MiB of disk"}


def choose(rooms: Sequence[Room], wanted: Amount) -> str:
    """The zone whose scarcest resource has the largest share left afterwards; ties: the first.

    Raises NoCapacity with the reason of each host.
    """
    reasons = {room.zone: room.refusal or _lack(room, wanted) for room in rooms}
    able = [room for room in rooms if reasons[room.zone] is None]
    if not able:
        told = "; ".join(f"{zone}: {reason}" for zone, reason in reasons.items())
        raise NoCapacity(f"No host can take it. {told}.")
    return max(able, key=lambda room: _left(room, wanted)).zone


def _lack(room: Room, wanted: Amount) -> str | None:
    for name, unit in UNITS.items():
        free, asked = getattr(room.free, name), getattr(wanted, name)
        if asked > free:
            return f"{asked:g} {unit} are wanted, {max(0, free):g} are free"
    return None


def _left(room: Room, wanted: Amount) -> float:
    shares = [
        (getattr(room.free, name) - getattr(wanted, name)) / (getattr(room.total, name) or 1)
        for name in UNITS
    ]
    return float(min(shares))
