"""Transitions that take observable time: counted in describes, or in virtual seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .clock import Clock


@dataclass
class Pace:
    """How long transitions take; a cloud's own switches extend it.

    transition_describes: how often a resource is described in its transitional state; 0: never.
    transition_seconds: if above 0, transitions wait for this much virtual time instead.
    """

    transition_describes: int = 1
    transition_seconds: float = 0.0


@dataclass(frozen=True)
class Key:
    region: str
    resource_id: str


@dataclass
class Transition:
    """``target`` is reached once ``looks_left`` is used up or ``due`` has come."""

    target: str
    looks_left: int
    due: float | None


class Lifecycle:
    """Which resources are on their way. It knows nothing of what they are."""

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self._clock = clock
        self._pace = pace
        self.pending: dict[Key, Transition] = {}

    def begin(self, key: Key, target: str) -> bool:
        """Start a transition; False when it is to take no time at all."""
        looks, seconds = self._pace.transition_describes, self._pace.transition_seconds
        if looks == 0 and seconds == 0:
            self.pending.pop(key, None)
            return False
        due = self._clock.now() + seconds if seconds else None
        self.pending[key] = Transition(target, looks, due)
        return True

    def target(self, key: Key) -> str | None:
        transition = self.pending.get(key)
        return transition.target if transition else None

    def look(self, region: str, ids: Iterable[str], prefix: str) -> list[tuple[Key, str]]:
        """A describe looks at ``ids`` (all of ``prefix`` if empty); returns what arrived."""
        wanted = set(ids)
        arrived = []
        for key, transition in list(self.pending.items()):
            seen = key.resource_id in wanted if wanted else key.resource_id.startswith(prefix)
            if key.region == region and seen and self._arrived(transition):
                arrived.append((key, self.pending.pop(key).target))
        return arrived

    def due(self) -> list[tuple[Key, str]]:
        """What arrived by the passing of virtual time alone."""
        now = self._clock.now()
        keys = [key for key, t in self.pending.items() if t.due is not None and t.due <= now]
        return [(key, self.pending.pop(key).target) for key in keys]

    def _arrived(self, transition: Transition) -> bool:
        if transition.due is not None:
            return transition.due <= self._clock.now()
        if transition.looks_left == 0:
            return True
        transition.looks_left -= 1
        return False
